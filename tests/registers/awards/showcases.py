"""Open showcases, for the tests of pages."""

from __future__ import annotations

from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.operations.showcase import Line
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards.proved import NOW
from tests.replay import replayed


@replayed
def opened(of: Certifier, *listed: Certification, training_url: str = "", words: str = "Nous certifions.") -> None:
    """The open showcase of a house that lists these certifications."""
    issuer = factories.actor_of(factories.member(Role.ISSUER, of=of), of)
    operations.write_showcase(
        certifier=of,
        presentation=words,
        presentation_en="",
        site_url="",
        lines=[Line(one.code, True, True, training_url) for one in listed],
        actor=issuer,
        now=NOW,
    )
    operations.open_showcase(certifier=of, actor=issuer, now=NOW)


def addresses(mine: Certifier) -> dict[str, list[str]]:
    """What goes in the path of each page of a showcase, in a house that has a certification."""
    one = Certification.objects.filter(certifier=mine, retired_at=None).first()
    assert one is not None
    opened(mine, one, training_url="https://imr.example/formation")
    pages = {f"public:showcase{page}": [mine.code] for page in ("", "-en")}
    return pages | {"public:showcase-training": [mine.code, one.code]}
