"""One reader for every table that people send."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from jurande.registers.common.refusals import Refused
from jurande.registers.documents.operations.tables import ReadTable, TableRefused, read_table


def read(content: bytes, filename: str, rows_most: int = 100) -> ReadTable:
    return read_table(content=io.BytesIO(content), filename=filename, rows_most=rows_most)


def workbook(fill: Callable[..., None]) -> bytes:
    book = Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(table: ReadTable) -> list[Sequence[str]]:
    return [row.cells for row in table.rows]


class TestCsv:
    def test_is_read_as_windows_writes_it(self) -> None:
        content = "Dénomination;Ville\r\nL’Établi;Besançon\r\n".encode("cp1252")
        table = read(content, "réseau.csv")
        assert table.headers == ("Dénomination", "Ville")
        assert cells(table) == [("L’Établi", "Besançon")]

    def test_numbers_rows_as_the_sheet_does_even_over_a_cell_of_two_lines(self) -> None:
        table = read(b'a,b\n"x\ny",1\n\nz,2\n', "x.csv")
        assert [(row.number, row.cells[1]) for row in table.rows] == [(3, "1"), (5, "2")]

    def test_finds_the_titles_under_a_banner(self) -> None:
        table = read("Réseau 2026;;\n;;\nSIRET;Nom;Ville\n1;A;Lyon\n".encode(), "x.csv")
        assert table.headers == ("SIRET", "Nom", "Ville")

    @pytest.mark.parametrize("content", [b"seul\n", b"\n\n"])
    def test_refuses_what_holds_no_row(self, content: bytes) -> None:
        with pytest.raises(Refused):
            read(content, "x.csv")

    def test_refuses_too_many_rows_and_says_what_to_do(self) -> None:
        with pytest.raises(TableRefused, match="Partagez"):
            read(b"a;b\n" + b"1;2\n" * 200, "x.csv", rows_most=100)


class TestWorkbook:
    def test_a_number_keeps_its_fourteen_digits_and_a_date_its_day(self) -> None:
        def fill(sheet: object) -> None:
            sheet.append(["SIRET", "Fin", "Part"])  # type: ignore[attr-defined]
            sheet.append([73282932000074, date(2026, 12, 31), 0.5])  # type: ignore[attr-defined]

        assert cells(read(workbook(fill), "x.xlsx")) == [("73282932000074", "2026-12-31", "0.5")]

    def test_a_merged_cell_says_the_same_on_each_of_its_rows(self) -> None:
        def fill(sheet: object) -> None:
            for row in (["Nom", "Fiche"], ["L’Établi", "RNCP1"], [None, "RNCP2"], ["Autre", "RNCP1"]):
                sheet.append(row)  # type: ignore[attr-defined]
            sheet.merge_cells("A2:A3")  # type: ignore[attr-defined]

        assert [row[0] for row in cells(read(workbook(fill), "x.xlsx"))] == ["L’Établi", "L’Établi", "Autre"]

    def test_a_ticked_box_and_a_duration_say_what_they_show(self) -> None:
        def fill(sheet: object) -> None:
            sheet.append(["Acquis", "Heures"])  # type: ignore[attr-defined]
            sheet.append([False, timedelta(hours=27, minutes=30)])  # type: ignore[attr-defined]
            sheet.append([True, timedelta(hours=7)])  # type: ignore[attr-defined]

        assert cells(read(workbook(fill), "x.xlsx")) == [("faux", "27 h 30"), ("vrai", "7 h 00")]

    def test_titles_that_are_the_same_are_numbered(self) -> None:
        table = read(b"Nom;Nom;;;Ville\nA;B;;;Lyon\n", "x.csv")
        assert table.headers == ("Nom", "Nom (2)", "", "(2)", "Ville")

    def test_a_hidden_sheet_before_the_one_that_people_see_is_not_read(self) -> None:
        def fill(sheet: object) -> None:
            sheet.sheet_state = "hidden"  # type: ignore[attr-defined]
            for row in (["Choix", "Sens"], ["oui", "acquis"]):
                sheet.append(row)  # type: ignore[attr-defined]
            shown = sheet.parent.create_sheet("Session")  # type: ignore[attr-defined]
            for row in (["Prénom", "Nom"], ["Zoé", "Martin"]):
                shown.append(row)

        assert read(workbook(fill), "x.xlsx").headers == ("Prénom", "Nom")

    def test_refuses_a_sheet_wider_than_any_network(self) -> None:
        def fill(sheet: object) -> None:
            sheet.append(["a", "b"])  # type: ignore[attr-defined]
            sheet.cell(row=2, column=16_000, value="loin")  # type: ignore[attr-defined]

        with pytest.raises(TableRefused):
            read(workbook(fill), "x.xlsx")

    def test_refuses_what_is_no_spreadsheet(self) -> None:
        with pytest.raises(Refused):
            read(b"%PDF-1.7 rien", "x.xlsx")
