"""The story of what is issued: two sessions delivered, one approved, one with rows to mend, one person typed."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.demo.certifications import MICRO
from jurande.registers.awards.models import Design, Lot
from jurande.registers.awards.operations import approving, issuing, mending, preparing, rules
from jurande.registers.awards.states import LotRowState, LotSource, Subject

if TYPE_CHECKING:
    from jurande.demo.world import World

THRESHOLD = 80
HEADERS = "Nom;Prénom;Né(e) le;Courriel;Heures présentes;Heures prévues;Note"
FIRST = (
    "Inès",
    "Malo",
    "Thị Hồng Nhung",
    "Yann",
    "Aïcha",
    "Joaquim",
    "Zoé",
    "Mamadou",
    "Éléonore",
    "Gaëtan",
    "Noor",
    "Ludivine",
)
LAST = (
    "Haddad",
    "Le Goff",
    "Nguyễn",
    "Carvalho",
    "Diallo",
    "D’Aubigné",
    "Müller",
    "Kowalczyk",
    "Benali",
    "Saint-Ouen",
    "Rakoto",
)
GRADES = ("", "Très bien", "Bien", "")
# What people write in sheets: each of these rows has something wrong.
SPOILT = (
    ("Petit;;02/05/1988;petit@exemple.fr;28;35;", "no first name"),
    ("Marchetti 2;Lou;14/11/1995;lou.m@exemple.fr;30;35;", "a figure in a name"),
    ("Okafor;Chidi;31/02/1990;chidi@exemple.fr;33;35;", "a day that is not"),
    ("Roussel;Camille;09/09/1979;camille.roussel@exemple;35;35;", "an address cut short"),
    ("Tessier;Noé;17/01/1999;noe@exemple.fr;27,65;35;", "79 % of the hours"),
    ("Lambert;Jade;23/06/1992;jade@exemple.fr;40;35;", "more hours than planned"),
    ("Bernier;Axel;30/03/1985;axel@exemple.fr;#REF!;35;", "a broken formula"),
)


def plan(world: World) -> None:
    """Anne-Sophie prepares and issues, Hélène approves."""
    world.on(108, lambda at: _rule(world, at), 10, 20)
    world.on(38, lambda at: _deliver(world, "Session de rentrée, Strasbourg", 0, 24, at), 10, 15)
    world.on(21, lambda at: _deliver(world, "Session d’automne, Marseille", 24, 30, at), 11, 5)
    world.on(6, lambda at: _deliver(world, "Session du soir, Lyon", 54, 9, at, spoilt=2), 15, 20)
    world.on(2, lambda at: _sheet(world, at), 14, 30)
    world.on(1, lambda at: _ready(world, at), 9, 45)
    world.on(0.4, lambda at: _one(world, at), 9, 10)


def _design(world: World) -> Design:
    return Design.objects.published().get(
        certifier=world.houses["imr"], certification__title=MICRO, subject=Subject.MICRO
    )


def _clerk(world: World) -> Any:
    return world.actor("anne-sophie", certifier=world.houses["imr"])


def _rule(world: World, at: datetime) -> None:
    rules.set_rule(
        certification=_design(world).certification,
        threshold_percent=THRESHOLD,
        label="Assiduité aux séances",
        actor=_clerk(world),
        now=at,
    )


def person(n: int) -> str:
    """One good row, the same each time the story is told."""
    first, last = FIRST[n % len(FIRST)], LAST[(n * 7 + n // len(FIRST)) % len(LAST)]
    born = datetime(1970, 1, 1) + timedelta(days=(n * 947) % 12_000)  # noqa: DTZ001 - a civil day
    present = 29 + n % 7
    return f"{last};{first};{born:%d/%m/%Y};titulaire{n:03}@exemple.fr;{present};35;{GRADES[n % len(GRADES)]}"


def _prepared(world: World, title: str, first: int, count: int, at: datetime, *, spoilt: int = 0) -> Lot:
    rows = [person(n) for n in range(first, first + count)]
    for place, (row, _why) in enumerate(SPOILT[:spoilt]):
        rows.insert(2 + 2 * place, row)
    held = preparing.prepare_lot(
        design=_design(world),
        content=io.BytesIO("\r\n".join([HEADERS, *rows]).encode()),
        filename=f"{title}.csv",
        title=title,
        awarded_on=timezone.localdate(at - timedelta(days=2)),
        actor=_clerk(world),
        now=at,
    )
    return preparing.set_columns(held=held, columns=preparing.guessed(held), actor=_clerk(world), now=at)


def _approved(world: World, title: str, first: int, count: int, at: datetime, *, spoilt: int = 0) -> Lot:
    held = _prepared(world, title, first, count, at, spoilt=spoilt)
    if spoilt:
        row = held.rows.filter(state=LotRowState.FAULTY).order_by("number")[0]
        mending.mend_row(row=row, values={"first_name": "Sacha"}, actor=_clerk(world), now=at)
        mending.reject_faulty(held=held, actor=_clerk(world), now=at)
    helene = world.actor("helene", certifier=world.houses["imr"])
    return approving.approve_lot(held=held, actor=helene, now=at)


def _deliver(world: World, title: str, first: int, count: int, at: datetime, *, spoilt: int = 0) -> None:
    held = _approved(world, title, first, count, at, spoilt=spoilt)
    issuing.issue_lot(held=held, actor=_clerk(world), now=at)


def _sheet(world: World, at: datetime) -> None:
    _prepared(world, "Session de décembre, Nantes", 63, 18, at, spoilt=7)


def _ready(world: World, at: datetime) -> None:
    _approved(world, "Session de rattrapage, Strasbourg", 81, 6, at)


def _one(world: World, at: datetime) -> None:
    preparing.prepare_rows(
        design=_design(world),
        rows=[
            {
                "last_name": "Vandenberghe",
                "first_name": "Maëlle",
                "birth_on": "1994-04-03",
                "email": "maelle.v@exemple.fr",
                "present": "35",
                "planned": "35",
            }
        ],
        awarded_on=timezone.localdate(at - timedelta(days=1)),
        source=LotSource.ONE,
        title="Maëlle Vandenberghe",
        actor=_clerk(world),
        now=at,
    )
