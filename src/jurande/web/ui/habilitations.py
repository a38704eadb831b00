"""Habilitations as people read them, for every audience: where they count, on which years, what to paste on a site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from jurande.core.france.departements import departement_label
from jurande.registers.network.queries.habilitations import life_of
from jurande.web.ui.badges import embed_text
from jurande.web.ui.formats import day_plain, enumerate_fr
from jurande.web.ui.lives import STANDINGS, Lived, Strip, strip


def where(row: Any) -> str:
    """Where it counts, in words."""
    return enumerate_fr(departement_label(one) for one in row.territory) or _("toute la France")


def strip_of(rows: Sequence[Any], *, day: date) -> Strip:
    """Habilitations that took effect, on one strip of years; each leads to its public page."""
    lived = []
    for row in rows:
        label = f"{row.certification.title}, {row.get_kind_display().lower()}"
        periods = life_of(row)
        said = "\u00a0; ".join(
            f"{STANDINGS[one.state][1].lower()} du {day_plain(one.from_on)} au {day_plain(one.until_on)}"
            for one in periods
        )
        url = reverse("public:habilitation", args=[row.code])
        lived.append(Lived(label, periods, row.last_day < day, said, url))
    return strip(lived, day=day)


def embed_of(row: Any) -> str:
    """What the partner pastes in a page of its site."""
    return embed_text(
        page_url=settings.PUBLIC_URL + reverse("public:habilitation", args=[row.code]),
        badge_url=settings.PUBLIC_URL + reverse("public:habilitation-badge", args=[row.code]),
        label=_("Habilité par %(house)s\u00a0: vérifier") % {"house": row.certifier.name},
    )
