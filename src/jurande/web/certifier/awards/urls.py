"""Micro-certifications and parchments: everything under /c/<code>/delivrance/."""

from django.urls import path, re_path

from jurande.web.certifier.awards import designs, issued, lots, mandates, rules

urlpatterns = [
    path("", lots.overview, name="awards"),
    path("lots/nouveau/", lots.new, name="awards-lots-new"),
    path("lots/personne/", lots.person, name="awards-person"),
    path("lots/<str:code>/", lots.one, name="awards-lots-one"),
    path("lots/<str:code>/colonnes/", lots.columns, name="awards-lots-columns"),
    path("lots/<str:code>/lignes-a-corriger/", lots.rejected, name="awards-lots-rejected"),
    path("lots/<str:code>/ecarter/", lots.reject_faulty, name="awards-lots-reject-faulty"),
    path("lots/<str:code>/approuver/", lots.approve, name="awards-lots-approve"),
    path("lots/<str:code>/rendre/", lots.give_back, name="awards-lots-return"),
    path("lots/<str:code>/delivrer/", lots.issue, name="awards-lots-issue"),
    path("lots/<str:code>/abandonner/", lots.abandon, name="awards-lots-abandon"),
    path("lots/<str:code>/lignes/<str:row>/", lots.row, name="awards-lots-row"),
    path("lots/<str:code>/lignes/<str:row>/ecarter/", lots.reject, name="awards-lots-reject"),
    path("delivrances/", issued.listing, name="awards-issued"),
    path("delivrances/<str:code>/", issued.one, name="awards-one"),
    path("delivrances/<str:code>/parchemin.pdf", issued.document, name="awards-document"),
    path("delivrances/<str:code>/ecrire/", issued.send_again, name="awards-send-again"),
    path("assiduite/", rules.listing, name="awards-rules"),
    path("assiduite/<str:code>/", rules.edit, name="awards-rules-one"),
    path("assiduite/<str:code>/retirer/", rules.remove, name="awards-rules-remove"),
    path("mandats/", mandates.listing, name="awards-mandates"),
    path("mandats/deleguer/<str:habilitation>/", mandates.grant, name="awards-mandates-grant"),
    path("mandats/<str:code>/fin/", mandates.end, name="awards-mandates-end"),
    path("modeles/", designs.listing, name="awards-designs"),
    path("modeles/commencer/", designs.start, name="awards-designs-start"),
    path("modeles/identite/", designs.brand, name="awards-designs-brand"),
    path("modeles/<str:design>/", designs.one, name="awards-designs-one"),
    path("modeles/<str:design>/essai/", designs.preview, name="awards-designs-preview"),
    path("modeles/<str:design>/publier/", designs.publish, name="awards-designs-publish"),
    path("modeles/<str:design>/abandonner/", designs.discard, name="awards-designs-discard"),
    path("modeles/<str:design>/identite/", designs.take_brand, name="awards-designs-take-brand"),
    re_path(
        r"^modeles/(?P<design>[0-9A-Z]+)/(?P<form>apercu\.png|apercu\.pdf|vignette\.png|badge\.png)$",
        designs.picture,
        name="awards-designs-picture",
    ),
]
