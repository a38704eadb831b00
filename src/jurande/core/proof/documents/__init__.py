# SPDX-License-Identifier: Apache-2.0
"""What we sign, as frozen dataclasses: Open Badges 3.0 on the VC Data Model 2.0.

Every object has an IRI (but the two that the specification closes): a document without blank nodes has a canonical form
that is only sorting, and nothing in it depends on the labels of a graph.
"""

from jurande.core.proof.documents.achievements import (
    Achievement,
    Alignment,
    Criteria,
    Related,
    ResultDescription,
    RubricCriterionLevel,
    esco_alignment,
    rncp_alignment,
    rome_alignment,
    rs_alignment,
)
from jurande.core.proof.documents.credentials import (
    ENDORSEMENT_SCHEMA,
    OPEN_BADGES_SCHEMA,
    AchievementCredential,
    AchievementSubject,
    BitstringStatus,
    CredentialSchema,
    EndorsementCredential,
    EndorsementSubject,
    Evidence,
    RefreshService,
    Result,
    TermsOfUse,
)
from jurande.core.proof.documents.nodes import DocumentRefused, document_bytes
from jurande.core.proof.documents.profiles import (
    Address,
    GeoCoordinates,
    IdentifierEntry,
    IdentityObject,
    Image,
    Profile,
)

__all__ = [
    "ENDORSEMENT_SCHEMA",
    "OPEN_BADGES_SCHEMA",
    "Achievement",
    "AchievementCredential",
    "AchievementSubject",
    "Address",
    "Alignment",
    "BitstringStatus",
    "CredentialSchema",
    "Criteria",
    "DocumentRefused",
    "EndorsementCredential",
    "EndorsementSubject",
    "Evidence",
    "GeoCoordinates",
    "IdentifierEntry",
    "IdentityObject",
    "Image",
    "Profile",
    "RefreshService",
    "Related",
    "Result",
    "ResultDescription",
    "RubricCriterionLevel",
    "TermsOfUse",
    "document_bytes",
    "esco_alignment",
    "rncp_alignment",
    "rome_alignment",
    "rs_alignment",
]
