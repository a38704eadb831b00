from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from jurande.web.ui.calendars import DayEvent, calendar, escaped, folded


class TestCalendar:
    def test_rfc_5545_whole_days_end_the_day_after(self) -> None:
        event = DayEvent("abc@jurande", date(2026, 12, 31), "Déclarer", "C. trav. R. 6113-16-5", "https://x.fr/a,b")
        body = calendar(name="Échéances", events=[event], now=datetime(2026, 11, 22, 9, tzinfo=UTC)).decode()
        lines = body.split("\r\n")
        assert lines[0] == "BEGIN:VCALENDAR"
        assert lines[-2:] == ["END:VCALENDAR", ""]
        for line in (
            "UID:abc@jurande",
            "DTSTAMP:20261122T090000Z",
            "DTSTART;VALUE=DATE:20261231",
            "DTEND;VALUE=DATE:20270101",
            "URL:https://x.fr/a,b",
        ):
            assert line in lines

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("a, b; c\\d", "a\\, b\\; c\\\\d"),
            ("deux\r\nlignes", "deux\\nlignes"),
            ("caché\x00\x07", "caché"),
        ],
    )
    def test_rfc_5545_text_is_escaped(self, text: str, written: str) -> None:
        assert escaped(text) == written

    def test_rfc_5545_lines_are_folded_at_75_octets_and_never_inside_a_letter(self) -> None:
        line = "SUMMARY:" + "é" * 200
        written = folded(line)
        pieces = written.removesuffix(b"\r\n").split(b"\r\n ")
        assert all(len(piece) + bool(at) <= 75 for at, piece in enumerate(pieces))
        assert b"".join(pieces).decode() == line
