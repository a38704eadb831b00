"""What a certifier certifies: registered certifications, linked to their fiche, and micro-certifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france.registration import USUAL_MONTHS
from jurande.registers.catalogue.models.national import Fiche
from jurande.registers.catalogue.states import CertificationKind, CertificationState, RetireReason
from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class CertificationQuerySet(models.QuerySet["Certification"]):
    def visible_to(self, actor: Actor) -> CertificationQuerySet:
        """Those of one's own house."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_CERTIFICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def in_force(self) -> CertificationQuerySet:
        return self.exclude(state=CertificationState.RETIRED)

    def of_kinds(self, kinds: list[str]) -> CertificationQuerySet:
        return self.filter(kind__in=kinds)

    def in_states(self, states: list[str]) -> CertificationQuerySet:
        return self.filter(state__in=states)

    def matching(self, words: str) -> CertificationQuerySet:
        found = self
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(reference__icontains=word))
        return found


class Certification(models.Model):
    """What is recognised by a certifier. A registered one has a fiche; a micro-certification has none."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="certifications")
    kind = models.CharField(_("nature"), max_length=12, choices=CertificationKind)
    reference = models.CharField(_("référence"), max_length=40)
    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="certifications", null=True)
    title = models.TextField(_("intitulé"))
    state = models.CharField(_("état"), max_length=10, choices=CertificationState, default=CertificationState.PREPARED)
    started_at = models.DateTimeField(_("commencée le"))
    started_by_code = models.CharField(max_length=16)
    retired_at = models.DateTimeField(_("retirée le"), null=True)
    retire_reason = models.CharField(_("motif"), max_length=20, choices=RetireReason, blank=True)

    objects = CertificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="certification_reference_once"),
            models.UniqueConstraint(
                fields=["certifier", "fiche"], condition=Q(retired_at=None), name="certification_one_by_fiche"
            ),
            models.CheckConstraint(
                condition=Q(kind=CertificationKind.REGISTERED, fiche__isnull=False)
                | Q(kind=CertificationKind.MICRO, fiche=None),
                name="certification_registered_has_a_fiche",
            ),
            models.CheckConstraint(
                condition=Q(state=CertificationState.RETIRED, retired_at__isnull=False) & ~Q(retire_reason="")
                | Q(
                    state__in=[CertificationState.PREPARED, CertificationState.OPEN], retired_at=None, retire_reason=""
                ),
                name="certification_retired_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_micro(self) -> bool:
        return self.kind == CertificationKind.MICRO

    @property
    def is_retired(self) -> bool:
        return self.state == CertificationState.RETIRED


class CatalogueChoices(models.Model):
    """What the law leaves to a certifier about its certifications; without a row, what is usual.

    ``dossier_months``: how long before the end of a registration the next dossier is begun. ``demanded``: keys of the
    optional elements of Annex I that it requires. ``tolerated``: keys of reserved words that it answers for.
    """

    certifier = models.OneToOneField(Certifier, on_delete=models.CASCADE, related_name="catalogue_choices")
    dossier_months = models.PositiveSmallIntegerField(_("début du dossier (mois)"), default=USUAL_MONTHS)
    demanded = models.JSONField(_("éléments exigés"), default=list)
    tolerated = models.JSONField(_("mots admis"), default=list)

    class Meta:
        verbose_name = _("choix du catalogue")
        verbose_name_plural = _("choix du catalogue")
        constraints = [
            models.CheckConstraint(condition=Q(dossier_months__lte=60), name="choices_dossier_within_five_years"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_months}"
