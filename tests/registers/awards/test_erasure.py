"""Erasing: of somebody, nothing is left in any row, index or file; the log and the status stay, and hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from jurande.demo.papers import pdf
from jurande.registers.awards.models import Award, Erasure, Share
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import (
    approving,
    closing,
    erasing,
    issuing,
    life,
    packing,
    replacing,
    replaying,
    sweeping,
)
from jurande.registers.awards.operations.erasing import ErasureRefused
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.operations.retention import lift_hold
from jurande.registers.awards.operations.shares import Shown, create_share
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.erasure import HoldScope
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.operations import erase_due
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations as parties
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.operations.merging import NOT_MOVED
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.operations.checking import check
from jurande.registers.seal.states import Reason, SealState
from tests import factories
from tests.registers.awards import claims, corrections, holds, lots, proved
from tests.registers.awards.proved import NOW, TODAY
from tests.registers.seal.homes import own_home

type Capture = Callable[..., AbstractContextManager[Any]]
FIRST, LAST, ADDRESS = "Zéphyrine", "Quatremère-Vaucluse", "zephyrine.qv@exemple.fr"
OTHER = ("Bonaventure", "Oustric")
MARKS = (LAST, ADDRESS, FIRST)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def everything_said() -> str:
    """Every text of every row of the database, decrypted where it is encrypted, with the table it is in."""
    said = []
    for model in apps.get_models(include_auto_created=True):
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.ForeignKey)]
        for row in model._base_manager.order_by("pk"):
            for field in fields:
                value = getattr(row, field.attname)
                said.append(f"{model._meta.label}.{field.name}: {value!r}")
    return "\n".join(said)


def bytes_of_files(home: Path) -> bytes:
    """Every byte of every file."""
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def bytes_of_database() -> bytes:
    """The database as SQLite would write it, free pages included; nothing elsewhere, where rows are what there is."""
    if connection.vendor != "sqlite":
        return b""
    return bytes(connection.connection.serialize())


def found_of(person: tuple[str, ...], home: Path) -> list[str]:
    said = everything_said()
    places = [line for line in said.splitlines() if any(mark in line for mark in person)]
    raw = bytes_of_database() + bytes_of_files(home)
    return places + [mark for mark in person for code in ("utf-8", "cp1252") if mark.encode(code) in raw]


def one_in_a_space(person: tuple[str, str, str] = (FIRST, LAST, ADDRESS)) -> tuple[Award, Person, Actor]:
    """Issued from a spreadsheet where somebody else stands too, and received."""
    design = proved.designed(lots.house())
    first, last, address = person
    sheet = [
        (last, first, "14/07/1992", address, "28", "35", ""),
        (OTHER[1], OTHER[0], "02/03/1990", "oustric@exemple.fr", "30", "35", ""),
    ]
    actor = lots.issuer(design.certifier)
    held = lots.prepared(design, *sheet, actor=actor, filename=f"{last.lower()} et un autre.csv")
    held = approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
    issuing.issue_lot(held=held, actor=actor, now=NOW)
    lots.run(held, now=NOW)
    projection.settle(now=NOW, wait_seconds=5)
    award = Award.objects.get(email_digest=email_digest(address))
    holder = factories.holder(by=design.certifier, address=address)
    Person.objects.filter(pk=holder.pk).update(first_name=first, last_name=last)
    holder.refresh_from_db()
    Award.objects.filter(pk=award.pk).update(holder=holder, collected_at=NOW)
    return read(award), holder, factories.actor_of(holder)


def read(award: Award) -> Award:
    return Award.objects.select_related(
        "holder", "certifier__organisation", "credential", "lot", "certification", "design", "referentiel", "row"
    ).get(pk=award.pk)


@pytest.mark.django_db
class TestErasingAnAward:
    def test_leaves_nothing_of_its_holder_anywhere_and_the_log_holds(
        self, settings: Any, django_capture_on_commit_callbacks: Capture
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            award, holder, actor = one_in_a_space()
            assert award.lot is not None
            signatory = lots.signatory(award.certifier)
            note = f"{LAST} a-t-elle passé l’épreuve ?"
            life.suspend_award(award=award, reason=Reason.INQUIRY, note=note, actor=signatory, now=NOW)
            life.restore_award(award=award, reason=Reason.CLEARED, note=f"{LAST}, oui.", actor=signatory, now=NOW)
            create_share(awards=[read(award)], shown=Shown(), title=f"Le CV de {LAST}", actor=actor, now=NOW)
            packed = packing.request_pack(lot=award.lot, actor=lots.issuer(award.certifier), now=NOW)
            packing.pack(lot=award.lot, job_code=packed.code, report=lambda *counts: None)
        # The space itself stays: what is looked for is what the award said.
        Person.objects.filter(pk=holder.pk).update(first_name="", last_name="")
        assert found_of((LAST,), settings.HOME.path)

        with django_capture_on_commit_callbacks(execute=True):
            erasing.erase_award(award=read(award), actor=actor, now=NOW)
        sweeping.sweep_erased(now=NOW, report=lambda done, total: None)

        assert found_of((LAST,), settings.HOME.path) == []
        assert Award.objects.filter(last_name=OTHER[1]).exists()
        row = read(award)
        assert row.credential is not None
        assert (row.state, row.erased_at, row.credential.state) == (AwardState.ERASED, NOW, SealState.ERASED)
        assert Share.objects.get().withdrawn_at == NOW
        assert not check(now=NOW).faults
        told = Entry.objects.filter(action="awards.award.erased", actor_code=actor.code, subject_code=row.code)
        assert told.count() == 1
        assert Erasure.objects.get().swept_at == NOW
        assert settings.HOME.erased.read_text() == f"award {row.code}\n"

    def test_takes_what_it_replaced_with_it(self, settings: Any, django_capture_on_commit_callbacks: Capture) -> None:
        award, holder, actor = one_in_a_space()
        Person.objects.filter(pk=holder.pk).update(first_name="", last_name="")
        said = replace(Said.by(award), first_name="Zéphirine")
        made = replacing.correct_award(
            award=award,
            said=said,
            reason=Reason.WRONG_CONTENT,
            note="Le prénom.",
            actor=lots.signatory(award.certifier),
            now=NOW,
        )
        projection.settle(now=NOW, wait_seconds=5)
        with django_capture_on_commit_callbacks(execute=True):
            erased = erasing.erase_award(award=read(made), actor=actor, now=NOW)
        assert [one.pk for one in erased] == [made.pk, award.pk]
        assert found_of((LAST, "Zéphirine"), settings.HOME.path) == []
        assert not check(now=NOW).faults

    def test_is_for_its_holder_alone_and_happens_once(self) -> None:
        award, _holder, actor = one_in_a_space()
        for stranger in (factories.actor_of(factories.holder(by=award.certifier)), lots.signatory(award.certifier)):
            with pytest.raises(NotAllowed):
                erasing.erase_award(award=award, actor=stranger, now=NOW)
        erasing.erase_award(award=award, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            erasing.erase_award(award=award, actor=actor, now=NOW)
        assert Erasure.objects.count() == 1

    @pytest.mark.parametrize("scope", HoldScope)
    def test_waits_while_a_procedure_keeps_it_and_says_until_when(self, scope: HoldScope) -> None:
        award, _holder, actor = one_in_a_space()
        about = {HoldScope.LOT: award.lot, HoldScope.CERTIFICATION: award.certification}.get(scope, award)
        hold = holds.held(award, scope=scope, about=about, until_on=TODAY + timedelta(days=9))
        with pytest.raises(ErasureRefused, match="doit la conserver jusqu’au"):
            erasing.erase_award(award=award, actor=actor, now=NOW)
        assert read(award).last_name == LAST
        lift_hold(hold=hold, actor=lots.signatory(award.certifier), now=NOW)
        erasing.erase_award(award=award, actor=actor, now=NOW)
        assert read(award).state == AwardState.ERASED


@pytest.mark.django_db
class TestClosingASpace:
    def test_leaves_nothing_of_the_person_anywhere(
        self, settings: Any, django_capture_on_commit_callbacks: Capture
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            award, holder, actor = one_in_a_space()
            claim = claims.submitted(
                claims.opened(award.certifier),
                holder,
                statement=f"Moi, {LAST}, je répare.",
                files=[(BytesIO(pdf("Attestation", [LAST])), f"{LAST}.pdf")],
            )
            wrong = corrections.asked(
                award, first_name="Zéphirine", words=f"{LAST} est juste.", files=[corrections.paper()], now=NOW
            )
            create_share(awards=[read(award)], shown=Shown(), title=f"Le CV de {LAST}", actor=actor, now=NOW)

        with django_capture_on_commit_callbacks(execute=True):
            assert closing.close_space(person=holder, actor=actor, now=NOW) == 1
        sweeping.sweep_erased(now=NOW, report=lambda done, total: None)
        erase_due(now=NOW + timedelta(days=1))

        assert found_of(MARKS, settings.HOME.path) == []
        claim.refresh_from_db()
        wrong.refresh_from_db()
        assert (claim.state, wrong.state) == ("withdrawn", "withdrawn")
        assert not check(now=NOW).faults
        assert settings.HOME.erased.read_text().splitlines() == [f"person {holder.code}", f"award {award.code}"]

    def test_leaves_the_account_of_somebody_who_works_here(self) -> None:
        award, _holder, _actor = one_in_a_space()
        colleague = factories.member(Role.READER, of=award.certifier)
        parties.register_holder(
            email=colleague.email,
            first_name=colleague.first_name,
            last_name=colleague.last_name,
            actor=factories.actor_of(factories.administrator(award.certifier), award.certifier),
            now=NOW,
        )
        closing.close_space(person=colleague, actor=factories.actor_of(colleague), now=NOW)
        colleague.refresh_from_db()
        assert (colleague.is_active, bool(colleague.last_name)) == (True, True)
        roles = Membership.objects.in_force().filter(person=colleague)
        assert [each.role for each in roles] == [Role.READER]

    def test_goes_through_whole_or_not_at_all(self) -> None:
        award, holder, actor = one_in_a_space()
        holds.held(award)
        with pytest.raises(ErasureRefused):
            closing.close_space(person=holder, actor=actor, now=NOW)
        holder.refresh_from_db()
        assert holder.is_active
        assert read(award).last_name == LAST

    def test_knows_each_thing_that_somebody_may_have_here(self) -> None:
        """A register that comes later must say whether what it ties to a person goes with their space, or keeps them."""
        staff = NOT_MOVED | {
            "network.Application.applicant",
            "network.RadarLetter.person",
            "conventions.Signatory.person",
            "awards.AwardClaim.reviewer",
        }
        found = {
            closing.name_of(field)
            for field in Person._meta.get_fields(include_hidden=True)
            if isinstance(field, models.ForeignObjectRel)
        }
        assert found == closing.HELD | staff


@pytest.mark.django_db
class TestReplayingErasures:
    def test_erases_again_what_an_older_backup_brought_back(
        self, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Capture
    ) -> None:
        award, holder, _actor = one_in_a_space()
        listed = tmp_path / "erased.txt"
        listed.write_text(f"award {award.code}\nperson {holder.code}\nn’importe quoi\naward INCONNU000\n")
        with django_capture_on_commit_callbacks(execute=True):
            assert replaying.replay(listed, now=NOW) == replaying.Replayed(read=3, awards=1, spaces=1)
        assert found_of(MARKS, settings.HOME.path) == []
        assert replaying.replay(listed, now=NOW) == replaying.Replayed(read=3, awards=0, spaces=0)
        assert not check(now=NOW).faults
