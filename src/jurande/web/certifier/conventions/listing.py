"""The conventions of the house as a working tool, and how a new one is begun."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import drafting, recording
from jurande.registers.conventions.queries import clauses as clause_queries
from jurande.registers.conventions.queries import conventions as queries
from jurande.registers.conventions.states import ConventionKind, ConventionState, Origin
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import state_chip, waits_on
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import BulkAct, Column, Filter, Table, written

ALERTS = (
    ("a_renouveler", _("finit dans six mois au plus")),
    ("a_mettre_a_niveau", _("d’avant le 1er octobre 2025")),
)


def table(certifier: str, today: date) -> Table[Any]:
    """The list of conventions as a working tool."""
    return Table(
        name="conventions",
        columns=(
            Column(
                "reference",
                str(_("Convention")),
                lambda c: c.reference,
                url=lambda c: reverse("certifier:conventions-one", args=[certifier, c.code]),
                order=("reference",),
            ),
            Column(
                "partenaire",
                str(_("Partenaire")),
                lambda c: c.partnership.name,
                order=("partnership__site__organisation__search_text",),
            ),
            Column("nature", str(_("Nature")), lambda c: c.get_kind_display(), order=("kind",), on_phone=False),
            Column("etat", str(_("État")), lambda c: c.get_state_display(), show=state_chip, order=("state",)),
            Column("attend", str(_("Attend")), waits_on, on_phone=False),
            Column("debut", str(_("Du")), lambda c: c.valid_from, order=("valid_from",), on_phone=False),
            Column(
                "fin",
                str(_("Au")),
                lambda c: c.valid_until,
                show=lambda c: _end_shown(c, today),
                order=("valid_until",),
            ),
            Column(
                "clauses",
                str(_("Clauses")),
                lambda c: c.clause_set.number if c.clause_set else None,
                show=lambda c: _clauses_shown(c),
                order=("clause_set__number",),
                on_phone=False,
            ),
            Column("signee", str(_("Signée le")), lambda c: c.concluded_on, order=("concluded_on",), at_first=False),
            Column("origine", str(_("Origine")), lambda c: c.get_origin_display(), at_first=False),
            Column("siret", "SIRET", lambda c: c.partnership.site.siret, at_first=False),
        ),
        filters=(
            Filter("etat", str(_("état")), ConventionState.choices, lambda rows, kept: rows.in_states(*kept)),
            Filter("nature", str(_("nature")), ConventionKind.choices, lambda rows, kept: rows.filter(kind__in=kept)),
            Filter("origine", str(_("origine")), Origin.choices, lambda rows, kept: rows.filter(origin__in=kept)),
            Filter("alerte", str(_("alerte")), ALERTS, lambda rows, kept: _alerted(rows, kept, today)),
        ),
        search=lambda rows, words: rows.matching(words),
        order="-reference",
        code=lambda c: c.code,
        unit=str(_("convention,conventions")),
    )


def _end_shown(held: Any, today: date) -> str:
    if held.valid_until is None:
        return ""
    alive = held.state in (ConventionState.IN_FORCE, ConventionState.SUSPENDED)
    left = (held.valid_until - today).days
    if not alive or held.is_followed or left > queries.ENDING_DAYS:
        return written(held.valid_until)
    return chip("late" if left <= 31 else "warn", written(held.valid_until), bare=True)


def _clauses_shown(held: Any) -> str:
    if held.is_to_upgrade:
        return chip("warn", str(_("À mettre à niveau")), bare=True)
    return str(_("version %(n)d") % {"n": held.clause_set.number}) if held.clause_set else str(_("d’ailleurs"))


def _alerted(rows: Any, kept: Any, today: date) -> Any:
    chosen = rows.none()
    if "a_renouveler" in kept:
        chosen = chosen | queries.ending_soon(rows, today)
    if "a_mettre_a_niveau" in kept:
        chosen = chosen | rows.to_upgrade()
    return chosen.distinct()


@require_safe
@audience("certifier")
def conventions(request: Asked, certifier: str) -> HttpResponse:
    """Who answers for what, until when: the list, with what ends and what is to be brought up to date."""
    actor, today = request.actor, timezone.localdate()
    require(policies.can_see_conventions(actor))
    rows = queries.conventions(actor)
    listing = table(certifier, today).read(request.GET, rows)
    if sheet := listing.sheet():
        return sheet
    may_prepare = policies.can_prepare_conventions(actor, request.certifier)
    counted = queries.counts(actor, today)
    page = {
        "listing": listing,
        "any": bool(listing.total) or rows.exists(),
        "counts": counted,
        "may_prepare": may_prepare,
        "has_clauses": clause_queries.in_use(actor) is not None,
        "acts": [BulkAct(str(_("Renouveler")), reverse("certifier:conventions-renew", args=[certifier]))]
        if may_prepare
        else [],
    }
    return render(request, "certifier/conventions/list.html", page)


class NewForm(forms.Form):
    """With whom, and whether it is written here."""

    partnership = forms.ChoiceField(label=_("Partenaire"))
    origin = forms.ChoiceField(
        label=_("Où est-elle rédigée\u00a0?"),
        widget=forms.RadioSelect,
        choices=[
            (Origin.JURANDE, _("Ici, à partir de vos clauses, et signée ici")),
            (Origin.ELSEWHERE, _("Ailleurs\u00a0: elle est déjà signée, vous en déposerez le PDF")),
        ],
        initial=Origin.JURANDE,
    )

    def __init__(self, *args: Any, partners: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the partners of the house."""
        super().__init__(*args, **kwargs)
        self.fields["partnership"].choices = [("", _("Choisissez")), *partners]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Begin a convention with a partner, from what it is approved for."""
    actor = request.actor
    require(policies.can_prepare_conventions(actor, request.certifier))
    partners = {one.code: one for one in queries.partnerships(actor)}
    form = NewForm(
        request.POST or None,
        partners=[(code, f"{one.name}, {one.site.city} ({one.reference})") for code, one in partners.items()],
        initial={"partnership": request.GET.get("partenaire", "")},
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            elsewhere = form.cleaned_data["origin"] == Origin.ELSEWHERE
            begin = recording.prepare_elsewhere if elsewhere else drafting.prepare
            held = begin(partnership=partners[form.cleaned_data["partnership"]], actor=actor, now=timezone.now())
            messages.success(request, _("La convention %(r)s est commencée.") % {"r": held.reference})
            return redirect("certifier:conventions-one", certifier, held.code)
    page = {"form": form, "has_clauses": clause_queries.in_use(actor) is not None}
    return render(request, "certifier/conventions/new.html", page)
