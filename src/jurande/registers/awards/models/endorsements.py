"""Endorsements: a body says, in its own words, what a certification is worth to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.states.delegation import EndorsementState
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import SealedCredential

if TYPE_CHECKING:
    from datetime import datetime

    from jurande.registers.parties.policies import Actor


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    def visible_to(self, actor: Actor) -> EndorsementQuerySet:
        if actor.partnership_code or not actor.has(Right.SEE_AWARDS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def given(self) -> EndorsementQuerySet:
        """What everybody may read."""
        return self.filter(state=EndorsementState.GIVEN)


class Endorsement(models.Model):
    """Asked for by a link, given in the endorser's words, sealed by the certifier as received. ``text``: as given.

    ``token_digest``: of the link, None once answered. ``credential``: an EndorsementCredential, once given.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="endorsements")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="endorsements")
    state = models.CharField(_("état"), max_length=10, choices=EndorsementState, default=EndorsementState.ASKED)
    body_name = models.CharField(_("organisme"), max_length=200)
    body_siret = models.CharField("SIRET", max_length=14, blank=True)
    email = EncryptedTextField()
    token_digest = models.CharField(max_length=64, unique=True, null=True)
    asked_at = models.DateTimeField(_("demandé le"))
    asked_by_code = models.CharField(max_length=16)
    expires_at = models.DateTimeField(_("lien valable jusqu’au"))
    signer_name = models.CharField(_("signataire"), max_length=200, blank=True)
    signer_quality = models.CharField(_("qualité"), max_length=200, blank=True)
    text = models.TextField(_("avis"), blank=True)
    answered_at = models.DateTimeField(_("répondu le"), null=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True)
    withdrawn_by_code = models.CharField(max_length=16, blank=True)
    credential = models.OneToOneField(SealedCredential, on_delete=models.PROTECT, null=True, related_name="endorsement")

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        verbose_name = _("avis de soutien")
        verbose_name_plural = _("avis de soutien")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=EndorsementState.ASKED, answered_at=None, token_digest__isnull=False)
                | Q(state=EndorsementState.GIVEN, answered_at__isnull=False, token_digest=None)
                & ~Q(text="")
                & ~Q(signer_name="")
                | Q(state=EndorsementState.DECLINED, answered_at__isnull=False, token_digest=None)
                | Q(state=EndorsementState.WITHDRAWN, withdrawn_at__isnull=False, token_digest=None),
                name="endorsement_state_agrees",
            ),
        ]
        indexes = [models.Index(fields=["certification", "state"], name="endorsement_by_certification")]

    def __str__(self) -> str:
        return str(self.code)

    def is_open_at(self, now: datetime) -> bool:
        """Whether its link may still be answered."""
        return self.state == EndorsementState.ASKED and self.expires_at > now
