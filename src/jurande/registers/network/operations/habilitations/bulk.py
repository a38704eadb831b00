"""Opening many habilitations at once, where nothing was ever held: what a network brings with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import Told, record_many
from jurande.registers.network.emails import habilitations as emails
from jurande.registers.network.models import Habilitation, HabilitationSpell
from jurande.registers.network.operations.habilitations.credentials import issue_first
from jurande.registers.network.operations.habilitations.moves import (
    SERIES,
    Ground,
    HabilitationRefused,
    Scope,
    demand_act,
    drafted,
    effective,
    spell,
)
from jurande.registers.network.operations.ledger import note_first
from jurande.registers.network.policies import habilitations as policies
from jurande.registers.network.queries.habilitations import pairs_held
from jurande.registers.network.states import Basis, HabilitationAct, SpellState
from jurande.registers.parties.models import Certifier, Membership, Partnership
from jurande.registers.parties.operations import next_references
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role


@dataclass(frozen=True)
class Earlier:
    """A habilitation that rests on a convention signed before this register: its reference and its day."""

    partnership: Partnership
    scope: Scope
    convention: str
    signed_on: date
    valid_from: date
    valid_until: date


@transaction.atomic
def open_earlier(*, certifier: Certifier, asked: Sequence[Earlier], actor: Actor, now: datetime) -> list[Habilitation]:
    """Prepare and open all of these, in order, as ``prepare`` and ``activate`` do for one; all or none.

    Each is the first of its place for its certification: see ``pairs_held``. Some fifteen queries, whatever their
    number, and one for each head who is written to.

    :raises NotAllowed: the role. :raises HabilitationRefused: as ``prepare`` and ``activate``, or not the first.
    """
    require(policies.can_open_habilitations(actor, certifier))
    places = list(
        Partnership.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in={one.partnership.pk for one in asked}
        )
    )
    pairs = [(one.partnership.site.siret, one.scope.certification.pk) for one in asked]
    if len(set(pairs)) < len(pairs) or pairs_held(certifier, pairs):
        raise HabilitationRefused(_("Cet établissement est déjà habilité pour cette certification."))
    rows = [_drafted(one, actor, now) for one in asked]
    references = next_references(certifier=certifier, series=SERIES, on=localdate(now), count=len(rows))
    for row, reference in zip(rows, references, strict=True):
        row.reference = reference
    Habilitation.objects.bulk_create(rows)
    HabilitationSpell.objects.bulk_create(
        spell(row, 1, SpellState.ACTIVE, row.valid_from, "", actor.code, now) for row in rows
    )
    issued = issue_first(certifier, rows, actor=actor, now=now)
    note_first(habilitations=rows, now=now)
    acts = (HabilitationAct.PREPARED, HabilitationAct.ACTIVATED)
    told = [Told(act, "habilitation", row.code) for row in rows for act in acts]
    record_many(chain=certifier.code, actor_code=actor.code, acts=[*issued, *told], now=now)
    _write(rows, places, now)
    return rows


def _drafted(one: Earlier, actor: Actor, now: datetime) -> Habilitation:
    row = drafted(
        partnership=one.partnership,
        scope=one.scope,
        ground=Ground(Basis.EARLIER_CONVENTION, one.convention, one.signed_on),
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        actor_code=actor.code,
        now=now,
    )
    demand_act(row, localdate(now))
    effective(row, actor.code, now)
    return row


def _write(rows: Sequence[Habilitation], places: Sequence[Partnership], now: datetime) -> None:
    heads = Membership.objects.in_force().filter(role=Role.HEAD, partnership__in=places)
    headed = set(heads.order_by("pk").values_list("partnership", flat=True))
    by_place: dict[int, list[Habilitation]] = defaultdict(list)
    for row in rows:
        by_place[row.partnership_id].append(row)
    for place in headed:
        for row in by_place[place]:
            for letter in emails.opened(row):
                correspondence.send(letter, now=now)
