"""What is told to the State: everything under /c/<code>/dossiers/."""

from django.urls import path

from jurande.web.certifier.declarations import acts, dossiers, files

urlpatterns = [
    path("", dossiers.listing, name="dossiers"),
    path("commencer/<str:certification>/", acts.start, name="dossiers-start"),
    path("<str:code>/", dossiers.one, name="dossiers-one"),
    path("<str:code>/critere/<str:key>/", dossiers.criterion, name="dossiers-criterion"),
    path("<str:code>/critere/<str:key>/joindre/", acts.join, name="dossiers-join"),
    path("<str:code>/pieces/<str:annex>/", files.annex, name="dossiers-annex"),
    path("<str:code>/pieces/<str:annex>/retirer/", acts.remove, name="dossiers-annex-remove"),
    path("<str:code>/arreter/", acts.close, name="dossiers-close"),
    path("<str:code>/abandonner/", acts.discard, name="dossiers-discard"),
    path("<str:code>/dossier.pdf", files.document, name="dossiers-pdf"),
    path("<str:code>/dossier.zip", files.archive, name="dossiers-archive"),
    path("<str:code>/promotions.csv", files.promotions, name="dossiers-promotions"),
    path("<str:code>/organismes.csv", files.places, name="dossiers-places"),
]
