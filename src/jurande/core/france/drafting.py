# SPDX-License-Identifier: Apache-2.0
"""The first draft of a référentiel, as the national register knows the certification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jurande.core.france.pasting import proposed
from jurande.core.france.referentiels import USUAL_JURIES, Activity, Bloc, Competency, Jury, Referentiel
from jurande.core.france.registers import BlocRecord, FicheRecord

# What a fiche of the RS, which has no blocs, puts its competencies under.
WHOLE = "Compétences visées"


def drafted(title: str, record: FicheRecord, blocs: Sequence[BlocRecord]) -> Referentiel:
    """Give a draft with the fiche's activities, blocs, competencies and open access routes; its lines have no key yet.

    A fiche without blocs gives one bloc with the capacities it attests. Texts are the register's own.
    """
    found = [
        Bloc("", bloc.title, bloc.code, bloc.assessment, bloc.prerequisites, _competencies(bloc.competencies))
        for bloc in blocs
    ] or [Bloc("", WHOLE, competencies=_competencies(record.capacities))]
    return Referentiel(
        title=title,
        activities=tuple(Activity("", text) for text in record.activities if text.strip()),
        blocs=tuple(found),
        juries=_juries(record),
    )


def _competencies(texts: Sequence[str]) -> tuple[Competency, ...]:
    # One long text is a list that the register left whole.
    split = [one.text for one in proposed(texts[0])] if len(texts) == 1 else list(texts)
    return tuple(Competency("", text) for text in split if text.strip())


def _juries(record: FicheRecord) -> tuple[Jury, ...]:
    """Propose the usual rules for each route the fiche opens; what the fiche says of its jury is kept with them."""
    usual = {jury.route: jury for jury in USUAL_JURIES}
    opened = [route for route in record.routes if route.is_open]
    return tuple(replace(usual.get(route.code, usual["FC"]), route=route.code) for route in opened)
