"""How the house writes numbers, dates and identifiers in French. Pure functions; each is also a template filter.

Spaces that must not break are U+00A0: both our families draw U+202F too tight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

NBSP = "\u00a0"
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
SHORT_MONTHS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
WEEKDAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


def _civil(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _day(value: date | datetime, months: list[str], first: str) -> str:
    on = _civil(value)
    return f"{first if on.day == 1 else on.day}{NBSP}{months[on.month - 1]}"


def day(value: date | datetime | None) -> str:
    """«12 mars 2026»; the first of a month is «1er» with its superscript. Empty for None."""
    if value is None:
        return ""
    return mark_safe(f"{_day(value, MONTHS, '1<sup>er</sup>')} {_civil(value).year}")  # noqa: S308  our own words


def day_plain(value: date | datetime | None) -> str:
    """Like ``day`` without mark-up, for attributes, exports and e-mails."""
    return "" if value is None else f"{_day(value, MONTHS, '1er')} {_civil(value).year}"


def day_short(value: date | datetime | None) -> str:
    """«31 déc. 2026», for tables."""
    if value is None:
        return ""
    return mark_safe(f"{_day(value, SHORT_MONTHS, '1<sup>er</sup>')} {_civil(value).year}")  # noqa: S308


def day_month(value: date | datetime | None) -> str:
    """«31 déc.», in narrow columns where the year goes without saying."""
    return "" if value is None else mark_safe(_day(value, SHORT_MONTHS, "1<sup>er</sup>"))  # noqa: S308


def day_of_year(value: date | datetime | None) -> str:
    """«31 décembre», when the year goes without saying."""
    return "" if value is None else mark_safe(_day(value, MONTHS, "1<sup>er</sup>"))  # noqa: S308


def weekday(value: date | datetime | None) -> str:
    """«lundi 23 novembre 2026»."""
    return "" if value is None else mark_safe(f"{WEEKDAYS[_civil(value).weekday()]} {day(value)}")  # noqa: S308


def iso_day(value: date | datetime | None) -> str:
    """«2026-03-12», for the datetime attribute of <time>."""
    return "" if value is None else _civil(value).isoformat()


def hour(value: datetime | time | None) -> str:
    """«9 h 42», in Paris for an aware instant."""
    if value is None:
        return ""
    at = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return f"{at.hour}{NBSP}h{NBSP}{at.minute:02d}"


def moment(value: datetime | None) -> str:
    """«12 mars 2026, 9 h 42»."""
    return "" if value is None else mark_safe(f"{day(value)}, {hour(value)}")  # noqa: S308


def span(start: date | None, end: date | None) -> str:
    """«du 1er mars 2026 au 28 février 2029», «depuis le…» or «jusqu’au…» when an end is open (both inclusive)."""
    if start and end:
        return mark_safe(f"du {day(start)} au {day(end)}")  # noqa: S308
    if start:
        return mark_safe(f"depuis le {day(start)}")  # noqa: S308
    return mark_safe(f"jusqu’au {day(end)}") if end else ""  # noqa: S308


def duration(value: timedelta | int | float | None) -> str:
    """«40 s», «12 min», «1 h 30», «3 jours»: seconds or a timedelta, rounded down to what a person reads."""
    if value is None:
        return ""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < 60:
        return f"{seconds}{NBSP}s"
    if seconds < 3600:
        return f"{seconds // 60}{NBSP}min"
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}{NBSP}h{NBSP}{minutes:02d}" if minutes else f"{hours}{NBSP}h"
    return count(seconds // 86400, "jour,jours")


def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """«1 234,5»: thousands apart, a comma; ``decimals`` fixes how many digits follow it."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)
    return f"{exact:,f}".replace(",", NBSP).replace(".", ",").replace("-", "\u2212")


def euros(cents: int | None) -> str:
    """«1 344,00 €», from integer cents."""
    return "" if cents is None else f"{number(Decimal(cents) / 100, 2)}{NBSP}€"


def percent(share: float | None) -> str:
    """«88 %», from a share between 0 and 1."""
    return "" if share is None else f"{number(share * 100, 0)}{NBSP}%"


def rate(basis_points: int | None) -> str:
    """«20 %», «5,5 %», from basis points: as many decimals as it has."""
    return "" if basis_points is None else f"{number(Decimal(basis_points) / 100)}{NBSP}%"


def octets(size_bytes: int | None) -> str:
    """«412 Ko», «1,2 Mo»: decimal multiples, one digit after the comma below ten."""
    if size_bytes is None:
        return ""
    size, unit = float(size_bytes), "octet,octets"
    for bigger in ("Ko", "Mo", "Go", "To"):
        if size < 1000:
            break
        size, unit = size / 1000, bigger
    if "," in unit:
        return count(int(size), unit)
    text = number(size, 1 if size < 10 else 0)
    return f"{text.removesuffix(',0')}{NBSP}{unit}"


def count(value: int, words: str) -> str:
    """«1 ligne», «0 ligne», «2 418 lignes»: ``words`` is "singular,plural"; below two, French is singular."""
    singular, _, plural = str(words).partition(",")
    return f"{number(value)}{NBSP}{singular if abs(value) < 2 else plural or singular}"


def ordinal(value: int) -> str:
    """«1er», «2e», with their superscript."""
    return format_html("{}<sup>{}</sup>", value, "er" if value == 1 else "e")


def _grouped(value: str, *sizes: int) -> str:
    digits = re.sub(r"\s", "", str(value or ""))
    if not digits.isdigit() or len(digits) != sum(sizes):
        return str(value or "")
    parts, start = [], 0
    for size in sizes:
        parts.append(digits[start : start + size])
        start += size
    return NBSP.join(parts)


def siren(value: str) -> str:
    """«999 305 618»; what is not nine digits comes back unchanged."""
    return _grouped(value, 3, 3, 3)


def siret(value: str) -> str:
    """«999 305 618 00012»; what is not fourteen digits comes back unchanged."""
    return _grouped(value, 3, 3, 3, 5)


def nda(value: str) -> str:
    """«93 13 18742 13»: region, département, order number, key."""
    return _grouped(value, 2, 2, 5, 2)


def phone(value: str) -> str:
    """«06 12 34 56 78» for a French number; others come back unchanged."""
    return _grouped(value, 2, 2, 2, 2, 2)


def initials(name: str) -> str:
    """«CV» for Claire Vasseur, «AK» for Anne-Sophie Keller: first letter of the first and last words."""
    words = [word for word in str(name).split() if word[:1].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def enumerate_fr(values: Iterable[object]) -> str:
    """«A, B et C», escaped."""
    words = [conditional_escape(str(value)) if not isinstance(value, SafeString) else value for value in values]
    if len(words) < 2:
        return SafeString("".join(words))
    return SafeString(f"{', '.join(words[:-1])} et {words[-1]}")


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser(user_agent: str) -> str:
    """«Firefox sous Windows», as well as a browser says what it is; the first 60 signs when it says nothing known."""
    name = next((word for sign, word in BROWSERS if sign in user_agent), "")
    system = next((word for sign, word in SYSTEMS if sign in user_agent), "")
    return f"{name} sous {system}" if name and system else name or system or user_agent[:60]


def of_name(name: str) -> str:
    """«de Dynamo Formation», «d’Atelier roannais»."""
    first = unicodedata.normalize("NFD", str(name)[:1].lower())[:1]
    return f"d’{name}" if first and first in "aeiouyh" else f"de {name}"


def typo(text: str) -> str:
    """Text from a person or a register, with the spaces French wants unbreakable and its own apostrophe."""
    text = re.sub(r"[ \u202f]+([;:!?»%€])", NBSP + r"\1", str(text))
    text = re.sub(r"«[ \u202f]+", "«" + NBSP, text)
    text = re.sub(r"(?<=\d)[ \u202f](?=\d{3}\b)", NBSP, text)
    return text.replace("'", "’")
