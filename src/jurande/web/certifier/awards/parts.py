"""What the pages of issuing share."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.web.ui.parts import Tab

AREAS: tuple[tuple[str, str | Promise], ...] = (
    ("certifier:awards", _("Lots")),
    ("certifier:awards-issued", _("Ce qui est délivré")),
    ("certifier:awards-addresses", _("Adresses")),
    ("certifier:awards-ending", _("Échéances")),
    ("certifier:awards-designs", _("Modèles")),
    ("certifier:awards-rules", _("Assiduité")),
    ("certifier:awards-claims", _("Demandes")),
    ("certifier:awards-corrections", _("Corrections")),
    ("certifier:awards-combinations", _("Combinaisons")),
    ("certifier:awards-mandates", _("Délégations")),
    ("certifier:awards-endorsements", _("Avis")),
    ("certifier:awards-elsewhere", _("Reprise")),
    ("certifier:awards-figures", _("Chiffres")),
    ("certifier:showcase", _("Vitrine")),
    ("certifier:retention", _("Conservation")),
)


def tabs(certifier: str, current: str) -> list[Tab]:
    """The views of issuing; ``current`` is the name of the one being looked at."""
    return [Tab(str(label), reverse(name, args=[certifier]), current=name == current) for name, label in AREAS]
