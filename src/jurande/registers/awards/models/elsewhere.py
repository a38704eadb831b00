"""What was issued elsewhere and is kept here: the export as it was read, each record, the addresses it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.states.life import Platform, TakeoverRowState, TakeoverState
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class TakeoverQuerySet(models.QuerySet["Takeover"]):
    def visible_to(self, actor: Actor) -> TakeoverQuerySet:
        """Those of one's own house, for who issues."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.ISSUE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class Takeover(models.Model):
    """One export of another platform, from the moment it was read until its lines are records here.

    ``headers``: the titles of its columns, empty for a JSON export; ``columns``: our name for a column → its title;
    ``titles``: the name of what was issued there → the code of our certification.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="takeovers")
    platform = models.CharField(_("origine"), max_length=12, choices=Platform)
    name = models.CharField(_("fichier"), max_length=255)
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    titles = models.JSONField(default=dict)
    state = models.CharField(_("état"), max_length=10, choices=TakeoverState, default=TakeoverState.READ)
    read_at = models.DateTimeField(_("lu le"))
    read_by_code = models.CharField(max_length=16)
    started_at = models.DateTimeField(_("lancé le"), null=True)
    started_by_code = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True)
    job_code = models.CharField(max_length=16, blank=True)

    objects = TakeoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("reprise de délivrances")
        verbose_name_plural = _("reprises de délivrances")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TakeoverState.READ, started_at=None, finished_at=None)
                | Q(state=TakeoverState.RUNNING, started_at__isnull=False, finished_at=None)
                | Q(state=TakeoverState.DONE, started_at__isnull=False, finished_at__isnull=False)
                | Q(state=TakeoverState.DISCARDED, started_at=None, finished_at__isnull=False),
                name="takeover_state_agrees_with_its_dates",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-read_at"], name="takeover_latest")]

    def __str__(self) -> str:
        return self.name


class TakeoverRow(models.Model):
    """One line of an export. ``number``: as the file counts it; ``cells``: JSON, as read; ``plan``: JSON, understood.

    ``title``: the name of what was issued; ``reason``: why it is left out and what to do.
    """

    code = CodeField()
    takeover = models.ForeignKey(Takeover, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("ligne"))
    cells = EncryptedTextField()
    plan = EncryptedTextField(blank=True)
    title = models.CharField(_("intitulé"), max_length=400, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=TakeoverRowState)
    reason = models.CharField(_("motif"), max_length=400, blank=True)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("ligne de reprise de délivrances")
        constraints = [
            models.UniqueConstraint(fields=["takeover", "number"], name="takeoverrow_once"),
            models.CheckConstraint(
                condition=~Q(state=TakeoverRowState.REJECTED) | ~Q(reason=""), name="takeoverrow_rejected_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state=TakeoverRowState.MADE, award__isnull=False)
                | ~Q(state=TakeoverRowState.MADE) & Q(award=None),
                name="takeoverrow_made_has_its_award",
            ),
        ]
        indexes = [models.Index(fields=["takeover", "state", "number"], name="takeoverrow_by_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class FormerRecord(models.Model):
    """Where an award taken over came from, as its first house said it. Nothing of it was signed here.

    ``external_id``: its identifier there; ``digest``: of the platform and that identifier, so that it is taken once;
    ``record``: JSON, the line or the assertion as the export has it.
    """

    code = CodeField()
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="former")
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="former_records")
    platform = models.CharField(_("origine"), max_length=12, choices=Platform)
    external_id = models.CharField(_("numéro d’origine"), max_length=600)
    digest = models.CharField(max_length=64)
    issuer_name = models.CharField(_("délivrée par"), max_length=250, blank=True)
    title = models.CharField(_("intitulé d’origine"), max_length=400)
    record = EncryptedTextField()
    taken_at = models.DateTimeField(_("reprise le"))
    taken_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("origine d’une attestation reprise")
        verbose_name_plural = _("origines des attestations reprises")
        constraints = [models.UniqueConstraint(fields=["certifier", "digest"], name="formerrecord_once")]

    def __str__(self) -> str:
        return self.external_id


class FormerAddress(models.Model):
    """An address or a number by which somebody may still ask for an award taken over; ``digest``: of its usual form."""

    former = models.ForeignKey(FormerRecord, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(_("ancienne adresse"), max_length=1000)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("ancienne adresse")
        verbose_name_plural = _("anciennes adresses")
        constraints = [models.UniqueConstraint(fields=["former", "digest"], name="formeraddress_once")]
        indexes = [models.Index(fields=["digest"], name="formeraddress_by_digest")]

    def __str__(self) -> str:
        return self.address
