"""How an application is looked at: who scores it and what they said, what is asked of who applies, what is seen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.network.models.applications import Application
from jurande.registers.network.models.calls import Call, CallCriterion
from jurande.registers.network.states.judgments import (
    REVIEWERS,
    Points,
    ReviewState,
    Stage,
    Tie,
    VisitState,
    WaitsOn,
)
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


def judged_by(actor: Actor, path: str) -> Q | None:
    """Which rows the people who judge may see: those of their certifier. None: nothing.

    ``path`` leads from the row to its certifier, for instance ``application__certifier``. Partners and applicants see
    what concerns them through their own application, never through here.
    """
    if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_APPLICATIONS):
        return None
    return Q(**{f"{path}__code": actor.certifier_code})


class StageSpellQuerySet(models.QuerySet["StageSpell"]):
    def visible_to(self, actor: Actor) -> StageSpellQuerySet:
        seen = judged_by(actor, "certifier")
        return self.none() if seen is None else self.filter(seen)

    def current(self) -> StageSpellQuerySet:
        return self.filter(left_at=None)


class StageSpell(models.Model):
    """How long an application stood at one stage; the one without ``left_at`` is where it stands now.

    Kept by ``operations.stages`` beside each decision, so that a board of ten thousand applications reads an index.
    """

    certifier = models.ForeignKey("parties.Certifier", on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="spells")
    stage = models.CharField(_("étape"), max_length=14, choices=Stage)
    waits_on = models.CharField(_("attend"), max_length=10, choices=WaitsOn)
    entered_at = models.DateTimeField(_("depuis"))
    left_at = models.DateTimeField(_("jusqu’à"), null=True)
    lasted_seconds = models.PositiveBigIntegerField(_("durée"), null=True)
    due_on = models.DateField(_("échéance"), null=True)

    objects = StageSpellQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(left_at=None), name="spell_one_current_by_application"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, lasted_seconds=None)
                | Q(left_at__gte=F("entered_at"), lasted_seconds__isnull=False),
                name="spell_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["certifier", "stage", "entered_at"], condition=Q(left_at=None), name="spell_current"),
            models.Index(fields=["certifier", "left_at", "stage", "lasted_seconds"], name="spell_past"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.stage}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, actor: Actor) -> ReviewQuerySet:
        """Who scores what and where they stand; what they wrote is ``readable_by``."""
        seen = judged_by(actor, "application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def pending(self) -> ReviewQuerySet:
        return self.filter(state__in=[ReviewState.ASSIGNED, ReviewState.BEGUN])

    def submitted(self) -> ReviewQuerySet:
        return self.filter(state=ReviewState.SUBMITTED)

    def of_reviewer(self, person_code: str) -> ReviewQuerySet:
        return self.filter(reviewer__code=person_code)

    def readable_by(self, actor: Actor) -> ReviewQuerySet:
        """Those whose scores may be read: one's own; others' once enough are submitted and one has none pending.

        Who declared a tie with the applicant reads nobody's scores.
        """
        submitted = (
            Review.objects.filter(application=OuterRef("application"), state=ReviewState.SUBMITTED)
            .order_by()
            .values("application")
            .annotate(figure=Count("pk"))
            .values("figure")
        )
        blind = Review.objects.filter(application=OuterRef("application"), reviewer__code=actor.code).exclude(
            state=ReviewState.SUBMITTED
        )
        return (
            self.visible_to(actor)
            .annotate(submitted_count=models.Subquery(submitted))
            .filter(
                Q(reviewer__code=actor.code)
                | Q(submitted_count__gte=REVIEWERS, state=ReviewState.SUBMITTED) & ~Exists(blind)
            )
        )


class Review(models.Model):
    """The judgment of one person on one application, made without knowing that of the others.

    ``tie`` and ``tie_note``: what links the reviewer to the applicant, declared when it recuses them.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(_("état"), max_length=10, choices=ReviewState, default=ReviewState.ASSIGNED)
    assigned_at = models.DateTimeField(_("confiée le"))
    assigned_by_code = models.CharField(max_length=16)
    due_on = models.DateField(_("attendue le"))
    begun_at = models.DateTimeField(_("commencée le"), null=True)
    submitted_at = models.DateTimeField(_("rendue le"), null=True)
    opinion = models.TextField(_("avis d’ensemble"), blank=True)
    recused_at = models.DateTimeField(_("récusée le"), null=True)
    tie = models.CharField(_("lien"), max_length=12, choices=Tie, blank=True)
    tie_note = models.TextField(_("précision"), blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("évaluation d’une candidature")
        verbose_name_plural = _("évaluations d’une candidature")
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="review_one_by_reviewer"),
            models.CheckConstraint(
                condition=(
                    Q(state=ReviewState.ASSIGNED, begun_at=None, submitted_at=None, recused_at=None, tie="")
                    | Q(state=ReviewState.BEGUN, begun_at__isnull=False, submitted_at=None, recused_at=None, tie="")
                    | Q(
                        state=ReviewState.SUBMITTED,
                        begun_at__isnull=False,
                        submitted_at__isnull=False,
                        recused_at=None,
                        tie="",
                    )
                    | Q(state=ReviewState.RECUSED, submitted_at=None, recused_at__isnull=False) & ~Q(tie="")
                ),
                name="review_state_agrees_with_its_dates",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "state"], name="review_by_reviewer")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.reviewer_id}"

    @property
    def is_pending(self) -> bool:
        return self.state in (ReviewState.ASSIGNED, ReviewState.BEGUN)


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, actor: Actor) -> ScoreQuerySet:
        """The scores of the reviews that may be read: independence is kept here, whatever the screen."""
        return self.filter(review__in=Review.objects.readable_by(actor))


class Score(models.Model):
    """What one reviewer gives for one criterion of one call, or for its charter (``criterion`` is empty).

    ``points``: 0 to 4, None while only a remark was written.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    criterion = models.ForeignKey(CallCriterion, on_delete=models.PROTECT, null=True, related_name="+")
    points = models.PositiveSmallIntegerField(_("note"), choices=Points, null=True)
    remark = models.TextField(_("remarque"), blank=True)
    scored_at = models.DateTimeField(_("notée le"))

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("note d’un critère")
        verbose_name_plural = _("notes d’un critère")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "criterion"], condition=Q(criterion__isnull=False), name="score_once_by_criterion"
            ),
            models.UniqueConstraint(
                fields=["review", "call"], condition=Q(criterion=None), name="score_once_by_charter"
            ),
            models.CheckConstraint(condition=Q(points=None) | Q(points__lte=4), name="score_from_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} · {self.criterion_id} · {self.points}"


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def visible_to(self, actor: Actor) -> ReconciliationQuerySet:
        """For whoever may read every score of the application."""
        mine = Review.objects.readable_by(actor).submitted()
        counted = mine.order_by().values("application").annotate(figure=Count("pk")).filter(figure__gte=REVIEWERS)
        return self.filter(application__in=counted.values("application"))


class Reconciliation(models.Model):
    """A note by which two reviewers who differ say how their scores are to be read; the scores stay as they are.

    One writes it, another agrees. It covers the ``reviews_count`` reviews submitted when it was written.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reconciliations")
    reviews_count = models.PositiveSmallIntegerField(_("évaluations rapprochées"))
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(_("écrite le"))
    written_by_code = models.CharField(max_length=16)
    agreed_at = models.DateTimeField(_("acceptée le"), null=True)
    agreed_by_code = models.CharField(max_length=16, blank=True)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("note de rapprochement")
        verbose_name_plural = _("notes de rapprochement")
        constraints = [
            models.UniqueConstraint(fields=["application", "reviews_count"], name="reconciliation_once"),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_by_code="")
                | Q(agreed_at__isnull=False) & ~Q(agreed_by_code="") & ~Q(agreed_by_code=F("written_by_code")),
                name="reconciliation_is_agreed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, actor: Actor) -> QuestionQuerySet:
        seen = judged_by(actor, "application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def waiting(self) -> QuestionQuerySet:
        return self.filter(answered_at=None, closed_at=None)

    def late_on(self, day: date) -> QuestionQuerySet:
        return self.waiting().filter(answer_by__lt=day)


class Question(models.Model):
    """What is asked of the applicant, by which day, and what they answered; closed when no answer is awaited.

    The documents that came with the answer are those of the application whose ``answers_code`` is this one's code.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField(_("posée le"))
    asked_by_code = models.CharField(max_length=16)
    answer_by = models.DateField(_("réponse attendue le"))
    answer = models.TextField(_("réponse"), blank=True)
    answered_at = models.DateTimeField(_("répondue le"), null=True)
    answered_by_code = models.CharField(max_length=16, blank=True)
    closed_at = models.DateTimeField(_("close le"), null=True)
    closed_by_code = models.CharField(max_length=16, blank=True)
    reminded_on = models.DateField(_("rappelée le"), null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question au candidat")
        verbose_name_plural = _("questions au candidat")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by_code="", answer="")
                | Q(answered_at__isnull=False) & ~Q(answered_by_code="") & ~Q(answer=""),
                name="question_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_code="")
                | Q(closed_at__isnull=False, answered_at=None) & ~Q(closed_by_code=""),
                name="question_closed_without_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(answered_at=None, closed_at=None), name="question_waiting")
        ]

    def __str__(self) -> str:
        return str(self.code)

    @property
    def is_waiting(self) -> bool:
        return self.answered_at is None and self.closed_at is None


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, actor: Actor) -> VisitQuerySet:
        seen = judged_by(actor, "application__certifier")
        return self.none() if seen is None else self.filter(seen)

    def awaited(self) -> VisitQuerySet:
        return self.filter(state__in=[VisitState.ASKED, VisitState.PLANNED])


class Visit(models.Model):
    """A visit of the applicant's premises: asked for, given a day and a place, reported."""

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="visits")
    state = models.CharField(_("état"), max_length=10, choices=VisitState, default=VisitState.ASKED)
    reason = models.TextField(_("ce qu’il faut voir"))
    asked_at = models.DateTimeField(_("demandée le"))
    asked_by_code = models.CharField(max_length=16)
    planned_on = models.DateField(_("jour"), null=True)
    place = models.TextField(_("lieu"), blank=True)
    planned_at = models.DateTimeField(_("fixée le"), null=True)
    planned_by_code = models.CharField(max_length=16, blank=True)
    done_on = models.DateField(_("faite le"), null=True)
    report = models.TextField(_("compte rendu"), blank=True)
    report_document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(_("rendue le"), null=True)
    done_by_code = models.CharField(max_length=16, blank=True)
    cancelled_at = models.DateTimeField(_("annulée le"), null=True)
    cancelled_by_code = models.CharField(max_length=16, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visite")
        verbose_name_plural = _("visites")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=[VisitState.ASKED, VisitState.PLANNED]),
                name="visit_one_awaited",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=VisitState.ASKED, planned_on=None, done_on=None, cancelled_at=None)
                    | Q(state=VisitState.PLANNED, planned_on__isnull=False, done_on=None, cancelled_at=None)
                    & ~Q(place="")
                    & ~Q(planned_by_code="")
                    | Q(state=VisitState.REPORTED, done_on__isnull=False, reported_at__isnull=False, cancelled_at=None)
                    & ~Q(report="")
                    & ~Q(done_by_code="")
                    | Q(state=VisitState.CANCELLED, done_on=None, cancelled_at__isnull=False) & ~Q(cancelled_by_code="")
                ),
                name="visit_state_agrees_with_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)
