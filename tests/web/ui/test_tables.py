import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.template import Context, Template
from openpyxl import load_workbook

from jurande.registers.awards.models import FoldedSpool
from jurande.web.ui import tables
from jurande.web.ui.exports import csv_sheet, xlsx_sheet
from jurande.web.ui.parts import Pages
from jurande.web.ui.tables import BulkAct, Column, Filter, Table
from tests.html import check_page


@dataclass(frozen=True)
class Partner:
    name: str
    ends_on: date | None
    trained: int
    state: str


PARTNERS = [
    Partner("Océan Réparation", date(2027, 3, 31), 29, "active"),
    Partner("Ateliers Mistral", date(2026, 12, 31), 31, "late"),
    Partner("Cap Réparation Nord", None, 1064, "active"),
]
TABLE: Table[Partner] = Table(
    name="partenaires",
    columns=(
        Column("nom", "Partenaire", lambda p: p.name, url=lambda p: f"/p/{p.name[:3]}/"),
        Column("fin", "Fin", lambda p: p.ends_on),
        Column("formes", "Formés", lambda p: p.trained, numeric=True, on_phone=False),
        Column("etat", "État", lambda p: p.state, at_first=False),
    ),
    filters=(
        Filter(
            "etat",
            "état",
            [("active", "active"), ("late", "en retard")],
            lambda rows, chosen: [row for row in rows if row.state in chosen],
        ),
    ),
    search=lambda rows, words: [row for row in rows if words.lower() in row.name.lower()],
    order="nom",
    code=lambda p: p.name[:3],
    unit="partenaire,partenaires",
)


def read(query: str = "", rows=PARTNERS):
    return TABLE.read(QueryDict(query), rows)


def names(query: str = "") -> list[str]:
    return [row.name.split()[0] for row in read(query).rows]


class TestListing:
    def test_starts_in_its_own_order(self):
        assert names() == ["Ateliers", "Cap", "Océan"]

    def test_sorts_by_the_column_of_the_address_either_way(self):
        assert names("tri=formes") == ["Océan", "Ateliers", "Cap"]
        assert names("tri=-formes") == ["Cap", "Ateliers", "Océan"]

    def test_puts_what_is_unknown_last(self):
        assert names("tri=fin") == ["Ateliers", "Océan", "Cap"]

    def test_ignores_a_column_it_does_not_know(self):
        assert names("tri=__class__") == names()

    def test_searches_and_filters_together(self):
        assert names("q=réparation&etat=active") == ["Cap", "Océan"]
        assert names("q=mistral&etat=active") == []

    def test_ignores_a_value_that_is_no_choice(self):
        assert names("etat=secret") == names()

    def test_shows_the_columns_chosen_and_never_none(self):
        assert [c.key for c in read().columns] == ["nom", "fin", "formes"]
        assert [c.key for c in read("colonne=etat&colonne=nom").columns] == ["nom", "etat"]
        assert [c.key for c in read("colonne=inconnue").columns] == ["nom", "fin", "formes"]

    @pytest.mark.parametrize(("asked", "given"), [("2", 2), ("99", 3), ("0", 1), ("-1", 1), ("x", 1), ("9" * 30, 1)])
    def test_stays_within_its_pages(self, asked, given):
        rows = [Partner(f"P{i:03}", None, i, "active") for i in range(120)]
        assert read(f"page={asked}", rows).page == given

    def test_keeps_the_filters_in_each_address_and_drops_the_page(self):
        listing = read("q=a&etat=active&page=2&tri=fin")
        heads = {head["column"].key: head["url"] for head in listing.heads()}
        assert heads["fin"] == "?q=a&etat=active&tri=-fin"
        assert heads["formes"] == "?q=a&etat=active&tri=formes"
        assert [token.without_url for token in listing.tokens()] == ["?etat=active&tri=fin", "?q=a&tri=fin"]

    def test_marks_how_it_is_sorted(self):
        sorts = {head["column"].key: head["sort"] for head in read("tri=-fin").heads()}
        assert sorts == {"nom": "", "fin": "descending", "formes": ""}


@pytest.mark.django_db
class TestALongListing:
    TABLE: Table[FoldedSpool] = Table(
        name="fichiers",
        columns=(Column("nom", "Fichier", lambda one: one.name, order=("name",)),),
        order="-nom",
    )

    def test_shows_the_same_rows_when_it_walks_through_keys(self, monkeypatch):
        now = datetime(2026, 3, 12, 9, tzinfo=UTC)
        FoldedSpool.objects.bulk_create(FoldedSpool(name=f"{n:03}", lines=1, folded_at=now) for n in range(120))
        listing = self.TABLE.read(QueryDict("page=3"), FoldedSpool.objects.all())
        near = listing.lines()
        monkeypatch.setattr(tables, "DEEP_ROWS", 50)
        assert [line["cells"][0]["shown"] for line in listing.lines()] == [f"{n:03}" for n in range(19, -1, -1)]
        assert [line["cells"] for line in listing.lines()] == [line["cells"] for line in near]


class TestListingTag:
    def html(self, query: str = "", rows=PARTNERS, acts=()) -> str:
        source = Template("{% listing listing acts %}")
        html = source.render(Context({"listing": read(query, rows), "acts": acts, "csrf_token": "signed"}))
        check_page(html, fragment=True)
        return html

    def test_counts_its_lines(self):
        assert "3\u00a0partenaires" in self.html()

    def test_says_each_column_again_for_phones(self):
        assert 'data-label="Formés"' in self.html()

    def test_leaves_some_columns_off_phones(self):
        assert 'class="num not-phone" data-label="Formés"' in self.html()

    def test_teaches_what_to_do_when_filters_leave_nothing(self):
        assert "Rien ne répond à ces filtres" in self.html("q=zzz")

    def test_says_when_there_is_nothing_at_all(self):
        assert "Aucune ligne" in self.html(rows=[])

    def test_lets_rows_be_chosen_only_when_something_can_be_done_with_them(self):
        assert 'name="choix"' not in self.html()
        html = self.html("etat=active", acts=[BulkAct("Renouveler", "/renouveler/")])
        assert 'name="choix" value="Cap"' in html
        assert 'formaction="/renouveler/?etat=active"' in html
        assert 'value="signed"' in html

    def test_escapes_what_rows_hold(self):
        html = self.html(rows=[Partner("<script>", None, 1, "active")])
        assert "<script>" not in html

    def test_offers_both_exports_of_what_is_shown(self):
        html = self.html("etat=active")
        assert "?etat=active&amp;export=xlsx" in html
        assert "?etat=active&amp;export=csv" in html


class TestExport:
    def test_holds_every_row_and_column_shown(self):
        listing = read("etat=active&colonne=nom&colonne=fin&export=csv")
        lines = listing.sheet().content.decode("utf-8-sig").splitlines()
        assert lines == ["Partenaire;Fin", "Cap Réparation Nord;", "Océan Réparation;31/03/2027"]

    def test_is_none_unless_asked(self):
        assert read("export=exe").sheet() is None

    def test_holds_all_pages(self):
        rows = [Partner(f"P{i:03}", None, i, "active") for i in range(120)]
        assert len(read("export=csv&page=2", rows).sheet().content.splitlines()) == 121


class TestCsvSheet:
    @pytest.mark.parametrize("evil", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1"])
    def test_lets_no_formula_through(self, evil):
        text = csv_sheet("x", ["a"], [[evil]]).content.decode("utf-8-sig")
        assert next(csv.reader(io.StringIO(text.splitlines()[1]), delimiter=";"))[0].startswith("'")

    def test_writes_as_french_spreadsheets_read(self):
        row = [date(2026, 3, 1), datetime(2026, 7, 1, 7, 5, tzinfo=UTC), 12.5, True, None]
        assert csv_sheet("x", list("abcde"), [row]).content.decode("utf-8-sig").splitlines()[1] == (
            "01/03/2026;01/07/2026 09:05;12,5;oui;"
        )

    def test_is_an_attachment_never_sniffed(self):
        response = csv_sheet("x", ["a"], [])
        assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
        assert response["X-Content-Type-Options"] == "nosniff"


class TestXlsxSheet:
    def test_keeps_dates_and_numbers_as_such_and_formulas_as_text(self):
        content = xlsx_sheet("x", ["a", "b", "c"], [[date(2026, 3, 1), 1064, "=1+1"]]).content
        (cells,) = load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2)
        assert cells[0].value == datetime(2026, 3, 1)
        assert cells[1].value == 1064
        assert (cells[2].value, cells[2].data_type) == ("=1+1", "s")


class TestPages:
    @pytest.mark.parametrize(
        ("number", "last", "shown"),
        [
            (1, 1, [1]),
            (1, 3, [1, 2, 3]),
            (7, 24, [1, None, 6, 7, 8, None, 24]),
            (3, 5, [1, 2, 3, 4, 5]),
            (4, 24, [1, 2, 3, 4, 5, None, 24]),
        ],
    )
    def test_show_the_ends_and_those_around(self, number, last, shown):
        assert Pages.of(number, last, "").shown == shown
