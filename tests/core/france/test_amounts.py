from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jurande.core.france.amounts import Charge, rounded, total


class TestTotal:
    def test_en_16931_br_co_17_vat_is_rounded_once_for_each_rate(self) -> None:
        # Three lines of 0,33 € at 20 %: 0,07 each rounded alone would be 0,21; on the sum it is 0,20.
        reckoned = total([Charge("a", 33, 1, 2000), Charge("b", 33, 1, 2000), Charge("c", 33, 1, 2000)])
        assert reckoned.vat_cents == 20

    def test_en_16931_br_co_15_what_is_paid_is_net_and_vat(self) -> None:
        reckoned = total([Charge("a", 1_000, 3, 2000), Charge("b", 1_000, 1, 550)])
        assert (reckoned.net_cents, reckoned.vat_cents, reckoned.gross_cents) == (4_000, 655, 4_655)

    def test_each_reason_for_no_vat_stands_apart(self) -> None:
        reckoned = total([Charge("a", 100, 1, 0, "CGI, art. 261"), Charge("b", 100, 1, 0, "CGI, art. 293 B")])
        assert [(group.reason, group.vat_cents) for group in reckoned.groups] == [
            ("CGI, art. 261", 0),
            ("CGI, art. 293 B", 0),
        ]

    def test_of_nothing_is_nothing(self) -> None:
        assert total([]).gross_cents == 0


class TestRounded:
    def test_a_half_goes_away_from_zero(self) -> None:
        assert [rounded(n, 2) for n in (1, -1, 3, -3)] == [1, -1, 2, -2]

    @given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
    def test_is_never_further_than_a_half(self, numerator: int, denominator: int) -> None:
        assert abs(2 * (rounded(numerator, denominator) * denominator - numerator)) <= denominator
