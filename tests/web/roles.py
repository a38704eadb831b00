"""Who comes to an address: the roles, one by one and together, as the matrix names them."""

from __future__ import annotations

VISITOR = "visitor"
OPERATOR = "operator"
HOLDER = "holder"
ADMINISTRATOR = "administrator"
CERTIFIER_ROLES = (
    ADMINISTRATOR,
    "network_manager",
    "reviewer",
    "signatory",
    "auditor",
    "issuer",
    "accountant",
    "reader",
)
PARTNER_ROLES = (
    "head",
    "training_manager",
    "exam_manager",
    "quality",
    "partner_accountant",
    "trainer",
    "assessor",
)
# Of another certifier of the same installation, and of one of its partners.
STRANGERS = ("other_administrator", "other_head")
EVERYBODY = frozenset({VISITOR, OPERATOR, HOLDER, *CERTIFIER_ROLES, *PARTNER_ROLES, *STRANGERS})
SIGNED_IN = EVERYBODY - {VISITOR}

TEAM = frozenset(CERTIFIER_ROLES)
ADMINISTRATORS = frozenset({ADMINISTRATOR})
MANAGERS = frozenset({ADMINISTRATOR, "network_manager"})
AUDITORS = MANAGERS | {"auditor"}
JOURNAL_READERS = AUDITORS | {"signatory"}
FILE_READERS = JOURNAL_READERS | {"reviewer"}
PREPARERS = MANAGERS | {"reviewer"}
REVIEWERS = AUDITORS | PREPARERS
PUBLISHERS = MANAGERS | {"signatory"}

DESIGNERS = frozenset({ADMINISTRATOR, "issuer"})
AWARD_PREPARERS = DESIGNERS | {"network_manager"}
AWARD_READERS = TEAM - {"reviewer", "accountant"}
CONVENTION_READERS = TEAM - {"issuer"}
WITHDRAWERS = frozenset({ADMINISTRATOR, "signatory", "issuer"})

PARTNERS = frozenset(PARTNER_ROLES)
HEADS = frozenset({"head"})
PARTNER_FILERS = frozenset({"head", "training_manager", "exam_manager", "quality"})
AWARD_PARTNERS = frozenset({"head", "exam_manager"})
OPERATORS = frozenset({OPERATOR})
HOLDERS = frozenset({HOLDER})
