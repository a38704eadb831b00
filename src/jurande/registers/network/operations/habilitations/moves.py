"""What every decision about a habilitation does, whoever takes it: its row, its spell, its credential, the journal.

Nothing here asks whether somebody may: the acts of a manager do (``acts``), and so does the register of conventions
before it tells what became of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.core.france.departements import DEPARTEMENTS
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.common.refusals import Refused
from jurande.registers.journal.operations import record
from jurande.registers.network.models import Habilitation, HabilitationHold, HabilitationSpell
from jurande.registers.network.operations.habilitations.credentials import follow
from jurande.registers.network.operations.ledger import note_change
from jurande.registers.network.states import (
    DECIDED_STATES,
    HABILITATION_LIFE,
    Basis,
    HabilitationAct,
    HabilitationEndReason,
    HabilitationKind,
    HabilitationState,
    HabilitationSuspendReason,
    HoldCause,
    SpellState,
)
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.operations import next_reference

SERIES = "HAB"
NOTE_CHARS = 4_000
# A decision takes effect today, or soon: a slip of the year is no decision.
FARTHEST = timedelta(days=366)
LONGEST = timedelta(days=10 * 366)


class HabilitationRefused(Refused):
    """This habilitation cannot be opened or changed so."""


@dataclass(frozen=True)
class Scope:
    """What is habilitated. ``blocs``: lineages, () for the whole; ``territory``: départements, () for everywhere."""

    certification: Certification
    referentiel: Referentiel | None
    kind: HabilitationKind
    blocs: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """The act it rests on: ``reference`` and ``on`` are what is shown of it; ``code``: the convention's, if any."""

    basis: Basis
    reference: str
    on: date
    code: str = ""


def locked(habilitation: Habilitation) -> Habilitation:
    """Hold the partnership, then the row: two decisions about one place come one after the other."""
    Partnership.objects.select_for_update(of=("self",), no_key=True).get(pk=habilitation.partnership_id)
    return (
        Habilitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "certifier__organisation",
            "partnership__site__organisation",
            "certification__fiche",
            "referentiel",
            "credential",
        )
        .get(pk=habilitation.pk)
    )


@transaction.atomic
def make(
    *,
    partnership: Partnership,
    scope: Scope,
    ground: Ground | None,
    valid_from: date,
    valid_until: date,
    is_probation: bool,
    actor_code: str,
    now: datetime,
    follows: Habilitation | None = None,
) -> Habilitation:
    """Write a prepared habilitation; nobody may act on it yet.

    :raises HabilitationRefused: days in the wrong order, another house's certification, a département that is none.
    """
    row = drafted(
        partnership=partnership,
        scope=scope,
        ground=ground,
        valid_from=valid_from,
        valid_until=valid_until,
        actor_code=actor_code,
        now=now,
    )
    row.reference = next_reference(certifier=partnership.certifier, series=SERIES, on=localdate(now))
    row.is_probation, row.follows = is_probation, follows
    row.save(force_insert=True)
    told(HabilitationAct.PREPARED, row, actor_code, now)
    return row


def drafted(
    *,
    partnership: Partnership,
    scope: Scope,
    ground: Ground | None,
    valid_from: date,
    valid_until: date,
    actor_code: str,
    now: datetime,
) -> Habilitation:
    """Put a prepared habilitation together; it has no reference yet and nothing is written.

    :raises HabilitationRefused: as ``make``.
    """
    if scope.certification.certifier_id != partnership.certifier_id:
        raise HabilitationRefused(_("Cette certification n’est pas de votre maison."), field="certification")
    if any(code not in DEPARTEMENTS for code in scope.territory):
        raise HabilitationRefused(
            _("Un des départements n’existe pas. Choisissez-les dans la liste."), field="territory"
        )
    demand_days(valid_from, valid_until)
    row = Habilitation(
        certifier=partnership.certifier,
        partnership=partnership,
        certification=scope.certification,
        referentiel=scope.referentiel,
        kind=scope.kind,
        blocs=sorted(scope.blocs),
        territory=sorted(scope.territory),
        valid_from=valid_from,
        valid_until=valid_until,
        prepared_at=now,
        prepared_by_code=actor_code,
    )
    if ground is not None:
        rest_on(row, ground)
    return row


def demand_days(valid_from: date, valid_until: date) -> None:
    """:raises HabilitationRefused: the last day before the first, or more than ten years."""
    if valid_until < valid_from:
        raise HabilitationRefused(
            _("Le dernier jour vient avant le premier. Corrigez l’une des deux dates."), field="valid_until"
        )
    if valid_until - valid_from > LONGEST:
        raise HabilitationRefused(_("Une habilitation dure dix ans au plus."), field="valid_until")


def rest_on(row: Habilitation, ground: Ground) -> None:
    """Note the act it rests on; not saved."""
    row.basis, row.basis_reference = ground.basis, ground.reference.strip()[:120]
    row.basis_on, row.basis_code = ground.on, ground.code


@transaction.atomic
def open_row(habilitation: Habilitation, *, actor_code: str, now: datetime) -> Habilitation:
    """Let it take effect from its first day on; its credential is intended in the same transaction.

    :raises HabilitationRefused: open or ended already, no act, no days, over already, a condition missing, or the same
    scope is held on some of these days.
    """
    row = locked(habilitation)
    if not HABILITATION_LIFE.allows(row.state, "activate"):
        raise HabilitationRefused(
            _(
                "Cette habilitation a déjà été ouverte. Une habilitation terminée ne reprend pas\u00a0: "
                "préparez-en une autre, avec l’acte sur lequel elle repose."
            )
        )
    demand_act(row, localdate(now))
    _demand_conditions(row, localdate(now))
    effective(row, actor_code, now)
    _demand_alone(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise HabilitationRefused(_held_already("")) from fault
    _decide(row, SpellState.ACTIVE, row.valid_from, "", actor_code, now)
    told(HabilitationAct.ACTIVATED, row, actor_code, now)
    return row


def effective(row: Habilitation, actor_code: str, now: datetime) -> None:
    """Let it count from its first day on; not saved."""
    row.state = HABILITATION_LIFE.after(row.state, "activate")
    row.activated_at, row.activated_by_code = now, actor_code or row.prepared_by_code


def demand_act(row: Habilitation, today: date) -> None:
    """:raises HabilitationRefused: no act, an act of the future, or over already."""
    if not (row.basis and row.basis_reference and row.basis_on):
        raise HabilitationRefused(
            _("Une habilitation repose sur un acte\u00a0: indiquez sa référence et sa date avant de l’ouvrir."),
            field="basis_reference",
        )
    if row.basis_on > today:
        raise HabilitationRefused(_("Cet acte est daté de l’avenir. Corrigez sa date."), field="basis_on")
    if row.valid_until < today:
        raise HabilitationRefused(
            _("Cette habilitation finit avant aujourd’hui\u00a0: personne ne pourrait s’en servir."),
            field="valid_until",
        )


def _demand_conditions(row: Habilitation, today: date) -> None:
    missing = [one.label for one in row.conditions.all() if one.is_required and not one.is_met_on(today)]
    if missing:
        raise HabilitationRefused(
            _("Il manque une condition\u00a0: %(missing)s. Dites quand elle est remplie, puis ouvrez.")
            % {"missing": ", ".join(missing)}
        )


def _demand_alone(row: Habilitation) -> None:
    """The partnership is locked: what is read here cannot change before the end of the transaction."""
    held = Habilitation.objects.filter(
        partnership=row.partnership_id,
        certification=row.certification_id,
        state__in=DECIDED_STATES,
        valid_from__lte=row.valid_until,
    ).exclude(pk=row.pk)
    reach = row.reach
    for other in held:
        last = other.last_day
        if other.valid_from <= last >= row.valid_from and other.reach.meets(reach):
            raise HabilitationRefused(_held_already(other.reference))


def _held_already(reference: str) -> str:
    return _(
        "Cet établissement est déjà habilité à la même chose pour une partie de ces jours%(by)s. "
        "Terminez l’autre habilitation, ou changez les dates, les blocs ou le territoire."
    ) % {"by": f" ({reference})" if reference else ""}


@transaction.atomic
def hold(
    habilitation: Habilitation,
    *,
    cause: HoldCause,
    reason: HabilitationSuspendReason,
    note: str,
    effective_on: date,
    actor_code: str,
    now: datetime,
) -> Habilitation:
    """Keep it suspended for one more cause; what was suspended already stays so.

    :raises HabilitationRefused: not open, suspended for this cause already, a day in the past or after its last one.
    """
    row = locked(habilitation)
    if row.state not in (HabilitationState.ACTIVE, HabilitationState.SUSPENDED):
        raise HabilitationRefused(
            _("Seule une habilitation ouverte se suspend. Celle-ci ne l’est pas, ou ne l’est plus.")
        )
    demand_soon(row, effective_on, now)
    if row.holds.filter(cause=cause, lifted_at=None).exists():
        raise HabilitationRefused(_("Cette habilitation est déjà suspendue pour cette raison."))
    HabilitationHold.objects.create(
        habilitation=row,
        cause=cause,
        reason_code=reason,
        note=note.strip()[:NOTE_CHARS],
        from_on=effective_on,
        placed_at=now,
        placed_by_code=actor_code,
    )
    starts = effective_on if row.suspended_on is None else min(row.suspended_on, effective_on)
    if row.suspended_on is None or starts < row.suspended_on:
        row.state, row.suspended_on = HabilitationState.SUSPENDED, starts
        row.save(update_fields=["state", "suspended_on"])
        _decide(row, SpellState.SUSPENDED, starts, reason, actor_code, now)
    told(HabilitationAct.SUSPENDED, row, actor_code, now, reason_code=reason)
    return row


@transaction.atomic
def release(habilitation: Habilitation, *, cause: HoldCause, note: str, actor_code: str, now: datetime) -> Habilitation:
    """Lift one cause, today; it is active again when no other stands.

    :raises HabilitationRefused: not suspended for this cause.
    """
    row = locked(habilitation)
    held = row.holds.filter(cause=cause, lifted_at=None).first()
    if row.state != HabilitationState.SUSPENDED or held is None:
        raise HabilitationRefused(_("Cette habilitation n’est pas suspendue\u00a0: il n’y a rien à lever."))
    today = localdate(now)
    held.lifted_at, held.lifted_by_code, held.lift_note = now, actor_code, note.strip()[:NOTE_CHARS]
    held.lifted_on = max(today, held.from_on)
    held.save(update_fields=["lifted_at", "lifted_by_code", "lift_note", "lifted_on"])
    standing = row.holds.filter(lifted_at=None).order_by("from_on")
    following = standing.first()
    if following is None:
        row.state, row.suspended_on = HABILITATION_LIFE.after(row.state, "resume"), None
        row.save(update_fields=["state", "suspended_on"])
        _decide(row, SpellState.ACTIVE, today, "", actor_code, now)
    elif following.from_on > today:
        # Another suspension is to come: until then it counts again.
        row.suspended_on = following.from_on
        row.save(update_fields=["suspended_on"])
        _decide(row, SpellState.ACTIVE, today, "", actor_code, now)
        _decide(row, SpellState.SUSPENDED, following.from_on, following.reason_code, actor_code, now)
    told(HabilitationAct.RESUMED, row, actor_code, now)
    return row


@transaction.atomic
def close(
    habilitation: Habilitation,
    *,
    reason: HabilitationEndReason,
    note: str,
    effective_on: date,
    actor_code: str,
    now: datetime,
) -> Habilitation:
    """End it: ``effective_on`` is the first day without it. An end still to come may be brought forward.

    :raises HabilitationRefused: never opened, over, or a day in the past or too far.
    """
    row = locked(habilitation)
    sooner = row.ended_on is not None and localdate(now) < row.ended_on and effective_on < row.ended_on
    if not (HABILITATION_LIFE.allows(row.state, "end") or sooner):
        raise HabilitationRefused(_("Cette habilitation n’est pas ouverte, ou est déjà terminée."))
    today = localdate(now)
    if not today <= effective_on <= today + FARTHEST:
        raise HabilitationRefused(
            _("Une fin prend effet aujourd’hui ou dans l’année\u00a0: ce qui était vrai hier le reste."),
            field="effective_on",
        )
    first = max(effective_on, row.valid_from)
    # What keeps it suspended does so until the end, and no longer.
    row.holds.filter(lifted_at=None).update(
        lifted_at=now, lifted_by_code=actor_code, lifted_on=Greatest(F("from_on"), Value(first))
    )
    row.state, row.suspended_on = HabilitationState.ENDED, None
    row.ended_on, row.ended_at, row.ended_by_code = first, now, actor_code
    row.end_reason, row.end_note = reason, note.strip()[:NOTE_CHARS]
    row.save(update_fields=["state", "suspended_on", "ended_on", "ended_at", "ended_by_code", "end_reason", "end_note"])
    _decide(row, SpellState.ENDED, first, reason, actor_code, now)
    told(HabilitationAct.ENDED, row, actor_code, now, reason_code=reason)
    return row


def demand_soon(row: Habilitation, effective_on: date, now: datetime) -> None:
    """:raises HabilitationRefused: a day in the past, too far, or after the last day."""
    today = localdate(now)
    if effective_on < today:
        raise HabilitationRefused(
            _("Une suspension ne prend pas effet dans le passé\u00a0: ce qui était vrai hier le reste."),
            field="effective_on",
        )
    if effective_on > today + FARTHEST or effective_on > row.valid_until:
        raise HabilitationRefused(
            _("Cette date vient après la fin de l’habilitation, le %(day)s.") % {"day": day_in_words(row.valid_until)},
            field="effective_on",
        )


def _decide(
    row: Habilitation, state: SpellState, from_on: date, reason_code: str, actor_code: str, now: datetime
) -> None:
    """Add what one decision makes true, bring the credential to it, and open the line of the declared list."""
    spell(row, row.spells.count() + 1, state, from_on, reason_code, actor_code, now).save(force_insert=True)
    follow(row, actor_code=actor_code, now=now)
    note_change(habilitation=row, happened_on=from_on, now=now)


def spell(
    row: Habilitation,
    number: int,
    state: SpellState,
    from_on: date,
    reason_code: str,
    actor_code: str,
    now: datetime,
) -> HabilitationSpell:
    """What one decision makes true from a day on; not saved."""
    return HabilitationSpell(
        habilitation=row,
        number=number,
        from_on=from_on,
        until_on=None if state == SpellState.ENDED else max(row.valid_until, from_on),
        state=state,
        reason_code=reason_code,
        decided_at=now,
        decided_by_code=actor_code,
    )


def told(
    act: HabilitationAct,
    row: Habilitation,
    actor_code: str,
    now: datetime,
    *,
    reason_code: str = "",
) -> None:
    """Write one decision in the journal of the house."""
    record(
        chain=row.certifier.code,
        actor_code=actor_code,
        action=act,
        subject_kind="habilitation",
        subject_code=row.code,
        reason_code=reason_code,
        now=now,
    )
