from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from openpyxl import Workbook

from jurande.core.proof.conformance import check_credential
from jurande.registers.awards.facts.receiving import receive_url
from jurande.registers.awards.models import Award, Design, Lot, LotRow
from jurande.registers.awards.operations import approving, forgetting, issuing, mending, preparing, rules
from jurande.registers.awards.operations.preparing import LotRefused
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.queries.proofs import Standing, prove
from jurande.registers.awards.states import LotSource
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.operations.tables import TableRefused
from jurande.registers.journal.models import Entry
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import checking
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import lots, proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


@pytest.fixture
def design() -> Design:
    return proved.designed(lots.house())


@pytest.fixture
def clerk(design: Design) -> Actor:
    return lots.issuer(design.certifier)


def states(held: Lot) -> list[str]:
    return list(held.rows.order_by("number").values_list("state", flat=True))


def codes(held: Lot) -> list[list[str]]:
    return [[one["code"] for one in faults] for faults in held.rows.order_by("number").values_list("faults", flat=True)]


class TestPreparing:
    def test_tells_row_by_row_what_is_wrong(self, design: Design, clerk: Actor) -> None:
        good = lots.person(1)
        bad = ("", "Malo", "31/02/1990", "malo@", "28", "35", "")
        held = lots.prepared(design, good, bad, good, actor=clerk)
        assert states(held) == ["good", "faulty", "faulty"]
        assert codes(held) == [[], ["last_name.missing", "birth_on.form", "email.form"], ["twice"]]
        assert (held.state, held.total, held.faulty) == ("prepared", 3, 2)
        assert not Award.objects.exists()

    def test_never_takes_a_cell_in_error_for_the_day_of_the_lot(self, design: Design, clerk: Actor) -> None:
        book = Workbook()
        book.active.append([*lots.HEADERS, "Obtenu le"])
        book.active.append([*lots.person(1), "#N/A"])
        book.active.append([*lots.person(2), "=VLOOKUP(A3,Z1:Z9,1)"])
        book.active.append([*lots.person(3), ""])
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        held = lots.prepared(design, actor=clerk, content=content, filename="session.xlsx")
        assert codes(held) == [["formula"], ["formula"], []]
        row = mending.mend_row(row=held.rows.get(number=2), values={"awarded_on": "1/3/2026"}, actor=clerk, now=NOW)
        assert (row.state, queries.said_in(held, row)["awarded_on"]) == ("mended", "2026-03-01")

    def test_keeps_nothing_personal_readable_in_the_database(self, design: Design, clerk: Actor) -> None:
        lots.prepared(design, lots.person(1), actor=clerk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM awards_lotrow")
            row = repr(cursor.fetchall())
        assert "Haddad" not in row
        assert "exemple.fr" not in row

    def test_remembers_what_columns_are(self, design: Design, clerk: Actor) -> None:
        headers = ("Colonne A", "Colonne B")
        first = lots.received(design, ("Haddad", "Inès"), actor=clerk, headers=headers)
        assert preparing.guessed(first) == {}
        preparing.set_columns(held=first, columns={"last_name": 0, "first_name": 1}, actor=clerk, now=NOW)
        again = lots.received(design, ("Paoli", "Malo"), actor=clerk, headers=headers)
        assert preparing.guessed(again) == {"last_name": 0, "first_name": 1}

    def test_reads_a_sheet_again_when_columns_change(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, lots.person(1), actor=clerk)
        columns = preparing.guessed(held)
        swapped = columns | {"first_name": columns["last_name"], "last_name": columns["first_name"]}
        preparing.set_columns(held=held, columns=swapped, actor=clerk, now=NOW)
        assert queries.said_in(held, held.rows.get())["first_name"].startswith("Haddad")

    def test_wants_the_names_and_no_column_twice(self, design: Design, clerk: Actor) -> None:
        held = lots.received(design, lots.person(1), actor=clerk)
        for columns, field in (({"first_name": 1}, "last_name"), ({"first_name": 1, "last_name": 1}, "first_name")):
            with pytest.raises(LotRefused) as refused:
                preparing.set_columns(held=held, columns=columns, actor=clerk, now=NOW)
            assert refused.value.field == field

    def test_reads_a_long_sheet_by_a_job_that_goes_on_where_it_was_cut(
        self, design: Design, clerk: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(preparing, "AT_ONCE", 5)
        monkeypatch.setattr(preparing, "CHUNK", 4)
        held = lots.prepared(design, *(lots.person(n) for n in range(10)), actor=clerk)
        assert (held.state, held.rows.count()) == ("received", 0)
        assert JobRequest.objects.of(preparing.DIAGNOSE, held.code).count() == 1

        def cut(done: int, faulty: int) -> None:
            if done == 8:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            preparing.diagnose(held=held, report=cut, now=NOW)
        assert held.rows.count() == 8
        preparing.diagnose(held=held, report=lambda done, faulty: None, now=NOW)
        held.refresh_from_db()
        assert (held.state, held.total, states(held)) == ("prepared", 10, ["good"] * 10)

    def test_refuses_what_cannot_be_issued(self, design: Design, clerk: Actor) -> None:
        with pytest.raises(LotRefused):
            lots.received(design, lots.person(1), actor=clerk, awarded_on=TODAY.replace(year=2027))
        with pytest.raises(TableRefused):
            lots.received(design, actor=clerk)
        design.certification.versions.update(state="replaced", replaced_at=NOW)
        with pytest.raises(LotRefused):
            lots.received(design, lots.person(1), actor=clerk)
        assert not Lot.objects.exists()

    @pytest.mark.parametrize(
        ("awarded_on", "months", "field"),
        [
            (date(206, 3, 12), None, "awarded_on"),
            (TODAY.replace(year=TODAY.year - 2), 12, "awarded_on"),
            (TODAY, 96_000, "validity_months"),
            (TODAY, -1, "validity_months"),
        ],
    )
    def test_refuses_days_of_which_nothing_can_be_issued(
        self, design: Design, clerk: Actor, awarded_on: date, months: int | None, field: str
    ) -> None:
        with pytest.raises(LotRefused) as refused:
            lots.received(design, lots.person(1), actor=clerk, awarded_on=awarded_on, validity_months=months)
        assert refused.value.field == field

    def test_gives_the_same_lot_to_the_same_request(self, design: Design, clerk: Actor) -> None:
        def asked(name: str, decided_on: date | None = None) -> Lot:
            return preparing.prepare_rows(
                design=design,
                rows=[{"first_name": name, "last_name": "Haddad"}],
                awarded_on=TODAY,
                decided_on=decided_on,
                source=LotSource.API,
                idempotency_key="SI-42",
                actor=clerk,
                now=NOW,
            )

        assert asked("Inès").pk == asked("Inès").pk
        for name, decided_on in (("Malo", None), ("Inès", TODAY)):
            with pytest.raises(LotRefused):
                asked(name, decided_on)

    def test_is_for_who_prepares_in_this_house(self, design: Design) -> None:
        for actor in (lots.signatory(design.certifier), lots.issuer(factories.certifier())):
            with pytest.raises(NotAllowed):
                lots.received(design, lots.person(1), actor=actor)


class TestAttendance:
    def test_of_79_percent_misses_a_criterion_at_80(self, design: Design, clerk: Actor) -> None:
        rules.set_rule(
            certification=design.certification, threshold_percent=80, label="Assiduité", actor=clerk, now=NOW
        )
        present = (*lots.person(1)[:4], "80", "100", "")
        absent = (*lots.person(2)[:4], "79", "100", "")
        held = lots.prepared(design, present, absent, actor=clerk)
        assert codes(held) == [[], ["attendance.below"]]
        shown = queries.shown(held, held.rows.order_by("number"))
        assert shown[1].faults[0][1].startswith("Assiduité de 79\u00a0%, pour 80\u00a0% demandés")

    def test_is_told_by_what_is_signed(self, design: Design, clerk: Actor) -> None:
        rules.set_rule(
            certification=design.certification, threshold_percent=80, label="Assiduité", actor=clerk, now=NOW
        )
        lots.issued(design, 1)
        signed = json.loads(SealedCredential.objects.get().signed or "")["credentialSubject"]
        assert signed["result"][0]["value"] == "80"
        assert signed["achievement"]["resultDescription"][0]["requiredValue"] == "80"


class TestMending:
    def test_makes_a_row_good(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, ("", "Malo", "", "", "", "", ""), lots.person(1), actor=clerk)
        row = held.rows.get(number=2)
        assert mending.mend_row(row=row, values={"last_name": " Paoli "}, actor=clerk, now=NOW).state == "mended"
        held.refresh_from_db()
        assert held.faulty == 0
        assert queries.said_in(held, held.rows.get(number=2))["last_name"] == "Paoli"

    def test_tells_what_is_still_wrong(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, ("", "Malo", "", "x", "", "", ""), lots.person(1), actor=clerk)
        row = mending.mend_row(row=held.rows.get(number=2), values={"last_name": "4"}, actor=clerk, now=NOW)
        assert [one["code"] for one in row.faults] == ["name.figure", "email.form"]

    def test_leaving_one_of_two_out_frees_the_other(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, lots.person(1), lots.person(1), actor=clerk)
        mending.reject_row(row=held.rows.get(number=2), actor=clerk, now=NOW)
        assert states(held) == ["rejected", "good"]

    def test_all_at_once_leaves_out_what_is_wrong(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, ("", "Malo", "", "", "", "", ""), lots.person(1), actor=clerk)
        assert mending.reject_faulty(held=held, actor=clerk, now=NOW) == 1
        with pytest.raises(LotRefused):
            mending.reject_faulty(held=held, actor=clerk, now=NOW)

    def test_is_over_once_approved(self, design: Design, clerk: Actor) -> None:
        held = lots.approved(design, 1, actor=clerk)
        with pytest.raises(NotAllowed):
            mending.mend_row(row=held.rows.get(), values={"last_name": "Autre"}, actor=clerk, now=NOW)


class TestApproving:
    def test_is_for_somebody_else_once_nothing_is_wrong(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, ("", "Malo", "", "", "", "", ""), lots.person(1), actor=clerk)
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=held, actor=clerk, now=NOW)
        signatory = lots.signatory(design.certifier)
        with pytest.raises(LotRefused):
            approving.approve_lot(held=held, actor=signatory, now=NOW)
        mending.reject_faulty(held=held, actor=clerk, now=NOW)
        assert approving.approve_lot(held=held, actor=signatory, now=NOW).state == "approved"
        assert approving.return_lot(held=held, actor=clerk, now=NOW).state == "prepared"

    def test_of_ones_own_work_waits_for_the_rule_to_be_relaxed(self, design: Design) -> None:
        boss = factories.administrator(design.certifier)
        actor = factories.actor_of(boss, design.certifier)
        held = lots.prepared(design, lots.person(1), actor=actor)
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=held, actor=actor, now=NOW)
        factories.relaxed(design.certifier)
        actor = factories.actor_of(boss, design.certifier)
        assert approving.approve_lot(held=held, actor=actor, now=NOW).state == "approved"

    def test_is_not_for_who_wrote_a_row_again(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, lots.person(1), actor=clerk)
        boss = factories.actor_of(factories.administrator(design.certifier), design.certifier)
        mending.mend_row(row=held.rows.get(), values={"last_name": "Paoli"}, actor=boss, now=NOW)
        with pytest.raises(NotAllowed):
            approving.approve_lot(held=held, actor=boss, now=NOW)
        assert approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW).state == "approved"

    def test_abandoning_throws_rows_and_sheet_away(self, design: Design, clerk: Actor) -> None:
        held = lots.approved(design, 1, actor=clerk)
        held = approving.abandon_lot(held=held, actor=clerk, now=NOW)
        assert (held.state, held.document, LotRow.objects.count()) == ("abandoned", None, 0)
        with pytest.raises(LotRefused):
            approving.abandon_lot(held=held, actor=clerk, now=NOW)


class TestIssuing:
    def test_seals_writes_and_lets_go_in_one_act(self, design: Design) -> None:
        held = lots.issued(design, 3)
        awards = Award.objects.order_by("row__number")
        assert (held.state, held.issued, held.faulty, awards.count()) == ("issued", 3, 0, 3)
        assert set(LotRow.objects.values_list("state", "cells", "values")) == {("issued", "", "")}
        assert [message.action_url for message in Message.objects.filter(kind="awards.issued").order_by("pk")] == [
            receive_url(award) for award in awards
        ]
        assert JobRequest.objects.filter(name="correspondence.deliver_many").count() == 1
        assert Entry.objects.filter(action="awards.rows.issued").count() == 1
        assert checking.check(now=NOW).bad == 0

    def test_gives_credentials_that_verify(self, design: Design) -> None:
        lots.issued(design, 1)
        award = Award.objects.select_related("credential").get()
        signed = (award.credential.signed or "").encode()  # type: ignore[union-attr]
        document = json.loads(signed)
        check_credential(document)
        assert prove(award, now=NOW).standing == Standing.VALID
        subject = document["credentialSubject"]
        assert subject["identifier"][0]["identityHash"] == award.full_name
        assert award.email not in signed.decode()
        assert "1992" not in json.dumps(subject)
        assert subject["achievement"]["achievementType"] == "MicroCredential"
        assert "Mise en situation" in subject["achievement"]["criteria"]["narrative"]

    def test_goes_on_after_a_part_and_does_nothing_twice(
        self, design: Design, clerk: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(issuing, "CHUNK", 2)
        held = lots.approved(design, 5, actor=clerk)
        issuing.issue_lot(held=held, actor=clerk, now=NOW)
        assert issuing.issue_part(held, now=NOW) == 2
        assert lots.run(held).issued == 5
        assert lots.run(held).issued == 5
        assert Award.objects.count() == SealedCredential.objects.count() == 5

    def test_that_waited_until_it_ended_is_issued_to_nobody_and_is_over(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(
            design, lots.person(1), actor=clerk, awarded_on=TODAY - timedelta(days=25), validity_months=1
        )
        approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
        issuing.issue_lot(held=held, actor=clerk, now=NOW)
        held = lots.run(held, now=NOW + timedelta(days=10))
        assert (held.state, held.issued, codes(held)) == ("issued", 0, [["over"]])

    def test_does_not_give_the_same_thing_twice(self, design: Design, clerk: Actor) -> None:
        held, twin = lots.approved(design, 2, actor=clerk), lots.approved(design, 3, actor=clerk)
        for lot in (held, twin):
            issuing.issue_lot(held=lot, actor=clerk, now=NOW)
            lots.run(lot)
        twin.refresh_from_db()
        assert (twin.issued, twin.faulty, Award.objects.count()) == (1, 2, 3)
        late = lots.prepared(design, lots.person(0), actor=clerk)
        assert codes(late) == [["already"]]

    def test_needs_an_approval_and_the_right(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, lots.person(1), actor=clerk)
        with pytest.raises(LotRefused):
            issuing.issue_lot(held=held, actor=clerk, now=NOW)
        approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
        with pytest.raises(NotAllowed):
            issuing.issue_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)

    def test_a_part_takes_as_many_queries_whatever_its_length(
        self, design: Design, clerk: Actor, django_assert_max_num_queries: Any
    ) -> None:
        held = lots.approved(design, 60, actor=clerk)
        issuing.issue_lot(held=held, actor=clerk, now=NOW)
        with django_assert_max_num_queries(60):
            issuing.issue_part(held, now=NOW)


class TestForgetting:
    def test_empties_rows_left_out_a_month_after_the_lot_ended(self, design: Design, clerk: Actor) -> None:
        held = lots.prepared(design, ("", "Malo", "", "", "", "", ""), lots.person(1), actor=clerk)
        mending.reject_faulty(held=held, actor=clerk, now=NOW)
        approving.approve_lot(held=held, actor=lots.signatory(design.certifier), now=NOW)
        issuing.issue_lot(held=held, actor=clerk, now=NOW)
        lots.run(held)
        assert forgetting.forget_rows(now=NOW + timedelta(days=30)) == 0
        assert forgetting.forget_rows(now=NOW + timedelta(days=31)) == 1
        row = held.rows.get(state="rejected")
        assert (row.cells, row.values, row.faults[0]["code"]) == ("", "", "last_name.missing")
        assert queries.read_of(held, row).name == ""
