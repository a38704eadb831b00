"""Issuing a lot: part by part, each in one transaction with its credentials and its letters; once, whatever happens.

A part is at most ``CHUNK`` rows. Its awards, the intention of their credentials, the letters to their holders, the
state of the rows and the journal's entry are one transaction: a process that dies leaves a part whole or not begun.
An award points to its row, once: no row can be issued twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import Fault, attendance_of
from jurande.core.france.ledger import later
from jurande.registers.awards.emails import awards as emails
from jurande.registers.awards.facts import credentials as facts
from jurande.registers.awards.facts.credentials import Achieved, Results
from jurande.registers.awards.facts.delegation import Authority, authority_in
from jurande.registers.awards.facts.receiving import holder_url
from jurande.registers.awards.models import Award, Lot, LotRow, new_number
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations.approving import demand_partner, let_go, told
from jurande.registers.awards.operations.delegation import DelegationRefused, demand_authority
from jurande.registers.awards.operations.preparing import LotRefused, held_already, locked, recount
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.queries.languages import languages_of
from jurande.registers.awards.states import LOT_LIFE, READY_ROWS, LotRowState, LotState
from jurande.registers.awards.states import AwardAct as Act
from jurande.registers.common import jobs
from jurande.registers.common.codes import new_code
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.operations import send_many
from jurande.registers.network.states import HabilitationState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations.credentials import IssueRefused, Line, intend_many
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.projection import settle
from jurande.registers.seal.operations.standing import SealingStopped

JOB = "awards.issue_lot"
CHUNK = 500
# Signing and publishing what was intended, once every so many parts: the files of the log are written once for all.
PARTS_BY_SETTLING = 10

# Told between parts: rows issued, rows left out, rows in all.
type Report = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Terms:
    """What awards made together share. ``authority``: what their credentials hold of the partner that assessed."""

    lot: Lot
    about: Achieved
    issued_by: str
    now: datetime
    authority: Authority | None = None


@dataclass(frozen=True)
class Holder:
    """To whom, and how they did. ``replaces``: the award that this one corrects, if it does."""

    first_name: str
    last_name: str
    awarded_on: date
    birth_on: str = ""
    birth_place: str = ""
    email: str = ""
    results: Results = field(default_factory=Results)
    holder_digest: str = ""
    row: LotRow | None = None
    replaces: Award | None = None

    @property
    def name(self) -> str:
        """The full name, as it is signed."""
        return f"{self.first_name} {self.last_name}"


@transaction.atomic
def issue_lot(*, held: Lot, actor: Actor, now: datetime) -> Lot:
    """Ask for the job that issues an approved lot, part by part; it goes on by itself wherever it was cut.

    :raises NotAllowed: not theirs. :raises LotRefused: not approved.
    :raises DelegationRefused: the partner may issue no more.
    """
    lot = locked(held)
    require(policies.can_issue_lot(actor, lot))
    demand_partner(lot, Right.ISSUE_AWARDS, actor, now)
    if lot.state != LotState.APPROVED:
        raise LotRefused(_("Ce lot n’est pas approuvé, ou sa délivrance a commencé. Rechargez la page."))
    demand_authority(lot, now=now)
    lot.state = LOT_LIFE.after(lot.state, "issue")
    lot.started_at, lot.started_by_code = now, actor.code
    lot.job_code = jobs.request(JOB, lot.code, certifier_code=lot.certifier.code, requested_by=actor.code, now=now).code
    lot.save(update_fields=["state", "started_at", "started_by_code", "job_code"])
    told(Act.LOT_STARTED, lot, actor, now)
    return lot


def run_lot(*, held: Lot, report: Report, clock: Callable[[], datetime]) -> Lot:
    """Issue what is left of a lot, and have it signed and published. Run again, it does nothing twice.

    When the partner that issues it loses its habilitation meanwhile, what is left is told so, and the lot ends.
    :raises SealingStopped: nothing may be signed; what is left stays.
    """
    parts = 0
    while True:
        try:
            count = issue_part(held, now=clock())
        except DelegationRefused as refusal:
            _stop(held, str(refusal.sentence), now=clock())
            break
        if not count:
            break
        crash_point("A1")
        parts += 1
        lot = Lot.objects.only("issued", "faulty", "total", "rejected").get(pk=held.pk)
        report(lot.issued, lot.faulty, lot.total - lot.rejected)
        if parts % PARTS_BY_SETTLING == 0:
            _demand_sealed(held, now=clock())
    _demand_sealed(held, now=clock())
    return _finish(held, now=clock())


def _demand_sealed(held: Lot, *, now: datetime) -> None:
    settled = settle(now=now)
    if settled.stop is not None:
        raise SealingStopped(settled.stop, settled.about)


@transaction.atomic
def issue_part(held: Lot, *, now: datetime) -> int:
    """Issue the next rows of a lot that is being issued; tell how many were treated, 0 when none is left.

    A row whose holder got the same thing meanwhile, or that cannot be signed, is told so and issued to nobody.
    :raises DelegationRefused: the partner that issues it may do so no more.
    """
    lot = locked(held)
    if lot.state != LotState.ISSUING:
        return 0
    rows = list(lot.rows.filter(state__in=READY_ROWS).order_by("number")[:CHUNK])
    if not rows:
        return 0
    demand_authority(lot, now=now)
    terms = terms_of(lot, issued_by=lot.started_by_code, now=now)
    already = queries.issued_already(lot, [row.holder_digest for row in rows])
    free = [row for row in rows if row.holder_digest not in already]
    outcome = make_awards(terms, [_holder(row, terms) for row in free])
    faults = [(row, held_already(already[row.holder_digest])) for row in rows if row.holder_digest in already]
    faults += [
        (row, Fault("over") if one.code == "dates" else Fault("unsignable", "", one.code))
        for row, one in zip(free, outcome, strict=True)
        if isinstance(one, IssueRefused)
    ]
    made = [one for one in outcome if isinstance(one, Award)]
    lot.rows.filter(pk__in=[award.row_id for award in made]).update(state=LotRowState.ISSUED, cells="", values="")
    _blame(faults)
    Lot.objects.filter(pk=lot.pk).update(issued=F("issued") + len(made), faulty=F("faulty") + len(faults))
    digest = sha256("\n".join(award.number for award in made).encode()).hexdigest()
    told(Act.ROWS_ISSUED, lot, Actor(code=lot.started_by_code), now, digest=digest)
    crash_point("A0")
    return len(rows)


def _blame(faults: Iterable[tuple[LotRow, Fault]]) -> None:
    for row, fault in faults:
        row.faults, row.state = [asdict(fault)], LotRowState.FAULTY
        row.save(update_fields=["faults", "state"])


def terms_of(lot: Lot, *, issued_by: str, now: datetime) -> Terms:
    """Read what the awards of a lot share. Six queries at most."""
    referentiel = queries.version_read(lot.referentiel_id)
    lot.referentiel, lot.certification = referentiel, referentiel.certification
    about = facts.achieved(
        design=lot.design,
        referentiel=referentiel,
        blocs=lot.blocs,
        rule=queries.rule_for(lot),
        partnership=lot.partnership,
    )
    held = lot.habilitation
    authority = authority_in(held) if held is not None and held.state == HabilitationState.ACTIVE else None
    return Terms(lot, about, issued_by, now, authority)


def _holder(row: LotRow, terms: Terms) -> Holder:
    said = json.loads(row.values)
    results = facts.results_of(said, attendance_of(said), terms.about.rule)
    return Holder(
        first_name=said["first_name"],
        last_name=said["last_name"],
        awarded_on=date.fromisoformat(said["awarded_on"]) if said.get("awarded_on") else terms.lot.awarded_on,
        birth_on=said.get("birth_on", ""),
        birth_place=said.get("birth_place", "")[:100],
        email=said.get("email", ""),
        results=results,
        holder_digest=row.holder_digest,
        row=row,
    )


def make_awards(terms: Terms, holders: Sequence[Holder]) -> list[Award | IssueRefused]:
    """Make awards, intend their credentials and write to their holders, in the caller's transaction.

    Journal it in the same transaction, and call ``projection.settle_soon`` after the commit. In the order of
    ``holders``: the award, or why it cannot be signed.
    """
    numbers = _new_numbers(len(holders))
    awards = [_award(terms, holder, number) for holder, number in zip(holders, numbers, strict=True)]
    outcome: list[Award | IssueRefused] = list(awards)
    # One skeleton and one end of validity by call to the seal: rows of a lot are nearly always all alike.
    alike: dict[tuple[Any, ...], list[int]] = {}
    for at, (award, holder) in enumerate(zip(awards, holders, strict=True)):
        alike.setdefault((award.valid_until, bool(holder.email), holder.results.shape), []).append(at)
    sealed: Sequence[SealedCredential | IssueRefused]
    for (valid_until, has_email, shape), places in alike.items():
        try:
            sealed = intend_many(
                certifier=terms.lot.certifier,
                kind=facts.KIND,
                skeleton=facts.skeleton_of(terms.about, results=shape, has_email=has_email, authority=terms.authority),
                lines=[_line(awards[at], holders[at]) for at in places],
                valid_until=facts.end_of(valid_until) if valid_until else None,
                actor=Actor(code=terms.issued_by, certifier_code=terms.lot.certifier.code),
                now=terms.now,
            )
        except IssueRefused as refusal:
            if refusal.code != "dates":
                raise
            # Their end came while the lot waited: those alone are refused, and the job goes on.
            sealed = [refusal] * len(places)
        for at, one in zip(places, sealed, strict=True):
            if isinstance(one, SealedCredential):
                awards[at].credential = one
            else:
                outcome[at] = one
    made = [award for award in awards if award.credential is not None]
    Award.objects.bulk_create(made, batch_size=CHUNK)
    _write(terms, made)
    return outcome


def _new_numbers(count: int) -> list[str]:
    """Draw numbers that nothing has; in a hundred million awards, one draw in six thousand would meet another."""
    drawn: set[str] = set()
    while len(drawn) < count:
        fresh = {new_number() for _one in range(count - len(drawn))}
        drawn |= fresh - set(Award.objects.filter(number__in=fresh).values_list("number", flat=True))
    return list(drawn)


def _award(terms: Terms, holder: Holder, number: str) -> Award:
    lot = terms.lot
    return Award(
        code=new_code(),
        number=number,
        certifier=lot.certifier,
        certification=lot.certification,
        referentiel=lot.referentiel,
        design=lot.design,
        lot=lot,
        row=holder.row,
        subject=lot.design.subject,
        blocs=lot.blocs,
        first_name=holder.first_name,
        last_name=holder.last_name,
        birth_on=holder.birth_on,
        birth_place=holder.birth_place,
        email=holder.email,
        email_digest=email_digest(holder.email),
        holder_digest=holder.holder_digest,
        awarded_on=holder.awarded_on,
        decided_on=lot.decided_on,
        place=lot.place,
        valid_until=later(holder.awarded_on, lot.validity_months) if lot.validity_months else None,
        results=holder.results.to_text(),
        partnership=lot.partnership,
        habilitation=lot.habilitation,
        replaces=holder.replaces,
        issued_at=terms.now,
        issued_by_code=terms.issued_by,
    )


def _line(award: Award, holder: Holder) -> Line:
    key = f"{facts.KIND}:{award.code}"
    values = facts.values_of(
        number=award.number,
        holder=holder.name,
        email=holder.email,
        awarded_on=holder.awarded_on,
        results=holder.results,
    )
    return Line(key, key, values, award.code)


def _write(terms: Terms, made: Sequence[Award]) -> None:
    lot = terms.lot
    languages = languages_of([award for award in made if award.email])
    send_many(
        [
            emails.issued(
                award,
                title=terms.about.title,
                house=lot.certifier.name,
                certifier_code=lot.certifier.code,
                email=award.email,
                url=holder_url(award),
                language=languages[award.code],
            )
            for award in made
            if award.email
        ],
        now=terms.now,
    )


@transaction.atomic
def _stop(held: Lot, why: str, *, now: datetime) -> None:
    lot = locked(held)
    for row in lot.rows.filter(state__in=READY_ROWS).iterator(chunk_size=CHUNK):
        _blame([(row, Fault("stopped", "", why))])


@transaction.atomic
def _finish(held: Lot, *, now: datetime) -> Lot:
    lot = locked(held)
    if lot.state != LotState.ISSUING:
        return lot
    recount(lot)
    lot.state = LOT_LIFE.after(lot.state, "finish")
    lot.finished_at, lot.finished_by_code = now, lot.started_by_code
    let_go(lot, now)
    lot.save(update_fields=["state", "finished_at", "finished_by_code", "document"])
    told(Act.LOT_ISSUED, lot, Actor(code=lot.started_by_code), now)
    return lot
