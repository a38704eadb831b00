"""Deciding of an application, following its conditions, answering an appeal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import appeals, deciding
from jurande.registers.network.operations.deciding import Ruling, Rulings
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import dossiers
from jurande.registers.network.queries.deciding import head_of, partnership_at, people_to_rule_on
from jurande.registers.network.queries.reviewers import involved, scorers
from jurande.registers.network.states import APPROVING, DecisionVerdict
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.files import found
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import day
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect

YEARS = 3
CONDITIONS = 4
AGAIN_DAYS = 60
TEXT = 4_000
RULINGS = [("oui", _("Agréer")), ("non", _("Refuser"))]


# --- the decision -------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """What is decided, why, and of each thing asked. Fields of rulings are named after what they are about."""

    verdict = forms.ChoiceField(label=_("Décision"), choices=DecisionVerdict.choices, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Motifs"),
        help_text=_("Le candidat les lit tels quels dans sa lettre."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    review_again_on = forms.DateField(
        label=_("Si elle est ajournée, reprendre le dossier le"), required=False, widget=DayInput()
    )
    valid_from = forms.DateField(label=_("Agréments à partir du"), required=False, widget=DayInput())
    organisation_until = forms.DateField(label=_("Organisme agréé jusqu’au"), required=False, widget=DayInput())

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, str]], until: date, **kwargs: Any) -> None:
        """Add one ruling for each subject (key, name), and the conditions."""
        super().__init__(*args, **kwargs)
        self.subjects = subjects
        for number in range(1, CONDITIONS + 1):
            self.fields[f"condition-{number}"] = forms.CharField(
                label=_t("Condition %(n)d") % {"n": number}, max_length=500, required=False
            )
            self.fields[f"avant-{number}"] = forms.DateField(
                label=_t("À remplir avant le"), required=False, widget=DayInput()
            )
        for key, name in subjects:
            self.fields[f"accord-{key}"] = forms.ChoiceField(label=name, choices=RULINGS, initial="oui")
            self.fields[f"jusquau-{key}"] = forms.DateField(
                label=_t("Jusqu’au"), required=False, widget=DayInput(), initial=until
            )
            self.fields[f"motif-{key}"] = forms.CharField(label=_t("Motif d’un refus"), max_length=TEXT, required=False)

    def rows(self) -> list[dict[str, Any]]:
        """The three fields of each ruling, together."""
        return [
            {"name": name, "key": key, "fields": [self[f"{part}-{key}"] for part in ("accord", "jusquau", "motif")]}
            for key, name in self.subjects
        ]

    def condition_rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each condition, together."""
        return [(self[f"condition-{number}"], self[f"avant-{number}"]) for number in range(1, CONDITIONS + 1)]

    def clean(self) -> dict[str, Any]:
        """Ask for the day of each condition written; what else is missing, the operation says."""
        given = super().clean() or {}
        for number in range(1, CONDITIONS + 1):
            if given.get(f"condition-{number}") and not given.get(f"avant-{number}"):
                self.add_error(f"avant-{number}", _("Donnez la date de cette condition."))
        return given

    def ruling(self, key: str) -> Ruling:
        """What is decided of one subject."""
        given = self.cleaned_data
        if given.get(f"accord-{key}") == "non":
            return Ruling(granted=False, reasons=given.get(f"motif-{key}", ""))
        return Ruling(granted=True, valid_until=given.get(f"jusquau-{key}"))

    def conditions(self) -> list[tuple[str, date]]:
        """The conditions written, each with its day."""
        given = self.cleaned_data
        numbers = range(1, CONDITIONS + 1)
        return [(given[f"condition-{n}"], given[f"avant-{n}"]) for n in numbers if given.get(f"condition-{n}")]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def decide(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Decide: first what will happen, then the act."""
    held = found(request, code)
    require(policies.can_decide_application(request.actor, held, scorers=scorers(held)))
    targets, people = dossiers.targets_of(held), people_to_rule_on(held)
    names = [(one.code, f"{one.call.certification.title} ({one.get_kind_display().lower()})") for one in targets]
    names += [(f"{staff.code}:{role}", f"{staff.name}, {role.label.lower()}") for staff, role in people]
    today = timezone.localdate()
    until = today.replace(year=today.year + YEARS, day=min(today.day, 28)) - timedelta(days=1)
    form = DecisionForm(
        request.POST or None,
        subjects=names,
        until=until,
        initial={
            "valid_from": today,
            "organisation_until": until,
            "review_again_on": today + timedelta(days=AGAIN_DAYS),
        },
    )
    page = {
        "form": form,
        "held": held,
        "obstacle": deciding.obstacle(held),
        "back": reverse("certifier:recruitment-one-reviews", args=[certifier, code]),
    }
    if request.method == "POST" and form.is_valid():
        if not request.POST.get("confirmer"):
            posted = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
            page |= {"effects": _effects(held, form), "posted": posted}
            return render(request, "certifier/recruitment/decide_confirm.html", page)
        if "corriger" not in request.POST:
            with refusing(request, form):
                _decided(request, held, form, [one.code for one in targets], [(s.code, r.value) for s, r in people])
                messages.success(request, _("La décision est prise\u00a0: la lettre est partie."))
                return redirect("certifier:recruitment-one-reviews", certifier, code)
    return render(request, "certifier/recruitment/decide.html", page)


def _decided(request: Asked, held: Any, form: DecisionForm, targets: list[str], people: list[tuple[str, str]]) -> None:
    given = form.cleaned_data
    verdict = DecisionVerdict(given["verdict"])
    rulings = None
    if verdict in APPROVING and given["valid_from"] and given["organisation_until"]:
        rulings = Rulings(
            valid_from=given["valid_from"],
            organisation_until=given["organisation_until"],
            targets={key: form.ruling(key) for key in targets},
            people={(key, role): form.ruling(f"{key}:{role}") for key, role in people},
        )
    deciding.decide(
        application=held,
        verdict=verdict,
        reasons=given["reasons"],
        rulings=rulings,
        conditions=form.conditions(),
        review_again_on=given["review_again_on"],
        actor=request.actor,
        now=timezone.now(),
    )


def _effects(held: Any, form: DecisionForm) -> list[Effect]:
    """What will happen, to whom, which letters leave."""
    given = form.cleaned_data
    verdict = DecisionVerdict(given["verdict"])
    effects = [
        Effect("gavel", _t("La candidature devient «\u00a0%(word)s\u00a0».") % {"word": verdict.label.lower()}),
        Effect(
            "mail",
            _t("Une lettre part à %(who)s, avec vos motifs.") % {"who": held.applicant.full_name},
        ),
    ]
    if verdict == DecisionVerdict.DEFERRED and given["review_again_on"]:
        effects.append(
            Effect(
                "calendar", _t("Le dossier revient de lui-même le %(day)s.") % {"day": day(given["review_again_on"])}
            )
        )
    if verdict == DecisionVerdict.APPROVED_WITH_CONDITIONS:
        effects += [
            Effect("list-check", _t("Condition, avant le %(day)s\u00a0: %(text)s") % {"day": day(on), "text": text})
            for text, on in form.conditions()
        ]
    if verdict in APPROVING:
        effects += _approvals(held, form)
    effects.append(Effect("book-2", _t("Une écriture au journal, à votre nom, pour toujours.")))
    return effects


def _approvals(held: Any, form: DecisionForm) -> list[Effect]:
    given = form.cleaned_data
    effects = []
    if partnership_at(held) is None:
        head = head_of(held)
        said = _t("Le partenariat s’ouvre, et %(who)s (%(email)s) est invité à son espace.")
        effects.append(
            Effect("building", said % {"who": f"{head.first_name} {head.last_name}".strip(), "email": head.email})
        )
    if given["organisation_until"]:
        effects.append(
            Effect("rosette", _t("L’organisme est agréé jusqu’au %(day)s.") % {"day": day(given["organisation_until"])})
        )
    for key, name in form.subjects:
        ruling = form.ruling(key)
        if ruling.granted:
            said = _t("%(name)s\u00a0: agrément jusqu’au %(day)s.") % {"name": name, "day": day(ruling.valid_until)}
            effects.append(Effect("check", said))
        else:
            said = _t("%(name)s\u00a0: agrément refusé. %(why)s") % {"name": name, "why": ruling.reasons}
            effects.append(Effect("circle-x", said))
    return effects


# --- conditions ---------------------------------------------------------------------------------


class EvidenceForm(forms.Form):
    """By what one knows that a condition is met."""

    evidence = forms.CharField(label=_("Ce qui le montre"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    document = forms.FileField(label=_("Pièce"), help_text=_("PDF ou image."), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def condition(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Say that a condition is met."""
    require(policies.can_see_recruitment(request.actor))
    row = dossiers.condition(request.actor, code)
    if row is None:
        raise Http404
    held = row.decision.application
    require(policies.can_follow_conditions(request.actor, held))
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["document"]
        upload = {"content": sent, "filename": sent.name} if sent else {}
        with refusing(request, form, about="document"):
            deciding.meet_condition(
                condition=row,
                evidence=form.cleaned_data["evidence"],
                actor=request.actor,
                now=timezone.now(),
                **upload,
            )
            messages.success(request, _("La condition est remplie."))
            return redirect("certifier:recruitment-one-reviews", certifier, held.code)
    return _page(request, held, form, _("Cette condition est-elle remplie\u00a0?"), row.text, _("Constater"))


# --- appeals ------------------------------------------------------------------------------------


class AppealForm(forms.Form):
    """What is answered to an appeal."""

    upheld = forms.ChoiceField(
        label=_("Réponse"),
        choices=[
            ("oui", _("Admettre\u00a0: la candidature sera décidée de nouveau")),
            ("non", _("Rejeter\u00a0: la décision reste")),
        ],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Motifs"),
        help_text=_("Le candidat les lit tels quels."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def appeal(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Answer an appeal, by somebody who neither scored nor decided."""
    require(policies.can_see_recruitment(request.actor))
    row = dossiers.appeal(request.actor, code)
    if row is None:
        raise Http404
    held = row.decision.application
    require(policies.can_judge_appeal(request.actor, held, involved=involved(held)))
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            appeals.judge(
                appeal=row,
                upheld=form.cleaned_data["upheld"] == "oui",
                reasons=form.cleaned_data["reasons"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Le candidat reçoit la réponse à son recours."))
            return redirect("certifier:recruitment-one-reviews", certifier, held.code)
    return _page(request, held, form, _("Ce recours est-il fondé\u00a0?"), row.text, _("Répondre au candidat"))


def _page(
    request: Asked, held: Any, form: forms.Form, question: str | Promise, answer: str, label: str | Promise
) -> HttpResponse:
    page = {
        "form": form,
        "question": question,
        "answer": answer,
        "eyebrow": held.reference,
        "back": reverse("certifier:recruitment-one-reviews", args=[request.actor.certifier_code, held.code]),
        "label": label,
        "keep": f"reponse-{held.code}",
    }
    return render(request, "certifier/recruitment/form.html", page)
