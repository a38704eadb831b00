"""Certifiers: who issues in its own name here, the rules it set aside, its numbers and its keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models.organisations import Organisation
from jurande.registers.parties.states import Right, Rule

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class CertifierQuerySet(models.QuerySet["Certifier"]):
    def visible_to(self, actor: Actor) -> CertifierQuerySet:
        """The one that the actor acts for; all of them for who may register some."""
        if actor.certifier_code:
            return self.filter(code=actor.certifier_code)
        if actor.has(Right.REGISTER_CERTIFIERS):
            return self.all()
        return self.none()


class Certifier(models.Model):
    """An organisation that issues in its own name on this installation."""

    code = CodeField()
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="certifier")
    reference_prefix = models.CharField(_("préfixe des références"), max_length=10, blank=True)
    registered_at = models.DateTimeField(_("créé le"))

    objects = CertifierQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificateur")
        verbose_name_plural = _("certificateurs")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name people use."""
        return self.organisation.name


class RelaxationQuerySet(models.QuerySet["Relaxation"]):
    def visible_to(self, actor: Actor) -> RelaxationQuerySet:
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def in_force(self) -> RelaxationQuerySet:
        return self.filter(restored_at=None)


class Relaxation(models.Model):
    """A rule that a certifier set aside: who, why, from when until when. Rows are never erased."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="relaxations")
    rule = models.CharField(_("règle"), max_length=20, choices=Rule.choices)
    reason = models.TextField(_("motif"))
    relaxed_by_code = models.CharField(max_length=16)
    relaxed_at = models.DateTimeField(_("assouplie le"))
    restored_by_code = models.CharField(max_length=16, blank=True)
    restored_at = models.DateTimeField(_("rétablie le"), null=True)

    objects = RelaxationQuerySet.as_manager()

    class Meta:
        verbose_name = _("assouplissement")
        verbose_name_plural = _("assouplissements")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier", "rule"], condition=Q(restored_at=None), name="relaxation_one_in_force_by_rule"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="relaxation_has_a_reason"),
            models.CheckConstraint(condition=~Q(relaxed_by_code=""), name="relaxation_has_an_author"),
            models.CheckConstraint(
                condition=Q(restored_at=None, restored_by_code="")
                | (Q(restored_at__gte=F("relaxed_at")) & ~Q(restored_by_code="")),
                name="relaxation_restored_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.relaxed_at:%Y-%m-%d})"


class ReferenceCounter(models.Model):
    """The last number given in a series, for a certifier and a year: its row is the lock, so no gap, no duplicate."""

    certifier = models.ForeignKey(Certifier, on_delete=models.CASCADE, related_name="+")
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("compteur de références")
        verbose_name_plural = _("compteurs de références")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "series", "year"], name="counter_one_by_series_and_year"),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}-{self.last:04d}"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> ApiKeyQuerySet:
        if actor.partnership_code or not actor.certifier_code:
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def usable_at(self, now: datetime) -> ApiKeyQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=now)


class ApiKey(models.Model):
    """How another program acts for a certifier. The secret is shown once; only its digest is kept."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="api_keys")
    label = models.CharField(_("à quoi sert-elle"), max_length=100)
    prefix = models.CharField(_("début"), max_length=8, unique=True)
    secret_digest = models.CharField(max_length=64)
    scopes = models.JSONField(_("portée"))
    issued_by_code = models.CharField(max_length=16)
    issued_at = models.DateTimeField(_("créée le"))
    expires_at = models.DateTimeField(_("expire le"))
    last_used_on = models.DateField(_("dernier usage"), null=True)
    warned_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(_("révoquée le"), null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("clé d’API")
        verbose_name_plural = _("clés d’API")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="api_key_expires_after_issue"),
            models.CheckConstraint(condition=~Q(label=""), name="api_key_has_a_label"),
        ]

    def __str__(self) -> str:
        return f"jur_{self.prefix}_…"

    def is_usable_at(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now

    def used_on(self, day: date) -> bool:
        """Whether this day's use is already known."""
        return self.last_used_on is not None and self.last_used_on >= day
