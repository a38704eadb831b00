"""Links by which a holder shows what they hold, to whom they choose and for as long as they choose."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.common.codes import CodeField
from jurande.registers.common.crypto import EncryptedTextField, lookup_digest
from jurande.registers.parties.models import Certifier, Person

TOKENS = "awards.share"


def share_digest(token: str) -> str:
    """Under what the share of a link is found."""
    return lookup_digest(token, TOKENS)


class ShareQuerySet(models.QuerySet["Share"]):
    def open_on(self, day: date) -> ShareQuerySet:
        """Neither withdrawn nor past its last day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), withdrawn_at=None)


class Share(models.Model):
    """One link, to one or several awards of its holder. Whoever has it sees what it shows; nobody finds it otherwise.

    ``title``: what the holder calls it, read by nobody else. ``token``: what the address ends with, 22 characters
    (128 bits), shown again to its holder alone and forgotten once withdrawn; ``token_digest`` stays, so that a
    withdrawn link can say so. ``ends_on``: the last day, None without end.
    ``shows_grade``, ``shows_assessor``: the note and the assiduity, the body that trained or assessed. ``gives_file``:
    the signed file as well, which says all of it. Birth is never shown. ``opened_count``: openings, not people.
    """

    code = CodeField()
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shares", db_index=False)
    title = EncryptedTextField(_("titre"), blank=True)
    token = EncryptedTextField(blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("créé le"))
    ends_on = models.DateField(_("dernier jour"), null=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True)
    shows_grade = models.BooleanField(_("la note et l’assiduité"), default=False)
    shows_assessor = models.BooleanField(_("l’organisme qui a formé ou évalué"), default=True)
    gives_file = models.BooleanField(_("le fichier signé"), default=False)
    opened_count = models.PositiveIntegerField(_("ouvertures"), default=0)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("lien de partage")
        verbose_name_plural = _("liens de partage")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) & ~Q(token="") | Q(withdrawn_at__isnull=False, token=""),
                name="share_withdrawn_forgets_its_link",
            ),
            models.CheckConstraint(
                condition=Q(gives_file=False) | Q(shows_grade=True, shows_assessor=True),
                name="share_file_says_it_all",
            ),
        ]
        indexes = [models.Index(fields=["holder", "-created_at"], name="share_latest")]

    def __str__(self) -> str:
        return str(self.code)

    def is_open_on(self, day: date) -> bool:
        """Whether its link shows something that day."""
        return self.withdrawn_at is None and (self.ends_on is None or self.ends_on >= day)


class ShareItem(models.Model):
    """One award that a link shows, in the holder's order. When the award is replaced, the new one is shown."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="items", db_index=False)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="share_items")
    position = models.PositiveSmallIntegerField(_("rang"))

    class Meta:
        verbose_name = _("délivrance partagée")
        verbose_name_plural = _("délivrances partagées")
        constraints = [
            models.UniqueConstraint(fields=["share", "award"], name="share_item_once"),
            models.UniqueConstraint(fields=["share", "position"], name="share_item_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.position}"


class SharingSettings(models.Model):
    """How a certifier is known where its holders show what they hold.

    ``linkedin_id``: the figures of its page on LinkedIn, empty when it has none; its name is then written instead.
    """

    certifier = models.OneToOneField(Certifier, on_delete=models.PROTECT, related_name="sharing_settings")
    linkedin_id = models.CharField(_("identifiant LinkedIn"), max_length=20, blank=True)
    changed_at = models.DateTimeField(_("modifiés le"))
    changed_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("réglages du partage")
        verbose_name_plural = _("réglages du partage")
        constraints = [
            models.CheckConstraint(condition=Q(linkedin_id__regex=r"^[0-9]*$"), name="linkedin_id_is_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.certifier_id}"
