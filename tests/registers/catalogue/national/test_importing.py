from __future__ import annotations

import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jurande.registers.catalogue.models import (
    Delivery,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    NationalPartner,
    Reject,
    SearchEntry,
    Snapshot,
    TrainingBody,
)
from jurande.registers.catalogue.models import (
    Fiche as FicheRow,
)
from jurande.registers.catalogue.operations.importing import forget_files, read_delivery, receive_in_place, registers
from jurande.registers.catalogue.operations.importing.deliveries import day_in
from jurande.registers.catalogue.states import SnapshotState
from jurande.registers.journal.models import Entry
from tests.exports import Bloc, Fiche, Partner, body, export, siret, training_list
from tests.registers.catalogue.national.conftest import D1, D2, D3, NOW, Import

ONE = Fiche("RNCP101", partners=[Partner(siret(2)), Partner(siret(3))], blocs=[Bloc("RNCP101BC01")])
TWO = Fiche("RNCP102", title="Tailler la pierre")


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of the catalogue."""
    models = apps.get_app_config("catalogue").get_models()
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def spoken() -> list[tuple[str, date, date | None]]:
    rows = NationalPartner.objects.order_by("seen_from", "siret").values_list("siret", "seen_from", "seen_until")
    return list(rows)


class TestFirstImport:
    def test_keeps_each_thing_from_that_day_on(self, importing: Import) -> None:
        read = importing(D1, ONE, TWO)
        assert read.snapshot is not None
        assert (read.snapshot.state, read.snapshot.read_count, read.snapshot.partner_count) == ("complete", 2, 2)
        for model in (FicheVersion, NationalBloc, NationalCertifier, NationalPartner):
            assert set(model.objects.values_list("seen_from", "seen_until")) == {(D1, None)}
        bloc = NationalBloc.objects.get()
        assert bloc.competencies == ["Analyser la demande", "Planifier les étapes"]
        assert NationalPartner.objects.get(siret=siret(2)).siren == siret(2)[:9]

    def test_is_found_by_the_search(self, importing: Import) -> None:
        importing(D1, ONE, TWO)
        assert SearchEntry.objects.count() == 2

    def test_is_told_in_the_journal_once(self, importing: Import) -> None:
        importing(D1, ONE)
        entry = Entry.objects.get(action="catalogue.register.imported")
        assert (entry.reason_code, entry.digest) == ("rncp", Snapshot.objects.get().sha256)


class TestSecondImport:
    def test_of_the_same_file_writes_nothing(self, importing: Import) -> None:
        importing(D1, ONE, TWO)
        before = everything()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert importing(D1, ONE, TWO).already
        assert everything() == before
        assert not [q for q in asked.captured_queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]

    def test_of_the_same_content_another_day_writes_nothing_but_its_snapshot(self, importing: Import) -> None:
        importing(D1, ONE, TWO)
        before = everything()
        read = importing(D2, ONE, TWO)
        after = everything()
        for name in ("Snapshot", "Delivery"):
            before.pop(name), after.pop(name)
        assert after == before
        assert read.snapshot is not None
        assert read.snapshot.changed_count == 0

    def test_writes_only_what_changed(self, importing: Import) -> None:
        importing(D1, ONE, TWO)
        importing(D2, ONE.but(partners=[Partner(siret(3)), Partner(siret(4))]), TWO)
        assert spoken() == [(siret(2), D1, D2), (siret(3), D1, None), (siret(4), D2, None)]
        # Partners are not what a fiche says of itself.
        assert FicheVersion.objects.count() == 2
        assert NationalBloc.objects.count() == 1

    def test_closes_a_fiche_that_is_gone_and_opens_it_again(self, importing: Import) -> None:
        importing(D1, ONE, TWO)
        importing(D2, TWO)
        assert FicheVersion.objects.get(fiche__number="RNCP101").seen_until == D2
        assert NationalPartner.objects.current().count() == 0
        importing(D3, ONE, TWO)
        seen = (
            FicheVersion.objects.filter(fiche__number="RNCP101").order_by("pk").values_list("seen_from", "seen_until")
        )
        assert list(seen) == [(D1, D2), (D3, None)]
        assert FicheRow.objects.count() == 2

    def test_makes_a_new_version_of_what_is_said_otherwise(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(title="Autre intitulé", blocs=[Bloc("RNCP101BC01", title="Autre")]))
        assert list(FicheVersion.objects.order_by("pk").values_list("title", "seen_until")) == [
            (ONE.title, D2),
            ("Autre intitulé", None),
        ]
        assert list(NationalBloc.objects.order_by("pk").values_list("seen_from", "seen_until")) == [
            (D1, D2),
            (D2, None),
        ]
        assert SearchEntry.objects.get().version.title == "Autre intitulé"

    def test_makes_none_when_only_the_layout_changed(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, content=export(ONE).replace(b"  <INTITULE>", b"<!-- x -->\n<INTITULE>"))
        assert FicheVersion.objects.get().seen_until is None

    def test_of_another_file_of_the_same_day_replaces_it(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(partners=[Partner(siret(4))], title="Brouillon"))
        importing(D2, ONE)
        assert spoken()[-2:] == [(siret(2), D2, None), (siret(3), D2, None)]
        assert not NationalPartner.objects.filter(siret=siret(4)).exists()
        current = FicheVersion.objects.current().get()
        assert (current.title, current.seen_from) == (ONE.title, D2)

    def test_older_than_the_latest_is_refused(self, importing: Import) -> None:
        importing(D2, ONE)
        before = everything()
        read = importing(D1, ONE, TWO)
        assert "plus ancien que la dernière lecture, du 17/08/2026" in read.refusal
        before.pop("Delivery")
        after = everything()
        after.pop("Delivery")
        assert after == before

    def test_that_holds_less_than_half_is_refused(self, importing: Import, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registers, "SHRINKING_MATTERS", 2)
        importing(D1, ONE, TWO, Fiche("RNCP103"))
        read = importing(D2, ONE)
        assert "ne contient que 1" in read.refusal
        assert FicheVersion.objects.current().count() == 3


class TestWrongRow:
    def test_is_left_out_told_and_the_rest_goes_in(self, importing: Import) -> None:
        read = importing(D1, ONE.but(partners=[Partner("42"), Partner(siret(3))]), Fiche("", title="Sans numéro"), TWO)
        assert read.snapshot is not None
        assert (read.snapshot.state, read.snapshot.rejected_count) == (SnapshotState.COMPLETE, 2)
        assert list(Reject.objects.order_by("line").values_list("subject", "field", "value", "reason")) == [
            ("RNCP101", "PARTENAIRE/SIRET_PARTENAIRE", "42", "siret"),
            ("", "NUMERO_FICHE", "", "missing"),
        ]
        assert spoken() == [(siret(3), D1, None)]

    def test_is_told_again_the_next_day_though_nothing_changed(self, importing: Import) -> None:
        wrong = ONE.but(partners=[Partner("42"), Partner(siret(3))])
        importing(D1, wrong)
        read = importing(D2, wrong, TWO)
        assert read.snapshot is not None
        assert read.snapshot.rejects.get().value == "42"
        assert spoken() == [(siret(3), D1, None)]

    def test_of_a_fiche_that_is_there_twice_keeps_the_first(self, importing: Import) -> None:
        read = importing(D1, ONE, ONE.but(title="Encore"), ONE)
        assert read.snapshot is not None
        assert Counter(read.snapshot.rejects.values_list("reason", flat=True)) == {"duplicate": 2}
        assert FicheVersion.objects.get().title == ONE.title

    def test_that_is_a_whole_fiche_leaves_what_was_known_of_it(self, importing: Import) -> None:
        importing(D1, ONE)
        importing(D2, ONE.but(title=""))
        assert FicheVersion.objects.get().seen_until is None
        assert Reject.objects.get().subject == "RNCP101"


class TestWrongFile:
    @pytest.mark.parametrize(
        "content, said",
        [
            (export(ONE)[:-20], "coupé"),
            (export(ONE).replace("Publiée".encode(), b"Publi\xe9e"), "UTF-8"),
            (export(ONE, version="3.0"), "version 4.1"),
            (export(ONE).replace(b"FICHES>", b"LISTE>"), "FICHES"),
            (b"<!DOCTYPE FICHES []>" + export(ONE)[56:], "entités"),
        ],
        ids=["truncated", "encoding", "version", "root", "document type"],
    )
    def test_is_refused_whole_and_the_previous_snapshot_stays(
        self, importing: Import, content: bytes, said: str
    ) -> None:
        importing(D1, ONE)
        before = everything()
        read = importing(D2, content=content)
        assert said in read.refusal
        after = everything()
        refused = after["Snapshot"].pop()
        assert (refused["state"], refused["refusal"]) == ("refused", read.refusal)
        before.pop("Delivery"), after.pop("Delivery")
        assert after == before

    def test_may_be_mended_and_read(self, importing: Import) -> None:
        importing(D1, content=export(ONE)[:-20])
        assert importing(D1, ONE).refusal == ""

    @pytest.mark.parametrize(
        "name, said",
        [("export.xml", "ne dit pas sa date"), ("export_fiches_RNCP_V4_1_2031-01-01.xml", "pas encore venue")],
    )
    def test_without_a_possible_day_is_refused(self, importing: Import, name: str, said: str) -> None:
        assert said in importing(D1, ONE, name=name).refusal
        assert not Snapshot.objects.exists()

    def test_says_why_in_the_delivery(self, importing: Import, tmp_path: Path) -> None:
        path = tmp_path / "export_fiches_RNCP_2026-08-16.zip"
        path.write_bytes(b"PK\x03\x04 coup")
        delivery = receive_in_place(path, published_on=None, now=NOW)
        read_delivery(delivery, path, report=lambda done, total: None, now=NOW)
        assert "coupée ou abîmée" in Delivery.objects.get().refusal


class TestKilledImport:
    def test_resumes_where_it_was(self, importing: Import, monkeypatch: pytest.MonkeyPatch) -> None:
        fiches = [Fiche(f"RNCP{100 + rank}", partners=[Partner(siret(rank)), Partner("42")]) for rank in range(6)]
        monkeypatch.setattr(registers, "BATCH_FICHES", 2)
        importing(D1, TWO)
        monkeypatch.setattr(registers, "index", killed_at(2))
        with pytest.raises(KeyboardInterrupt):
            importing(D2, *fiches)
        latest = Snapshot.objects.complete().latest_first().first()
        assert latest is not None
        assert latest.published_on == D1
        assert FicheVersion.objects.seen_on(D1).get().fiche.number == "RNCP102"

        monkeypatch.undo()
        read = importing(D2, *fiches)
        assert read.snapshot is not None
        assert (read.snapshot.read_count, read.snapshot.rejected_count) == (6, 6)
        assert Snapshot.objects.count() == 2
        assert FicheVersion.objects.current().count() == 6
        assert NationalPartner.objects.current().count() == 6
        assert set(NationalPartner.objects.values_list("seen_from", flat=True)) == {D2}

    def test_gives_way_to_a_later_file_and_not_to_an_older_one(
        self, importing: Import, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registers, "index", killed_at(1))
        with pytest.raises(KeyboardInterrupt):
            importing(D2, ONE)
        monkeypatch.undo()
        assert "plus ancien" in importing(D1, ONE).refusal
        assert importing(D3, TWO).refusal == ""
        assert Snapshot.objects.get(published_on=D2).state == SnapshotState.REFUSED
        assert FicheVersion.objects.current().get().fiche.number == "RNCP102"


def killed_at(call: int):  # type: ignore[no-untyped-def]
    calls = 0

    def index(version_ids: object) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt

    return index


class TestTrainingBodies:
    def test_are_kept_as_intervals_too(self, importing: Import) -> None:
        name = "liste_{}.csv"
        other = body(nda="11756000176", siren=siret(8)[:9], siret=siret(8))
        importing(D1, content=training_list(body(), other).encode(), name=name)
        read = importing(D2, content=training_list(body(city="Lyon")).encode("cp1252"), name=name)
        assert read.snapshot is not None
        assert (read.snapshot.read_count, read.snapshot.changed_count) == (1, 3)
        rows = TrainingBody.objects.order_by("pk").values_list("city", "seen_from", "seen_until")
        assert list(rows) == [("Paris", D1, D2), ("Paris", D1, D2), ("Lyon", D2, None)]

    def test_without_a_day_are_those_of_the_day_they_are_read(self, importing: Import) -> None:
        read = importing(D1, content=training_list().encode(), name="liste.csv")
        assert read.snapshot is not None
        assert read.snapshot.published_on == NOW.date()

    def test_are_refused_whole_without_a_column(self, importing: Import) -> None:
        content = training_list().replace("denomination", "nom").encode()
        read = importing(D1, content=content, name="liste_{}.csv")
        assert "Il manque des colonnes" in read.refusal
        assert "denomination" in read.refusal
        assert not TrainingBody.objects.exists()


class TestFilesLeftBehind:
    def test_are_thrown_away_after_two_days_and_the_operators_own_never(
        self, importing: Import, tmp_path: Path
    ) -> None:
        imports = tmp_path / "imports"
        for name in ("received/ABC", "opened/open-1", "2026"):
            (imports / name).mkdir(parents=True)
        forget_files(now=datetime.now(UTC))
        assert (imports / "received/ABC").exists()
        forget_files(now=datetime.now(UTC) + timedelta(days=3))
        assert sorted(path.name for path in imports.rglob("*")) == ["2026", "opened", "received"]


class TestArchive:
    def test_may_hold_both_registers(self, importing: Import, tmp_path: Path) -> None:
        path = tmp_path / "exports.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("export_fiches_RNCP_V4_1_2026-08-16.xml", export(ONE))
            made.writestr("export_fiches_RS_V4_1_2026-08-16.xml", export(Fiche("RS101")))
        delivery = receive_in_place(path, published_on=None, now=NOW)
        read = read_delivery(delivery, path, report=lambda done, total: None, now=NOW)
        assert [file.snapshot and file.snapshot.source for file in read] == ["rncp", "rs"]
        assert FicheVersion.objects.count() == 2


class TestDayInAName:
    @pytest.mark.parametrize(
        "name, day",
        [
            ("export_fiches_RNCP_V4_1_2026-08-16.xml", D1),
            ("export_fiches_CSV_2026_08_16.csv", D1),
            ("liste-20260816.csv", D1),
            ("export_2026-13-16.xml", None),
            ("export_2026-08_16.xml", None),
            ("120260816.xml", None),
        ],
    )
    def test_is_found_when_there_is_one(self, name: str, day: date | None) -> None:
        assert day_in(name) == day


class TestRealExtracts:
    def test_go_in_whole_and_the_second_time_write_nothing(self, db: None, shared: Path) -> None:
        folder = shared / "data/registers"
        for already in (False, True):
            before = everything()
            delivery = receive_in_place(folder, published_on=None, now=NOW)
            read = read_delivery(delivery, folder, report=lambda done, total: None, now=NOW)
            assert [(file.refusal, file.already) for file in read] == [("", already)] * 2
            assert FicheRow.objects.count() == 12
            assert NationalPartner.objects.current().count() == 974
        assert everything() == before
