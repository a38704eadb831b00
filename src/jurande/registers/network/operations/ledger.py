"""Keeping the declared list: each change opens a line, somebody declares it, the next national snapshot closes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france import ledger as law
from jurande.registers.catalogue.models import Fiche, NationalPartner
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.network.models import DeclaredChange, Habilitation, RegisterDifference
from jurande.registers.network.models.ledger import DeclaredChangeQuerySet
from jurande.registers.network.policies.ledger import can_declare_changes, can_settle_difference
from jurande.registers.network.queries import ledger as queries
from jurande.registers.network.states.ledger import CHANGE_LIFE, ChangeKind, ChangeState, DifferenceKind
from jurande.registers.network.states.ledger import LedgerAct as Act
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor

NOTE_CHARS = 4_000


class LedgerRefused(Refused):
    """This cannot be declared or settled so."""


# --- what changes -------------------------------------------------------------------------------


@transaction.atomic
def note_change(*, habilitation: Habilitation, happened_on: date, now: datetime) -> DeclaredChange | None:
    """Open the line of a change that just took its spell, in the caller's transaction; call it after the spell is kept.

    ``happened_on``: the day it takes effect. The line says what the place may do for the fiche before and after, all
    its habilitations together: blocs and territories are not in the register. None: nothing to declare, because the
    certification is in no register or because the role stays the same. A line that the last national snapshot already
    shows is closed at once. Source: C. trav. R. 6113-16-5.
    """
    fiche = habilitation.certification.fiche
    if fiche is None:
        return None
    siret = habilitation.partnership.site.siret
    lines = DeclaredChange.objects.filter(certifier_id=habilitation.certifier_id, fiche=fiche, siret=siret)
    # A change to come that was noted already starts from somewhere else now: what follows is reckoned anew.
    lines.filter(happened_on__gt=happened_on, state=ChangeState.TO_DECLARE).delete()
    line = _line(lines, habilitation, fiche, siret, happened_on, now)
    for day in _later_days(habilitation, happened_on):
        _line(lines, habilitation, fiche, siret, day, now)
    return line


def _line(
    lines: DeclaredChangeQuerySet,
    habilitation: Habilitation,
    fiche: Fiche,
    siret: str,
    happened_on: date,
    now: datetime,
) -> DeclaredChange | None:
    previous = lines.filter(happened_on__lte=happened_on).in_order().last()
    before = previous.after if previous else law.NONE
    after = queries.role_on(habilitation.partnership_id, habilitation.certification_id, happened_on)
    kind = law.movement(before, after)
    if not kind:
        return None
    seen_on = queries.already_listed(fiche, siret, after, happened_on)
    line = _new_line(habilitation, (before, after), happened_on, seen_on, now)
    if seen_on:
        # Whatever was waiting led here: a place opened and closed before it was declared leaves nothing to declare.
        lines.pending().filter(happened_on__lte=happened_on).update(state=ChangeState.CONFIRMED, seen_on=seen_on)
    line.save(force_insert=True)
    return line


def _new_line(
    habilitation: Habilitation, roles: tuple[str, str], happened_on: date, seen_on: date | None, now: datetime
) -> DeclaredChange:
    before, after = roles
    return DeclaredChange(
        certifier_id=habilitation.certifier_id,
        habilitation=habilitation,
        fiche=habilitation.certification.fiche,
        siret=habilitation.partnership.site.siret,
        kind=ChangeKind(law.movement(before, after)),
        before=before,
        after=after,
        state=ChangeState.CONFIRMED if seen_on else ChangeState.TO_DECLARE,
        happened_on=happened_on,
        due_on=law.declare_by(happened_on),
        noted_at=now,
        seen_on=seen_on,
    )


def note_first(*, habilitations: Sequence[Habilitation], now: datetime) -> None:
    """Open the lines of places that never did anything for these fiches; as ``note_change``, in a few queries for all.

    Each is the only one ever of its place for its certification, and takes effect on its first day.
    """
    declared = [(one, one.certification.fiche) for one in habilitations if one.certification.fiche is not None]
    listed = queries.listed_roles({fiche for _one, fiche in declared})
    DeclaredChange.objects.bulk_create(
        _new_line(
            one,
            (law.NONE, one.kind),
            one.valid_from,
            listed.seen_on(fiche, one.partnership.site.siret, one.kind, one.valid_from),
            now,
        )
        for one, fiche in declared
    )


def _later_days(habilitation: Habilitation, day: date) -> list[date]:
    spells = queries.spells_of_place(habilitation.partnership_id, habilitation.certification_id)
    days = spells.filter(from_on__gt=day).order_by("from_on").values_list("from_on", flat=True)
    return list(dict.fromkeys(days))


# --- declaring ----------------------------------------------------------------------------------


@transaction.atomic
def declare_changes(
    *, changes: Sequence[DeclaredChange], declared_on: date, actor: Actor, now: datetime
) -> list[DeclaredChange]:
    """Write down that somebody typed these changes in at France compétences, on that day. One journal entry.

    :raises NotAllowed: only network managers. :raises LedgerRefused: nothing chosen, declared already, a day to come or
        before the change.
    """
    if not changes:
        raise LedgerRefused(_("Aucune ligne n’est choisie. Cochez ce que vous avez déclaré, puis recommencez."))
    for change in changes:
        require(can_declare_changes(actor, change.certifier))
    if declared_on > localdate(now):
        raise LedgerRefused(
            _("Une déclaration ne se note qu’une fois faite. Donnez aujourd’hui ou un jour passé."), field="declared_on"
        )
    held = DeclaredChange.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[change.pk for change in changes]
    )
    rows = list(held.select_related("certifier").in_order())
    for row in rows:
        if row.state != ChangeState.TO_DECLARE:
            raise LedgerRefused(_("Une de ces lignes est déjà déclarée ou lue au registre. Rechargez la page."))
        if declared_on < localdate(row.noted_at) and declared_on < row.happened_on:
            raise LedgerRefused(
                _("Un changement ne se déclare pas avant d’avoir été décidé. Vérifiez la date."), field="declared_on"
            )
        row.state = CHANGE_LIFE.after(row.state, "declare")
        row.declared_on, row.declared_by_code = declared_on, actor.code
        row.save(update_fields=["state", "declared_on", "declared_by_code"])
    _told(Act.CHANGES_DECLARED, rows[0].certifier, actor.code, now, subject=("declared_change", rows[0].code))
    return rows


# --- reading the register again -----------------------------------------------------------------


@dataclass(frozen=True)
class Reconciled:
    """What one reading of the registers changed: lines closed, differences raised, differences that came right."""

    confirmed: int = 0
    raised: int = 0
    settled: int = 0

    def __add__(self, other: Reconciled) -> Reconciled:
        """Add two houses up."""
        return Reconciled(self.confirmed + other.confirmed, self.raised + other.raised, self.settled + other.settled)


def reconcile_all(*, now: datetime) -> Reconciled:
    """Compare every house's list with the last national snapshots; doing it again changes nothing."""
    done = Reconciled()
    houses = Habilitation.objects.decided().order_by().values("certifier").distinct()
    for certifier in Certifier.objects.filter(pk__in=houses).order_by("pk"):
        done += reconcile(certifier=certifier, now=now)
    return done


@transaction.atomic
def reconcile(*, certifier: Certifier, now: datetime) -> Reconciled:
    """Close the lines that the last snapshot shows; raise what it says and nobody decided; settle what agrees again.

    A line is closed by a snapshot of its day or later that shows where it led, and closes those before it. A fiche
    whose register was never read, and a fiche for which nobody was habilitated here yet, raise nothing.
    """
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    done = Reconciled()
    for reading in queries.readings(certifier):
        done += Reconciled(confirmed=_confirm(reading, now))
        done += _compare(certifier, reading, now)
    if done.confirmed:
        _told(Act.CHANGES_CONFIRMED, certifier, "", now, subject=("certifier", certifier.code))
    return done


def _confirm(reading: queries.Reading, now: datetime) -> int:
    closed: list[DeclaredChange] = []
    for pair, lines in reading.pending.items():
        shown = [
            at
            for at, line in enumerate(lines)
            if line.happened_on <= reading.snapshot_on and line.after == reading.listed.get(pair, law.NONE)
        ]
        closed += lines[: shown[-1] + 1] if shown else []
        reading.pending[pair] = lines[shown[-1] + 1 :] if shown else lines
    for line in closed:
        line.state = CHANGE_LIFE.after(line.state, "confirm")
        line.seen_on = reading.snapshot_on
    DeclaredChange.objects.bulk_update(closed, ["state", "seen_on"], batch_size=200)
    return len(closed)


def _compare(certifier: Certifier, reading: queries.Reading, now: datetime) -> Reconciled:
    unexplained = {
        (gap.fiche, gap.siret): gap
        for gap in law.gaps(reading.here, reading.listed)
        if not reading.pending.get((gap.fiche, gap.siret))
    }
    settled = 0
    held = RegisterDifference.objects.raised().filter(certifier=certifier, fiche__in=reading.fiches.values())
    for row in held.select_related("fiche").order_by("pk"):
        gap = unexplained.get((row.fiche.number, row.siret))
        if gap is not None and (gap.here, gap.listed) == (row.here, row.listed):
            del unexplained[row.fiche.number, row.siret]
        else:
            row.settled_at = now
            row.save(update_fields=["settled_at"])
            settled += 1
    # What somebody settled with a note stays so until one of the two lists says something else.
    looked_at = set(
        RegisterDifference.objects.filter(certifier=certifier, fiche__in=reading.fiches.values())
        .exclude(settled_by_code="")
        .values_list("fiche__number", "siret", "here", "listed")
    )
    fresh = [gap for gap in unexplained.values() if (gap.fiche, gap.siret, gap.here, gap.listed) not in looked_at]
    names = _names(reading, [gap.siret for gap in fresh])
    partners = {
        one.site.siret: one
        for one in Partnership.objects.in_force()
        .filter(certifier=certifier, site__siret__in=[gap.siret for gap in fresh])
        .select_related("site__organisation")
    }
    RegisterDifference.objects.bulk_create(
        RegisterDifference(
            certifier=certifier,
            fiche=reading.fiches[gap.fiche],
            siret=gap.siret,
            name=partners[gap.siret].name if gap.siret in partners else names.get(gap.siret, gap.siret),
            partnership=partners.get(gap.siret),
            kind=_kind_of(gap),
            here=gap.here,
            listed=gap.listed,
            seen_on=reading.snapshot_on,
            raised_at=now,
        )
        for gap in fresh
    )
    return Reconciled(raised=len(fresh), settled=settled)


def _kind_of(gap: law.Gap) -> DifferenceKind:
    if not gap.listed:
        return DifferenceKind.NOT_LISTED
    return DifferenceKind.OTHER_ROLE if gap.here else DifferenceKind.NOT_HERE


def _names(reading: queries.Reading, sirets: Iterable[str]) -> dict[str, str]:
    rows = NationalPartner.objects.current().filter(fiche__in=reading.fiches.values(), siret__in=list(sirets))
    return dict(rows.order_by("pk").values_list("siret", "name"))


@transaction.atomic
def settle_difference(*, difference: RegisterDifference, note: str, actor: Actor, now: datetime) -> RegisterDifference:
    """Write what was seen of a difference: it leaves what waits until one of the two lists says something else.

    :raises NotAllowed: only network managers. :raises LedgerRefused: no note, or settled already.
    """
    require(can_settle_difference(actor, difference))
    row = (
        RegisterDifference.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=difference.pk)
    )
    if row.settled_at is not None:
        raise LedgerRefused(_("Cet écart est déjà réglé. Rechargez la page."))
    if not note.strip():
        raise LedgerRefused(
            _("Écrivez ce que vous avez vu\u00a0: qui a décidé, ce qui a été déclaré, ou l’erreur du registre."),
            field="note",
        )
    row.settled_at, row.settled_by_code, row.note = now, actor.code, note.strip()[:NOTE_CHARS]
    row.save(update_fields=["settled_at", "settled_by_code", "note"])
    _told(Act.DIFFERENCE_SETTLED, row.certifier, actor.code, now, subject=("register_difference", row.code))
    return row


def _told(action: Act, certifier: Certifier, actor_code: str, now: datetime, *, subject: tuple[str, str]) -> None:
    record(
        chain=certifier.code,
        actor_code=actor_code,
        action=action,
        subject_kind=subject[0],
        subject_code=subject[1],
        now=now,
    )
