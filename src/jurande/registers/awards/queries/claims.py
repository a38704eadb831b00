"""What screens read of applications for a micro-certification."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet

from jurande.registers.awards.models import AwardClaim, ClaimOpening, Design
from jurande.registers.awards.models.claims import AwardClaimQuerySet
from jurande.registers.awards.states import ClaimState, Subject
from jurande.registers.catalogue.models import Certification
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

_ROWS = ("opening__certifier__organisation", "opening__certification", "person", "reviewer", "lot")


def openings_of(actor: Actor) -> QuerySet[ClaimOpening]:
    """What is or was open in one's house, what is open first."""
    waiting = Count("claims", filter=Q(claims__state=ClaimState.SUBMITTED))
    return (
        ClaimOpening.objects.visible_to(actor)
        .select_related("certification")
        .annotate(waiting=waiting, total=Count("claims"))
        .order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
    )


def opening_of(actor: Actor, code: str) -> ClaimOpening | None:
    """One of them."""
    return openings_of(actor).select_related("certifier__organisation").filter(code=code).first()


def public_opening(code: str) -> ClaimOpening | None:
    """What anybody may answer, or could."""
    return ClaimOpening.objects.filter(code=code).select_related("certifier__organisation", "certification").first()


def claims_of(actor: Actor) -> AwardClaimQuerySet:
    """Those of one's house, those that wait first, the oldest of them first."""
    return (
        AwardClaim.objects.visible_to(actor)
        .select_related(*_ROWS)
        .order_by(F("decided_at").desc(nulls_first=True), "submitted_at", "pk")
    )


def claim_of(actor: Actor, code: str) -> AwardClaim | None:
    """One of them, with its evidence."""
    return claims_of(actor).prefetch_related("evidence__document").filter(code=code).first()


def own_claim(opening: ClaimOpening, person: Person) -> AwardClaim | None:
    """The latest claim of this person, with its evidence."""
    held = AwardClaim.objects.filter(opening=opening, person=person).select_related(*_ROWS)
    return held.prefetch_related("evidence__document").order_by("-submitted_at", "-pk").first()


def evidence_of(claim: AwardClaim, code: str) -> Document | None:
    """One file of a claim."""
    held = claim.evidence.filter(code=code).select_related("document__blob").first()
    return held.document if held is not None else None


def design_of(certification: Certification) -> Design | None:
    """What an accepted claim is issued with."""
    return Design.objects.published().filter(certification=certification, subject=Subject.MICRO).first()


def openable(actor: Actor) -> QuerySet[Certification]:
    """Micro-certifications with a published design that are not open yet."""
    held = Design.objects.published().filter(subject=Subject.MICRO, certifier__code=actor.certifier_code)
    return (
        Certification.objects.filter(pk__in=held.values("certification"), retired_at=None)
        .exclude(pk__in=ClaimOpening.objects.open().values("certification"))
        .order_by("title")
    )
