"""What is said in the language of the page, French or English, and is no plain translation: dates, names, kinds."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jurande.registers.awards.states import Subject
from jurande.web.ui import formats

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award

ENGLISH = "en"
NBSP = formats.NBSP
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_english() -> bool:
    """Whether the page being made is the English one."""
    return get_language() == ENGLISH


def day(on: date | datetime | None) -> str:
    """«14 octobre 2026», «14 October 2026»; empty for None. Instants are told in Paris."""
    if on is None:
        return ""
    if not is_english():
        return formats.day_plain(on)
    civil = timezone.localtime(on).date() if isinstance(on, datetime) else on
    return f"{civil.day}{NBSP}{_MONTHS[civil.month - 1]} {civil.year}"


def moment(at: datetime) -> str:
    """«14 octobre 2026 à 17 h 42», «14 October 2026 at 17:42, Paris time»."""
    if not is_english():
        return f"{day(at)} à {formats.hour(at)}"
    return f"{day(at)} at {timezone.localtime(at):%H:%M}, Paris time"


def weekday(at: datetime) -> str:
    """«lundi 23 novembre 2026 à 10 h 42», «Monday 23 November 2026 at 10:42, Paris time»."""
    names = _WEEKDAYS if is_english() else formats.WEEKDAYS
    return f"{names[timezone.localtime(at).weekday()]} {moment(at)}"


def span(first: date, last: date) -> str:
    """«du 1er mars 2026 au 28 février 2029», «from 1 March 2026 to 28 February 2029»."""
    if is_english():
        return f"from {day(first)} to {day(last)}"
    return f"du {day(first)} au {day(last)}"


def number(value: int) -> str:
    """«46 871», «46,871»."""
    return f"{value:,}" if is_english() else formats.number(value)


_LETTERS = {
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}


def in_letters(value: int) -> str:
    """«trois», «three»; in figures above ten."""
    words = _LETTERS[ENGLISH if is_english() else "fr"]
    return words[value] if 0 <= value < len(words) else number(value)


# What certifiers are called, by the article that French puts before: «l’Institut», «le Centre», «la Chambre».
_ELIDED = {"académie", "agence", "association", "école", "institut", "office", "organisme", "union", "université"}
_MASCULINE = {"bureau", "centre", "collège", "conseil", "conservatoire", "groupe", "groupement", "ministère", "réseau"}
_FEMININE = {"chambre", "compagnie", "fédération", "fondation", "maison", "société"}


def named(name: str) -> str:
    """The name as it stands in a sentence: «l’Institut…», «la Chambre…», a name of its own otherwise."""
    return name if is_english() else f"{_article(name)}{name}"


def by_name(name: str) -> str:
    """Whose it is: «de l’Institut…», «du Centre…», «de Dynamo Formation»."""
    if is_english():
        return f"of {name}"
    article = _article(name)
    if not article:
        return formats.of_name(name)
    return f"du {name}" if article == "le " else f"de {article}{name}"


def _article(name: str) -> str:
    first = name.split(" ", 1)[0].casefold()
    if first in _ELIDED:
        return "l’"
    return "le " if first in _MASCULINE else "la " if first in _FEMININE else ""


def kind(award: Award) -> str:
    """What it is, in a noun that is feminine in French."""
    return {
        Subject.MICRO: _("Micro-certification"),
        Subject.CERTIFICATION: _("Certification"),
        Subject.BLOC: _("Attestation de blocs de compétences"),
    }[Subject(award.subject)]
