"""What somebody asks of a house by letter, telephone or e-mail, having no space or no way into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.states.rights import Channel, RightKind, RightState
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.correspondence.states import Language
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.models.people import READ
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class RightRequestQuerySet(models.QuerySet["RightRequest"]):
    def visible_to(self, actor: Actor) -> RightRequestQuerySet:
        """Those of one's own house, for who may withdraw what was issued: they name people."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.WITHDRAW_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def open(self) -> RightRequestQuerySet:
        return self.exclude(state=RightState.CLOSED)


class RightRequest(models.Model):
    """A request noted for somebody: erasing awards, or a copy of what they say.

    ``who``, ``reply_email``, ``reply_address``, ``identity`` (how it was checked), ``document`` (what showed it) and
    ``words`` (of the answer) go once the answer has left, ``why_late`` too; what was asked, when and what was decided
    stays. ``due_on``: the last day to answer; it was extended at ``extended_at``. ``language``: that of the person.
    ``ground``: of ``core.france.rights``, for a refusal.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="right_requests")
    kind = models.CharField(_("demande"), max_length=10, choices=RightKind)
    channel = models.CharField(_("arrivée par"), max_length=10, choices=Channel)
    received_on = models.DateField(_("reçue le"))
    due_on = models.DateField(_("réponse au plus tard le"))
    language = models.CharField(
        _("langue de la personne"),
        max_length=2,
        choices=[(one.value, one.label) for one in READ],
        default=Language.FR,
        db_default=Language.FR,
    )
    who = EncryptedTextField(blank=True)
    reply_email = EncryptedTextField(blank=True)
    reply_address = EncryptedTextField(blank=True)
    identity = EncryptedTextField(blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    awards = models.ManyToManyField(Award, related_name="right_requests")
    state = models.CharField(_("état"), max_length=10, choices=RightState, default=RightState.RECORDED)
    recorded_at = models.DateTimeField(_("notée le"))
    recorded_by_code = models.CharField(max_length=16)
    extended_at = models.DateTimeField(_("prolongée le"), null=True)
    extended_by_code = models.CharField(max_length=16, blank=True)
    why_late = EncryptedTextField(blank=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    decided_by_code = models.CharField(max_length=16, blank=True)
    ground = models.CharField(_("motif de refus"), max_length=12, blank=True)
    words = EncryptedTextField(blank=True)
    closed_at = models.DateTimeField(_("réponse envoyée le"), null=True)

    objects = RightRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande notée pour une personne")
        verbose_name_plural = _("demandes notées pour des personnes")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RightState.RECORDED, decided_at=None, decided_by_code="", closed_at=None)
                | Q(state__in=[RightState.ACCEPTED, RightState.REFUSED], decided_at__isnull=False, closed_at=None)
                | Q(state=RightState.CLOSED, decided_at__isnull=False, closed_at__isnull=False, document=None),
                name="rightrequest_state_agrees_with_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extended_by_code="")
                | Q(extended_at__isnull=False) & ~Q(extended_by_code=""),
                name="rightrequest_is_extended_by_somebody",
            ),
            models.CheckConstraint(condition=Q(language__in=READ), name="rightrequest_reads_french_or_english"),
        ]
        indexes = [models.Index(fields=["certifier", "due_on"], name="rightrequest_by_house")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
