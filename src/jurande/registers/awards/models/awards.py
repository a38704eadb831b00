"""What was issued to somebody: its terms, its holder, its credential, what was decided about it since."""

from __future__ import annotations

import json
import secrets
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.designs import Design
from jurande.registers.awards.models.lots import Lot, LotRow
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.designs import Subject
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import SealedCredential

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

# Crockford's base 32 without vowels: eight of them spell no word, and no letter looks like a figure.
NUMBER_ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 8


def new_number() -> str:
    """Draw the short public number of something issued: eight characters, 39 bits, telling nothing."""
    drawn, letters = secrets.randbelow(len(NUMBER_ALPHABET) ** NUMBER_LENGTH), []
    for _place in range(NUMBER_LENGTH):
        drawn, letter = divmod(drawn, len(NUMBER_ALPHABET))
        letters.append(NUMBER_ALPHABET[letter])
    return "".join(letters)


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, actor: Actor) -> AwardQuerySet:
        """All of one's house for the certifier; what it assessed for a partner."""
        if not actor.has(Right.SEE_AWARDS):
            return self.none()
        if actor.partnership_code:
            return self.filter(partnership__code=actor.partnership_code)
        return self.filter(certifier__code=actor.certifier_code) if actor.certifier_code else self.none()

    def in_states(self, *states: str) -> AwardQuerySet:
        return self.filter(state__in=states)

    def issued_to(self, *digests: str) -> AwardQuerySet:
        """Those sent to one of these addresses, told by their digests."""
        # Both databases use the index of addresses only where its own condition is said.
        return self.filter(email_digest__in=[one for one in digests if one]).exclude(email_digest="")

    def in_force_on(self, day: date) -> AwardQuerySet:
        """Neither withdrawn nor expired that day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day), state=AwardState.ISSUED)


class Award(models.Model):
    """One micro-certification, certification or bloc, issued to one person.

    ``number``: what people type or scan, shown «7KQ4-M2XD». ``birth_on``: ISO date as text. ``results``: JSON, see
    ``facts.credentials.Results``. ``valid_until``: the last day. ``row``: the row of the lot it was made from, which
    makes it once; the row goes later. ``holder``: whose space it is in, once collected; ``exposure`` and
    ``shown_since_at`` (in the certifier's showcase) are theirs to choose. An erased award keeps its dates and its
    terms, and nothing of the person.
    """

    code = CodeField()
    number = models.CharField(_("numéro"), max_length=8, unique=True, default=new_number)
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="awards", db_index=False)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="awards", db_index=False)
    referentiel = models.ForeignKey(
        Referentiel, on_delete=models.PROTECT, null=True, related_name="awards", db_index=False
    )
    design = models.ForeignKey(Design, on_delete=models.PROTECT, null=True, related_name="awards", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="awards")
    row = models.OneToOneField(LotRow, on_delete=models.SET_NULL, null=True, related_name="award")
    subject = models.CharField(_("objet"), max_length=14, choices=Subject)
    blocs = models.JSONField(_("blocs"), default=list)
    first_name = models.CharField(_("prénom"), max_length=100, blank=True)
    last_name = models.CharField(_("nom"), max_length=100, blank=True)
    birth_on = EncryptedTextField(_("date de naissance"), blank=True)
    birth_place = EncryptedTextField(_("lieu de naissance"), blank=True)
    email = EncryptedTextField(_("adresse e-mail"), blank=True)
    email_digest = models.CharField(max_length=64, blank=True)
    holder_digest = models.CharField(max_length=64, blank=True)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="awards", db_index=False)
    awarded_on = models.DateField(_("date d’obtention"))
    decided_on = models.DateField(_("date de la décision"), null=True)
    place = models.CharField(_("fait à"), max_length=100, blank=True)
    valid_until = models.DateField(_("valable jusqu’au"), null=True)
    results = EncryptedTextField(_("résultats"), blank=True)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, null=True, related_name="awards", db_index=False
    )
    habilitation = models.ForeignKey(
        Habilitation, on_delete=models.PROTECT, null=True, related_name="awards", db_index=False
    )
    credential = models.OneToOneField(SealedCredential, on_delete=models.PROTECT, null=True, related_name="award")
    origin = models.CharField(_("origine"), max_length=10, choices=Origin, default=Origin.JURANDE)
    state = models.CharField(_("état"), max_length=10, choices=AwardState, default=AwardState.ISSUED)
    suspended_on = models.DateField(_("suspendu à partir du"), null=True)
    revoked_on = models.DateField(_("révoqué à partir du"), null=True)
    replaced_at = models.DateTimeField(_("remplacé le"), null=True)
    erased_at = models.DateTimeField(_("effacé le"), null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    issued_at = models.DateTimeField(_("délivré le"))
    issued_by_code = models.CharField(max_length=16, blank=True)
    collected_at = models.DateTimeField(_("recueilli le"), null=True)
    reminder_count = models.PositiveSmallIntegerField(_("rappels"), default=0)
    reminded_at = models.DateTimeField(_("dernier rappel"), null=True)
    refused_at = models.DateTimeField(_("refusé le"), null=True)
    exposure = models.CharField(_("qui peut la voir"), max_length=10, choices=Exposure, default=Exposure.DOCUMENT)
    shown_since_at = models.DateTimeField(_("dans la vitrine depuis le"), null=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("délivrance")
        verbose_name_plural = _("délivrances")
        constraints = [
            models.CheckConstraint(
                condition=Q(origin=Origin.ELSEWHERE)
                | Q(design__isnull=False, referentiel__isnull=False, credential__isnull=False),
                name="award_issued_here_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(state=AwardState.SUSPENDED, suspended_on__isnull=False)
                | ~Q(state=AwardState.SUSPENDED) & Q(suspended_on=None),
                name="award_suspended_since_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.REVOKED) | Q(revoked_on__isnull=False), name="award_revoked_since_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.REPLACED) | Q(replaced_at__isnull=False), name="award_replaced_has_a_day"
            ),
            models.CheckConstraint(
                condition=Q(shown_since_at=None)
                | Q(refused_at=None, holder__isnull=False) & ~Q(exposure=Exposure.HIDDEN),
                name="award_shown_by_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AwardState.ERASED,
                    erased_at__isnull=False,
                    first_name="",
                    last_name="",
                    birth_on="",
                    birth_place="",
                    email="",
                    email_digest="",
                    holder_digest="",
                    results="",
                    holder=None,
                )
                | ~Q(state=AwardState.ERASED) & Q(erased_at=None),
                name="award_erased_keeps_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["certifier", "-issued_at"], name="award_latest"),
            models.Index(fields=["certification", "holder_digest"], name="award_by_holder"),
            models.Index(fields=["certifier", "last_name", "first_name"], name="award_by_name"),
            models.Index(fields=["certifier", "state", "-issued_at"], name="award_by_state"),
            models.Index(fields=["certifier", "awarded_on"], name="award_by_day"),
            models.Index(fields=["certifier", "valid_until"], name="award_until"),
            # Where nothing was ever replaced, the index of its uniqueness says nothing, and is not used.
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="award_replacing"),
            models.Index(fields=["design"], condition=Q(design__isnull=False), name="award_by_design"),
            models.Index(fields=["email_digest"], condition=~Q(email_digest=""), name="award_by_email"),
            models.Index(fields=["holder"], condition=Q(holder__isnull=False), name="award_in_a_space"),
            models.Index(
                fields=["partnership", "-issued_at"], condition=Q(partnership__isnull=False), name="award_by_partner"
            ),
            models.Index(
                fields=["issued_at"],
                condition=Q(collected_at=None, refused_at=None) & ~Q(email_digest=""),
                name="award_waiting",
            ),
            models.Index(
                fields=["certification", "-shown_since_at"],
                condition=Q(shown_since_at__isnull=False),
                name="award_in_a_showcase",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_number

    @property
    def shown_number(self) -> str:
        """The number as people read it: «7KQ4-M2XD»."""
        return f"{self.number[:4]}-{self.number[4:]}"

    @property
    def grade(self) -> str:
        """The note or the mention, as it was given; empty without one."""
        return str(json.loads(self.results).get("grade", "")) if self.results else ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
