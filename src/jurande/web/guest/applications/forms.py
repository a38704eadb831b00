"""The forms of an application. Nothing is compulsory while it is a draft, but what is typed must be possible."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jurande.core.france.departements import DEPARTEMENTS, departement_label
from jurande.core.france.programme_sheets import COLUMNS
from jurande.registers.network.states import HabilitationKind, StaffFunction, SubcontractBasis
from jurande.registers.parties.states import DocumentKind
from jurande.web.ui.partner_file import day_input


class DraftForm(forms.Form):
    """What may be left for later: a required field is asked for before the file is sent, not before it is saved."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Clean what was typed; nothing is missing yet."""
        asked = [one for one in self.fields.values() if one.required]
        for one in asked:
            one.required = False
        super().full_clean()
        for one in asked:
            one.required = True


def _text(label: Any, most: int, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def _long(label: Any, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4_000,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class IdentityForm(DraftForm):
    """Who applies, as the State knows them."""

    siret = _text(_("SIRET de l’établissement"), 20, required=True, help_text=_("Quatorze chiffres, espaces admis."))
    legal_name = _text(_("Dénomination"), 250, required=True, help_text=_("Telle qu’au répertoire Sirene."))
    usual_name = _text(_("Nom d’usage"), 250)
    nda = _text(_("Déclaration d’activité (NDA)"), 20, help_text=_("Onze chiffres, sur le récépissé de la préfecture."))
    address = _text(_("Adresse"), 250)
    postcode = _text(_("Code postal"), 5, required=True)
    city = _text(_("Commune"), 100, required=True)
    presentation = _long(
        _("Présentez-vous en quelques lignes"), 4, _("Depuis quand, pour qui, ce que vous faites le mieux.")
    )


class RequestForm(DraftForm):
    """What is asked for of one call."""

    kind = forms.ChoiceField(label=_("Habilitation demandée"), widget=forms.RadioSelect)
    blocs = forms.MultipleChoiceField(
        label=_("Blocs"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucune case\u00a0: toute la certification."),
    )
    territory = forms.MultipleChoiceField(
        label=_("Départements où vous interviendrez"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("Aucun choix\u00a0: tout le territoire de l’appel."),
    )

    def __init__(self, *args: Any, call: Any, blocs: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer what the call offers."""
        super().__init__(*args, **kwargs)
        kinds = [(one.value, one.label) for one in HabilitationKind if one.value in call.kinds]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["blocs"].choices = blocs  # type: ignore[attr-defined]
        codes = call.territory or list(DEPARTEMENTS)
        self.fields["territory"].choices = [(code, departement_label(code)) for code in codes]  # type: ignore[attr-defined]
        if len(blocs) < 2:
            del self.fields["blocs"]


class StaffForm(forms.Form):
    """One person and what they do."""

    first_name = _text(_("Prénom"), 100, required=True)
    last_name = _text(_("Nom"), 100, required=True)
    email = _text(_("Adresse électronique"), 254)
    functions = forms.MultipleChoiceField(
        label=_("Que fait cette personne\u00a0?"), choices=StaffFunction.choices, widget=forms.CheckboxSelectMultiple
    )
    qualifications = _long(_("Diplômes et qualifications"), 2)
    experience_years = forms.IntegerField(label=_("Années d’expérience du métier"), required=False, min_value=0)
    blocs = forms.MultipleChoiceField(
        label=_("Blocs enseignés ou évalués"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucune case\u00a0: tous."),
    )

    def __init__(self, *args: Any, blocs: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the blocs that are asked for."""
        super().__init__(*args, **kwargs)
        self.fields["blocs"].choices = blocs  # type: ignore[attr-defined]
        if len(blocs) < 2:
            del self.fields["blocs"]


class PremisesForm(forms.Form):
    """One place."""

    label = _text(_("Nom du lieu"), 150, required=True, help_text=_("Comme «\u00a0Atelier de Nantes\u00a0»."))
    address = _text(_("Adresse"), 250)
    postcode = _text(_("Code postal"), 5)
    city = _text(_("Commune"), 100)
    capacity = forms.IntegerField(label=_("Places assises ou postes"), required=False, min_value=1)
    equipment = _long(
        _("Matériel"), 3, _("Ce dont se servent les personnes formées\u00a0: machines, outils, logiciels.")
    )


class ReferenceForm(forms.Form):
    """One client."""

    name = _text(_("Client ou financeur"), 200, required=True)
    what = _long(_("Ce que vous y avez fait"), 2)
    year = forms.IntegerField(label=_("Année"), required=False)
    contact = _text(_("Qui peut en parler"), 200, help_text=_("Nom, fonction, téléphone ou adresse."))


class SubcontractorForm(DraftForm):
    """Somebody who would train in the applicant's name."""

    name = _text(_("Nom du sous-traitant"), 250, required=True)
    siret = _text("SIRET", 20, required=True)
    nda = _text(_("Déclaration d’activité (NDA)"), 20)
    basis = forms.ChoiceField(
        label=_("Pourquoi peut-il intervenir\u00a0?"), choices=[("", "—"), *SubcontractBasis.choices]
    )
    what = _long(_("Ce qui lui est confié"), 2)
    no_cascade = forms.BooleanField(label=_("Il ne sous-traitera pas à son tour."), required=False)


class EvidenceForm(forms.Form):
    """A document of the file."""

    file = forms.FileField(label=_("Fichier"))
    kind = forms.ChoiceField(label=_("Nature de la pièce"), choices=DocumentKind.choices)
    expires_on = forms.DateField(
        label=_("Valable jusqu’au"), required=False, widget=day_input(), help_text=_("Si la pièce a une date de fin.")
    )


class ModuleForm(DraftForm):
    """One module of the programme; durations in hours."""

    title = _text(_("Titre du module"), 200, required=True)
    content = _long(
        _("Contenu"), 3, _("Ce qui s’y apprend\u00a0: vos mots servent à proposer les compétences travaillées.")
    )
    hours = forms.CharField(label=_("Durée"), max_length=20, help_text=_("Comme 35, 7,5 ou 7 h 30."))
    in_person_hours = forms.CharField(label=_("Dont en présence"), max_length=20, required=False)


class SheetForm(forms.Form):
    """A spreadsheet that holds the programme."""

    file = forms.FileField(label=_("Votre tableur"), help_text=_("Excel (.xlsx), LibreOffice (.ods) ou CSV."))


COLUMN_LABELS = {
    "title": _("Titre du module"),
    "content": _("Contenu"),
    "hours": _("Durée"),
    "in_person": _("Durée en présence"),
    "competencies": _("Compétences travaillées"),
}


class ColumnsForm(forms.Form):
    """Which column of the sheet is what."""

    replace = forms.BooleanField(label=_("Remplacer les modules déjà saisis"), required=False)

    def __init__(self, *args: Any, headers: list[str], **kwargs: Any) -> None:
        """Offer the columns of this sheet."""
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Aucune colonne")),
            *((str(rank), name or f"({rank + 1})") for rank, name in enumerate(headers)),
        ]
        for name in COLUMNS:
            self.fields[name] = forms.ChoiceField(label=COLUMN_LABELS[name], choices=choices, required=name == "title")
        self.order_fields([*COLUMN_LABELS, "replace"])

    def columns(self) -> dict[str, int]:
        """The index of each column that was chosen."""
        return {name: int(self.cleaned_data[name]) for name in COLUMNS if self.cleaned_data.get(name)}


class CharterForm(forms.Form):
    """The head's signature under each commitment."""

    name = _text(_("Prénom et nom du responsable légal"), 200, required=True)
    quality = _text(_("En qualité de"), 200, required=True, help_text=_("Gérant, présidente, directeur…"))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Motif"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    """What is answered, with a document when one is needed."""

    text = forms.CharField(label=_("Votre réponse"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(label=_("Joindre une pièce"), required=False)


class AppealForm(forms.Form):
    """Why the decision should be looked at again."""

    text = forms.CharField(
        label=_("Pourquoi contestez-vous cette décision\u00a0?"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Des personnes qui n’ont pas pris la décision vous liront."),
    )
