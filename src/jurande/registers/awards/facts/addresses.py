"""Where the proof of an award is read: by its number alone, or by what only its document says."""

from __future__ import annotations

import base64
import hmac

from django.conf import settings

from jurande.registers.common.crypto import lookup_digest

PAGE_PATH = "/p/{number}"
KEY_LENGTH = 22
_PURPOSE = "awards.document"


def shown(number: str) -> str:
    """A number as people read it: «7KQ4-M2XD»."""
    return f"{number[:4]}-{number[4:]}"


def page_url(number: str) -> str:
    """The address that people type: it says whether the number is genuine, and names nobody who does not wish it."""
    return settings.PUBLIC_URL + PAGE_PATH.format(number=shown(number))


def document_url(number: str) -> str:
    """The address that the square code of the document holds: whoever was given the document sees all of it."""
    return f"{page_url(number)}/{key_of(number)}"


def key_of(number: str) -> str:
    """What the document knows and the number does not tell: 128 bits, in 22 characters fit for an address.

    Derived, not kept: nothing more to store, to lose or to leak with a copy of the table.
    """
    digest = bytes.fromhex(lookup_digest(number, _PURPOSE))
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def is_key(number: str, key: str) -> bool:
    """Whether ``key`` is that of the document with this number; takes the same time whatever is wrong."""
    return hmac.compare_digest(key_of(number).encode(), key.encode("utf-8", "surrogatepass"))
