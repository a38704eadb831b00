"""The public log of this installation: its head, its entries, what was signed of it, who witnessed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField

ONLY = 1


class SealLog(models.Model):
    """The head of the one log: who it is, how many entries it has, what was signed last, and what stops it if anything.

    ``size`` counts the entries of the database; ``signed_size``, ``root`` and ``note`` are those of the latest signed
    checkpoint. ``latest_at`` is the latest instant at which something was sealed: the clock may not go back behind it.
    """

    singleton = models.PositiveSmallIntegerField(unique=True, default=ONLY, editable=False)
    origin = models.CharField(_("origine"), max_length=255)
    installation = models.CharField(max_length=16)
    public_key = models.BinaryField(max_length=32)
    opened_at = models.DateTimeField(_("ouvert le"))
    size = models.PositiveBigIntegerField(_("entrées"), default=0)
    signed_size = models.PositiveBigIntegerField(_("entrées signées"), default=0)
    root = models.BinaryField(max_length=32, default=bytes)
    note = models.BinaryField(default=bytes)
    signed_at = models.DateTimeField(_("dernier point de contrôle"), null=True)
    latest_at = models.DateTimeField(null=True)
    stop_code = models.CharField(max_length=20, blank=True)
    stop_about = models.CharField(max_length=200, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("registre public")
        constraints = [
            models.CheckConstraint(condition=Q(singleton=ONLY), name="seal_log_only_one"),
            models.CheckConstraint(condition=Q(signed_size__lte=models.F("size")), name="seal_log_signed_what_it_has"),
            models.CheckConstraint(
                condition=Q(stop_code="", stopped_at=None) | ~Q(stop_code="") & Q(stopped_at__isnull=False),
                name="seal_log_stopped_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.origin


class WaitingEntry(models.Model):
    """An entry decided but not yet in the log: written in the transaction of the decision, in the order of decisions.

    ``row_code`` is the code of the row that it tells of; it is unique with ``kind``, here and in the log.
    """

    kind = models.CharField(max_length=64)
    row_code = models.CharField(max_length=16)
    octets = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "row_code"], name="waiting_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_code}"


class LogEntry(models.Model):
    """One entry of the log at its place; ``seq`` counts from 0 without a gap. Append-only."""

    seq = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=64)
    row_code = models.CharField(max_length=16)
    octets = models.BinaryField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "log entries"
        constraints = [models.UniqueConstraint(fields=["kind", "row_code"], name="log_entry_one_by_row")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class SignedCheckpoint(models.Model):
    """A checkpoint that the log signed; one root by size, for ever. Append-only, and written before anybody sees it.

    ``mac`` binds it to the one before it, so that none can be taken out unseen.
    """

    origin = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.BinaryField()
    signed_at = models.DateTimeField()
    mac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "size"], name="checkpoint_one_root_by_size")]

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class SealCheck(models.Model):
    """The outcome of one complete check of what was sealed; while the latest is bad, nothing is signed."""

    at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    credentials = models.PositiveBigIntegerField()
    bad = models.PositiveIntegerField()
    first_code = models.CharField(max_length=40, blank=True)
    first_about = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="seal_check_latest")]

    def __str__(self) -> str:
        return f"{self.at.isoformat()} bad = {self.bad}"


class Witness(models.Model):
    """Somebody outside who cosigns our checkpoints, and refuses any that rewrites what it saw."""

    code = CodeField()
    name = models.CharField(_("nom"), max_length=255, unique=True)
    vkey = models.CharField(_("clé publique"), max_length=400)
    url = models.URLField(_("adresse"), max_length=400)
    added_at = models.DateTimeField()
    known_size = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField(_("dernière cosignature"), null=True)
    asked_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("témoin")

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """The line of a witness under one of our checkpoints. Append-only."""

    checkpoint = models.ForeignKey(SignedCheckpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once")]

    def __str__(self) -> str:
        return f"{self.witness} {self.checkpoint}"
