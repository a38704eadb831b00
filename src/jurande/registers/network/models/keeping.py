"""What each person keeps: views of the list of the network, and the secret address of a calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> SavedViewQuerySet:
        """One's own, and those that colleagues share."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_NETWORK):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code).filter(Q(is_shared=True) | Q(person__code=actor.code))

    def of_person(self, code: str) -> SavedViewQuerySet:
        return self.filter(person__code=code)


class SavedView(models.Model):
    """A way to look at the list of the network: a name and the query of its address."""

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.CASCADE, related_name="saved_views")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("nom"), max_length=60)
    query = models.TextField(_("filtres"))
    is_shared = models.BooleanField(_("partagée avec l’équipe"), default=False)
    saved_at = models.DateTimeField(_("enregistrée le"))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("vue enregistrée")
        verbose_name_plural = _("vues enregistrées")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "person", "name"], name="view_one_by_name"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, actor: Actor) -> CalendarFeedQuerySet:
        """One's own, in the house where one stands."""
        return self.filter(certifier__code=actor.certifier_code, person__code=actor.code)

    def open(self) -> CalendarFeedQuerySet:
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """An address that shows one person's deadlines in one house to whoever holds it, until it is revoked.

    ``digest``: what is kept of the secret part of the address; the secret itself is shown once and kept nowhere.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    opened_at = models.DateTimeField(_("ouvert le"))
    revoked_at = models.DateTimeField(_("révoqué le"), null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendrier")
        verbose_name_plural = _("calendriers")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier", "person"], condition=Q(revoked_at=None), name="calendar_one_open"
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class RadarLetter(models.Model):
    """The weekly letter of deadlines that was sent to one person in one house: one by week, whatever happens."""

    certifier = models.ForeignKey(Certifier, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    week = models.CharField(_("semaine"), max_length=8)  # ISO 8601: 2026-W47
    sent_at = models.DateTimeField(_("envoyée le"))

    class Meta:
        verbose_name = _("lettre hebdomadaire")
        verbose_name_plural = _("lettres hebdomadaires")
        constraints = [models.UniqueConstraint(fields=["certifier", "person", "week"], name="radar_letter_once")]

    def __str__(self) -> str:
        return self.week
