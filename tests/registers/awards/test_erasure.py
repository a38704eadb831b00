"""Erasing: of somebody, nothing is left in any row, index or file; the log and the status stay, and hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection, models

from jurande.registers.awards.models import Award, AwardClaim, Erasure, LotRow, Share, Withdrawal
from jurande.registers.awards.models.people import email_digest
from jurande.registers.awards.operations import closing, erasing, life, packing, replacing, sweeping
from jurande.registers.awards.operations.erasing import ErasureRefused
from jurande.registers.awards.operations.shares import create_share
from jurande.registers.awards.operations.shares import Shown
from jurande.registers.awards.states import AwardState
from jurande.registers.common.crypto import EncryptedTextField
from jurande.registers.common.crypto.fields import Unreadable
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.models import Blob, Document
from jurande.registers.journal.models import Entry
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from jurande.registers.seal.operations.checking import check
from jurande.registers.seal.states import Reason, SealState
from tests import factories
from tests.registers.awards import lots, proved
from tests.registers.awards.proved import NOW
from tests.registers.seal.homes import own_home

FIRST, LAST, ADDRESS = "Zéphyrine", "Quatremère-Vaucluse", "zephyrine.qv@exemple.fr"
OTHER = ("Bonaventure", "Oustric")
MARKS = (LAST, ADDRESS, FIRST)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_home(settings, tmp_path / "home")
    monkeypatch.setattr("jurande.registers.seal.operations.credentials.secrets.token_hex", lambda size: "5e" * size)


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
    return places + [mark for mark in person if mark.encode() in raw]


def one_in_a_space(person: tuple[str, str, str] = (FIRST, LAST, ADDRESS)) -> tuple[Award, Person, Actor]:
    """Issued from a spreadsheet where somebody else stands too, and received."""
    design = proved.designed(lots.house())
    first, last, address = person
    sheet = [
        (last, first, "14/07/1992", address, "28", "35", ""),
        (OTHER[1], OTHER[0], "02/03/1990", "oustric@exemple.fr", "30", "35", ""),
    ]
    actor = lots.issuer(design.certifier)
    held = lots.prepared(design, *sheet, actor=actor)
    held = lots.approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
    lots.issuing.issue_lot(held=held, actor=actor, now=NOW)
    lots.run(held, now=NOW)
    proved.projection.settle(now=NOW, wait_seconds=5)
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
        self, settings, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            award, holder, actor = one_in_a_space()
            signatory = lots.signatory(award.certifier)
            life.suspend_award(
                award=award, reason=Reason.INQUIRY, note=f"{LAST} a-t-elle passé l’épreuve ?", actor=signatory, now=NOW
            )
            life.restore_award(award=award, reason=Reason.CLEARED, note=f"{LAST} l’a passée.", actor=signatory, now=NOW)
            create_share(awards=[read(award)], shown=Shown(), title=f"Le CV de {LAST}", actor=actor, now=NOW)
            packed = packing.request_pack(lot=award.lot, actor=lots.issuer(award.certifier), now=NOW)
            packing.pack(lot=award.lot, job_code=packed.code, report=lambda *counts: None)
        Person.objects.filter(pk=holder.pk).update(first_name="", last_name="", email="espace@exemple.fr")
        factories.operations  # the space itself stays, under another name: only the award goes here
        assert found_of((LAST,), settings.HOME.path)

        with django_capture_on_commit_callbacks(execute=True):
            erasing.erase_award(award=read(award), actor=actor, now=NOW)
        sweeping.sweep_erased(now=NOW, report=lambda done, total: None)

        assert found_of((LAST,), settings.HOME.path) == []
        assert Award.objects.filter(last_name=OTHER[1]).exists()
        row = read(award)
        assert (row.state, row.erased_at, row.credential.state) == (AwardState.ERASED, NOW, SealState.ERASED)
        assert Share.objects.get().withdrawn_at == NOW
        assert not check(now=NOW).faults
        assert (
            Entry.objects.filter(action="awards.award.erased", actor_code=actor.code, subject_code=row.code).count()
            == 1
        )
        assert Erasure.objects.get().swept_at == NOW
        assert settings.HOME.erased.read_text() == f"award {row.code}\n"
