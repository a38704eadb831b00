from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField, lookup_digest
from jurande.registers.correspondence.states import Language, MessageState

ADDRESS_PURPOSE = "correspondence.address"
TO_LEAVE = (MessageState.QUEUED, MessageState.SENDING)
NOT_DELIVERED = (MessageState.FAILED, MessageState.BOUNCED, MessageState.WITHHELD)
# Word for word in the index and in what is asked: SQLite does not see that «IN (?, ?, ?)» is what the index keeps.
_NOT_DELIVERED = Q(state=MessageState.FAILED) | Q(state=MessageState.BOUNCED) | Q(state=MessageState.WITHHELD)


def address_digest(email: str) -> str:
    """Under what an address is looked up; the case of an address never tells two mailboxes apart in practice."""
    return lookup_digest(email.strip().lower(), ADDRESS_PURPOSE)


class MessageQuerySet(models.QuerySet["Message"]):
    def of_certifier(self, certifier_code: str) -> MessageQuerySet:
        return self.filter(certifier_code=certifier_code)

    def addressed_to(self, email: str) -> MessageQuerySet:
        return self.filter(to_digest=address_digest(email))

    def to_person(self, person_code: str) -> MessageQuerySet:
        # The index of persons leaves out the letters to nobody known here, and is used where that is said.
        return self.filter(to_code=person_code).exclude(to_code="")

    def about(self, subject_kind: str, subject_code: str) -> MessageQuerySet:
        return self.filter(about_kind=subject_kind, about_code=subject_code)

    def of_kind(self, kind: str) -> MessageQuerySet:
        return self.filter(kind=kind)

    def in_state(self, *states: str) -> MessageQuerySet:
        return self.filter(state__in=states)

    def not_delivered(self) -> MessageQuerySet:
        return self.filter(_NOT_DELIVERED)

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at__isnull=True)

    def readable(self) -> MessageQuerySet:
        return self.filter(erased_at__isnull=True)

    def due_for_erasure(self, day: date) -> MessageQuerySet:
        return self.readable().filter(erase_on__lte=day)

    def overdue_since(self, instant: datetime) -> MessageQuerySet:
        return self.filter(state__in=TO_LEAVE, next_attempt_at__lt=instant)

    def newest_first(self) -> MessageQuerySet:
        return self.order_by("-written_at", "-pk")


class Message(models.Model):
    """One letter to one address: what it says, until it is erased, and what became of it, for good."""

    code = CodeField()
    certifier_code = models.CharField(max_length=16, blank=True)
    kind = models.CharField(max_length=80)
    about_kind = models.CharField(max_length=80, blank=True)
    about_code = models.CharField(max_length=40, blank=True)

    to_code = models.CharField(_("personne"), max_length=16, blank=True)
    to_email = EncryptedTextField(_("adresse"), blank=True)
    to_digest = models.CharField(max_length=64, blank=True, db_index=True)
    subject = EncryptedTextField(_("objet"), blank=True)
    body = EncryptedTextField(_("texte"), blank=True)
    action_label = models.CharField(max_length=80, blank=True)
    # It may let in whoever holds it: shown to its addressee, never to whoever reads the list of deliveries.
    action_url = EncryptedTextField(blank=True)
    signature = models.CharField(max_length=200)
    # The text is fixed; what is put around it on the way out follows.
    language = models.CharField(max_length=5, choices=Language, default=Language.FR, db_default=Language.FR)

    state = models.CharField(_("état"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    carrier = models.CharField(max_length=20, blank=True)
    # How many times somebody asked for it to leave: a new one is a new letter for its receiver.
    dispatch = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=80, blank=True)

    written_at = models.DateTimeField(_("écrit le"))
    # When somebody last asked for it to leave.
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("envoyé le"), null=True, blank=True)
    read_at = models.DateTimeField(_("lu le"), null=True, blank=True)
    erase_on = models.DateField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("courrier")
        indexes = [
            models.Index(fields=["certifier_code", "-written_at"], name="message_certifier_written"),
            models.Index(fields=["to_code", "-written_at"], condition=~Q(to_code=""), name="message_person_written"),
            models.Index(fields=["about_kind", "about_code"], name="message_about"),
            models.Index(fields=["state", "next_attempt_at"], name="message_state_next"),
            models.Index(fields=["certifier_code", "state", "-written_at"], name="message_by_state"),
            models.Index(fields=["erase_on"], name="message_erase_on"),
            # Few are there, and each holds all that is asked of those: no letter is read for it.
            models.Index(
                fields=["certifier_code", "about_kind", "id", "about_code", "state"],
                condition=_NOT_DELIVERED,
                name="message_not_delivered",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TO_LEAVE, next_attempt_at__isnull=False)
                | ~Q(state__in=TO_LEAVE) & Q(next_attempt_at__isnull=True),
                name="message_next_attempt_iff_to_leave",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False) & ~Q(carrier=""),
                name="message_sent_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(MessageState.FAILED, MessageState.BOUNCED)) | ~Q(failure_code=""),
                name="message_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(to_email="", to_digest="", subject="", body="", action_url="") & ~Q(state__in=TO_LEAVE),
                name="message_erased_holds_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    @property
    def is_unread(self) -> bool:
        return self.read_at is None

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    def message_id(self, domain: str) -> str:
        """Name the letter for the outside: the same at each attempt, so that a receiver who got it twice can tell."""
        return f"{self.code}.{self.dispatch}@{domain}"


class Wording(models.Model):
    """How one certifier words one kind of letter; without a row, the kind's own words are used."""

    code = CodeField()
    certifier_code = models.CharField(max_length=16)
    kind = models.CharField(max_length=80)
    subject = models.CharField(_("objet"), max_length=150)
    body = models.TextField(_("texte"))
    action_label = models.CharField(_("libellé du bouton"), max_length=80, blank=True)
    reworded_by = models.CharField(max_length=16)
    reworded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("formulation")
        constraints = [models.UniqueConstraint(fields=["certifier_code", "kind"], name="wording_once_for_each_kind")]

    def __str__(self) -> str:
        return f"{self.certifier_code} {self.kind}"


class SuppressedAddress(models.Model):
    """An address that does not exist: nothing is written to it until somebody says that it works again."""

    code = CodeField()
    digest = models.CharField(max_length=64, unique=True)
    message_code = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=80)
    suppressed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("adresse en erreur")

    def __str__(self) -> str:
        return str(self.code)
