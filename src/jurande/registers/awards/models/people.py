"""How people are told apart and found again without being named."""

from __future__ import annotations

from collections.abc import Mapping

from jurande.core.france.award_sheets import same_person
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.parties.models import Certifier

PEOPLE = "awards.holder"
ADDRESSES = "awards.email"


def person_digest(certifier: Certifier, values: Mapping[str, str]) -> str:
    """What rows and awards about the same person have in common in a house; empty without a name."""
    if not values.get("last_name") or not values.get("first_name"):
        return ""
    return lookup_digest(f"{certifier.code}\n{same_person(values)}", PEOPLE)


def email_digest(email: str) -> str:
    """Under what the awards of an address are found; empty without one."""
    return lookup_digest(email.strip().lower(), ADDRESSES) if email else ""
