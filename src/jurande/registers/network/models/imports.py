"""A network that existed before: the rows that were read, what will be made of each, what was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.network.models.habilitations import Habilitation
from jurande.registers.network.states.ledger import ImportSource, ImportState, RowState
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class NetworkImportQuerySet(models.QuerySet["NetworkImport"]):
    def visible_to(self, actor: Actor) -> NetworkImportQuerySet:
        """Those of one's own house, for who may open partnerships."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.OPEN_PARTNERSHIPS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)


class NetworkImport(models.Model):
    """One file, or one reading of the national register, from the moment it was read until its rows are made.

    ``headers``: the column titles as the file has them; ``columns``: our name for a column → its title, remembered for
    the next file that has it. ``invites``: whether heads with an address are written to.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="network_imports")
    source = models.CharField(_("source"), max_length=10, choices=ImportSource)
    name = models.CharField(_("fichier"), max_length=255)
    digest = models.CharField(max_length=64)
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    state = models.CharField(_("état"), max_length=10, choices=ImportState, default=ImportState.READ)
    invites = models.BooleanField(_("invitations"), default=False)
    read_at = models.DateTimeField(_("lu le"))
    read_by_code = models.CharField(max_length=16)
    started_at = models.DateTimeField(_("lancé le"), null=True)
    started_by_code = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True)
    job_code = models.CharField(max_length=16, blank=True)

    objects = NetworkImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reprise de réseau")
        verbose_name_plural = _("reprises de réseau")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ImportState.READ, started_at=None, finished_at=None)
                | Q(state=ImportState.RUNNING, started_at__isnull=False, finished_at=None)
                | Q(state=ImportState.DONE, started_at__isnull=False, finished_at__isnull=False)
                | Q(state=ImportState.DISCARDED, started_at=None, finished_at__isnull=False),
                name="import_state_agrees_with_its_dates",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-read_at"], name="import_latest")]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row as it was read. ``number``: as the sheet shows it; ``reason``: why it is left out and what to do.

    ``cells``: the row's own values, in the order of ``headers``; ``plan``: what was understood of them.
    """

    source = models.ForeignKey(NetworkImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("ligne"))
    cells = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    state = models.CharField(_("état"), max_length=10, choices=RowState)
    reason = models.TextField(_("motif"), blank=True)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="+")
    habilitation = models.ForeignKey(Habilitation, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("ligne de reprise")
        verbose_name_plural = _("lignes de reprise")
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="import_row_once"),
            models.CheckConstraint(
                condition=~Q(state=RowState.REJECTED) | ~Q(reason=""), name="import_row_rejected_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state=RowState.MADE) | Q(partnership__isnull=False), name="import_row_made_has_its_partner"
            ),
        ]
        indexes = [models.Index(fields=["source", "state", "number"], name="import_row_by_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
