"""Who signs a convention, what showed it, and the file that stands for it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField, lookup_digest
from jurande.registers.conventions.models.texts import ConventionText
from jurande.registers.conventions.states.signatures import (
    LONGEST_LINK_DAYS,
    STANDING,
    USUAL_LINK_DAYS,
    Side,
    SignatoryState,
    SigningMethod,
    SigningOrder,
)
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import Commitment

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

CODE_TRIES = 5


def token_digest_of(token: str) -> str:
    """What is kept of the secret part of a link: a stolen copy of the table opens nothing."""
    return lookup_digest(token, "conventions.signer")


def code_digest_of(code: str, signatory_code: str) -> str:
    """What is kept of a one-time code; the same six digits for two signatories keep two different digests."""
    return lookup_digest(f"{signatory_code}:{code}", "conventions.code")


class SigningChoices(models.Model):
    """What a certifier chose about signing; without a row, what is usual. ``link_days``: how long a link opens."""

    certifier = models.OneToOneField(Certifier, on_delete=models.CASCADE, related_name="signing_choices")
    link_days = models.PositiveSmallIntegerField(_("durée du lien de signature"), default=USUAL_LINK_DAYS)
    order = models.CharField(
        _("ordre des signatures"), max_length=15, choices=SigningOrder.choices, default=SigningOrder.FREE
    )

    class Meta:
        verbose_name = _("choix de la signature")
        verbose_name_plural = _("choix de la signature")
        constraints = [
            models.CheckConstraint(
                condition=Q(link_days__gte=1, link_days__lte=LONGEST_LINK_DAYS), name="signing_choices_links_expire"
            ),
            models.CheckConstraint(condition=Q(order__in=SigningOrder.values), name="signing_choices_order_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.order} / {self.link_days}"


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def visible_to(self, actor: Actor) -> SignatoryQuerySet:
        """Those of the conventions of one's own house, or of one's own partnership."""
        if not actor.has(Right.SEE_CONVENTIONS):
            return self.none()
        if actor.partnership_code:
            return self.filter(convention__partnership__code=actor.partnership_code)
        return self.filter(convention__certifier__code=actor.certifier_code)

    def of_token(self, token: str) -> SignatoryQuerySet:
        return self.filter(token_digest=token_digest_of(token))

    def standing(self) -> SignatoryQuerySet:
        """Whose turn may still come, or came, for the text that the convention has now."""
        return self.filter(state__in=STANDING, text=F("convention__text"))


class Signatory(models.Model):
    """Somebody asked to sign one frozen text of a convention, for one side.

    The person of the certifier signs in its own space and has no link (``token_digest`` empty). ``address`` is the
    network address of the device that signed, encrypted. ``text_sha256``: the frozen PDF that was shown and signed.
    """

    code = CodeField()
    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="signatories")
    text = models.ForeignKey(ConventionText, on_delete=models.PROTECT, related_name="signatories")
    side = models.CharField(_("pour"), max_length=10, choices=Side.choices)
    name = models.CharField(_("nom"), max_length=200)
    email = models.EmailField(_("adresse e-mail"))
    quality = models.CharField(_("qualité"), max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("état"), max_length=10, choices=SignatoryState.choices, default=SignatoryState.INVITED)
    invited_at = models.DateTimeField(_("invité le"))
    invited_by_code = models.CharField(max_length=16)
    token_digest = models.CharField(max_length=64, blank=True)
    link_expires_at = models.DateTimeField(_("lien valable jusqu’au"))
    opened_at = models.DateTimeField(_("ouvert le"), null=True)
    read_at = models.DateTimeField(_("lu le"), null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    signed_at = models.DateTimeField(_("signé le"), null=True)
    method = models.CharField(_("preuve"), max_length=10, choices=SigningMethod.choices, blank=True)
    address = EncryptedTextField(blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    declined_at = models.DateTimeField(_("refusé le"), null=True)
    decline_reason = models.TextField(_("motif du refus"), blank=True)
    replaced_at = models.DateTimeField(_("remplacé le"), null=True)
    replaced_by_code = models.CharField(max_length=16, blank=True)
    replace_reason = models.TextField(_("motif du remplacement"), blank=True)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("signataire")
        verbose_name_plural = _("signataires")
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="signatory_side_is_known"),
            models.UniqueConstraint(
                fields=["text", "side"], condition=Q(state__in=STANDING), name="signatory_one_standing_by_side"
            ),
            models.UniqueConstraint(
                fields=["token_digest"], condition=~Q(token_digest=""), name="signatory_token_is_unique"
            ),
            models.CheckConstraint(condition=Q(code_tries__lte=CODE_TRIES), name="signatory_tries_are_bounded"),
            models.CheckConstraint(
                condition=Q(link_expires_at__gt=F("invited_at")), name="signatory_link_expires_after_sending"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=SignatoryState.INVITED, opened_at=None, read_at=None)
                    | Q(state=SignatoryState.OPENED, opened_at__isnull=False, read_at=None)
                    | Q(
                        state=SignatoryState.READ,
                        opened_at__isnull=False,
                        read_at__isnull=False,
                        read_at__gte=F("opened_at"),
                    )
                    | Q(
                        state=SignatoryState.SIGNED,
                        opened_at__isnull=False,
                        read_at__isnull=False,
                        read_at__gte=F("opened_at"),
                    )
                    | Q(state__in=(SignatoryState.DECLINED, SignatoryState.REPLACED))
                ),
                name="signatory_reads_before_signing",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state=SignatoryState.SIGNED,
                        signed_at__isnull=False,
                        signed_at__gte=F("read_at"),
                        method__in=SigningMethod.values,
                        text_sha256__regex=r"^[0-9a-f]{64}$",
                    )
                    | (~Q(state=SignatoryState.SIGNED) & Q(signed_at=None, method="", text_sha256=""))
                ),
                name="signatory_signed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, decline_reason="") & ~Q(state=SignatoryState.DECLINED)
                | Q(declined_at__isnull=False, state__in=(SignatoryState.DECLINED, SignatoryState.REPLACED))
                & ~Q(decline_reason=""),
                name="signatory_declined_says_why",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None, replaced_by_code="", replace_reason="")
                & ~Q(state=SignatoryState.REPLACED)
                | Q(state=SignatoryState.REPLACED, replaced_at__isnull=False)
                & ~Q(replaced_by_code="")
                & ~Q(replace_reason=""),
                name="signatory_replaced_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} ({self.state})"

    @property
    def has_signed(self) -> bool:
        return self.state == SignatoryState.SIGNED

    @property
    def is_awaited(self) -> bool:
        return self.state in STANDING and not self.has_signed

    def link_is_open_at(self, now: datetime) -> bool:
        return bool(self.token_digest) and self.is_awaited and self.link_expires_at > now


class ProofFile(models.Model):
    """How a convention was signed: who, when, from where, by which code, over which text. A JSON document, kept."""

    convention = models.OneToOneField("conventions.Convention", on_delete=models.PROTECT, related_name="proof")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dossier de preuve")
        verbose_name_plural = _("dossiers de preuve")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="proof_file_has_its_digest"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class SealedPdf(models.Model):
    """The convention signed by both, with the certifier's cachet: the file each side keeps, and its place in the log.

    ``key_fingerprint``: SHA-256 of the X.509 certificate that the cachet was applied with.
    """

    convention = models.OneToOneField("conventions.Convention", on_delete=models.PROTECT, related_name="sealed")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    key_fingerprint = models.CharField(max_length=64)
    timestamped = models.BooleanField(_("horodaté"))
    sealed_at = models.DateTimeField(_("scellé le"))
    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("convention scellée")
        verbose_name_plural = _("conventions scellées")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="sealed_pdf_has_its_digest"),
            models.CheckConstraint(
                condition=Q(key_fingerprint__regex=r"^[0-9a-f]{64}$"), name="sealed_pdf_names_its_key"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class OutsideSignature(models.Model):
    """What was read of the signatures of a PDF signed elsewhere, the day it was filed; ``findings`` as found."""

    code = CodeField()
    convention = models.ForeignKey(
        "conventions.Convention", on_delete=models.PROTECT, related_name="outside_signatures"
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    findings = models.JSONField()
    read_at = models.DateTimeField()
    read_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("signature faite ailleurs")
        verbose_name_plural = _("signatures faites ailleurs")

    def __str__(self) -> str:
        return str(self.code)
