"""What became of some awards: one suspended, one revoked, one corrected, one over; five taken over from elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from jurande.demo.certifications import MICRO
from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.operations import approving, elsewhere, issuing, life, preparing, replacing
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.states import LotSource, Platform, Subject
from jurande.registers.seal.states import Reason

if TYPE_CHECKING:
    from jurande.demo.world import World

SESSION = "Session de rentrée, Strasbourg"
EXPORT = """Credential ID;Group Name;Recipient Name;Recipient Email;Issued On;Expired On;Credential URL;Status
BF-2019-0041;Diagnostic vélo;Perrine ARNAUD;perrine.arnaud@exemple.fr;2019-06-14;;https://badges.imr.exemple.fr/b/41;issued
BF-2019-0042;Diagnostic vélo;Souleymane TRAORÉ;s.traore@exemple.fr;2019-06-14;;https://badges.imr.exemple.fr/b/42;issued
BF-2020-0007;Diagnostic vélo;Katell LE BIHAN;;2020-02-28;2024-02-28;https://badges.imr.exemple.fr/b/107;issued
BF-2021-0113;Diagnostic vélo;Lucas FERREIRA;lucas.f@exemple.fr;2021-10-08;;https://badges.imr.exemple.fr/b/213;revoked
BF-2022-0020;Diagnostic vélo;Anh Thư PHẠM;anhthu@exemple.fr;2022-03-18;;https://badges.imr.exemple.fr/b/320;issued
"""


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: nothing can be signed without one."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(39, partial(_short, world), 9, 40)
    world.on(14, partial(_suspend, world), 11, 20)
    world.on(9, partial(_revoke, world), 16, 5)
    world.on(5, partial(_correct, world), 10, 45)
    world.on(3, partial(_take_over, world), 15, 10)


def _helene(world: World) -> Any:
    return world.actor("helene", certifier=world.houses["imr"])


def _nth(world: World, place: int) -> Award:
    rows = Award.objects.filter(certifier=world.houses["imr"], lot__title=SESSION).order_by("pk")
    return rows.select_related("certifier__organisation")[place]


def _short(world: World, at: datetime) -> None:
    """A trial that was valid for a month only: it is over since."""
    clerk = world.actor("anne-sophie", certifier=world.houses["imr"])
    design = Design.objects.published().get(
        certifier=world.houses["imr"], certification__title=MICRO, subject=Subject.MICRO
    )
    row = {"last_name": "Oliveira", "first_name": "Tiago", "email": "tiago.o@exemple.fr"}
    held = preparing.prepare_rows(
        design=design,
        rows=[row | {"present": "35", "planned": "35"}],
        awarded_on=timezone.localdate(at - timedelta(days=1)),
        validity_months=1,
        source=LotSource.ONE,
        title="Tiago Oliveira",
        actor=clerk,
        now=at,
    )
    held = approving.approve_lot(held=held, actor=_helene(world), now=at)
    issuing.issue_lot(held=held, actor=clerk, now=at)


def _suspend(world: World, at: datetime) -> None:
    note = (
        "Une feuille d’émargement manque\u00a0: nous vérifions avec l’établissement, et vous écrirons sous dix jours."
    )
    life.suspend_award(award=_nth(world, 3), reason=Reason.INQUIRY, note=note, actor=_helene(world), now=at)


def _revoke(world: World, at: datetime) -> None:
    note = "Elle a été délivrée par erreur\u00a0: vous n’aviez pas passé la mise en situation."
    life.revoke_award(award=_nth(world, 7), reason=Reason.MISTAKE, note=note, actor=_helene(world), now=at)


def _correct(world: World, at: datetime) -> None:
    award = _nth(world, 11)
    said = replace(Said.by(award), last_name=f"{award.last_name}-Delorme")
    note = "Votre nom d’usage complet a été rétabli, à votre demande."
    replacing.correct_award(
        award=award, said=said, reason=Reason.HOLDER_REQUEST, note=note, actor=_helene(world), now=at
    )


def _take_over(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    held = elsewhere.read_export(
        certifier=house,
        platform=Platform.ACCREDIBLE,
        content=io.BytesIO(EXPORT.encode()),
        filename="badges-2019-2022.csv",
        actor=_helene(world),
        now=at,
    )
    ours = Design.objects.published().filter(certifier=house, certification__title=MICRO)[0].certification
    elsewhere.start_takeover(held=held, titles={"Diagnostic vélo": ours.code}, actor=_helene(world), now=at)
