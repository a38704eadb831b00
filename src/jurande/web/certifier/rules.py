"""The house's own rules: its identity, the safety rules it set aside, its API keys."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.states import Rule, Scope
from jurande.web.access import Asked, audience, confirmed
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect

KEY_LIFE_DAYS = 365
RELAX = {Rule.SEPARATION: operations.relax_separation, Rule.SECOND_FACTOR: operations.relax_second_factor}
RESTORE = {Rule.SEPARATION: operations.restore_separation, Rule.SECOND_FACTOR: operations.restore_second_factor}


@require_safe
@audience("certifier")
def settings(request: Asked, certifier: str) -> HttpResponse:
    """How this house is run, in the open: everybody here sees which rules are set aside."""
    actor = request.actor
    require(policies.can_see_team(actor))
    rows = queries.relaxations(actor)
    aside = {row.rule: row for row in rows if row.restored_at is None}
    names = queries.names_of([row.relaxed_by_code for row in rows] + [row.restored_by_code for row in rows])
    may_issue = policies.can_issue_api_key(actor, request.certifier)
    page = {
        "rules": [
            (rule, aside.get(rule), names.get(aside[rule].relaxed_by_code, "") if rule in aside else "")
            for rule in Rule
        ],
        "history": [
            (row, names.get(row.relaxed_by_code, ""), names.get(row.restored_by_code, ""))
            for row in rows
            if row.restored_at
        ],
        "keys": queries.api_keys(actor) if may_issue else [],
        "may_set": policies.can_set_rules(actor, request.certifier),
        "may_issue": may_issue,
        "now": timezone.now(),
    }
    return render(request, "certifier/settings.html", page)


class RelaxForm(forms.Form):
    """Why a rule of safety is set aside."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Montré à toute l’équipe et, en cas de contrôle, à France compétences."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
@confirmed
def rule(request: Asked, certifier: str, rule: str) -> HttpResponse:
    """Set a rule aside, with a reason; or bring it back."""
    require(policies.can_set_rules(request.actor, request.certifier))
    if rule not in Rule.values:
        raise Http404
    chosen = Rule(rule)
    aside = any(row.rule == rule and row.restored_at is None for row in queries.relaxations(request.actor))
    form = (forms.Form if aside else RelaxForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            if aside:
                RESTORE[chosen](certifier=request.certifier, actor=request.actor, now=timezone.now())
                messages.success(request, _("La règle est rétablie."))
            else:
                RELAX[chosen](
                    certifier=request.certifier,
                    reason=form.cleaned_data["reason"],
                    actor=request.actor,
                    now=timezone.now(),
                )
                messages.success(request, _("La règle est assouplie. Toute l’équipe le voit."))
            return redirect("certifier:settings", certifier)
    effects = [Effect("book-2", str(_("Une écriture au journal, à votre nom.")))]
    if not aside:
        effects.insert(0, Effect("users-group", str(_("Toute l’équipe verra que cette règle ne s’applique plus."))))
    question = _("Rétablir cette règle ?") if aside else _("Assouplir cette règle ?")
    page = {
        "form": form,
        "question": question,
        "answer": chosen.label,
        "label": _("Rétablir") if aside else _("Assouplir"),
        "effects": effects,
    }
    return render(request, "certifier/rule.html", page)


class KeyForm(forms.Form):
    """A key for another program."""

    label = forms.CharField(label=_("Pour quel logiciel ?"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("Ce qu’elle permet"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateField(label=_("Valable jusqu’au"), widget=day_input(), help_text=_("Un an au plus."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
@confirmed
def new_key(request: Asked, certifier: str) -> HttpResponse:
    """Make an API key; its secret is shown once, on this page only."""
    require(policies.can_issue_api_key(request.actor, request.certifier))
    form = KeyForm(request.POST or None, initial={"expires_at": timezone.localdate() + timedelta(days=KEY_LIFE_DAYS)})
    issued = None
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            issued = operations.issue_api_key(
                certifier=request.certifier,
                label=form.cleaned_data["label"],
                scopes=[Scope(scope) for scope in form.cleaned_data["scopes"]],
                expires_at=_end_of(form.cleaned_data["expires_at"]),
                actor=request.actor,
                now=timezone.now(),
            )
    return render(request, "certifier/key_new.html", {"form": form, "issued": issued})


def _end_of(day: date) -> datetime:
    """The last second of a civil day in Paris."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


@require_POST
@audience("certifier")
def revoke_key(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Revoke a key: it opens nothing from now on."""
    key = queries.api_key(request.actor, code)
    if key is None:
        raise Http404
    require(policies.can_revoke_api_key(request.actor, key))
    with refusing(request):
        operations.revoke_api_key(key=key, actor=request.actor, now=timezone.now())
        messages.success(request, _("La clé est révoquée : elle n’ouvre plus rien."))
    return redirect("certifier:settings", certifier)
