"""What the pages of recruitment share: their tabs, chips, fields, and how a page keeps what was typed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import require
from jurande.registers.network.policies.calls import can_see_recruitment
from jurande.registers.network.queries import calls, checks, fees
from jurande.registers.network.states import CallState, CheckOutcome, FeeScheduleState
from jurande.web.access import Asked
from jurande.web.ui.formats import number
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Tab

AREAS: tuple[tuple[str, str | Promise], ...] = (
    ("certifier:recruitment", _("Tableau")),
    ("certifier:recruitment-list", _("Dossiers")),
    ("certifier:recruitment-calls", _("Appels")),
    ("certifier:recruitment-fees", _("Barèmes")),
)
_SCHEDULES = {FeeScheduleState.DRAFT: "draft", FeeScheduleState.FROZEN: "ok", FeeScheduleState.REPLACED: "end"}
_OUTCOMES = {
    CheckOutcome.GOOD: "ok",
    CheckOutcome.WARNING: "warn",
    CheckOutcome.BAD: "late",
    CheckOutcome.UNKNOWN: "draft",
}


def tabs(certifier: str, current: str) -> list[Tab]:
    """The views of recruitment; ``current`` is the name of the one being looked at."""
    found = []
    for name, label in AREAS:
        try:
            found.append(Tab(str(label), reverse(name, args=[certifier]), current=name == current))
        except NoReverseMatch:
            continue
    return found


def call_found(request: Asked, code: str) -> Any:
    """The call of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(can_see_recruitment(request.actor))
    held = calls.call(request.actor, code)
    if held is None:
        raise Http404
    return held


def schedule_found(request: Asked, code: str) -> Any:
    """The fee schedule of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(can_see_recruitment(request.actor))
    held = fees.schedule(request.actor, code)
    if held is None:
        raise Http404
    return held


def flag_found(request: Asked, code: str) -> Any:
    """The flag of this house.

    :raises Http404: it is somebody else's, or none.
    """
    require(can_see_recruitment(request.actor))
    held = checks.flag(request.actor, code)
    if held is None:
        raise Http404
    return held


def schedule_chip(held: Any) -> SafeString:
    """Where a fee schedule stands."""
    return chip(_SCHEDULES[FeeScheduleState(held.state)], held.get_state_display(), bare=True)


def call_chip(held: Any) -> SafeString:
    """Where a call stands today: open, not begun, past its last day, or as it is stored."""
    today = timezone.localdate()
    if held.state == CallState.DRAFT:
        return chip("draft", held.get_state_display(), bare=True)
    if held.state == CallState.CLOSED:
        return chip("end", held.get_state_display(), bare=True)
    if calls.is_late(held, today):
        return chip("warn", str(_("Échu, à clore")), bare=True)
    if not held.takes_applications_on(today):
        return chip("run", str(_("Pas encore ouvert")), bare=True)
    return chip("ok", held.get_state_display(), bare=True)


def check_chip(check: Any) -> SafeString:
    """How an automatic check came out."""
    return chip(_OUTCOMES[CheckOutcome(check.outcome)], check.get_outcome_display(), bare=True)


# --- forms --------------------------------------------------------------------------------------


class Hundredths(forms.CharField):
    """A number with at most two decimals, typed the French way and kept as an integer: euros as cents, % as points."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the arguments of a field of text."""
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> int | None:
        """Give hundredths; None when nothing was typed.

        :raises ValidationError: it is not a number, or it has more than two decimals.
        """
        text = super().clean(value)
        if not text:
            return None
        typed = "".join(text.split()).replace("\u202f", "").rstrip("€%").replace(",", ".")
        try:
            hundredths = Decimal(typed) * 100
            whole = hundredths.is_finite() and hundredths == hundredths.to_integral_value()
        except InvalidOperation:
            whole = False
        if not whole:
            raise forms.ValidationError(_("Écrivez un nombre, avec deux décimales au plus\u00a0: 1 250,00."))
        return int(hundredths)

    def prepare_value(self, value: Any) -> Any:
        """Show stored hundredths as people write them; what was typed stays as it was typed."""
        return number(Decimal(value) / 100, 2) if isinstance(value, int) else value


def go_on_from(form: Any, held: Any) -> None:
    """After a refusal, let the next save be about what stands now: the sentence has told that it changed."""
    held.refresh_from_db(fields=["revision"])
    form.data = {**form.data.dict(), "revision": str(held.revision)}
