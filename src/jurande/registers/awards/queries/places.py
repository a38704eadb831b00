"""Where a micro-certification may be obtained: what its house declared, and who is habilitated to assess it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from jurande.registers.awards.models import ClaimOpening, ShownCertification
from jurande.registers.network.models import Habilitation
from jurande.registers.network.states import ACTIONS_OF, Action
from jurande.registers.parties.models import Partnership

SHOWN_MOST = 12


@dataclass
class Places:
    """Where one certification may be obtained. ``training_url``: https, outside; ``opening_code``: may be asked for."""

    training_url: str = ""
    opening_code: str = ""
    partners: list[Partnership] = field(default_factory=list)
    more: int = 0


def places_of(certifications: Iterable[int], on: date) -> dict[int, Places]:
    """For each certification, by its key. Three queries, whatever their number; one when there is none."""
    wanted = list(certifications)
    found = {pk: Places() for pk in wanted}
    if not wanted:
        return found
    for pk, url in ShownCertification.objects.filter(certification__in=wanted).values_list(
        "certification_id", "training_url"
    ):
        found[pk].training_url = url
    for pk, code in (
        ClaimOpening.objects.open().filter(certification__in=wanted).values_list("certification_id", "code")
    ):
        found[pk].opening_code = code
    assessing = [kind for kind, actions in ACTIONS_OF.items() if Action.ASSESS in actions]
    held = (
        Habilitation.objects.active_on(on)
        .filter(certification__in=wanted, kind__in=assessing, partnership__ended_on=None)
        .select_related("partnership__site__organisation")
        .order_by("partnership__site__organisation__legal_name", "pk")
    )
    for one in held[: SHOWN_MOST * len(wanted) * 2]:
        places = found[one.certification_id]
        if one.partnership in places.partners:
            continue
        if len(places.partners) < SHOWN_MOST:
            places.partners.append(one.partnership)
        else:
            places.more += 1
    return found
