"""Addresses at LinkedIn, plain links that run no script of theirs; no name of a learner goes in them.

Source: the address «add to profile» that LinkedIn documents for issuers; it does not fill every field any more, which
is why the same texts are also given to be pasted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

_PROFILE = "https://www.linkedin.com/profile/add"
_POST = "https://www.linkedin.com/sharing/share-offsite/"


@dataclass(frozen=True)
class Entry:
    """What a profile says of an award. ``organisation_id``: figures of the issuer's page, else its name is written."""

    name: str
    organisation: str
    organisation_id: str
    issued_on: date
    expires_on: date | None
    url: str
    number: str = ""


def profile_url(entry: Entry) -> str:
    """The form of one's own profile, filled as far as LinkedIn fills it; months without a leading zero."""
    asked: dict[str, object] = {"startTask": "CERTIFICATION_NAME", "name": entry.name}
    if entry.organisation_id:
        asked["organizationId"] = entry.organisation_id
    else:
        asked["organizationName"] = entry.organisation
    asked |= {"issueYear": entry.issued_on.year, "issueMonth": entry.issued_on.month}
    if entry.expires_on is not None:
        asked |= {"expirationYear": entry.expires_on.year, "expirationMonth": entry.expires_on.month}
    asked["certUrl"] = entry.url
    if entry.number:
        asked["certId"] = entry.number
    return f"{_PROFILE}?{urlencode(asked)}"


def post_url(url: str) -> str:
    """A new message that shows the picture and the title of a link."""
    return f"{_POST}?{urlencode({'url': url})}"
