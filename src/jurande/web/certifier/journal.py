"""The house's journal: every act, and whether the chain still holds."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.common import jobs
from jurande.registers.common.verdicts import require
from jurande.registers.journal import queries
from jurande.registers.parties import policies
from jurande.registers.parties.queries import team
from jurande.web.access import Asked, audience
from jurande.web.ui.exports import csv_sheet
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.sentences import names_in, plain, told

PAGE_ENTRIES = 50
MOST_EXPORTED = 50_000


class SearchForm(forms.Form):
    """Which acts to read."""

    du = forms.DateField(label=_("Du"), required=False, widget=day_input())
    au = forms.DateField(label=_("Au"), required=False, widget=day_input())
    par = forms.ChoiceField(label=_("Par"), required=False)

    def __init__(self, *args: object, people: list[tuple[str, str]], **kwargs: object) -> None:
        """Offer the people of the house as authors."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["par"].choices = [("", _("tout le monde")), *people]  # type: ignore[attr-defined]


@require_safe
@audience("certifier")
def journal(request: Asked, certifier: str) -> HttpResponse:
    """What was done in this house, newest first."""
    require(policies.can_see_journal(request.actor))
    people = {member.person.code: member.person.full_name for member in team(request.actor)}
    form = SearchForm(request.GET or None, people=sorted(people.items(), key=lambda item: item[1]))
    kept = form.cleaned_data if form.is_valid() else {}
    older_than = request.GET.get("avant", "")
    exporting = request.GET.get("export") == "csv"
    page = queries.listing(
        certifier,
        actor_code=kept.get("par") or "",
        since=_midnight(kept["du"]) if kept.get("du") else None,
        until=_midnight(kept["au"] + timedelta(days=1)) if kept.get("au") else None,
        older_than=int(older_than) if older_than.isdecimal() and len(older_than) < 16 else None,
        limit=MOST_EXPORTED if exporting else PAGE_ENTRIES,
    )
    if exporting:
        return _sheet(page.entries)
    query = request.GET.copy()
    query.pop("avant", None)
    shown = {
        "form": form,
        "address": query.urlencode(),
        "older_than": page.older_than,
        "newest": not older_than,
        "events": told(page.entries),
        "verified": queries.last_verification(certifier),
    }
    return render(request, "certifier/journal.html", shown)


def _midnight(day: object) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))  # type: ignore[arg-type]


def _sheet(entries: list) -> HttpResponse:  # type: ignore[type-arg]
    names = names_in(entries)
    header = [str(_("Rang")), str(_("Quand")), str(_("Ce qui a été fait")), str(_("Acte")), str(_("Empreinte"))]
    rows = ([e.seq, e.at, plain(e, names), e.action, e.hash] for e in entries)
    return csv_sheet("journal", header, rows)


@require_POST
@audience("certifier")
def check(request: Asked, certifier: str) -> HttpResponse:
    """Read the whole chain again, now, as a job one can watch."""
    require(policies.can_see_journal(request.actor))
    job = jobs.request(
        "journal.verify",
        certifier,
        certifier_code=certifier,
        requested_by=request.actor.code,
        now=timezone.now(),
    )
    messages.info(request, _("La lecture de la chaîne commence."))
    return redirect("certifier:work", certifier, job.code)
