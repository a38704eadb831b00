"""One partner: identity, Qualiopi, documents, people, and everything that was done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.policies.judging import can_manage_approvals
from jurande.registers.network.queries import checks
from jurande.registers.network.queries.approvals import approvals_of
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.states import PARTNER_ROLES, EndReason
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import conventions_of
from jurande.web.certifier.habilitations import habilitations_of
from jurande.web.certifier.network import declared_of, qualiopi_shown, state_chip
from jurande.web.ui.approvals import approval_line
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
from jurande.web.ui.parts import Effect
from jurande.web.ui.sentences import told
from jurande.web.ui.waiting import dues

EVENTS = 12
JOURNAL_PAGE = 50


def _partnership(request: Asked, code: str) -> Any:
    found = queries.partnership(request.actor, code)
    if found is None:
        raise Http404
    return found


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Everything about one partner, with what is waiting for it; its time line comes after (``latest``)."""
    actor, today = request.actor, timezone.localdate()
    partnership = _partnership(request, code)
    may_see_files = policies.can_see_document(actor, partnership)
    may_file = policies.can_attach_document(actor, partnership)
    documents = list(queries.documents_of(partnership, actor)) if may_see_files else []
    invitations = list(queries.invitations(actor, partnership))
    for document in documents:
        document.partnership = partnership
    for invitation in invitations:
        invitation.partnership = partnership
    waiting = queries.waiting_about(actor, partnership, today, documents=documents, invitations=invitations)
    may_update = policies.can_update_partner(actor, partnership)
    may_invite = (
        policies.can_give_role(actor, PARTNER_ROLES[0], partnership=partnership).allowed and not partnership.is_ended
    )
    page = {
        "partnership": partnership,
        "state": state_chip(partnership),
        "qualiopi_end": qualiopi_shown(partnership.qualiopi_until_on),
        "facts": identity_facts(partnership),
        "qualiopi": queries.qualiopi_of(partnership.organisation),
        "dues": dues(waiting, today, lambda line: ""),
        "late": sum(line.due_on < today for line in waiting),
        "flags": checks.flags_of(actor, partnership),
        **conventions_of(request, partnership),
        **declared_of(request, partnership),
        **habilitations_of(request, partnership),
        "approvals": [approval_line(one) for one in approvals_of(partnership, actor)],
        "may_approve": can_manage_approvals(actor, request.certifier).allowed,
        "people": queries.people_of(partnership, actor),
        "invitations": invitations,
        "files": [
            file_card(
                held,
                today,
                url=reverse("certifier:partners-piece", args=[certifier, code, held.code]),
                remove_url=reverse("certifier:partners-detach", args=[certifier, code, held.code]) if may_file else "",
            )
            for held in documents
        ],
        "may_see_files": may_see_files,
        "may_file": may_file and not partnership.is_ended,
        "may_end": policies.can_end_partnership(actor, partnership) and not partnership.is_ended,
        "may_invite": may_invite,
        "invite_label": _("Inviter quelqu’un") if may_invite else "",
        "correct_label": _("Corriger") if may_update else "",
        "record_label": _("Inscrire un certificat") if may_update else "",
        "may_see_journal": policies.can_see_journal(actor).allowed,
    }
    return render(request, "certifier/partner.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def identity(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Correct what is known of the organisation and of the place."""
    partnership = _partnership(request, code)
    require(policies.can_update_partner(request.actor, partnership))
    form = IdentityForm(request.POST or None, initial=IdentityForm.of(partnership))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form), transaction.atomic():
            form.save(partnership, request.actor, timezone.now())
            messages.success(request, _("L’identité est à jour."))
            return redirect("certifier:partners-one", certifier, code)
    return _form_page(request, partnership, form, str(_("Qui est ce partenaire ?")), str(_("Enregistrer")))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def qualiopi(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write down a Qualiopi certificate."""
    partnership = _partnership(request, code)
    require(policies.can_update_partner(request.actor, partnership))
    form = QualiopiForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.record_qualiopi(house=partnership, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le certificat Qualiopi est inscrit."))
            return redirect("certifier:partners-one", certifier, code)
    return _form_page(request, partnership, form, str(_("Que dit son certificat Qualiopi ?")), str(_("Inscrire")))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def attach(request: Asked, certifier: str, code: str) -> HttpResponse:
    """File a document under this partner."""
    partnership = _partnership(request, code)
    require(policies.can_attach_document(request.actor, partnership))
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            operations.attach_document(actor=request.actor, partnership=partnership, now=timezone.now(), **form.given())
            messages.success(request, _("La pièce est déposée."))
            return redirect("certifier:partners-one", certifier, code)
    return _form_page(request, partnership, form, str(_("Quelle pièce déposer ?")), str(_("Déposer")))


@require_safe
@audience("certifier")
def piece(request: Asked, certifier: str, code: str, piece: str) -> HttpResponseBase:
    """Hand over a document, under the permission of the partnership that holds it."""
    partnership = _partnership(request, code)
    require(policies.can_see_document(request.actor, partnership))
    held = queries.document(request.actor, piece)
    if held is None or held.partnership_id != partnership.pk:
        raise Http404
    return serve(held.document)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def detach(request: Asked, certifier: str, code: str, piece: str) -> HttpResponse:
    """Withdraw a document: it leaves the file, its trace stays in the journal."""
    partnership = _partnership(request, code)
    require(policies.can_detach_document(request.actor, partnership))
    held = queries.document(request.actor, piece)
    if held is None or held.partnership_id != partnership.pk:
        raise Http404
    form = DetachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.detach_document(
                actor=request.actor, document=held, reason=form.cleaned_data["reason"], now=timezone.now()
            )
            messages.success(request, _("La pièce est retirée du dossier."))
            return redirect("certifier:partners-one", certifier, code)
    effects = [
        Effect(
            "file-text",
            str(_("«\u00a0%(name)s\u00a0» ne sera plus dans le dossier.") % {"name": held.document.filename}),
        ),
        Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
    ]
    return _act_page(request, partnership, form, str(_("Retirer cette pièce ?")), str(_("Retirer la pièce")), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def invite(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Invite somebody of the partner."""
    partnership = _partnership(request, code)
    require(policies.can_give_role(request.actor, PARTNER_ROLES[0], partnership=partnership))
    form = InviteForm(request.POST or None, roles=PARTNER_ROLES)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.invite_member(partnership=partnership, actor=request.actor, now=timezone.now(), **form.given())
            messages.success(request, _("L’invitation est partie."))
            return redirect("certifier:partners-one", certifier, code)
    return _form_page(request, partnership, form, str(_("Qui inviter chez ce partenaire ?")), str(_("Inviter")))


class EndForm(forms.Form):
    """Why and when a partnership ends."""

    reason = forms.ChoiceField(label=_("Motif, écrit au journal"), choices=EndReason.choices)
    ended_on = forms.DateField(
        label=_("Dernier jour"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("Précision"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def end(request: Asked, certifier: str, code: str) -> HttpResponse:
    """End the partnership, after saying what follows."""
    partnership = _partnership(request, code)
    require(policies.can_end_partnership(request.actor, partnership))
    form = EndForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            given = {**form.cleaned_data, "reason": EndReason(form.cleaned_data["reason"])}
            operations.end_partnership(partnership=partnership, actor=request.actor, now=timezone.now(), **given)
            messages.success(request, _("Le partenariat est terminé."))
            return redirect("certifier:partners-one", certifier, code)
    count = len(queries.people_of(partnership, request.actor))
    effects = [
        Effect("users-group", str(_("Ses personnes ne pourront plus rien déposer : %(n)d compte(s).") % {"n": count})),
        Effect("file-text", str(_("Le dossier, ses pièces et sa frise restent lisibles."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    title = str(_("Mettre fin au partenariat avec %(name)s ?") % {"name": partnership.name})
    return _act_page(request, partnership, form, title, str(_("Mettre fin")), effects)


@require_safe
@audience("certifier")
def latest(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The latest acts about this partner: what its page asks for once it is there. To a person, all of them."""
    require(policies.can_see_journal(request.actor))
    partnership = _partnership(request, code)
    if not request.headers.get("HX-Request"):
        return _journal_page(request, partnership)
    events = told(queries.timeline(partnership, request.actor)[:EVENTS])
    return render(request, "certifier/_partner_latest.html", {"events": events})


@require_safe
@audience("certifier")
def journal(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Everything that was done about this partner."""
    require(policies.can_see_journal(request.actor))
    return _journal_page(request, _partnership(request, code))


def _journal_page(request: Asked, partnership: Any) -> HttpResponse:
    pages = Paginator(queries.timeline(partnership, request.actor), JOURNAL_PAGE)
    page = pages.get_page(request.GET.get("page"))
    shown = {"partnership": partnership, "events": told(page.object_list), "total": pages.count, "page": page}
    return render(request, "certifier/partner_journal.html", shown)


def _form_page(request: Asked, partnership: Any, form: forms.Form, question: str, label: str) -> HttpResponse:
    page = {"partnership": partnership, "form": form, "question": question, "label": label}
    return render(request, "certifier/partner_form.html", page)


def _act_page(
    request: Asked, partnership: Any, form: forms.Form, question: str, label: str, effects: list[Effect]
) -> HttpResponse:
    page = {"partnership": partnership, "form": form, "question": question, "label": label, "effects": effects}
    return render(request, "certifier/partner_act.html", page)
