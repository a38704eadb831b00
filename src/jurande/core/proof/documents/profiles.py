# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF009 (the calls return dataclass fields)
"""Who: issuers, endorsers, learners, and how they are identified. Source: Open Badges 3.0 §B (1EdTech, 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from jurande.core.proof.documents.nodes import (
    Node,
    compact_tokens,
    day,
    iri,
    node,
    nodes,
    number,
    one_of,
    signed_documents,
    text,
    truth,
)

IDENTIFIER_TYPES = (
    "name",
    "sourcedId",
    "systemId",
    "productId",
    "userName",
    "accountId",
    "emailAddress",
    "nationalIdentityNumber",
    "isbn",
    "issn",
    "lisSourcedId",
    "oneRosterSourcedId",
    "sisSourcedId",
    "ltiContextId",
    "ltiDeploymentId",
    "ltiToolId",
    "ltiPlatformId",
    "ltiUserId",
    "identifier",
)


@dataclass(frozen=True, kw_only=True)
class Image(Node):
    """A picture, by its address (``data:`` too). The specification closes this object: nothing can be added to it."""

    TYPES: ClassVar[str] = "Image"
    id: str = iri(required=True)
    caption: str | None = text()


@dataclass(frozen=True, kw_only=True)
class IdentifierEntry(Node):
    """An identifier that somebody gave: SIRET, NDA, learner number. A closed object: the one kind without an IRI.

    Its statements set it apart, so that canonicalisation stays easy.
    """

    TYPES: ClassVar[str] = "IdentifierEntry"
    identifier: str = text(required=True)
    identifier_type: str = one_of(IDENTIFIER_TYPES, required=True)


@dataclass(frozen=True, kw_only=True)
class IdentityObject(Node):
    """A learner's identifier, hashed with a salt unless ``hashed`` says otherwise. A closed object, without an IRI."""

    TYPES: ClassVar[str] = "IdentityObject"
    hashed: bool = truth()
    identity_hash: str = text(required=True)
    identity_type: str = one_of(IDENTIFIER_TYPES, required=True)
    salt: str | None = text()


@dataclass(frozen=True, kw_only=True)
class GeoCoordinates(Node):
    """A point, in degrees."""

    TYPES: ClassVar[str] = "GeoCoordinates"
    id: str = iri(required=True)
    latitude: float = number(required=True)
    longitude: float = number(required=True)


@dataclass(frozen=True, kw_only=True)
class Address(Node):
    """A postal address."""

    TYPES: ClassVar[tuple[str, ...]] = ("Address",)
    id: str = iri(required=True)
    address_country: str | None = text()
    address_country_code: str | None = text()
    address_region: str | None = text()
    address_locality: str | None = text()
    street_address: str | None = text()
    post_office_box_number: str | None = text()
    postal_code: str | None = text()
    geo: GeoCoordinates | None = node()


@dataclass(frozen=True, kw_only=True)
class Profile(Node):
    """A person or an organisation."""

    TYPES: ClassVar[tuple[str, ...]] = ("Profile",)
    id: str = iri(required=True)
    name: str | None = text()
    url: str | None = iri()
    phone: str | None = text()
    description: str | None = text()
    endorsement: tuple[dict[str, object], ...] = signed_documents()
    endorsement_jwt: tuple[str, ...] = compact_tokens()
    image: Image | None = node()
    email: str | None = text()
    address: Address | None = node()
    other_identifier: tuple[IdentifierEntry, ...] = nodes()
    official: str | None = text()
    parent_org: Profile | None = node()
    family_name: str | None = text()
    given_name: str | None = text()
    additional_name: str | None = text()
    patronymic_name: str | None = text()
    honorific_prefix: str | None = text()
    honorific_suffix: str | None = text()
    family_name_prefix: str | None = text()
    date_of_birth: date | None = day()
