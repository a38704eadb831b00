"""What the pages of conventions share: finding the row or answering 404, chips, the seven mentions in short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from jurande.core.france.conventions import MENTIONS, Mention, Missing, missing_mentions
from jurande.registers.common.together import Asking, Short
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.facts import terms_of
from jurande.registers.conventions.queries import clauses as clause_queries
from jurande.registers.conventions.queries import conventions as queries
from jurande.registers.conventions.states import (
    Apprenticeship,
    ClauseSetState,
    ConventionState,
    Counterpart,
    Subcontracting,
)
from jurande.registers.parties.queries import PARTNER_SHOWN
from jurande.web.access import Asked
from jurande.web.ui.formats import day_plain, of_name
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Due, Tab
from jurande.web.ui.radar import Reader

STATUS = {
    ConventionState.DRAFT: "draft",
    ConventionState.SENT: "run",
    ConventionState.SIGNED: "run",
    ConventionState.IN_FORCE: "ok",
    ConventionState.SUSPENDED: "late",
    ConventionState.ENDED: "end",
    ConventionState.ABANDONED: "end",
}
_SETS = {ClauseSetState.DRAFT: "draft", ClauseSetState.PUBLISHED: "ok", ClauseSetState.REPLACED: "end"}
# Where each mention is written: the certifications have a page of their own.
SCOPES = "scopes"
# Once a convention has waited as long for its signatures, somebody has to call: the house's own habit.
DAYS_TO_SIGN = timedelta(days=15)


def found(request: Asked, code: str) -> Any:
    """The convention of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(policies.can_see_conventions(request.actor))
    held = queries.convention(request.actor, code)
    if held is None:
        raise Http404
    return held


def set_found(request: Asked, code: str) -> Any:
    """The set of clauses of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(policies.can_see_conventions(request.actor))
    held = clause_queries.clause_set(request.actor, code)
    if held is None:
        raise Http404
    return held


def state_chip(held: Any, *, bare: bool = False) -> SafeString:
    """Where a convention stands."""
    return chip(STATUS[ConventionState(held.state)], held.get_state_display(), bare=bare)


def set_chip(held: Any) -> SafeString:
    """Where a set of clauses stands."""
    return chip(_SETS[ClauseSetState(held.state)], held.get_state_display(), bare=True)


def waits_on(held: Any) -> str:
    """Whose turn it is."""
    if held.state == ConventionState.DRAFT:
        return _("nous")
    if held.state == ConventionState.SENT:
        return _("les signataires")
    return ""


@dataclass(frozen=True)
class MentionLine:
    """One of the seven: what is said of it in short, what it lacks, and where it is written ("" for who may not)."""

    mention: Mention
    said: str
    lacks: tuple[str, ...]
    url: str

    @property
    def status(self) -> str:
        """The shape beside it."""
        return "warn" if self.lacks else "ok"


def mention_lines(held: Any, *, editable: bool) -> list[MentionLine]:
    """The seven mentions, in their order. One query."""
    certifier = held.certifier.code
    lacking: dict[str, list[Missing]] = {}
    terms = terms_of(held)
    for one in missing_mentions(terms):
        lacking.setdefault(one.mention.key, []).append(one)
    said = _said(held, len(terms.scopes))
    pages = {
        name: reverse(f"certifier:conventions-{name}", args=[certifier, held.code]) for name in ("mentions", SCOPES)
    }
    lines = []
    for mention in MENTIONS:
        missing = lacking.get(mention.key, [])
        url = pages[SCOPES] if mention.key == SCOPES else f"{pages['mentions']}#id_{_field(mention, missing)}"
        lines.append(
            MentionLine(mention, said[mention.key], tuple(one.sentence for one in missing), url if editable else "")
        )
    return lines


# What was chosen in mentions 4°, 5° and 7°, in two words.
COUNTERPARTS = {Counterpart.TERMS: lazy("selon des modalités écrites"), Counterpart.NONE: lazy("aucune")}
SUBCONTRACTINGS = {
    Subcontracting.FORBIDDEN: lazy("interdite"),
    Subcontracting.ALLOWED: lazy("permise, à des conditions"),
}
APPRENTICESHIPS = {
    Apprenticeship.NONE: lazy("sans objet"),
    Apprenticeship.CONCERNED: lazy("le partenaire forme des apprentis"),
}
FIRST_FIELDS = {"validity": "valid_from", "means": "technical_means"}


def _field(mention: Mention, missing: Sequence[Missing]) -> str:
    # A radio's first button bears the number 0.
    name = missing[0].field if missing else FIRST_FIELDS.get(mention.key, mention.key)
    return f"{name}_0" if name in ("purpose", "counterpart", "subcontracting", "apprenticeship") else name


def _said(held: Any, count: int) -> dict[str, str]:
    period = ""
    if held.valid_from and held.valid_until:
        period = _("du %(first)s au %(last)s") % {
            "first": day_plain(held.valid_from),
            "last": day_plain(held.valid_until),
        }
    counterpart = str(COUNTERPARTS.get(held.counterpart, ""))
    if held.counterpart == Counterpart.SCHEDULE and held.fee_schedule:
        counterpart = _("barème %(reference)s") % {"reference": held.fee_schedule.reference}
    means = [held.technical_means, held.teaching_means, held.supervision_means]
    return {
        "purpose": held.get_purpose_display() if held.purpose else "",
        "scopes": ngettext("%(n)d certification", "%(n)d certifications", count) % {"n": count} if count else "",
        "validity": period,
        "counterpart": counterpart,
        "subcontracting": str(SUBCONTRACTINGS.get(held.subcontracting, "")),
        "means": _("décrits") if all(means) else "",
        "apprenticeship": str(APPRENTICESHIPS.get(held.apprenticeship, "")),
    }


def conventions_of(request: Asked, partnership: Any) -> dict[str, Any]:
    """What the file of a partner shows of its conventions: the one that counts with its mentions, and the others."""
    if not policies.can_see_conventions(request.actor):
        return {"convention": None, "conventions": [], "convention_mentions": [], "may_prepare_convention": False}
    rows = list(queries.of_partnership(request.actor, partnership).exclude(state=ConventionState.ABANDONED))
    order = [ConventionState.IN_FORCE, ConventionState.SUSPENDED, ConventionState.SIGNED, ConventionState.SENT]
    main = next((row for state in order for row in rows if row.state == state), rows[0] if rows else None)
    return {
        "convention": main,
        "convention_state": state_chip(main, bare=True) if main else "",
        "convention_mentions": mention_lines(main, editable=False) if main else [],
        "conventions": [row for row in rows if row is not main],
        "may_prepare_convention": policies.can_prepare_conventions(request.actor, request.certifier)
        and not partnership.is_ended,
    }


def convention_dues(request: Reader, today: date) -> Asking[list[Due]]:
    """The conventions that end or wait for a signature."""
    if not policies.can_prepare_conventions(request.actor, request.certifier):
        return []
    rows = queries.conventions(request.actor)
    shown = ("code", "reference", "certifier__code", *PARTNER_SHOWN)
    renewed, sent = yield [
        Short(queries.ending_soon(rows, today), ("valid_until", *shown)),
        Short(rows.in_states(ConventionState.SENT), ("sent_at", "changed_at", *shown)),
    ]

    def due(held: Any, title: str, due_on: date, law: str = "", opened_on: date | None = None) -> Due:
        follower = held.partnership.followed_by
        return Due(
            title=title % {"reference": held.reference, "of": of_name(held.partnership.name)},
            due_on=due_on,
            today=today,
            opened_on=opened_on,
            url=reverse("certifier:conventions-one", args=[held.certifier.code, held.code]),
            law=law,
            who=follower.full_name if follower else "",
        )

    ending = [
        due(one, _("Renouveler la convention %(reference)s %(of)s"), one.valid_until or today, MENTIONS[2].article)
        for one in renewed
    ]
    unsigned = [
        due(
            one,
            _("Relancer la signature de %(reference)s %(of)s"),
            timezone.localdate(one.sent_at or one.changed_at) + DAYS_TO_SIGN,
            opened_on=timezone.localdate(one.sent_at or one.changed_at),
        )
        for one in sent
    ]
    return ending + unsigned


def tabs_of(held: Any, current: str) -> list[Tab]:
    """The convention, who signs it, and what may happen to it afterwards; ``current`` is the page that is shown."""
    codes = [held.certifier.code, held.code]
    pages = [(_("Convention"), "one"), (_("Signatures"), "signatures"), (_("Suspension et fin"), "follow-up")]
    return [
        Tab(label, reverse(f"certifier:conventions-{name}", args=codes), current=name == current)
        for label, name in (pages[:1] if held.is_draft else pages)
    ]
