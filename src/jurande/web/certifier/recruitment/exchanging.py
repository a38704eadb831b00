"""Asking the applicant, and visits: short forms that come back to the exchanges of the file."""

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
from django.views.decorators.http import require_http_methods, require_POST

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import exchanges
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import dossiers
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.files import found
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing

ANSWER_DAYS = 15
TEXT = 4_000


class QuestionForm(forms.Form):
    """What is asked, and by when."""

    text = forms.CharField(
        label=_("Votre question"),
        help_text=_("Le candidat la lit telle quelle, dans un courrier et dans son dossier."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    answer_by = forms.DateField(label=_("Réponse attendue avant le"), widget=DayInput())


class VisitForm(forms.Form):
    """What is to be seen."""

    reason = forms.CharField(
        label=_("Ce qu’il faut aller voir"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


class PlanForm(forms.Form):
    """When and where."""

    planned_on = forms.DateField(label=_("Jour de la visite"), widget=DayInput())
    place = forms.CharField(label=_("Lieu"), max_length=500)


class ReportForm(forms.Form):
    """What was seen."""

    done_on = forms.DateField(label=_("Visite faite le"), widget=DayInput())
    report = forms.CharField(label=_("Ce qui a été vu"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 8}))
    document = forms.FileField(label=_("Compte rendu ou photos"), help_text=_("PDF ou image."), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def ask(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Ask the applicant something."""
    held = found(request, code)
    require(policies.can_exchange(request.actor, held))
    form = QuestionForm(request.POST or None, initial={"answer_by": timezone.localdate() + timedelta(days=ANSWER_DAYS)})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="text"):
            exchanges.ask(application=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("La question est partie."))
            return _back(certifier, code)
    return _page(
        request,
        held,
        form,
        _("Que demander au candidat\u00a0?"),
        _("Envoyer la question"),
        keep=f"question-{held.code}",
    )


@require_POST
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Stop waiting for an answer."""
    require(policies.can_see_recruitment(request.actor))
    question = dossiers.question(request.actor, code)
    if question is None:
        raise Http404
    with refusing(request):
        exchanges.close_question(question=question, actor=request.actor, now=timezone.now())
        messages.success(request, _("On n’attend plus cette réponse."))
    return _back(certifier, question.application.code)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def ask_visit(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Ask for a visit."""
    held = found(request, code)
    require(policies.can_exchange(request.actor, held))
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="reason"):
            exchanges.ask_visit(application=held, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("La visite est demandée. Fixez son jour quand vous l’avez."))
            return _back(certifier, code)
    return _page(request, held, form, _("Que faut-il aller voir\u00a0?"), _("Demander la visite"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def plan(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Fix the day of a visit."""
    visit = _visit(request, code)
    held = visit.application
    require(policies.can_exchange(request.actor, held))
    place = visit.place or f"{held.address}, {held.postcode} {held.city}".strip(", ")
    form = PlanForm(request.POST or None, initial={"planned_on": visit.planned_on, "place": place})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            exchanges.plan_visit(visit=visit, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le jour est fixé\u00a0: le candidat reçoit un courrier."))
            return _back(certifier, held.code)
    return _page(request, held, form, _("Quel jour irez-vous\u00a0?"), _("Fixer et prévenir le candidat"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def report(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Report a visit."""
    visit = _visit(request, code)
    require(policies.can_exchange(request.actor, visit.application))
    form = ReportForm(request.POST or None, request.FILES or None, initial={"done_on": visit.planned_on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sent = given.pop("document")
        upload = {"content": sent, "filename": sent.name} if sent else {}
        with refusing(request, form, about="document"):
            exchanges.report_visit(visit=visit, actor=request.actor, now=timezone.now(), **given, **upload)
            messages.success(request, _("Le compte rendu est au dossier."))
            return _back(certifier, visit.application.code)
    return _page(
        request, visit.application, form, _("Qu’avez-vous vu\u00a0?"), _("Verser au dossier"), keep=f"visite-{code}"
    )


@require_POST
@audience("certifier")
def cancel(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give a visit up."""
    visit = _visit(request, code)
    with refusing(request):
        exchanges.cancel_visit(visit=visit, actor=request.actor, now=timezone.now())
        messages.success(request, _("La visite est annulée."))
    return _back(certifier, visit.application.code)


def _visit(request: Asked, code: str) -> Any:
    require(policies.can_see_recruitment(request.actor))
    visit = dossiers.visit(request.actor, code)
    if visit is None:
        raise Http404
    return visit


def _back(certifier: str, code: str) -> HttpResponse:
    return redirect("certifier:recruitment-one-exchanges", certifier, code)


def _page(
    request: Asked, held: Any, form: forms.Form, question: object, label: object, *, keep: str = ""
) -> HttpResponse:
    page = {
        "form": form,
        "question": question,
        "answer": held.name,
        "eyebrow": held.reference,
        "back": reverse("certifier:recruitment-one-exchanges", args=[request.actor.certifier_code, held.code]),
        "label": label,
        "keep": keep,
    }
    return render(request, "certifier/recruitment/form.html", page)
