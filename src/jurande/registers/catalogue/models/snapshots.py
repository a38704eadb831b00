"""One reading of one file of the State, and the rows of it that could not be kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.states import RejectReason, SnapshotState, Source
from jurande.registers.common.codes import CodeField


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def latest_first(self) -> DeliveryQuerySet:
        return self.order_by("-received_at", "-pk")


class Delivery(models.Model):
    """A file given to be read, before anyone knows what is in it: one snapshot for each source found, or a refusal."""

    code = CodeField()
    file_name = models.CharField(_("fichier"), max_length=255)
    # Its name under the folder of imports; empty once there is nothing left to read, or when it is read where it lies.
    stored_name = models.CharField(max_length=255, blank=True)
    is_ours = models.BooleanField(default=False)
    # The day of publication, when its name does not tell.
    published_on = models.DateField(_("publié le"), null=True)
    received_at = models.DateTimeField(_("reçu le"))
    received_by = models.CharField(max_length=16, blank=True)
    job_code = models.CharField(max_length=16, blank=True)
    finished_at = models.DateTimeField(null=True)
    refusal = models.TextField(_("motif du refus"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("fichier reçu")

    def __str__(self) -> str:
        return f"delivery {self.code}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def complete(self) -> SnapshotQuerySet:
        return self.filter(state=SnapshotState.COMPLETE)

    def of(self, source: str) -> SnapshotQuerySet:
        return self.filter(source=source)

    def latest_first(self) -> SnapshotQuerySet:
        return self.order_by("-published_on", "-imported_at", "-pk")


class Snapshot(models.Model):
    """What the State published on one day, as one file: the source and the date of everything read from it."""

    code = CodeField()
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="snapshots", null=True)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    published_on = models.DateField(_("publié le"))
    file_name = models.CharField(_("fichier"), max_length=255)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    imported_at = models.DateTimeField(_("lu le"), null=True)
    state = models.CharField(max_length=10, choices=SnapshotState, default=SnapshotState.IMPORTING)
    # Why the whole file was refused, as it was said.
    refusal = models.TextField(_("motif du refus"), blank=True)
    # Of a register, its fiches and their partners; of the list, its lines. What changed is counted in the former.
    read_count = models.PositiveIntegerField(_("lus"), default=0)
    partner_count = models.PositiveIntegerField(_("partenaires"), default=0)
    changed_count = models.PositiveIntegerField(_("changés"), default=0)
    rejected_count = models.PositiveIntegerField(_("écartés"), default=0)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("lecture d’un répertoire national")
        indexes = [models.Index(fields=["source", "-published_on"], name="snapshot_source_published")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "published_on", "sha256"],
                condition=~Q(state=SnapshotState.REFUSED),
                name="snapshot_once",
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state=SnapshotState.IMPORTING), name="snapshot_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=SnapshotState.COMPLETE) | Q(imported_at__isnull=False),
                name="snapshot_complete_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=SnapshotState.REFUSED) | ~Q(refusal=""), name="snapshot_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.published_on}"


class Reject(models.Model):
    """A row of the file that was left out, while all the others went in: where it is, what it says, why not."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="rejects")
    line = models.PositiveIntegerField(_("ligne"))
    subject = models.CharField(_("fiche ou déclaration"), max_length=20, blank=True)
    field = models.CharField(_("champ"), max_length=120)
    value = models.CharField(_("valeur"), max_length=200, blank=True)
    reason = models.CharField(_("motif"), max_length=40, choices=RejectReason)

    class Meta:
        verbose_name = _("ligne écartée")
        indexes = [models.Index(fields=["snapshot", "line"], name="reject_snapshot_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.field} {self.reason}"
