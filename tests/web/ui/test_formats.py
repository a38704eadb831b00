from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.safestring import SafeString

from jurande.web.ui import formats

NB = "\u00a0"


class TestDays:
    def test_write_the_first_of_a_month_with_its_superscript(self):
        assert formats.day(date(2026, 3, 1)) == f"1<sup>er</sup>{NB}mars 2026"

    def test_write_the_first_in_plain_words_for_attributes(self):
        assert formats.day_plain(date(2026, 3, 1)) == f"1er{NB}mars 2026"

    def test_shorten_months_as_the_imprimerie_does(self):
        assert formats.day_short(date(2026, 7, 12)) == f"12{NB}juil. 2026"
        assert formats.day_short(date(2026, 2, 2)) == f"2{NB}févr. 2026"

    def test_go_without_their_year_where_it_is_known(self):
        assert formats.day_month(date(2026, 3, 1)) == f"1<sup>er</sup>{NB}mars"
        assert formats.day_of_year(date(2026, 12, 31)) == f"31{NB}décembre"
        assert isinstance(formats.day_month(date(2026, 3, 1)), SafeString)

    def test_are_those_of_paris(self):
        assert formats.day(datetime(2026, 3, 11, 23, 30, tzinfo=UTC)) == f"12{NB}mars 2026"

    def test_say_the_weekday(self):
        assert formats.weekday(date(2026, 11, 23)) == f"lundi 23{NB}novembre 2026"

    def test_are_empty_when_unknown(self):
        assert formats.day(None) == formats.day_short(None) == formats.moment(None) == formats.hour(None) == ""

    def test_bound_a_span_on_either_side(self):
        start, end = date(2026, 3, 1), date(2029, 2, 28)
        assert formats.span(start, end) == f"du 1<sup>er</sup>{NB}mars 2026 au 28{NB}février 2029"
        assert formats.span(start, None) == f"depuis le 1<sup>er</sup>{NB}mars 2026"
        assert formats.span(None, end) == f"jusqu’au 28{NB}février 2029"
        assert formats.span(None, None) == ""


class TestHours:
    def test_follow_the_clock_of_paris(self):
        assert formats.hour(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == f"9{NB}h{NB}05"

    @pytest.mark.parametrize(
        ("given", "written"),
        [
            (40, f"40{NB}s"),
            (725, f"12{NB}min"),
            (5400, f"1{NB}h{NB}30"),
            (7200, f"2{NB}h"),
            (timedelta(days=1), f"1{NB}jour"),
            (timedelta(days=3, hours=4), f"3{NB}jours"),
        ],
    )
    def test_give_durations_as_people_say_them(self, given, written):
        assert formats.duration(given) == written


class TestNumbers:
    def test_part_thousands_and_use_a_comma(self):
        assert formats.number(2418) == f"2{NB}418"
        assert formats.number(1234567.5) == f"1{NB}234{NB}567,5"
        assert formats.number(-3.25, 1) == "\u22123,3"

    def test_write_cents_as_euros(self):
        assert formats.euros(134400) == f"1{NB}344,00{NB}€"
        assert formats.euros(-5) == f"\u22120,05{NB}€"

    def test_write_a_share_out_of_a_hundred(self):
        assert formats.percent(0.875) == f"88{NB}%"

    @pytest.mark.parametrize(
        ("size_bytes", "written"),
        [
            (1, f"1{NB}octet"),
            (999, f"999{NB}octets"),
            (412_000, f"412{NB}Ko"),
            (1_240_000, f"1,2{NB}Mo"),
            (3_000_000_000, f"3{NB}Go"),
        ],
    )
    def test_weigh_files(self, size_bytes, written):
        assert formats.octets(size_bytes) == written

    @pytest.mark.parametrize(("n", "written"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes")])
    def test_are_plural_from_two(self, n, written):
        assert formats.count(n, "ligne,lignes") == written.replace(" ", NB)

    def test_order(self):
        assert formats.ordinal(1) == "1<sup>er</sup>"
        assert formats.ordinal(3) == "3<sup>e</sup>"


class TestIdentifiers:
    def test_are_grouped_as_the_state_writes_them(self):
        assert formats.siret("99930561800012") == f"999{NB}305{NB}618{NB}00012"
        assert formats.siren("999 305 618") == f"999{NB}305{NB}618"
        assert formats.nda("93131874213") == f"93{NB}13{NB}18742{NB}13"

    def test_are_left_alone_when_they_are_something_else(self):
        assert formats.siret("en cours") == "en cours"
        assert formats.phone("+32 2 123 45 67") == "+32 2 123 45 67"


class TestNames:
    @pytest.mark.parametrize(
        ("name", "letters"),
        [("Claire Vasseur", "CV"), ("Anne-Sophie Keller", "AK"), ("Malo Guivarc’h", "MG"), ("Zoé", "Z"), ("", "?")],
    )
    def test_have_initials(self, name, letters):
        assert formats.initials(name) == letters

    def test_are_joined_with_et_and_escaped(self):
        assert formats.enumerate_fr(["A", "B", "<i>C</i>"]) == "A, B et &lt;i&gt;C&lt;/i&gt;"
        assert formats.enumerate_fr(["A"]) == "A"

    @pytest.mark.parametrize(
        ("name", "written"), [("Dynamo", "de Dynamo"), ("Élan", "d’Élan"), ("Horizon", "d’Horizon")]
    )
    def test_are_elided_after_de(self, name, written):
        assert formats.of_name(name) == written

    def test_of_browsers_are_said_plainly(self):
        agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
        assert formats.browser(agent) == "Firefox sous Windows"
        assert formats.browser("curl/8") == "curl/8"


class TestTypography:
    def test_makes_french_spaces_unbreakable(self):
        assert formats.typo("Est-ce l'été ? « Oui » : 10 000 €") == (
            f"Est-ce l’été{NB}? «{NB}Oui{NB}»{NB}: 10{NB}000{NB}€"
        )
