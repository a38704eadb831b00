"""A house that issued very much, with several designs, partners, lots and years: its pages, see `figures.py`.

python -m benches._figures FEW MANY      prints one JSON object; the environment names the home

One lot of each design is issued by the registers' own operations; the others are copies of it written in bulk, with the
letter, the holder, the credential and the visits that true ones would have.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import django
from django.conf import settings
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - the settings are read when the registers are imported
from tests import factories  # noqa: E402
from tests.registers.awards import lots, proved  # noqa: E402

from benches._awards import memory_mib  # noqa: E402
from benches._copies import copy_rows  # noqa: E402
from benches._network import analyze, timed  # noqa: E402
from jurande.config import preparation  # noqa: E402
from jurande.config.installation import open_home  # noqa: E402
from jurande.registers.awards.models import Award, Lot, LotRow, VisitCount  # noqa: E402
from jurande.registers.awards.operations import counting  # noqa: E402
from jurande.registers.correspondence.models import Message  # noqa: E402
from jurande.registers.parties.models import Membership, Partnership, Person  # noqa: E402
from jurande.registers.parties.states import Role  # noqa: E402
from jurande.registers.seal.operations import projection  # noqa: E402

DESIGNS, PARTNERS, TRUE = 4, 40, 20
FIRST_COPY = 10_000_000
BATCH = 25_000
PER_LOT = 250
YEARS_MINUTES = 5 * 365 * 24 * 60
FIRST_NAMES = ("Inès", "Malo", "Aïcha", "Jean-Baptiste", "Léa", "Yann", "Fatou", "Noé", "Élise", "Karim", "Zoé")
LAST_NAMES = ("Haddad", "Carvalho", "Le Goff", "Nguyen", "Moreau", "Diallo", "Kerbrat", "Roux", "d’Aubigné", "Öztürk")
ENDINGS = ("", "-Petit", " Martin", "-Garnier", " Blanc", "-Faure", " Lopez", "-Colin", " Meunier", "-Brun")


class House:
    """The certifier measured."""

    def __init__(self) -> None:
        """Open it, or find it again in this home."""
        self.now = timezone.now()
        if not Award.objects.exists():
            self._found()
        self.certifier = Award.objects.earliest("pk").certifier
        self.samples = list(Award.objects.filter(pk__lt=FIRST_COPY, lot__rows__state="rejected").order_by("pk"))
        self.partners = list(Partnership.objects.filter(certifier=self.certifier).order_by("pk"))
        self.reader = Person.objects.get(memberships__certifier=self.certifier, memberships__role=Role.ADMINISTRATOR)
        head = Membership.objects.filter(partnership__in=self.partners).order_by("pk")[0]
        assert head.partnership is not None
        self.head, self.headed = head.person, head.partnership

    def _found(self) -> None:
        certifier = lots.house()
        administrator = factories.administrator(certifier, now=self.now)
        Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={"secret": "x"})
        for _one in range(PARTNERS):
            place = factories.partnership(certifier)
        head = factories.member(Role.HEAD, of=place, now=self.now)
        Authenticator.objects.create(user=head, type=Authenticator.Type.TOTP, data={"secret": "x"})
        for _one in range(DESIGNS):
            lots.issued(proved.designed(certifier), TRUE)
        projection.settle(now=timezone.now(), wait_seconds=60)
        for held in Lot.objects.order_by("pk"):
            row = held.rows.order_by("-number")[0]
            LotRow.objects.create(
                lot=held, number=row.number + 1, state="rejected", faults=[{"code": "attendance.below"}]
            )

    def fill(self, wanted: int) -> None:
        """Write copies until there are so many awards."""
        written = Award.objects.count()
        turn = count(written // BATCH)
        while written < wanted:
            size = min(BATCH, wanted - written)
            first = FIRST_COPY + written
            sample = self.samples[next(turn) % DESIGNS * TRUE]
            with transaction.atomic():
                self._copy(first, first + size - 1, sample)
            written += size
        analyze()

    def _copy(self, first: int, last: int, sample: Award) -> None:
        lot, credential, certification = sample.lot, sample.credential, sample.certification_id
        assert lot is not None
        assert credential is not None
        code, holder = "printf('X%09d', n)", "n / 3"
        place = f"({self.partners[0].pk} + (n / {PER_LOT}) % {PARTNERS})"
        # Lots in no order of time, as their keys and their days never quite agree.
        moment = f"datetime('now', printf('-%d minutes', 60 + (n / {PER_LOT} * 7919 * 60) % {YEARS_MINUTES}))"
        day = f"date({moment})"
        of_lot = f"n / {PER_LOT}"
        lots_of = range(first // PER_LOT, last // PER_LOT + 1)
        known = set(Lot.objects.filter(pk__gte=lots_of[0]).values_list("pk", flat=True))
        lot_first = next((at for at in lots_of if at not in known), None)
        if lot_first is not None:
            lot_moment, lot_place = (one.replace(of_lot, "n") for one in (moment, place))
            copy_rows(
                lot,
                lot_first,
                lots_of[-1],
                code="printf('L%09d', n)",
                reference="printf('LOT-B%d', n)",
                title="printf('Session %d', n)",
                partnership_id=lot_place,
                prepared_at=lot_moment,
                approved_at=lot_moment,
                started_at=lot_moment,
                finished_at=lot_moment,
                awarded_on=f"date({lot_moment})",
                total=str(PER_LOT),
                issued=str(PER_LOT),
            )
            missed = lot.rows.filter(state="rejected")[0]
            copy_rows(missed, lot_first, lots_of[-1], code="printf('R%09d', n)", lot_id="n")
            visit, _made = VisitCount.objects.get_or_create(
                certification_id=certification, lot_code="", kind="seen", on=timezone.localdate(), defaults={"count": 3}
            )
            for at in range(5):
                copy_rows(
                    visit,
                    lot_first * 10 + at,
                    lots_of[-1] * 10 + at,
                    step=10,
                    lot_code="printf('L%09d', n / 10)",
                    on=f"date({moment.replace(of_lot, 'n / 10')}, '+{at * 9} days')",
                )
        person = self.reader
        made = Person.objects.order_by("-pk")[0].pk
        holders = (max(first // 3, made + 1), last // 3)
        copy_rows(
            person,
            *holders,
            code="printf('X%09d', n)",
            email="printf('titulaire%d@exemple.fr', n)",
            first_name=_one_of(FIRST_NAMES, "n"),
            last_name=f"{_one_of(LAST_NAMES, 'n')} || {_one_of(ENDINGS, 'n / 10')}",
        )
        copy_rows(
            credential,
            first,
            last,
            code=code,
            batch_id="NULL",
            batch_line="NULL",
            list_number="n / 131072 + 1000",
            list_index="n % 131072",
            business_key="printf('copy:%d', n)",
            idempotency_key="printf('copy:%d', n)",
        )
        copy_rows(
            sample,
            first,
            last,
            code=code,
            number="printf('Z%07d', n - 10000000)",
            credential_id="n",
            lot_id=of_lot,
            partnership_id=place,
            row_id="NULL",
            # What is encrypted is bound to its row: a copy of it could not be read.
            **dict.fromkeys(("birth_on", "birth_place", "email", "results"), "''"),
            first_name=_one_of(FIRST_NAMES, holder),
            last_name=f"{_one_of(LAST_NAMES, holder)} || {_one_of(ENDINGS, f'{holder} / 10')}",
            holder_id=f"CASE WHEN n % 3 THEN {holder} END",
            collected_at=f"CASE WHEN n % 3 THEN {moment} END",
            email_digest=f"printf('%064d', {holder})",
            holder_digest=f"printf('%064d', {holder})",
            issued_at=moment,
            awarded_on=day,
            valid_until=f"CASE WHEN {certification} % 2 THEN date({moment}, '+3 years') END",
            state="CASE WHEN n % 50 = 7 THEN 'revoked' ELSE 'issued' END",
            revoked_on=f"CASE WHEN n % 50 = 7 THEN {day} END",
        )
        letter = Message.objects.filter(kind="awards.issued").order_by("pk")[0]
        back = "n % 100 = 9"
        copy_rows(
            letter,
            first,
            last,
            code=code,
            certifier_code=f"'{self.certifier.code}'",
            about_code=code,
            to_digest="''",
            to_email="''",
            subject="''",
            body="''",
            action_url="''",
            state=f"CASE WHEN {back} THEN 'bounced' ELSE 'sent' END",
            failure_code=f"CASE WHEN {back} THEN 'smtp.550' ELSE '' END",
            carrier="'smtp'",
            next_attempt_at="NULL",
            written_at=moment,
            queued_at=moment,
            sent_at=moment,
            erase_on=day,
            erased_at=moment,
        )


def _one_of(words: tuple[str, ...], rank: str) -> str:
    chosen = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(words))
    return f"(CASE ({rank}) % {len(words)} {chosen} END)"


def pages(house: House) -> dict[str, Callable[[], str]]:
    """What is asked for: a page at each call, another row each time where there is one."""
    place = house.certifier.code
    turn = count()

    def at(name: str, *args: Any, query: str = "") -> Callable[[], str]:
        return lambda: reverse(f"certifier:{name}", args=[place, *args]) + query

    def each(name: str, model: type[models.Model], prefix: str, per: int) -> Callable[[], str]:
        total = Award.objects.filter(pk__gte=FIRST_COPY).count()
        first = Award.objects.filter(pk__gte=FIRST_COPY).order_by("pk")[0].pk

        def address() -> str:
            key = (first + next(turn) * 7919 % total) // per
            return reverse(f"certifier:{name}", args=[place, f"{prefix}{key:09d}"])

        return address

    certification = house.samples[0].certification.code
    number = Award.objects.order_by("-pk")[0].number
    return {
        "à faire": at("home"),
        "échéances de la maison": at("radar"),
        "délivrances": at("awards-issued"),
        "délivrances, filtrées": at("awards-issued", query="?etat=issued&validite=ending"),
        "délivrances, rares": at("awards-issued", query="?etat=suspended"),
        "délivrances, par nom": at("awards-issued", query="?tri=nom"),
        "délivrances, page 400": at("awards-issued", query="?page=400"),
        "recherche d’un nom": at("awards-issued", query="?q=kerbrat+yann"),
        "recherche sans réponse": at("awards-issued", query="?q=zzyzx"),
        "recherche d’un numéro": at("awards-issued", query=f"?q={number}"),
        "recherche d’une adresse": at("awards-issued", query="?q=ines3@exemple.fr"),
        "une délivrance": each("awards-one", Award, "X", 1),
        "lots": at("awards"),
        "lots, cherchés": at("awards", query="?q=session+4"),
        "un lot": each("awards-lots-one", Lot, "L", PER_LOT),
        "adresses à corriger": at("awards-addresses"),
        "fins de validité": at("awards-ending"),
        "chiffres": at("awards-figures"),
        "chiffres par lot, trois ans": at("awards-figures", query="?par=lot&periode=36"),
        "chiffres, tableur": at("awards-figures", query="?par=mois&periode=36&export=csv"),
        "vie d’une certification": at("micro-life", certification),
        "corrections": at("awards-corrections"),
        "combinaisons": at("awards-combinations"),
        "demandes": at("awards-claims"),
        "modèles": at("awards-designs"),
        "vitrine": at("showcase"),
        "conservation": at("retention"),
        "purge à venir": at("retention-purge"),
        "registre public": at("awards-record"),
        "courrier": at("mail"),
        "un partenaire": at("partners-one", house.headed.code),
    }


def of_partner(house: House) -> dict[str, Callable[[], str]]:
    """What a partner asks for."""
    place = house.headed.code
    return {
        "partenaire, ses délivrances": lambda: reverse("partner:awards-issued", args=[place]),
        "partenaire, ses chiffres": lambda: reverse("partner:awards-figures", args=[place]),
    }


def measured(house: House) -> dict[str, Any]:
    """Each page, asked for some times."""
    inside, beside = factories.enter(Client(), house.reader), factories.enter(Client(), house.head)
    found = {}
    for client, addresses in ((inside, pages(house)), (beside, of_partner(house))):
        for name, address in addresses.items():
            found[name] = timed(client, address, REQUESTS)
    return found


REQUESTS = 20


def counted() -> dict[str, float]:
    """What the job of the night keeps for these pages."""
    started, before = time.perf_counter(), memory_mib()
    kept = counting.keep_counts(now=timezone.now)
    return {"counts": kept, "seconds": time.perf_counter() - started, "memory_grown_mib": memory_mib() - before}


def main(few: int, many: int) -> None:
    open_home(settings.HOME)
    preparation.prepare([])
    house = House()
    house.fill(few)
    counted()
    first = measured(house)
    house.fill(many)
    night = counted()
    last = measured(house)
    pages = {name: {"few": first[name], "many": last[name]} for name in first}
    print(json.dumps({"awards": many, "pages": pages, "night": night}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
