"""The network as a working list: each habilitation with its state today, what it lacks, and where nobody stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from jurande.core.france.departements import DEPARTEMENTS, departement_label
from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import Certification
from jurande.registers.network.models import Call, Decision, Habilitation, HabilitationCondition, SavedView, Target
from jurande.registers.network.models.habilitations import HabilitationQuerySet
from jurande.registers.network.states import (
    DECIDED_STATES,
    ApplicationState,
    Basis,
    CallState,
    DecisionVerdict,
    HabilitationState,
    SpellState,
)
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import PartnershipState


class Shown(StrEnum):
    """Where a habilitation stands today, as the list tells it."""

    ACTIVE = "active"
    PROBATION = "probatoire"
    SUSPENDED = "suspendue"
    TO_COME = "a-venir"
    PREPARED = "preparee"
    OVER = "terminee"


class Lacking(StrEnum):
    """What a habilitation lacks."""

    CONDITION = "condition"
    DOCUMENT = "convention"
    NOTHING = "rien"


ENDS = {"30": 30, "90": 90, "180": 180, "365": 365}


def habilitations(actor: Actor, today: date) -> HabilitationQuerySet:
    """Every habilitation that the actor may see, with what a list shows. Two queries for a page.

    ``state_on``: what its spells say of today; ``lacks_condition``: whether a required one is not met today.
    """
    unmet = HabilitationCondition.objects.filter(habilitation=OuterRef("pk"), is_required=True).filter(
        Q(met_on=None) | Q(met_on__gt=today) | Q(lapsed_on__lte=today)
    )
    return (
        Habilitation.objects.visible_to(actor)
        .with_state_on(today)
        .annotate(lacks_condition=Exists(unmet))
        .select_related("certification", "partnership__site__organisation", "partnership__followed_by")
        .prefetch_related("conditions")
    )


def shown_state(row: Habilitation, today: date) -> Shown:
    """Where this row of ``habilitations`` stands."""
    if row.state == HabilitationState.PREPARED:
        return Shown.PREPARED
    state = row.state_on  # type: ignore[attr-defined]
    if state == SpellState.ACTIVE:
        return Shown.PROBATION if row.is_probation else Shown.ACTIVE
    if state == SpellState.SUSPENDED:
        return Shown.SUSPENDED
    begins = row.valid_from is not None and row.valid_from > today and row.state != HabilitationState.ENDED
    return Shown.TO_COME if begins else Shown.OVER


def in_states(rows: HabilitationQuerySet, states: Sequence[str], today: date) -> HabilitationQuerySet:
    """Those that stand so today, in the words of ``Shown``."""
    decided = ~Q(state=HabilitationState.PREPARED)
    # What runs today is few beside ten years of history: said so, an index finds it.
    running = Q(state__in=DECIDED_STATES, valid_from__lte=today, valid_until__gte=today)
    to_come = decided & ~Q(state=HabilitationState.ENDED) & Q(valid_from__gt=today)
    tests = {
        Shown.PREPARED: Q(state=HabilitationState.PREPARED),
        Shown.ACTIVE: running & Q(state_on=SpellState.ACTIVE, is_probation=False),
        Shown.PROBATION: running & Q(state_on=SpellState.ACTIVE, is_probation=True),
        Shown.SUSPENDED: running & Q(state_on=SpellState.SUSPENDED),
        Shown.TO_COME: to_come,
        Shown.OVER: decided & ~to_come & (Q(state_on=None) | Q(state_on=SpellState.ENDED)),
    }
    kept = Q(pk__in=[])
    for state in states:
        kept |= tests[Shown(state)]
    return rows.filter(kept)


def ending_within(rows: HabilitationQuerySet, choices: Sequence[str], today: date) -> HabilitationQuerySet:
    """Those whose last day comes within the longest of these numbers of days; «past»: those whose last day is past."""
    kept = Q(pk__in=[])
    for choice in choices:
        if choice == "passe":
            kept |= Q(valid_until__lt=today)
        else:
            kept |= Q(valid_until__gte=today, valid_until__lte=today + timedelta(days=ENDS[choice]))
    return rows.filter(kept)


def lacking(rows: HabilitationQuerySet, choices: Sequence[str]) -> HabilitationQuerySet:
    """Those that lack a condition, the document of their earlier convention, or nothing."""
    document = Q(basis=Basis.EARLIER_CONVENTION, basis_document=None) & ~Q(state=HabilitationState.PREPARED)
    tests = {
        Lacking.CONDITION: Q(lacks_condition=True),
        Lacking.DOCUMENT: document,
        Lacking.NOTHING: Q(lacks_condition=False) & ~document,
    }
    kept = Q(pk__in=[])
    for choice in choices:
        kept |= tests[Lacking(choice)]
    return rows.filter(kept)


def matching(rows: HabilitationQuerySet, words: str) -> HabilitationQuerySet:
    """Every word is in a name, the town, a reference or the certification."""
    for word in fold(words).split():
        rows = rows.filter(
            Q(partnership__site__organisation__search_text__contains=word)
            | Q(partnership__site__search_text__contains=word)
            | Q(reference__icontains=word)
            | Q(certification__reference__icontains=word)
        )
    return rows


@dataclass(frozen=True)
class Choices:
    """The values by which habilitations can be narrowed, as (value, label): only those present.

    ``in_force``: how many partners in force each département has.
    """

    certifications: list[tuple[str, str]]
    departements: list[tuple[str, str]]
    followers: list[tuple[str, str]]
    in_force: dict[str, int]


def choices(actor: Actor) -> Choices:
    """What the filters offer. Two queries."""
    held = Habilitation.objects.visible_to(actor)
    ours = Certification.objects.filter(pk__in=held.order_by().values("certification").distinct())
    partners = Partnership.objects.visible_to(actor)
    rows = list(
        partners.order_by("pk").values_list(
            "state", "site__departement", "followed_by__code", "followed_by__first_name", "followed_by__last_name"
        )
    )
    people = {(last or "", first or "", code) for _state, _departement, code, first, last in rows if code}
    return Choices(
        certifications=list(ours.order_by("reference").values_list("reference", "reference")),
        departements=[(code, departement_label(code)) for code in sorted({row[1] for row in rows})],
        followers=[(code, f"{first} {last}".strip()) for last, first, code in sorted(people)],
        in_force=dict(Counter(row[1] for row in rows if row[0] != PartnershipState.ENDED)),
    )


def places_by_departement(rows: HabilitationQuerySet) -> dict[str, int]:
    """How many places of these habilitations each département has. One query."""
    counted = (
        rows.order_by()
        .values("partnership__site__departement")
        .annotate(places=Count("partnership", distinct=True))
        .values_list("partnership__site__departement", "places")
    )
    return dict(counted)


# --- saved views ---------------------------------------------------------------------------------


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """One's own and those shared, by name. One query."""
    return SavedView.objects.visible_to(actor).select_related("person").order_by("name", "pk")


def saved_view(actor: Actor, code: str) -> SavedView | None:
    """One of them."""
    return saved_views(actor).filter(code=code).first()


# --- coverage -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Covered:
    """A certification on a day: how many places each département has, by action, and the calls open for it.

    ``everywhere``: places habilitated for the whole country, counted in their own département too.
    """

    certification: Certification
    places: Mapping[str, int]
    everywhere: int
    calls: Sequence[CallPlaces]

    @property
    def empty(self) -> list[str]:
        """The départements of France where no habilitated place stands, in the usual order."""
        return [code for code in DEPARTEMENTS if code not in self.places]

    @property
    def total(self) -> int:
        """How many places there are."""
        return sum(self.places.values())


@dataclass(frozen=True)
class CallPlaces:
    """An open call: how many places it offers, how many are taken by approved applications. None: no bound."""

    call: Call
    places: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """How many are left, never below 0."""
        return None if self.places is None else max(0, self.places - self.taken)


def coverage(actor: Actor, today: date, *, kinds: Sequence[str] = ()) -> list[Covered]:
    """Where each certification in force is represented today, and where not. Four queries.

    ``kinds``: only habilitations of these roles. A place stands in its own département; a territory that the
    habilitation names counts for each of its départements.
    """
    ours = Certification.objects.visible_to(actor).filter(retired_at=None).order_by("reference")
    held = Habilitation.objects.visible_to(actor).active_on(today)
    if kinds:
        held = held.filter(kind__in=kinds)
    where: dict[int, dict[str, set[int]]] = {}
    everywhere: dict[int, set[int]] = {}
    for certification, partner, own, territory in held.order_by("pk").values_list(
        "certification", "partnership", "partnership__site__departement", "territory"
    ):
        for code in territory or [own]:
            where.setdefault(certification, {}).setdefault(code, set()).add(partner)
        if not territory:
            everywhere.setdefault(certification, set()).add(partner)
    calls: dict[int, list[CallPlaces]] = {}
    if not actor.partnership_code:
        for call in _open_calls(actor):
            taken = call.taken  # type: ignore[attr-defined]
            calls.setdefault(call.certification_id, []).append(CallPlaces(call, call.places, taken))
    return [
        Covered(
            one,
            {code: len(places) for code, places in where.get(one.pk, {}).items()},
            len(everywhere.get(one.pk, ())),
            calls.get(one.pk, []),
        )
        for one in ours
    ]


def _open_calls(actor: Actor) -> QuerySet[Call]:
    """The open calls of the house, each with ``taken``: the places that approved applications hold."""
    standing = Decision.objects.filter(
        set_aside_at=None, verdict__in=(DecisionVerdict.APPROVED, DecisionVerdict.APPROVED_WITH_CONDITIONS)
    )
    approved = Target.objects.filter(
        call=OuterRef("pk"), application__in=standing.order_by().values("application")
    ).exclude(application__state=ApplicationState.WITHDRAWN)
    taken = approved.order_by().values("call").annotate(figure=Count("application", distinct=True)).values("figure")
    rows = Call.objects.visible_to(actor).filter(state=CallState.OPEN).order_by("closes_on", "pk")
    return rows.annotate(taken=Coalesce(Subquery(taken), 0))
