"""Combinations: which micro-certifications validate a bloc, under which conditions, and who has a whole one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france.microcertifications import EQF_LEVELS
from jurande.registers.awards.models.lots import Lot, LotRow
from jurande.registers.awards.states.combinations import CombinationState, RequestState
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class CombinationQuerySet(models.QuerySet["Combination"]):
    def visible_to(self, actor: Actor) -> CombinationQuerySet:
        """Those of one's own house."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def in_states(self, *states: str) -> CombinationQuerySet:
        return self.filter(state__in=states)

    def published(self) -> CombinationQuerySet:
        return self.in_states(CombinationState.PUBLISHED)


class Combination(models.Model):
    """One version of a way to a bloc, or to a larger micro-certification. Once published, the database refuses changes.

    ``certification``: what it leads to; ``bloc``: the lineage of the bloc of it, empty for a micro-certification.
    ``choices``: how many parts of each choice are needed: ``choices[0]`` for the parts whose ``choice`` is 1, and so
    on. ``author_codes``: everybody who wrote in it as a draft.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="combinations")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="combinations")
    bloc = models.CharField(_("bloc"), max_length=16, blank=True)
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("état"), max_length=9, choices=CombinationState, default=CombinationState.DRAFT)
    title = models.CharField(_("nom"), max_length=150)
    words = models.TextField(_("présentation"), blank=True)
    choices = models.JSONField(_("au choix"), default=list)
    revision = models.PositiveIntegerField(default=1)
    author_codes = models.JSONField(default=list)
    started_at = models.DateTimeField(_("commencée le"))
    started_by_code = models.CharField(max_length=16)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)
    published_at = models.DateTimeField(_("publiée le"), null=True)
    published_by_code = models.CharField(max_length=16, blank=True)
    closed_at = models.DateTimeField(_("close le"), null=True)
    closed_by_code = models.CharField(max_length=16, blank=True)

    objects = CombinationQuerySet.as_manager()

    class Meta:
        verbose_name = _("combinaison")
        verbose_name_plural = _("combinaisons")
        constraints = [
            models.UniqueConstraint(fields=["certification", "bloc", "number"], name="combination_number_once"),
            models.UniqueConstraint(
                fields=["certification", "bloc"],
                condition=Q(state=CombinationState.DRAFT),
                name="combination_one_draft",
            ),
            models.UniqueConstraint(
                fields=["certification", "bloc"],
                condition=Q(state=CombinationState.PUBLISHED),
                name="combination_one_published",
            ),
            models.CheckConstraint(
                condition=Q(state=CombinationState.DRAFT, published_at=None, published_by_code="")
                | Q(state__in=[CombinationState.PUBLISHED, CombinationState.CLOSED], published_at__isnull=False)
                & ~Q(published_by_code=""),
                name="combination_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=CombinationState.CLOSED, closed_at__isnull=False) & ~Q(closed_by_code="")
                | ~Q(state=CombinationState.CLOSED) & Q(closed_at=None, closed_by_code=""),
                name="combination_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == CombinationState.DRAFT


class CombinationPart(models.Model):
    """One micro-certification of a combination, and what is asked of the one that is held.

    ``choice``: 0, needed by everybody; else which choice it belongs to. ``minimum_grade``: a note or a mention, empty
    for none; ``minimum_level``: of the European framework; ``max_age_months``: since it was obtained, None for any.
    """

    code = CodeField()
    combination = models.ForeignKey(Combination, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="combination_parts")
    choice = models.PositiveSmallIntegerField(_("au choix"), default=0)
    minimum_grade = models.CharField(_("note ou mention, au moins"), max_length=30, blank=True)
    minimum_level = models.CharField(_("niveau, au moins"), max_length=4, choices=EQF_LEVELS, blank=True)
    identity_checked = models.BooleanField(_("identité vérifiée"), default=False)
    max_age_months = models.PositiveSmallIntegerField(_("obtenue depuis moins de"), null=True)

    class Meta:
        verbose_name = _("élément d’une combinaison")
        verbose_name_plural = _("éléments des combinaisons")
        constraints = [
            models.UniqueConstraint(fields=["combination", "certification"], name="combination_part_once"),
            models.CheckConstraint(
                condition=Q(max_age_months=None) | Q(max_age_months__gte=1), name="combination_part_age"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.combination_id} {self.position}"


class CombinationCount(models.Model):
    """How many holders have a whole combination, or lack one part of it, when the nightly job last looked."""

    combination = models.OneToOneField(Combination, on_delete=models.CASCADE, related_name="count")
    complete = models.PositiveIntegerField(default=0)
    near = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(_("compté le"))

    class Meta:
        verbose_name = _("compte d’une combinaison")
        verbose_name_plural = _("comptes des combinaisons")

    def __str__(self) -> str:
        return f"{self.combination_id} {self.complete}"


class CombinationRequestQuerySet(models.QuerySet["CombinationRequest"]):
    def visible_to(self, actor: Actor) -> CombinationRequestQuerySet:
        """Those about the combinations of one's own house."""
        return self.filter(combination__in=Combination.objects.visible_to(actor))

    def in_states(self, *states: str) -> CombinationRequestQuerySet:
        return self.filter(state__in=states)


class CombinationRequest(models.Model):
    """Somebody has a whole combination: found by the job, or asked for by them; then a row of a lot, issued as usual.

    ``told_at``: when they were written to, once. ``row``: the row of the ``lot`` that is theirs.
    """

    code = CodeField()
    combination = models.ForeignKey(Combination, on_delete=models.PROTECT, related_name="requests", db_index=False)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="combination_requests")
    state = models.CharField(_("état"), max_length=8, choices=RequestState, default=RequestState.FOUND)
    found_at = models.DateTimeField(_("complet depuis le"))
    told_at = models.DateTimeField(_("annoncé le"), null=True)
    asked_at = models.DateTimeField(_("demandée le"), null=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by_code = models.CharField(max_length=16, blank=True)
    reasons = EncryptedTextField(_("motif"), blank=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="combination_requests")
    row = models.ForeignKey(LotRow, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = CombinationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande d’attestation de bloc")
        verbose_name_plural = _("demandes d’attestation de bloc")
        constraints = [
            models.UniqueConstraint(fields=["combination", "holder"], name="combination_request_once"),
            models.CheckConstraint(
                condition=~Q(state=RequestState.ASKED) | Q(asked_at__isnull=False), name="combination_request_asked"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.PREPARED, RequestState.DECLINED])
                | Q(decided_at__isnull=False) & ~Q(decided_by_code=""),
                name="combination_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.PREPARED) | Q(lot__isnull=False),
                name="combination_request_prepared_in_a_lot",
            ),
        ]
        indexes = [
            models.Index(fields=["combination", "state", "found_at"], name="combination_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.code)
