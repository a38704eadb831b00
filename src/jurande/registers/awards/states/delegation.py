"""Issuing in the certifier's name, claims with evidence, endorsements: states, moves and acts of the journal."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from jurande.core.lifecycle import Lifecycle


class MandateEndReason(TextChoices):
    """Why a partner no longer issues in the certifier's name."""

    PARTNER = "mandate_partner", _("À la demande du partenaire")
    QUALITY = "mandate_quality", _("Délivrances à reprendre en main")
    CERTIFIER = "mandate_certifier", _("Le certificateur délivre désormais lui-même")
    MISTAKE = "mandate_mistake", _("Délégation accordée par erreur")


class ClaimState(TextChoices):
    """Where an application for a micro-certification stands."""

    SUBMITTED = "submitted", _("À examiner")
    ACCEPTED = "accepted", _("Acceptée")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")


CLAIM_LIFE = Lifecycle(
    initial=ClaimState.SUBMITTED,
    moves={
        ClaimState.SUBMITTED: {
            "accept": ClaimState.ACCEPTED,
            "refuse": ClaimState.REFUSED,
            "withdraw": ClaimState.WITHDRAWN,
        },
    },
)


class EndorsementState(TextChoices):
    """Where the endorsement that was asked for stands."""

    ASKED = "asked", _("Demandé")
    GIVEN = "given", _("Donné")
    DECLINED = "declined", _("Décliné")
    WITHDRAWN = "withdrawn", _("Retiré")


ENDORSEMENT_LIFE = Lifecycle(
    initial=EndorsementState.ASKED,
    moves={
        EndorsementState.ASKED: {
            "give": EndorsementState.GIVEN,
            "decline": EndorsementState.DECLINED,
            "withdraw": EndorsementState.WITHDRAWN,
        },
        EndorsementState.GIVEN: {"withdraw": EndorsementState.WITHDRAWN},
    },
)


class DelegationAct(StrEnum):
    """What the journal tells of delegation, claims and endorsements."""

    MANDATE_GRANTED = "awards.mandate.granted"
    MANDATE_ENDED = "awards.mandate.ended"
    CLAIMS_OPENED = "awards.claims.opened"
    CLAIMS_CLOSED = "awards.claims.closed"
    CLAIM_SUBMITTED = "awards.claim.submitted"
    CLAIM_ASSIGNED = "awards.claim.assigned"
    CLAIM_ACCEPTED = "awards.claim.accepted"
    CLAIM_REFUSED = "awards.claim.refused"
    CLAIM_WITHDRAWN = "awards.claim.withdrawn"
    ENDORSEMENT_ASKED = "awards.endorsement.asked"
    ENDORSEMENT_GIVEN = "awards.endorsement.given"
    ENDORSEMENT_DECLINED = "awards.endorsement.declined"
    ENDORSEMENT_WITHDRAWN = "awards.endorsement.withdrawn"
