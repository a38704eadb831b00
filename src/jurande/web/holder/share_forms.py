"""The form by which a holder says what a link shows, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.operations.shares import TITLE_CHARS, Shown
from jurande.web.ui.fields import DayInput

# How long an application is usually looked at: long enough for an answer, and nothing is left open by oversight.
QUARTER, YEAR, NO_END, SOME_DAY = "90", "365", "sans", "jour"
USUAL = QUARTER


class ShownForm(forms.Form):
    """What a link shows and until when."""

    until = forms.ChoiceField(
        label=_("Jusqu’à quand\u00a0?"),
        widget=forms.RadioSelect,
        choices=[
            (QUARTER, _("Trois mois, pour une candidature")),
            (YEAR, _("Un an")),
            (NO_END, _("Sans date de fin, pour un CV, un site ou LinkedIn")),
            (SOME_DAY, _("Jusqu’au jour que je choisis")),
        ],
        initial=USUAL,
        help_text=_("Vous pouvez l’arrêter à tout moment, et il ne montre alors plus rien."),
    )
    ends_on = forms.DateField(
        label=_("Dernier jour"),
        widget=DayInput,
        required=False,
        help_text=_("Ce jour compris, à l’heure de Paris."),
    )
    shows_grade = forms.BooleanField(label=_("Montrer la note et l’assiduité"), required=False)
    shows_assessor = forms.BooleanField(
        label=_("Montrer l’organisme qui m’a formé ou évalué"), required=False, initial=True
    )
    gives_file = forms.BooleanField(
        label=_("Donner aussi le fichier signé"),
        required=False,
        help_text=_(
            "Pour qui veut vérifier sans passer par nous. Il contient tout, note comprise, et ne peut pas être repris."
        ),
    )
    title = forms.CharField(
        label=_("Pour vous en souvenir"),
        required=False,
        max_length=TITLE_CHARS,
        help_text=_("Par exemple «\u00a0Candidature chez Dupont\u00a0». Personne d’autre ne le lit."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the day when it is the one chosen."""
        given = super().clean() or {}
        if given.get("until") == SOME_DAY and not given.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", now_("Choisissez le dernier jour."))
        return given

    def shown(self, today: date) -> Shown:
        """What was chosen."""
        given = self.cleaned_data
        until = given["until"]
        ends_on = given["ends_on"] if until == SOME_DAY else None
        if until in (QUARTER, YEAR):
            ends_on = today + timedelta(days=int(until))
        return Shown(
            ends_on=ends_on,
            shows_grade=given["shows_grade"],
            shows_assessor=given["shows_assessor"],
            gives_file=given["gives_file"],
        )


class NewShareForm(ShownForm):
    """The same, and which awards."""

    awards = forms.MultipleChoiceField(
        label=_("Que voulez-vous montrer\u00a0?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une réussite à montrer.")},
    )
    field_order = ("awards",)

    def __init__(self, *given: Any, awards: Sequence[tuple[str, str]], **more: Any) -> None:
        """Offer these awards: their codes and what they are called."""
        super().__init__(*given, **more)
        self.fields["awards"].choices = awards  # type: ignore[attr-defined]
