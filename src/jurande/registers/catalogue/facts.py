"""Rows of a référentiel turned into what the pure rules look at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, fields

from jurande.core.france import microcertifications, referentiels
from jurande.core.france.referentiels import TRAINING_LIMITS
from jurande.registers.catalogue.models import Referentiel


def referentiel_of(row: Referentiel) -> referentiels.Referentiel:
    """The whole version, its lines in order and known by their lineage. Seven queries, eight for a micro one."""
    criteria: dict[int, list[referentiels.Criterion]] = defaultdict(list)
    for criterion in row.criteria.order_by("position", "pk"):
        criteria[criterion.competency_id].append(referentiels.Criterion(criterion.lineage, criterion.text))
    competencies: dict[int, list[referentiels.Competency]] = defaultdict(list)
    for one in row.competencies.order_by("position", "pk"):
        competencies[one.bloc_id].append(
            referentiels.Competency(one.lineage, one.text, tuple(sorted(one.tags)), tuple(criteria[one.pk]))
        )
    blocs = list(row.blocs.order_by("position", "pk"))
    elements = micro_elements_of(row)
    return referentiels.Referentiel(
        title=row.title,
        activities=tuple(
            referentiels.Activity(one.lineage, one.text) for one in row.activities.order_by("position", "pk")
        ),
        blocs=tuple(
            referentiels.Bloc(
                bloc.lineage,
                bloc.text,
                bloc.number,
                bloc.assessment,
                bloc.prerequisites,
                tuple(competencies[bloc.pk]),
            )
            for bloc in blocs
        ),
        regulation=row.regulation,
        combination=referentiels.Combination(
            mandatory=tuple(bloc.lineage for bloc in blocs if not bloc.is_optional),
            optional=tuple(bloc.lineage for bloc in blocs if bloc.is_optional),
            optional_min=row.optional_min,
        ),
        limits={limit.key: value for limit in TRAINING_LIMITS if (value := getattr(row, limit.key)) is not None},
        juries=tuple(
            referentiels.Jury(
                jury.route, jury.min_members, jury.min_qualified, jury.external_percent, jury.excluded, jury.article
            )
            for jury in row.juries.order_by("route")
        ),
        valid_from=row.valid_from,
        elements=asdict(elements) if elements is not None else {},
    )


def micro_elements_of(row: Referentiel) -> microcertifications.MicroElements | None:
    """What a micro-certification says of itself; None for a registered certification."""
    held = getattr(row, "elements", None)
    if held is None:
        return None
    ties = tuple(
        microcertifications.Alignment(one.framework, one.entry, one.label)
        for one in row.alignments.order_by("framework", "entry")
    )
    names = [one.name for one in fields(microcertifications.MicroElements) if one.name != "alignments"]
    return microcertifications.MicroElements(**{name: getattr(held, name) for name in names}, alignments=ties)
