"""Giving a file to reviewers, scoring it, and bringing together scores that differ."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.core.france.recruiting import fails
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import reviewing
from jurande.registers.network.operations.reviewing import Given
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import dossiers
from jurande.registers.network.queries.reviewers import reviewers_of
from jurande.registers.network.queries.scores import asked_in, keyed
from jurande.registers.network.queries.ties import ties
from jurande.registers.network.states import PENDING_STATES, Points, ReviewState, Tie
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.files import found
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import hour
from jurande.web.ui.forms import refusing

REVIEW_DAYS = 21
TEXT = 4_000


# --- who reviews --------------------------------------------------------------------------------


class AssignForm(forms.Form):
    """Who scores, and by when."""

    reviewers = forms.MultipleChoiceField(label=_("Qui évalue"), widget=forms.CheckboxSelectMultiple)
    due_on = forms.DateField(label=_("Évaluation attendue avant le"), widget=DayInput())
    despite_hints = forms.BooleanField(label=_("J’ai vérifié les liens possibles signalés"), required=False)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer these colleagues, each with what may link them to the applicant."""
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].choices = people  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def assign(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Choose who scores: two at first, a third when the two are handed in."""
    held = found(request, code)
    require(policies.can_assign_review(request.actor, held))
    people = {person.code: person for person in reviewers_of(held.certifier)}
    hints = ties(held, people.values())
    already = set(held.reviews.values_list("reviewer__code", flat=True))
    offered = [(one, _label(person, hints.get(one, []))) for one, person in people.items() if one not in already]
    due_on = timezone.localdate() + timedelta(days=REVIEW_DAYS)
    form = AssignForm(request.POST or None, people=offered, initial={"due_on": due_on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form):
            reviewing.assign(
                application=held,
                reviewers=[people[one] for one in given["reviewers"]],
                due_on=given["due_on"],
                despite_hints=given["despite_hints"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La candidature est confiée\u00a0: chacun reçoit un courrier."))
            return redirect("certifier:recruitment-one-reviews", certifier, code)
    page = {
        "form": form,
        "question": _("Qui évalue cette candidature\u00a0?"),
        "answer": _("Deux personnes sans lien avec le candidat, chacune de son côté. Qui évalue ne décidera pas."),
        "eyebrow": held.reference,
        "back": reverse("certifier:recruitment-one-reviews", args=[certifier, code]),
        "label": _("Confier"),
        "keep": "",
    }
    return render(request, "certifier/recruitment/form.html", page)


def _label(person: Any, hints: Any) -> str:
    if not hints:
        return str(person.full_name)
    mark = _("Exclu") if any(hint.is_certain for hint in hints) else _("Lien possible")
    return f"{person.full_name} — {mark}\u00a0: {' '.join(str(hint.sentence) for hint in hints)}"


class RecuseForm(forms.Form):
    """What links a reviewer to the applicant."""

    tie = forms.ChoiceField(
        label=_("Quel lien existe avec le candidat\u00a0?"),
        choices=[choice for choice in Tie.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Précision"), max_length=TEXT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def recuse(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give the file back because of a tie, or take it back from a reviewer who is linked."""
    review = _review(request, code)
    mine = policies.can_write_review(request.actor, review)
    if not mine:
        require(policies.can_assign_review(request.actor, review.application))
    form = RecuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            reviewing.recuse(review=review, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le dossier sera confié à quelqu’un d’autre."))
            return redirect("certifier:recruitment-one-reviews", certifier, review.application.code)
    page = {
        "form": form,
        "question": _("Quelque chose vous lie-t-il au candidat\u00a0?")
        if mine
        else _("Récuser %(name)s\u00a0?") % {"name": review.reviewer.full_name},
        "answer": _("Ce qui a déjà été noté ne comptera pas, et le dossier ira à quelqu’un d’autre."),
        "eyebrow": review.application.reference,
        "back": reverse("certifier:recruitment-one-reviews", args=[certifier, review.application.code]),
        "label": _("Se récuser") if mine else _("Récuser"),
        "keep": f"recusation-{code}",
    }
    return render(request, "certifier/recruitment/form.html", page)


# --- scoring ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def review(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Score a file, alone: everything is saved as one goes, nothing is shown to anybody before it is handed in."""
    held = _review(request, code)
    require(policies.can_write_review(request.actor, held))
    fault: Refused | None = None
    if request.method == "POST":
        act = request.POST.get("acte", "garder")
        try:
            return _acted(request, held, act, certifier)
        except Refused as refusal:
            if request.headers.get("HX-Request"):
                return _quiet(request, held, refused=str(refusal.sentence))
            fault = refusal
            held = _review(request, code)
    return render(request, "certifier/recruitment/review.html", _review_page(request, held, fault))


def _acted(request: Asked, held: Any, act: str, certifier: str) -> HttpResponse:
    now = timezone.now()
    given: dict[str, Any] = {"review": held, "actor": request.actor, "now": now}
    if act == "commencer":
        reviewing.begin(**given)
        return redirect("certifier:recruitment-review", certifier, held.code)
    reviewing.keep_scores(given=_given(request, held), opinion=request.POST.get("opinion", ""), **given)
    if request.headers.get("HX-Request"):
        return _quiet(request, held, at=now)
    if act != "rendre":
        messages.success(request, _("Vos notes sont gardées. Rien n’est encore rendu."))
        return redirect("certifier:recruitment-review", certifier, held.code)
    reviewing.submit(**given)
    messages.success(request, _("Votre évaluation est rendue\u00a0: elle ne change plus."))
    return redirect("certifier:recruitment-one-reviews", certifier, held.application.code)


def _quiet(request: Asked, held: Any, *, at: datetime | None = None, refused: str = "") -> HttpResponse:
    """What a script puts in place: whether it is saved, and the fingerprint of what is."""
    held.refresh_from_db(fields=["opinion"])
    page = {"at": hour(at) if at else "", "refused": refused, "seen": _seen(held)}
    answer = render(request, "certifier/recruitment/_saved.html", page, status=422 if refused else 200)
    answer["X-Jurande-Saved"] = "no" if refused else "yes"
    return answer


def _seen(held: Any) -> str:
    """Fingerprint what is saved: what this browser kept of another state of it is not for this one."""
    scores = keyed(held.scores.select_related("criterion", "call"))
    saved = [[(key, one.points, one.remark) for key, one in sorted(scores.items())], held.opinion]
    return sha256(json.dumps(saved).encode()).hexdigest()[:16]


def _given(request: HttpRequest, held: Any) -> dict[str, Given]:
    """What was posted, for the things asked only."""
    found_here = {}
    for one in asked_in(held.application):
        points = request.POST.get(f"points-{one.key}", "")
        remark = request.POST.get(f"remarque-{one.key}", "")
        found_here[one.key] = Given(int(points) if points in {"0", "1", "2", "3", "4"} else None, remark)
    return found_here


def _review_page(request: Asked, held: Any, fault: Refused | None) -> dict[str, Any]:
    application = held.application
    posted = request.POST if fault is not None else None
    scores = keyed(held.scores.select_related("criterion", "call"))
    rows = []
    for one in asked_in(application):
        score = scores.get(one.key)
        points = posted.get(f"points-{one.key}", "") if posted else (score.points if score else None)
        rows.append(
            {
                "asked": one,
                "title": one.criterion.title if one.criterion else _("La charte de l’appel"),
                "help": one.criterion.help if one.criterion else "",
                "evidence": one.criterion.evidence if one.criterion else "",
                "commitments": one.call.charter if one.criterion is None else [],
                "choices": [(value, label, str(points) == str(value)) for value, label in Points.choices],
                "remark": posted.get(f"remarque-{one.key}", "") if posted else (score.remark if score else ""),
                "needs_words": score is not None and score.points is not None and fails(score.points),
                "fault": fault.sentence if fault is not None and fault.field == one.key else "",
            }
        )
    mine = ties(application, [held.reviewer]).get(held.reviewer.code, [])
    return {
        "review": held,
        "held": application,
        "rows": rows,
        "opinion": posted.get("opinion", "") if posted else held.opinion,
        "opinion_fault": fault.sentence if fault is not None and fault.field == "opinion" else "",
        "fault": fault.sentence if fault is not None else "",
        "hints": mine,
        "person": request.actor.code,
        "seen": _seen(held),
        "scored": sum(1 for one in scores.values() if one.points is not None),
        "is_open": held.state == ReviewState.BEGUN and application.state in PENDING_STATES,
        "is_new": held.state == ReviewState.ASSIGNED and application.state in PENDING_STATES,
        "file_url": reverse("certifier:recruitment-one", args=[request.actor.certifier_code, application.code]),
    }


def _review(request: Asked, code: str) -> Any:
    require(policies.can_see_recruitment(request.actor))
    held = dossiers.review(request.actor, code)
    if held is None:
        raise Http404
    return held


# --- when they differ ---------------------------------------------------------------------------


class NoteForm(forms.Form):
    """How scores that differ are to be read."""

    text = forms.CharField(
        label=_("Comment lire ces notes ensemble"),
        help_text=_("Les notes ne changent pas. L’autre évaluateur doit accepter ce texte."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def reconcile(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write the note that brings two reviews together, or accept the other reviewer's."""
    held = found(request, code)
    judged = dossiers.judged(held, request.actor)
    if judged.board is None:
        raise Http404
    note = judged.notes[-1] if judged.notes and judged.notes[-1].agreed_at is None else None
    others = note is not None and note.written_by_code != request.actor.code
    form = NoteForm(request.POST or None, initial={"text": note.text if note else ""})
    if request.method == "POST" and form.is_valid():
        given = {"text": form.cleaned_data["text"], "actor": request.actor, "now": timezone.now()}
        with refusing(request, form):
            if note is not None and others and request.POST.get("acte") == "accepter":
                reviewing.agree(note=note, **given)
                messages.success(request, _("La note est acceptée\u00a0: la candidature peut être décidée."))
            else:
                reviewing.reconcile(application=held, **given)
                messages.success(request, _("La note est écrite. L’autre évaluateur doit l’accepter."))
            return redirect("certifier:recruitment-one-reviews", certifier, code)
    page = {
        "form": form,
        "held": held,
        "note": note,
        "others": others,
        "back": reverse("certifier:recruitment-one-reviews", args=[certifier, code]),
    }
    return render(request, "certifier/recruitment/reconcile.html", page)
