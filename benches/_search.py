"""How long the public waits for a page of the search, over whatever national registers the database holds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from django.test import Client

from jurande.core.france.stems import words
from jurande.registers.catalogue.models import FicheVersion

PROMISED_P95_MS = 100
# What people type, beside words drawn from the titles: codes, abbreviations, slips, unfinished words, nothing at all.
TYPED = (
    "ia rh", "intelligence artificielle ressources humaines", "RNCP37674", "rs 7423", "37674", "développeur web",
    "developpeuse web", "gestion", "management", "inteligence", "ressourcs humaines", "compta", "soud", "M1805", "",
    "formation professionnelle en management de projet informatique", "xyzxyz", "e", "conduite de travaux btp",
)  # fmt: skip
FILTERS = ({}, {}, {}, {"niveau": "5"}, {"registre": "rs"}, {"etat": "active"}, {"departement": "69"}, {"page": "3"})


@dataclass(frozen=True)
class Waits:
    """How long pages took, in milliseconds. ``cpu_p95``: of this process alone, whatever else the machine does."""

    pages: int
    median: float
    p95: float
    worst: float
    slowest: str
    cpu_p95: float


def measure(pages: int = 300, seed: int = 1) -> Waits:
    """Ask for so many pages of the search, each a different question, through the whole application."""
    client = Client()
    # The first page compiles templates and opens the database.
    client.get("/certifications/", {"q": "premier"}, SERVER_NAME="localhost")
    waits, busy = [], []
    for question in islice(_questions(seed), pages):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get("/certifications/", question, SERVER_NAME="localhost")
        waits.append(((time.perf_counter() - started) * 1000, str(question)))
        busy.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, question
    waits.sort()
    busy.sort()
    rank = int(pages * 0.95)
    return Waits(pages, waits[pages // 2][0], waits[rank][0], waits[-1][0], waits[-1][1], busy[rank])


def _questions(seed: int):  # noqa: ANN202 - endless, of dictionaries
    draw = Random(seed)
    titles: Sequence[str] = list(FicheVersion.objects.current().order_by("pk").values_list("title", flat=True)[:5000])
    while True:
        if titles and draw.random() < 0.6:
            said = words(draw.choice(titles)) or ["rien"]
            typed = " ".join(draw.sample(said, min(len(said), draw.randint(1, 3))))
        else:
            typed = draw.choice(TYPED)
        yield {"q": typed, **draw.choice(FILTERS)}
