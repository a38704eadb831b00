"""A programme as it stands, compared with the référentiel of its call."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jurande.core.france import programmes
from jurande.core.france.programmes import Aim, Coverage, Hint, Module, Shortfall
from jurande.core.france.referentiels import Referentiel
from jurande.registers.catalogue.facts import referentiel_of
from jurande.registers.network.models import ModuleCoverage, ProgrammeModule, Target


@dataclass(frozen=True)
class Sheet:
    """The programme of one target: its modules in order, what they work on, what the référentiel fixes."""

    whole: Referentiel
    rows: tuple[ProgrammeModule, ...]
    modules: tuple[Module, ...]
    aims: tuple[Aim, ...]
    coverage: Coverage
    shortfalls: tuple[Shortfall, ...]
    notes: dict[str, str]
    dismissed: frozenset[tuple[str, str]]

    @property
    def minutes(self) -> int:
        return programmes.total_minutes(self.modules)

    @property
    def in_person_percent(self) -> float:
        return programmes.in_person_percent(self.modules)

    def hints(self) -> tuple[Hint, ...]:
        """What the modules' own words suggest for the holes."""
        return programmes.hints(self.coverage.holes, self.modules, self.dismissed)


def sheet_of(target: Target) -> Sheet:
    """Read a programme; ``target.call.referentiel`` must be loaded. Eleven queries, whatever its size."""
    referentiel = target.call.referentiel
    # A published call always has its version (constraint); a draft one cannot be applied to.
    whole = referentiel_of(referentiel) if referentiel is not None else Referentiel(title="")
    rows = tuple(target.modules.order_by("position", "pk"))
    works: dict[int, set[str]] = defaultdict(set)
    for module, lineage in ModuleCoverage.objects.filter(module__in=rows).values_list("module", "competency_lineage"):
        works[module].add(lineage)
    modules = tuple(
        Module(one.code, one.title, one.content, one.minutes, one.in_person_minutes, frozenset(works[one.pk]))
        for one in rows
    )
    aims = programmes.aims_of(whole, target.blocs)
    return Sheet(
        whole=whole,
        rows=rows,
        modules=modules,
        aims=aims,
        coverage=programmes.coverage(aims, modules),
        shortfalls=programmes.shortfalls(whole.limits, modules),
        notes=dict(target.hole_notes.order_by("pk").values_list("competency_lineage", "text")),
        dismissed=frozenset((module, aim) for module, _slash, aim in (one.partition("/") for one in target.dismissed)),
    )


def shortfall_sentence(one: Shortfall) -> str:
    """Say which limit is not reached, with the article that lets the certifier fix it."""
    found = {"least": _number(one.least), "found": _number(one.found)}
    if one.key == "minimum_hours":
        said = _("Le programme dure %(found)s\u00a0h\u00a0; le référentiel en demande %(least)s au moins.") % found
    else:
        said = _("%(found)s\u00a0%% en présence\u00a0; le référentiel en demande %(least)s\u00a0%% au moins.") % found
    return f"{said} ({one.article})"


def _number(value: float) -> str:
    return f"{round(value, 1):g}".replace(".", ",")
