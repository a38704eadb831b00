"""The national registers as dated intervals: what was in them, from which snapshot and until which.

``seen_from`` is the day of the first snapshot in which a row was seen; ``seen_until`` that of the first snapshot in
which it no longer was, NULL while it still is. A row is true on day d when seen_from ≤ d < seen_until.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.states import Habilitation, HabilitationState, Register, RegistrationKind


class IntervalQuerySet[Row: models.Model](models.QuerySet[Row]):
    def current(self) -> Self:
        """What the latest file says."""
        return self.filter(seen_until__isnull=True)

    def seen_on(self, day: date) -> Self:
        return self.filter(Q(seen_until__isnull=True) | Q(seen_until__gt=day), seen_from__lte=day)


class Interval(models.Model):
    """A row that holds between two snapshots."""

    seen_from = models.DateField(_("vu depuis"))
    seen_until = models.DateField(_("vu jusqu’au"), null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_until__isnull=True) | Q(seen_until__gt=F("seen_from")),
                name="%(class)s_until_after_from",
            ),
        ]


class Fiche(models.Model):
    """A certification of the RNCP or of the RS, known by its number for ever."""

    number = models.CharField(_("numéro"), max_length=12, unique=True)
    register = models.CharField(max_length=4, choices=Register)
    # Of the bytes last read: a fiche whose bytes did not change is not even parsed.
    digest = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("fiche")

    def __str__(self) -> str:
        return self.number


class FicheVersion(Interval):
    """What the register said of a fiche between two snapshots, its partners, certifiers and blocs aside.

    ``content`` is a ``core.france.registers.FicheRecord`` as JSON: read it with ``queries.national.fiche_record``.
    """

    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=32)
    title = models.TextField(_("intitulé"))
    abbreviation = models.CharField(_("abrégé"), max_length=100, blank=True)
    level = models.PositiveSmallIntegerField(_("niveau"), null=True)
    status = models.CharField(_("état"), max_length=60)
    is_active = models.BooleanField(_("active"))
    decision_on = models.DateField(_("décision"), null=True)
    effective_on = models.DateField(_("date d’effet"), null=True)
    registered_until = models.DateField(_("fin d’enregistrement"), null=True)
    last_issue_on = models.DateField(_("dernière délivrance"), null=True)
    published_on = models.DateField(_("publication"), null=True)
    registration_kind = models.CharField(
        _("enregistrement"), max_length=8, choices=RegistrationKind, blank=True, default=""
    )
    duration_years = models.DecimalField(_("durée (années)"), max_digits=4, decimal_places=1, null=True)
    content = models.JSONField()

    objects = IntervalQuerySet["FicheVersion"].as_manager()

    class Meta(Interval.Meta):
        verbose_name = _("version d’une fiche")
        constraints = [
            *Interval.Meta.constraints,
            models.UniqueConstraint(fields=["fiche"], condition=Q(seen_until=None), name="ficheversion_one_current"),
            models.UniqueConstraint(fields=["fiche", "seen_from"], name="ficheversion_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.fiche_id} {self.seen_from}"


class NationalBloc(Interval):
    """A bloc de compétences of a fiche of the RNCP; a fiche of the RS has none."""

    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="blocs")
    code = models.CharField(_("code"), max_length=30)
    position = models.PositiveSmallIntegerField()
    title = models.TextField(_("intitulé"))
    competencies = models.JSONField(_("compétences"))
    assessment = models.TextField(_("modalités d’évaluation"), blank=True)
    prerequisites = models.TextField(_("prérequis"), blank=True)

    objects = IntervalQuerySet["NationalBloc"].as_manager()

    class Meta(Interval.Meta):
        verbose_name = _("bloc d’une fiche")
        constraints = [
            *Interval.Meta.constraints,
            models.UniqueConstraint(
                fields=["fiche", "code"], condition=Q(seen_until=None), name="nationalbloc_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.seen_from}"


class NationalCertifier(Interval):
    """A certifier of a fiche; the State leaves out the SIRET of one in three."""

    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="certifiers")
    siret = models.CharField("SIRET", max_length=14, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True, db_index=True)
    name = models.CharField(_("nom"), max_length=250)
    state = models.CharField(_("état"), max_length=20)

    objects = IntervalQuerySet["NationalCertifier"].as_manager()

    class Meta(Interval.Meta):
        verbose_name = _("certificateur d’une fiche")
        constraints = [
            *Interval.Meta.constraints,
            models.UniqueConstraint(
                fields=["fiche", "siret", "name"], condition=Q(seen_until=None), name="nationalcertifier_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.seen_from}"


class NationalPartner(Interval):
    """A place habilitated for a fiche, as its certifier declared it. Source: C. trav. R. 6113-16-5."""

    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="partners", db_index=False)
    siret = models.CharField("SIRET", max_length=14, db_index=True)
    siren = models.CharField("SIREN", max_length=9)
    name = models.CharField(_("nom"), max_length=250)
    habilitation = models.CharField(_("habilitation"), max_length=10, choices=Habilitation)
    state = models.CharField(_("état"), max_length=10, choices=HabilitationState)
    active_on = models.DateField(_("active depuis"), null=True)
    state_changed_on = models.DateField(_("état modifié le"), null=True)

    objects = IntervalQuerySet["NationalPartner"].as_manager()

    class Meta(Interval.Meta):
        verbose_name = _("partenaire d’une fiche")
        constraints = [
            *Interval.Meta.constraints,
            # Its index is also the way to the partners of a fiche.
            models.UniqueConstraint(
                fields=["fiche", "siret", "habilitation", "seen_from"], name="nationalpartner_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.siret} {self.seen_from}"


class TrainingBody(Interval):
    """A line of the public list of training bodies. Source: C. trav. L. 6351-7-1."""

    digest = models.CharField(max_length=32)
    nda = models.CharField(_("déclaration d’activité"), max_length=11)
    siren = models.CharField("SIREN", max_length=9, db_index=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    name = models.CharField(_("dénomination"), max_length=250)
    qualiopi_training = models.BooleanField(_("actions de formation"))
    qualiopi_skills_review = models.BooleanField(_("bilans de compétences"))
    qualiopi_vae = models.BooleanField(_("VAE"))
    qualiopi_apprenticeship = models.BooleanField(_("apprentissage"))
    street = models.CharField(_("adresse"), max_length=250, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=100, blank=True)
    departement = models.CharField(_("département"), max_length=3, blank=True)
    declared_trainees = models.PositiveIntegerField(_("stagiaires déclarés"), null=True)
    declared_on = models.DateField(_("dernière déclaration"), null=True)

    objects = IntervalQuerySet["TrainingBody"].as_manager()

    class Meta(Interval.Meta):
        verbose_name = _("organisme de la liste publique")
        constraints = [
            *Interval.Meta.constraints,
            models.UniqueConstraint(
                fields=["nda", "siren", "siret"], condition=Q(seen_until=None), name="trainingbody_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nda} {self.seen_from}"
