"""Rows of combinations and of awards as ``core.france.combinations`` looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jurande.core.france.combinations import Held, Part, Rule, Standing
from jurande.registers.awards.facts.credentials import Results
from jurande.registers.awards.models import Award, Combination, CombinationPart
from jurande.registers.awards.states import AwardState

# What an award is for whoever holds it; replaced and erased ones are held by nobody.
STANDINGS: Mapping[str, Standing] = {
    AwardState.ISSUED: Standing.IN_FORCE,
    AwardState.SUSPENDED: Standing.SUSPENDED,
    AwardState.REVOKED: Standing.REVOKED,
}
IDENTIFIED = "identified"


def rule_of(combination: Combination, parts: Iterable[CombinationPart]) -> Rule:
    """What a combination asks for; ``parts`` are its own, in order. A part's key is that of its certification."""
    return Rule(
        tuple(
            Part(
                what=str(part.certification_id),
                choice=part.choice,
                minimum_grade=part.minimum_grade,
                minimum_level=part.minimum_level,
                identity_checked=part.identity_checked,
                max_age_months=part.max_age_months,
            )
            for part in parts
        ),
        tuple(combination.choices),
    )


def held_of(award: Award) -> Held | None:
    """An award as it counts; None for one that is replaced, erased or refused. ``referentiel__elements`` is loaded.

    Level and check of identity are those of the version of the référentiel that it was issued by.
    """
    standing = STANDINGS.get(award.state)
    if standing is None or award.refused_at is not None:
        return None
    elements = getattr(award.referentiel, "elements", None) if award.referentiel is not None else None
    return Held(
        key=award.code,
        what=str(award.certification_id),
        awarded_on=award.awarded_on,
        valid_until=award.valid_until,
        standing=standing,
        grade=Results.from_text(award.results).grade,
        level=elements.level if elements is not None else "",
        identity_checked=elements is not None and elements.supervision == IDENTIFIED,
    )
