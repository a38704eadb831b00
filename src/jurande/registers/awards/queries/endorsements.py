"""What screens read of endorsements."""

from __future__ import annotations

from django.db.models import QuerySet

from jurande.registers.awards.models import Design, Endorsement
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models.links import digest_of
from jurande.registers.parties.policies import Actor


def endorsements(actor: Actor) -> QuerySet[Endorsement]:
    """Those of one's house, the latest first."""
    rows = Endorsement.objects.visible_to(actor).select_related("certification", "certifier__organisation")
    return rows.order_by("-asked_at", "-pk")


def endorsement(actor: Actor, code: str) -> Endorsement | None:
    """One of them."""
    return endorsements(actor).select_related("credential").filter(code=code).first()


def endorsement_by_token(token: str) -> Endorsement | None:
    """The one that a link asks for, as long as nobody answered."""
    rows = Endorsement.objects.select_related("certification", "certifier__organisation")
    return rows.filter(token_digest=digest_of(token)).first()


def endorsable(actor: Actor) -> QuerySet[Certification]:
    """What is issued here, and may be endorsed."""
    issued = Design.objects.published().filter(certifier__code=actor.certifier_code)
    return Certification.objects.filter(pk__in=issued.values("certification"), retired_at=None).order_by("title")
