"""What the law asks a public site to say of itself, as the operator wrote it in the home's settings.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class LegalNotice:
    """The publisher (loi 2004-575, art. 1-1); an empty field is said to be missing, never invented."""

    publisher: str = ""
    legal_form: str = ""
    address: str = ""
    registration: str = ""
    telephone: str = ""
    email: str = ""
    director: str = ""
    host: str = ""
    host_address: str = ""
    data_protection_contact: str = ""
    accessibility_contact: str = ""

    @classmethod
    def from_settings(cls, kept: Mapping[str, object]) -> LegalNotice:
        """Take the known fields as text; unknown ones are ignored so that an old file never stops the site."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: str(value).strip() for name, value in kept.items() if name in known})

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that the law asks for and that are empty."""
        required = ("publisher", "address", "email", "director", "host", "host_address", "data_protection_contact")
        return tuple(name for name in required if not getattr(self, name))
