"""How long what concerns people is kept, what leaves tonight, what left, what a procedure freezes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.retention import LONGEST_MONTHS, Standing
from jurande.registers.awards.operations import purging
from jurande.registers.awards.operations import retention as operations
from jurande.registers.awards.policies import erasure as policies
from jurande.registers.awards.queries import retention as queries
from jurande.registers.awards.states.erasure import HoldScope, KeptCategory
from jurande.registers.common.verdicts import require
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards import rights
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.formats import moment
from jurande.web.ui.formats import number as written
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.tables import Column, Table

STANDINGS = {Standing.RECOMMENDED: lazy("Recommandé par"), Standing.PROPOSED: lazy("Proposé par Jurande")}


def months_said(months: int | None) -> str:
    """A duration in words: whole years in years."""
    if months is None:
        return str(_("Sans fin"))
    if months % 12 == 0:
        return str(_("1 an") if months == 12 else _("%(n)d ans") % {"n": months // 12})
    return str(_("%(n)d mois") % {"n": months})


def _basis(kept: Any) -> str:
    if kept.rule is not None:
        return str(kept.rule.reason)
    return f"{STANDINGS[kept.default.standing]} {kept.default.source}".strip()


REPORTS: Table[Any] = Table(
    name="purges",
    columns=(
        Column("debut", lazy("Lancée"), lambda row: row.started_at, lambda row: moment(row.started_at)),
        Column("fin", lazy("Terminée"), lambda row: row.finished_at, lambda row: moment(row.finished_at)),
        *(
            Column(
                each.value,
                each.label,
                lambda row, key=each.value: row.counts.get(key, {}).get("gone", 0),  # type: ignore[misc]
                numeric=True,
                at_first=each != KeptCategory.TAKEOVERS,
            )
            for each in KeptCategory
        ),
        Column(
            "geles",
            lazy("Gelées, gardées"),
            lambda row: sum(count.get("held", 0) for count in row.counts.values()),
            numeric=True,
        ),
    ),
    unit=lazy("purge,purges"),
)


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str) -> HttpResponse:
    """Durations, what the next purge takes, holds, reports."""
    house = request.certifier
    require(policies.can_see_retention(request.actor, house))
    shown = REPORTS.read(request.GET, queries.reports_of(request.actor))
    if (sheet := shown.sheet()) is not None:
        return sheet
    today = timezone.localdate()
    due = queries.due_in(house, today=today)
    holds = list(queries.holds_of(request.actor))
    names = names_of(each.declared_by_code for each in holds)
    page = {
        "lines": [
            {"due": each, "label": each.kept.category.label, "said": months_said(each.kept.months)}
            | {"basis": _basis(each.kept), "key": each.kept.category.value}
            for each in due
        ],
        "leaving": sum(each.leaving for each in due),
        "holds": [
            {"hold": each, "by": names.get(each.declared_by_code, ""), "state": _state(each, today)} for each in holds
        ],
        "reports": shown,
        "under_way": purging.under_way(house),
        "tabs": tabs(request, "certifier:retention"),
        "may_set": policies.can_set_retention(request.actor, house),
        "may_hold": policies.can_hold(request.actor, house),
        "rights": rights.lines_of(request),
    }
    return render(request, "certifier/awards/retention.html", page)


def _state(hold: Any, today: date) -> str:
    if hold.lifted_at is not None:
        return str(_("Levé"))
    return str(_("Terminé") if hold.until_on is not None and hold.until_on < today else _("En vigueur"))


class DurationForm(forms.Form):
    """How long, and why."""

    endless = forms.BooleanField(label=lazy("Garder sans fin"), required=False)
    months = forms.IntegerField(
        label=lazy("Durée, en mois"),
        min_value=1,
        max_value=LONGEST_MONTHS,
        required=False,
        help_text=lazy("60 mois font 5 ans."),
    )
    reason = forms.CharField(
        label=lazy("Pourquoi cette durée"),
        max_length=operations.REASON_CHARS,
        help_text=lazy("Votre registre des traitements la répète (règlement 2016/679, art. 30-1-f)."),
    )

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        given = super().clean() or {}
        if not given.get("endless") and given.get("months") is None and "months" not in self.errors:
            self.add_error("months", str(_("Donnez un nombre de mois, ou cochez «\u00a0Garder sans fin\u00a0».")))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def rule(request: Asked, certifier: str, category: str) -> HttpResponse:
    """Choose how long one category is kept."""
    house = request.certifier
    require(policies.can_set_retention(request.actor, house))
    kept = next((each for each in queries.kept_by(house) if each.category == category), None)
    if kept is None:
        raise Http404
    initial = {"endless": kept.months is None, "months": kept.months, "reason": kept.rule.reason if kept.rule else ""}
    form = DurationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form):
            operations.set_retention(
                certifier=house,
                category=kept.category,
                months=None if given["endless"] else given["months"],
                reason=given["reason"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La durée est notée. La prochaine purge l’applique."))
            return redirect("certifier:retention", certifier)
    page = {"form": form, "label": kept.category.label, "default": months_said(kept.default.months)}
    page["basis"] = f"{STANDINGS[kept.default.standing]} {kept.default.source}".strip()
    return render(request, "certifier/awards/retention_rule.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def purge(request: Asked, certifier: str) -> HttpResponse:
    """Show exactly what leaves, and launch it now rather than tonight."""
    house = request.certifier
    require(policies.can_set_retention(request.actor, house))
    due = [each for each in queries.due_in(house, today=timezone.localdate()) if each.over]
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            job = purging.request_purge(certifier=house, actor=request.actor, now=timezone.now())
            return redirect("certifier:work", certifier, job.code)
    page = {"form": form, "due": due, "under_way": purging.under_way(house)}
    page["leaving"] = sum(each.leaving for each in due)
    return render(request, "certifier/awards/purge.html", page)


# --- holds ----------------------------------------------------------------------------------------


class HoldForm(forms.Form):
    """What a procedure freezes, why, until when."""

    scope = forms.ChoiceField(label=lazy("Que faut-il garder ?"), choices=HoldScope, widget=forms.RadioSelect)
    number = forms.CharField(
        label=lazy("Numéro de l’attestation"),
        max_length=20,
        required=False,
        help_text=lazy("Pour une attestation, ou pour tout ce qui a été délivré à la même personne."),
    )
    lot = forms.CharField(label=lazy("Référence du lot"), max_length=40, required=False)
    certification = forms.ChoiceField(label=lazy("Certification"), required=False)
    reason = forms.CharField(
        label=lazy("Pour quelle procédure"),
        max_length=operations.HOLD_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Seule votre maison le lit. Le titulaire apprend seulement qu’une procédure est en cours."),
    )
    until_on = forms.DateField(
        label=lazy("Jusqu’au"),
        required=False,
        widget=day_input(),
        help_text=lazy("Sans date, le gel dure jusqu’à ce que vous le leviez."),
    )

    def __init__(self, *args: Any, certifications: Any, **kwargs: Any) -> None:
        """Offer the certifications of the house."""
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["certification"]
        choices.choices = [("", "")] + [(each.code, each.title) for each in certifications]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def freeze(request: Asked, certifier: str) -> HttpResponse:
    """Declare a hold."""
    house = request.certifier
    require(policies.can_hold(request.actor, house))
    form = HoldForm(
        request.POST or None,
        certifications=queries.certifications_of(house),
        initial={"scope": HoldScope.AWARD},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form):
            operations.declare_hold(
                certifier=house,
                scope=HoldScope(given["scope"]),
                about=queries.named_in(
                    house,
                    HoldScope(given["scope"]),
                    number=given["number"],
                    lot=given["lot"],
                    certification=given["certification"],
                ),
                reason=given["reason"],
                until_on=given["until_on"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("C’est gelé\u00a0: rien ne peut plus en partir."))
            return redirect("certifier:retention", certifier)
    return render(request, "certifier/awards/hold_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def hold(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What is frozen and why; lifting it."""
    require(policies.can_see_retention(request.actor, request.certifier))
    row = queries.holds_of(request.actor).filter(code=code).first()
    if row is None:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.lift_hold(hold=row, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le gel est levé."))
            return redirect("certifier:retention", certifier)
    names = names_of([row.declared_by_code, row.lifted_by_code])
    page = {
        "hold": row,
        "form": form,
        "by": names.get(row.declared_by_code, ""),
        "lifted_by": names.get(row.lifted_by_code, ""),
        "count": written(queries.count_frozen_by(row)),
        "may_hold": policies.can_hold(request.actor, request.certifier),
    }
    return render(request, "certifier/awards/hold.html", page)
