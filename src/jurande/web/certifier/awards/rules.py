"""From which assiduity on a criterion is met, certification by certification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import rules as operations
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import lots as queries
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.forms import refusing


class RuleForm(forms.Form):
    """A threshold, and the criterion in words."""

    threshold_percent = forms.IntegerField(
        label=_("Assiduité demandée, en %"),
        min_value=1,
        max_value=100,
        help_text=_("Heures de présence divisées par heures prévues, lues dans le tableur. 79\u00a0% ne font pas 80."),
    )
    label = forms.CharField(
        label=_("Le critère, comme les titulaires le liront"),
        max_length=200,
        help_text=_("Par exemple\u00a0: Assiduité aux séances."),
    )


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Each certification that is awarded, with the assiduity that it asks for."""
    require(policies.can_see_awards(request.actor))
    page = {
        "lines": queries.rules_of(request.actor),
        "tabs": tabs(request, "certifier:awards-rules"),
        "may_set": policies.can_set_award_rules(request.actor, request.certifier),
    }
    return render(request, "certifier/awards/rules.html", page)


def _certification(request: Asked, code: str) -> Any:
    require(policies.can_set_award_rules(request.actor, request.certifier))
    found = queries.certification_to_rule(request.actor, code)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def edit(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Ask for an assiduity."""
    held = _certification(request, code)
    rule = queries.rule_of(held)
    initial = {
        "threshold_percent": rule.threshold_percent if rule else 80,
        "label": rule.label if rule else str(_("Assiduité")),
    }
    form = RuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_rule(certification=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’assiduité demandée est notée. Elle compte pour les prochains lots."))
            return redirect("certifier:awards-rules", certifier)
    return render(request, "certifier/awards/rule.html", {"held": held, "rule": rule, "form": form})


@require_POST
@audience("certifier")
def remove(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Ask for none any more."""
    held = _certification(request, code)
    with refusing(request):
        operations.remove_rule(certification=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Aucune assiduité n’est plus demandée."))
    return redirect("certifier:awards-rules", certifier)
