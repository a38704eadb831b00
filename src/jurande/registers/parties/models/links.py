"""Links sent by e-mail: an invitation gives a role, a magic link lets somebody in once. Only digests are kept."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField, lookup_digest
from jurande.registers.parties.models.certifiers import Certifier
from jurande.registers.parties.models.partnerships import Partnership
from jurande.registers.parties.models.people import Person, role_fits_its_place
from jurande.registers.parties.states import InvitationState, LinkPurpose, Right, Role

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


def new_token() -> str:
    """Draw the secret part of a link: 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token or an API secret: a stolen copy of the table opens nothing."""
    return lookup_digest(token, "parties.token")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, actor: Actor) -> InvitationQuerySet:
        """The invitations of one's own house; those of operators for operators."""
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code)
        if actor.has(Right.SEE_NETWORK):
            return self.filter(
                Q(certifier__code=actor.certifier_code) | Q(partnership__certifier__code=actor.certifier_code)
            )
        if actor.has(Right.NAME_OPERATORS):
            return self.filter(partnership=None)
        return self.none()

    def of_token(self, token: str) -> InvitationQuerySet:
        return self.filter(token_digest=digest_of(token))

    def pending(self) -> InvitationQuerySet:
        return self.filter(state=InvitationState.PENDING)

    def open_at(self, now: datetime) -> InvitationQuerySet:
        return self.pending().filter(expires_at__gt=now)


class Invitation(models.Model):
    """A link, used once, that gives a role. No address: the first operator's, printed on the console."""

    code = CodeField()
    email = models.EmailField(_("adresse e-mail"), blank=True)
    first_name = models.CharField(_("prénom"), max_length=100, blank=True)
    last_name = models.CharField(_("nom"), max_length=100, blank=True)
    role = models.CharField(_("rôle"), max_length=20, choices=Role.choices)
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, null=True, related_name="invitations")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="invitations")
    token_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("état"), max_length=10, choices=InvitationState.choices, default=InvitationState.PENDING)
    invited_by_code = models.CharField(max_length=16, blank=True)
    sent_at = models.DateTimeField(_("envoyée le"))
    expires_at = models.DateTimeField(_("expire le"))
    accepted_at = models.DateTimeField(_("acceptée le"), null=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("retirée le"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            role_fits_its_place("invitation_role_fits_its_place"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"),
            models.CheckConstraint(condition=~Q(email="") | Q(role=Role.OPERATOR), name="invitation_has_an_address"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="invitation_expires_after_sending"),
            models.CheckConstraint(
                condition=(
                    Q(state=InvitationState.PENDING, accepted_at=None, accepted_by=None, revoked_at=None)
                    | Q(
                        state=InvitationState.ACCEPTED,
                        accepted_at__isnull=False,
                        accepted_by__isnull=False,
                        revoked_at=None,
                    )
                    | Q(state=InvitationState.REVOKED, accepted_at=None, accepted_by=None, revoked_at__isnull=False)
                ),
                name="invitation_state_agrees_with_its_dates",
            ),
            *(
                models.UniqueConstraint(
                    fields=["email", "role", *place],
                    condition=Q(state=InvitationState.PENDING, **nowhere),
                    name=f"invitation_one_pending_{name}",
                )
                for name, place, nowhere in (
                    ("installation", (), {"certifier": None, "partnership": None}),
                    ("certifier", ("certifier",), {"partnership": None, "certifier__isnull": False}),
                    ("partnership", ("partnership",), {"certifier": None, "partnership__isnull": False}),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} ({self.state})"

    @property
    def name(self) -> str:
        """Who is invited, as well as it is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def house(self) -> Certifier | None:
        """The certifier concerned, directly or through a partnership; None for the installation."""
        return self.partnership.certifier if self.partnership else self.certifier

    def is_open_at(self, now: datetime) -> bool:
        return self.state == InvitationState.PENDING and self.expires_at > now


class MagicLinkQuerySet(models.QuerySet["MagicLink"]):
    def of_token(self, token: str) -> MagicLinkQuerySet:
        return self.filter(token_digest=digest_of(token))

    def usable_at(self, now: datetime) -> MagicLinkQuerySet:
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)


class MagicLink(models.Model):
    """How a holder or a guest comes in without a password. Opening it does nothing; the button of its page does.

    ``email``: the address it was sent to, which using it proves; empty for the person's main one.
    """

    code = CodeField()
    token_digest = models.CharField(max_length=64, unique=True)
    email = EncryptedTextField(_("adresse"), blank=True)
    purpose = models.CharField(_("pour"), max_length=20, choices=LinkPurpose.choices)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="magic_links")
    certifier_code = models.CharField(max_length=16, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_code = models.CharField(max_length=16, blank=True)
    sent_at = models.DateTimeField(_("envoyé le"))
    expires_at = models.DateTimeField(_("expire le"))
    used_at = models.DateTimeField(_("utilisé le"), null=True)
    revoked_at = models.DateTimeField(_("retiré le"), null=True)

    objects = MagicLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("lien à usage unique")
        verbose_name_plural = _("liens à usage unique")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="magic_link_expires_after_sending"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="magic_link_used_or_revoked"),
            models.CheckConstraint(condition=Q(purpose__in=LinkPurpose.values), name="magic_link_purpose_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.code})"

    def is_usable_at(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and self.expires_at > now
