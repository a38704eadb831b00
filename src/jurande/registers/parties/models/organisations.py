"""Organisations as the State knows them: a public identity, shared by every certifier that works with them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from jurande.core.france.spelling import fold
from jurande.registers.common.codes import CodeField
from jurande.registers.parties.states import QualiopiAction

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, actor: Actor) -> OrganisationQuerySet:
        """One's own house, and those one has a partnership with, past or present."""
        if actor.partnership_code:
            return self.filter(sites__partnerships__code=actor.partnership_code).distinct()
        if actor.certifier_code:
            partners = Q(sites__partnerships__certifier__code=actor.certifier_code)
            return self.filter(partners | Q(certifier__code=actor.certifier_code)).distinct()
        return self.none()


class Organisation(models.Model):
    """A legal person, known by its SIREN. Everything here is public; what a certifier thinks of it hangs elsewhere."""

    code = CodeField()
    siren = models.CharField("SIREN", max_length=9, unique=True)
    legal_name = models.CharField(_("dénomination"), max_length=250)
    usual_name = models.CharField(_("nom d’usage"), max_length=250, blank=True)
    nda = models.CharField(_("déclaration d’activité"), max_length=11, blank=True)
    # Names as they are searched and sorted, without accents, then the numbers.
    search_text = models.CharField(max_length=600, editable=False, db_index=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisme")
        verbose_name_plural = _("organismes")
        constraints = [
            models.CheckConstraint(condition=Exact(Length("siren"), 9), name="organisation_siren_has_9_digits"),
            models.CheckConstraint(condition=~Q(legal_name=""), name="organisation_has_a_legal_name"),
            models.CheckConstraint(
                condition=Q(nda="") | Q(Exact(Length("nda"), 11)), name="organisation_nda_has_11_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name people use."""
        return self.usual_name or self.legal_name

    def text_to_search(self) -> str:
        """What ``search_text`` must hold: the usual name first, because lists are sorted by it."""
        return f"{fold(self.usual_name)} {fold(self.legal_name)} {self.siren} {self.nda}".strip()


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, actor: Actor) -> SiteQuerySet:
        return self.filter(organisation__in=Organisation.objects.visible_to(actor))


class Site(models.Model):
    """A place of an organisation, known by its SIRET: what the State habilitates, pays and blocks."""

    code = CodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sites")
    siret = models.CharField("SIRET", max_length=14, unique=True)
    address = models.CharField(_("adresse"), max_length=250, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5)
    city = models.CharField(_("commune"), max_length=100)
    departement = models.CharField(_("département"), max_length=3, db_index=True)
    search_text = models.CharField(max_length=200, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("établissement")
        verbose_name_plural = _("établissements")
        constraints = [
            models.CheckConstraint(condition=Exact(Length("siret"), 14), name="site_siret_has_14_digits"),
            models.CheckConstraint(condition=Exact(Length("postcode"), 5), name="site_postcode_has_5_digits"),
            models.CheckConstraint(condition=~Q(departement=""), name="site_has_a_departement"),
        ]

    def __str__(self) -> str:
        return f"{self.city} ({self.siret})"

    def text_to_search(self) -> str:
        """What ``search_text`` must hold."""
        return f"{fold(self.city)} {self.postcode} {self.siret}"


class QualiopiQuerySet(models.QuerySet["QualiopiCategory"]):
    def visible_to(self, actor: Actor) -> QualiopiQuerySet:
        return self.filter(organisation__in=Organisation.objects.visible_to(actor))

    def valid_on(self, day: date) -> QualiopiQuerySet:
        return self.filter(since_on__lte=day, until_on__gte=day)


class QualiopiCategory(models.Model):
    """One category of action covered by a Qualiopi certificate, with its days; past ones stay.

    ``until_on`` is the last valid day. Source: C. trav. R. 6316-2 (three years).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="qualiopi")
    action = models.CharField(_("catégorie"), max_length=20, choices=QualiopiAction.choices)
    certificate = models.CharField(_("numéro du certificat"), max_length=100, blank=True)
    certified_by = models.CharField(_("organisme certificateur"), max_length=200, blank=True)
    since_on = models.DateField(_("valable du"))
    until_on = models.DateField(_("au"))

    objects = QualiopiQuerySet.as_manager()

    class Meta:
        verbose_name = _("catégorie Qualiopi")
        verbose_name_plural = _("catégories Qualiopi")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "action", "since_on"], name="qualiopi_once_a_day_by_action"
            ),
            models.CheckConstraint(condition=Q(until_on__gt=F("since_on")), name="qualiopi_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(action__in=QualiopiAction.values), name="qualiopi_action_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} → {self.until_on}"
