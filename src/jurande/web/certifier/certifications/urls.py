"""Certifications of the house: everything under /c/<code>/certifications/."""

from django.urls import path

from jurande.web.certifier.certifications import editor, life, listing, publishing, record, sheet

urlpatterns = [
    path("", listing.certifications, name="certifications"),
    path("nouvelle/", listing.new, name="certifications-new"),
    path("micro/nouvelle/", listing.new_micro, name="certifications-micro"),
    path("choix/", listing.choices, name="certifications-choices"),
    path("<str:code>/", record.overview, name="certifications-one"),
    path("<str:code>/retirer/", record.retire, name="certifications-retire"),
    path("<str:code>/version/", record.start_version, name="certifications-version"),
    path("<str:code>/comparer/", record.compare_versions, name="certifications-compare"),
    path("<str:code>/vie/", life.overview, name="micro-life"),
    path("<str:code>/vie/mois.csv", life.months_sheet, name="micro-life-months"),
    path("<str:code>/<str:version>/", record.read, name="certifications-read"),
    path("<str:code>/<str:version>/ecrire/", editor.write, name="certifications-write"),
    path("<str:code>/<str:version>/coller/<str:bloc>/", editor.paste, name="certifications-paste"),
    path("<str:code>/<str:version>/bloc/<str:bloc>/", editor.describe, name="certifications-bloc"),
    path("<str:code>/<str:version>/cadre/", publishing.frame, name="certifications-frame"),
    path("<str:code>/<str:version>/publier/", publishing.publish, name="certifications-publish"),
    path("<str:code>/<str:version>/abandonner/", publishing.discard, name="certifications-discard"),
    path("<str:code>/<str:version>/fiche/", sheet.sheet, name="certifications-sheet"),
    path("<str:code>/<str:version>/rattacher/", sheet.align, name="certifications-align"),
    path("<str:code>/<str:version>/rattacher/<str:tie>/", sheet.unalign, name="certifications-unalign"),
]
