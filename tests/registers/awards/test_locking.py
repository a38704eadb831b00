"""Two acts about one holder, or in one house, at the same instant: neither stops the other, nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.links import contest_token_of, token_of
from jurande.registers.awards.operations import (
    answering,
    bulk,
    closing,
    erasing,
    preparing,
    receiving,
    replacing,
    sending,
)
from jurande.registers.awards.states import AwardState, LifeMove, LotSource
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.correspondence.models import Message
from jurande.registers.network.operations.habilitations import acts
from jurande.registers.network.states import HabilitationKind
from jurande.registers.parties import operations as parties
from jurande.registers.parties.models import MagicLink, Person
from jurande.registers.parties.models.links import digest_of
from jurande.registers.parties.operations import spaces
from jurande.registers.parties.operations.members import end_membership
from jurande.registers.parties.operations.merging import merge_spaces
from jurande.registers.parties.states import EndReason, LinkPurpose, PartnershipState, Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.states import Reason
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import claims, corrections, held, lots, mandates, proved, shared
from tests.registers.awards.held import acting
from tests.registers.awards.test_corrections_at_once import outcome
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home
from tests.threads import at_once, slowly


@pytest.fixture(autouse=True)
def _own(shared_rows: None, settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def together(**acts: Callable[[], object]) -> dict[str, str]:
    """Do them at once; what became of each. A deadlock is raised."""

    def one(name: str, act: Callable[[], object]) -> Callable[[], tuple[str, str]]:
        return lambda: (name, outcome(slowly(act)))

    return dict(at_once(*(one(name, act) for name, act in acts.items())))


def closed(person: Person) -> Callable[[], object]:
    return lambda: closing.close_space(person=person, actor=acting(person), now=NOW)


def joined(kept: Person, other: Person) -> Callable[[], object]:
    return lambda: merge_spaces(kept=kept, closed=other, email=other.email, actor=acting(kept), now=NOW)


def corrected(award: Award) -> Callable[[], object]:
    """The house corrects an award of itself."""
    said, actor = replace(replacing.Said.by(award), first_name="Zoé"), claims.issuer(award.certifier)
    return lambda: replacing.correct_award(
        award=award, said=said, reason=Reason.WRONG_CONTENT, note="Un prénom.", actor=actor, now=NOW
    )


def in_a_closed_space() -> list[Award]:
    return list(Award.objects.filter(holder__is_active=False).exclude(state=AwardState.ERASED))


class TestASpace:
    def test_closes_while_a_correction_is_accepted(self) -> None:
        asked = corrections.asked()
        by = claims.issuer(asked.award.certifier)
        projection.settle(now=NOW, wait_seconds=5)
        found = together(
            accept=lambda: answering.accept_correction(correction=asked, actor=by, now=NOW), close=closed(asked.holder)
        )
        # A replacement that is not signed yet cannot be erased: then nothing goes, and its holder is told.
        assert "done" in found.values()
        assert not in_a_closed_space()

    def test_is_joined_while_a_correction_is_accepted(self) -> None:
        asked, kept = corrections.asked(), factories.holder()
        by = claims.issuer(asked.award.certifier)
        found = together(
            accept=lambda: answering.accept_correction(correction=asked, actor=by, now=NOW),
            join=joined(kept, asked.holder),
        )
        assert found == {"accept": "done", "join": "done"}
        assert Award.objects.filter(holder=kept).count() == 2

    def test_is_joined_while_its_house_corrects(self) -> None:
        award, kept = corrections.received(), factories.holder()
        assert award.holder is not None
        found = together(correct=corrected(award), join=joined(kept, award.holder))
        assert found == {"correct": "done", "join": "done"}
        assert Award.objects.filter(holder=kept).count() == 2

    def test_is_joined_while_something_comes_in(self) -> None:
        other, kept = factories.holder(), factories.holder()
        award = held.waiting(other)
        together(
            receive=lambda: receiving.receive(award=award, token=token_of(award), now=NOW), join=joined(kept, other)
        )
        assert not in_a_closed_space()

    def test_closes_while_another_tab_joins_it(self) -> None:
        person, other = factories.holder(), factories.holder()
        held.held(person)
        projection.settle(now=NOW, wait_seconds=5)
        token = "A" * 43
        MagicLink.objects.create(
            token_digest=digest_of(token),
            email=other.email,
            purpose=LinkPurpose.ADDRESS,
            person=person,
            sent_at=NOW,
            expires_at=NOW + timedelta(minutes=20),
        )
        together(
            close=closed(person),
            join=lambda: spaces.use_address_link(
                token=token, person=person, joining=True, actor=acting(person), now=NOW
            ),
        )
        assert not in_a_closed_space()

    def test_closed_while_it_is_joined_to_another_keeps_what_moved(self) -> None:
        person, kept = factories.holder(), factories.holder()
        held.held(person)
        projection.settle(now=NOW, wait_seconds=5)
        found = together(close=closed(person), join=joined(kept, person))
        assert sorted(found.values()) == ["done", "refused"]
        assert Award.objects.filter(holder=kept).exists() == (found["join"] == "done")


class TestAHouse:
    def test_issues_while_it_corrects(self) -> None:
        award = corrections.received()
        assert award.design is not None
        design = award.design
        found = together(
            correct=corrected(award),
            issue=lambda: proved.awarded(design, settle=False, awarded_on=TODAY, now=NOW),
            again=lambda: proved.awarded(design, settle=False, awarded_on=TODAY, now=NOW),
        )
        assert set(found.values()) == {"done"}

    def test_decides_of_a_list_while_the_last_in_it_erases(self) -> None:
        design, person = proved.designed(mandates.house()), factories.holder()
        first, last = (held.held(one, design, now=NOW, awarded_on=TODAY) for one in (factories.holder(), person))
        projection.settle(now=NOW, wait_seconds=5)
        by = claims.issuer(design.certifier)
        shown = bulk.prepare_bulk(
            certifier=design.certifier,
            move=LifeMove.SUSPEND,
            reason=Reason.INQUIRY,
            note="Une vérification.",
            title="Une liste",
            awards=[first, last],
            actor=by,
            now=NOW,
        )
        bulk.start_bulk(bulk=shown, actor=by, now=NOW)
        shown.refresh_from_db()
        found = together(
            decide=lambda: bulk.run_bulk(bulk=shown, report=lambda *counts: None, now=lambda: NOW),
            erase=lambda: erasing.erase_award(award=last, actor=acting(person), now=NOW),
        )
        assert found == {"decide": "done", "erase": "done"}
        assert Award.objects.get(pk=last.pk).state == AwardState.ERASED

    def test_takes_a_sheet_while_it_prepares_one_award(self) -> None:
        design = proved.designed(mandates.house())
        clerk = claims.issuer(design.certifier)

        def one() -> object:
            return preparing.prepare_rows(
                design=design,
                rows=[{"first_name": "Ada", "last_name": "Lovelace"}],
                awarded_on=TODAY,
                source=LotSource.ONE,
                actor=clerk,
                now=NOW,
            )

        def sheet() -> object:
            return lots.received(design, lots.person(1), actor=clerk)

        found = together(sheet=sheet, one=one, other=one)
        assert set(found.values()) == {"done"}

    def test_opens_a_first_habilitation_while_who_follows_the_partner_leaves(self) -> None:
        """The credential of that habilitation is the first thing that the house ever issues."""
        house = mandates.house()
        leaving = factories.member(Role.NETWORK_MANAGER, of=house)
        place = factories.partnership(house, followed_by=leaving)
        row, by = habilitations.prepared(place), habilitations.manager(house)
        by_administrator = factories.actor_of(factories.administrator(house), house)
        membership = house.memberships.in_force().get(person=leaving)
        found = together(
            open=lambda: acts.activate(habilitation=row, actor=by, now=NOW),
            leave=lambda: end_membership(membership=membership, actor=by_administrator, now=NOW),
        )
        assert found == {"open": "done", "leave": "done"}
        place.refresh_from_db()
        assert place.followed_by is None

    def test_changes_what_a_partner_may_do_while_it_issues(self) -> None:
        house = mandates.house()
        design, held_by = proved.designed(house), habilitations.opened(factories.partnership(house))
        by = habilitations.manager(house)
        projection.settle(now=NOW, wait_seconds=5)
        found = together(
            change=lambda: acts.change_scope(
                habilitation=held_by,
                kind=HabilitationKind.FORMER,
                blocs=held_by.blocs,
                territory=held_by.territory,
                note="Il n’évalue plus.",
                actor=by,
                now=NOW,
            ),
            issue=lambda: [proved.awarded(design, settle=False, awarded_on=TODAY, now=NOW) for _turn in range(8)],
        )
        assert found == {"change": "done", "issue": "done"}

    def test_issues_twice_for_the_first_time(self) -> None:
        design = proved.designed(mandates.house())
        found = together(
            one=lambda: proved.awarded(design, settle=False, awarded_on=TODAY, now=NOW),
            other=lambda: proved.awarded(design, settle=False, awarded_on=TODAY, now=NOW),
        )
        assert found == {"one": "done", "other": "done"}
        assert [places.given for places in design.certifier.status_places.all()] == [2]
        assert design.certifier.status_lists.count() == 2


class TestALetter:
    def shared_and_written_to(self) -> tuple[Person, Award, Message]:
        person = factories.holder()
        award = held.held(person, now=NOW, awarded_on=TODAY)
        projection.settle(now=NOW, wait_seconds=5)
        shared.shared(award)
        letter = sending.send_again(award=award, actor=claims.issuer(award.certifier), now=NOW)
        Message.objects.filter(pk=letter.pk).update(state="sent", sent_at=NOW, carrier="smtp", next_attempt_at=None)
        return person, award, letter

    def test_leaves_again_while_what_it_is_about_is_erased(self) -> None:
        person, award, letter = self.shared_and_written_to()
        found = together(
            again=lambda: correspondence.resend(message_code=letter.code, actor_code="A1", now=NOW),
            erase=lambda: erasing.erase_award(award=award, actor=acting(person), now=NOW),
        )
        assert found["erase"] == "done"
        assert not Message.objects.about("award", award.code).readable().exists()

    def test_leaves_again_while_its_reader_closes_their_space(self) -> None:
        person, award, letter = self.shared_and_written_to()
        found = together(
            again=lambda: correspondence.resend(message_code=letter.code, actor_code="A1", now=NOW),
            close=closed(person),
        )
        assert found["close"] == "done"
        assert not Message.objects.about("award", award.code).readable().exists()

    def test_written_anew_while_what_it_is_about_is_erased_does_not_outlive_it(self) -> None:
        person, award, _letter = self.shared_and_written_to()
        by = claims.issuer(award.certifier)
        found = together(
            again=lambda: sending.send_again(award=award, actor=by, now=NOW),
            erase=lambda: erasing.erase_award(award=award, actor=acting(person), now=NOW),
        )
        assert found["erase"] == "done"
        assert not Message.objects.about("award", award.code).readable().exists()


class TestAContest:
    def test_waits_for_a_guest_who_uses_a_link(self) -> None:
        person = factories.holder()
        award = held.held(person, now=NOW, awarded_on=TODAY)
        parties.send_magic_link(
            person=person,
            purpose=LinkPurpose.SIGNER,
            actor=factories.actor_of(person),
            certifier=award.certifier,
            now=NOW,
        )
        token = factories.token_sent_to(person.email)
        found = together(
            use=lambda: parties.use_magic_link(token=token, now=NOW),
            contest=lambda: receiving.contest_receiving(award=award, token=contest_token_of(award), now=NOW),
        )
        assert found["contest"] == "done"
        assert not MagicLink.objects.filter(person=person, purpose=LinkPurpose.SIGNER).usable_at(NOW).exists()


class TestAPartnership:
    def test_ends_while_an_invitation_to_it_is_accepted(self) -> None:
        house = factories.certifier()
        place, address = factories.partnership(house), factories.email()
        by = habilitations.manager(house)
        parties.invite_member(
            role=Role.HEAD, email=address, first_name="Zoé", last_name="Le Goff", partnership=place, actor=by, now=NOW
        )
        token = factories.token_sent_to(address)
        found = together(
            accept=lambda: parties.accept_invitation(token=token, person=None, password=factories.PASSWORD, now=NOW),
            end=lambda: parties.end_partnership(partnership=place, reason=EndReason.AGREED, actor=by, now=NOW),
        )
        assert found["end"] == "done"
        place.refresh_from_db()
        assert place.state == PartnershipState.ENDED
        assert place.memberships.in_force().exists() == (found["accept"] == "done")
