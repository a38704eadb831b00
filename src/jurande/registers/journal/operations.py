"""Writing in the journal, and checking that nobody rewrote it (docs/algorithms/journal.md)."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Max

from jurande.registers.common.immutability import is_append_only
from jurande.registers.journal.facts import GENESIS, Content, Found, Known, Link, chained_hash, faults, origin_of
from jurande.registers.journal.models import Entry, EntryQuerySet, Head, Verification
from jurande.registers.journal.queries import chains, last_sound_verification
from jurande.registers.journal.states import INSTALLATION, Fault

logger = logging.getLogger("jurande.journal")

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
# How many faults of a chain are told; those after are only counted.
FAULTS_TOLD = 100
# How many are traced to where they come from, and how far: it takes a reading of the chain each.
FAULTS_TRACED = 5
PLACES_TRIED = 100_000
CHAINS_TRIED = 1_000
CHUNK = 2_000
# Where an entry stands whose place is no number, as SQLite lets one write: after all others.
NOWHERE = 2**63 - 1
UNREADABLE = Content(datetime.min.replace(tzinfo=UTC), "", "", "", "", "", "")
LIMITS = {field.name: field.max_length or 0 for field in Entry._meta.fields}


def record(
    *,
    chain: str,
    actor_code: str,
    action: str,
    subject_kind: str,
    subject_code: str,
    now: datetime,
    reason_code: str = "",
    digest: str = "",
) -> Entry:
    """Write one act at the end of ``chain`` (a certifier's code, or ``INSTALLATION``), in the caller's transaction.

    ``actor_code`` is empty for the system. ``digest`` is the SHA-256, in hexadecimal, of free text kept elsewhere. The
    chain stays locked until the transaction ends: call this last, and one's own chain before the installation's.
    :raises ValueError: a text where a code belongs; free text never enters the journal.
    :raises RuntimeError: outside a transaction, where the act and its entry could part.
    """
    content = Content(
        at=now,
        actor_code=str(actor_code),
        action=str(action),
        subject_kind=str(subject_kind),
        subject_code=str(subject_code),
        reason_code=str(reason_code),
        digest=digest,
    )
    return _append(chain, [content])[0]


@dataclass(frozen=True, slots=True)
class Told:
    """One act among many of one person at one instant, as ``record`` takes it."""

    action: str
    subject_kind: str
    subject_code: str


def record_many(*, chain: str, actor_code: str, acts: Sequence[Told], now: datetime) -> list[Entry]:
    """Write many acts of one person at the end of ``chain``, in order: each keeps its line, in three queries for all.

    :raises ValueError: as ``record``. :raises RuntimeError: as ``record``.
    """
    return _append(
        chain,
        [
            Content(now, str(actor_code), str(act.action), str(act.subject_kind), str(act.subject_code), "", "")
            for act in acts
        ],
    )


def hold(chains: Iterable[str]) -> None:
    """Lock these chains until the transaction ends, houses in one order and the installation last.

    For an act that is told in several of them, or that tells something before it has locked all its rows: two such acts
    never wait for each other. All rows that it changes are locked before.
    """
    for chain in sorted(set(chains), key=lambda chain: (chain == INSTALLATION, chain)):
        _lock_head(chain)


def _append(chain: str, contents: Sequence[Content]) -> list[Entry]:
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs in the transaction of the act that it tells")
    for content in contents:
        _demand_codes(chain, content)
    head = _lock_head(chain)
    entries, last = [], head.hash
    for seq, content in enumerate(contents, start=head.seq + 1):
        entry = Entry(
            chain=chain,
            seq=seq,
            at=content.at,
            actor_code=content.actor_code,
            action=content.action,
            subject_kind=content.subject_kind,
            subject_code=content.subject_code,
            reason_code=content.reason_code,
            digest=content.digest,
            previous_hash=last,
            hash=chained_hash(chain, seq, content, last),
        )
        entries.append(entry)
        last = entry.hash
    Entry.objects.bulk_create(entries)
    Head.objects.filter(pk=head.pk).update(seq=head.seq + len(entries), hash=last)
    return entries


def _lock_head(chain: str) -> Head:
    heads = Head.objects.select_for_update(of=("self",), no_key=True).filter(chain=chain)
    head = heads.first()
    if head is None:
        # Two first entries at once: one makes the row, the other waits for it.
        Head.objects.bulk_create([Head(chain=chain, hash=GENESIS)], ignore_conflicts=True)
        head = heads.get()
    return head


def _demand_codes(chain: str, content: Content) -> None:
    wanted = {
        "chain": (chain, CODE, False),
        "actor_code": (content.actor_code, CODE, True),
        "action": (content.action, ACTION, False),
        "subject_kind": (content.subject_kind, CODE, False),
        "subject_code": (content.subject_code, CODE, False),
        "reason_code": (content.reason_code, CODE, True),
        "digest": (content.digest, DIGEST, True),
    }
    for name, (value, pattern, may_be_empty) in wanted.items():
        if not (may_be_empty and not value) and (not pattern.fullmatch(value) or len(value) > LIMITS[name]):
            raise ValueError(f"{name} is not a code of at most {LIMITS[name]} characters")
    if content.at.tzinfo is None:
        raise ValueError("now has no time zone")


# --- checking -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChainReport:
    """What one complete reading of a chain found; ``faults`` holds the first hundred of ``fault_count``."""

    chain: str
    entries: int
    head_seq: int
    head_hash: str
    fault_count: int
    faults: tuple[Found, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.fault_count == 0


@dataclass(frozen=True)
class Report:
    """What a reading of several chains found."""

    chains: tuple[ChainReport, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong in any chain."""
        return all(report.ok for report in self.chains)

    @property
    def entries(self) -> int:
        """Count the entries read."""
        return sum(report.entries for report in self.chains)


class UnknownChain(LookupError):
    """No chain has this name."""


def check(chain: str | None = None) -> Report:
    """Read one chain, or all of them, whole, and report every entry altered, missing, moved, added or rewritten.

    Entries written meanwhile are left to the next reading. What a check cannot see is in docs/algorithms/journal.md.
    :raises UnknownChain: no entry and no head has this chain.
    """
    every = chains()
    if chain is not None and chain not in every:
        raise UnknownChain(chain)
    locked = all(is_append_only(connection, model._meta.db_table) for model in (Entry, Verification))
    return Report(tuple(_check_chain(name, every, locked) for name in every if chain in (None, name)))


def verify(*, chain: str | None = None, now: datetime) -> Report:
    """Check one chain, or all, and keep the verdict of each: a page says when the journal was last found intact.

    :raises UnknownChain: as ``check`` does.
    """
    report = check(chain)
    with transaction.atomic():
        for found in report.chains:
            first = found.faults[0] if found.faults else None
            Verification.objects.create(
                chain=found.chain,
                at=now,
                entries=found.entries,
                head_seq=found.head_seq,
                head_hash=found.head_hash,
                ok=found.ok,
                fault_count=found.fault_count,
                first_fault=first.kind if first else "",
                first_fault_seq=first.seq if first else None,
            )
            if first:
                logger.critical("chain %s: %d faults, first %s at %d", found.chain, found.fault_count, *_place(first))
    return report


def _place(fault: Found) -> tuple[str, int]:
    return fault.kind.value, fault.seq


def _check_chain(chain: str, every: list[str], locked: bool) -> ChainReport:
    # In this order: an act committed between the two reads is below the head, never above.
    entries = Entry.objects.on_chain(chain)
    last_seq = _place_of(entries.aggregate(seq=Max("seq"))["seq"] or 0)
    head = Head.objects.filter(chain=chain).first()
    sound = last_sound_verification(chain)
    known = Known(
        head_seq=head.seq if head else last_seq,
        head_hash=head.hash if head else "",
        verified_seq=sound.head_seq if sound else 0,
        verified_hash=sound.head_hash if sound else "",
    )
    told, count = [], 0
    unlocked = () if locked else (Found(Fault.UNLOCKED, 0),)
    diagnose = _diagnoser(chain, every, known.head_seq)
    links = _links(entries.filter(seq__lte=known.head_seq))
    beyond = _added(_links(entries.filter(seq__gt=known.head_seq)), diagnose)
    for count, fault in enumerate(itertools.chain(unlocked, faults(chain, links, known, diagnose), beyond), start=1):
        if count <= FAULTS_TOLD:
            told.append(fault)
    return ChainReport(
        chain=chain,
        entries=entries.filter(seq__lte=known.head_seq).count(),
        head_seq=known.head_seq,
        head_hash=known.head_hash,
        fault_count=count,
        faults=tuple(told),
    )


def _links(entries: EntryQuerySet) -> Iterator[Link]:
    """Stream entries by place; one that the database cannot even read is given with contents that match nothing."""
    columns = ("seq", "previous_hash", "hash", *(field.name for field in fields(Content)))
    place, chunk = 0, CHUNK
    while True:
        rows = entries.filter(seq__gt=place).order_by("seq").values_list(*columns)
        try:
            for seq, previous_hash, own_hash, *content in rows.iterator(chunk):
                place = _place_of(seq)
                yield Link(place, Content(*content), previous_hash, own_hash)
            return
        except ValueError:
            # SQLite keeps what it is given: «at» may hold something that is no instant. A chunk may be turned into
            # values as a whole: read again one by one to learn which entry it is.
            if chunk == 1:
                place = _place_of(entries.filter(seq__gt=place).order_by("seq").values_list("seq", flat=True)[0])
                yield Link(place, UNREADABLE, "", "")
            chunk = 1


def _place_of(seq: object) -> int:
    return seq if isinstance(seq, int) else NOWHERE


def _diagnoser(chain: str, every: list[str], top: int) -> Callable[[Link], Found]:
    traced = itertools.count(1)

    def diagnose(link: Link) -> Found:
        if next(traced) > FAULTS_TRACED:
            return Found(Fault.ALTERED, link.seq)
        return origin_of(chain, link, chains=every[:CHAINS_TRIED], top=min(top, PLACES_TRIED))

    return diagnose


def _added(links: Iterator[Link], diagnose: Callable[[Link], Found]) -> Iterator[Found]:
    """An entry above the head did not come through ``record``: moved there, taken elsewhere, or forged."""
    for link in links:
        fault = diagnose(link)
        yield Found(Fault.ADDED, link.seq) if fault.kind is Fault.ALTERED or fault.origin == str(link.seq) else fault
