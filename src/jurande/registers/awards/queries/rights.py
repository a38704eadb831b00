"""What screens read of the requests that a house noted for people."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, IntegerField, Value, When

from jurande.registers.awards.models import Award, RightRequest
from jurande.registers.awards.models.rights import RightRequestQuerySet
from jurande.registers.awards.queries.retention import frozen_among
from jurande.registers.awards.states.rights import RightState
from jurande.registers.parties.policies import Actor


def requests_of(actor: Actor) -> RightRequestQuerySet:
    """Those of one's house: those that wait first, the first due of them first."""
    found: RightRequestQuerySet = RightRequest.objects.visible_to(actor).select_related("certifier__organisation")
    waits = Case(When(state=RightState.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    return found.order_by(waits, "due_on", "pk")


def request_of(actor: Actor, code: str) -> RightRequest | None:
    """One of them, with what showed the identity."""
    return requests_of(actor).select_related("document__blob").filter(code=code).first()


def awards_of(request: RightRequest) -> list[Award]:
    """What it is about."""
    return list(request.awards.select_related("certification", "certifier__organisation").order_by("pk"))


def frozen_in(request: RightRequest, *, today: date) -> int:
    """How many of its awards a procedure keeps."""
    return len(frozen_among(list(request.awards.values_list("pk", flat=True)), today=today))
