from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.trust import parse_trust
from jurande.core.proof.verification import Number, Report, verify
from jurande.registers.awards.models import Award, Design, IssuingMandate, Lot
from jurande.registers.awards.operations import approving, delegated, issuing, mending, preparing
from jurande.registers.awards.operations.delegation import DelegationRefused
from jurande.registers.awards.states import LotRowState
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.standing import public_folder
from jurande.registers.seal.queries import authority_bytes
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import lots, mandates, proved
from tests.registers.awards.mandates import granted
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@dataclass
class Delegation:
    """A partner that issues: its mandate, what it issues, who prepares there and who approves."""

    mandate: IssuingMandate
    design: Design
    clerk: Actor
    head: Actor


@pytest.fixture
def delegation() -> Delegation:
    house = mandates.house()
    design = proved.designed(house)
    place = factories.partnership(house)
    mandate = granted(habilitations.opened(place))
    projection.settle(now=NOW)
    clerk, head = (
        factories.actor_of(factories.member(role, of=place), place) for role in (Role.EXAM_MANAGER, Role.HEAD)
    )
    return Delegation(mandate, design, clerk, head)


def prepared(given: Delegation, *rows: tuple[str, ...], now: datetime = NOW) -> Lot:
    held = delegated.prepare_delegated_lot(
        mandate=given.mandate,
        design=given.design,
        content=io.BytesIO(lots.sheet(*(rows or (lots.person(1), lots.person(2))))),
        filename="session.csv",
        awarded_on=TODAY,
        actor=given.clerk,
        now=now,
    )
    preparing.set_columns(held=held, columns=preparing.guessed(held), actor=given.clerk, now=now)
    held.refresh_from_db()
    return held


def approved(given: Delegation) -> Lot:
    return approving.approve_lot(held=prepared(given), actor=given.head, now=NOW)


def issued(given: Delegation) -> Award:
    held = approved(given)
    issuing.issue_lot(held=held, actor=given.clerk, now=NOW)
    lots.run(held)
    award = Award.objects.filter(lot=held).select_related("credential", "certifier").first()
    assert award is not None
    return award


def verified(award: Award, *, now: datetime, **changed: Any) -> Report:
    """What anybody finds with the published files."""
    folder = public_folder()
    assert award.credential is not None
    content = award.credential.signed or ""
    bound = json.loads(content)["relatedResource"][0]["id"].rpartition("/")[2]
    published = authority_bytes(bound) or b""
    addresses = {
        entry["statusListCredential"]
        for text in (content, published.decode())
        for entry in json.loads(text)["credentialStatus"]
    }
    given: dict[str, Any] = {
        "trust": parse_trust((folder / "c" / award.certifier.code / "confiance.json").read_bytes()),
        "status_lists": {url: (folder / "statuts" / url.partition("/statuts/")[2]).read_bytes() for url in addresses},
        "habilitations": [published],
    } | changed
    return verify(content, now=now, **given)


class TestIssuing:
    def test_is_signed_by_the_certifier_and_names_the_partner(self, delegation: Delegation) -> None:
        award = issued(delegation)
        report = verified(award, now=LATER)
        step = report.steps[Number.AUTHORITY - 1]
        assert report.issuer_name == award.certifier.name
        assert (step.code, step.facts["partner"]) == ("authority.habilitated", delegation.mandate.partnership.name)
        assert (award.partnership, award.habilitation) == (
            delegation.mandate.partnership,
            delegation.mandate.habilitation,
        )

    def test_leaves_open_what_nobody_shows(self, delegation: Delegation) -> None:
        with pytest.raises(Undecided) as question:
            verified(issued(delegation), now=LATER, habilitations=[])
        assert question.value.code == "authority.habilitation_absent"

    def test_is_refused_once_suspended_and_what_was_issued_still_verifies(self, delegation: Delegation) -> None:
        award, waiting = issued(delegation), approved_other(delegation)
        habilitations.suspend(delegation.mandate.habilitation, now=LATER)
        projection.settle(now=LATER)
        with pytest.raises(NotAllowed, match="suspendue depuis"):
            issuing.issue_lot(held=waiting, actor=delegation.clerk, now=LATER)
        with pytest.raises(NotAllowed, match="suspendue depuis"):
            prepared(delegation, now=LATER)
        step = verified(award, now=LATER + timedelta(minutes=1)).steps[Number.AUTHORITY - 1]
        assert step.code == "authority.lived_then"
        habilitations.resume(delegation.mandate.habilitation, now=LATER + timedelta(minutes=5))
        issuing.issue_lot(held=waiting, actor=delegation.clerk, now=LATER + timedelta(minutes=5))

    def test_still_verifies_once_the_habilitation_is_withdrawn(self, delegation: Delegation) -> None:
        award = issued(delegation)
        habilitations.end(delegation.mandate.habilitation, now=LATER)
        projection.settle(now=LATER)
        step = verified(award, now=LATER + timedelta(minutes=1)).steps[Number.AUTHORITY - 1]
        assert step.code == "authority.lived_then"

    def test_stops_in_the_middle_when_the_habilitation_does(self, delegation: Delegation) -> None:
        held = approved(delegation)
        issuing.issue_lot(held=held, actor=delegation.clerk, now=NOW)
        habilitations.suspend(delegation.mandate.habilitation, now=LATER)
        lots.run(held, now=LATER)
        assert not Award.objects.filter(lot=held).exists()
        assert set(held.rows.values_list("state", flat=True)) == {LotRowState.FAULTY}

    def test_is_approved_by_the_head_and_not_by_who_prepared(self, delegation: Delegation) -> None:
        held = prepared(delegation)
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=held, actor=delegation.clerk, now=NOW)
        own = delegated.prepare_delegated_lot(
            mandate=delegation.mandate,
            design=delegation.design,
            content=io.BytesIO(lots.sheet(lots.person(7))),
            filename="s.csv",
            awarded_on=TODAY,
            actor=delegation.head,
            now=NOW,
        )
        preparing.set_columns(held=own, columns=preparing.guessed(own), actor=delegation.head, now=NOW)
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=own, actor=delegation.head, now=NOW)

    def test_of_another_certification_is_refused(self, delegation: Delegation) -> None:
        other = proved.designed(mandates.house())
        with pytest.raises(DelegationRefused, match="autre certification"):
            delegated.prepare_delegated_lot(
                mandate=delegation.mandate,
                design=other,
                content=io.BytesIO(lots.sheet(lots.person(1))),
                filename="s.csv",
                awarded_on=TODAY,
                actor=delegation.clerk,
                now=NOW,
            )

    def test_lets_the_partner_mend_its_own_rows_only(self, delegation: Delegation) -> None:
        bad = ("", "Malo", "14/07/1992", "malo@exemple.fr", "28", "35", "")
        held = prepared(delegation, bad)
        row = held.rows.get()
        stranger = factories.partnership(held.certifier)
        other = factories.actor_of(factories.member(Role.HEAD, of=stranger), stranger)
        with pytest.raises(NotAllowed):
            mending.mend_row(row=row, values={"last_name": "Haddad"}, actor=other, now=NOW)
        mended = mending.mend_row(
            row=row,
            values={"last_name": "Haddad", "first_name": "Malo", "birth_on": "14/07/1992"},
            actor=delegation.clerk,
            now=NOW,
        )
        assert mended.state == LotRowState.MENDED


def approved_other(given: Delegation) -> Lot:
    held = prepared(given, lots.person(8))
    return approving.approve_lot(held=held, actor=given.head, now=NOW)


def test_a_credential_that_lost_its_partner_no_longer_verifies(delegation: Delegation) -> None:
    award = issued(delegation)
    assert award.credential is not None
    document = json.loads(award.credential.signed or "")
    document["credentialSubject"].pop("source")
    with pytest.raises(VerificationError):
        verify(
            document,
            trust=parse_trust((public_folder() / "c" / award.certifier.code / "confiance.json").read_bytes()),
            now=LATER,
        )
