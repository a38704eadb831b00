"""Awards that nobody received yet, for the tests of pages."""

from __future__ import annotations

from jurande.registers.awards.models import Award
from jurande.registers.awards.models.delegation import DelegatedLot
from jurande.registers.awards.models.people import email_digest
from jurande.registers.parties.models import Certifier, Partnership
from tests import factories
from tests.registers.awards import proved
from tests.replay import replayed

HERS = "ines.attend@exemple.fr"


@replayed
def sent(design: object = None, address: str = HERS, **changed: object) -> Award:
    """One whose letter left to this address."""
    return proved.awarded(
        design,  # type: ignore[arg-type]
        email=address,
        email_digest=email_digest(address),
        settle=False,
        **{"now": factories.NOW, "awarded_on": factories.TODAY} | changed,  # type: ignore[arg-type]
    )


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[str]]:
    """What goes in the path of each page; the partner has issued a lot in the certifier's name already."""
    own = DelegatedLot.objects.filter(mandate__partnership=theirs).select_related("lot__design").order_by("pk")[0]
    award = sent(own.lot.design, partnership=theirs, lot=own.lot)
    return {
        # The right link would let whoever presses come in as somebody else.
        "guest:receive": [award.shown_number, "inconnu"],
        "guest:contest": [award.shown_number, "inconnu"],
        "guest:address": ["inconnu"],
        "certifier:awards-addresses-one": [mine.code, award.code],
        "partner:addresses-one": [theirs.code, award.code],
    }
