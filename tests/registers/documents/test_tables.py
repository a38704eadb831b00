"""One reader for every table that people send."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from zipfile import ZipFile

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


CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="F1">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)
CALC_ERROR = 'office:string-value="" calcext:value-type="error"'


def opendocument(*rows: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        written = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        archive.writestr("content.xml", CONTENT.format(rows=written))
    return out.getvalue()


def calc(text: str, attributes: str = "", kind: str = "string") -> str:
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{text}</text:p></table:table-cell>'


def excel(cell: str) -> bytes:
    """Write a workbook of one row under its titles, whose second cell is this XML; openpyxl would tidy it."""

    def fill(sheet: object) -> None:
        sheet.append(["Nom", "Date"])  # type: ignore[attr-defined]
        sheet.append(["Martin", "ici"])  # type: ignore[attr-defined]

    out = io.BytesIO()
    with ZipFile(io.BytesIO(workbook(fill))) as before, ZipFile(out, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            content = content.replace(b'<c r="B2" t="inlineStr"><is><t>ici</t></is></c>', cell.encode())
            after.writestr(entry, content)
    return out.getvalue()


class TestACellInError:
    """It is never taken for an empty cell: what is read instead of a date would be signed."""

    @pytest.mark.parametrize(
        "said",
        ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"],
    )
    def test_of_excel_says_its_error(self, said: str) -> None:
        assert cells(read(excel(f'<c r="B2" t="e"><f>X1</f><v>{said}</v></c>'), "x.xlsx")) == [("Martin", said)]

    def test_says_it_however_the_file_is_written(self) -> None:
        assert cells(read(excel("<c r='B2' s='1' t='e' ><v>#N/A</v></c>"), "x.xlsx")) == [("Martin", "#N/A")]

    @pytest.mark.parametrize(
        "cell",
        [
            '<c r="B2"><f>TODAY()</f></c>',
            '<c r="B2"><f>TODAY()</f><v></v></c>',
            '<c r="B2" s="1" ><f>TODAY()</f><v/></c>',
            '<c r="B2" t="e"><f>TODAY()</f><v /></c>',
        ],
    )
    def test_a_formula_that_nobody_computed_says_its_formula(self, cell: str) -> None:
        assert cells(read(excel(cell), "x.xlsx")) == [("Martin", "=TODAY()")]

    def test_a_formula_whose_outcome_is_nothing_stays_empty(self) -> None:
        empty = '<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>'
        assert cells(read(excel(empty), "x.xlsx")) == [("Martin", "")]

    def test_what_looks_like_an_error_in_a_text_stays_as_it_was_typed(self) -> None:
        typed = '<c r="B2" t="inlineStr"><is><t>t="e" &lt;c t="e"&gt;</t></is></c>'
        assert cells(read(excel(typed), "x.xlsx")) == [("Martin", 't="e" <c t="e">')]

    @pytest.mark.parametrize(
        ("cell", "said"),
        [
            (calc("#N/A", CALC_ERROR), "#N/A"),
            (calc("Err:502", CALC_ERROR), "Err:502"),
            (calc("#DIV/0!", 'office:value="0" calcext:value-type="error"', "float"), "#DIV/0!"),
            # As programs that do not know the types of LibreOffice write it.
            (calc("#VALEUR !", 'office:value="0"', "float"), "#VALEUR !"),
            (calc("Err :508", 'office:value="0"', "float"), "Err :508"),
        ],
    )
    def test_of_libreoffice_says_its_error(self, cell: str, said: str) -> None:
        table = read(opendocument(calc("Nom") + calc("Date"), calc("Martin") + cell), "x.ods")
        assert cells(table) == [("Martin", said)]

    def test_changes_nothing_of_its_neighbours(self) -> None:
        day = '<table:table-cell office:value-type="date" office:date-value="2026-03-12"><text:p>12/03</text:p></table:table-cell>'
        rows = [calc("Nom") + calc("Obtenu le") + calc("Note"), calc("Martin") + day + calc("#N/A", CALC_ERROR)]
        assert cells(read(opendocument(*rows), "x.ods")) == [("Martin", "2026-03-12", "#N/A")]

    def test_is_read_among_many_rows(self) -> None:
        # More than is held at once while the file is read.
        def fill(sheet: object) -> None:
            sheet.append(["Nom", "Date"])  # type: ignore[attr-defined]
            for number in range(6_000):
                sheet.append([f"Martin {number} " + "x" * 40, "#REF!"])  # type: ignore[attr-defined]

        said = {row[1] for row in cells(read(workbook(fill), "x.xlsx", rows_most=6_000))}
        assert said == {"#REF!"}
