"""The people that a design is tried with: names that are short, long, written in other letters or in two parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jurande.registers.awards.facts.parchments import Bearer

NUMBER = "7KQ4M2XD"


@dataclass(frozen=True)
class Specimen:
    """A name to try: its key, what it shows, and how it is written."""

    key: str
    label: str
    first_name: str
    last_name: str


SPECIMENS = (
    Specimen("usual", "Courant", "Inès", "Carvalho"),
    Specimen("short", "Très court", "Bo", "Ly"),
    Specimen(
        "long",
        "Très long",
        "Marie-Charlotte Éléonore Apolline",
        "de La Rochefoucauld-Montmorency-Laval d’Estrées-Vieuxpont",
    ),
    Specimen("arabic", "Arabe", "عبد الرحمن", "بن عبد العزيز الأندلسي"),
    Specimen("vietnamese", "Vietnamien", "Nguyễn Thị", "Ngọc Ánh Phượng"),
    # Each accent is a sign of its own after its letter, as some systems write them.
    Specimen("combining", "Accents séparés", "Zoe\u0308 Ama\u0301lia", "S\u030cte\u030cpa\u0301nkova\u0301"),
)
BY_KEY = {one.key: one for one in SPECIMENS}


def specimen_bearer(specimen: Specimen, *, on: date, validity_months: int | None = None) -> Bearer:
    """Make a holder of this name; ``on``: the day that stands on the page."""
    return Bearer(
        first_name=specimen.first_name,
        last_name=specimen.last_name,
        number=NUMBER,
        awarded_on=on,
        decided_on=on,
        birth_on=date(1998, 5, 4),
        birth_place="Thionville (Moselle)",
        valid_until=on + timedelta(days=round(validity_months * 30.44)) if validity_months else None,
        partner="Atelier des Deux-Rives",
        habilitated_from=on - timedelta(days=200),
        habilitated_until=on + timedelta(days=895),
    )
