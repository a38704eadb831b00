"""What follows a convention: suspending, notifying griefs, deciding, ending; each letter shown before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import Verdict, require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import endings, letters, procedures
from jurande.registers.conventions.operations.procedures import Piece
from jurande.registers.conventions.queries import signing as queries
from jurande.registers.conventions.states import ENDING_STANDS, ConventionState, TerminationState
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import found, state_chip, tabs_of
from jurande.web.ui.downloads import serve
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect
from jurande.web.ui.signing import letter_note

BINDING = (ConventionState.IN_FORCE, ConventionState.SUSPENDED)


@require_safe
@audience("certifier")
def follow_up(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Where a convention stands after its signature: suspension, griefs, end, and every letter."""
    actor, today = request.actor, timezone.localdate()
    held = found(request, code)
    termination, ending = queries.termination_of(held), queries.ending_of(held)
    rows = queries.letters_of(actor, held)
    mails = queries.mails_about("act_letter", [row.code for row in rows])
    may = policies.can_suspend(actor, held)
    under_way = termination is not None and termination.is_under_way
    page = {
        "held": held,
        "state": state_chip(held),
        "tabs": tabs_of(held, "follow-up"),
        "suspension": queries.suspension_of(held),
        "termination": termination,
        "ending": ending,
        "may": may,
        "may_suspend": may and held.state == ConventionState.IN_FORCE,
        "may_lift": may and held.state == ConventionState.SUSPENDED,
        "may_notify": may
        and held.state in BINDING
        and (termination is None or termination.state == TerminationState.CLOSED_WITHOUT_ACTION),
        "may_end": may and held.state in BINDING and (ending is None or ending.state not in ENDING_STANDS),
        "may_decide": policies.can_decide_termination(actor, termination) if under_way and termination else None,
        "is_heard": under_way and termination is not None and procedures.may_decide_on(termination, today),
        "letters": [(row, letter_note(row), mails[row.code]) for row in rows],
    }
    return render(request, "certifier/conventions/follow_up.html", page)


# --- the acts -----------------------------------------------------------------------------------


class ReasonsForm(forms.Form):
    """Why."""

    reasons = forms.CharField(
        label=_("Motifs, que le partenaire lira dans la lettre"),
        help_text=_("Des faits précis et datés. Une ligne qui commence par un tiret fait une liste."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class SuspendForm(ReasonsForm):
    """Why, and from when."""

    effective_on = forms.DateField(label=_("Prend effet le"), widget=DayInput())


class GriefsForm(forms.Form):
    """What is held against the partner, and how long it has."""

    griefs = forms.CharField(
        label=_("Griefs"),
        help_text=_("Des faits précis et datés, que le partenaire pourra discuter un par un."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    delay_days = forms.IntegerField(
        label=_("Délai pour présenter des observations (jours)"),
        help_text=_("Il court à partir du lendemain du jour où la lettre est reçue."),
    )


class DecisionForm(forms.Form):
    """Why the convention is terminated, and what becomes of learners."""

    decision = forms.CharField(
        label=_("Motifs de la décision"),
        help_text=_("Répondez aux observations du partenaire."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    learners = forms.CharField(
        label=_("Que deviennent les personnes en formation\u00a0?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    effective_on = forms.DateField(label=_("Prend effet le"), widget=DayInput())


class CloseForm(forms.Form):
    """Why the procedure is closed."""

    decision = forms.CharField(
        label=_("Pourquoi la procédure est-elle classée\u00a0?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class RenewalForm(ReasonsForm):
    """Why the convention will not be renewed, and what becomes of learners."""

    learners = forms.CharField(
        label=_("Que deviennent les personnes en formation\u00a0?"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class EndForm(RenewalForm):
    """Why, what becomes of learners, and the last day."""

    effective_on = forms.DateField(label=_("Dernier jour de la convention"), widget=DayInput())


@dataclass(frozen=True)
class Act:
    """One thing to decide: its question, its button, what is said once done, its form and what it calls.

    ``about``: what the operation is given, the convention or its termination.
    """

    question: str | Promise
    label: str | Promise
    done: str | Promise
    form: type[forms.Form]
    operation: Callable[..., object]
    effects: tuple[tuple[str, str | Promise], ...]
    about: str = "convention"


LETTER = ("mail", _("Une lettre PDF est faite, engagée dans le registre public, et le partenaire est prévenu."))
JOURNAL = ("book-2", _("Une écriture au journal, à votre nom, pour toujours."))
ACTS = {
    "suspendre": Act(
        _("Suspendre cette convention à titre conservatoire\u00a0?"),
        _("Suspendre et envoyer la lettre"),
        _("La convention est suspendue. La lettre est partie."),
        SuspendForm,
        procedures.suspend,
        (
            ("ban", _("La convention cesse de s’appliquer au jour dit, jusqu’à ce que vous leviez la suspension.")),
            LETTER,
            JOURNAL,
        ),
    ),
    "lever": Act(
        _("Lever la suspension\u00a0?"),
        _("Lever et envoyer la lettre"),
        _("La suspension est levée. La lettre est partie."),
        ReasonsForm,
        procedures.lift_suspension,
        (("check", _("La convention s’applique de nouveau, aujourd’hui.")), LETTER, JOURNAL),
    ),
    "griefs": Act(
        _("Notifier des griefs en vue d’une résiliation\u00a0?"),
        _("Notifier les griefs"),
        _("Les griefs sont notifiés. Le délai court à partir du lendemain de leur réception."),
        GriefsForm,
        procedures.notify_griefs,
        (
            LETTER,
            (
                "clock",
                _("Le délai ne court qu’une fois prouvé que la lettre est reçue\u00a0: ouverte, ou recommandée."),
            ),
            ("users-group", _("Une autre personne que vous décidera, après avoir lu les observations.")),
            JOURNAL,
        ),
    ),
    "resilier": Act(
        _("Résilier cette convention\u00a0?"),
        _("Résilier et envoyer la lettre"),
        _("La résiliation est décidée. La lettre est partie."),
        DecisionForm,
        procedures.terminate,
        (("ban", _("La convention prend fin au jour dit. Cela ne se défait pas.")), LETTER, JOURNAL),
        about="termination",
    ),
    "classer": Act(
        _("Classer la procédure sans suite\u00a0?"),
        _("Classer et envoyer la lettre"),
        _("La procédure est close. La lettre est partie."),
        CloseForm,
        procedures.close,
        (("check", _("Les griefs sont abandonnés. La convention reste comme elle est.")), LETTER, JOURNAL),
        about="termination",
    ),
    "fin": Act(
        _("Proposer au partenaire de mettre fin à la convention\u00a0?"),
        _("Proposer cette fin"),
        _("La proposition est partie. Rien ne prend fin sans l’accord du partenaire."),
        EndForm,
        endings.propose_end,
        (LETTER, ("check", _("Rien ne prend fin tant que le dirigeant du partenaire n’a pas accepté.")), JOURNAL),
    ),
    "non-renouvellement": Act(
        _("Annoncer que la convention ne sera pas renouvelée\u00a0?"),
        _("Envoyer la lettre"),
        _("La lettre de non-renouvellement est partie."),
        RenewalForm,
        endings.decline_renewal,
        (("clock", _("La convention s’applique entièrement jusqu’à son terme.")), LETTER, JOURNAL),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def act(request: Asked, certifier: str, code: str, act: str) -> HttpResponse:
    """Decide one thing, after saying exactly what leaves and to whom."""
    held = found(request, code)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    subject = held if chosen.about == "convention" else queries.termination_of(held)
    if subject is None:
        raise Http404
    require(_may(request, chosen, held, subject))
    initial = {"effective_on": timezone.localdate(), "delay_days": procedures.shortest_delay(request.certifier)}
    form = chosen.form(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            given = {chosen.about: subject, **form.cleaned_data}
            chosen.operation(actor=request.actor, now=timezone.now(), **given)
            messages.success(request, str(chosen.done))
            return redirect("certifier:conventions-follow-up", certifier, code)
    people = ", ".join(f"{name} ({email})" for name, email, _code in letters.addressees(held))
    page = {
        "held": held,
        "form": form,
        "question": chosen.question,
        "label": chosen.label,
        "effects": [Effect(icon, str(sentence)) for icon, sentence in chosen.effects],
        "people": people,
        "termination": subject if chosen.about == "termination" else None,
        "back": reverse("certifier:conventions-follow-up", args=[certifier, code]),
    }
    return render(request, "certifier/conventions/step.html", page)


def _may(request: Asked, chosen: Act, held: Any, subject: Any) -> Verdict:
    if chosen.about == "termination":
        return policies.can_decide_termination(request.actor, subject)
    return policies.can_suspend(request.actor, held)


# --- letters ------------------------------------------------------------------------------------


def _letter(request: Asked, code: str, letter: str) -> Any:
    row = queries.letter(request.actor, found(request, code), letter)
    if row is None:
        raise Http404
    return row


@require_safe
@audience("certifier")
def letter(request: Asked, certifier: str, code: str, letter: str) -> HttpResponseBase:
    """The PDF of a letter."""
    return serve(_letter(request, code, letter).document)


@require_safe
@audience("certifier")
def slip(request: Asked, certifier: str, code: str, letter: str) -> HttpResponseBase:
    """The scan of the slip that shows that a letter was delivered."""
    row = _letter(request, code, letter)
    if row.postal_document is None:
        raise Http404
    return serve(row.postal_document)


@require_safe
@audience("certifier")
def observations_piece(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """The file that the partner gave with its observations."""
    termination = queries.termination_of(found(request, code))
    if termination is None or termination.observations_document is None:
        raise Http404
    return serve(termination.observations_document)


class PostForm(forms.Form):
    """The proof that a letter was delivered by registered post."""

    reference = forms.CharField(label=_("Numéro du recommandé"), max_length=40)
    received_on = forms.DateField(label=_("Distribuée le"), widget=DayInput())
    file = forms.FileField(label=_("L’avis de réception, numérisé"), help_text=_("PDF ou photo."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def post(request: Asked, certifier: str, code: str, letter: str) -> HttpResponse:
    """Record that a letter was delivered by registered post."""
    row = _letter(request, code, letter)
    require(policies.can_suspend(request.actor, row.convention))
    form = PostForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with refusing(request, form, about="file"):
            procedures.record_post(
                letter=row,
                reference=form.cleaned_data["reference"],
                received_on=form.cleaned_data["received_on"],
                slip=Piece(upload.file, upload.name),
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("L’avis de réception est enregistré."))
            return redirect("certifier:conventions-follow-up", certifier, code)
    page = {
        "held": row.convention,
        "form": form,
        "question": _("Quand cette lettre a-t-elle été distribuée\u00a0?"),
        "label": _("Enregistrer l’avis de réception"),
        "people": "",
        "termination": None,
        "effects": [Effect("clock", str(_("Pour des griefs, le délai court à partir du lendemain de ce jour.")))],
        "back": reverse("certifier:conventions-follow-up", args=[certifier, code]),
    }
    return render(request, "certifier/conventions/step.html", page)
