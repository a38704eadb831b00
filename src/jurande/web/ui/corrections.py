"""Requests for a correction in words: what it says today beside what it should say, where each stands, what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.core.france.corrections import DELAY, Identity, Letters, changes
from jurande.registers.awards.operations.corrections import TEXT_CHARS
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.corrections import CorrectionKind, CorrectionState, Desk, PassedOn
from jurande.registers.common.together import Asking, Short
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import names_of
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Due, Effect, Event, Link
from jurande.web.ui.spoken import day
from jurande.web.ui.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.safestring import SafeString

    from jurande.registers.awards.models import Award, Correction

FIELDS: Mapping[str, Any] = {
    "first_name": lazy("Prénom"),
    "last_name": lazy("Nom"),
    "birth_on": lazy("Date de naissance"),
    "birth_place": lazy("Lieu de naissance"),
}
CHIPS = {
    CorrectionState.ASKED: "run",
    CorrectionState.ACCEPTED: "ok",
    CorrectionState.REFUSED: "end",
    CorrectionState.WITHDRAWN: "draft",
}
# For who answers; the words of ``CorrectionKind`` are the holder's own.
KINDS: Mapping[str, str | Promise] = {
    CorrectionKind.SPELLING: lazy("Nom ou prénom mal écrit"),
    CorrectionKind.NAME_ORDER: lazy("Prénom et nom inversés"),
    CorrectionKind.BIRTH_PLACE: lazy("Lieu de naissance"),
    CorrectionKind.BIRTH_DATE: lazy("Date de naissance"),
    CorrectionKind.NAME_CHANGE: lazy("Changement de nom"),
    CorrectionKind.OTHER: lazy("Autre chose"),
}


@dataclass(frozen=True)
class Line:
    """What one field of the document says today, and what is asked; letters that differ are marked."""

    label: str
    before: tuple[Letters, ...]
    after: tuple[Letters, ...]


class AnswerForm(forms.Form):
    """What the holder will read."""

    reason = forms.CharField(
        label=lazy("Votre réponse"),
        help_text=lazy("La personne la lira. Nécessaire pour refuser."),
        required=False,
        max_length=TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def state_of(correction: Correction) -> SafeString:
    """Where it stands, as a mark."""
    return chip(CHIPS[CorrectionState(correction.state)], correction.get_state_display(), bare=True)


def lines_of(correction: Correction) -> list[Line]:
    """Field by field, before and after; empty for a request about something else than an identity."""
    said = changes(queries.identity_of(correction.award), Identity.from_text(correction.wanted))
    return [Line(str(FIELDS[one.field]), _shown(one.field, one.before), _shown(one.field, one.after)) for one in said]


def _shown(field: str, letters: tuple[Letters, ...]) -> tuple[Letters, ...]:
    if field != "birth_on":
        return letters
    return tuple(Letters(day(date.fromisoformat(one.text)), differ=True) for one in letters if one.text)


def table_of(url_of: Callable[[Correction], str]) -> Table[Correction]:
    """The list of who answers: those that wait first, the first due of them first."""
    return Table(
        name="corrections",
        columns=(
            Column("titulaire", _("Titulaire"), lambda one: one.holder.full_name, url=url_of),
            Column("objet", _("Ce qui ne va pas"), lambda one: str(KINDS[one.kind])),
            Column("document", _("Document"), lambda one: one.award.certification.title, on_phone=False),
            Column("chez", _("Chez"), answered_by, on_phone=False),
            Column("reponse", _("Réponse au plus tard"), lambda one: one.due_on, order=("due_on", "pk")),
            Column("etat", _("État"), lambda one: one.get_state_display(), show=state_of),
        ),
        filters=(
            Filter(
                "etat",
                _("état"),
                [(state.value, state.label) for state in CorrectionState],
                lambda rows, kept: rows.filter(state__in=kept),
            ),
        ),
        search=queries.matching,
        unit=_("demande,demandes"),
    )


def answered_by(correction: Correction) -> str:
    """The body whose turn it is, or that answered."""
    if correction.addressed_to == Desk.PARTNER and correction.prepared_by is not None:
        return correction.prepared_by.name
    return correction.award.certifier.name


def events_of(correction: Correction) -> list[Event]:
    """What happened to it and by whom, the latest first, for the people who answer."""
    names = names_of([correction.decided_by_code, correction.passed_on_by_code])
    told = [Event(correction.asked_at, _("Correction demandée"), "run")]
    if correction.passed_on_at is not None:
        told.append(
            Event(
                correction.passed_on_at,
                str(_PASSED[PassedOn(correction.passed_on_because)]),
                "run",
                aside=names.get(correction.passed_on_by_code, ""),
            )
        )
    if correction.decided_at is not None:
        state = CorrectionState(correction.state)
        told.append(
            Event(
                correction.decided_at,
                correction.get_state_display(),
                CHIPS[state],
                aside=names.get(correction.decided_by_code, ""),
            )
        )
    return told[::-1]


def effects_of(correction: Correction) -> list[Effect]:
    """What accepting will do, said before it is done."""
    former = (
        _("L’ancien est révoqué comme remplacé, et ne montre plus l’ancien nom à personne.")
        if correction.kind == CorrectionKind.NAME_CHANGE
        else _("L’ancien est révoqué comme remplacé\u00a0; qui ouvre sa page est conduit au nouveau.")
    )
    return [
        Effect("certificate", _("Un nouveau document est signé, avec un nouveau numéro.")),
        Effect("ban", former),
        *kept_of(correction.award),
        Effect("mail", _("%(name)s reçoit une lettre, avec votre réponse.") % {"name": correction.holder.full_name}),
        Effect("book-2", _("Une écriture au journal, à votre nom, pour toujours.")),
    ]


def kept_of(award: Award) -> list[Effect]:
    """What a correction does not change, said before it is made: it lifts no suspension, and renews nothing."""
    kept = []
    if award.state == AwardState.SUSPENDED:
        kept.append(Effect("lock", _("La suspension reste\u00a0: le nouveau est suspendu, pour le même motif.")))
    if award.valid_until is not None and award.valid_until < localdate():
        said = _("Le nouveau garde la même fin, le %(day)s\u00a0: corriger n’est pas renouveler.")
        kept.append(Effect("clock", said % {"day": day(award.valid_until)}))
    return kept


def page_of(correction: Correction, file_url: Callable[[str], str] | None) -> dict[str, Any]:
    """What the page of one request shows to who answers, whichever house is theirs.

    ``file_url``: the address of a piece of evidence by its code; None for who may not open them.
    """
    files = list(correction.evidence.all())
    return {
        "held": correction,
        "state": state_of(correction),
        "what": KINDS[correction.kind],
        "lines": lines_of(correction),
        "by": answered_by(correction),
        "events": events_of(correction),
        "files": [Link(one.document.filename, file_url(one.code)) for one in files] if file_url else [],
        "file_count": len(files),
        "is_waiting": correction.state == CorrectionState.ASKED,
    }


_PASSED: Mapping[PassedOn, str | Promise] = {
    PassedOn.OPINION: lazy("Transmise au certificateur"),
    PassedOn.LATE: lazy("Le délai du partenaire est passé\u00a0: le certificateur répond"),
    PassedOn.APPEAL: lazy("Réponse contestée\u00a0: le certificateur répond"),
}


def correction_dues(actor: Actor, today: date, url_of: Callable[[Correction], str]) -> Asking[list[Due]]:
    """What this desk has to answer, as deadlines."""
    days = ("asked_at", "due_on", "partner_due_on", "addressed_to")
    who = ("holder__first_name", "holder__last_name", "holder__email")
    [waiting] = yield [Short(queries.waiting_at(actor), ("code", *days, *who))]
    return [
        Due(
            title=_("Répondre à une demande de correction\u00a0: %(name)s") % {"name": one.holder.full_name},
            due_on=one.partner_due_on if one.addressed_to == Desk.PARTNER and one.partner_due_on else one.due_on,
            today=today,
            opened_on=localdate(one.asked_at),
            url=url_of(one),
            law=DELAY,
        )
        for one in waiting
    ]
