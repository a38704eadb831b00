"""What the pages of certifications share: finding the row or answering 404, chips, where each gap is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jurande.core.france.microcertifications import MicroElements
from jurande.core.france.referentiels import Gap
from jurande.core.france.registration import Phase, RegistrationClock
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import CertificationState, ReferentielState
from jurande.registers.common.together import Asking
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader

SHEET_FIELDS = {*MicroElements.__dataclass_fields__, "title", "valid_from"}
FRAME_FIELDS = {"title", "valid_from", "regulation"}
_STATES = {CertificationState.PREPARED: "draft", CertificationState.OPEN: "ok", CertificationState.RETIRED: "end"}
_VERSIONS = {ReferentielState.DRAFT: "draft", ReferentielState.PUBLISHED: "ok", ReferentielState.REPLACED: "end"}


@dataclass(frozen=True)
class Missing:
    """A gap, and where one mends it."""

    gap: Gap
    url: str


def found(request: Asked, code: str) -> Any:
    """The certification of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(policies.can_see_certifications(request.actor))
    held = queries.certification(request.actor, code)
    if held is None:
        raise Http404
    return held


def version_of(request: Asked, code: str, version: str) -> Any:
    """One version of a certification of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(policies.can_see_certifications(request.actor))
    held = queries.version(request.actor, code, version)
    if held is None:
        raise Http404
    return held


def state_chip(held: Any) -> SafeString:
    """Where a certification stands."""
    return chip(_STATES[held.state], held.get_state_display(), bare=True)


def version_chip(held: Any) -> SafeString:
    """Where a version stands."""
    return chip(_VERSIONS[held.state], held.get_state_display(), bare=True)


def clock_chip(times: RegistrationClock, today: date, *, bare: bool = False) -> SafeString | str:
    """What the registration calls for today; nothing for what is not registered."""
    phase = times.phase(today)
    if phase == Phase.UNKNOWN:
        return ""
    status, word = {
        Phase.RUNNING: ("ok", _("En cours")),
        Phase.PREPARE: ("warn", _("Dossier à préparer")),
        Phase.ENDED: ("late", _("Dernières délivrances")),
        Phase.CLOSED: ("end", _("Terminée")),
    }[phase]
    return chip(status, word, bare=bare)


def missing(gaps: Iterable[Gap], referentiel: Any) -> list[Missing]:
    """Each gap with the address of its field."""
    certification = referentiel.certification
    arguments = [certification.certifier.code, certification.code, referentiel.code]
    pages = {name: reverse(f"certifier:certifications-{name}", args=arguments) for name in ("write", "frame", "sheet")}

    def address(name: str) -> str:
        if certification.is_micro and name in SHEET_FIELDS:
            return f"{pages['sheet']}#id_{name}"
        if name in FRAME_FIELDS:
            return f"{pages['frame']}#id_{name}"
        return pages["write"] if name == "blocs" else f"{pages['write']}#ligne-{name}"

    return [Missing(gap, address(gap.field)) for gap in gaps]


def clock_dues(request: Reader, today: date) -> Asking[list[Due]]:
    """The registrations that wait for a dossier or for their last issues, as deadlines of the first page."""
    if not policies.can_see_certifications(request.actor):
        return []
    titles = {
        Phase.PREPARE: _("Préparer la nouvelle demande d’enregistrement de %(reference)s"),
        Phase.ENDED: _("Finir de délivrer %(reference)s, qui n’est plus enregistrée"),
    }
    return [
        Due(
            title=titles[one.phase] % {"reference": one.certification.reference},
            due_on=one.due_on,
            today=today,
            opened_on=one.opened_on,
            url=reverse(
                "certifier:certifications-one", args=[one.certification.certifier.code, one.certification.code]
            ),
            law="C. trav. L. 6113-5, L. 6113-6",
        )
        for one in (yield from queries.clocks_of_house(request.actor, request.certifier, today))
    ]
