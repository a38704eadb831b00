"""A whole combination: found by the nightly job or asked for by its holder, then prepared as a lot, or declined.

Nothing is issued here: what is prepared is approved and issued by others, as any lot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.combinations import Progress, evaluate
from jurande.registers.awards.emails import combinations as emails
from jurande.registers.awards.models import (
    Award,
    Combination,
    CombinationCount,
    CombinationPart,
    CombinationRequest,
    Lot,
)
from jurande.registers.awards.operations.preparing import prepare_rows
from jurande.registers.awards.policies import combinations as policies
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.states import (
    REQUEST_LIFE,
    AwardState,
    CombinationAct,
    CombinationState,
    LotRowState,
    LotSource,
    LotState,
    RequestState,
)
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.emails import Letter
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

REASONS_MOST = 2_000
AT_ONCE = 200
CHUNK = 500

# Told between chunks: how many holders were looked at.
type Report = Callable[[int], None]


class RequestRefused(Refused):
    """This cannot be asked for, taken back, prepared or declined so."""


# --- by the holder --------------------------------------------------------------------------------


@transaction.atomic
def ask_for_bloc(*, combination: Combination, person: Person, actor: Actor, now: datetime) -> CombinationRequest:
    """Ask the certifier for what a whole combination leads to; asking twice is asking once.

    :raises NotAllowed: not a holder for themselves. :raises RequestRefused: something is missing, it is obtained
        already, or nothing can be asked by this version any more.
    """
    require(policies.can_ask_for_bloc(actor))
    if actor.code != person.code:
        raise RequestRefused(_("Cette demande se fait pour soi-même."))
    held = _combination(combination.pk)
    _demand_whole(held, person, localdate(now))
    row = _own(held, person, now)
    if row.state in (RequestState.ASKED, RequestState.PREPARED) and not is_undone(row):
        return row
    if row.state != RequestState.PREPARED and held.state != CombinationState.PUBLISHED:
        raise RequestRefused(_("Ce parcours n’est plus ouvert. Regardez celui qui le remplace."))
    row.state = REQUEST_LIFE.after(row.state, "ask")
    row.asked_at, row.decided_at, row.decided_by_code, row.reasons = now, None, "", ""
    row.lot = row.row = None
    row.save()
    _told(CombinationAct.ASKED, row, actor, now)
    return row


@transaction.atomic
def take_back(*, request: CombinationRequest, actor: Actor, now: datetime) -> CombinationRequest:
    """Take one's request back before it is prepared.

    :raises NotAllowed: somebody else's. :raises RequestRefused: it is prepared or answered already.
    """
    row = _locked(request)
    require(policies.can_take_back_request(actor, row))
    _demand(row, "take_back")
    row.state = REQUEST_LIFE.after(row.state, "take_back")
    row.asked_at = None
    row.save(update_fields=["state", "asked_at"])
    _told(CombinationAct.TAKEN_BACK, row, actor, now)
    return row


# --- by the certifier -----------------------------------------------------------------------------


@transaction.atomic
def prepare_attestations(
    *, combination: Combination, requests: Sequence[CombinationRequest], actor: Actor, now: datetime
) -> Lot:
    """Prepare a lot with a row for each of those who have a whole combination: all of them, or nobody.

    What they hold is looked at once more. The row says what the latest micro-certification that counts says of them.
    :raises NotAllowed: who may not prepare. :raises RequestRefused: nobody chosen or too many, somebody is answered
        already, or no longer has it whole; no published design. :raises LotRefused: as ``prepare_rows``.
    """
    held = _combination(combination.pk)
    require(policies.can_answer_requests(actor, held.certifier))
    if not 1 <= len(requests) <= AT_ONCE:
        raise RequestRefused(_("Choisissez d’une à %(most)d personnes.") % {"most": AT_ONCE})
    design = queries.with_design(held)
    if design is None:
        raise RequestRefused(_("Rien ne peut encore être délivré\u00a0: publiez d’abord un modèle d’attestation."))
    rows = [_locked(one) for one in sorted(requests, key=lambda one: one.pk)]
    today = localdate(now)
    progress = queries.progress_of(held, [row.holder_id for row in rows], today)
    had = queries.obtained([row.holder_id for row in rows], [held], today)
    for row in rows:
        if row.combination_id != held.pk or not _is_waiting(row):
            raise RequestRefused(
                _("La demande de %(who)s a déjà reçu sa réponse. Rechargez la page.") % {"who": row.holder.full_name}
            )
        if not progress[row.holder_id].is_complete:
            raise RequestRefused(
                _("L’ensemble de %(who)s n’est plus complet aujourd’hui. Ôtez cette personne, et recommencez.")
                % {"who": row.holder.full_name}
            )
        if (row.holder_id, held.pk) in had:
            raise RequestRefused(
                _("%(who)s a déjà cette attestation. Ôtez cette personne, et recommencez.")
                % {"who": row.holder.full_name}
            )
    lot = prepare_rows(
        design=design,
        rows=[_said(row.holder, progress[row.holder_id]) for row in rows],
        awarded_on=today,
        source=LotSource.COMBINATION,
        title=held.title,
        place=design.place,
        blocs=[held.bloc] if held.bloc else [],
        actor=actor,
        now=now,
    )
    for row, made in zip(rows, lot.rows.order_by("number"), strict=True):
        row.state = REQUEST_LIFE.after(row.state, "prepare")
        row.lot, row.row = lot, made
        row.decided_at, row.decided_by_code = now, actor.code
        row.save(update_fields=["state", "lot", "row", "decided_at", "decided_by_code"])
        _told(CombinationAct.PREPARED, row, actor, now)
    return lot


@transaction.atomic
def decline(*, request: CombinationRequest, reasons: str, actor: Actor, now: datetime) -> CombinationRequest:
    """Answer that it will not be issued, and write why to the holder, who may ask again.

    :raises NotAllowed: who may not prepare. :raises RequestRefused: not asked, answered already, or nothing said.
    """
    row = _locked(request)
    require(policies.can_answer_requests(actor, row.combination.certifier))
    _demand(row, "decline")
    said = reasons.strip()
    if not said or len(said) > REASONS_MOST:
        raise RequestRefused(_("Dites pourquoi, en quelques lignes\u00a0: la personne vous lira."), field="reasons")
    row.state = REQUEST_LIFE.after(row.state, "decline")
    row.reasons, row.decided_at, row.decided_by_code = said, now, actor.code
    row.save(update_fields=["state", "reasons", "decided_at", "decided_by_code"])
    correspondence.send(emails.declined(row, title=_title(row.combination)), now=now)
    _told(CombinationAct.DECLINED, row, actor, now)
    return row


# --- by itself, each night ------------------------------------------------------------------------


def look_for_complete(*, report: Report, now: datetime) -> int:
    """Find who has a whole combination since yesterday and write to them, once; tell to how many.

    Holders are taken by their keys, ``CHUNK`` at a time, each chunk in a transaction of its own: interrupted, it
    begins again and writes to nobody twice. Those who no longer have it whole, and had not asked, are forgotten;
    how many have it, and how many lack one part, is kept for the house.
    """
    ways = {one.pk: _Way(one) for one in Combination.objects.published().select_related(*_READ)}
    complete: Counter[int] = Counter()
    near: Counter[int] = Counter()
    written = seen = 0
    for people in _holders({part.certification_id for way in ways.values() for part in way.parts}):
        found, close = _complete_among(people, list(ways.values()), localdate(now))
        complete.update(pk for _person, pk in found)
        near.update(close)
        written += _announce(found, ways, now)
        seen += len(people)
        report(seen)
    _forget_lapsed(now)
    for pk in ways:
        CombinationCount.objects.update_or_create(
            combination_id=pk, defaults={"complete": complete[pk], "near": near[pk], "counted_at": now}
        )
    return written


_READ = ("certifier__organisation", "certification__fiche")


class _Way:
    """A published combination, read once."""

    def __init__(self, held: Combination) -> None:
        """Read its parts and its words."""
        self.held = held
        self.parts: list[CombinationPart] = queries.parts_of(held)
        self.rule = queries.rule_of(held, self.parts)
        self.wanted = {part.certification_id for part in self.parts}
        self.title = _title(held)


def _holders(certifications: set[int]) -> Iterator[list[int]]:
    """The keys of those who hold something that is a part, by chunks."""
    last = 0
    rows = Award.objects.filter(holder__isnull=False, certification__in=certifications, state=AwardState.ISSUED)
    while certifications:
        found = rows.filter(holder_id__gt=last).order_by("holder_id").values_list("holder_id", flat=True).distinct()
        chunk = [pk for pk in found[:CHUNK] if pk is not None]
        if not chunk:
            return
        yield chunk
        last = chunk[-1]


def _complete_among(people: Sequence[int], ways: Sequence[_Way], on: date) -> tuple[list[tuple[int, int]], list[int]]:
    """Who has what whole, as (person, combination); and the combinations that somebody lacks one part of."""
    mine: dict[int, list[Award]] = {}
    for award in queries.counted_awards(people, {pk for way in ways for pk in way.wanted}):
        if award.holder_id is not None:
            mine.setdefault(award.holder_id, []).append(award)
    found, close = [], []
    for person, awards in mine.items():
        kinds = {award.certification_id for award in awards}
        for way in ways:
            if len(kinds & way.wanted) < way.rule.needed - 1:
                continue
            held = [one for one in map(queries.held_of, awards) if one is not None]
            progress = evaluate(way.rule, held, on)
            if progress.is_complete:
                found.append((person, way.held.pk))
            elif progress.met == progress.needed - 1:
                close.append((person, way.held.pk))
    had = queries.obtained(people, [way.held for way in ways], on)
    return [one for one in found if one not in had], [pk for person, pk in close if (person, pk) not in had]


@transaction.atomic
def _announce(found: Sequence[tuple[int, int]], ways: dict[int, _Way], now: datetime) -> int:
    """Keep who has what whole, and write to those who were never written to about it."""
    if not found:
        return 0
    people = Person.objects.in_bulk({person for person, _pk in found})
    known = {
        (row.holder_id, row.combination_id): row
        for row in CombinationRequest.objects.select_for_update(of=("self",), no_key=True).filter(
            holder__in=people, combination__in={pk for _person, pk in found}
        )
    }
    letters: list[Letter] = []
    made = []
    for person, pk in found:
        row = known.get((person, pk))
        if row is None:
            told_at = now if people[person].is_active else None
            made.append(CombinationRequest(combination_id=pk, holder_id=person, found_at=now, told_at=told_at))
            if told_at is not None:
                letters.append(emails.complete(ways[pk].held, people[person], title=ways[pk].title))
        elif row.state == RequestState.LAPSED:
            row.state, row.found_at = REQUEST_LIFE.after(row.state, "find"), now
            row.save(update_fields=["state", "found_at"])
    # Somebody who asks at this instant has their row already.
    CombinationRequest.objects.bulk_create(made, ignore_conflicts=True)
    return _write(letters, now)


def _write(letters: Sequence[Letter], now: datetime) -> int:
    """Write them house by house; a name or an address that cannot stand in a letter keeps nobody else from theirs."""
    written = 0
    for house in {letter.certifier_code for letter in letters}:
        theirs = [letter for letter in letters if letter.certifier_code == house]
        try:
            written += len(correspondence.send_many(theirs, now=now))
        except Refused:
            for letter in theirs:
                with suppress(Refused):
                    correspondence.send(letter, now=now)
                    written += 1
    return written


def _forget_lapsed(now: datetime) -> None:
    """Take out of the queue those who were found, did not ask, and no longer have it whole."""
    last = 0
    rows = CombinationRequest.objects.in_states(RequestState.FOUND).order_by("pk")
    today = localdate(now)
    while chunk := list(rows.filter(pk__gt=last).select_related("combination")[:CHUNK]):
        last = chunk[-1].pk
        by_combination: dict[Combination, list[CombinationRequest]] = {}
        for row in chunk:
            by_combination.setdefault(row.combination, []).append(row)
        for held, waiting in by_combination.items():
            people = [row.holder_id for row in waiting]
            progress, had = queries.progress_of(held, people, today), queries.obtained(people, [held], today)
            gone = [
                row.pk
                for row in waiting
                if held.state != CombinationState.PUBLISHED
                or not progress[row.holder_id].is_complete
                or (row.holder_id, held.pk) in had
            ]
            CombinationRequest.objects.in_states(RequestState.FOUND).filter(pk__in=gone).update(
                state=REQUEST_LIFE.after(RequestState.FOUND, "lapse")
            )


# --- parts ----------------------------------------------------------------------------------------


def _combination(pk: int) -> Combination:
    return Combination.objects.select_related(*_READ).get(pk=pk)


def _title(held: Combination) -> str:
    return queries.targets_of([held])[0][1].title


def _locked(request: CombinationRequest) -> CombinationRequest:
    return (
        CombinationRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("holder", "lot", "row", "combination__certifier__organisation", "combination__certification")
        .get(pk=request.pk)
    )


def _own(held: Combination, person: Person, now: datetime) -> CombinationRequest:
    """The row of this person, made at once when the job did not find them yet."""
    mine = CombinationRequest.objects.filter(combination=held, holder=person)
    found = mine.first()
    if found is None:
        # Whoever asks needs no letter that says that they may.
        made = CombinationRequest(combination=held, holder=person, found_at=now, told_at=now)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
            found = made
        except IntegrityError:
            found = mine.get()
    return _locked(found)


def _demand_whole(held: Combination, person: Person, on: date) -> None:
    progress = queries.progress_of(held, [person.pk], on)[person.pk]
    if not progress.is_complete:
        raise RequestRefused(
            _("Il vous manque encore une étape\u00a0: regardez votre parcours, il dit laquelle et pourquoi.")
        )
    if queries.obtained([person.pk], [held], on):
        raise RequestRefused(_("Vous avez déjà cette attestation\u00a0: elle est dans vos réussites."))


def is_undone(row: CombinationRequest) -> bool:
    """Prepared for nothing: the lot was given up, or the row was left out of it."""
    if row.state != RequestState.PREPARED or row.lot is None:
        return False
    return row.row is None or row.lot.state == LotState.ABANDONED or row.row.state == LotRowState.REJECTED


def _is_waiting(row: CombinationRequest) -> bool:
    return row.state in (RequestState.FOUND, RequestState.ASKED) or is_undone(row)


def _demand(row: CombinationRequest, move: str) -> None:
    if not REQUEST_LIFE.allows(row.state, move):
        raise RequestRefused(_("Cette demande a déjà reçu sa réponse. Rechargez la page."))


def _said(person: Person, progress: Progress) -> dict[str, str]:
    """A row of the lot: the name and the birth as the latest award that counts says them."""
    keys = [one.key for one in progress.counted]
    latest = Award.objects.filter(code__in=keys, holder=person).order_by("-issued_at", "-pk")[0]
    said = {
        "first_name": latest.first_name,
        "last_name": latest.last_name,
        "birth_on": latest.birth_on,
        "birth_place": latest.birth_place,
        "email": person.email,
    }
    return {name: text for name, text in said.items() if text}


def _told(act: CombinationAct, row: CombinationRequest, actor: Actor, now: datetime) -> None:
    record(
        chain=row.combination.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="combination_request",
        subject_code=row.code,
        now=now,
    )
