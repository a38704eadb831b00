# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF009 (the calls return dataclass fields)
"""Who achieved what, says whom: the two credentials of Open Badges 3.0 on the VC Data Model 2.0.

Source: Open Badges 3.0 §B (1EdTech, 2024); Verifiable Credentials Data Model 2.0 §4 (W3C, 15 May 2025); Bitstring
Status List 1.0 §2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jurande.core.proof.contexts import CREDENTIALS_V2, OPEN_BADGES_3_0_3, OPEN_BADGES_EXTENSIONS
from jurande.core.proof.documents.achievements import Achievement, Alignment
from jurande.core.proof.documents.nodes import (
    DocumentRefused,
    Node,
    compact_tokens,
    instant,
    iri,
    node,
    nodes,
    number,
    one_of,
    signed_documents,
    text,
)
from jurande.core.proof.documents.profiles import IdentityObject, Image, Profile

RESULT_STATUSES = ("Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew")
STATUS_PURPOSES = ("revocation", "suspension", "message", "refresh")
OPEN_BADGES_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
ENDORSEMENT_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"


@dataclass(frozen=True, kw_only=True)
class Evidence(Node):
    """What shows it: a work, a recording, a report."""

    TYPES: ClassVar[tuple[str, ...]] = ("Evidence",)
    id: str = iri(required=True)
    name: str | None = text()
    description: str | None = text()
    narrative: str | None = text()
    genre: str | None = text()
    audience: str | None = text()


@dataclass(frozen=True, kw_only=True)
class Result(Node):
    """What this learner got, of a result that the achievement describes. ``value`` is a text, whatever it counts."""

    TYPES: ClassVar[tuple[str, ...]] = ("Result",)
    id: str = iri(required=True)
    achieved_level: str | None = iri()
    result_description: str | None = iri()
    status: str | None = one_of(RESULT_STATUSES)
    value: str | None = text()
    alignment: tuple[Alignment, ...] = nodes()


@dataclass(frozen=True, kw_only=True)
class AchievementSubject(Node):
    """The learner, and what they did."""

    TYPES: ClassVar[tuple[str, ...]] = ("AchievementSubject",)
    id: str = iri(required=True)
    identifier: tuple[IdentityObject, ...] = nodes()
    achievement: Achievement = node(required=True)
    activity_start_date: datetime | None = instant()
    activity_end_date: datetime | None = instant()
    credits_earned: float | None = number()
    image: Image | None = node()
    license_number: str | None = text()
    narrative: str | None = text()
    result: tuple[Result, ...] = nodes()
    role: str | None = text()
    source: Profile | None = node()
    term: str | None = text()


@dataclass(frozen=True, kw_only=True)
class EndorsementSubject(Node):
    """Who or what is endorsed, by its IRI, and in which words."""

    TYPES: ClassVar[tuple[str, ...]] = ("EndorsementSubject",)
    id: str = iri(required=True)
    endorsement_comment: str | None = text()


@dataclass(frozen=True, kw_only=True)
class BitstringStatus(Node):
    """Where to look up whether the credential still stands. ``status_list_index`` is the decimal text of a number."""

    TYPES: ClassVar[str] = "BitstringStatusListEntry"
    id: str = iri(required=True)
    status_purpose: str = one_of(STATUS_PURPOSES, required=True)
    status_list_index: str = text(required=True)
    status_list_credential: str = iri(required=True)

    def __post_init__(self) -> None:
        """Refuse an index that is not the one spelling of a whole number."""
        super().__post_init__()
        index = self.status_list_index
        if not index.isascii() or not index.isdigit() or str(int(index)) != index or len(index) > 9:
            raise DocumentRefused("an index that is no whole number", code="document.index")


@dataclass(frozen=True, kw_only=True)
class CredentialSchema(Node):
    """The JSON schema that the credential follows."""

    TYPES: ClassVar[str] = "1EdTechJsonSchemaValidator2019"
    id: str = iri(required=True)


@dataclass(frozen=True, kw_only=True)
class RefreshService(Node):
    """Where a fresher copy is had."""

    TYPES: ClassVar[str] = "1EdTechCredentialRefresh"
    id: str = iri(required=True)


@dataclass(frozen=True, kw_only=True)
class TermsOfUse(Node):
    """Under which terms it may be used. ``type`` is an IRI: no frozen context has a word for one."""

    id: str = iri(required=True)
    type: str = iri(required=True)


@dataclass(frozen=True, kw_only=True)
class Credential(Node):
    """What both credentials have. The validity is from ``valid_from`` to ``valid_until``, in that order."""

    id: str = iri(required=True)
    name: str = text(required=True)
    description: str | None = text()
    image: Image | None = node()
    issuer: Profile = node(required=True)
    valid_from: datetime = instant(required=True)
    valid_until: datetime | None = instant()
    awarded_date: datetime | None = instant()
    credential_status: BitstringStatus | None = node()
    credential_schema: tuple[CredentialSchema, ...] = nodes()
    refresh_service: RefreshService | None = node()
    terms_of_use: tuple[TermsOfUse, ...] = nodes()

    def __post_init__(self) -> None:
        """Refuse a validity that ends before it begins."""
        super().__post_init__()
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise DocumentRefused("a validity that ends before it begins", code="document.validity")

    def to_json(self) -> dict[str, object]:
        """Return the document to be signed, with the contexts that its words need and no other."""
        document = super().to_json()
        urls = [CREDENTIALS_V2, OPEN_BADGES_3_0_3]
        if any(name.startswith("1EdTech") for name in _type_names(document)):
            urls.append(OPEN_BADGES_EXTENSIONS)
        return {"@context": urls, **document}


@dataclass(frozen=True, kw_only=True)
class AchievementCredential(Credential):
    """Open Badges' «this learner achieved this». Signed evidence and endorsements may come with it."""

    TYPES: ClassVar[tuple[str, ...]] = ("VerifiableCredential", "OpenBadgeCredential")
    credential_subject: AchievementSubject = node(required=True)
    evidence: tuple[Evidence, ...] = nodes()
    endorsement: tuple[dict[str, object], ...] = signed_documents()
    endorsement_jwt: tuple[str, ...] = compact_tokens()


@dataclass(frozen=True, kw_only=True)
class EndorsementCredential(Credential):
    """Open Badges' «I endorse this»: of an issuer, an achievement or a credential, named by its IRI."""

    TYPES: ClassVar[tuple[str, ...]] = ("VerifiableCredential", "EndorsementCredential")
    credential_subject: EndorsementSubject = node(required=True)


def _type_names(value: object) -> Iterator[str]:
    """Yield the types of a document, but not those of the documents inside it, that have their own contexts."""
    if isinstance(value, list):
        for item in value:
            yield from _type_names(item)
    elif isinstance(value, dict) and "@context" not in value:
        types = value.get("type", [])
        yield from [types] if isinstance(types, str) else types
        for inner in value.values():
            yield from _type_names(inner)
