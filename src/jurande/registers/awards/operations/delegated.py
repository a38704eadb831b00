"""A partner's own lots: prepared under its mandate, then mended, approved and issued as any lot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Design, IssuingMandate, Lot
from jurande.registers.awards.operations.delegation import DelegationRefused, attach_mandate, demand_delegation
from jurande.registers.awards.operations.preparing import prepare_lot
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right


@transaction.atomic
def prepare_delegated_lot(
    *,
    mandate: IssuingMandate,
    design: Design,
    content: BinaryIO,
    filename: str,
    awarded_on: date,
    title: str = "",
    place: str = "",
    blocs: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> Lot:
    """Keep a partner's spreadsheet as a lot that it issues in the certifier's name.

    :raises NotAllowed: not its mandate, not its right, or nothing may be issued under it today.
    :raises DelegationRefused: a design of something else, or a bloc outside the habilitation.
    :raises LotRefused: :raises DocumentRefused: :raises TableRefused: as ``prepare_lot``.
    """
    demand_delegation(mandate, right=Right.PREPARE_AWARDS, actor=actor, now=now)
    if design.certification_id != mandate.certification_id:
        raise DelegationRefused(_("Ce modèle est celui d’une autre certification."), field="design")
    covered = mandate.habilitation.blocs
    if covered and not (blocs and set(blocs) <= set(covered)):
        raise DelegationRefused(
            _("Votre habilitation ne couvre que certains blocs. Choisissez parmi ceux-là."), field="blocs"
        )
    lot = prepare_lot(
        design=design,
        content=content,
        filename=filename,
        awarded_on=awarded_on,
        title=title,
        place=place,
        blocs=blocs,
        partnership=mandate.partnership,
        habilitation=mandate.habilitation,
        actor=actor,
        now=now,
    )
    attach_mandate(lot=lot, mandate=mandate)
    return lot
