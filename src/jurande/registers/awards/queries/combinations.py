"""What screens and operations read of combinations: themselves, what they lead to, who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from jurande.core.france.combinations import Held, Part, Progress, Rule, Standing, evaluate
from jurande.registers.awards.models import Award, Combination, CombinationPart, CombinationRequest, Design
from jurande.registers.awards.models.combinations import CombinationQuerySet, CombinationRequestQuerySet
from jurande.registers.awards.states import (
    AwardState,
    CombinationState,
    LotRowState,
    LotState,
    RequestState,
    Subject,
)
from jurande.registers.catalogue.models import Bloc, Certification
from jurande.registers.catalogue.states import CertificationKind, ReferentielState
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

# Fewer people than this are never counted in public, nor shown to the house before they ask.
FEWEST = 5


@dataclass(frozen=True)
class Target:
    """What a combination leads to, in the words of the version in force. ``rank``: of the bloc, 0 without one."""

    certification: Certification
    bloc: str = ""
    rank: int = 0
    text: str = ""

    @property
    def key(self) -> str:
        """As a form sends it."""
        return f"{self.certification.code}.{self.bloc}"

    @property
    def title(self) -> str:
        """The bloc's title, else the micro-certification's."""
        return self.text or self.certification.title


def combinations(actor: Actor) -> CombinationQuerySet:
    """Those of one's house: drafts first, then published ones, then closed ones, by name."""
    found: CombinationQuerySet = (
        Combination.objects.visible_to(actor)
        .select_related("certifier__organisation", "certification__fiche", "count")
        .order_by(F("closed_at").asc(nulls_first=True), "title", "-number")
    )
    return found


def combination(actor: Actor, code: str) -> Combination | None:
    """One of them."""
    return combinations(actor).filter(code=code).first()


def parts_of(held: Combination) -> list[CombinationPart]:
    """Its parts, in order. One query."""
    return list(held.parts.select_related("certification").order_by("position", "pk"))


def with_design(held: Combination) -> Design | None:
    """The design by which what it leads to is issued today; None when it cannot be."""
    subject = Subject.BLOC if held.bloc else Subject.MICRO
    return Design.objects.published().filter(certification=held.certification_id, subject=subject).first()


def targets(actor: Actor) -> list[Target]:
    """What a combination may lead to: each bloc of the registered certifications, then micro-certifications."""
    held = list(Certification.objects.visible_to(actor).in_force().select_related("fiche").order_by("title", "pk"))
    ranked = blocs_of(one.pk for one in held if not one.is_micro)
    found = [
        Target(one, bloc.lineage, rank, bloc.text)
        for one in held
        for rank, bloc in enumerate(ranked.get(one.pk, ()), start=1)
    ]
    return found + [Target(one) for one in held if one.is_micro]


def blocs_of(certifications: Iterable[int]) -> dict[int, list[Bloc]]:
    """The blocs in force of some certifications, in order. One query."""
    found: dict[int, list[Bloc]] = {}
    rows = Bloc.objects.filter(
        referentiel__state=ReferentielState.PUBLISHED, referentiel__certification__in=list(certifications)
    ).select_related("referentiel")
    for bloc in rows.order_by("position", "pk"):
        found.setdefault(bloc.referentiel.certification_id, []).append(bloc)
    return found


def target_of(held: Combination, ranked: Mapping[int, Sequence[Bloc]]) -> Target:
    """What it leads to; ``ranked``: from ``blocs_of``. A bloc that is no longer in force has no words."""
    for rank, bloc in enumerate(ranked.get(held.certification_id, ()), start=1):
        if bloc.lineage == held.bloc:
            return Target(held.certification, held.bloc, rank, bloc.text)
    return Target(held.certification, held.bloc)


def targets_of(rows: Iterable[Combination]) -> list[tuple[Combination, Target]]:
    """Each of them with what it leads to. One query."""
    listed = list(rows)
    ranked = blocs_of({one.certification_id for one in listed if one.bloc})
    return [(one, target_of(one, ranked)) for one in listed]


def micros(actor: Actor) -> QuerySet[Certification]:
    """The micro-certifications that may be parts."""
    held = Certification.objects.visible_to(actor).in_force().filter(kind=CertificationKind.MICRO)
    found: QuerySet[Certification] = held.order_by("title", "pk")
    return found


# --- who has a whole one ------------------------------------------------------------------------

# Prepared for nothing: the lot was given up, or the row was left out.
_UNDONE = Q(state=RequestState.PREPARED) & (
    Q(lot__state=LotState.ABANDONED) | Q(row__state=LotRowState.REJECTED) | Q(row=None)
)
# A holder waits for these, whatever became of the version.
_ASKED = (RequestState.ASKED, RequestState.PREPARED)
WAITING = Q(state__in=[RequestState.FOUND, RequestState.ASKED]) | _UNDONE


def requests_of(actor: Actor, held: Combination) -> CombinationRequestQuerySet:
    """All about one combination: who asked first, then those who were found, then what was answered."""
    found: CombinationRequestQuerySet = (
        CombinationRequest.objects.visible_to(actor)
        .filter(combination=held)
        .exclude(state=RequestState.LAPSED)
        .select_related("holder", "lot", "row__award", "combination__certifier")
        .order_by(F("decided_at").desc(nulls_first=True), F("asked_at").asc(nulls_last=True), "found_at", "pk")
    )
    return found


def request_of(actor: Actor, code: str) -> CombinationRequest | None:
    """One of them."""
    return (
        CombinationRequest.objects.visible_to(actor)
        .filter(code=code)
        .select_related("holder", "lot", "row__award", "combination__certifier__organisation")
        .select_related("combination__certification__fiche")
        .first()
    )


def waiting(actor: Actor) -> dict[int, tuple[int, int]]:
    """By combination: how many asked and wait, how many were found complete. One query."""
    rows = CombinationRequest.objects.visible_to(actor).filter(WAITING)
    counted = rows.values("combination").annotate(
        asked=Count("pk", filter=~Q(state=RequestState.FOUND)), found=Count("pk", filter=Q(state=RequestState.FOUND))
    )
    return {one["combination"]: (one["asked"], one["found"]) for one in counted.order_by()}


def asked(actor: Actor) -> CombinationRequestQuerySet:
    """What holders asked for and is still to be answered, the oldest first."""
    found: CombinationRequestQuerySet = (
        CombinationRequest.objects.visible_to(actor)
        .filter(WAITING, asked_at__isnull=False)
        .exclude(state=RequestState.FOUND)
        .select_related("combination")
        .order_by("asked_at", "pk")
    )
    return found


# --- as the core looks at them ---------------------------------------------------------------------

# What an award is for whoever holds it; replaced and erased ones are held by nobody.
STANDINGS: Mapping[str, Standing] = {
    AwardState.ISSUED: Standing.IN_FORCE,
    AwardState.SUSPENDED: Standing.SUSPENDED,
    AwardState.REVOKED: Standing.REVOKED,
}
IDENTIFIED = "identified"


def rule_of(combination: Combination, parts: Iterable[CombinationPart]) -> Rule:
    """What a combination asks for; ``parts`` are its own, in order. A part's key is that of its certification."""
    return Rule(
        tuple(
            Part(
                what=str(part.certification_id),
                choice=part.choice,
                minimum_grade=part.minimum_grade,
                minimum_level=part.minimum_level,
                identity_checked=part.identity_checked,
                max_age_months=part.max_age_months,
            )
            for part in parts
        ),
        tuple(combination.choices),
    )


def held_of(award: Award) -> Held | None:
    """An award as it counts; None for one that is replaced, erased or refused. ``referentiel__elements`` is loaded.

    Level and check of identity are those of the version of the référentiel that it was issued by.
    """
    standing = STANDINGS.get(award.state)
    if standing is None or award.refused_at is not None:
        return None
    elements = getattr(award.referentiel, "elements", None) if award.referentiel is not None else None
    return Held(
        key=award.code,
        what=str(award.certification_id),
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        standing=standing,
        grade=award.grade,
        level=elements.level if elements is not None else "",
        identity_checked=elements is not None and elements.supervision == IDENTIFIED,
    )


# --- what somebody holds ------------------------------------------------------------------------


def counted_awards(people: Iterable[int], certifications: Iterable[int]) -> QuerySet[Award]:
    """What some people have of some certifications in their spaces, with what ``held_of`` looks at."""
    return (
        Award.objects.filter(
            holder__in=list(people), certification__in=list(certifications), subject=Subject.MICRO, refused_at=None
        )
        .exclude(state__in=(AwardState.REPLACED, AwardState.ERASED))
        .select_related("referentiel__elements")
        .only(
            "code",
            "certification_id",
            "holder_id",
            "awarded_on",
            "valid_until",
            "state",
            "refused_at",
            "results",
            "referentiel__elements__level",
            "referentiel__elements__supervision",
        )
    )


def progress_of(held: Combination, people: Iterable[int], on: date) -> dict[int, Progress]:
    """How far some people are, by their key. Two queries."""
    wanted = list(people)
    parts = parts_of(held)
    rule = rule_of(held, parts)
    mine: dict[int, list[Award]] = {pk: [] for pk in wanted}
    for award in counted_awards(wanted, [part.certification_id for part in parts]):
        mine[award.holder_id].append(award)  # type: ignore[index]  # filtered by holder
    return {
        pk: evaluate(rule, [one for one in map(held_of, awards) if one is not None], on) for pk, awards in mine.items()
    }


def obtained(person_keys: Iterable[int], rows: Iterable[Combination], on: date) -> set[tuple[int, int]]:
    """Which of these people have already, in force, what these combinations lead to: (person, combination). One query.

    Whoever has the whole certification has each of its blocs.
    """
    listed = list(rows)
    by_certification: dict[int, list[Combination]] = {}
    for one in listed:
        by_certification.setdefault(one.certification_id, []).append(one)
    had = Award.objects.in_force_on(on).filter(
        holder__in=list(person_keys), certification__in=list(by_certification), refused_at=None
    )
    return {
        (holder, one.pk)
        for holder, certification, subject, blocs in had.values_list(
            "holder_id", "certification_id", "subject", "blocs"
        )
        for one in by_certification[certification]
        if holder is not None and (subject != Subject.BLOC or one.bloc in blocs)
    }


# --- the way of one person ----------------------------------------------------------------------


@dataclass(frozen=True)
class Path:
    """How far somebody is on one combination. ``parts``: in the order of ``progress.outcomes``."""

    combination: Combination
    target: Target
    parts: tuple[CombinationPart, ...]
    progress: Progress
    request: CombinationRequest | None
    is_obtained: bool


@dataclass(frozen=True)
class BlocWay:
    """One bloc of a certification: how far somebody is, or that no combination leads to it yet."""

    rank: int
    title: str
    met: int
    needed: int
    is_obtained: bool


@dataclass(frozen=True)
class Trade:
    """A registered certification that some of somebody's micro-certifications lead to, bloc by bloc."""

    certification: Certification
    blocs: tuple[BlocWay, ...]


@dataclass(frozen=True)
class Ways:
    """All that what somebody holds leads to, the nearest first."""

    paths: tuple[Path, ...]
    trades: tuple[Trade, ...]


def ways_of(person: Person, awards: Iterable[Award], on: date) -> Ways:
    """Where what somebody holds leads, ``awards`` as ``queries.holders.held_by`` reads them. Three queries at most."""
    mine = [one for one in awards if one.holder_id == person.pk and one.refused_at is None]
    micro = [one for one in mine if one.subject == Subject.MICRO]
    begun = Combination.objects.published().filter(parts__certification__in={one.certification_id for one in micro})
    rows = (
        CombinationPart.objects.filter(
            Q(
                combination__state=CombinationState.PUBLISHED,
                combination__certification__in=begun.values("certification"),
            )
            | Q(combination__in=_asked_by(person).values("combination"))
        )
        .select_related("certification", "combination__certification__fiche", "combination__certifier__organisation")
        .order_by("combination__title", "combination_id", "position", "pk")
    )
    by_combination: dict[int, list[CombinationPart]] = {}
    for part in rows if micro else ():
        by_combination.setdefault(part.combination_id, []).append(part)
    if not by_combination:
        return Ways((), ())
    all_of = [parts[0].combination for parts in by_combination.values()]
    ranked = blocs_of({one.certification_id for one in all_of if one.bloc})
    requests = {one.combination_id: one for one in _requests_by(person)}
    held = [one for one in map(held_of, micro) if one is not None]
    good = [
        one for one in mine if one.state == AwardState.ISSUED and (one.valid_until is None or one.valid_until >= on)
    ]
    paths = [
        Path(
            one,
            target_of(one, ranked),
            tuple(by_combination[one.pk]),
            evaluate(rule_of(one, by_combination[one.pk]), held, on),
            requests.get(one.pk),
            _has(good, one.certification_id, one.bloc),
        )
        for one in all_of
    ]
    kinds = {one.what for one in held}
    by_target: dict[tuple[int, str], Path] = {}
    # What was asked for under a version stays shown by it, before the version that replaced it.
    for one in sorted(paths, key=lambda path: (not _is_asked(path), not _is_published(path))):
        by_target.setdefault((one.combination.certification_id, one.combination.bloc), one)
    shown = [
        one
        for one in by_target.values()
        if _is_asked(one) or any(str(part.certification_id) in kinds for part in one.parts)
    ]
    shown.sort(key=_nearest)
    return Ways(tuple(shown), _trades(by_target, ranked, shown, good))


def _is_asked(path: Path) -> bool:
    return path.request is not None and path.request.state in _ASKED and not path.is_obtained


def _is_published(path: Path) -> bool:
    return path.combination.state == CombinationState.PUBLISHED


def _asked_by(person: Person) -> QuerySet[CombinationRequest]:
    return CombinationRequest.objects.filter(holder=person, state__in=_ASKED)


def _nearest(path: Path) -> tuple[bool, bool, int, int]:
    progress = path.progress
    return path.is_obtained, not progress.is_complete, progress.needed - progress.met, path.target.rank


def open_to_holders(person: Person, code: str) -> Combination | None:
    """One that is published, or that this person asked by."""
    return (
        Combination.objects.filter(
            Q(state=CombinationState.PUBLISHED) | Q(pk__in=_asked_by(person).values("combination"))
        )
        .filter(code=code)
        .select_related("certifier__organisation")
        .first()
    )


def request_by(person: Person, code: str) -> CombinationRequest | None:
    """One of theirs."""
    return CombinationRequest.objects.filter(holder=person, code=code).first()


def _requests_by(person: Person) -> CombinationRequestQuerySet:
    found: CombinationRequestQuerySet = CombinationRequest.objects.filter(holder=person).select_related(
        "lot", "row__award"
    )
    return found


def _has(good: Iterable[Award], certification: int, bloc: str) -> bool:
    """Whether what is in force is what a combination leads to; the whole certification has each of its blocs."""
    return any(
        one.certification_id == certification and (one.subject != Subject.BLOC or bloc in one.blocs) for one in good
    )


def _trades(
    paths: Mapping[tuple[int, str], Path],
    ranked: Mapping[int, Sequence[Bloc]],
    shown: Sequence[Path],
    good: Sequence[Award],
) -> tuple[Trade, ...]:
    certifications = {one.combination.certification_id: one.combination.certification for one in shown}
    found = []
    for pk, certification in certifications.items():
        ways = []
        for rank, bloc in enumerate(ranked.get(pk, ()), start=1):
            path = paths.get((pk, bloc.lineage))
            met, needed = (path.progress.met, path.progress.needed) if path else (0, 0)
            ways.append(BlocWay(rank, bloc.text, met, needed, _has(good, pk, bloc.lineage)))
        if ways:
            found.append(Trade(certification, tuple(ways)))
    return tuple(found)
