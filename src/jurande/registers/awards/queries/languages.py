"""In which language the holder of an award is written to."""

from __future__ import annotations

from collections.abc import Collection

from jurande.registers.awards.models import Award, Design
from jurande.registers.correspondence.states import Language
from jurande.registers.parties import queries as people


def language_of(award: Award) -> Language:
    """The language of one letter; as ``languages_of``."""
    return languages_of([award])[award.code]


def languages_of(awards: Collection[Award]) -> dict[str, Language]:
    """The language of the letter about each award, by its code; ``holder`` is loaded. Two queries at most.

    What its holder chose, whether they received it or have a space at its address. Before there is a space, nobody
    chose anything: the letter then speaks as the document does, in both languages when the document is in both.
    """
    waiting = [award for award in awards if award.holder is None]
    chosen = people.languages_at({award.email.lower() for award in waiting if award.email})
    unknown = {award.design_id for award in waiting if award.design_id and award.email.lower() not in chosen}
    designs = dict(Design.objects.filter(pk__in=unknown).values_list("pk", "language")) if unknown else {}
    return {
        award.code: Language(
            award.holder.language
            if award.holder is not None
            else chosen.get(award.email.lower()) or designs.get(award.design_id or 0, Language.FR)
        )
        for award in awards
    }
