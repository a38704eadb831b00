"""Something is wrong in what I was given: saying what, following the answer, taking the request back, contesting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.corrections import Identity
from jurande.registers.awards.operations import answering
from jurande.registers.awards.operations import corrections as operations
from jurande.registers.awards.policies import corrections as policies
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.queries import holders
from jurande.registers.awards.states import Subject
from jurande.registers.awards.states.corrections import CorrectionKind, CorrectionState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience, person_of
from jurande.web.ui import spoken
from jurande.web.ui.corrections import FIELDS, answered_by, lines_of, state_of
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award, Correction

KEEP, REPLACE = "garder", "remplacer"
_NAMES = ("first_name", "last_name")
# What may be wrong, under the word that stands in the address; which fields each asks for.
CHOICES: dict[str, tuple[CorrectionKind, tuple[str, ...]]] = {
    "orthographe": (CorrectionKind.SPELLING, _NAMES),
    "ordre": (CorrectionKind.NAME_ORDER, _NAMES),
    "lieu": (CorrectionKind.BIRTH_PLACE, ("birth_place",)),
    "date": (CorrectionKind.BIRTH_DATE, ("birth_on",)),
    "nom": (CorrectionKind.NAME_CHANGE, _NAMES),
    "autre": (CorrectionKind.OTHER, ()),
}
QUESTIONS: dict[CorrectionKind, str | Promise] = {
    CorrectionKind.SPELLING: lazy("Comment s’écrit votre nom\u00a0?"),
    CorrectionKind.NAME_ORDER: lazy("Quel est votre prénom, quel est votre nom\u00a0?"),
    CorrectionKind.BIRTH_PLACE: lazy("Où êtes-vous né ou née\u00a0?"),
    CorrectionKind.BIRTH_DATE: lazy("Quel jour êtes-vous né ou née\u00a0?"),
    CorrectionKind.NAME_CHANGE: lazy("Comment vous appelez-vous maintenant\u00a0?"),
    CorrectionKind.OTHER: lazy("Qu’est-ce qui ne va pas\u00a0?"),
}


class CorrectionForm(forms.Form):
    """What it should say, each beside what it says today; what shows it."""

    first_name = forms.CharField(label=FIELDS["first_name"], max_length=100)
    last_name = forms.CharField(label=FIELDS["last_name"], max_length=100)
    birth_on = forms.DateField(label=FIELDS["birth_on"], widget=day_input())
    birth_place = forms.CharField(label=FIELDS["birth_place"], max_length=100)
    wish = forms.ChoiceField(
        label=lazy("Et ce document\u00a0?"),
        choices=[
            (REPLACE, lazy("Je veux un nouveau document, à mon nouveau nom. L’ancien nom ne sera plus montré.")),
            (KEEP, lazy("Je le garde tel quel\u00a0: il était vrai ce jour-là. Seul mon espace change de nom.")),
        ],
        widget=forms.RadioSelect,
        initial=REPLACE,
    )
    words = forms.CharField(
        label=lazy("Quelque chose à ajouter\u00a0?"),
        required=False,
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    evidence = forms.FileField(label=lazy("Un document qui le montre"), required=False)
    second_evidence = forms.FileField(label=lazy("Un autre document"), required=False)

    def __init__(self, sent: Any, files: Any, *, kind: CorrectionKind, asked: tuple[str, ...], today: Identity) -> None:
        """Keep the fields that this kind asks for, beginning with what the document says."""
        first, last = (today.last_name, today.first_name) if kind == CorrectionKind.NAME_ORDER else (None, None)
        initial = vars(today) | ({"first_name": first, "last_name": last} if first else {})
        super().__init__(sent, files, initial=initial)
        self.kind, self.today = kind, today
        for name in FIELDS:
            if name not in asked:
                del self.fields[name]
        for name in asked:
            self.fields[name].help_text = _says(name, vars(today)[name])
        is_change = kind == CorrectionKind.NAME_CHANGE
        if not is_change:
            del self.fields["wish"]
        self.fields["evidence"].help_text = (
            _("PDF ou photo\u00a0: pièce d’identité, acte ou livret de famille. Demandé pour un nouveau document.")
            if is_change
            else _("PDF ou photo, si vous en avez un. Il est effacé quelque temps après la réponse.")
        )
        if kind == CorrectionKind.OTHER:
            self.fields["words"].label, self.fields["words"].required = _("Dites-le avec vos mots"), True

    @property
    def is_kept(self) -> bool:
        """Whether the document stays as it is."""
        return self.cleaned_data.get("wish") == KEEP

    def wanted(self) -> Identity:
        """All that the document should say."""
        said = {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}
        if isinstance(said.get("birth_on"), date):
            said["birth_on"] = said["birth_on"].isoformat()
        return replace(self.today, **said)

    def given(self) -> list[tuple[Any, str]]:
        """Content and name of each file."""
        sent = (self.cleaned_data.get(name) for name in ("evidence", "second_evidence"))
        return [(one.file, one.name) for one in sent if one]


def _says(name: str, text: str) -> str:
    shown = spoken.day(date.fromisoformat(text)) if name == "birth_on" and text else text
    return _("Aujourd’hui\u00a0: %(said)s") % {"said": shown} if shown else _("Aujourd’hui\u00a0: rien")


@dataclass(frozen=True)
class Mistake:
    """The section of the page of an award: the latest request about it, whether one may be made, why not."""

    latest: Correction | None
    state: Any
    may_ask: bool
    why_not: str


def mistake_of(request: Asked, award: Award) -> Mistake:
    """What the page of an award says about mistakes in it. One query, two when something was asked."""
    latest = queries.latest_about(award, person_of(request))
    is_waiting = latest is not None and latest.state == CorrectionState.ASKED
    verdict = policies.can_ask_correction(request.actor, award)
    return Mistake(
        latest=latest,
        state=state_of(latest) if latest is not None else "",
        may_ask=verdict.allowed and not is_waiting,
        why_not="" if verdict.allowed else str(verdict.reason),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def ask(request: Asked, code: str) -> HttpResponse:
    """Choose what is wrong, then say what it should be."""
    award = holders.one_of(person_of(request), code)
    if award is None:
        raise Http404
    require(policies.can_ask_correction(request.actor, award))
    offered = _offered(award)
    chosen = request.GET.get("quoi", "")
    if chosen not in offered:
        choices = [(word, CorrectionKind(kind).label) for word, (kind, _asked) in offered.items()]
        return render(request, "holder/correct.html", {"award": award, "choices": choices})
    kind, asked = offered[chosen]
    form = CorrectionForm(
        request.POST or None, request.FILES or None, kind=kind, asked=asked, today=queries.identity_of(award)
    )
    if request.method == "POST" and form.is_valid():
        person, now = person_of(request), timezone.now()
        with refusing(request, form):
            if form.is_kept:
                wanted = form.wanted()
                answering.keep_as_it_was(
                    person=person,
                    first_name=wanted.first_name,
                    last_name=wanted.last_name,
                    actor=request.actor,
                    now=now,
                )
                messages.success(request, _("C’est fait\u00a0: votre espace porte votre nouveau nom."))
                return redirect("holder:award", code)
            made = operations.ask_correction(
                award=award,
                kind=kind,
                wanted=form.wanted(),
                words=form.cleaned_data["words"],
                files=form.given(),
                person=person,
                actor=request.actor,
                now=now,
            )
            messages.success(request, _("Votre demande est envoyée."))
            return redirect("holder:corrections-one", made.code)
    page = {"award": award, "form": form, "question": QUESTIONS[kind]}
    return render(request, "holder/correct_form.html", page)


def _offered(award: Award) -> dict[str, tuple[CorrectionKind, tuple[str, ...]]]:
    """What may be wrong in this one: birth, only where the document says it."""
    says_birth = award.subject == Subject.CERTIFICATION
    kept = {"lieu": says_birth or bool(award.birth_place), "date": says_birth or bool(award.birth_on)}
    return {word: choice for word, choice in CHOICES.items() if kept.get(word, True)}


class AppealForm(forms.Form):
    """Why the answer of the partner is contested."""

    words = forms.CharField(
        label=lazy("Pourquoi n’êtes-vous pas d’accord\u00a0?"),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def one(request: Asked, code: str) -> HttpResponse:
    """Where my request stands; take it back, or contest the answer."""
    held = queries.one_asked_by(person_of(request), code)
    if held is None:
        raise Http404
    may_appeal = policies.can_appeal_correction(request.actor, held).allowed
    form = AppealForm(request.POST if "words" in request.POST else None)
    if request.method == "POST" and "withdraw" in request.POST:
        with refusing(request):
            operations.withdraw_correction(correction=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Votre demande est retirée. Le document ne change pas."))
        return redirect("holder:corrections-one", code)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.appeal_correction(
                correction=held, words=form.cleaned_data["words"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("Votre demande est maintenant chez le certificateur."))
            return redirect("holder:corrections-one", code)
    page = {
        "held": held,
        "state": state_of(held),
        "lines": lines_of(held),
        "by": answered_by(held),
        "asked_on": spoken.day(held.asked_at),
        "due_on": spoken.day(held.due_on),
        "decided_on": spoken.day(held.decided_at),
        "is_waiting": held.state == CorrectionState.ASKED,
        "form": form if may_appeal else None,
    }
    return render(request, "holder/correction.html", page)


@require_safe
@audience("holder")
def evidence(request: Asked, code: str, piece: str) -> HttpResponseBase:
    """Hand back what I joined."""
    held = queries.one_asked_by(person_of(request), code)
    document = queries.evidence_of(held, piece) if held is not None else None
    if document is None:
        raise Http404
    return serve(document)
