"""A référentiel, version by version, and its lines. Once published, the database refuses any change of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.france.microcertifications import (
    ASSESSMENT_TYPES,
    EQF_LEVELS,
    FRAMEWORKS,
    ISCED_FIELDS,
    PARTICIPATIONS,
    STACKABILITIES,
    SUPERVISIONS,
)
from jurande.core.france.referentiels import ACCESS_ROUTES
from jurande.registers.catalogue.models.certifications import Certification
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.common.codes import CodeField

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_ROUTES = [(route.key, route.label) for route in ACCESS_ROUTES]
_FRAMEWORKS = [(one.key, one.label) for one in FRAMEWORKS]


class ReferentielQuerySet(models.QuerySet["Referentiel"]):
    def visible_to(self, actor: Actor) -> ReferentielQuerySet:
        return self.filter(certification__in=Certification.objects.visible_to(actor))

    def in_states(self, *states: str) -> ReferentielQuerySet:
        return self.filter(state__in=states)


class Referentiel(models.Model):
    """One version: what it says, who prepared it, who published it, and the fingerprint it had that day.

    Limits are hours, percents and heads; None: not fixed. ``author_codes``: everybody who wrote in it as a draft.
    """

    code = CodeField()
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("état"), max_length=10, choices=ReferentielState, default=ReferentielState.DRAFT)
    title = models.TextField(_("intitulé"))
    regulation = models.TextField(_("règlement"), blank=True)
    valid_from = models.DateField(_("date d’effet"), null=True)
    optional_min = models.PositiveSmallIntegerField(_("blocs au choix, au moins"), default=0)
    minimum_hours = models.PositiveIntegerField(_("durée minimale"), null=True)
    internship_min_hours = models.PositiveIntegerField(_("stage, au moins"), null=True)
    internship_max_hours = models.PositiveIntegerField(_("stage, au plus"), null=True)
    in_person_percent = models.PositiveSmallIntegerField(_("en présence, au moins"), null=True)
    trainees_per_trainer = models.PositiveSmallIntegerField(_("apprenants par formateur, au plus"), null=True)
    revision = models.PositiveIntegerField(default=1)
    author_codes = models.JSONField(default=list)
    started_at = models.DateTimeField(_("commencée le"))
    started_by_code = models.CharField(max_length=16)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)
    published_at = models.DateTimeField(_("publiée le"), null=True)
    published_by_code = models.CharField(max_length=16, blank=True)
    replaced_at = models.DateTimeField(_("remplacée le"), null=True)
    digest = models.CharField(_("empreinte"), max_length=64, blank=True)

    objects = ReferentielQuerySet.as_manager()

    class Meta:
        verbose_name = _("référentiel")
        verbose_name_plural = _("référentiels")
        constraints = [
            models.UniqueConstraint(fields=["certification", "number"], name="referentiel_number_once"),
            models.UniqueConstraint(
                fields=["certification"], condition=Q(state=ReferentielState.DRAFT), name="referentiel_one_draft"
            ),
            models.UniqueConstraint(
                fields=["certification"],
                condition=Q(state=ReferentielState.PUBLISHED),
                name="referentiel_one_published",
            ),
            models.CheckConstraint(
                condition=Q(state=ReferentielState.DRAFT, published_at=None, published_by_code="", digest="")
                | Q(state__in=[ReferentielState.PUBLISHED, ReferentielState.REPLACED], published_at__isnull=False)
                & ~Q(published_by_code="")
                & ~Q(digest="")
                & Q(valid_from__isnull=False),
                name="referentiel_published_by_somebody_and_sealed",
            ),
            models.CheckConstraint(
                condition=Q(state=ReferentielState.REPLACED, replaced_at__isnull=False)
                | ~Q(state=ReferentielState.REPLACED) & Q(replaced_at=None),
                name="referentiel_replaced_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(in_person_percent=None) | Q(in_person_percent__lte=100), name="referentiel_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == ReferentielState.DRAFT


class Line(models.Model):
    """One line of a référentiel. ``lineage`` stays the same from version to version: it tells reworded from new.

    ``revision`` grows at each change: who saves says which one they had read, so that nobody overwrites unseen.
    """

    code = CodeField()
    lineage = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("texte"), blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]


class Activity(Line):
    """A situation of work that the certification is about. Source: C. trav. L. 6113-1."""

    parent_field: ClassVar[str] = "referentiel"
    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="activities")

    class Meta:
        verbose_name = _("activité")
        verbose_name_plural = _("activités")


class Bloc(Line):
    """A homogeneous set of competencies that is assessed alone; ``text`` is its title, ``number`` its RNCP code."""

    parent_field: ClassVar[str] = "referentiel"
    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="blocs")
    number = models.CharField(_("code"), max_length=30, blank=True)
    assessment = models.TextField(_("modalités d’évaluation"), blank=True)
    prerequisites = models.TextField(_("prérequis"), blank=True)
    is_optional = models.BooleanField(_("au choix"), default=False)

    class Meta:
        verbose_name = _("bloc de compétences")
        verbose_name_plural = _("blocs de compétences")


class Competency(Line):
    """What a holder can do; ``tags``: keys of ``core.france.referentiels.TAGS``."""

    parent_field: ClassVar[str] = "bloc"
    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="competencies")
    bloc = models.ForeignKey(Bloc, on_delete=models.CASCADE, related_name="competencies")
    tags = models.JSONField(_("étiquettes"), default=list)

    class Meta:
        verbose_name = _("compétence")
        verbose_name_plural = _("compétences")


class Criterion(Line):
    """What an assessor looks at to say that a competency is acquired."""

    parent_field: ClassVar[str] = "competency"
    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="criteria")
    competency = models.ForeignKey(Competency, on_delete=models.CASCADE, related_name="criteria")

    class Meta:
        verbose_name = _("critère d’évaluation")
        verbose_name_plural = _("critères d’évaluation")


class JuryRule(models.Model):
    """How a jury is made for one access route; ``external_percent``: least share of members from outside."""

    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="juries")
    route = models.CharField(_("voie d’accès"), max_length=4, choices=_ROUTES)
    min_members = models.PositiveSmallIntegerField(_("membres, au moins"))
    min_qualified = models.PositiveSmallIntegerField(_("qualifiés, au moins"))
    external_percent = models.PositiveSmallIntegerField(_("extérieurs, au moins"))
    excluded = models.TextField(_("ne peuvent siéger"), blank=True)
    article = models.CharField(_("source"), max_length=80)

    class Meta:
        verbose_name = _("règle de jury")
        verbose_name_plural = _("règles de jury")
        constraints = [
            models.UniqueConstraint(fields=["referentiel", "route"], name="juryrule_one_by_route"),
            models.CheckConstraint(
                condition=Q(min_members__gte=1, external_percent__lte=100)
                & Q(min_qualified__lte=models.F("min_members")),
                name="juryrule_can_be_met",
            ),
        ]

    def __str__(self) -> str:
        return self.route


class MicroElements(models.Model):
    """What a micro-certification says of itself: the elements of Annex I of 2022/C 243/02, and its protocol."""

    referentiel = models.OneToOneField(Referentiel, on_delete=models.CASCADE, related_name="elements")
    description = models.TextField(_("présentation"), blank=True)
    country = models.CharField(_("pays"), max_length=2, blank=True)
    workload_hours = models.PositiveSmallIntegerField(_("charge de travail"), null=True)
    ects = models.CharField("ECTS", max_length=5, blank=True)
    level = models.CharField(_("niveau"), max_length=4, choices=EQF_LEVELS, blank=True)
    field = models.CharField(_("domaine (CITE-F)"), max_length=4, choices=ISCED_FIELDS, blank=True)
    assessment_type = models.CharField(_("type d’évaluation"), max_length=12, choices=ASSESSMENT_TYPES, blank=True)
    protocol = models.TextField(_("protocole d’évaluation"), blank=True)
    assessors = models.TextField(_("évaluateurs"), blank=True)
    pass_rule = models.TextField(_("règle de réussite"), blank=True)
    participation = models.CharField(_("participation"), max_length=10, choices=PARTICIPATIONS, blank=True)
    quality = models.TextField(_("assurance qualité"), blank=True)
    prerequisites = models.TextField(_("prérequis"), blank=True)
    supervision = models.CharField(_("surveillance"), max_length=14, choices=SUPERVISIONS, blank=True)
    grading = models.TextField(_("note ou mention"), blank=True)
    stackability = models.CharField(_("cumul"), max_length=12, choices=STACKABILITIES, blank=True)
    further = models.TextField(_("autres informations"), blank=True)
    validity_months = models.PositiveSmallIntegerField(_("durée de validité"), null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("éléments de la micro-certification")
        verbose_name_plural = _("éléments des micro-certifications")

    def __str__(self) -> str:
        return f"{self.referentiel_id}"


class Alignment(models.Model):
    """A tie between a micro-certification and an entry of somebody's list (ESCO, ROME, NSF, bloc of the RNCP)."""

    code = CodeField()
    referentiel = models.ForeignKey(Referentiel, on_delete=models.CASCADE, related_name="alignments")
    framework = models.CharField(_("liste"), max_length=12, choices=_FRAMEWORKS)
    entry = models.CharField(_("code"), max_length=120)
    label = models.CharField(_("libellé"), max_length=250)

    class Meta:
        verbose_name = _("rattachement")
        verbose_name_plural = _("rattachements")
        constraints = [
            models.UniqueConstraint(fields=["referentiel", "framework", "entry"], name="alignment_once"),
        ]

    def __str__(self) -> str:
        return self.entry
