"""How what is awarded looks and reads: the house's brand, and designs, version by version, frozen once published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states import DesignState, Emblem, Language, Layout, Subject
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

# Of our house: the guilloche, and the wax of the seal.
USUAL_COLOUR, USUAL_ACCENT = "#2F3E8F", "#A4262C"
_HEX = r"^#[0-9A-F]{6}$"


class Brand(models.Model):
    """What a certifier's designs begin with; a design keeps its own copy, so that changing the brand changes none.

    ``colour``: guilloche and rules; ``accent``: the wax of the seal. Both «#RRGGBB». ``waived``: keys of
    ``core.france.parchments.WAIVABLE``, mentions that rest on usage alone and that this certifier does without.
    """

    certifier = models.OneToOneField(Certifier, on_delete=models.PROTECT, related_name="brand")
    logo = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    colour = models.CharField(_("couleur des ornements"), max_length=7, default=USUAL_COLOUR)
    accent = models.CharField(_("couleur du sceau"), max_length=7, default=USUAL_ACCENT)
    emblem = models.CharField(_("motif du sceau"), max_length=8, choices=Emblem, default=Emblem.INITIAL)
    waived = models.JSONField(_("mentions dont on se passe"), default=list)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("identité visuelle")
        verbose_name_plural = _("identités visuelles")
        constraints = [
            models.CheckConstraint(condition=Q(colour__regex=_HEX, accent__regex=_HEX), name="brand_colours_are_hex"),
        ]

    def __str__(self) -> str:
        return f"{self.certifier_id}"


class DesignQuerySet(models.QuerySet["Design"]):
    def visible_to(self, actor: Actor) -> DesignQuerySet:
        """Those of one's own house."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def in_states(self, *states: str) -> DesignQuerySet:
        return self.filter(state__in=states)

    def published(self) -> DesignQuerySet:
        return self.in_states(DesignState.PUBLISHED)


class Design(models.Model):
    """One version of a design: how it looks, what it says, who signs. Once published, the database refuses any change.

    ``texts``: key of ``core.france.parchments.TEXTS`` → {"fr": …, "en": …}, with merge fields between braces; a key
    that is absent reads as usual. ``facts``: what the catalogue and the parties said on the day it was published, a
    ``core.france.parchments.Registration`` as JSON; empty for a draft. ``edition``: which edition of the layouts and
    of the fonts draws it. ``digest``: SHA-256 of all that it says, of its images and of its edition. ``author_codes``:
    everybody who wrote in it as a draft.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="designs")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="designs")
    subject = models.CharField(_("ce qui est délivré"), max_length=13, choices=Subject)
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("état"), max_length=9, choices=DesignState, default=DesignState.DRAFT)

    layout = models.CharField(_("mise en page"), max_length=8, choices=Layout)
    language = models.CharField(_("langue"), max_length=5, choices=Language, default=Language.FR)
    texts = models.JSONField(_("textes"), default=dict)
    place = models.CharField(_("lieu de délivrance"), max_length=80, blank=True)
    logo = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    colour = models.CharField(_("couleur des ornements"), max_length=7, default=USUAL_COLOUR)
    accent = models.CharField(_("couleur du sceau"), max_length=7, default=USUAL_ACCENT)
    emblem = models.CharField(_("motif du sceau"), max_length=8, choices=Emblem, default=Emblem.INITIAL)
    edition = models.PositiveSmallIntegerField(_("édition"), default=1)

    revision = models.PositiveIntegerField(default=1)
    author_codes = models.JSONField(default=list)
    started_at = models.DateTimeField(_("commencé le"))
    started_by_code = models.CharField(max_length=16)
    changed_at = models.DateTimeField(_("modifié le"))
    changed_by_code = models.CharField(max_length=16)
    published_at = models.DateTimeField(_("publié le"), null=True)
    published_by_code = models.CharField(max_length=16, blank=True)
    replaced_at = models.DateTimeField(_("remplacé le"), null=True)
    replaced_by_code = models.CharField(max_length=16, blank=True)
    facts = models.JSONField(default=dict)
    digest = models.CharField(_("empreinte"), max_length=64, blank=True)

    objects = DesignQuerySet.as_manager()

    class Meta:
        verbose_name = _("modèle")
        verbose_name_plural = _("modèles")
        constraints = [
            models.UniqueConstraint(fields=["certification", "subject", "number"], name="design_number_once"),
            models.UniqueConstraint(
                fields=["certification", "subject"], condition=Q(state=DesignState.DRAFT), name="design_one_draft"
            ),
            models.UniqueConstraint(
                fields=["certification", "subject"],
                condition=Q(state=DesignState.PUBLISHED),
                name="design_one_published",
            ),
            models.CheckConstraint(condition=Q(colour__regex=_HEX, accent__regex=_HEX), name="design_colours_are_hex"),
            models.CheckConstraint(
                condition=Q(state=DesignState.DRAFT, published_at=None, published_by_code="", digest="")
                | Q(state__in=[DesignState.PUBLISHED, DesignState.REPLACED], published_at__isnull=False)
                & ~Q(published_by_code="")
                & ~Q(digest=""),
                name="design_published_by_somebody_and_sealed",
            ),
            models.CheckConstraint(
                condition=Q(state=DesignState.REPLACED, replaced_at__isnull=False) & ~Q(replaced_by_code="")
                | ~Q(state=DesignState.REPLACED) & Q(replaced_at=None, replaced_by_code=""),
                name="design_replaced_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(started_by_code=""), name="design_has_an_author"),
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} {self.subject} v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == DesignState.DRAFT


class DesignSignatory(models.Model):
    """Who signs on the page. ``image``: their signature as a picture, an ornament: the seal is what proves."""

    code = CodeField()
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="signatories")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("nom"), max_length=120)
    quality = models.CharField(_("qualité"), max_length=120)
    quality_en = models.CharField(_("qualité, en anglais"), max_length=120, blank=True)
    image = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("signataire du modèle")
        verbose_name_plural = _("signataires du modèle")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["design", "position"], name="designsignatory_position_once"),
            models.CheckConstraint(condition=~Q(name=""), name="designsignatory_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
