"""A house that issued very much, each time to somebody else, and the space of one who holds thirty: see `holders.py`.

python -m benches._holders AWARDS      prints one JSON object; the environment names the home; run again, it adds rows

The first awards are made by the registers' own operations, in numbers enough that no page is asked for twice in a row
from memory. The others are copies of one of them, row for row, written in bulk: they weigh on tables and indexes as
true ones would, and nobody asks for their page.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any

import django
from django.conf import settings
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - the settings are read when the registers are imported
from tests import factories  # noqa: E402
from tests.registers.awards import held, shared  # noqa: E402

from benches import _awards  # noqa: E402
from benches._copies import copy_rows  # noqa: E402
from benches._network import REQUESTS, timed  # noqa: E402
from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.awards.facts.addresses import KEY_LENGTH, document_url  # noqa: E402
from jurande.registers.awards.models import Award  # noqa: E402
from jurande.registers.awards.operations import shares as operations  # noqa: E402
from jurande.registers.awards.states import Exposure  # noqa: E402
from jurande.registers.parties.models import Membership, Person  # noqa: E402
from jurande.registers.seal.models import SealedCredential  # noqa: E402
from jurande.registers.seal.operations import projection  # noqa: E402

TRUE = 1_000
HELD = 30
# Each picture is drawn once: those that warm up, those that are timed, those whose queries are counted.
PICTURES = 3 + REQUESTS + 5
FIRST_COPY = 10_000_000
BATCH = 50_000


def found_first(now: Any) -> None:
    """Issue the awards that hold, and give thirty of them to one person."""
    _awards.run(TRUE, 0)
    projection.settle(now=timezone.now(), wait_seconds=60)
    house = Award.objects.earliest("pk").certifier
    holder = factories.holder(by=house, now=now) if not Membership.objects.filter(role="holder").exists() else None
    assert holder is not None
    EmailAddress.objects.get_or_create(user=holder, email=holder.email, defaults={"verified": True, "primary": True})
    held = Award.objects.order_by("pk").values_list("pk", flat=True)[:HELD]
    Award.objects.filter(pk__in=list(held)).update(holder=holder, collected_at=now, exposure=Exposure.DOCUMENT)


def oldest(model: type[models.Model]) -> models.Model:
    """The first that the registers' own operations made."""
    return model._base_manager.earliest("pk")


def fill(count: int) -> None:
    """Write copies until there are so many awards, each with its credential and a holder of its own."""
    written = Award.objects.count()
    while written < count:
        size = min(BATCH, count - written)
        first = FIRST_COPY + written
        with transaction.atomic():
            _copy(first, first + size - 1)
        written += size
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(first: int, last: int) -> None:
    code = "printf('X%09d', n)"
    address = "printf('titulaire%d@exemple.fr', n)"
    copy_rows(oldest(Person), first, last, code=code, email=address)
    copy_rows(oldest(EmailAddress), first, last, user_id="n", email=address)
    copy_rows(oldest(Membership), first, last, code=code, person_id="n", role="'holder'", **_NOWHERE)
    places = {"list_number": "n / 131072 + 1000", "list_index": "n % 131072"}
    keys = {"business_key": "printf('copy:%d', n)", "idempotency_key": "printf('copy:%d', n)"}
    copy_rows(oldest(SealedCredential), first, last, code=code, batch_id="NULL", batch_line="NULL", **places, **keys)
    copy_rows(
        oldest(Award),
        first,
        last,
        code=code,
        # A letter that no drawn number is likely to begin with seven figures after.
        number="printf('Z%07d', n - 10000000)",
        credential_id="n",
        holder_id="n",
        row_id="NULL",
        replaces_id="NULL",
        email_digest="printf('%064d', n)",
        holder_digest="printf('%064d', n)",
        issued_at="datetime('2021-01-01', printf('+%d minutes', n - 10000000))",
    )


_NOWHERE = {"certifier_id": "NULL", "partnership_id": "NULL"}


def main(count: int) -> dict[str, Any]:
    open_home(settings.HOME)
    preparation.prepare([])
    now = timezone.now()
    if not Award.objects.exists():
        found_first(now)
    fill(count)
    genuine = list(Award.objects.filter(pk__lt=FIRST_COPY).order_by("pk"))
    holder = next(one.holder for one in genuine if one.holder is not None)
    client = factories.enter(Client(), holder)
    mine = [one for one in genuine if one.holder_id == holder.pk]
    turn = iter(range(10**9))
    pages = {
        "espace du titulaire": timed(client, lambda: reverse("holder:home")),
        "page d’une réussite": timed(client, lambda: reverse("holder:award", args=[mine[next(turn) % len(mine)].code])),
    }
    links = [shared.shared(one, now=now) for one, _turn in zip(itertools.cycle(mine), range(PICTURES))]
    drawn = iter([one.token for one in links])
    anybody = Client()
    pages |= {
        "image d’un lien, dessinée": timed(anybody, lambda: reverse("public:share-preview", args=[next(drawn)])),
        "image d’un lien, gardée": timed(anybody, lambda: reverse("public:share-preview", args=[links[0].token])),
    }
    for one in links:  # nobody keeps so many open
        operations.withdraw_share(share=one, actor=held.acting(holder), now=now)
    proofs = [document_url(one.number).removeprefix(settings.PUBLIC_URL) for one in genuine]
    assert all(len(path.rsplit("/", 1)[1]) == KEY_LENGTH for path in proofs)
    return {"pages": pages, "proofs": proofs}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
