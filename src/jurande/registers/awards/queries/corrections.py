"""What screens read of requests for a correction; whom they are put before."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from jurande.core.france.corrections import PARTNER_DAYS, Identity
from jurande.registers.awards.models import Award, Correction, CorrectionRule, IssuingMandate
from jurande.registers.awards.models.corrections import CorrectionQuerySet
from jurande.registers.awards.queries.delegation import mandate_on
from jurande.registers.awards.states.corrections import CorrectionState, Desk
from jurande.registers.documents.models import Document
from jurande.registers.network.queries.habilitations import Standing, standing_on
from jurande.registers.parties.models import Certifier, Membership, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import ROLE_RIGHTS, PartnershipState, Right

_ROWS = (
    "award__certifier__organisation",
    "award__certification",
    "award__design",
    "award__habilitation",
    "holder",
    "prepared_by__site__organisation",
    "made",
)


def corrections_of(actor: Actor) -> CorrectionQuerySet:
    """Those of one’s house, or of what one’s body prepared: those that wait first, the first due of them first."""
    found: CorrectionQuerySet = Correction.objects.visible_to(actor).select_related(*_ROWS)
    waits = Case(When(state=CorrectionState.ASKED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(waits, "due_on", "-asked_at", "pk")


def correction_of(actor: Actor, code: str) -> Correction | None:
    """One of them, with its evidence."""
    return corrections_of(actor).prefetch_related("evidence__document").filter(code=code).first()


def matching(rows: CorrectionQuerySet, words: str) -> CorrectionQuerySet:
    """Those of somebody whose name has these words."""
    found = rows
    for word in words.split():
        found = found.filter(Q(holder__last_name__icontains=word) | Q(holder__first_name__icontains=word))
    return found


def asked_by(person: Person) -> CorrectionQuerySet:
    """What somebody asked, the latest first."""
    found: CorrectionQuerySet = Correction.objects.filter(holder=person).select_related(*_ROWS)
    return found.order_by("-asked_at", "-pk")


def one_asked_by(person: Person, code: str) -> Correction | None:
    """One of them, with its evidence; None for somebody else’s."""
    return asked_by(person).prefetch_related("evidence__document").filter(code=code).first()


def latest_about(award: Award, person: Person) -> Correction | None:
    """What this person asked last about an award, or about the one that it replaces."""
    about = Q(award=award) | Q(made=award)
    return asked_by(person).filter(about).first()


def evidence_of(correction: Correction, code: str) -> Document | None:
    """One file of a request."""
    held = correction.evidence.filter(code=code).select_related("document__blob").first()
    return held.document if held is not None else None


def identity_of(award: Award) -> Identity:
    """What an award says of its holder now."""
    return Identity(award.first_name, award.last_name, award.birth_on, award.birth_place)


def waiting_at(actor: Actor) -> QuerySet[Correction]:
    """What this desk has to answer, the first due first."""
    waiting = Correction.objects.visible_to(actor).waiting().select_related("award__certification", "holder")
    desk = Desk.PARTNER if actor.partnership_code else Desk.CERTIFIER
    return waiting.filter(addressed_to=desk).order_by("due_on", "pk")


def rule_of(certifier: Certifier) -> tuple[int | None, int]:
    """The days that a house promises, None for the law’s month; those that its partners have."""
    rule = CorrectionRule.objects.filter(certifier=certifier).first()
    return (rule.days, rule.partner_days) if rule is not None else (None, PARTNER_DAYS)


def prepared_by(award: Award) -> Partnership | None:
    """The partner that made an award ready and can still answer; None when the certifier did.

    It did when it issues in the certifier’s name, or when one of its people prepared the lot.
    """
    lot, place = award.lot, award.partnership
    if lot is None or place is None or place.state != PartnershipState.ACTIVE:
        return None
    own = Membership.objects.filter(partnership=place, person__code=lot.prepared_by_code)
    return place if hasattr(lot, "delegation") or own.exists() else None


def mandate_for(correction: Correction, *, on: date) -> tuple[IssuingMandate | None, Standing | None]:
    """Under what the partner may replace the award that day: its mandate, and what its habilitation lets do."""
    held = correction.award.habilitation
    mandate = mandate_on(held) if held is not None else None
    if held is None or mandate is None:
        return None, None
    return mandate, standing_on(held, on)


def who_answers(correction: Correction) -> list[Person]:
    """Whom a request is written to: who may answer at its desk, and can sign in."""
    place, right = correction.prepared_by, Right.WITHDRAW_AWARDS
    if correction.addressed_to == Desk.PARTNER and place is not None:
        held, right = place.memberships.in_force(), Right.PREPARE_AWARDS
    else:
        held = correction.award.certifier.memberships.in_force()
    roles = [role for role, rights in ROLE_RIGHTS.items() if right in rights]
    people = Person.objects.able_to_sign_in().filter(pk__in=held.filter(role__in=roles).values("person"))
    return list(people.exclude(pk=correction.holder_id).order_by("pk"))


def due_soon(day: date) -> QuerySet[Correction]:
    """What waits, is due by ``day`` at its desk, and was not reminded of."""
    soon = Q(addressed_to=Desk.PARTNER, partner_due_on__lte=day) | Q(addressed_to=Desk.CERTIFIER, due_on__lte=day)
    return Correction.objects.waiting().filter(soon, reminded_at=None).select_related(*_ROWS).order_by("pk")


def late_at_partners(today: date) -> QuerySet[Correction]:
    """What a partner did not answer in its days, or will not since it left."""
    late = Q(partner_due_on__lt=today) | ~Q(prepared_by__state=PartnershipState.ACTIVE)
    held = Correction.objects.waiting().filter(late, addressed_to=Desk.PARTNER)
    return held.select_related(*_ROWS).order_by("pk")


def answered_before(day: date) -> QuerySet[Correction]:
    """What was answered before that day and still has evidence."""
    held = Correction.objects.exclude(state=CorrectionState.ASKED).filter(decided_at__date__lt=day)
    return held.filter(evidence__isnull=False).distinct().order_by(F("pk").asc())
