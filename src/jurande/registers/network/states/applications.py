"""An application: its life, what people do there, and what the journal says of it."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class ApplicationState(TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("En préparation")
    SUBMITTED = "submitted", _("Déposée")
    UNDER_REVIEW = "under_review", _("En cours d’examen")
    DECIDED = "decided", _("Décision rendue")
    WITHDRAWN = "withdrawn", _("Retirée")


APPLICATION_LIFE = Lifecycle(
    initial=ApplicationState.DRAFT,
    moves={
        ApplicationState.DRAFT: {"submit": ApplicationState.SUBMITTED},
        ApplicationState.SUBMITTED: {
            "review": ApplicationState.UNDER_REVIEW,
            "decide": ApplicationState.DECIDED,
            "withdraw": ApplicationState.WITHDRAWN,
        },
        ApplicationState.UNDER_REVIEW: {
            "decide": ApplicationState.DECIDED,
            "withdraw": ApplicationState.WITHDRAWN,
        },
        # A decision that was put off, or that an appeal undid, is taken up again.
        ApplicationState.DECIDED: {"reopen": ApplicationState.UNDER_REVIEW},
    },
)

# Those that the certifier still has to answer.
PENDING_STATES = (ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW)


class StaffFunction(TextChoices):
    """What somebody does at the applicant's."""

    HEAD = "head", _("Responsable légal")
    DIRECTOR = "director", _("Direction")
    TRAINING = "training", _("Responsable de la formation")
    EXAMS = "exams", _("Responsable des évaluations")
    QUALITY = "quality", _("Référent qualité")
    ACCOUNTS = "accounts", _("Comptabilité")
    TRAINER = "trainer", _("Formateur")
    ASSESSOR = "assessor", _("Évaluateur")


# The roles that each have a name: one person may hold several.
NAMED_FUNCTIONS = (
    StaffFunction.HEAD,
    StaffFunction.DIRECTOR,
    StaffFunction.TRAINING,
    StaffFunction.EXAMS,
    StaffFunction.QUALITY,
    StaffFunction.ACCOUNTS,
)
# Without these, nobody answers for what was asked.
DEMANDED_FUNCTIONS = (StaffFunction.HEAD, StaffFunction.TRAINING, StaffFunction.EXAMS, StaffFunction.QUALITY)
TEACHING_FUNCTIONS = (StaffFunction.TRAINER, StaffFunction.ASSESSOR)


class SubcontractBasis(TextChoices):
    """On what ground somebody else trains in the applicant's name. Source: C. trav. L. 6323-9-2, R. 6333-6-2."""

    HABILITATED = "habilitated", _("Il est lui-même habilité par le certificateur")
    MICRO_EXEMPT = "micro_exempt", _("Micro-entreprise dispensée de l’habilitation")
    PARTIAL_BLOC = "partial_bloc", _("Il n’intervient que sur une partie d’un bloc")


class ApplicationAct(StrEnum):
    """What the journal says of applications: dotted, past tense, never renamed."""

    STARTED = "network.application.started"
    SUBMITTED = "network.application.submitted"
    WITHDRAWN = "network.application.withdrawn"
    DISCARDED = "network.application.discarded"
    CHARTER_SIGNED = "network.application.charter_signed"
    DOCUMENT_ADDED = "network.application.document_added"
    DOCUMENT_WITHDRAWN = "network.application.document_withdrawn"
