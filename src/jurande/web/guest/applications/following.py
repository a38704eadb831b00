"""Once submitted: where my file stands, what is asked of me and by when, what was decided and how to contest it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import appeals, exchanges
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.operations.application_documents import add_document
from jurande.registers.network.policies import applications as policies
from jurande.registers.network.queries import applications as queries
from jurande.registers.network.queries import completeness, programmes
from jurande.registers.network.queries.approvals import words_for
from jurande.registers.network.states import PENDING_STATES, ApplicationState
from jurande.registers.parties.states import DocumentKind
from jurande.web.access import Asked, audience
from jurande.web.guest.applications import forms as ours
from jurande.web.guest.applications.frame import Here, here_of, states_of
from jurande.web.guest.applications.pages import programme_page
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import file_card
from jurande.web.ui.parts import Due
from jurande.web.ui.sentences import told


@require_safe
@audience("applicant")
def one(request: Asked, code: str) -> HttpResponse:
    """A draft leads to its first step that lacks something; a submitted file shows where it stands."""
    here = here_of(request, code)
    if here.held.is_draft:
        states = states_of(here)
        wanted = next((state.key for state in states if not state.done), states[-1].key)
        return redirect("guest:applications-step", code, wanted)
    return render(request, "guest/applications/one.html", _page(here))


def _page(here: Here) -> dict[str, Any]:
    held, today = here.held, timezone.localdate()
    decision = queries.decision_of(held)
    appeal = getattr(decision, "appeal", None)
    may_act = policies.can_act_for_applicant(here.actor, held)
    questions = list(held.questions.order_by("-asked_at", "-pk"))
    may_add = bool(may_act) and held.state in PENDING_STATES
    return {
        "held": held,
        "standing": _standing(held, decision),
        "add_label": _("Ajouter une pièce") if may_add else "",
        "targets": here.targets,
        "dues": _dues(here, questions, decision, today),
        "questions": questions,
        "decision": decision,
        "appeal": appeal,
        "may_appeal": bool(
            may_act
            and decision is not None
            and appeal is None
            and decision.appeal_until is not None
            and today <= decision.appeal_until
        ),
        "may_withdraw": policies.can_withdraw_application(here.actor, held),
        "visit": held.visits.filter(planned_on__isnull=False, cancelled_at=None).order_by("-planned_on", "-pk").first(),
        "events": told(queries.life_of(held)),
        "letters": queries.letters_of(held, here.actor.code),
        "files": [
            (one, file_card(one, today, url=reverse("guest:applications-piece", args=[held.code, one.code])))
            for one in queries.documents_of(held)
        ],
        "approvals": _approvals(held),
        "staff": held.staff.order_by("position", "pk"),
        "contact": queries.contact_of(held),
    }


def _standing(held: Any, decision: Any) -> str:
    """Where the file stands, in one sentence."""
    if held.state == ApplicationState.WITHDRAWN:
        return _("Vous avez retiré cette candidature\u00a0: elle ne sera pas examinée.")
    if decision is not None:
        return str(decision.get_verdict_display())
    if held.state == ApplicationState.SUBMITTED:
        return _("Votre candidature est reçue. Deux personnes vont la lire, chacune de son côté.")
    return _("Votre candidature est à l’étude. Une troisième personne décidera, et ses motifs seront écrits ici.")


def _approvals(held: Any) -> list[dict[str, Any]]:
    rows = held.approvals.select_related("certification", "staff").order_by("subject", "pk")
    status = {"granted": "ok", "refused": "late", "withdrawn": "end"}
    return [{"row": row, "what": words_for(row), "status": status[row.state]} for row in rows]


def _dues(here: Here, questions: list[Any], decision: Any, today: date) -> list[Due]:
    """What the certifier waits for, the nearest day first."""
    found = [
        Due(
            title=_("Répondre à une question"),
            due_on=row.answer_by,
            today=today,
            opened_on=timezone.localdate(row.asked_at),
            url=reverse("guest:applications-answer", args=[here.held.code, row.code]),
        )
        for row in questions
        if row.answered_at is None and row.closed_at is None
    ]
    conditions = decision.conditions.all() if decision is not None else []
    found += [
        Due(
            title=row.text,
            due_on=row.due_on,
            today=today,
            opened_on=timezone.localdate(decision.decided_at) if decision is not None else None,
            url=reverse("guest:applications-condition", args=[here.held.code, row.code]),
        )
        for row in conditions
        if row.met_at is None
    ]
    return sorted(found, key=lambda one: one.due_on)


@require_safe
@audience("applicant")
def sent(request: Asked, code: str) -> HttpResponse:
    """The file as it was submitted, to be read again."""
    here = here_of(request, code)
    if here.held.is_draft:
        return redirect("guest:applications-one", code)
    targets = here.targets
    page = {
        "held": here.held,
        "targets": targets,
        "staff": here.held.staff.order_by("position", "pk"),
        "premises": here.held.premises.order_by("position", "pk"),
        "references": here.held.references.order_by("position", "pk"),
        "subcontractors": here.held.subcontractors.order_by("position", "pk"),
        "programmes": [
            (target, programme_page(programmes.sheet_of(target)))
            for target in targets
            if target.kind in completeness.TRAINING_KINDS
        ],
    }
    return render(request, "guest/applications/sent_file.html", page)


@require_safe
@audience("applicant")
def piece(request: Asked, code: str, piece: str) -> HttpResponseBase:
    """Hand over a document of the file to who may see the file."""
    here = here_of(request, code)
    found = queries.document(here.held, piece)
    if found is None:
        raise Http404
    return serve(found.document)


# --- answering ----------------------------------------------------------------------------------


def _attached(here: Here, upload: Any, *, answers: str, kind: str = DocumentKind.OTHER) -> None:
    if upload is None:
        return
    add_document(kind=kind, content=upload.file, filename=upload.name or "", answers_code=answers, **here.given)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def answer(request: Asked, code: str, question: str) -> HttpResponse:
    """Answer a question of the certifier, with a document when one is needed."""
    here = here_of(request, code)
    row = queries.question(here.held, question)
    if row is None:
        raise Http404
    require(policies.can_act_for_applicant(here.actor, here.held))
    if not row.is_waiting:
        messages.info(request, _("Cette question n’attend plus de réponse."))
        return redirect("guest:applications-one", code)
    row.application = here.held
    form = ours.AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"), transaction.atomic():
            _attached(here, form.cleaned_data["file"], answers=row.code)
            exchanges.answer(question=row, text=form.cleaned_data["text"], **_by(here))
            messages.success(request, _("Votre réponse est partie."))
            return redirect("guest:applications-one", code)
    return _form(
        here, form, _("Que répondez-vous\u00a0?"), _("Envoyer la réponse"), told=row.text, keep=f"reponse-{row.code}"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def condition(request: Asked, code: str, condition: str) -> HttpResponse:
    """Send the document that shows that a condition is met; the certifier looks at it."""
    here = here_of(request, code)
    row = queries.condition(here.held, condition)
    if row is None:
        raise Http404
    require(policies.can_act_for_applicant(here.actor, here.held))
    form = ours.EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form, about="file"):
            add_document(
                kind=given["kind"],
                content=given["file"].file,
                filename=given["file"].name,
                expires_on=given["expires_on"],
                answers_code=row.code,
                **here.given,
            )
            messages.success(request, _("La pièce est envoyée\u00a0: le certificateur la lira."))
            return redirect("guest:applications-one", code)
    return _form(here, form, _("Quelle pièce montre que c’est fait\u00a0?"), _("Envoyer la pièce"), told=row.text)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def add(request: Asked, code: str) -> HttpResponse:
    """Add a document to a file that is being examined."""
    here = here_of(request, code)
    require(policies.can_add_document(here.actor, here.held))
    form = ours.EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form, about="file"):
            add_document(
                kind=given["kind"],
                content=given["file"].file,
                filename=given["file"].name,
                expires_on=given["expires_on"],
                **here.given,
            )
            messages.success(request, _("La pièce est ajoutée."))
            return redirect("guest:applications-one", code)
    return _form(here, form, _("Quelle pièce ajouter\u00a0?"), _("Ajouter la pièce"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def appeal(request: Asked, code: str) -> HttpResponse:
    """Contest the decision before its day."""
    here = here_of(request, code)
    require(policies.can_act_for_applicant(here.actor, here.held))
    form = ours.AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="text"):
            appeals.lodge(application=here.held, text=form.cleaned_data["text"], **_by(here))
            messages.success(request, _("Votre recours est déposé. Un récépissé vient de partir."))
            return redirect("guest:applications-one", code)
    return _form(here, form, _("Contester la décision"), _("Déposer le recours"), keep=f"recours-{code}")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def withdraw(request: Asked, code: str) -> HttpResponse:
    """Take a submitted file back."""
    here = here_of(request, code)
    require(policies.can_withdraw_application(here.actor, here.held))
    form = ours.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="reason"):
            operations.withdraw_application(reason=form.cleaned_data["reason"], **here.given)
            messages.success(request, _("Votre candidature est retirée."))
            return redirect("guest:applications-one", code)
    return _form(
        here,
        form,
        _("Retirer cette candidature\u00a0?"),
        _("Retirer la candidature"),
        told=_("Elle ne sera pas examinée. Vous pourrez candidater de nouveau."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def discard(request: Asked, code: str) -> HttpResponse:
    """Throw a draft away."""
    here = here_of(request, code)
    require(policies.can_edit_application(here.actor, here.held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request, form):
            operations.discard_application(**here.given)
            messages.success(request, _("La candidature est abandonnée."))
            return redirect("guest:applications")
    return _form(
        here,
        form,
        _("Abandonner cette candidature\u00a0?"),
        _("Abandonner"),
        told=_("Tout ce que vous avez saisi et joint sera effacé. Cela ne se rattrape pas."),
    )


def _by(here: Here) -> dict[str, Any]:
    return {"actor": here.actor, "now": timezone.now()}


def _form(here: Here, form: forms.Form, question: str, label: str, *, told: str = "", keep: str = "") -> HttpResponse:
    page = {"held": here.held, "form": form, "question": question, "label": label, "told": told, "keep": keep}
    return render(here.request, "guest/applications/form.html", page)
