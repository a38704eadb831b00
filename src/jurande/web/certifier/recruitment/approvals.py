"""Approvals of a partner: withdrawn, renewed, and people one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import approvals as operations
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import dossiers
from jurande.registers.network.queries.approvals import approval, words_for
from jurande.registers.network.states import ApprovalRole
from jurande.web.access import Asked, audience
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing

YEAR = timedelta(days=365)
TEXT = 4_000


class WithdrawForm(forms.Form):
    """Why an approval ends."""

    reason = forms.CharField(
        label=_("Motif"),
        help_text=_("Le dirigeant du partenaire le lit dans un courrier."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RenewForm(forms.Form):
    """Until when it is granted again."""

    valid_until = forms.DateField(label=_("Dernier jour"), widget=DayInput())


class PersonForm(forms.Form):
    """What is decided of somebody."""

    granted = forms.ChoiceField(
        label=_("Décision"), choices=[("oui", _("Agréer")), ("non", _("Refuser"))], widget=forms.RadioSelect
    )
    valid_until = forms.DateField(label=_("Si elle est agréée, jusqu’au"), required=False, widget=DayInput())
    reasons = forms.CharField(
        label=_("Si elle est refusée, pourquoi"),
        max_length=TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def withdraw(request: Asked, certifier: str, code: str) -> HttpResponse:
    """End an approval before its day."""
    row = _approval(request, code)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="reason"):
            operations.withdraw(approval=row, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’agrément est retiré."))
            return _back(certifier, row.partnership)
    answer = _("%(what)s. Il cesse aujourd’hui, et le dirigeant reçoit un courrier.") % {"what": words_for(row)}
    return _page(request, row.partnership, form, _("Retirer cet agrément\u00a0?"), answer, _("Retirer l’agrément"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def renew(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Grant the same again."""
    row = _approval(request, code)
    last = max(row.valid_until or timezone.localdate(), timezone.localdate())
    form = RenewForm(request.POST or None, initial={"valid_until": last + YEAR})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="valid_until"):
            operations.renew(approval=row, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’agrément est renouvelé."))
            return _back(certifier, row.partnership)
    return _page(request, row.partnership, form, _("Renouveler jusqu’à quand\u00a0?"), words_for(row), _("Renouveler"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def person(request: Asked, certifier: str, code: str, role: str) -> HttpResponse:
    """Approve or refuse somebody of a partner, as trainer or as assessor."""
    require(policies.can_see_recruitment(request.actor))
    staff = dossiers.staff_member(request.actor, code)
    if staff is None or role not in ApprovalRole.values or staff.partnership is None:
        raise Http404
    require(policies.can_manage_approvals(request.actor, staff.partnership.certifier))
    form = PersonForm(request.POST or None, initial={"valid_until": timezone.localdate() + 3 * YEAR})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form):
            operations.rule_on_person(
                staff=staff,
                role=role,
                granted=given["granted"] == "oui",
                valid_until=given["valid_until"],
                reasons=given["reasons"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("C’est décidé."))
            return _back(certifier, staff.partnership)
    question = _("Agréer %(name)s\u00a0?") % {"name": staff.name}
    return _page(request, staff.partnership, form, question, ApprovalRole(role).label, _("Décider"))


def _approval(request: Asked, code: str) -> Any:
    require(policies.can_see_recruitment(request.actor))
    row = approval(request.actor, code)
    if row is None or row.partnership is None:
        raise Http404
    require(policies.can_change_approval(request.actor, row))
    return row


def _back(certifier: str, partnership: Any) -> HttpResponse:
    return redirect("certifier:partners-one", certifier, partnership.code)


def _page(
    request: Asked, partnership: Any, form: forms.Form, question: object, answer: object, label: object
) -> HttpResponse:
    page = {
        "form": form,
        "question": question,
        "answer": answer,
        "eyebrow": partnership.name,
        "back": reverse("certifier:partners-one", args=[request.actor.certifier_code, partnership.code]),
        "label": label,
        "keep": f"agrement-{partnership.code}",
    }
    return render(request, "certifier/recruitment/form.html", page)
