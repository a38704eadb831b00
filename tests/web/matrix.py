"""Who may do what at each address. An address that is not here fails the suite (test_matrix.py).

``look``: who is answered by GET; ``act``: by POST. None: the method does not exist there. In somebody's own house a
missing right is a 403; somebody else's house is a 404; a visitor is sent to sign in. Nothing else is ever answered.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Page:
    """``house``: whose roles are insiders, so that a refusal is a 403 for them and a 404 for the others."""

    look: frozenset[str] | None = None
    act: frozenset[str] | None = None
    house: frozenset[str] = frozenset()
    # Not ours: allauth guards its own pages, which are declared so that none appears unseen.
    guards_itself: bool = False


def public(*, act: bool = False) -> Page:
    return Page(EVERYBODY, EVERYBODY if act else None)


def account(*, look: bool = True, act: bool = False) -> Page:
    return Page(SIGNED_IN if look else None, SIGNED_IN if act else None)


def operator(look: frozenset[str] | None = OPERATORS, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, OPERATORS)


def certifier(look: frozenset[str] | None, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, TEAM)


def partner(look: frozenset[str] | None, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, PARTNERS)


def applicant(*, act: bool = False) -> Page:
    """Who applies: here somebody of a partner, whose colleagues who file documents see it too."""
    return Page(PARTNER_FILERS, PARTNER_FILERS if act else None)


ALLAUTH = Page(guards_itself=True)
ALLAUTH_PAGES = (
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
)

MATRIX: dict[str, Page] = {
    "public:home": public(),
    "public:certifications": public(),
    "public:certifications-one": public(),
    "public:calls": public(),
    "public:calls-one": public(),
    "public:partners": public(),
    "public:partners-one": public(),
    "public:habilitation": public(),
    "public:habilitation-badge": public(),
    "public:habilitation-file": public(),
    "public:log": public(),
    "public:former": public(),
    "public:former-address": public(),
    "public:statuses": public(),
    "public:keys": public(),
    "public:trust": public(),
    "public:proof": public(),
    "public:authority": public(),
    "public:verify": public(act=True),
    "public:award": public(),
    "public:award-en": public(),
    "public:award-qr": public(),
    "public:award-file": public(),
    "public:award-training": public(),
    "public:award-kit": public(),
    "public:verify-offline": public(),
    "public:award-ornament": public(),
    "public:legal": public(),
    "public:privacy": public(),
    "public:accessibility": public(),
    "gallery": public(),
    "sante": public(),
    "guest:invitation": public(act=True),
    "guest:link": public(act=True),
    "guest:ask-link": public(act=True),
    "guest:signer": public(act=True),
    "guest:signer-decline": public(act=True),
    "guest:signer-pdf": public(),
    # --- one's own applications ---
    "guest:claim": public(act=True),
    "guest:endorse": public(act=True),
    "guest:applications": account(),
    "guest:applications-enter": public(act=True),
    "guest:applications-start": public(act=True),
    "guest:applications-one": applicant(),
    "guest:applications-step": applicant(act=True),
    "guest:applications-import": applicant(act=True),
    "guest:applications-sent": applicant(),
    "guest:applications-add": applicant(act=True),
    "guest:applications-piece": applicant(),
    "guest:applications-answer": applicant(act=True),
    "guest:applications-condition": applicant(act=True),
    "guest:applications-appeal": applicant(act=True),
    "guest:applications-withdraw": applicant(act=True),
    "guest:applications-discard": applicant(act=True),
    # --- one's own account ---
    "account:home": account(act=True),
    "account:places": account(),
    "account:sessions": account(),
    "account:sessions-close": account(look=False, act=True),
    "account:sessions-close-all": account(look=False, act=True),
    "account:mailbox": account(),
    # --- the installation ---
    "operator:home": operator(),
    "operator:home-new": operator(act=OPERATORS),
    "operator:home-invite": operator(act=OPERATORS),
    "operator:home-operators": operator(),
    "operator:home-operators-invite": operator(act=OPERATORS),
    "operator:home-operators-end": operator(act=OPERATORS),
    "operator:home-operators-second-factor": operator(act=OPERATORS),
    "operator:home-renew": operator(None, OPERATORS),
    "operator:home-revoke": operator(None, OPERATORS),
    "operator:jobs": operator(),
    "operator:jobs-cancel": operator(None, OPERATORS),
    "operator:journal": operator(),
    "operator:seal": operator(),
    "operator:seal-settle": operator(None, OPERATORS),
    "operator:seal-check": operator(None, OPERATORS),
    "operator:seal-key": operator(act=OPERATORS),
    "operator:registers": operator(act=OPERATORS),
    "operator:registers-snapshot": operator(),
    "operator:registers-job": operator(),
    "operator:installation": operator(),
    # --- a certifier's house ---
    "certifier:home": certifier(TEAM),
    "certifier:partners": certifier(TEAM),
    "certifier:partners-follow": certifier(None, MANAGERS),
    "certifier:partners-remind": certifier(None, MANAGERS),
    "certifier:partners-invite-many": certifier(None, MANAGERS),
    "certifier:partners-suspend": certifier(None, MANAGERS),
    "certifier:partners-views": certifier(None, TEAM),
    "certifier:partners-views-remove": certifier(None, ADMINISTRATORS),
    "certifier:coverage": certifier(TEAM),
    "certifier:radar": certifier(TEAM),
    "certifier:radar-feed": public(),
    "certifier:radar-calendar": certifier(None, TEAM),
    "certifier:radar-calendar-revoke": certifier(None, TEAM),
    "certifier:ledger": certifier(TEAM),
    "certifier:ledger-declare": certifier(None, MANAGERS),
    "certifier:ledger-difference": certifier(TEAM, MANAGERS),
    "certifier:network-progress": certifier(TEAM),
    "certifier:network-imports": certifier(MANAGERS, MANAGERS),
    "certifier:network-import-national": certifier(None, MANAGERS),
    "certifier:network-import": certifier(MANAGERS),
    "certifier:network-import-columns": certifier(MANAGERS, MANAGERS),
    "certifier:network-import-launch": certifier(None, MANAGERS),
    "certifier:network-import-discard": certifier(None, MANAGERS),
    "certifier:network-import-rejected": certifier(MANAGERS),
    "certifier:partners-new": certifier(MANAGERS, MANAGERS),
    "certifier:partners-one": certifier(TEAM),
    "certifier:habilitations-new": certifier(MANAGERS, MANAGERS),
    "certifier:habilitations-one": certifier(TEAM),
    **dict.fromkeys(
        [
            f"certifier:habilitations-{act}"
            for act in (
                *(
                    "activate",
                    "discard",
                    "confirm",
                    "suspend",
                    "resume",
                    "scope",
                    "end",
                    "attach",
                    "demand",
                    "condition",
                ),
            )
        ],
        certifier(MANAGERS, MANAGERS),
    ),
    "certifier:habilitations-document": certifier(MANAGERS),
    "certifier:awards-packs-start": certifier(None, DESIGNERS | {"network_manager"}),
    "certifier:awards-packs-one": certifier(DESIGNERS | {"network_manager"}),
    "certifier:awards-packs-file": certifier(DESIGNERS | {"network_manager"}),
    "certifier:awards-designs": certifier(AWARD_READERS),
    "certifier:awards-designs-start": certifier(None, DESIGNERS),
    "certifier:awards-designs-brand": certifier(DESIGNERS, DESIGNERS),
    "certifier:awards-designs-one": certifier(AWARD_READERS, DESIGNERS),
    "certifier:awards-designs-preview": certifier(None, DESIGNERS),
    "certifier:awards-designs-picture": certifier(AWARD_READERS),
    "certifier:awards-designs-publish": certifier(DESIGNERS | {"signatory"}, DESIGNERS | {"signatory"}),
    "certifier:awards-designs-discard": certifier(DESIGNERS, DESIGNERS),
    "certifier:awards-designs-take-brand": certifier(None, DESIGNERS),
    **dict.fromkeys(
        [f"certifier:awards{page}" for page in ("", "-issued", "-one", "-document", "-rules")], certifier(AWARD_READERS)
    ),
    **dict.fromkeys([f"certifier:awards-lots-{page}" for page in ("one", "rejected")], certifier(AWARD_READERS)),
    **dict.fromkeys(
        [f"certifier:awards-{page}" for page in ("person", "lots-new", "lots-columns", "lots-row")],
        certifier(AWARD_PREPARERS, AWARD_PREPARERS),
    ),
    **dict.fromkeys(
        [f"certifier:awards-lots-{page}" for page in ("reject", "reject-faulty", "abandon")],
        certifier(None, AWARD_PREPARERS),
    ),
    "certifier:awards-lots-approve": certifier(None, ADMINISTRATORS | {"signatory"}),
    "certifier:awards-lots-return": certifier(None, DESIGNERS | {"signatory"}),
    "certifier:awards-lots-issue": certifier(None, DESIGNERS),
    "certifier:awards-send-again": certifier(None, DESIGNERS),
    "certifier:awards-rules-one": certifier(DESIGNERS, DESIGNERS),
    "certifier:awards-rules-remove": certifier(None, DESIGNERS),
    **dict.fromkeys(
        [f"certifier:awards-{act}" for act in ("suspend", "restore", "revoke", "correct", "bulk-new")],
        certifier(WITHDRAWERS, WITHDRAWERS),
    ),
    "certifier:awards-renew": certifier(WITHDRAWERS, WITHDRAWERS),
    "certifier:awards-visits": certifier(AWARD_READERS),
    "certifier:awards-ending": certifier(AWARD_READERS, DESIGNERS),
    "certifier:awards-bulk": certifier(WITHDRAWERS),
    "certifier:awards-record": certifier(WITHDRAWERS, WITHDRAWERS),
    "certifier:awards-record-archive": certifier(WITHDRAWERS),
    "certifier:awards-bulk-launch": certifier(None, WITHDRAWERS),
    "certifier:awards-bulk-discard": certifier(None, WITHDRAWERS),
    **dict.fromkeys(
        [f"certifier:awards-elsewhere{page}" for page in ("", "-one", "-columns")], certifier(DESIGNERS, DESIGNERS)
    ),
    "certifier:awards-elsewhere-rejected": certifier(DESIGNERS),
    "certifier:awards-elsewhere-discard": certifier(None, DESIGNERS),
    "certifier:awards-claims": certifier(AWARD_READERS),
    "certifier:awards-claims-start": certifier(DESIGNERS, DESIGNERS),
    "certifier:awards-claims-one": certifier(AWARD_READERS, AWARD_PREPARERS),
    "certifier:awards-claims-close": certifier(None, DESIGNERS),
    "certifier:awards-claims-evidence": certifier(AWARD_READERS),
    "certifier:awards-endorsements": certifier(AWARD_READERS),
    "certifier:awards-endorsements-ask": certifier(DESIGNERS, DESIGNERS),
    "certifier:awards-endorsements-withdraw": certifier(None, DESIGNERS),
    "certifier:awards-mandates": certifier(AWARD_READERS),
    "certifier:awards-mandates-grant": certifier(PUBLISHERS - {"network_manager"}, PUBLISHERS - {"network_manager"}),
    "certifier:awards-mandates-end": certifier(PUBLISHERS - {"network_manager"}, PUBLISHERS - {"network_manager"}),
    "certifier:partners-identity": certifier(MANAGERS, MANAGERS),
    "certifier:partners-qualiopi": certifier(MANAGERS, MANAGERS),
    "certifier:partners-attach": certifier(AUDITORS, AUDITORS),
    "certifier:partners-piece": certifier(FILE_READERS),
    "certifier:partners-detach": certifier(AUDITORS, AUDITORS),
    "certifier:partners-invite": certifier(MANAGERS, MANAGERS),
    "certifier:partners-end": certifier(MANAGERS, MANAGERS),
    "certifier:partners-latest": certifier(JOURNAL_READERS),
    "certifier:partners-journal": certifier(JOURNAL_READERS),
    "certifier:state": certifier(TEAM),
    "certifier:state-claim": certifier(MANAGERS, MANAGERS),
    "certifier:state-release": certifier(MANAGERS, MANAGERS),
    "certifier:certifications": certifier(TEAM),
    "certifier:certifications-new": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-micro": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-choices": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:certifications-one": certifier(TEAM),
    "certifier:certifications-retire": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:certifications-version": certifier(None, PREPARERS),
    "certifier:certifications-compare": certifier(TEAM),
    "certifier:certifications-read": certifier(TEAM),
    "certifier:certifications-write": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-paste": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-bloc": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-frame": certifier(PREPARERS, PREPARERS),
    # Whoever prepares reads what publishing would do; only who publishes may.
    "certifier:certifications-publish": certifier(PREPARERS | PUBLISHERS, PUBLISHERS),
    "certifier:certifications-discard": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-sheet": certifier(PREPARERS, PREPARERS),
    "certifier:certifications-align": certifier(None, PREPARERS),
    "certifier:certifications-unalign": certifier(None, PREPARERS),
    "certifier:recruitment-calls": certifier(FILE_READERS),
    "certifier:recruitment-calls-new": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-one": certifier(FILE_READERS),
    "certifier:recruitment-calls-write": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-criterion-new": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-criterion": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-criterion-remove": certifier(None, MANAGERS),
    "certifier:recruitment-calls-criterion-move": certifier(None, MANAGERS),
    "certifier:recruitment-calls-publish": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-extend": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-close": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-calls-copy": certifier(None, MANAGERS),
    "certifier:recruitment-calls-discard": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees": certifier(FILE_READERS),
    "certifier:recruitment-fees-new": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees-one": certifier(FILE_READERS),
    "certifier:recruitment-fees-title": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees-line-new": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees-line": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees-line-remove": certifier(None, MANAGERS),
    "certifier:recruitment-fees-freeze": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-fees-discard": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-flag": certifier(FILE_READERS, REVIEWERS),
    "certifier:recruitment": certifier(FILE_READERS),
    "certifier:recruitment-list": certifier(FILE_READERS),
    "certifier:recruitment-one": certifier(FILE_READERS),
    "certifier:recruitment-one-programme": certifier(FILE_READERS),
    "certifier:recruitment-one-reviews": certifier(FILE_READERS),
    "certifier:recruitment-one-exchanges": certifier(FILE_READERS),
    "certifier:recruitment-assign": certifier(MANAGERS, MANAGERS),
    "certifier:recruitment-reconcile": certifier(FILE_READERS, FILE_READERS),
    "certifier:recruitment-ask": certifier(FILE_READERS, FILE_READERS),
    "certifier:recruitment-question-close": certifier(None, FILE_READERS),
    "certifier:recruitment-visit-ask": certifier(FILE_READERS, FILE_READERS),
    "certifier:recruitment-visit-plan": certifier(FILE_READERS, FILE_READERS),
    "certifier:recruitment-visit-report": certifier(FILE_READERS, FILE_READERS),
    "certifier:recruitment-visit-document": certifier(FILE_READERS),
    "certifier:recruitment-visit-cancel": certifier(None, FILE_READERS),
    "certifier:recruitment-piece": certifier(FILE_READERS),
    # The review in the path is the reviewer’s own: nobody else opens it, whatever their role.
    "certifier:recruitment-review": certifier(frozenset({"reviewer"}), frozenset({"reviewer"})),
    "certifier:recruitment-review-recuse": certifier(MANAGERS | {"reviewer"}, MANAGERS | {"reviewer"}),
    "certifier:recruitment-decide": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:recruitment-condition": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:recruitment-condition-evidence": certifier(FILE_READERS),
    "certifier:recruitment-appeal": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:recruitment-approval-withdraw": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:recruitment-approval-renew": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:recruitment-person": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:conventions": certifier(CONVENTION_READERS),
    "certifier:conventions-new": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-renew": certifier(None, MANAGERS),
    "certifier:conventions-renewal": certifier(CONVENTION_READERS),
    "certifier:conventions-clauses": certifier(CONVENTION_READERS),
    "certifier:conventions-clauses-start": certifier(None, MANAGERS),
    "certifier:conventions-choices": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-clauses-compare": certifier(CONVENTION_READERS),
    "certifier:conventions-clauses-one": certifier(CONVENTION_READERS),
    "certifier:conventions-clauses-add": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-clauses-publish": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:conventions-clauses-discard": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-clauses-write": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-clauses-move": certifier(None, MANAGERS),
    "certifier:conventions-clauses-remove": certifier(None, MANAGERS),
    "certifier:conventions-one": certifier(CONVENTION_READERS),
    "certifier:conventions-look": certifier(CONVENTION_READERS),
    "certifier:conventions-page": certifier(CONVENTION_READERS),
    "certifier:conventions-pdf": certifier(CONVENTION_READERS),
    "certifier:conventions-mentions": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-scopes": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-own": certifier(CONVENTION_READERS),
    "certifier:conventions-own-write": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-own-restore": certifier(None, MANAGERS),
    "certifier:conventions-annex-add": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-annex": certifier(CONVENTION_READERS),
    "certifier:conventions-annex-remove": certifier(None, MANAGERS),
    "certifier:conventions-send": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-take-back": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-abandon": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-follow": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-record": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-signing-choices": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-signatures": certifier(CONVENTION_READERS),
    # The signature in the path is the signatory’s own: nobody else gives it, whatever their role.
    "certifier:conventions-sign": certifier(frozenset({"signatory"}), frozenset({"signatory"})),
    "certifier:conventions-decline": certifier(frozenset({"signatory"}), frozenset({"signatory"})),
    "certifier:conventions-remind": certifier(None, PUBLISHERS),
    "certifier:conventions-replace": certifier(PUBLISHERS, PUBLISHERS),
    "certifier:conventions-sealed": certifier(CONVENTION_READERS),
    "certifier:conventions-proof": certifier(CONVENTION_READERS),
    "certifier:conventions-verify": certifier(CONVENTION_READERS, CONVENTION_READERS),
    "certifier:conventions-follow-up": certifier(CONVENTION_READERS),
    "certifier:conventions-observations": certifier(CONVENTION_READERS),
    "certifier:conventions-act": certifier(MANAGERS, MANAGERS),
    "certifier:conventions-letter": certifier(CONVENTION_READERS),
    "certifier:conventions-slip": certifier(CONVENTION_READERS),
    "certifier:conventions-post": certifier(MANAGERS, MANAGERS),
    "certifier:team": certifier(TEAM),
    "certifier:team-invite": certifier(ADMINISTRATORS, ADMINISTRATORS),
    "certifier:team-renew": certifier(None, ADMINISTRATORS),
    "certifier:team-revoke": certifier(None, ADMINISTRATORS),
    "certifier:team-change": certifier(ADMINISTRATORS, ADMINISTRATORS),
    # The role in the path is the reader’s own: anybody may leave.
    "certifier:team-end": certifier(ADMINISTRATORS | {"reader"}, ADMINISTRATORS | {"reader"}),
    "certifier:team-second-factor": certifier(ADMINISTRATORS, ADMINISTRATORS),
    "certifier:mail": certifier(MANAGERS),
    "certifier:mail-wordings": certifier(MANAGERS),
    "certifier:mail-wording": certifier(MANAGERS, MANAGERS),
    "certifier:mail-restore": certifier(None, MANAGERS),
    "certifier:mail-letter": certifier(MANAGERS),
    "certifier:mail-resend": certifier(None, MANAGERS),
    "certifier:journal": certifier(JOURNAL_READERS),
    "certifier:journal-check": certifier(None, JOURNAL_READERS),
    "certifier:work": certifier(TEAM),
    "certifier:seal": certifier(AWARD_READERS),
    "certifier:seal-key": certifier(ADMINISTRATORS, ADMINISTRATORS),
    "certifier:settings": certifier(TEAM),
    "certifier:settings-rule": certifier(ADMINISTRATORS, ADMINISTRATORS),
    "certifier:settings-key": certifier(ADMINISTRATORS, ADMINISTRATORS),
    "certifier:settings-key-revoke": certifier(None, ADMINISTRATORS),
    # --- a partner's house ---
    "partner:home": partner(PARTNERS),
    "partner:conventions": partner(PARTNER_FILERS),
    **dict.fromkeys(["partner:awards", "partner:awards-lot"], partner(AWARD_PARTNERS)),
    **dict.fromkeys(
        [f"partner:awards-{page}" for page in ("new", "lot-columns", "lot-row", "lot-issue", "lot-abandon")],
        partner(AWARD_PARTNERS, AWARD_PARTNERS),
    ),
    "partner:awards-lot-approve": partner(HEADS, HEADS),
    "partner:habilitations": partner(PARTNERS),
    "partner:conventions-one": partner(PARTNER_FILERS),
    "partner:conventions-pdf": partner(PARTNER_FILERS),
    "partner:conventions-sign": partner(HEADS, HEADS),
    "partner:conventions-decline": partner(HEADS, HEADS),
    "partner:conventions-verify": partner(PARTNER_FILERS, PARTNER_FILERS),
    "partner:conventions-observe": partner(HEADS, HEADS),
    "partner:conventions-end": partner(HEADS, HEADS),
    "partner:conventions-letter": partner(PARTNER_FILERS, HEADS),
    "partner:conventions-letter-pdf": partner(PARTNER_FILERS),
    "partner:applications": partner(PARTNER_FILERS),
    "partner:documents": partner(PARTNER_FILERS),
    "partner:documents-attach": partner(PARTNER_FILERS, PARTNER_FILERS),
    "partner:documents-piece": partner(PARTNER_FILERS),
    "partner:documents-detach": partner(PARTNER_FILERS, PARTNER_FILERS),
    "partner:team": partner(PARTNERS),
    "partner:team-invite": partner(HEADS, HEADS),
    "partner:team-renew": partner(None, HEADS),
    "partner:team-revoke": partner(None, HEADS),
    # Likewise the trainer’s.
    "partner:team-end": partner(HEADS | {"trainer"}, HEADS | {"trainer"}),
    "partner:settings": partner(PARTNERS, HEADS),
    "partner:settings-qualiopi": partner(HEADS, HEADS),
    # --- a holder's space ---
    "holder:home": Page(HOLDERS, None, HOLDERS),
    "holder:me": Page(HOLDERS, None, HOLDERS),
    # --- signing in: allauth's own pages ---
    **dict.fromkeys(ALLAUTH_PAGES, ALLAUTH),
}

# Declared apart, with the test that holds each: letters belong to one person, not to a role; the demonstration's door
# exists only there; the API knows keys, not people.
ELSEWHERE = {
    "account:letter": "tests/web/test_account.py",
    "account:mark": "tests/web/test_account.py",
    "demonstration": "tests/demo/test_world.py",
    "demonstration-letters": "tests/demo/test_world.py",
    "api:partners": "tests/web/test_api.py",
    "api:partner": "tests/web/test_api.py",
    **dict.fromkeys(
        ["api:awards", "api:award", "api:awards-lot", "api:awards-lot-prepare"], "tests/web/test_api_awards.py"
    ),
    "api:habilitation": "tests/web/test_habilitations.py",
    "api:habilitations": "tests/web/test_habilitations.py",
    "api:habilitations-check": "tests/web/test_habilitations.py",
    "api:proof": "tests/web/test_proofs.py",
    "api:proofs-check": "tests/web/test_proofs.py",
    "api:openapi-json": "tests/web/test_api.py",
    "api:api-root": "tests/web/test_api.py",
}
