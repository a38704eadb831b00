"""The public showcase of a certifier: what it says of itself, what it lists, who agreed to appear there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models.awards import Award
from jurande.registers.awards.states.showcase import ShownName
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier, Person


class Showcase(models.Model):
    """What one house says of itself in public. ``opened_at``: None as long as nobody but the house may see it."""

    certifier = models.OneToOneField(Certifier, on_delete=models.PROTECT, related_name="showcase")
    presentation = models.TextField(_("présentation"), blank=True)
    presentation_en = models.TextField(_("présentation en anglais"), blank=True)
    site_url = models.CharField(_("site"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("ouverte le"), null=True)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("vitrine")
        verbose_name_plural = _("vitrines")
        constraints = [
            models.CheckConstraint(
                condition=Q(site_url="") | Q(site_url__startswith="https://"), name="showcase_site_is_https"
            ),
        ]

    def __str__(self) -> str:
        return str(self.certifier_id)


class ShownCertification(models.Model):
    """What the showcase tells of one certification, and where one trains for it, which its proofs tell too."""

    certification = models.OneToOneField(Certification, on_delete=models.PROTECT, related_name="shown")
    is_listed = models.BooleanField(_("dans la vitrine"), default=True)
    shows_figures = models.BooleanField(_("avec ses chiffres"), default=True)
    training_url = models.CharField(_("page de la formation"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("certification de la vitrine")
        verbose_name_plural = _("certifications de la vitrine")
        constraints = [
            models.CheckConstraint(
                condition=Q(training_url="") | Q(training_url__startswith="https://"), name="training_is_https"
            ),
        ]

    def __str__(self) -> str:
        return str(self.certification_id)


class AppearanceQuerySet(models.QuerySet["Appearance"]):
    def current(self) -> AppearanceQuerySet:
        return self.filter(ended_at=None)


class Appearance(models.Model):
    """A holder agreed to appear in the showcase for one award: under which name, by which words, since and until when.

    When the award is replaced and what they agreed to covers it, this ends and the same words go on with the new one.

    ``code``: random, the order in which people are listed, so that it tells neither a name nor a day.
    ``certification``: the award's, by which they are listed. The award is shown while its ``shown_since_at`` says so.
    """

    code = CodeField()
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="appearances")
    certification = models.ForeignKey(
        Certification, on_delete=models.PROTECT, related_name="appearances", db_index=False
    )
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appearances")
    name_shown = models.CharField(_("nom montré"), max_length=10, choices=ShownName)
    wording = models.TextField(_("ce qui a été accepté"))
    agreed_at = models.DateTimeField(_("accepté le"))
    ended_at = models.DateTimeField(_("retiré le"), null=True)

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("accord pour la vitrine")
        verbose_name_plural = _("accords pour la vitrine")
        constraints = [
            models.UniqueConstraint(fields=["award"], condition=Q(ended_at=None), name="appearance_one_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["certification", "code"], condition=Q(ended_at=None), name="appearance_listed"),
        ]

    def __str__(self) -> str:
        return str(self.code)
