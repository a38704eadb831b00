"""Bringing an existing network in: nothing before the preview, everything once, the rest with what to mend."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import DeclaredChange, Habilitation, ImportRow, NetworkImport
from jurande.registers.network.operations import imports as operations
from jurande.registers.network.operations.imports import ImportRefused
from jurande.registers.network.queries import imports as queries
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import fiches
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
HEADERS = "SIRET;Dénomination;CP;Ville;Mail;Prénom;Nom du dirigeant;Fiche;Rôle;Début;Fin;Convention;Signée le"


def house_and_manager() -> tuple[Certifier, Actor]:
    house = factories.certifier()
    return house, habilitations.manager(house)


def line(
    siret: str = "", *, fiche: str = "RNCP49021", role: str = "former", email: str = "", fin: str = "31/12/2028"
) -> str:
    siret = siret or factories.siret()
    return f"{siret};L’Établi;13001;Marseille;{email};Jo;Paoli;{fiche};{role};01/01/2026;{fin};CONV 7;02/01/2026"


def sent(house: Certifier, actor: Actor, lines: Sequence[str], encoding: str = "cp1252") -> NetworkImport:
    content = "\r\n".join(["Notre réseau;;;", HEADERS, *lines]).encode(encoding)
    return operations.read_sheet(
        certifier=house, content=io.BytesIO(content), filename="réseau.csv", actor=actor, now=NOW
    )


def mapped(house: Certifier, actor: Actor, lines: Sequence[str]) -> NetworkImport:
    held = sent(house, actor, lines)
    return operations.set_columns(held=held, columns=operations.guessed(held), actor=actor, now=NOW)


def ignored(*_counts: int) -> None:
    """Nobody looks at the progress."""


def run(held: NetworkImport, actor: Actor, *, invites: bool = False, report: Any = ignored) -> NetworkImport:
    started = operations.start_import(held=held, invites=invites, actor=actor, now=NOW)
    operations.run_import(held=started, report=report, now=lambda: NOW)
    started.refresh_from_db()
    return started


class TestPreview:
    def test_makes_nothing_and_says_exactly_what_would_be(self) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        held = mapped(house, actor, [line(email="jo@exemple.fr"), line(fiche=""), line("732829320"), line(role="?")])
        assert queries.counts_of(held) == {"ready": 2, "known": 0, "rejected": 2, "made": 0}
        preview = queries.preview_of(held)
        assert (preview.partnerships, preview.habilitations, preview.letters) == (2, 1, 1)
        assert not Partnership.objects.exists()

    def test_each_rejected_row_says_its_number_and_what_to_do(self) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        twice = factories.siret()
        held = mapped(house, actor, [line(twice), line(twice), line("73282932000075")])
        reasons = {row.number: row.reason for row in queries.rejected_rows(held)}
        assert set(reasons) == {4, 5}
        assert "ligne 3" in reasons[4]
        assert "clé du SIRET" in reasons[5]

    def test_asks_for_the_columns_it_cannot_do_without(self) -> None:
        house, actor = house_and_manager()
        held = sent(house, actor, [line()])
        with pytest.raises(ImportRefused):
            operations.set_columns(held=held, columns={"siret": 0}, actor=actor, now=NOW)
        with pytest.raises(ImportRefused):
            operations.set_columns(
                held=held, columns={"siret": 0, "legal_name": 1, "postcode": 2, "city": 1}, actor=actor, now=NOW
            )

    def test_remembers_what_somebody_said_of_the_columns(self) -> None:
        house, actor = house_and_manager()
        held = sent(house, actor, [line()])
        columns = {**operations.guessed(held), "usual_name": 12}
        del columns["signed_on"]
        operations.set_columns(held=held, columns=columns, actor=actor, now=NOW)
        assert operations.guessed(sent(house, actor, [line()]))["usual_name"] == 12

    def test_is_for_who_may_open_partnerships(self) -> None:
        house, _actor = house_and_manager()
        reader = factories.actor_of(factories.member(Role.READER, of=house), house)
        with pytest.raises(NotAllowed):
            sent(house, reader, [line()])


class TestRun:
    def test_makes_partnerships_and_habilitations_to_be_documented(self) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        done = run(mapped(house, actor, [line(), line()]), actor)
        assert done.state == "done"
        rows = Habilitation.objects.filter(certifier=house)
        assert [row.lacks_its_document for row in rows.order_by("pk")] == [True, True]
        assert Partnership.objects.filter(certifier=house).count() == 2

    def test_writes_to_nobody_unless_asked(self) -> None:
        house, actor = house_and_manager()
        run(mapped(house, actor, [line(email="jo@exemple.fr", fiche="")]), actor)
        assert not Message.objects.addressed_to("jo@exemple.fr").exists()
        run(mapped(house, actor, [line(email="al@exemple.fr", fiche="")]), actor, invites=True)
        assert Message.objects.addressed_to("al@exemple.fr").exists()

    def test_the_same_file_again_makes_nothing(self) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        lines = [line(), line()]
        run(mapped(house, actor, lines), actor)
        again = mapped(house, actor, lines)
        assert queries.counts_of(again)["known"] == 2
        with pytest.raises(ImportRefused):
            operations.start_import(held=again, invites=False, actor=actor, now=NOW)

    def test_goes_on_where_it_was_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "BATCH", 2)
        house, actor = house_and_manager()
        habilitations.certification(house)
        held = mapped(house, actor, [line() for _each in range(3)])
        started = operations.start_import(held=held, invites=False, actor=actor, now=NOW)

        def kill(done: int, _left_out: int, _total: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            operations.run_import(held=started, report=kill, now=lambda: NOW)
        assert Habilitation.objects.filter(certifier=house).count() == 2
        operations.run_import(held=started, report=ignored, now=lambda: NOW)
        operations.run_import(held=started, report=ignored, now=lambda: NOW)
        started.refresh_from_db()
        assert (started.state, Habilitation.objects.filter(certifier=house).count()) == ("done", 3)

    def test_asks_as_few_questions_for_many_rows_as_for_few(self, django_assert_max_num_queries: Any) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        held = mapped(house, actor, [line(siret) for siret in [factories.siret() for _each in range(30)]])
        with django_assert_max_num_queries(80):
            run(held, actor)
        assert Habilitation.objects.filter(certifier=house).count() == 30

    def test_does_in_bulk_what_is_done_of_one(
        self, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
    ) -> None:
        own_home(settings, tmp_path / "home")
        written = []
        for together in (True, False):
            house, actor = house_and_manager()
            habilitations.key(house)
            fiche = habilitations.certification(house).reference
            if not together:
                monkeypatch.setattr(operations, "_make_together", lambda *_given: 0)
            lines = [
                line(email="jo@exemple.fr", fiche=fiche),
                line(fiche=""),
                line(role="former et organiser", fiche=fiche),
            ]
            done = run(mapped(house, actor, lines), actor, invites=True)
            assert not list(queries.rejected_rows(done).values_list("reason", flat=True)), together
            rows = Habilitation.objects.filter(certifier=house).order_by("pk")
            changes = DeclaredChange.objects.filter(certifier=house).order_by("pk")
            written.append(
                [
                    [
                        (row.reference, row.kind, row.state, row.basis, row.credential and row.credential.state)
                        for row in rows
                    ],
                    [[(one.number, one.state, one.from_on, one.until_on) for one in row.spells.all()] for row in rows],
                    [(one.kind, one.before, one.after, one.state, one.due_on) for one in changes],
                    list(house.partnerships.order_by("pk").values_list("reference", "since_on", "state")),
                    Message.objects.of_certifier(house.code).count(),
                    sorted(Entry.objects.on_chain(house.code).values_list("action", flat=True)),
                ]
            )
        assert written[0] == written[1]

    def test_a_row_that_the_register_refuses_is_left_out_whole_with_its_reason(self) -> None:
        house, actor = house_and_manager()
        habilitations.certification(house)
        siret = factories.siret()
        held = mapped(house, actor, [line(siret, role="former"), line(siret, role="former et organiser")])
        done = run(held, actor)
        [refused] = queries.rejected_rows(done)
        assert refused.number == 4
        assert "déjà habilité" in refused.reason
        assert Habilitation.objects.filter(certifier=house).count() == 1


class TestNational:
    def test_brings_in_who_the_register_lists_for_our_certifications(self) -> None:
        house, actor = house_and_manager()
        certification = habilitations.certification(house)
        fiches.snapshot("rncp", on=TODAY)
        known, nowhere = factories.siret(), factories.siret()
        body = fiches.training_body(known)
        body.nda = "93131234513"
        body.save()
        for siret in (known, nowhere):
            fiches.partner(certification.fiche, siret=siret, seen=TODAY)
        held = operations.read_national(certifier=house, actor=actor, now=NOW)
        assert queries.counts_of(held) == {"ready": 1, "known": 0, "rejected": 1, "made": 0}
        run(held, actor)
        row = Habilitation.objects.get(certifier=house)
        assert (row.basis, row.valid_from, row.partnership.site.siret) == (
            "earlier_convention",
            date(2025, 1, 6),
            known,
        )

    def test_says_so_when_the_register_lists_nobody(self) -> None:
        house, actor = house_and_manager()
        with pytest.raises(ImportRefused):
            operations.read_national(certifier=house, actor=actor, now=NOW)


class TestForgetting:
    def test_rows_go_with_a_file_that_is_dropped(self) -> None:
        house, actor = house_and_manager()
        held = sent(house, actor, [line()])
        operations.discard_import(held=held, actor=actor, now=NOW)
        assert not ImportRow.objects.exists()
        assert NetworkImport.objects.get().state == "discarded"

    def test_rows_go_some_weeks_later(self) -> None:
        house, actor = house_and_manager()
        sent(house, actor, [line()])
        assert operations.forget_rows(now=NOW) == 0
        assert operations.forget_rows(now=NOW + operations.KEEP * 2) == 1


class TestProgress:
    def test_says_what_each_file_lacks(self) -> None:
        row = habilitations.opened()
        [progress] = queries.files_progress(habilitations.manager(row.certifier), TODAY)
        assert progress.missing == ("person", "qualiopi", "insurance", "convention")
        assert (progress.done, progress.total) == (1, 5)
