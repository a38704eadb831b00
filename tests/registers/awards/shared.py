"""Links by which holders share, for the tests of them and of their pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jurande.registers.awards.models import Award, Design, Share
from jurande.registers.awards.operations import shares as operations
from jurande.registers.awards.operations.shares import Shown
from jurande.registers.awards.states import DesignState
from jurande.registers.parties.models import Certifier, Partnership, Person
from tests import factories
from tests.registers.awards import held, proved
from tests.replay import replayed
from tests.web.roles import HOLDERS

# Every address behind a link; those after them are of one of the awards that it shows.
PAGES = (
    *("share", "share-en", "share-preview", "share-preview-en", "share-badge"),
    *("share-code", "share-code-png", "share-embed", "share-embed-en"),
)
PAGES_OF_ONE = ("share-one", "share-one-en", "share-file", "share-training")
# The holder's own pages, with who is answered by GET and by POST.
SPACE_PAGES = {
    "shares": (HOLDERS, None),
    "share-new": (HOLDERS, HOLDERS),
    "shares-one": (HOLDERS, None),
    "shares-change": (HOLDERS, HOLDERS),
    "shares-stop": (None, HOLDERS),
    "shares-linkedin": (HOLDERS, None),
}


@replayed
def holder_of(award: Award) -> Person:
    """In whose space it is."""
    assert award.holder is not None
    return award.holder


@replayed
def shared(*awards: Award, title: str = "", now: datetime = proved.NOW, **shown: Any) -> Share:
    """A link to these awards, made by who holds the first one."""
    actor = held.acting(holder_of(awards[0]))
    return operations.create_share(awards=awards, shown=Shown(**shown), title=title, actor=actor, now=now)


def addresses(mine: Certifier, theirs: Partnership, people: dict[str, Any]) -> dict[str, list[Any]]:
    """What goes in the path of each page about links, in a house that has a key already."""
    design = Design.objects.filter(certifier=mine, state=DesignState.PUBLISHED, certification__kind="micro").first()
    award = held.held(
        people["holder"],
        design or proved.designed(mine),
        now=factories.NOW,
        awarded_on=factories.TODAY,
        partnership=theirs,
    )
    share = shared(award, gives_file=True, now=factories.NOW)
    return {
        **{f"public:{page}": [share.token] for page in PAGES},
        **{f"public:{page}": [share.token, 1] for page in PAGES_OF_ONE},
        **{f"holder:{page}": [share.code] for page in SPACE_PAGES if page.startswith("shares-")},
        "holder:shares-linkedin": [share.code, award.code],
    }
