"""What a partner sees of itself: what is asked of it and by when, its documents, its people, its identity."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.together import Asking, together
from jurande.registers.common.verdicts import require
from jurande.registers.network.queries.approvals import approvals_of
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import Waiting
from jurande.registers.parties.states import PARTNER_ROLES
from jurande.web.access import Asked, audience
from jurande.web.partner.corrections import corrections_to_answer
from jurande.web.ui import mending
from jurande.web.ui.approvals import approval_line
from jurande.web.ui.conventions import partner_dues
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import (
    DetachForm,
    DocumentForm,
    IdentityForm,
    InviteForm,
    QualiopiForm,
    file_card,
    identity_facts,
)
from jurande.web.ui.parts import Due
from jurande.web.ui.waiting import dues


@require_safe
@audience("partner")
def home(request: Asked, partnership: str) -> HttpResponse:
    """What is asked of us, and by when; who to ask."""
    today = timezone.localdate()
    given = together(
        _waiting_dues(request.actor, partnership, today),
        partner_dues(request.actor, today),
        corrections_to_answer(request.actor, today),
    )
    lines = sorted(chain(*given, mending.partner_dues(request.actor, today)), key=lambda line: line.due_on)
    page = {
        "partnership": request.partnership,
        "lines": lines,
        "late": sum(line.over for line in lines),
        "facts": identity_facts(request.partnership),
        "approvals": [approval_line(one) for one in approvals_of(request.partnership, request.actor)],
    }
    return render(request, "partner/home.html", page)


def _waiting_dues(actor: Actor, partnership: str, today: date) -> Asking[list[Due]]:
    waiting = yield from queries.waiting_in_house(actor, today)
    return dues(waiting, today, lambda line: _url(partnership, line))


def _url(partnership: str, line: Waiting) -> str:
    if line.subject_kind == "partnership_document":
        return reverse("partner:documents", args=[partnership])
    if line.subject_kind == "invitation":
        return reverse("partner:team", args=[partnership])
    if line.reason.startswith("qualiopi"):
        return reverse("partner:settings-qualiopi", args=[partnership])
    return reverse("partner:settings", args=[partnership])


@require_safe
@audience("partner")
def documents(request: Asked, partnership: str) -> HttpResponse:
    """Our documents and until when each holds."""
    actor, today = request.actor, timezone.localdate()
    require(policies.can_see_document(actor, request.partnership))
    may_file = policies.can_attach_document(actor, request.partnership)
    files = [
        file_card(
            held,
            today,
            url=reverse("partner:documents-piece", args=[partnership, held.code]),
            remove_url=reverse("partner:documents-detach", args=[partnership, held.code]) if may_file else "",
        )
        for held in queries.documents_of(request.partnership, actor)
    ]
    return render(request, "partner/documents.html", {"files": files, "may_file": may_file})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def attach(request: Asked, partnership: str) -> HttpResponse:
    """File a document."""
    require(policies.can_attach_document(request.actor, request.partnership))
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            operations.attach_document(
                partnership=request.partnership, actor=request.actor, now=timezone.now(), **form.given()
            )
            messages.success(request, _("La pièce est déposée."))
            return redirect("partner:documents", partnership)
    return _form_page(request, form, _("Quelle pièce déposer ?"), _("Déposer"), "partner:documents", _("Pièces"))


def _held(request: Asked, piece: str) -> Any:
    require(policies.can_see_document(request.actor, request.partnership))
    held = queries.document(request.actor, piece)
    if held is None:
        raise Http404
    return held


@require_safe
@audience("partner")
def piece(request: Asked, partnership: str, piece: str) -> HttpResponseBase:
    """Hand over one of our documents."""
    return serve(_held(request, piece).document)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def detach(request: Asked, partnership: str, piece: str) -> HttpResponse:
    """Withdraw a document."""
    require(policies.can_detach_document(request.actor, request.partnership))
    held = _held(request, piece)
    form = DetachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.detach_document(
                document=held, reason=form.cleaned_data["reason"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("La pièce est retirée du dossier."))
            return redirect("partner:documents", partnership)
    question = _("Retirer «\u00a0%(name)s\u00a0» ?") % {"name": held.document.filename}
    return _form_page(request, form, question, _("Retirer la pièce"), "partner:documents", _("Pièces"))


@require_safe
@audience("partner")
def team(request: Asked, partnership: str) -> HttpResponse:
    """Who acts for us."""
    actor = request.actor
    require(policies.can_see_team(actor))
    page = {
        "members": [(row, policies.can_end_membership(actor, row)) for row in queries.team(actor)],
        "invitations": queries.invitations(actor, request.partnership),
        "may_invite": policies.can_give_role(actor, PARTNER_ROLES[-1], partnership=request.partnership),
    }
    return render(request, "partner/team.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def invite(request: Asked, partnership: str) -> HttpResponse:
    """Invite somebody to act for us."""
    require(policies.can_give_role(request.actor, PARTNER_ROLES[-1], partnership=request.partnership))
    form = InviteForm(request.POST or None, roles=PARTNER_ROLES)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.invite_member(
                partnership=request.partnership, actor=request.actor, now=timezone.now(), **form.given()
            )
            messages.success(request, _("L’invitation est partie."))
            return redirect("partner:team", partnership)
    return _form_page(request, form, _("Qui inviter ?"), _("Envoyer l’invitation"), "partner:team", _("Équipe"))


def _invitation(request: Asked, code: str) -> Any:
    found = queries.invitation(request.actor, code)
    if found is None:
        raise Http404
    return found


@require_POST
@audience("partner")
def renew(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Send an invitation again."""
    invitation = _invitation(request, code)
    require(policies.can_renew_invitation(request.actor, invitation))
    with refusing(request):
        operations.renew_invitation(invitation=invitation, actor=request.actor, now=timezone.now())
        messages.success(request, _("Une nouvelle invitation est partie ; l’ancien lien ne sert plus."))
    return redirect("partner:team", partnership)


@require_POST
@audience("partner")
def revoke(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, code)
    require(policies.can_revoke_invitation(request.actor, invitation))
    with refusing(request):
        operations.revoke_invitation(invitation=invitation, actor=request.actor, now=timezone.now())
        messages.success(request, _("L’invitation est retirée : son lien ne sert plus."))
    return redirect("partner:team", partnership)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def end(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Take a role away."""
    membership = queries.membership(request.actor, code)
    if membership is None:
        raise Http404
    require(policies.can_end_membership(request.actor, membership))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.end_membership(membership=membership, actor=request.actor, now=timezone.now())
            messages.success(request, _("Ce rôle a pris fin."))
        if membership.person.code == request.actor.code:
            return redirect("account:places")
        return redirect("partner:team", partnership)
    question = _("%(name)s n’agira plus pour nous ?") % {"name": membership.person.full_name}
    return _form_page(request, form, question, _("Mettre fin au rôle"), "partner:team", _("Équipe"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def identity(request: Asked, partnership: str) -> HttpResponse:
    """Who we are, as our certifier and the State know us."""
    may_update = policies.can_update_partner(request.actor, request.partnership)
    require(policies.can_see_partnership(request.actor, request.partnership))
    form = IdentityForm(request.POST or None, initial=IdentityForm.of(request.partnership))
    if request.method == "POST":
        require(may_update)
        if form.is_valid():
            with refusing(request, form), transaction.atomic():
                form.save(request.partnership, request.actor, timezone.now())
                messages.success(request, _("L’identité est à jour."))
                return redirect("partner:settings", partnership)
    page = {
        "form": form,
        "partnership": request.partnership,
        "facts": identity_facts(request.partnership),
        "qualiopi": queries.qualiopi_of(request.partnership.organisation),
        "may_update": may_update,
    }
    return render(request, "partner/identity.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def qualiopi(request: Asked, partnership: str) -> HttpResponse:
    """Write down our Qualiopi certificate."""
    require(policies.can_update_partner(request.actor, request.partnership))
    form = QualiopiForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.record_qualiopi(
                house=request.partnership, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Le certificat Qualiopi est inscrit."))
            return redirect("partner:settings", partnership)
    question = _("Que dit notre certificat Qualiopi ?")
    return _form_page(request, form, question, _("Inscrire"), "partner:settings", _("Notre organisme"))


def _form_page(request: Asked, form: forms.Form, question: Any, label: Any, back: str, back_label: Any) -> HttpResponse:
    page = {
        "form": form,
        "question": str(question),
        "label": str(label),
        "back_url": reverse(back, args=[request.partnership.code]),
        "back_label": str(back_label),
    }
    return render(request, "partner/form.html", page)
