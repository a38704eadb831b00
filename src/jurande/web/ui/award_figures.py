"""The figures of what was issued, as the certifier and its partners read them: a picture, a table, a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.core.control.small_numbers import Hidden, Shown
from jurande.registers.awards.queries.figures import COLUMNS, PEOPLE, PERIODS, Figures, Line, Others
from jurande.web.ui.exports import csv_sheet, xlsx_sheet
from jurande.web.ui.formats import MONTHS, number
from jurande.web.ui.parts import Segment, Stat, Tab

# What the address says → how it is counted, and its words.
BY: dict[str, tuple[str, str | Promise]] = {
    "certification": ("certification", lazy("Par certification")),
    "partenaire": ("partner", lazy("Par partenaire")),
    "lot": ("lot", lazy("Par lot")),
    "mois": ("month", lazy("Par mois")),
}
PERIOD_WORDS = {12: lazy("Douze mois"), 36: lazy("Les deux ans d’avant")}
HEADS: dict[str, str | Promise] = {
    "written": lazy("Lettres écrites"),
    "delivered": lazy("Arrivées"),
    "bounced": lazy("Revenues"),
    "collected": lazy("Reçues"),
    "refused": lazy("Refusées"),
    "shared": lazy("Partagées"),
    "seen": lazy("Preuves vues"),
    "share_seen": lazy("Partages vus"),
    "linkedin": lazy("LinkedIn"),
    "training": lazy("Vers la formation"),
}
FUNNEL = ("delivered", "collected", "shared")


@dataclass(frozen=True)
class Asked:
    """What one address asks for: by what, over how many months, as a sheet or not."""

    by: str
    months: int
    export: str

    @classmethod
    def of(cls, query: QueryDict, offered: Sequence[str]) -> Asked:
        """Read an address; what it does not understand is left aside. ``offered``: keys of ``BY``."""
        by, months = query.get("par", ""), query.get("periode", "")
        return cls(
            by if by in offered else offered[0],
            int(months) if months in {str(known) for known in PERIODS} else PERIODS[0],
            query.get("export", ""),
        )

    @property
    def key(self) -> str:
        """By what the register counts it."""
        return BY[self.by][0]

    def views(self, offered: Sequence[str]) -> list[Tab]:
        """The ways of counting, as tabs."""
        return [Tab(str(BY[by][1]), f"?par={by}&periode={self.months}", current=by == self.by) for by in offered]

    def periods(self) -> list[Tab]:
        """The lengths of time, as tabs."""
        return [
            Tab(str(PERIOD_WORDS[months]), f"?par={self.by}&periode={months}", current=months == self.months)
            for months in PERIODS
        ]


def sheet_of(asked: Asked, found: Figures) -> HttpResponse | None:
    """The file asked for: exactly what is shown, small numbers hidden too."""
    make = {"csv": csv_sheet, "xlsx": xlsx_sheet}.get(asked.export)
    if make is None:
        return None
    head = [str(BY[asked.by][1]), _("Délivrées"), *(str(HEADS[name]) for name in COLUMNS)]
    rows = [[_said(asked.key, line), line.issued, *(_exported(cell) for cell in line.cells)] for line in found.lines]
    total = [_("Ensemble"), found.total.issued, *(_exported(cell) for cell in found.total.cells)]
    return make("chiffres", head, [*rows, total])


def page_of(asked: Asked, offered: Sequence[str], found: Figures) -> dict[str, Any]:
    """Everything that the page shows."""
    return {
        "views": asked.views(offered),
        "periods": asked.periods(),
        "heads": [HEADS[name] for name in COLUMNS],
        "people": len(PEOPLE) + 1,
        "visits": len(COLUMNS) - len(PEOPLE),
        "lines": [_shown(asked.key, line) for line in found.lines],
        "total": _shown(asked.key, found.total, said=_("Ensemble")),
        "stages": _stages(found.total),
        "stats": [
            Stat(str(HEADS[name]), told(found.total.cell(name)))
            for name in ("seen", "share_seen", "linkedin", "training")
        ],
        "counted_at": found.counted_at,
        "export": f"?par={asked.by}&periode={asked.months}&export=",
        "any": bool(found.lines),
    }


def told(value: Shown) -> str:
    """A number as it is read, or why there is none."""
    if value is Hidden.SMALL:
        return _("moins de 5")
    return "–" if value is Hidden.CLOSED else number(value)


def _exported(value: Shown) -> int | str:
    if isinstance(value, Hidden):
        return _("moins de 5") if value is Hidden.SMALL else _("non montré")
    return value


def _shown(by: str, line: Line, said: str = "") -> dict[str, Any]:
    return {
        "said": said or _said(by, line),
        "note": _note(line.about),
        "issued": number(line.issued),
        "cells": [
            {"head": HEADS[name], "value": told(cell), "is_closed": cell is Hidden.CLOSED}
            for name, cell in zip(COLUMNS, line.cells, strict=True)
        ],
    }


def _said(by: str, line: Line) -> str:
    about: Any = line.about
    if about is Others.FEW:
        return _("Ceux de moins de cinq, réunis") if by == "partner" else _("Celles de moins de cinq, réunies")
    if about is None:
        return _("Autres lots, ou hors lot") if by == "lot" else _("Notre maison, sans partenaire")
    if isinstance(about, date):
        return f"{MONTHS[about.month - 1]} {about.year}"
    if by == "partner":
        return str(about.name)
    return str(about.reference if by == "lot" else about.title)


def _note(about: Any) -> str:
    if about is None or isinstance(about, date | Others) or hasattr(about, "site_id"):
        return ""
    return str(about.title if hasattr(about, "headers") else about.reference)


def _stages(total: Line) -> list[dict[str, Any]]:
    """The way from issued to shared, each stage as a bar of the first; one that is hidden is not drawn."""
    found = [(name, total.cell(name)) for name in FUNNEL]
    seen = [(str(HEADS[name]), value) for name, value in found if not isinstance(value, Hidden)]
    if not seen or not total.issued:
        return []
    stages = [(_("Délivrées"), total.issued), *seen]
    return [
        {"label": label, "value": value, "bar": [Segment(value, "ok")], "of": total.issued} for label, value in stages
    ]
