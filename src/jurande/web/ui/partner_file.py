"""A partner's file as both sides see it: the certifier who keeps it and the partner whom it is about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jurande.registers.parties import operations
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import DocumentKind, QualiopiAction, Role
from jurande.web.ui import formats
from jurande.web.ui.parts import Fact, File

SOON_DAYS = 30


def day_input() -> forms.DateInput:
    """The browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class IdentityForm(forms.Form):
    """What is known of an organisation and of its place; the numbers do not change."""

    legal_name = forms.CharField(label=_("Dénomination"), max_length=250, help_text=_("Telle qu’au répertoire Sirene."))
    usual_name = forms.CharField(label=_("Nom d’usage"), max_length=250, required=False)
    nda = forms.CharField(
        label=_("Déclaration d’activité"), max_length=20, required=False, help_text=_("Onze chiffres, espaces admis.")
    )
    address = forms.CharField(label=_("Adresse"), max_length=250, required=False)
    postcode = forms.CharField(label=_("Code postal"), max_length=5)
    city = forms.CharField(label=_("Commune"), max_length=100)

    @staticmethod
    def of(partnership: Any) -> dict[str, str]:
        """The values as they stand."""
        house, site = partnership.organisation, partnership.site
        return {
            "legal_name": house.legal_name,
            "usual_name": house.usual_name,
            "nda": house.nda,
            "address": site.address,
            "postcode": site.postcode,
            "city": site.city,
        }

    def save(self, partnership: Any, actor: Actor, now: datetime) -> None:
        """Correct the organisation, then its place; the caller holds both in one transaction."""
        given = self.cleaned_data
        operations.update_organisation(
            house=partnership,
            legal_name=given["legal_name"],
            usual_name=given["usual_name"],
            nda=given["nda"],
            actor=actor,
            now=now,
        )
        operations.update_site(
            house=partnership,
            site=partnership.site,
            address=given["address"],
            postcode=given["postcode"],
            city=given["city"],
            actor=actor,
            now=now,
        )


class QualiopiForm(forms.Form):
    """A Qualiopi certificate: what it covers and until when."""

    actions = forms.MultipleChoiceField(
        label=_("Actions certifiées"), choices=QualiopiAction.choices, widget=forms.CheckboxSelectMultiple
    )
    certificate = forms.CharField(label=_("Numéro du certificat"), max_length=100, required=False)
    certified_by = forms.CharField(label=_("Délivré par"), max_length=200, required=False)
    since_on = forms.DateField(label=_("Valable du"), widget=day_input())
    until_on = forms.DateField(
        label=_("Jusqu’au"), widget=day_input(), help_text=_("Trois ans au plus après le début.")
    )


class DocumentForm(forms.Form):
    """A document to file."""

    kind = forms.ChoiceField(label=_("Nature de la pièce"), choices=DocumentKind.choices)
    file = forms.FileField(
        label=_("Fichier"), help_text=_("PDF, image (PNG ou JPEG), document ou tableur. Dix mégaoctets au plus.")
    )
    expires_on = forms.DateField(
        label=_("Valable jusqu’au"), required=False, widget=day_input(), help_text=_("Si la pièce a une date de fin.")
    )

    def given(self) -> dict[str, Any]:
        """What the operation takes: the file's bytes and its name apart."""
        upload = self.cleaned_data["file"]
        return {
            "kind": self.cleaned_data["kind"],
            "expires_on": self.cleaned_data["expires_on"],
            "content": upload.file,
            "filename": upload.name,
        }


class DetachForm(forms.Form):
    """Why a document is withdrawn."""

    reason = forms.CharField(label=_("Motif"), max_length=300, help_text=_("Gardé avec la pièce retirée."))


class InviteForm(forms.Form):
    """Whom to invite, and to do what."""

    email = forms.EmailField(label=_("Adresse électronique"))
    first_name = forms.CharField(label=_("Prénom"), max_length=100)
    last_name = forms.CharField(label=_("Nom"), max_length=100)
    role = forms.ChoiceField(label=_("Rôle"))

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        """Offer only the roles of that house."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        return {**self.cleaned_data, "role": Role(self.cleaned_data["role"])}


def identity_facts(partnership: Any) -> list[Fact]:
    """Who the partner is, as the State knows it."""
    house, site = partnership.organisation, partnership.site
    place = ", ".join(part for part in (site.address, f"{site.postcode} {site.city}") if part)
    facts = [
        Fact("SIRET", formats.siret(site.siret)),
        Fact(str(_("Adresse")), place),
        Fact("NDA", formats.nda(house.nda) if house.nda else str(_("inconnue"))),
    ]
    if house.usual_name:
        facts.insert(0, Fact(str(_("Dénomination")), house.legal_name))
    return facts


def file_card(held: Any, today: date, *, url: str, remove_url: str = "") -> File:
    """A document of the file as a card: what it is, until when it holds."""
    status, word = "", ""
    if held.expires_on is not None:
        left = (held.expires_on - today).days
        status = "late" if left < 0 else "warn" if left <= SOON_DAYS else "ok"
        template = _("Expirée le %(day)s") if left < 0 else _("Jusqu’au %(day)s")
        word = format_html(str(template).replace("%(day)s", "{}"), formats.day_short(held.expires_on))
    size = formats.octets(held.document.blob.size_bytes)
    note = str(_("%(size)s, déposée le %(day)s") % {"size": size, "day": formats.day_plain(held.attached_at)})
    return File(
        name=held.document.filename,
        url=url,
        kind=str(DocumentKind(held.kind).label),
        note=note,
        remove_url=remove_url,
        status=status,
        word=word,
    )
