"""The certifiers of the installation and those who run it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.states import Role
from jurande.web.access import Asked, audience, confirmed
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import InviteForm
from jurande.web.ui.second_factor import SECOND_FACTOR_CLEARED, second_factor_page


@require_safe
@audience("operator")
def home(request: Asked) -> HttpResponse:
    """Which certifiers live here, and whether each has somebody to run it."""
    require(policies.can_register_certifier(request.actor))
    pending = [row for row in queries.invitations(request.actor) if row.certifier_id is not None]
    rows = [
        (certifier, [invitation for invitation in pending if invitation.certifier_id == certifier.pk])
        for certifier in queries.certifiers(request.actor)
    ]
    return render(request, "operator/home.html", {"rows": rows})


class CertifierForm(forms.Form):
    """A certifier's identity, and whom to invite to run it."""

    siret = forms.CharField(label=_("SIRET du siège"), max_length=25, help_text=_("Quatorze chiffres, espaces admis."))
    legal_name = forms.CharField(label=_("Dénomination"), max_length=250, help_text=_("Telle qu’au répertoire Sirene."))
    usual_name = forms.CharField(label=_("Nom d’usage"), max_length=250, required=False)
    address = forms.CharField(label=_("Adresse"), max_length=250, required=False)
    postcode = forms.CharField(label=_("Code postal"), max_length=5)
    city = forms.CharField(label=_("Commune"), max_length=100)
    reference_prefix = forms.CharField(
        label=_("Préfixe des références"),
        max_length=10,
        required=False,
        help_text=_("Par exemple IMR : IMR-PART-2026-0001."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
def new(request: Asked) -> HttpResponse:
    """Create a certifier; its first administrator is invited next."""
    require(policies.can_register_certifier(request.actor))
    form = CertifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            certifier = operations.register_certifier(actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le certificateur est créé. Invitez maintenant son administrateur."))
            return redirect("operator:home-invite", certifier.code)
    return render(
        request, "operator/form.html", _page(form, _("Quel certificateur créer ?"), _("Créer le certificateur"))
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
@confirmed
def invite_administrator(request: Asked, code: str) -> HttpResponse:
    """Invite somebody to run a certifier."""
    certifier = next((row for row in queries.certifiers(request.actor) if row.code == code), None)
    if certifier is None:
        raise Http404
    require(policies.can_give_role(request.actor, Role.ADMINISTRATOR, certifier=certifier))
    form = InviteForm(request.POST or None, roles=(Role.ADMINISTRATOR,))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.invite_member(certifier=certifier, actor=request.actor, now=timezone.now(), **form.given())
            messages.success(request, _("L’invitation est partie."))
            return redirect("operator:home")
    question = _("Qui administre %(name)s ?") % {"name": certifier.name}
    return render(request, "operator/form.html", _page(form, question, _("Envoyer l’invitation")))


@require_safe
@audience("operator")
def operators(request: Asked) -> HttpResponse:
    """Who runs the installation."""
    require(policies.can_run_installation(request.actor))
    present = [row for row in queries.team(request.actor) if row.role == Role.OPERATOR]
    protected = queries.with_second_factor(row.person_id for row in present)
    members = [
        {
            "membership": row,
            "may_clear": row.person_id in protected and policies.can_clear_second_factor(request.actor, row),
        }
        for row in present
    ]
    pending = [row for row in queries.invitations(request.actor) if row.certifier_id is None]
    return render(request, "operator/operators.html", {"members": members, "invitations": pending})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
@confirmed
def invite_operator(request: Asked) -> HttpResponse:
    """Invite another operator."""
    require(policies.can_give_role(request.actor, Role.OPERATOR))
    form = InviteForm(request.POST or None, roles=(Role.OPERATOR,))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.invite_member(actor=request.actor, now=timezone.now(), **form.given())
            messages.success(request, _("L’invitation est partie."))
            return redirect("operator:home-operators")
    return render(request, "operator/form.html", _page(form, _("Quel exploitant inviter ?"), _("Envoyer l’invitation")))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
def end_operator(request: Asked, code: str) -> HttpResponse:
    """Take the role of operator away; the last one stays."""
    membership = _operator(request, code)
    require(policies.can_end_membership(request.actor, membership))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.end_membership(membership=membership, actor=request.actor, now=timezone.now())
            messages.success(request, _("Ce rôle a pris fin."))
        return redirect("operator:home-operators")
    question = _("%(name)s n’exploitera plus cette installation ?") % {"name": membership.person.full_name}
    return render(request, "operator/form.html", _page(form, question, _("Mettre fin")))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
@confirmed
def clear_second_factor(request: Asked, code: str) -> HttpResponse:
    """Take away the second factor that another operator lost."""
    membership = _operator(request, code)
    require(policies.can_clear_second_factor(request.actor, membership))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.clear_second_factor(membership=membership, actor=request.actor, now=timezone.now())
            messages.success(request, SECOND_FACTOR_CLEARED)
        return redirect("operator:home-operators")
    page = {"form": form, **second_factor_page(membership.person.full_name)}
    return render(request, "operator/form.html", page)


def _operator(request: Asked, code: str) -> Any:
    membership = queries.membership(request.actor, code)
    if membership is None or membership.role != Role.OPERATOR:
        raise Http404
    return membership


def _invitation(request: Asked, code: str) -> Any:
    found = queries.invitation(request.actor, code)
    if found is None:
        raise Http404
    return found


@require_POST
@audience("operator")
def renew(request: Asked, code: str) -> HttpResponse:
    """Send an invitation again."""
    invitation = _invitation(request, code)
    require(policies.can_renew_invitation(request.actor, invitation))
    with refusing(request):
        operations.renew_invitation(invitation=invitation, actor=request.actor, now=timezone.now())
        messages.success(request, _("Une nouvelle invitation est partie ; l’ancien lien ne sert plus."))
    return redirect("operator:home" if invitation.certifier_id else "operator:home-operators")


@require_POST
@audience("operator")
def revoke(request: Asked, code: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, code)
    require(policies.can_revoke_invitation(request.actor, invitation))
    with refusing(request):
        operations.revoke_invitation(invitation=invitation, actor=request.actor, now=timezone.now())
        messages.success(request, _("L’invitation est retirée : son lien ne sert plus."))
    return redirect("operator:home" if invitation.certifier_id else "operator:home-operators")


def _page(form: forms.Form, question: Any, label: Any) -> dict[str, Any]:
    return {"form": form, "question": str(question), "label": str(label)}
