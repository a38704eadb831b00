"""A calendar that other programs read by themselves: RFC 5545, whole days, lines folded and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75
MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class DayEvent:
    """Something on a whole civil day. ``uid``: the same for the same thing, each time the calendar is read."""

    uid: str
    day: date
    summary: str
    description: str = ""
    url: str = ""


def calendar(*, name: str, events: Iterable[DayEvent], now: datetime) -> bytes:
    """Write a calendar of whole-day events. Source: RFC 5545, §3.1 (folding), §3.3.11 (escaping), §3.6.1; RFC 7986."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Jurande//Jurande//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.summary)}",
            *([f"DESCRIPTION:{escaped(event.description)}"] if event.description else []),
            # A URI is not text: it is not escaped, and holds no line break.
            *([f"URL:{event.url}"] if event.url else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """Write a value of type TEXT: backslashes, semicolons, commas and line breaks escaped; no other control."""
    kept = "".join(one for one in text.replace("\r\n", "\n").replace("\r", "\n") if one == "\n" or one.isprintable())
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """Cut a line into pieces of 75 octets at most, never inside a character, each but the first after a space."""
    pieces, room, piece = [], LINE_OCTETS, b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece, room = b"", LINE_OCTETS - 1
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
