"""Lots and awards as the certifier and its partners see them: forms, chips, the table of rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import REQUIRED, Fault
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.states import AwardState, LotRowState, LotState, Origin
from jurande.web.ui.marks import chip
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.tables import Column, Filter, Table

COLUMN_LABELS: dict[str, str | Promise] = {
    "last_name": _("Nom"),
    "first_name": _("Prénom"),
    "birth_on": _("Date de naissance"),
    "birth_place": _("Lieu de naissance"),
    "email": _("Adresse électronique"),
    "present": _("Heures de présence"),
    "planned": _("Heures prévues"),
    "outcome": _("Résultat (acquis, non acquis)"),
    "grade": _("Note ou mention"),
    "awarded_on": _("Date d’obtention"),
    "certification": _("Certification"),
}
LOT_CHIPS = {
    LotState.RECEIVED: "draft",
    LotState.PREPARED: "warn",
    LotState.APPROVED: "run",
    LotState.ISSUING: "run",
    LotState.ISSUED: "ok",
    LotState.ABANDONED: "end",
}
ROW_CHIPS = {
    LotRowState.GOOD: "ok",
    LotRowState.MENDED: "ok",
    LotRowState.FAULTY: "warn",
    LotRowState.REJECTED: "end",
    LotRowState.ISSUED: "ok",
}
AWARD_CHIPS = {
    AwardState.ISSUED: "ok",
    AwardState.SUSPENDED: "warn",
    AwardState.REVOKED: "late",
    AwardState.REPLACED: "end",
    AwardState.ERASED: "end",
}


def lot_chip(held: Any) -> SafeString:
    """Where a lot stands; one in preparation says whether something is to be mended."""
    if held.state == LotState.PREPARED:
        return chip("warn", str(_("À corriger"))) if held.faulty else chip("run", str(_("À approuver")))
    return chip(LOT_CHIPS[LotState(held.state)], held.get_state_display())


def award_chip(held: Any) -> SafeString:
    """What was decided last of something issued; «Repris» for what was first issued elsewhere and still holds."""
    if held.origin == Origin.ELSEWHERE and held.state == AwardState.ISSUED:
        return chip("run", str(Origin.ELSEWHERE.label), bare=True)
    return chip(AWARD_CHIPS[AwardState(held.state)], held.get_state_display(), bare=True)


class TermsForm(forms.Form):
    """What a lot awards, and when."""

    design = forms.ChoiceField(
        label=_("Ce qui est délivré"), help_text=_("Les modèles publiés, chacun avec le référentiel en vigueur.")
    )
    blocs = forms.MultipleChoiceField(
        label=_("Blocs délivrés"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Pour un modèle de blocs de compétences seulement."),
    )
    awarded_on = forms.DateField(label=_("Date d’obtention"), widget=day_input())
    decided_on = forms.DateField(
        label=_("Date de la décision du jury"), widget=day_input(), required=False, help_text=_("S’il y en a un.")
    )
    place = forms.CharField(
        label=_("Fait à"), max_length=100, required=False, help_text=_("Le lieu du modèle si rien n’est dit.")
    )
    habilitation = forms.ChoiceField(
        label=_("Évalué par"), required=False, help_text=_("Le partenaire habilité qui a organisé l’évaluation.")
    )

    def __init__(self, *args: Any, choices: queries.Choices, **kwargs: Any) -> None:
        """What this house may issue today."""
        super().__init__(*args, **kwargs)
        self.choices = choices
        one_design: Any = self.fields["design"]
        one_design.choices = [(one.code, queries.design_label(one)) for one in choices.designs]
        blocs: Any = self.fields["blocs"]
        blocs.choices = [(bloc.lineage, f"{bloc.number} {bloc.text}".strip()) for bloc in choices.blocs]
        places: Any = self.fields["habilitation"]
        places.choices = [("", str(_("Nous-mêmes")))] + [
            (one.code, f"{one.partnership.name} ({one.certification.reference})") for one in choices.habilitations
        ]
        if not choices.blocs:
            del self.fields["blocs"]
        if not choices.habilitations:
            del self.fields["habilitation"]

    def terms(self) -> dict[str, Any]:
        """What the operation is asked, apart from the rows."""
        said = self.cleaned_data
        held = next((one for one in self.choices.habilitations if one.code == said.get("habilitation")), None)
        return {
            "design": next(one for one in self.choices.designs if one.code == said["design"]),
            "blocs": said.get("blocs", []),
            "awarded_on": said["awarded_on"],
            "decided_on": said["decided_on"],
            "place": said["place"],
            "habilitation": held,
            "partnership": held.partnership if held else None,
        }


class SheetForm(TermsForm):
    """A spreadsheet of people, and what they are awarded."""

    file = forms.FileField(
        label=_("Votre tableur"),
        help_text=_(
            "Excel (.xlsx), LibreOffice (.ods) ou CSV, première feuille, cent mille lignes au plus. "
            "Une ligne par personne\u00a0; les noms des colonnes sont libres."
        ),
    )
    title = forms.CharField(
        label=_("Nom du lot"), max_length=200, required=False, help_text=_("Le nom du fichier si rien n’est dit.")
    )
    field_order = ("file", "design", "blocs", "awarded_on", "decided_on", "place", "habilitation", "title")


class RowForm(forms.Form):
    """What is said of one person; every rule is the operation's."""

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        """One field for each column that this lot has."""
        super().__init__(*args, **kwargs)
        for name in names:
            missing = {"required": Fault(f"{name}.missing", name).sentence()} if name in REQUIRED else {}
            self.fields[name] = forms.CharField(
                label=str(COLUMN_LABELS[name]), max_length=300, required=name in REQUIRED, error_messages=missing
            )

    @classmethod
    def of(cls, held: Any, shown: queries.ReadRow) -> RowForm:
        """The row as it stands, each thing that is wrong beside its field."""
        made = cls(
            {name: _french_day(text) if name.endswith("_on") else text for name, text in shown.said.items()},
            names=columns_of(held, shown),
        )
        made.blame(shown)
        return made

    def blame(self, shown: queries.ReadRow) -> None:
        """Say what is wrong beside each field, once."""
        for column, sentence in shown.faults:
            if column not in self.errors:
                self.add_error(column if column in self.fields else None, sentence)

    def said(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: str(text) for name, text in self.cleaned_data.items()}


def columns_of(held: Any, shown: queries.ReadRow) -> list[str]:
    """The columns that the sheet has, and those that something is wrong with."""
    wanted = {*held.columns, *shown.said, *(column for column, _sentence in shown.faults), *REQUIRED}
    return [name for name in COLUMN_LABELS if name in wanted]


def _french_day(text: str) -> str:
    year, dash, rest = text.partition("-")
    return "/".join([*reversed(rest.split("-")), year]) if dash and year.isdecimal() and len(year) == 4 else text


class PersonForm(TermsForm):
    """One person, and what they are awarded."""

    last_name = forms.CharField(label=_("Nom"), max_length=100)
    first_name = forms.CharField(label=_("Prénom"), max_length=100)
    birth_on = forms.DateField(label=_("Date de naissance"), widget=day_input(), required=False)
    birth_place = forms.CharField(label=_("Lieu de naissance"), max_length=100, required=False)
    email = forms.CharField(
        label=_("Adresse électronique"), max_length=254, required=False, help_text=_("La preuve y est annoncée.")
    )
    present = forms.CharField(label=_("Heures de présence"), max_length=20, required=False)
    planned = forms.CharField(label=_("Heures prévues"), max_length=20, required=False)
    grade = forms.CharField(label=_("Note ou mention"), max_length=100, required=False)
    field_order = ("last_name", "first_name", "birth_on", "birth_place", "email", "design", "blocs", "awarded_on")

    def person(self) -> dict[str, str]:
        """What is said of the person, by column."""
        names = ("last_name", "first_name", "birth_place", "email", "present", "planned", "grade")
        said = {name: self.cleaned_data[name] for name in names}
        born = self.cleaned_data["birth_on"]
        return {name: text for name, text in (said | {"birth_on": born.isoformat() if born else ""}).items() if text}


class ColumnsForm(forms.Form):
    """Which column is what; a choice is the index of a title."""

    def __init__(self, *args: Any, headers: list[str], **kwargs: Any) -> None:
        """One choice for each thing that a column may be."""
        super().__init__(*args, **kwargs)
        titles = [(str(at), title or str(_("Colonne %d")) % (at + 1)) for at, title in enumerate(headers)]
        for name, label in COLUMN_LABELS.items():
            empty = [] if name in REQUIRED and name in self.initial else [("", _("Aucune"))]
            self.fields[name] = forms.ChoiceField(
                label=str(label),
                choices=[*empty, *titles],
                required=name in REQUIRED,
                error_messages={
                    "required": _("Dites quelle colonne le donne\u00a0: sans elle, aucune ligne n’est lisible.")
                },
            )

    def columns(self) -> dict[str, int]:
        """The index of each column that was named."""
        return {name: int(at) for name, at in self.cleaned_data.items() if at}


def rows_table(held: Any, row_url: Any) -> Table[Any]:
    """The rows of a lot, each with what is wrong; ``row_url``: where one is mended, of its row, "" when it may not."""

    def read(row: Any) -> queries.ReadRow:
        return queries.read_of(held, row)

    return Table(
        name="lignes",
        columns=(
            Column("nom", str(_("Personne")), lambda row: named(held, row), url=row_url),
            Column("ligne", str(_("Ligne")), lambda row: row.number, order=("number",)),
            Column(
                "etat",
                str(_("État")),
                lambda row: row.get_state_display(),
                show=lambda row: chip(ROW_CHIPS[LotRowState(row.state)], row.get_state_display(), bare=True),
                order=("state", "number"),
            ),
            Column(
                "motif",
                str(_("Ce qui ne va pas, et que faire")),
                lambda row: " ".join(sentence for _column, sentence in read(row).faults) or row.note,
            ),
        ),
        filters=(Filter("etat", str(_("état")), LotRowState.choices, lambda rows, kept: rows.filter(state__in=kept)),),
        order="etat" if held.faulty else "ligne",  # what is to be mended comes first, wherever it is in the sheet
        unit=str(_("ligne,lignes")),
    )


def named(held: Any, row: Any) -> str:
    """Whom a row is about: its award's holder once issued, else what the row says."""
    award = getattr(row, "award", None) if row.state == LotRowState.ISSUED else None
    if award is not None:
        return str(award.full_name)
    return queries.read_of(held, row).name or str(_("Ligne %d")) % row.number
