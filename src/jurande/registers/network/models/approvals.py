"""What is approved, for whom, from when until when: the organisation, each certification, each person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.codes import CodeField
from jurande.registers.network.models.applications import Application, StaffMember
from jurande.registers.network.models.judgments import judged_by
from jurande.registers.network.states.calls import HabilitationKind
from jurande.registers.network.states.judgments import ApprovalRole, ApprovalState, ApprovalSubject
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_ORGANISATION = Q(subject=ApprovalSubject.ORGANISATION, certification=None, kind="", staff=None, role="")
_CERTIFICATION = Q(subject=ApprovalSubject.CERTIFICATION, certification__isnull=False, staff=None, role="") & ~Q(
    kind=""
)
_PERSON = Q(subject=ApprovalSubject.PERSON, certification=None, kind="", staff__isnull=False) & ~Q(role="")


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, actor: Actor) -> ApprovalQuerySet:
        """Those of one's house; for a partner, its own."""
        if actor.partnership_code:
            mine = actor.has(Right.SEE_APPLICATIONS)
            return self.filter(partnership__code=actor.partnership_code) if mine else self.none()
        seen = judged_by(actor, "certifier")
        return self.none() if seen is None else self.filter(seen)

    def granted_on(self, day: date) -> ApprovalQuerySet:
        """In force that day: granted, begun and not over."""
        return self.filter(state=ApprovalState.GRANTED, valid_from__lte=day, valid_until__gte=day)

    def of_certifications(self) -> ApprovalQuerySet:
        return self.filter(subject=ApprovalSubject.CERTIFICATION)

    def of_people(self) -> ApprovalQuerySet:
        return self.filter(subject=ApprovalSubject.PERSON)

    def not_renewed(self) -> ApprovalQuerySet:
        return self.filter(renewed_by=None)


class Approval(models.Model):
    """One thing approved or refused. ``valid_from`` and ``valid_until`` are its first and last day.

    ``blocs``: lineages of blocs ([]: the whole certification); ``territory``: codes of départements ([]: everywhere).
    ``referentiel``: the version that the applicant was judged on. ``renews``: the approval that this one follows.
    ``warned_days``: the shortest notice of its end that was already sent.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="approvals")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="approvals")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="approvals")
    subject = models.CharField(_("objet"), max_length=14, choices=ApprovalSubject)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, null=True, related_name="approvals")
    referentiel = models.ForeignKey(Referentiel, on_delete=models.PROTECT, null=True, related_name="approvals")
    blocs = models.JSONField(_("blocs"), default=list)
    kind = models.CharField(_("rôle de l’organisme"), max_length=10, choices=HabilitationKind, blank=True)
    territory = models.JSONField(_("territoire"), default=list)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="approvals")
    role = models.CharField(_("fonction"), max_length=10, choices=ApprovalRole, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=ApprovalState)
    valid_from = models.DateField(_("à partir du"), null=True)
    valid_until = models.DateField(_("jusqu’au"), null=True)
    reasons = models.TextField(_("motifs"), blank=True)
    granted_at = models.DateTimeField(_("décidé le"))
    granted_by_code = models.CharField(max_length=16)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True)
    withdrawn_by_code = models.CharField(max_length=16, blank=True)
    withdraw_reason = models.TextField(_("motif du retrait"), blank=True)
    renews = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="renewed_by")
    warned_days = models.PositiveSmallIntegerField(_("prévenu à (jours)"), null=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("agrément")
        verbose_name_plural = _("agréments")
        constraints = [
            models.CheckConstraint(condition=_ORGANISATION | _CERTIFICATION | _PERSON, name="approval_is_of_one_thing"),
            models.CheckConstraint(
                condition=(
                    Q(state=ApprovalState.REFUSED, valid_from=None, valid_until=None, withdrawn_at=None)
                    & ~Q(reasons="")
                    | Q(
                        state=ApprovalState.GRANTED,
                        partnership__isnull=False,
                        valid_from__isnull=False,
                        valid_until__gte=F("valid_from"),
                        withdrawn_at=None,
                    )
                    | Q(
                        state=ApprovalState.WITHDRAWN,
                        partnership__isnull=False,
                        valid_from__isnull=False,
                        withdrawn_at__isnull=False,
                    )
                    & ~Q(withdrawn_by_code="")
                    & ~Q(withdraw_reason="")
                ),
                name="approval_state_agrees_with_its_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["partnership", "subject", "valid_until"], name="approval_by_partner"),
            models.Index(
                fields=["certifier", "valid_until"], condition=Q(state=ApprovalState.GRANTED), name="approval_ending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.code}"
