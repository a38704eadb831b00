"""Conventions of the house: everything under /c/<code>/conventions/."""

from django.urls import path

from jurande.web.certifier.conventions import clauses, drafting, listing, record, renewals

urlpatterns = [
    path("", listing.conventions, name="conventions"),
    path("nouvelle/", listing.new, name="conventions-new"),
    path("renouveler/", renewals.renew, name="conventions-renew"),
    path("renouveler/<str:run>/", renewals.renewal, name="conventions-renewal"),
    path("clauses/", clauses.versions, name="conventions-clauses"),
    path("clauses/commencer/", clauses.start, name="conventions-clauses-start"),
    path("clauses/choix/", clauses.choices, name="conventions-choices"),
    path("clauses/comparer/", clauses.compare, name="conventions-clauses-compare"),
    path("clauses/<str:clause_set>/", clauses.one, name="conventions-clauses-one"),
    path("clauses/<str:clause_set>/ajouter/", clauses.add, name="conventions-clauses-add"),
    path("clauses/<str:clause_set>/publier/", clauses.publish, name="conventions-clauses-publish"),
    path("clauses/<str:clause_set>/abandonner/", clauses.discard, name="conventions-clauses-discard"),
    path("clauses/<str:clause_set>/<str:clause>/", clauses.write, name="conventions-clauses-write"),
    path("clauses/<str:clause_set>/<str:clause>/deplacer/", clauses.move, name="conventions-clauses-move"),
    path("clauses/<str:clause_set>/<str:clause>/retirer/", clauses.remove, name="conventions-clauses-remove"),
    path("<str:code>/", record.overview, name="conventions-one"),
    path("<str:code>/apercu/", record.look, name="conventions-look"),
    path("<str:code>/apercu/<int:number>/", record.page_picture, name="conventions-page"),
    path("<str:code>/pdf/", record.pdf, name="conventions-pdf"),
    path("<str:code>/mentions/", drafting.mentions, name="conventions-mentions"),
    path("<str:code>/perimetre/", drafting.scopes, name="conventions-scopes"),
    path("<str:code>/clauses/", drafting.clauses, name="conventions-own"),
    path("<str:code>/clauses/ecrire/", drafting.write_clause, name="conventions-own-write"),
    path("<str:code>/clauses/<str:clause>/retablir/", drafting.restore_clause, name="conventions-own-restore"),
    path("<str:code>/annexes/joindre/", drafting.add_annex, name="conventions-annex-add"),
    path("<str:code>/annexes/<str:annex>/", record.annex_file, name="conventions-annex"),
    path("<str:code>/annexes/<str:annex>/retirer/", drafting.remove_annex, name="conventions-annex-remove"),
    path("<str:code>/envoyer/", record.send, name="conventions-send"),
    path("<str:code>/reprendre/", record.take_back, name="conventions-take-back"),
    path("<str:code>/abandonner/", record.abandon, name="conventions-abandon"),
    path("<str:code>/suite/", record.follow, name="conventions-follow"),
    path("<str:code>/enregistrer/", record.record, name="conventions-record"),
]
