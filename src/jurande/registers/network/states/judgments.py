"""How an application is judged: states and moves of reviews, visits, appeals and approvals, and who it waits on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle

# How many people score each application before anybody decides.
REVIEWERS = 2


class ReviewState(TextChoices):
    """Where the review of one person stands."""

    ASSIGNED = "assigned", _("Confiée")
    BEGUN = "begun", _("Commencée")
    SUBMITTED = "submitted", _("Rendue")
    RECUSED = "recused", _("Récusée")


REVIEW_LIFE = Lifecycle(
    initial=ReviewState.ASSIGNED,
    moves={
        ReviewState.ASSIGNED: {"begin": ReviewState.BEGUN, "recuse": ReviewState.RECUSED},
        ReviewState.BEGUN: {"submit": ReviewState.SUBMITTED, "recuse": ReviewState.RECUSED},
    },
)


class Tie(TextChoices):
    """What links a reviewer to an applicant."""

    NONE = "", _("Aucun lien")
    WORKS_THERE = "works_there", _("Travaille ou a travaillé chez le candidat")
    SUPPLIES = "supplies", _("Client, fournisseur ou sous-traitant du candidat")
    FAMILY = "family", _("Lien familial ou d’amitié")
    COMPETES = "competes", _("Concurrent du candidat")
    OTHER = "other_tie", _("Autre lien")


class Points(IntegerChoices):
    """A score for one criterion."""

    ABSENT = 0, _("Absent")
    WEAK = 1, _("Insuffisant")
    PARTIAL = 2, _("Partiel")
    SOUND = 3, _("Satisfaisant")
    STRONG = 4, _("Exemplaire")


class VisitState(TextChoices):
    """Where a visit of the applicant's premises stands."""

    ASKED = "asked", _("Demandée")
    PLANNED = "planned", _("Fixée")
    REPORTED = "reported", _("Faite")
    CANCELLED = "cancelled", _("Annulée")


VISIT_LIFE = Lifecycle(
    initial=VisitState.ASKED,
    moves={
        VisitState.ASKED: {"plan": VisitState.PLANNED, "cancel": VisitState.CANCELLED},
        VisitState.PLANNED: {
            "plan": VisitState.PLANNED,
            "report": VisitState.REPORTED,
            "cancel": VisitState.CANCELLED,
        },
    },
)


class DecisionVerdict(TextChoices):
    """What was decided of an application."""

    APPROVED = "approved", _("Agréée")
    APPROVED_WITH_CONDITIONS = "approved_with_conditions", _("Agréée sous conditions")
    DEFERRED = "deferred", _("Ajournée")
    REFUSED = "refused", _("Refusée")


APPROVING = (DecisionVerdict.APPROVED, DecisionVerdict.APPROVED_WITH_CONDITIONS)


class AppealState(TextChoices):
    """Where an appeal stands."""

    LODGED = "lodged", _("Déposé")
    UPHELD = "upheld", _("Admis")
    REJECTED = "rejected", _("Rejeté")


APPEAL_LIFE = Lifecycle(
    initial=AppealState.LODGED,
    moves={AppealState.LODGED: {"uphold": AppealState.UPHELD, "reject": AppealState.REJECTED}},
)


class ApprovalSubject(TextChoices):
    """What is approved: each has its own validity."""

    ORGANISATION = "organisation", _("Organisme")
    CERTIFICATION = "certification", _("Certification")
    PERSON = "person", _("Personne")


class ApprovalRole(TextChoices):
    """As what a person is approved."""

    TRAINER = "trainer", _("Formateur")
    ASSESSOR = "assessor", _("Évaluateur")


class ApprovalState(TextChoices):
    """Where an approval stands; whether it is over is read from its last day."""

    GRANTED = "granted", _("Accordé")
    REFUSED = "refused", _("Refusé")
    WITHDRAWN = "withdrawn", _("Retiré")


APPROVAL_LIFE = Lifecycle(
    initial=ApprovalState.GRANTED,
    moves={ApprovalState.GRANTED: {"withdraw": ApprovalState.WITHDRAWN}},
)


class Stage(TextChoices):
    """Where an application stands for those who judge it; worked out from its record, see ``operations.stages``."""

    TO_ASSIGN = "to_assign", _("À confier")
    IN_REVIEW = "in_review", _("En évaluation")
    QUESTION = "question", _("Question posée")
    VISIT = "visit", _("Visite")
    TO_RECONCILE = "to_reconcile", _("À rapprocher")
    TO_DECIDE = "to_decide", _("À décider")
    CONDITIONS = "conditions", _("Sous conditions")
    DEFERRED = "deferred", _("Ajournée")
    APPEAL = "appeal", _("Recours")
    APPROVED = "approved", _("Agréée")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")


OPEN_STAGES = (
    Stage.TO_ASSIGN,
    Stage.IN_REVIEW,
    Stage.QUESTION,
    Stage.VISIT,
    Stage.TO_RECONCILE,
    Stage.TO_DECIDE,
    Stage.CONDITIONS,
    Stage.DEFERRED,
    Stage.APPEAL,
)


class WaitsOn(TextChoices):
    """Whose move it is."""

    NETWORK = "network", _("Responsable du réseau")
    REVIEWERS = "reviewers", _("Évaluateurs")
    APPLICANT = "applicant", _("Candidat")
    DECIDERS = "deciders", _("Décideurs")
    TIME = "time", _("Date de réexamen")
    NOBODY = "nobody", _("Personne")


WAITS_ON: Mapping[Stage, WaitsOn] = {
    Stage.TO_ASSIGN: WaitsOn.NETWORK,
    Stage.IN_REVIEW: WaitsOn.REVIEWERS,
    Stage.QUESTION: WaitsOn.APPLICANT,
    Stage.VISIT: WaitsOn.NETWORK,
    Stage.TO_RECONCILE: WaitsOn.REVIEWERS,
    Stage.TO_DECIDE: WaitsOn.DECIDERS,
    Stage.CONDITIONS: WaitsOn.APPLICANT,
    Stage.DEFERRED: WaitsOn.TIME,
    Stage.APPEAL: WaitsOn.DECIDERS,
    Stage.APPROVED: WaitsOn.NOBODY,
    Stage.REFUSED: WaitsOn.NOBODY,
    Stage.WITHDRAWN: WaitsOn.NOBODY,
}


class JudgmentAct(StrEnum):
    """What the journal says of judgments: dotted, past tense, never renamed."""

    REVIEW_ASSIGNED = "network.review.assigned"
    REVIEW_SUBMITTED = "network.review.submitted"
    REVIEW_RECUSED = "network.review.recused"
    REVIEWS_RECONCILED = "network.application.reviews_reconciled"
    QUESTION_ASKED = "network.question.asked"
    QUESTION_ANSWERED = "network.question.answered"
    QUESTION_CLOSED = "network.question.closed"
    VISIT_ASKED = "network.visit.asked"
    VISIT_PLANNED = "network.visit.planned"
    VISIT_REPORTED = "network.visit.reported"
    VISIT_CANCELLED = "network.visit.cancelled"
    DECISION_TAKEN = "network.application.decided"
    CONDITION_MET = "network.condition.met"
    BROUGHT_BACK = "network.application.brought_back"
    APPEAL_LODGED = "network.appeal.lodged"
    APPEAL_JUDGED = "network.appeal.judged"
    APPROVAL_GRANTED = "network.approval.granted"
    APPROVAL_REFUSED = "network.approval.refused"
    APPROVAL_WITHDRAWN = "network.approval.withdrawn"
    APPROVAL_RENEWED = "network.approval.renewed"
