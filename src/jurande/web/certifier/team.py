"""The certifier's own people: who does what, invitations, changes of role."""

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
from jurande.registers.parties.states import CERTIFIER_ROLES, Role
from jurande.web.access import Asked, audience, confirmed
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import InviteForm
from jurande.web.ui.parts import Effect
from jurande.web.ui.second_factor import SECOND_FACTOR_CLEARED, second_factor_page


@require_safe
@audience("certifier")
def team(request: Asked, certifier: str) -> HttpResponse:
    """Who works here, and who was invited."""
    actor = request.actor
    require(policies.can_see_team(actor))
    present = list(queries.team(actor))
    protected = queries.with_second_factor(membership.person_id for membership in present)
    members = [
        {
            "membership": membership,
            "may_clear": membership.person_id in protected and policies.can_clear_second_factor(actor, membership),
            "may_change": policies.can_change_role(actor, membership, Role(membership.role)),
            "may_end": policies.can_end_membership(actor, membership),
        }
        for membership in present
    ]
    page = {
        "members": members,
        "invitations": queries.invitations(actor),
        "may_invite": policies.can_give_role(actor, Role.READER, certifier=request.certifier),
        "relaxations": [row for row in queries.relaxations(actor) if row.restored_at is None],
    }
    return render(request, "certifier/team.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def invite(request: Asked, certifier: str) -> HttpResponse:
    """Invite somebody to work here."""
    require(policies.can_give_role(request.actor, Role.READER, certifier=request.certifier))
    form = InviteForm(request.POST or None, roles=CERTIFIER_ROLES)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.invite_member(
                certifier=request.certifier, actor=request.actor, now=timezone.now(), **form.given()
            )
            messages.success(request, _("L’invitation est partie. Elle reste valable quelques jours."))
            return redirect("certifier:team", certifier)
    return render(request, "certifier/team_invite.html", {"form": form})


def _membership(request: Asked, code: str) -> Any:
    found = queries.membership(request.actor, code)
    if found is None or found.certifier_id is None:
        raise Http404
    return found


def _invitation(request: Asked, code: str) -> Any:
    found = queries.invitation(request.actor, code)
    if found is None:
        raise Http404
    return found


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=_("Nouveau rôle"), choices=[(role.value, role.label) for role in CERTIFIER_ROLES])


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def change(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give somebody another role instead of this one."""
    membership = _membership(request, code)
    require(policies.can_change_role(request.actor, membership, Role(membership.role)))
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.change_role(
                actor=request.actor, membership=membership, role=Role(form.cleaned_data["role"]), now=timezone.now()
            )
            messages.success(request, _("Le rôle est changé."))
            return redirect("certifier:team", certifier)
    effects = [
        Effect("switch-horizontal", str(_("Ses droits changent à l’instant, dans toutes ses fenêtres."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
    ]
    title = str(_("Quel rôle pour %(name)s ?") % {"name": membership.person.full_name})
    page = {"form": form, "question": title, "label": _("Changer le rôle"), "effects": effects}
    return render(request, "certifier/team_act.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def end(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take a role away."""
    membership = _membership(request, code)
    require(policies.can_end_membership(request.actor, membership))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.end_membership(actor=request.actor, membership=membership, now=timezone.now())
            messages.success(request, _("Ce rôle a pris fin."))
        return redirect("certifier:team", certifier)
    effects = [
        Effect("x", str(_("L’accès à cette maison se ferme à l’instant."))),
        Effect("book-2", str(_("Ce qui a été fait reste au journal, à son nom."))),
    ]
    title = str(
        _("Mettre fin au rôle de %(name)s : %(role)s ?")
        % {"name": membership.person.full_name, "role": membership.get_role_display()}
    )
    page = {"form": form, "question": title, "label": _("Mettre fin"), "effects": effects}
    return render(request, "certifier/team_act.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
@confirmed
def clear_second_factor(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take away the second factor that somebody lost."""
    membership = _membership(request, code)
    require(policies.can_clear_second_factor(request.actor, membership))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.clear_second_factor(actor=request.actor, membership=membership, now=timezone.now())
            messages.success(request, SECOND_FACTOR_CLEARED)
        return redirect("certifier:team", certifier)
    page = {"form": form, **second_factor_page(membership.person.full_name)}
    return render(request, "certifier/team_act.html", page)


@require_POST
@audience("certifier")
def renew(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Send an invitation again, with a new link; the former one no longer opens."""
    invitation = _invitation(request, code)
    require(policies.can_renew_invitation(request.actor, invitation))
    with refusing(request):
        operations.renew_invitation(actor=request.actor, invitation=invitation, now=timezone.now())
        messages.success(request, _("Une nouvelle invitation est partie ; l’ancien lien ne sert plus."))
    return _back(certifier, invitation)


@require_POST
@audience("certifier")
def revoke(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, code)
    require(policies.can_revoke_invitation(request.actor, invitation))
    with refusing(request):
        operations.revoke_invitation(actor=request.actor, invitation=invitation, now=timezone.now())
        messages.success(request, _("L’invitation est retirée : son lien ne sert plus."))
    return _back(certifier, invitation)


def _back(certifier: str, invitation: Any) -> HttpResponse:
    if invitation.partnership is not None:
        return redirect("certifier:partners-one", certifier, invitation.partnership.code)
    return redirect("certifier:team", certifier)
