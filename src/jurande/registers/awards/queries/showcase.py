"""What the showcase of a house shows: its certifications, their figures, the people who agreed to appear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q

from jurande.core.control.small_numbers import Shown, guard_one, guard_part
from jurande.registers.awards.models import Appearance, Award, Showcase, ShownCertification
from jurande.registers.awards.models.showcase import AppearanceQuerySet
from jurande.registers.awards.queries.kept import SHOWCASE, kept
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.showcase import ShownName
from jurande.registers.catalogue.models import Certification, Fiche
from jurande.registers.parties.models import Certifier

PEOPLE_PAGE = 24
# What is counted for the public is counted again after so long.
COUNTED_SECONDS = 600


@dataclass(frozen=True)
class Listed:
    """One certification of a showcase. ``issued`` and ``in_force``: None when the house does not show figures."""

    certification: Certification
    training_url: str
    issued: Shown | None
    in_force: Shown | None
    has_people: bool


@dataclass(frozen=True)
class Appearing:
    """Somebody who agreed: the name that they chose, and the year. Neither number nor day: nothing leads further."""

    code: str
    name: str
    year: int


def showcase_of(certifier: Certifier) -> Showcase | None:
    """The showcase of a house, opened or not."""
    return Showcase.objects.filter(certifier=certifier).first()


def open_showcase_of(code: str) -> Showcase | None:
    """The showcase that everybody may see, by the code of its house."""
    return (
        Showcase.objects.filter(certifier__code=code)
        .exclude(opened_at=None)
        .select_related("certifier__organisation")
        .first()
    )


def showcases_showing(fiche: Fiche) -> list[Showcase]:
    """The open showcases that list the certification of a fiche."""
    return list(
        Showcase.objects.exclude(opened_at=None)
        .filter(
            certifier__certifications__fiche=fiche,
            certifier__certifications__retired_at=None,
            certifier__certifications__shown__is_listed=True,
        )
        .select_related("certifier__organisation")
        .distinct()
    )


def showcases_around(siren: str, certifiers: Iterable[int]) -> list[Showcase]:
    """The open showcases of a body, by its SIREN, and of the certifiers that habilitate it, by their keys."""
    theirs = Q(certifier__organisation__siren=siren) | Q(certifier__in=certifiers)
    shown = Showcase.objects.exclude(opened_at=None).filter(theirs).select_related("certifier__organisation")
    return list(shown.order_by("certifier__code"))


def editable(certifier: Certifier) -> list[tuple[Certification, ShownCertification | None]]:
    """Every certification of a house that is not retired, with what is shown of it, if that was ever said."""
    ours = Certification.objects.filter(certifier=certifier).in_force().select_related("fiche", "shown")
    return [(one, getattr(one, "shown", None)) for one in ours.order_by("-kind", "title")]


def shown_of(certification: Certification) -> ShownCertification | None:
    """What a showcase lists of a certification; None when it does not."""
    return ShownCertification.objects.filter(certification=certification, is_listed=True).first()


def listed(showcase: Showcase, *, today: date) -> list[Listed]:
    """What an open showcase lists, micro-certifications first. Three queries at most."""
    lines = list(
        ShownCertification.objects.filter(
            certification__certifier_id=showcase.certifier_id, certification__retired_at=None, is_listed=True
        )
        .annotate(
            has_people=Exists(
                Appearance.objects.current().filter(
                    certification=OuterRef("certification"), award__shown_since_at__isnull=False
                )
            )
        )
        .select_related("certification__fiche")
        .order_by("certification__kind", "certification__title")
    )
    counted = _figures(showcase, [one.certification_id for one in lines if one.shows_figures], today)
    shown = []
    for one in lines:
        issued, in_force = counted.get(one.certification_id, (None, None))
        shown.append(Listed(one.certification, one.training_url, issued, in_force, one.has_people))
    return shown


def listed_one(showcase: Showcase, code: str) -> Certification | None:
    """One certification that a showcase lists."""
    found = ShownCertification.objects.filter(
        certification__code=code,
        certification__certifier_id=showcase.certifier_id,
        certification__retired_at=None,
        is_listed=True,
    )
    line = found.select_related("certification").first()
    return line.certification if line is not None else None


def appearing(certification: Certification, *, after: str, today: date) -> tuple[list[Appearing], str]:
    """Those who agreed, in an order that tells nothing, after a code; with the code of where to go on, or nothing."""
    rows = list(
        _standing(Appearance.objects.current().filter(certification=certification, code__gt=after), today)
        .select_related("award")
        .only("code", "name_shown", "award__first_name", "award__last_name", "award__awarded_on")
        .order_by("code")[: PEOPLE_PAGE + 1]
    )
    shown = [
        Appearing(
            one.code,
            name_shown(one.award.first_name, one.award.last_name, one.name_shown),
            one.award.awarded_on.year,
        )
        for one in rows[:PEOPLE_PAGE]
    ]
    return shown, rows[PEOPLE_PAGE - 1].code if len(rows) > PEOPLE_PAGE else ""


def appearance_of(award: Award) -> Appearance | None:
    """What the holder of an award agreed to, if they appear for it."""
    return Appearance.objects.current().filter(award=award).first() if award.shown_since_at is not None else None


def name_shown(first_name: str, last_name: str, choice: str) -> str:
    """«Inès C.» or «Inès Carvalho», as the holder chose."""
    last = last_name.strip()
    if choice == ShownName.FULL or not last:
        return f"{first_name} {last}".strip()
    # Some letters have no capital of one letter: «ß» stays as it is written.
    initial = last[0].upper() if len(last[0].upper()) == 1 else last[0]
    return f"{first_name} {initial}.".strip()


def _standing(found: AppearanceQuerySet, today: date) -> AppearanceQuerySet:
    return found.filter(
        Q(award__valid_until=None) | Q(award__valid_until__gte=today),
        award__state=AwardState.ISSUED,
        award__shown_since_at__isnull=False,
    )


def _figures(showcase: Showcase, certifications: list[int], today: date) -> dict[int, tuple[Shown, Shown]]:
    """How many were issued and are in force, what is small or tells it hidden.

    Counted anew every ``COUNTED_SECONDS``, or each night where very much is issued.
    """
    if not certifications:
        return {}
    held = kept(showcase.certifier_id, SHOWCASE)
    key = f"awards.showcase.{showcase.pk}.{today}"
    rows: list[tuple[int, int, int]] | None = held.found if held else cache.get(key)
    if rows is None:
        rows = counted(showcase.certifier_id, today)
        cache.set(key, rows, COUNTED_SECONDS)
    found = {pk: (issued, standing) for pk, issued, standing in rows}
    listed = [(pk, found.get(pk, (0, 0))) for pk in certifications]
    return {pk: (guard_one(issued), guard_part(standing, issued)) for pk, (issued, standing) in listed}


def counted(house: int, today: date) -> list[tuple[int, int, int]]:
    """Certification, how many were issued, how many are in force: all those of the house of this key. One query."""
    in_force = Q(valid_until=None) | Q(valid_until__gte=today)
    rows = Award.objects.filter(certifier=house).exclude(state=AwardState.REPLACED).values_list("certification_id")
    return list(
        rows.annotate(issued=Count("pk"), in_force=Count("pk", filter=in_force & Q(state=AwardState.ISSUED))).order_by()
    )
