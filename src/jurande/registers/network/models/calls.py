"""Calls: what is asked of who wants to join, and how it is decided. Once published, what is judged is frozen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.codes import CodeField
from jurande.registers.network.models.fees import FeeSchedule
from jurande.registers.network.states import CallState, CloseReason, HabilitationKind
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_PUBLISHED = Q(published_at__isnull=False, opens_on__isnull=False, referentiel__isnull=False) & ~Q(published_by_code="")


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, actor: Actor) -> CallQuerySet:
        """Every call of one's own house; others read what was published, by ``published``."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_APPLICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def published(self) -> CallQuerySet:
        """Those that everybody may read, closed ones included."""
        return self.exclude(state=CallState.DRAFT)

    def in_states(self, *states: str) -> CallQuerySet:
        return self.filter(state__in=states)

    def matching(self, words: str) -> CallQuerySet:
        found = self
        for word in words.split():
            found = found.filter(
                Q(title__icontains=word) | Q(reference__icontains=word) | Q(certification__title__icontains=word)
            )
        return found

    def taking_applications_on(self, day: date) -> CallQuerySet:
        """Open, begun, and not past its closing day."""
        return self.filter(Q(closes_on=None) | Q(closes_on__gte=day), state=CallState.OPEN, opens_on__lte=day)


class Call(models.Model):
    """What a certifier asks for one certification.

    ``kinds``: those of ``HabilitationKind`` that may be asked for. ``blocs``: lineages of the blocs, [] for the whole
    certification. ``territory``: codes of départements, [] for everywhere. ``referentiel``: the published version that
    applications are judged on, set at publication. ``closes_on``: the last day, None while nothing is fixed.
    ``places``: None without limit. Growth by steps: during the first ``probation_sittings`` sittings, which are
    observed, at most ``first_limit`` trainees (None: no limit). ``charter``: the commitments that the head signs,
    ``charter_weight`` (0–10) what they count for. ``divergence_points``: a gap of this many points (0–4) between two
    reviewers is shown. ``author_codes``: everybody who wrote in it as a draft.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="calls")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="calls")
    referentiel = models.ForeignKey(Referentiel, on_delete=models.PROTECT, related_name="calls", null=True)
    reference = models.CharField(_("référence"), max_length=40)
    title = models.CharField(_("intitulé"), max_length=200)
    text = models.TextField(_("présentation"), blank=True)
    kinds = models.JSONField(_("habilitations possibles"), default=list)
    blocs = models.JSONField(_("blocs"), default=list)
    territory = models.JSONField(_("territoire"), default=list)
    opens_on = models.DateField(_("ouvre le"), null=True)
    closes_on = models.DateField(_("clôture le"), null=True)
    places = models.PositiveSmallIntegerField(_("places"), null=True)
    probation_sittings = models.PositiveSmallIntegerField(_("sessions observées"), default=0)
    first_limit = models.PositiveIntegerField(_("stagiaires pendant la période de rodage, au plus"), null=True)
    growth = models.TextField(_("croissance par étapes"), blank=True)
    fee_schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, related_name="calls", null=True)
    charter = models.JSONField(_("charte"), default=list)
    charter_weight = models.PositiveSmallIntegerField(_("poids de la charte"), default=0)
    appeal_days = models.PositiveSmallIntegerField(_("délai de recours (jours)"), default=30)
    divergence_points = models.PositiveSmallIntegerField(_("écart signalé (points)"), default=2)
    state = models.CharField(_("état"), max_length=10, choices=CallState.choices, default=CallState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    author_codes = models.JSONField(default=list)
    started_at = models.DateTimeField(_("commencé le"))
    started_by_code = models.CharField(max_length=16)
    published_at = models.DateTimeField(_("publié le"), null=True)
    published_by_code = models.CharField(max_length=16, blank=True)
    closed_at = models.DateTimeField(_("clos le"), null=True)
    closed_by_code = models.CharField(max_length=16, blank=True)
    close_reason = models.CharField(_("motif de clôture"), max_length=15, choices=CloseReason.choices, blank=True)
    close_note = models.TextField(_("précision"), blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("appel à candidatures")
        verbose_name_plural = _("appels à candidatures")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="call_reference_once"),
            models.CheckConstraint(condition=~Q(title=""), name="call_has_a_title"),
            models.CheckConstraint(
                condition=Q(state=CallState.DRAFT, published_at=None, published_by_code="", referentiel=None)
                | Q(state__in=[CallState.OPEN, CallState.CLOSED]) & _PUBLISHED,
                name="call_published_by_somebody_on_a_version",
            ),
            models.CheckConstraint(
                condition=Q(state=CallState.CLOSED, closed_at__isnull=False)
                & ~Q(closed_by_code="")
                & ~Q(close_reason="")
                | Q(state__in=[CallState.DRAFT, CallState.OPEN], closed_at=None, closed_by_code="", close_reason=""),
                name="call_closed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(opens_on=None) | Q(closes_on__gte=F("opens_on")),
                name="call_closes_after_it_opens",
            ),
            models.CheckConstraint(condition=Q(places=None) | Q(places__gte=1), name="call_has_a_place"),
            models.CheckConstraint(
                condition=Q(first_limit=None) | Q(first_limit__gte=1), name="call_first_limit_lets_somebody_in"
            ),
            models.CheckConstraint(
                condition=Q(charter_weight__lte=10, appeal_days__lte=365, probation_sittings__lte=50),
                name="call_numbers_are_possible",
            ),
            models.CheckConstraint(
                condition=Q(divergence_points__gte=1, divergence_points__lte=4), name="call_divergence_is_possible"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_draft(self) -> bool:
        return self.state == CallState.DRAFT

    @property
    def kind_labels(self) -> list[str]:
        """What may be asked for, in words."""
        return [str(HabilitationKind(kind).label) for kind in self.kinds]

    def takes_applications_on(self, day: date) -> bool:
        """Whether an application may be sent on this day; places aside."""
        began = self.opens_on is not None and self.opens_on <= day
        return self.state == CallState.OPEN and began and (self.closes_on is None or day <= self.closes_on)


class CallCriterionQuerySet(models.QuerySet["CallCriterion"]):
    def visible_to(self, actor: Actor) -> CallCriterionQuerySet:
        return self.filter(call__in=Call.objects.visible_to(actor))


class CallCriterion(models.Model):
    """One condition, scored 0 to 4 by each reviewer.

    ``weight``: 1 to 10. ``is_knockout``: a low score refuses whatever the rest. ``evidence``: what is asked to show
    it, in words; ``evidence_kinds``: the kinds of documents (``parties.DocumentKind``) that answer;
    ``needs_document``: nothing is submitted without one of them.
    """

    code = CodeField()
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("condition"), max_length=200)
    help = models.TextField(_("ce que l’on regarde"), blank=True)
    weight = models.PositiveSmallIntegerField(_("poids"), default=1)
    is_knockout = models.BooleanField(_("éliminatoire"), default=False)
    evidence = models.TextField(_("preuve demandée"), blank=True)
    evidence_kinds = models.JSONField(_("pièces qui répondent"), default=list)
    needs_document = models.BooleanField(_("pièce obligatoire"), default=False)

    objects = CallCriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition d’un appel")
        verbose_name_plural = _("conditions d’un appel")
        constraints = [
            models.UniqueConstraint(fields=["call", "position"], name="call_criterion_one_by_position"),
            models.CheckConstraint(condition=~Q(title=""), name="call_criterion_has_a_title"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=10), name="call_criterion_weight_is_possible"
            ),
        ]

    def __str__(self) -> str:
        return self.title
