import re
from datetime import date, timedelta

import pytest
from django.template import Context, Template

from jurande.web.ui.parts import Bar, Due, Segment, Spot, Stage
from jurande.web.ui.pictures import _legend, _steps, departements
from tests.html import check_page

TODAY = date(2026, 11, 23)


def drawn(source: str, **values: object) -> str:
    html = Template(source).render(Context(values))
    check_page(html, fragment=True)
    return html


class TestDue:
    @pytest.mark.parametrize(
        ("days", "left", "over", "elapsed"),
        [(10, 10, False, 50), (0, 0, False, 100), (-1, 1, True, 100), (20, 20, False, 33)],
    )
    def test_counts_the_days_and_the_time_run(self, days, left, over, elapsed):
        due = Due("x", TODAY + timedelta(days), TODAY, opened_on=TODAY - timedelta(10))
        assert (due.days_shown, due.over, due.elapsed_pct) == (left, over, elapsed)

    def test_says_one_day_in_the_singular(self):
        html = drawn("<ol>{% due due %}</ol>", due=Due("x", TODAY + timedelta(1), TODAY))
        assert "<small>jour</small>" in html

    def test_shows_no_clock_when_nobody_knows_when_it_started(self):
        assert "clock" not in drawn("<ol>{% due due %}</ol>", due=Due("x", TODAY, TODAY))


class TestBar:
    def test_says_to_readers_what_it_draws(self):
        html = drawn('{% bar segments 207 "Avancement" %}', segments=[Segment(164, "ok"), Segment(7, "warn")])
        assert 'value="171" max="207" aria-label="Avancement"' in html

    def test_fills_its_width(self):
        html = drawn('{% bar segments 4 "x" %}', segments=[Segment(1, "ok"), Segment(3, "warn")])
        assert [float(x) for x in re.findall(r'x="([\d.]+)%"', html)] == [0, 25]

    def test_says_that_nobody_knows_the_end(self):
        assert "value=" not in drawn('{% bar segments 0 "x" True %}', segments=[])


class TestSpark:
    def test_says_its_figures(self):
        html = drawn("{% spark bars %}", bars=[Bar("formés", 31), Bar("inscrits", 9, weak=True)])
        assert 'aria-label="31 formés, 9 inscrits"' in html

    def test_writes_numbers_for_machines_with_a_point(self):
        html = drawn("{% spark bars %}", bars=[Bar("formés", 31, 31), Bar("inscrits", 9, 27.3)])
        assert not re.search(r'\b(x|y|width|height)="[\d]+,', html)


class TestFunnel:
    def test_shares_are_of_the_first_stage(self):
        html = drawn("{% funnel stages %}", stages=[Stage("Formés", 2418), Stage("Inscrits", 2127, "291 sans", "#")])
        assert "88 sur 100" in html
        assert 'aria-label="Formés 2\u00a0418, Inscrits 2\u00a0127"' in html

    def test_stands_on_nothing(self):
        assert "0 sur 100" in drawn("{% funnel stages %}", stages=[Stage("Formés", 0), Stage("Inscrits", 0)])


class TestMap:
    def test_has_every_departement_and_the_five_overseas(self):
        html = drawn('{% map_of spots "Réseau" %}', spots={"13": Spot(5)})
        assert len(set(re.findall(r"#d-(\w+)", html))) == 96
        for code in ("971", "972", "973", "974", "976"):
            assert f">{code}</text>" in html

    def test_adds_a_box_for_a_collectivity_that_has_someone(self):
        assert ">988</text>" not in drawn('{% map_of spots "x" %}', spots={})
        assert ">988</text>" in drawn('{% map_of spots "x" %}', spots={"988": Spot(1)})

    def test_counts_what_has_no_known_place(self):
        html = drawn('{% map_of spots "x" %}', spots={"": Spot(2, "?ou=inconnu"), "99": Spot(1), "13": Spot(1)})
        assert "lieu inconnu" in html
        assert ">3</text>" in html
        assert 'href="?ou=inconnu"' in html

    def test_says_the_same_in_a_table_highest_first(self):
        html = drawn('{% map_of spots "x" %}', spots={"13": Spot(2), "59": Spot(5), "2A": Spot(1)})
        rows = re.findall(r'<th scope="row">([^<]+)</th>', html)
        assert rows == ["Nord (59)", "Bouches-du-Rhône (13)", "Corse-du-Sud (2A)"]

    def test_names_each_place_with_its_number(self):
        html = drawn('{% map_of spots "x" "habilitation" "habilitations" %}', spots={"13": Spot(2)})
        assert "Bouches-du-Rhône (13)\u00a0: 2 habilitations" in html
        assert "Nord (59)\u00a0: 0 habilitation<" in html

    @pytest.mark.parametrize(
        ("values", "bounds", "words"),
        [
            ([1, 1, 2, 3, 4, 5], [1, 2, 3, 5], ["1", "2", "3 à 4", "5"]),
            ([7], [7], ["7"]),
            ([], [], []),
            ([1, 100], [1, 100], ["1 à 99", "100"]),
        ],
    )
    def test_has_at_most_four_steps(self, values, bounds, words):
        assert _steps(values) == bounds
        assert [line["word"] for line in _legend(bounds, max(values, default=0))] == words

    def test_names_are_french(self):
        assert departements()["21"]["name"] == "Côte-d’Or"
        assert departements()["974"] == {"name": "La Réunion"}


class TestQr:
    def test_is_an_image_with_a_name(self):
        html = drawn('{% qr "https://exemple.fr" "Adresse de la preuve" %}')
        assert 'role="img"' in html
        assert "<title>Adresse de la preuve</title>" in html
