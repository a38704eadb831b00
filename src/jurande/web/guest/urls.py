"""Those who come by a link: an invitation, or a single-use way in."""

from django.urls import path

from jurande.web.guest import claims, endorsements, entrances, receiving, signing
from jurande.web.guest.applications import entrances as applications
from jurande.web.guest.applications import following, importing, steps

app_name = "guest"
urlpatterns = [
    path("invite/<str:token>/", entrances.invitation, name="invitation"),
    path("lien/", entrances.ask_link, name="ask-link"),
    path("lien/<str:token>/", entrances.link, name="link"),
    path("recevoir/<str:number>/<str:token>/", receiving.receive, name="receive"),
    path("recevoir/<str:number>/<str:token>/pas-moi/", receiving.contest, name="contest"),
    path("adresse/<str:token>/", receiving.address, name="address"),
    path("signer/<str:token>/", signing.signer, name="signer"),
    path("signer/<str:token>/refuser/", signing.decline, name="signer-decline"),
    path("signer/<str:token>/pdf/", signing.pdf, name="signer-pdf"),
    path("soutenir/<str:token>/", endorsements.endorse, name="endorse"),
    path("demandes/<str:opening>/", claims.claim, name="claim"),
    path("candidatures/", applications.listing, name="applications"),
    path("candidatures/entrer/", applications.enter, name="applications-enter"),
    path("candidatures/commencer/<str:call>/", applications.start, name="applications-start"),
    path("candidatures/<str:code>/", following.one, name="applications-one"),
    path("candidatures/<str:code>/etape/<str:step>/", steps.step, name="applications-step"),
    path("candidatures/<str:code>/tableur/", importing.sheet, name="applications-import"),
    path("candidatures/<str:code>/depose/", following.sent, name="applications-sent"),
    path("candidatures/<str:code>/pieces/ajouter/", following.add, name="applications-add"),
    path("candidatures/<str:code>/pieces/<str:piece>/", following.piece, name="applications-piece"),
    path("candidatures/<str:code>/questions/<str:question>/", following.answer, name="applications-answer"),
    path("candidatures/<str:code>/conditions/<str:condition>/", following.condition, name="applications-condition"),
    path("candidatures/<str:code>/recours/", following.appeal, name="applications-appeal"),
    path("candidatures/<str:code>/retirer/", following.withdraw, name="applications-withdraw"),
    path("candidatures/<str:code>/abandonner/", following.discard, name="applications-discard"),
]
