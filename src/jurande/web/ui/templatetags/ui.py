"""The kit as template tags and filters, builtin in every template (settings.TEMPLATES).

Each part of the kit registers its own; this module gathers them under one name.
docs/reference/components.md describes them all, and a test keeps it complete.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.template import Library

from jurande.web.ui import blocks, fields, formats, marks, pictures, spoken, tables

register = Library()
for part in (blocks, fields, pictures, tables):
    register.tags.update(part.register.tags)

for tag in (marks.icon, marks.shape, marks.chip, marks.avatar, marks.law, marks.seal, marks.great_seal):
    register.simple_tag(tag)


@register.filter
def when(at: date | datetime) -> str:
    """A civil day or an instant, each written as it should be."""
    return formats.moment(at) if isinstance(at, datetime) else formats.day(at)


@register.filter
def day(on: date | datetime | None) -> str:
    """A civil day, in the language of the page."""
    return spoken.day(on) if spoken.is_english() else formats.day(on)


@register.filter
def moment(at: datetime | None) -> str:
    """A day and an hour, in the language of the page."""
    return spoken.moment(at) if at is not None and spoken.is_english() else formats.moment(at)


@register.filter
def count(value: int, words: str) -> str:
    """«1 ligne», «0 ligne», «2 418 lignes»; «0 lines», «2,418 lines» on an English page."""
    if not spoken.is_english():
        return formats.count(value, words)
    singular, _, plural = str(words).partition(",")
    return f"{spoken.number(value)}{spoken.NBSP}{singular if value == 1 else plural or singular}"


FORMATS: dict[str, Callable[..., str]] = {
    "day_plain": formats.day_plain,
    "day_short": formats.day_short,
    "day_month": formats.day_month,
    "of_name": formats.of_name,
    "day_of_year": formats.day_of_year,
    "weekday": formats.weekday,
    "iso_day": formats.iso_day,
    "hour": formats.hour,
    "duration": formats.duration,
    "number": formats.number,
    "euros": formats.euros,
    "percent": formats.percent,
    "rate": formats.rate,
    "octets": formats.octets,
    "ordinal": formats.ordinal,
    "siren": formats.siren,
    "siret": formats.siret,
    "nda": formats.nda,
    "phone": formats.phone,
    "initials": formats.initials,
    "enumerate": formats.enumerate_fr,
    "typo": formats.typo,
    "browser": formats.browser,
    "span": formats.span,
    "spoken_day": spoken.day,
    "spoken_moment": spoken.moment,
}
for name, format_of in FORMATS.items():
    register.filter(name, format_of)
