"""What is typed of a combination: its name, its words, its parts with what is asked of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jurande.core.france.combinations import CHOICES_MOST, MONTHS_MOST, PARTS_MOST
from jurande.core.france.microcertifications import EQF_LEVELS
from jurande.registers.awards.operations.combinations import GRADE_MOST, TITLE_MOST, WORDS_MOST, Asked, Terms

if TYPE_CHECKING:
    from jurande.registers.awards.models import Combination, CombinationPart

_EXTRA = 3
_CHOICES = (
    ("0", _("Obligatoire")),
    ("1", _("Au choix, groupe A")),
    ("2", _("Au choix, groupe B")),
    ("3", _("Au choix, groupe C")),
)
_LEVELS = [("", _("Sans condition")), *((key, label) for key, label in EQF_LEVELS if key != "none")]


class StartForm(forms.Form):
    """What a combination leads to."""

    target = forms.ChoiceField(
        label=_("À quoi mène-t-elle\u00a0?"),
        help_text=_("Un bloc d’une certification dont le référentiel est publié, ou une micro-certification."),
    )

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        """Offer what can be led to."""
        super().__init__(*given, **named)
        self.fields["target"].choices = [("", ""), *choices]  # type: ignore[attr-defined]  # a ChoiceField


class TermsForm(forms.Form):
    """Its name, its words, and how many are needed of each choice."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Nom"), max_length=TITLE_MOST)
    words = forms.CharField(
        label=_("Présentation"),
        help_text=_("Pour votre équipe\u00a0: pourquoi ces micro-certifications valent ce bloc."),
        max_length=WORDS_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    wanted_1 = forms.IntegerField(label=_("Groupe A\u00a0: combien en faut-il\u00a0?"), min_value=0, required=False)
    wanted_2 = forms.IntegerField(label=_("Groupe B\u00a0: combien en faut-il\u00a0?"), min_value=0, required=False)
    wanted_3 = forms.IntegerField(label=_("Groupe C\u00a0: combien en faut-il\u00a0?"), min_value=0, required=False)

    @staticmethod
    def of(held: Combination) -> dict[str, Any]:
        """What is written, as the form shows it."""
        wanted = {f"wanted_{at}": count for at, count in enumerate(held.choices, start=1)}
        return {"revision": held.revision, "title": held.title, "words": held.words} | wanted


class PartForm(forms.Form):
    """One part; a line whose micro-certification is empty goes."""

    certification = forms.ChoiceField(label=_("Micro-certification"), required=False)
    choice = forms.ChoiceField(label=_("Nécessaire"), choices=_CHOICES, required=False)
    minimum_grade = forms.CharField(
        label=_("Note ou mention, au moins"),
        help_text=_("12/20, 60\u00a0%, bien…"),
        max_length=GRADE_MOST,
        required=False,
    )
    minimum_level = forms.ChoiceField(label=_("Niveau, au moins"), choices=_LEVELS, required=False)
    max_age_months = forms.IntegerField(
        label=_("Obtenue depuis moins de"), min_value=1, max_value=MONTHS_MOST, required=False
    )
    identity_checked = forms.BooleanField(label=_("Identité vérifiée pendant l’épreuve"), required=False)

    def __init__(self, *given: Any, offered: list[tuple[str, str]], **named: Any) -> None:
        """Offer the micro-certifications of the house."""
        super().__init__(*given, **named)
        self.fields["certification"].choices = [("", _("Aucune\u00a0: cette ligne est vide")), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def asked(self) -> Asked | None:
        """What is asked; None for an empty line."""
        said = self.cleaned_data
        if not said.get("certification"):
            return None
        return Asked(
            certification=said["certification"],
            choice=int(said["choice"] or 0),
            minimum_grade=said["minimum_grade"],
            minimum_level=said["minimum_level"],
            identity_checked=said["identity_checked"],
            max_age_months=said["max_age_months"],
        )


PartForms = forms.formset_factory(PartForm, extra=_EXTRA, max_num=PARTS_MOST, absolute_max=PARTS_MOST + _EXTRA)


def initial_parts(parts: Sequence[CombinationPart]) -> list[dict[str, Any]]:
    """The parts as the form shows them."""
    return [
        {
            "certification": part.certification.code,
            "choice": str(part.choice),
            "minimum_grade": part.minimum_grade,
            "minimum_level": part.minimum_level,
            "identity_checked": part.identity_checked,
            "max_age_months": part.max_age_months,
        }
        for part in parts
    ]


def terms_of(form: TermsForm, lines: Sequence[PartForm]) -> Terms:
    """What was typed; the choices that no line is of are left out, the others keep their order."""
    asked = [one for one in (line.asked() for line in lines) if one is not None]
    used = [at for at in range(1, CHOICES_MOST + 1) if any(one.choice == at for one in asked)]
    rank = {0: 0} | {at: place for place, at in enumerate(used, start=1)}
    return Terms(
        title=form.cleaned_data["title"],
        words=form.cleaned_data["words"],
        choices=[form.cleaned_data[f"wanted_{at}"] or 0 for at in used],
        parts=[
            Asked(
                one.certification,
                rank[one.choice],
                one.minimum_grade,
                one.minimum_level,
                one.identity_checked,
                one.max_age_months,
            )
            for one in asked
        ],
    )


class RevisionForm(forms.Form):
    """Which state of the draft was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class DeclineForm(forms.Form):
    """Why it is not issued, in words that the holder reads."""

    reasons = forms.CharField(
        label=_("Motif"),
        help_text=_("La personne le lira. Dites ce qu’elle peut faire pour que la suite soit favorable."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
