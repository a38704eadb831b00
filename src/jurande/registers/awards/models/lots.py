"""Lots: the rows that are prepared together, what is wrong with each, who approved them, what was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.designs import Design
from jurande.registers.awards.states.awards import LotRowState, LotSource, LotState
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.documents.models import Document
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_OPEN = [LotState.RECEIVED, LotState.PREPARED]


class LotQuerySet(models.QuerySet["Lot"]):
    def visible_to(self, actor: Actor) -> LotQuerySet:
        """All of one's house for the certifier; those of its own partnership for a partner."""
        if not actor.has(Right.SEE_AWARDS):
            return self.none()
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code)
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def in_states(self, *states: str) -> LotQuerySet:
        return self.filter(state__in=states)


class Lot(models.Model):
    """What is issued together: one certification, one design, one day.

    ``headers``: titles of the sheet's columns; ``columns``: our name for a column → its title, remembered for the next
    sheet. ``blocs``: lineages, when the subject is a bloc. ``validity_months``: None, without end. ``place``: where the
    document says that it was issued. ``total``, ``faulty``, ``rejected`` and ``issued`` count rows.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="lots", db_index=False)
    reference = models.CharField(_("référence"), max_length=40)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="lots")
    referentiel = models.ForeignKey(Referentiel, on_delete=models.PROTECT, related_name="lots")
    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="lots")
    blocs = models.JSONField(_("blocs"), default=list)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="lots")
    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, null=True, related_name="lots")
    source = models.CharField(_("origine"), max_length=12, choices=LotSource)
    title = models.CharField(_("nom du lot"), max_length=200)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    awarded_on = models.DateField(_("date d’obtention"))
    decided_on = models.DateField(_("date de la décision"), null=True)
    place = models.CharField(_("fait à"), max_length=100, blank=True)
    validity_months = models.PositiveSmallIntegerField(_("durée de validité"), null=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=LotState, default=LotState.RECEIVED)
    total = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)
    job_code = models.CharField(max_length=16, blank=True)
    prepared_at = models.DateTimeField(_("préparé le"))
    prepared_by_code = models.CharField(max_length=16)
    # Everybody who said what its columns are or wrote a row again: none of them approves it.
    author_codes = models.JSONField(default=list)
    approved_at = models.DateTimeField(_("approuvé le"), null=True)
    approved_by_code = models.CharField(max_length=16, blank=True)
    started_at = models.DateTimeField(_("délivrance lancée le"), null=True)
    started_by_code = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True)
    finished_by_code = models.CharField(max_length=16, blank=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="lot_reference_once"),
            models.UniqueConstraint(
                fields=["certifier", "idempotency_key"], condition=~Q(idempotency_key=""), name="lot_once_by_request"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, approved_at=None, started_at=None, finished_at=None)
                | Q(state=LotState.APPROVED, approved_at__isnull=False, started_at=None, finished_at=None)
                | Q(state=LotState.ISSUING, approved_at__isnull=False, started_at__isnull=False, finished_at=None)
                | Q(state=LotState.ISSUED, started_at__isnull=False, finished_at__isnull=False)
                | Q(state=LotState.ABANDONED, started_at=None, finished_at__isnull=False),
                name="lot_state_agrees_with_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by_code="")
                | Q(approved_at__isnull=False) & ~Q(approved_by_code=""),
                name="lot_approved_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-prepared_at"], name="lot_latest")]

    def __str__(self) -> str:
        return self.reference


class LotRow(models.Model):
    """One row. ``number``: as the sheet shows it; ``cells``: JSON, in the order of the lot's ``headers``, as received.

    ``values``: JSON, what was understood of them. ``faults``: codes of ``core.france.award_sheets``; what the row says
    of a person is in the encrypted columns only, and goes once it is issued: the award has it. ``holder_digest``: the
    same for two rows about the same person.
    """

    code = CodeField()
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(_("ligne"))
    cells = EncryptedTextField(blank=True)
    values = EncryptedTextField(blank=True)
    faults = models.JSONField(default=list)
    state = models.CharField(_("état"), max_length=10, choices=LotRowState)
    holder_digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(_("motif"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("ligne d’un lot")
        verbose_name_plural = _("lignes d’un lot")
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="lotrow_once"),
            models.CheckConstraint(
                condition=Q(state=LotRowState.ISSUED, cells="", values="") | ~Q(state=LotRowState.ISSUED),
                name="lotrow_issued_keeps_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "state", "number"], name="lotrow_by_state"),
            models.Index(fields=["lot", "holder_digest"], name="lotrow_by_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
