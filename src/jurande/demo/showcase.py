"""The story of a showcase: the Institut opens its own, Inès says yes under her initial; proofs are looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from jurande.demo.certifications import MICRO
from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.operations.showcase import Line
from jurande.registers.awards.operations.visits import fold_visits, note_visit
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries import showcase as queries
from jurande.registers.awards.states.showcase import ShownName
from jurande.registers.awards.states.visits import VisitKind

if TYPE_CHECKING:
    from jurande.demo.world import World

PRESENTATION = (
    "Depuis 1987, nous formons et certifions des gens qui réparent\u00a0: lave-linge, téléphones, vélos.\n\n"
    "Nos évaluations se passent à l’établi, devant une panne. Quarante ateliers partenaires s’en chargent partout en "
    "France."
)
PRESENTATION_EN = (
    "Since 1987 we have trained and certified people who repair: washing machines, phones, bicycles.\n\n"
    "We assess at the workbench, in front of a real fault, in forty partner workshops all over France."
)
TRAINING_URL = "https://imr.exemple.fr/formations/lave-linge"
SITE_URL = "https://imr.exemple.fr"
# How many days of visits are told, and how many of each kind come in a day, for each award that is looked at.
VISITED_DAYS, LOOKED_AT = 40, 12
DAILY = ((VisitKind.SEEN, 3), (VisitKind.SHARE_SEEN, 1), (VisitKind.TRAINING, 1))


def plan(world: World) -> None:
    """Plan it, if this demonstration has an address: without one nothing is issued, and there is nothing to show."""
    if not settings.PUBLIC_URL_IS_SET:
        return
    world.on(13, lambda at: _open(world, at), hour=10)
    world.on(11, lambda at: _appear(world, at), hour=20)
    world.on(1, _look, hour=7)


def _open(world: World, at: datetime) -> None:
    """Anne-Sophie writes it: the micro-certifications, the certification, and where one trains for the first."""
    house, clerk = world.houses["imr"], world.actor("anne-sophie", certifier=world.houses["imr"])
    lines = [
        Line(one.code, is_listed=True, shows_figures=True, training_url=TRAINING_URL if one.title == MICRO else "")
        for one, _shown in queries.editable(house)
    ]
    operations.write_showcase(
        certifier=house,
        presentation=PRESENTATION,
        presentation_en=PRESENTATION_EN,
        site_url=SITE_URL,
        lines=lines,
        actor=clerk,
        now=at,
    )
    operations.open_showcase(certifier=house, actor=clerk, now=at)


def _appear(world: World, at: datetime) -> None:
    for award in holders.held_by(world.people["ines"]).filter(certification__title=MICRO)[:1]:
        operations.agree_to_appear(award=award, name=ShownName.INITIAL, actor=world.actor("ines"), now=at)


def _look(at: datetime) -> None:
    """Somebody looks at a proof each day, more often at some than at others; a few go on to the training."""
    awards: list[Any] = list(
        Award.objects.exclude(lot=None).select_related("certification", "partnership", "lot").order_by("pk")[:LOOKED_AT]
    )
    for days in range(VISITED_DAYS, 0, -1):
        for rank, award in enumerate(awards):
            for kind, most in DAILY:
                for _turn in range((days * 7 + rank * 3) % (most * 2 + 1) if (days + rank) % 3 == 0 else 0):
                    note_visit(
                        kind=kind,
                        certification_code=award.certification.code,
                        partnership_code=award.partnership.code if award.partnership else "",
                        lot_code=award.lot.code,
                        now=at - timedelta(days=days),
                    )
    fold_visits(now=at)
