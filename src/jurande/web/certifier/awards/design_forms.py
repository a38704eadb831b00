"""What is typed of designs and of the brand they begin with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jurande.core.france.parchments import LANGUAGES, MOST_CHARS, TEXTS, WAIVABLE, has_line, text_of
from jurande.registers.awards.operations.designs import MOST_SIGNATORIES, Appearance, Signing
from jurande.registers.awards.states import Emblem, Language, Layout, Subject


class StartForm(forms.Form):
    """What to design."""

    certification = forms.CharField(max_length=16)
    subject = forms.ChoiceField(choices=Subject.choices)


class RevisionForm(forms.Form):
    """Which version of the draft was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class _Colour(forms.CharField):
    def __init__(self, label: Any) -> None:
        super().__init__(label=label, max_length=7, widget=forms.TextInput(attrs={"type": "color", "class": "swatch"}))


class BrandForm(forms.Form):
    """The brand of the house."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG ou WebP, 5\u00a0Mo au plus. Un fond transparent est préférable."),
    )
    drop_logo = forms.BooleanField(label=_("Retirer le logo"), required=False)
    colour = _Colour(_("Couleur des ornements"))
    accent = _Colour(_("Couleur du sceau"))
    emblem = forms.ChoiceField(label=_("Motif du sceau"), choices=Emblem.choices)
    waived = forms.MultipleChoiceField(
        label=_("Mentions dont vous vous passez"),
        required=False,
        choices=WAIVABLE,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucun texte ne les impose toutes\u00a0: elles reposent sur l’usage. Vous répondez de ce choix."),
    )


class DesignForm(forms.Form):
    """A draft: how it looks, what it says in each language, who signs."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    layout = forms.ChoiceField(label=_("Mise en page"), choices=Layout.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Langue"), choices=Language.choices)
    place = forms.CharField(
        label=_("Lieu de délivrance"),
        max_length=80,
        required=False,
        help_text=_("Celui du lot l’emporte, s’il en a un."),
    )
    colour = _Colour(_("Couleur des ornements"))
    accent = _Colour(_("Couleur du sceau"))
    emblem = forms.ChoiceField(label=_("Motif du sceau"), choices=Emblem.choices)

    def __init__(self, held: Any, data: Any = None, files: Any = None) -> None:
        """Add a field for each text of this subject, in each language, and the lines of those who sign."""
        own = ("revision", "layout", "language", "place", "colour", "accent", "emblem")
        initial = {name: getattr(held, name) for name in own}
        super().__init__(data, files, initial=initial)
        self.held = held
        self.keys = [line.key for line in TEXTS if has_line(line.key, held.subject)]
        register = held.certification.fiche.register if held.certification.fiche else ""
        for language in LANGUAGES:
            for line in TEXTS:
                if line.key in self.keys:
                    text = text_of(held.texts, line.key, held.subject, language, register)
                    self.fields[f"{line.key}_{language}"] = forms.CharField(
                        label=line.label,
                        required=False,
                        initial=text,
                        max_length=MOST_CHARS,
                        strip=False,
                        widget=forms.Textarea(attrs={"rows": 1 + text.count("\n") + len(text) // 60}),
                    )
        signatories = list(held.signatories.all())
        for place in range(1, MOST_SIGNATORIES + 1):
            signed = signatories[place - 1] if place <= len(signatories) else None
            self.fields[f"name_{place}"] = forms.CharField(
                label=_("Nom"), max_length=120, required=False, initial=signed.name if signed else ""
            )
            self.fields[f"quality_{place}"] = forms.CharField(
                label=_("Qualité"), max_length=120, required=False, initial=signed.quality if signed else ""
            )
            self.fields[f"quality_en_{place}"] = forms.CharField(
                label=_("Qualité, en anglais"),
                max_length=120,
                required=False,
                initial=signed.quality_en if signed else "",
            )
            self.fields[f"image_{place}"] = forms.FileField(label=_("Image de la signature"), required=False)
            if signed is not None and signed.image_id:
                self.fields[f"drop_{place}"] = forms.BooleanField(label=_("Retirer l’image"), required=False)

    def look(self) -> list[Any]:
        """The fields of how it looks."""
        return [self[name] for name in ("layout", "language", "place", "colour", "accent", "emblem")]

    def french(self) -> list[Any]:
        """The texts in French."""
        return [self[f"{key}_fr"] for key in self.keys]

    def english(self) -> list[Any]:
        """The texts in English."""
        return [self[f"{key}_en"] for key in self.keys]

    def lines(self) -> list[tuple[int, list[Any]]]:
        """The lines of those who sign, each with its fields."""
        return [
            (
                place,
                [
                    self[f"{name}_{place}"]
                    for name in ("name", "quality", "quality_en", "image", "drop")
                    if f"{name}_{place}" in self.fields
                ],
            )
            for place in range(1, MOST_SIGNATORIES + 1)
        ]

    def appearance(self) -> Appearance:
        """What was typed, but for who signs."""
        given = self.cleaned_data
        names = ("layout", "language", "place", "colour", "accent", "emblem")
        return Appearance(
            texts={key: {one: given[f"{key}_{one}"] for one in LANGUAGES} for key in self.keys},
            **{name: given[name] for name in names},
        )

    def signings(self) -> list[Signing]:
        """Who signs, as typed."""
        given = self.cleaned_data
        return [
            Signing(
                given[f"name_{place}"],
                given[f"quality_{place}"],
                given[f"quality_en_{place}"],
                image=(file.file, file.name) if (file := given[f"image_{place}"]) else None,
                drop_image=bool(given.get(f"drop_{place}")),
            )
            for place in range(1, MOST_SIGNATORIES + 1)
        ]
