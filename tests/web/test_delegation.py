from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jurande.registers.awards.models import Award, IssuingMandate, Lot
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from tests import factories
from tests.registers.awards import lots, mandates, proved
from tests.registers.awards.mandates import granted
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def mandate() -> IssuingMandate:
    house = mandates.house()
    proved.designed(house)
    now = timezone.now() - timedelta(minutes=1)
    row = habilitations.opened(factories.partnership(house), now=now)
    made = granted(row, now=now)
    projection.settle(now=now)
    return made


def entered(role: Role, of: Any) -> Client:
    client = Client()
    return factories.enter(client, factories.member(role, of=of))


def at(mandate: IssuingMandate, name: str, *more: Any) -> str:
    return reverse(f"partner:awards{name}", args=[mandate.partnership.code, *more])


def sent(client: Client, mandate: IssuingMandate, *rows: tuple[str, ...], **changed: Any) -> Any:
    page = client.get(at(mandate, "-new"))
    what = page.context["form"].fields["what"].choices[0][0]
    sheet = SimpleUploadedFile("session.csv", lots.sheet(*rows, **changed))
    given = {"what": what, "awarded_on": timezone.localdate().isoformat(), "place": "Lyon", "file": sheet}
    return client.post(at(mandate, "-new"), given)


class TestPartner:
    def test_goes_from_the_sheet_to_what_is_issued(self, mandate: IssuingMandate) -> None:
        clerk, head = entered(Role.EXAM_MANAGER, mandate.partnership), entered(Role.HEAD, mandate.partnership)
        bad = ("", "Malo", "14/07/1992", "malo@exemple.fr", "28", "35", "")
        answer = sent(clerk, mandate, lots.person(1), bad)
        held = Lot.objects.get()
        assert answer["Location"] == at(mandate, "-lot", held.code)
        page = clerk.get(answer["Location"]).content.decode()
        assert "1 ligne est à corriger" in page.replace("\u00a0", " ")
        assert page.index("Le nom manque") < page.index(lots.person(1)[0]), (
            "everybody is there, who is to be mended first"
        )
        assert "Corriger la première ligne" in page
        row = held.rows.get(state="faulty")
        clerk.post(
            at(mandate, "-lot-row", held.code, row.number),
            {"last_name": "Haddad", "first_name": "Malo", "birth_on": "14/07/1992", "email": "malo@exemple.fr"},
        )
        assert clerk.post(at(mandate, "-lot-approve", held.code)).status_code == 403
        assert head.get(at(mandate, "-lot-approve", held.code)).status_code == 200
        head.post(at(mandate, "-lot-approve", held.code))
        assert "2 personnes reçoivent" in head.get(at(mandate, "-lot-issue", held.code)).content.decode()
        clerk.post(at(mandate, "-lot-issue", held.code))
        lots.run(held, now=timezone.now())
        page = clerk.get(at(mandate, "-lot", held.code)).content.decode()
        assert all(award.shown_number in page for award in Award.objects.all())
        assert Award.objects.count() == 2

    def test_is_asked_which_column_is_what_when_nobody_can_tell(self, mandate: IssuingMandate) -> None:
        clerk = entered(Role.EXAM_MANAGER, mandate.partnership)
        answer = sent(clerk, mandate, ("Haddad", "Inès"), headers=("A", "B"))
        held = Lot.objects.get()
        assert answer["Location"] == at(mandate, "-lot-columns", held.code)
        assert clerk.post(answer["Location"], {"last_name": "0", "first_name": "0"}).status_code == 200
        clerk.post(answer["Location"], {"last_name": "0", "first_name": "1"})
        held.refresh_from_db()
        assert (held.total, held.faulty) == (1, 0)

    def test_is_told_why_nothing_can_be_issued_once_suspended(self, mandate: IssuingMandate) -> None:
        clerk, head = entered(Role.EXAM_MANAGER, mandate.partnership), entered(Role.HEAD, mandate.partnership)
        sent(clerk, mandate, lots.person(1))
        held = Lot.objects.get()
        head.post(at(mandate, "-lot-approve", held.code))
        habilitations.suspend(mandate.habilitation, on=timezone.localdate(), now=timezone.now())
        for path in (at(mandate, ""), at(mandate, "-lot", held.code), at(mandate, "-new")):
            assert "suspendue depuis" in clerk.get(path).content.decode()
        refused = clerk.post(at(mandate, "-lot-issue", held.code))
        assert (refused.status_code, "suspendue depuis" in refused.content.decode()) == (403, True)
        assert not Award.objects.exists()

    def test_sees_nothing_of_another_partner(self, mandate: IssuingMandate) -> None:
        sent(entered(Role.EXAM_MANAGER, mandate.partnership), mandate, lots.person(1))
        held = Lot.objects.get()
        other = factories.partnership(mandate.certifier)
        stranger = entered(Role.HEAD, other)
        assert stranger.get(reverse("partner:awards-lot", args=[other.code, held.code])).status_code == 404
        assert stranger.get(at(mandate, "-lot", held.code)).status_code == 404


class TestCertifier:
    def test_delegates_and_takes_back_from_the_page_of_a_habilitation(self, mandate: IssuingMandate) -> None:
        house = mandate.certifier
        signatory = entered(Role.SIGNATORY, house)
        page = reverse("certifier:habilitations-one", args=[house.code, mandate.habilitation.code])
        end = reverse("certifier:awards-mandates-end", args=[house.code, mandate.code])
        assert end in signatory.get(page).content.decode()
        signatory.post(end, {"reason": "mandate_quality"})
        grant = reverse("certifier:awards-mandates-grant", args=[house.code, mandate.habilitation.code])
        assert grant in signatory.get(page).content.decode()
        assert signatory.post(grant, {"granted_on": ""})["Location"] == page
        listing = signatory.get(reverse("certifier:awards-mandates", args=[house.code])).content.decode()
        assert listing.count(mandate.habilitation.reference) == 2
        assert grant not in entered(Role.READER, house).get(page).content.decode()
