"""Asking the lists about a place, every night about every partner, and settling what they signal. Never a sanction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france import vetting
from jurande.core.france.identifiers import IdentifierRefused
from jurande.core.france.identifiers import nda as read_nda
from jurande.core.france.identifiers import siret as read_siret
from jurande.core.france.vetting import Finding, Known, Outcome
from jurande.registers.catalogue.operations.lines import clean
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Check, Flag
from jurande.registers.network.policies.calls import can_settle_flag
from jurande.registers.network.queries import checks as queries
from jurande.registers.network.queries.checks import Place, Published
from jurande.registers.network.states import CallAct as Act
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor

BATCH = 200
Report = Callable[[int, int], None]


class FlagRefused(Refused):
    """This flag cannot be settled so."""


@dataclass(frozen=True)
class Rechecked:
    """What one night changed: partners looked at, flags raised, flags that came right by themselves."""

    partners: int = 0
    raised: int = 0
    settled: int = 0

    def __add__(self, other: Rechecked) -> Rechecked:
        """Add two batches up."""
        return Rechecked(self.partners + other.partners, self.raised + other.raised, self.settled + other.settled)


# --- one place ----------------------------------------------------------------------------------


@transaction.atomic
def check_site(*, certifier: Certifier, siret: str, nda: str, now: datetime) -> list[Check]:
    """Check a place and keep how it came out: one row for each kind, in their order; nine queries at most.

    A SIRET whose form or key is wrong gives that one check alone. Asked again on the same day, what has not changed is
    not written again. Nothing is refused here: what comes out is for somebody to look at.
    """
    place = Place(_digits(siret, read_siret), _digits(nda, read_nda))
    known = Known()
    if place.siret:
        known = queries.known_of(
            [place], house_fiches=queries.fiches_of(certifier), on=queries.published(), with_other_sites=True
        )[place.siret]
    written = place.siret or "".join(siret.split())[:14]
    last = {check.kind: check for check in queries.last_checks(certifier, [written])}
    today = localdate(now)
    checks = []
    for found in vetting.vet(siret, nda, known):
        fresh = _check(certifier, written, found, now)
        former = last.get(fresh.kind)
        if former and localdate(former.checked_at) == today and _is_the_same(former, fresh):
            checks.append(former)
        else:
            fresh.save(force_insert=True)
            checks.append(fresh)
    return checks


def _digits(text: str, read: Callable[[str], str]) -> str:
    try:
        return read(text)
    except IdentifierRefused:
        return ""


def _check(certifier: Certifier, siret: str, found: Finding, now: datetime) -> Check:
    case = found.case
    return Check(
        certifier=certifier,
        siret=siret,
        siren=siret[:9],
        kind=case.subject,
        outcome=case.outcome,
        source=case.source,
        source_on=found.source_on,
        facts={"case": found.key, **found.facts},
        checked_at=now,
    )


def _says_the_same(one: Check, other: Check) -> bool:
    return (one.outcome, one.facts) == (other.outcome, other.facts)


def _is_the_same(one: Check, other: Check) -> bool:
    return _says_the_same(one, other) and one.source_on == other.source_on


# --- every partner ------------------------------------------------------------------------------


def recheck_partners(*, now: datetime, report: Report | None = None) -> Rechecked:
    """Check every partner in force, by batches of some hundreds, each in its transaction; a stop loses one batch.

    What the lists no longer confirm raises a flag, once; what is right again settles its flag; what somebody settled
    stays so until the lists say something else. A list that was not read changes nothing. Source of the duty to look:
    C. trav. R. 6113-16-1; nothing is suspended or ended here (R. 6113-16-6).
    """
    total = Partnership.objects.in_force().count()
    done = Rechecked()
    on = queries.published()
    for certifier in Certifier.objects.select_related("organisation").order_by("pk"):
        house_fiches = queries.fiches_of(certifier)
        changed = Rechecked()
        for batch in _batches(certifier):
            changed += _recheck(certifier, batch, house_fiches, on, now)
            if report is not None:
                report(done.partners + changed.partners, total)
        done += changed
        if changed.raised or changed.settled:
            _told(Act.PARTNERS_RECHECKED, certifier, now)
    return done


def _batches(certifier: Certifier) -> Iterator[list[Partnership]]:
    rows = Partnership.objects.in_force().filter(certifier=certifier).select_related("site__organisation")
    after = 0
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield batch
        after = batch[-1].pk


@transaction.atomic
def _recheck(
    certifier: Certifier, batch: Sequence[Partnership], house_fiches: set[int], on: Published, now: datetime
) -> Rechecked:
    """Check one batch in nine queries at most, whatever its size."""
    places = {one.pk: Place(one.site.siret, one.site.organisation.nda) for one in batch}
    known = queries.known_of(list(places.values()), house_fiches=house_fiches, on=on)
    last = {
        (row.siret, row.kind): row for row in queries.last_checks(certifier, [one.siret for one in places.values()])
    }
    current: dict[tuple[int, str], Check] = {}
    fresh: list[Check] = []
    for partnership in batch:
        place = places[partnership.pk]
        for found in vetting.vet_partner(place.siret, place.nda, known[place.siret]):
            check = _check(certifier, place.siret, found, now)
            former = last.get((place.siret, check.kind))
            if former is None or not _says_the_same(former, check):
                fresh.append(check)
            else:
                check = former
            current[partnership.pk, check.kind] = check
    Check.objects.bulk_create(fresh)
    raised, settled = _follow(certifier, batch, current, now)
    return Rechecked(len(batch), raised, settled)


def _follow(
    certifier: Certifier, batch: Sequence[Partnership], current: dict[tuple[int, str], Check], now: datetime
) -> tuple[int, int]:
    """Raise, keep or settle the flags of a batch according to its checks; gives how many of the first and the last."""
    flags = Flag.objects.filter(partnership__in=batch).select_related("cause").order_by("pk")
    latest = {(flag.partnership_id, flag.kind): flag for flag in flags}
    changed = _changed_since([flag for flag in latest.values() if flag.settled_by_code])
    to_raise, to_settle, to_update = [], [], []
    for key, check in current.items():
        flag = latest.get(key)
        stands = flag is not None and flag.settled_at is None
        if vetting.CASES[check.facts["case"]].raises:
            if flag is None or not (stands or _stays_settled(flag, check, changed)):
                to_raise.append(
                    Flag(certifier=certifier, partnership_id=key[0], cause=check, kind=check.kind, raised_at=now)
                )
            elif stands and flag.cause_id != check.pk:
                flag.cause = check
                to_update.append(flag)
        elif flag is not None and stands and check.outcome != Outcome.UNKNOWN:
            flag.settled_at = now
            to_settle.append(flag)
    Flag.objects.bulk_create(to_raise, ignore_conflicts=True)
    Flag.objects.bulk_update(to_settle, ["settled_at"])
    Flag.objects.bulk_update(to_update, ["cause"])
    return len(to_raise), len(to_settle)


def _stays_settled(flag: Flag, check: Check, changed: set[int]) -> bool:
    """Whether somebody settled it for this very answer, and the lists have said nothing else since."""
    return bool(flag.settled_by_code) and _says_the_same(flag.cause, check) and flag.pk not in changed


def _changed_since(settled: Sequence[Flag]) -> set[int]:
    """Among flags settled by hand, those (primary keys) whose check came out otherwise afterwards. One query."""
    if not settled:
        return set()
    by_subject = {(flag.cause.certifier_id, flag.cause.siret, flag.kind): flag for flag in settled}
    later = Check.objects.filter(
        siret__in={flag.cause.siret for flag in settled}, pk__gt=min(flag.cause_id for flag in settled)
    )
    changed = set()
    for check in later:
        flag = by_subject.get((check.certifier_id, check.siret, check.kind))
        if flag is not None and check.pk > flag.cause_id and not _says_the_same(check, flag.cause):
            changed.add(flag.pk)
    return changed


# --- by hand ------------------------------------------------------------------------------------


@transaction.atomic
def settle_flag(*, flag: Flag, note: str, actor: Actor, now: datetime) -> Flag:
    """Say what was seen and put a flag away; it comes back only if what the lists say changes.

    :raises NotAllowed: who may not review applications. :raises FlagRefused: settled already, or no note.
    """
    held = Flag.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=flag.pk)
    require(can_settle_flag(actor, held))
    if held.settled_at is not None:
        raise FlagRefused(_("Ce signalement est déjà réglé. Rien n’a été changé."))
    said = clean(note, lines=True)
    if not said:
        raise FlagRefused(_("Écrivez ce que vous avez vu\u00a0: c’est ce qui restera au dossier."), field="note")
    held.settled_at, held.settled_by_code, held.note = now, actor.code, said
    held.save(update_fields=["settled_at", "settled_by_code", "note"])
    record(
        chain=held.certifier.code,
        actor_code=actor.code,
        action=Act.FLAG_SETTLED,
        subject_kind="partnership",
        subject_code=held.partnership.code,
        now=now,
    )
    return held


@transaction.atomic
def _told(act: Act, certifier: Certifier, now: datetime) -> None:
    record(
        chain=certifier.code,
        actor_code="",
        action=act,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
