"""The network of ``_partners``: its public pages, its API and a hundred thousand questions at once, timed.

python -m benches._habilitations PARTNERS QUESTIONS      prints one JSON object; the environment names the home
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from random import Random
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

django.setup()

from tests import factories  # noqa: E402 - the settings are read when the registers are imported

from benches._partners import House  # noqa: E402
from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.network.models import Habilitation  # noqa: E402
from jurande.registers.network.queries.habilitations import Asked, allows_in_bulk  # noqa: E402
from jurande.registers.network.states import Action  # noqa: E402


def pages(house: House) -> dict[str, dict[str, float]]:
    """What anybody asks for, and the file of a partner."""
    codes = list(Habilitation.objects.filter(state="active").order_by("pk").values_list("code", flat=True))
    anybody, manager = Client(), factories.enter(Client(), house.manager)

    def of(view: str) -> Any:
        return lambda at: reverse(view, args=[codes[at * 7 % len(codes)]])

    asked = {
        "page publique": (anybody, of("public:habilitation")),
        "insigne": (anybody, of("public:habilitation-badge")),
        "api": (anybody, of("api:habilitation")),
        "dossier": (
            manager,
            lambda at: reverse(
                "certifier:partners-one", args=[house.certifier.code, house.codes[at * 7 % len(house.codes)]]
            ),
        ),
    }
    return {name: house._timed(client, address) for name, (client, address) in asked.items()}


def bulk(house: House, count: int) -> dict[str, float]:
    """So many (SIRET, certification, day, action), drawn at random over ten years."""
    draw = Random(7)
    places = list(Habilitation.objects.values_list("partnership__site__siret", "certification__reference").distinct())
    asked = [
        Asked(*draw.choice(places), house.today - timedelta(days=draw.randrange(3650)), draw.choice(list(Action)))
        for _question in range(count)
    ]
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        yes = sum(allows_in_bulk(asked))
    return {"questions": count, "seconds": time.perf_counter() - started, "queries": len(queries), "yes": yes}


def main(partners: int, questions: int) -> None:
    open_home(settings.HOME)
    preparation.prepare([])
    house = House()
    house.fill(max(20, partners // 10))
    few = pages(house)
    house.fill(partners)
    many = pages(house)
    report = {
        "partners": partners,
        "habilitations": Habilitation.objects.count(),
        "pages": {name: {"few": few[name], "many": many[name]} for name in few},
        "bulk": bulk(house, questions),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
