"""Pages that anyone may read, without an account or a cookie."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from jurande.registers.awards.facts.addresses import KEY_LENGTH
from jurande.web.public import calls, certifications, directory, former, habilitations, kits, sealed, showcase, views
from jurande.web.public.proofs import verifier
from jurande.web.public.proofs import views as proofs
from jurande.web.public.shares import views as shares


class KeyConverter(StringConverter):
    """What the document of an award knows and its number does not tell: ``facts.addresses.key_of``."""

    regex = rf"[A-Za-z0-9_-]{{{KEY_LENGTH}}}"


register_converter(KeyConverter, "key")
app_name = "public"
ENGLISH = {"language": "en"}
urlpatterns = [
    path("", views.home, name="home"),
    path("certifications/", certifications.certifications, name="certifications"),
    path("certifications/<str:number>/", certifications.certification, name="certifications-one"),
    path("appels/", calls.calls, name="calls"),
    path("appels/<str:code>/", calls.call, name="calls-one"),
    path("annuaire/", directory.directory, name="partners"),
    path("annuaire/<str:siren>/", directory.body, name="partners-one"),
    path("habilitations/<str:code>/", habilitations.habilitation, name="habilitation"),
    path("habilitations/<str:code>/badge.svg", habilitations.badge, name="habilitation-badge"),
    path("habilitations/<str:code>/attestation.json", habilitations.credential, name="habilitation-file"),
    path("p/ornement-<str:colour>.svg", proofs.ornament, name="award-ornament"),
    path("p/logo-<str:digest>.png", proofs.logo, name="award-logo"),
    path("p/<str:number>", proofs.award, name="award"),
    path("p/<str:number>/en", proofs.award, {"language": "en"}, name="award-en"),
    path("p/<str:number>/nom", proofs.name, name="award-name"),
    path("p/<str:number>/code.svg", proofs.code, name="award-qr"),
    path("p/<str:number>/attestation.json", proofs.credential, name="award-file"),
    path("p/<str:number>/formation", proofs.training, name="award-training"),
    path("p/<str:number>/preuve.zip", kits.kit, name="award-kit"),
    path("s/<str:token>", shares.shared, name="share"),
    path("s/<str:token>/en", shares.shared, ENGLISH, name="share-en"),
    path("s/<str:token>/<int:rank>", shares.shared_one, name="share-one"),
    path("s/<str:token>/<int:rank>/en", shares.shared_one, ENGLISH, name="share-one-en"),
    path("s/<str:token>/<int:rank>/attestation.json", shares.credential, name="share-file"),
    path("s/<str:token>/<int:rank>/formation", shares.training, name="share-training"),
    path("s/<str:token>/apercu.png", shares.preview, name="share-preview"),
    path("s/<str:token>/apercu-en.png", shares.preview, ENGLISH, name="share-preview-en"),
    path("s/<str:token>/badge.svg", shares.badge, name="share-badge"),
    path("s/<str:token>/code.svg", shares.code, {"form": "svg"}, name="share-code"),
    path("s/<str:token>/code.png", shares.code, {"form": "png"}, name="share-code-png"),
    path("s/<str:token>/integrer", shares.embed, name="share-embed"),
    path("s/<str:token>/integrer/en", shares.embed, ENGLISH, name="share-embed-en"),
    path("p/<str:number>/<key:key>", proofs.award, name="award"),
    path("p/<str:number>/<key:key>/en", proofs.award, {"language": "en"}, name="award-en"),
    path("p/<str:number>/<key:key>/code.svg", proofs.code, name="award-qr"),
    path("p/<str:number>/<key:key>/attestation.json", proofs.credential, name="award-file"),
    path("p/<str:number>/<key:key>/preuve.zip", kits.kit, name="award-kit"),
    path("verifier/hors-connexion.html", kits.verifier, name="verify-offline"),
    path("verifier/", verifier.verify, name="verify"),
    path("repris/", former.former, name="former"),
    path("repris/<path:address>", former.former, name="former-address"),
    path("registre/<path:path>", sealed.log, name="log"),
    path("statuts/<str:owner>/<str:name>", sealed.status_list, name="statuses"),
    path("c/<str:owner>/did.json", sealed.keys, name="keys"),
    path("c/<str:owner>/confiance.json", sealed.trust, name="trust"),
    path("attestations/<str:code>", sealed.authority, name="authority"),
    path("preuves/<str:code>.tlog-proof", sealed.proof, name="proof"),
    path("vitrines/<str:house>/", showcase.showcase, name="showcase"),
    path("vitrines/<str:house>/en", showcase.showcase, ENGLISH, name="showcase-en"),
    path("vitrines/<str:house>/<str:code>/formation", showcase.training, name="showcase-training"),
    path("vitrines/<str:house>/<str:code>/personnes", showcase.people, name="showcase-people"),
    path("vitrines/<str:house>/<str:code>/personnes/en", showcase.people, ENGLISH, name="showcase-people-en"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
]
