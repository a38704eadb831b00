from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q


class EntryQuerySet(models.QuerySet["Entry"]):
    def on_chain(self, chain: str) -> EntryQuerySet:
        return self.filter(chain=chain)

    def about(self, subject_kind: str, subject_code: str) -> EntryQuerySet:
        return self.filter(subject_kind=subject_kind, subject_code=subject_code)

    def about_any(self, subjects: Iterable[tuple[str, str]]) -> EntryQuerySet:
        """About one of these (kind, code); of none when there are none."""
        condition = Q(pk__in=())
        for kind, code in subjects:
            condition |= Q(subject_kind=kind, subject_code=code)
        return self.filter(condition)

    def by(self, actor_code: str) -> EntryQuerySet:
        return self.filter(actor_code=actor_code)

    def of_action(self, prefix: str) -> EntryQuerySet:
        """``parties.partnership`` takes in ``parties.partnership.opened``, not ``parties.partnerships.listed``."""
        return self.filter(Q(action=prefix) | Q(action__startswith=f"{prefix}."))

    def between(self, since: datetime | None, until: datetime | None) -> EntryQuerySet:
        """From ``since`` included to ``until`` excluded; None leaves that side open."""
        found = self if since is None else self.filter(at__gte=since)
        return found if until is None else found.filter(at__lt=until)


class Entry(models.Model):
    """One act, chained to the one before it; codes only, so that erasing a person never touches the chain."""

    chain = models.CharField(max_length=16)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_code = models.CharField(max_length=16, blank=True)
    action = models.CharField(max_length=100)
    subject_kind = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=40)
    reason_code = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_kind", "subject_code", "at"], name="entry_subject"),
            models.Index(fields=["chain", "actor_code", "seq"], name="entry_actor"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="entry_chain_seq_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="entry_seq_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.seq}"


class Head(models.Model):
    """The last position and fingerprint of a chain: locked to write the next entry, and compared with the tail."""

    chain = models.CharField(max_length=16, unique=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain}/{self.seq}"


class Verification(models.Model):
    """The outcome of one complete reading of a chain; the next reading must find the same entry at the same place."""

    chain = models.CharField(max_length=16)
    at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    head_seq = models.PositiveBigIntegerField()
    head_hash = models.CharField(max_length=64)
    ok = models.BooleanField()
    fault_count = models.PositiveBigIntegerField(default=0)
    first_fault = models.CharField(max_length=16, blank=True)
    first_fault_seq = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["chain", "-at"], name="verification_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ok=True, fault_count=0, first_fault="")
                | Q(ok=False, fault_count__gte=1) & ~Q(first_fault=""),
                name="verification_ok_iff_no_fault",
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.at.isoformat()}"
