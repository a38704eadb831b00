"""The partner's house: everything under /p/<code>/."""

from django.urls import path

from jurande.web.partner import applications, awards, conventions, habilitations, house

app_name = "partner"
urlpatterns = [
    path("", house.home, name="home"),
    path("conventions/", conventions.listing, name="conventions"),
    path("conventions/<str:code>/", conventions.one, name="conventions-one"),
    path("conventions/<str:code>/pdf/", conventions.pdf, name="conventions-pdf"),
    path("conventions/<str:code>/signer/", conventions.sign, name="conventions-sign"),
    path("conventions/<str:code>/refuser/", conventions.decline, name="conventions-decline"),
    path("conventions/<str:code>/verifier/", conventions.verify, name="conventions-verify"),
    path("conventions/<str:code>/observations/", conventions.observe, name="conventions-observe"),
    path("conventions/<str:code>/fin/", conventions.answer_end, name="conventions-end"),
    path("conventions/<str:code>/lettres/<str:letter>/", conventions.letter, name="conventions-letter"),
    path("conventions/<str:code>/lettres/<str:letter>/pdf/", conventions.letter_pdf, name="conventions-letter-pdf"),
    path("habilitations/", habilitations.listing, name="habilitations"),
    path("delivrance/", awards.listing, name="awards"),
    path("delivrance/nouveau/", awards.new, name="awards-new"),
    path("delivrance/<str:code>/", awards.lot, name="awards-lot"),
    path("delivrance/<str:code>/colonnes/", awards.columns, name="awards-lot-columns"),
    path("delivrance/<str:code>/lignes/<int:number>/", awards.row, name="awards-lot-row"),
    path("delivrance/<str:code>/approuver/", awards.approve, name="awards-lot-approve"),
    path("delivrance/<str:code>/delivrer/", awards.issue, name="awards-lot-issue"),
    path("delivrance/<str:code>/abandonner/", awards.abandon, name="awards-lot-abandon"),
    path("pieces/", house.documents, name="documents"),
    path("pieces/deposer/", house.attach, name="documents-attach"),
    path("pieces/<str:piece>/", house.piece, name="documents-piece"),
    path("pieces/<str:piece>/retirer/", house.detach, name="documents-detach"),
    path("equipe/", house.team, name="team"),
    path("equipe/inviter/", house.invite, name="team-invite"),
    path("equipe/invitations/<str:code>/renouveler/", house.renew, name="team-renew"),
    path("equipe/invitations/<str:code>/retirer/", house.revoke, name="team-revoke"),
    path("equipe/<str:code>/fin/", house.end, name="team-end"),
    path("candidatures/", applications.listing, name="applications"),
    path("organisme/", house.identity, name="settings"),
    path("organisme/qualiopi/", house.qualiopi, name="settings-qualiopi"),
]
