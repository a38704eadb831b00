"""How what the State publishes is said on screen: levels, states, habilitations, and the source with its date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.core.france.departements import DEPARTEMENTS
from jurande.registers.catalogue.queries.search import NO_LEVEL
from jurande.registers.catalogue.states import HabilitationState, Source
from jurande.web.ui.formats import day_plain
from jurande.web.ui.marks import chip

if TYPE_CHECKING:
    from jurande.registers.catalogue.models import Snapshot

# Levels of the cadre national des certifications professionnelles. Source: C. trav. D. 6113-19.
LEVELS: dict[int, str | Promise] = {
    1: lazy("Niveau 1"),
    2: lazy("Niveau 2"),
    3: lazy("Niveau 3 (CAP, BEP)"),
    4: lazy("Niveau 4 (bac)"),
    5: lazy("Niveau 5 (bac\u00a0+\u00a02)"),
    6: lazy("Niveau 6 (bac\u00a0+\u00a03 ou 4)"),
    7: lazy("Niveau 7 (bac\u00a0+\u00a05)"),
    8: lazy("Niveau 8 (bac\u00a0+\u00a08)"),
}
ROUTES: dict[str, str | Promise] = {
    "FI": lazy("Formation initiale, statut d’élève ou d’étudiant"),
    "CA": lazy("Contrat d’apprentissage"),
    "FC": lazy("Formation continue"),
    "CQ": lazy("Contrat de professionnalisation"),
    "CL": lazy("Candidature individuelle"),
    "VAE": lazy("Validation des acquis de l’expérience"),
}
# Not the choices' labels: «active» is «actif» in Django's own French, which speaks of people.
STATES: dict[HabilitationState, str | Promise] = {
    HabilitationState.ACTIVE: lazy("Active"),
    HabilitationState.INACTIVE: lazy("Inactive"),
    HabilitationState.WITHDRAWN: lazy("Retirée"),
}
STATUS = {HabilitationState.ACTIVE: "ok", HabilitationState.INACTIVE: "end", HabilitationState.WITHDRAWN: "end"}
# Licence Ouverte 2.0: whoever reuses names the source and the day of the last update.
PUBLISHERS: dict[str, tuple[str | Promise, str | Promise]] = {
    Source.RNCP: (lazy("RNCP"), lazy("France compétences")),
    Source.RS: (lazy("Répertoire spécifique"), lazy("France compétences")),
    Source.TRAINING_BODIES: (lazy("Liste publique des organismes de formation"), lazy("ministère du Travail")),
}
DEPARTEMENT_CHOICES = [(code, f"{name} ({code})") for code, name in DEPARTEMENTS.items()]


def level_label(level: int | None) -> str:
    """«Niveau 5 (bac + 2)»; «sans niveau» for the RS and for fiches that have none."""
    if level is None or level == NO_LEVEL or level == 0:
        return _("Sans niveau")
    return str(LEVELS.get(level, _("Niveau %(level)s") % {"level": level}))


def fiche_chip(is_active: bool) -> SafeString:
    """Whether a certification is in force, as everywhere."""
    return chip("ok", _("Active")) if is_active else chip("end", _("Inactive"))


def habilitation_chip(state: str) -> SafeString:
    """Whether a partner may train or assess, as everywhere."""
    one = HabilitationState(state)
    return chip(STATUS[one], str(STATES[one]))


def cited(snapshots: Iterable[Snapshot], *, map_drawn: bool = False) -> list[str]:
    """What the foot of a page says of where its facts come from."""
    lines = []
    for snapshot in snapshots:
        title, publisher = PUBLISHERS[snapshot.source]
        lines.append(
            _("%(title)s au %(day)s (%(publisher)s, Licence Ouverte 2.0)")
            % {"title": title, "day": day_plain(snapshot.published_on), "publisher": publisher}
        )
    if map_drawn:
        lines.append(_("Fond de carte svg-maps, CC BY 4.0"))
    return lines
