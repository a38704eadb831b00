# SPDX-License-Identifier: Apache-2.0
"""The rules of the Open Badges 3.0 JSON schema, written anew from the specification's own tables (§B, appendix).

1EdTech's file may not be redistributed in this repository. This one demands what that one demands: members required,
objects that are closed, arrays that must be arrays, formats, and values of the enumerations.
"""

from __future__ import annotations

from typing import Any

from jurande.core.proof.documents.achievements import ACHIEVEMENT_TYPES, RESULT_TYPES, TARGET_TYPES
from jurande.core.proof.documents.credentials import RESULT_STATUSES
from jurande.core.proof.documents.profiles import IDENTIFIER_TYPES

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
INSTANT = {"type": "string", "format": "date-time"}
JWTS = {"type": "array", "items": {"type": "string", "pattern": r"^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$"}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def kind(name: str) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": TEXT, "contains": {"const": name}}


def extensible(values: tuple[str, ...]) -> dict[str, Any]:
    return {"anyOf": [{"enum": list(values)}, {"type": "string", "pattern": "^ext:[a-zA-Z0-9._-]+$"}]}


def closed(required: list[str], **members: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": members, "additionalProperties": False}


def opened(required: list[str], **members: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": members}


ENDORSEMENTS = {"endorsement": many(ref("Endorsement")), "endorsementJwt": JWTS}
CREDENTIAL: dict[str, Any] = {
    "@context": {
        "type": "array",
        "minItems": 2,
        "items": [
            {"const": "https://www.w3.org/ns/credentials/v2"},
            {"pattern": r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json$"},
        ],
    },
    "id": TEXT,
    "name": TEXT,
    "description": TEXT,
    "image": ref("Image"),
    "issuer": ref("Profile"),
    "validFrom": INSTANT,
    "validUntil": INSTANT,
    "awardedDate": INSTANT,
    "proof": many(opened(["type"], type=TEXT)),
    "credentialSchema": many(opened(["id", "type"], id=TEXT, type=TEXT)),
    "credentialStatus": opened(["id", "type"], id=TEXT, type=TEXT),
    "refreshService": opened(["id", "type"], id=TEXT, type=TEXT),
    "termsOfUse": many(opened(["type"], type=TEXT)),
}
ALIGNMENT = opened(
    ["type", "targetName", "targetUrl"],
    type=kind("Alignment"),
    targetName=TEXT,
    targetUrl=TEXT,
    targetCode=TEXT,
    targetDescription=TEXT,
    targetFramework=TEXT,
    targetType=extensible(TARGET_TYPES),
)
LEVEL = opened(
    ["id", "type", "name"],
    type=kind("RubricCriterionLevel"),
    name=TEXT,
    description=TEXT,
    level=TEXT,
    points=TEXT,
    alignment=many(ALIGNMENT),
)
RESULT_DESCRIPTION = opened(
    ["id", "type", "name", "resultType"],
    id=TEXT,
    type=kind("ResultDescription"),
    name=TEXT,
    resultType=extensible(RESULT_TYPES),
    allowedValue=many(TEXT),
    requiredLevel=TEXT,
    requiredValue=TEXT,
    rubricCriterionLevel=many(LEVEL),
    valueMax=TEXT,
    valueMin=TEXT,
    alignment=many(ALIGNMENT),
)
IDENTIFIERS = many(
    closed(
        ["type", "identifier", "identifierType"],
        type={"const": "IdentifierEntry"},
        identifier=TEXT,
        identifierType=extensible(IDENTIFIER_TYPES),
    )
)
ACHIEVEMENT = opened(
    ["id", "type", "name", "description", "criteria"],
    id=TEXT,
    type=kind("Achievement"),
    name=TEXT,
    description=TEXT,
    criteria=opened([], id=TEXT, narrative=TEXT),
    alignment=many(ALIGNMENT),
    achievementType=extensible(ACHIEVEMENT_TYPES),
    creator=ref("Profile"),
    creditsAvailable=NUMBER,
    image=ref("Image"),
    otherIdentifier=IDENTIFIERS,
    related=many(opened(["id", "type"], id=TEXT, type=kind("Related"), inLanguage=TEXT, version=TEXT)),
    resultDescription=many(RESULT_DESCRIPTION),
    tag=many(TEXT),
    **ENDORSEMENTS,
)
SUBJECT = opened(
    ["type", "achievement"],
    id=TEXT,
    type=kind("AchievementSubject"),
    achievement=ACHIEVEMENT,
    activityStartDate=INSTANT,
    activityEndDate=INSTANT,
    creditsEarned=NUMBER,
    identifier=many(
        closed(
            ["type", "hashed", "identityHash", "identityType"],
            type={"const": "IdentityObject"},
            hashed={"type": "boolean"},
            identityHash=TEXT,
            identityType=extensible(IDENTIFIER_TYPES),
            salt=TEXT,
        )
    ),
    image=ref("Image"),
    narrative=TEXT,
    result=many(
        opened(
            ["type"],
            type=kind("Result"),
            achievedLevel=TEXT,
            resultDescription=TEXT,
            status={"enum": list(RESULT_STATUSES)},
            value=TEXT,
            alignment=many(ALIGNMENT),
        )
    ),
    source=ref("Profile"),
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2019-09/schema",
    **opened(
        ["@context", "id", "type", "credentialSubject", "issuer", "validFrom"],
        **CREDENTIAL,
        type=kind("OpenBadgeCredential"),
        credentialSubject=SUBJECT,
        evidence=many(opened(["type"], type=kind("Evidence"), id=TEXT, narrative=TEXT)),
        **ENDORSEMENTS,
    ),
    "$defs": {
        "Image": closed(["id", "type"], id=TEXT, type={"const": "Image"}, caption=TEXT),
        "Profile": opened(
            ["id", "type"],
            id=TEXT,
            type=kind("Profile"),
            name=TEXT,
            url=TEXT,
            image=ref("Image"),
            address=opened(["type"], type=kind("Address"), geo=opened(["type", "latitude", "longitude"])),
            otherIdentifier=IDENTIFIERS,
            parentOrg=ref("Profile"),
            dateOfBirth={"type": "string", "format": "date"},
            **ENDORSEMENTS,
        ),
        "Endorsement": opened(
            ["@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"],
            **CREDENTIAL,
            type=kind("EndorsementCredential"),
            credentialSubject=opened(["id", "type"], type=kind("EndorsementSubject"), endorsementComment=TEXT),
        ),
    },
}
