"""A5: every way to make a revoked credential look good, or to make the list say something else."""

from __future__ import annotations

import gzip
import zlib
from datetime import timedelta
from typing import Any

from jurande.core.encoding import base64url
from jurande.core.encoding.bits import BitString
from jurande.core.proof import jose
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.status.bitstring import LEAST_ENTRIES, encode_list, status_entry
from tests.core.proof.verification.failures.catalogue import add, changed, fails
from tests.core.proof.verification.world import (
    CERTIFIER,
    CURRENT,
    HOLDER,
    INDEX,
    LAST_MONTH,
    LIST_URL,
    LOGIN,
    NOW,
    OTHER,
    OTHER_KEY,
    P256,
    PARTNER,
    PARTNER_KEY,
    RETIRED,
    STRANGER,
    SUSPENSION_URL,
    Attempt,
    attempt,
    credential,
    sd_token,
    sign,
    status_list,
    trust,
)

ENTRY: dict[str, Any] = dict(status_entry(list_url=LIST_URL, index=INDEX, purpose="revocation"))


def with_entry(**changes: Any) -> dict[str, Any]:
    """A credential whose issuer signed this status entry."""
    return sign(credential(credentialStatus={k: v for k, v in (ENTRY | changes).items() if v is not ...}))


def with_list(found: dict[str, Any] | str | bytes) -> Attempt:
    return attempt(sign(credential()), lists={LIST_URL: found})


@fails("A5", 5, "status.revoked")
def revoked() -> Attempt:
    return with_list(status_list(INDEX))


@fails("A5", 5, "status.revoked")
def revoked_among_many() -> Attempt:
    return with_list(status_list(*range(0, LEAST_ENTRIES, 3), INDEX))


@fails("A5", 5, "status.revoked")
def revoked_and_expired() -> Attempt:
    document = sign(credential(validUntil="2026-11-30T00:00:00Z"))
    return attempt(document, lists={LIST_URL: status_list(INDEX)})


@fails("A5", 5, "status.suspended")
def suspended() -> Attempt:
    entry = status_entry(list_url=SUSPENSION_URL, index=7, purpose="suspension")
    found = status_list(7, url=SUSPENSION_URL, purpose="suspension")
    return attempt(sign(credential(credentialStatus=entry)), lists={SUSPENSION_URL: found})


@fails("A5", 5, "status.suspended")
def suspended_in_the_second_of_two_entries() -> Attempt:
    second = status_entry(list_url=SUSPENSION_URL, index=7, purpose="suspension")
    lists = {LIST_URL: status_list(), SUSPENSION_URL: status_list(7, url=SUSPENSION_URL, purpose="suspension")}
    return attempt(sign(credential(credentialStatus=[ENTRY, second])), lists=lists)


@fails("A5", 5, "status.revoked")
def revoked_in_a_jwt() -> Attempt:
    token = jose.issue_vc_jwt(credential(), signer=CURRENT, now=LAST_MONTH)
    return attempt(token, lists={LIST_URL: status_list(INDEX)})


@fails("A5", 5, "status.revoked")
def revoked_by_a_list_that_is_a_jwt() -> Attempt:
    document = {name: value for name, value in status_list(INDEX).items() if name != "proof"}
    return with_list(jose.issue_vc_jwt(document, signer=CURRENT, now=NOW - timedelta(hours=1)))


@fails("A5", 4, "signature.wrong")
def status_dropped_from_the_signed_credential() -> Attempt:
    return attempt(changed(sign(credential()), "credentialStatus", ...))


@fails("A5", 5, "status.required")
def status_never_put_by_an_issuer_that_always_puts_one() -> Attempt:
    return attempt(sign(credential(credentialStatus=None)), trust=trust(requires_status=True))


@fails("A5", 5, "status.required")
def status_given_as_an_empty_array() -> Attempt:
    # In RDF an empty array says nothing: the signature of a credential without status holds.
    document = sign(credential(credentialStatus=None)) | {"credentialStatus": []}
    return attempt(document, trust=trust(requires_status=True))


@fails("A5", 4, "signature.wrong")
def status_pointed_at_another_place() -> Attempt:
    return attempt(changed(sign(credential()), "credentialStatus.statusListIndex", "1"))


@fails("A5", 4, "signature.wrong")
def status_pointed_at_an_attackers_list() -> Attempt:
    return attempt(changed(sign(credential()), "credentialStatus.statusListCredential", "https://pirate.example/1"))


@fails("A5", 5, "status.foreign_address")
def status_at_an_address_that_is_not_the_issuers() -> Attempt:
    url = "https://pirate.example/statuts/1"
    return attempt(with_entry(statusListCredential=url, id=f"{url}#1"), lists={url: status_list(url=url)})


@fails("A5", 5, "status.foreign_address")
def status_at_an_address_that_begins_like_the_issuers() -> Attempt:
    url = "https://imr.example/statuts.pirate.example/1"
    return attempt(with_entry(statusListCredential=url, id=f"{url}#1"), lists={url: status_list(url=url)})


@fails("A5", 5, "status.list_absent", undecided=True)
def list_absent() -> Attempt:
    return attempt(sign(credential()), lists={})


@fails("A5", 6, "dates.expired")
def list_absent_but_the_credential_is_over_anyway() -> Attempt:
    return attempt(sign(credential(validUntil="2026-11-30T00:00:00Z")), lists={})


@fails("A5", 5, "status.other_issuer")
def list_signed_by_another_trusted_issuer() -> Attempt:
    return with_list(status_list(issuer=OTHER, signer=OTHER_KEY))


@fails("A5", 5, "status.other_issuer")
def list_signed_by_a_stranger() -> Attempt:
    stranger = STRANGER.verification_method.partition("#")[0]
    return with_list(status_list(issuer=stranger, signer=STRANGER))


@fails("A5", 5, "status.list.key.not_the_issuers")
def list_signed_by_a_stranger_in_the_issuers_name() -> Attempt:
    return with_list(status_list(signer=STRANGER))


@fails("A5", 5, "status.list.signature.wrong")
def list_signed_by_a_stranger_under_the_issuers_key_address() -> Attempt:
    return with_list(status_list(signer=KeySigner(CURRENT.verification_method, STRANGER.private_key)))


@fails("A5", 5, "status.list.key.retired")
def list_signed_by_a_retired_key() -> Attempt:
    return with_list(status_list(signer=RETIRED))


@fails("A5", 5, "status.list.key.purpose")
def list_signed_by_a_key_for_signing_in() -> Attempt:
    return with_list(status_list(signer=LOGIN))


@fails("A5", 5, "status.list.signature.wrong")
def list_with_one_bit_put_back() -> Attempt:
    found = status_list(INDEX)
    found["credentialSubject"]["encodedList"] = encode_list(BitString.zeros(LEAST_ENTRIES))
    return with_list(found)


@fails("A5", 5, "status.list.proof.absent")
def list_that_nobody_signed() -> Attempt:
    return with_list(changed(status_list(), "proof", ...))


@fails("A5", 5, "status.other_list")
def list_of_another_address() -> Attempt:
    return with_list(status_list(url=SUSPENSION_URL))


@fails("A5", 5, "status.other_purpose")
def list_for_another_purpose() -> Attempt:
    return with_list(status_list(purpose="suspension"))


@fails("A5", 5, "status.other_purpose")
def list_of_several_other_purposes() -> Attempt:
    return with_list(status_list(subject={"statusPurpose": ["suspension", "refresh"]}))


@fails("A5", 5, "status.revoked")
def revoked_in_a_list_of_several_purposes() -> Attempt:
    return with_list(status_list(INDEX, subject={"statusPurpose": ["suspension", "revocation"]}))


@fails("A5", 5, "status.list_expired", undecided=True)
def list_expired() -> Attempt:
    return with_list(status_list(signed_at=NOW - timedelta(days=3)))


@fails("A5", 5, "status.list_stale", undecided=True)
def list_of_the_past_without_an_end() -> Attempt:
    return with_list(status_list(signed_at=NOW - timedelta(days=8), validUntil=None))


@fails("A5", 5, "status.list_not_yet_valid")
def list_of_the_future() -> Attempt:
    document = status_list(signed_at=NOW - timedelta(hours=1), validFrom="2026-12-02T00:00:00Z")
    return with_list(document)


@fails("A5", 5, "status.list.proof.created_in_future")
def list_signed_in_the_future() -> Attempt:
    return with_list(status_list(signed_at=NOW + timedelta(hours=1)))


@fails("A5", 5, "status.list_type")
def list_that_is_an_ordinary_credential() -> Attempt:
    return with_list(sign(credential(id=LIST_URL), created=NOW - timedelta(hours=1)))


@fails("A5", 5, "status.list.carrier.unknown")
def list_that_is_a_web_page_of_errors() -> Attempt:
    return with_list(b"404 not found")


INDEXES: dict[str, tuple[Any, str]] = {
    "index_beyond_the_list": (str(LEAST_ENTRIES), "status.index_outside"),
    "index_negative": ("-1", "status.index"),
    "index_of_two_to_the_53": (str(2**53), "status.index"),
    "index_of_four_hundred_digits": ("9" * 400, "status.index"),
    "index_with_a_leading_zero": (f"0{INDEX}", "status.index"),
    "index_with_a_sign": (f"+{INDEX}", "status.index"),
    "index_with_a_space": (f" {INDEX}", "status.index"),
    "index_in_other_digits": ("٤٢٤٢", "status.index"),
    "index_in_hexadecimal": ("0x1092", "status.index"),
    "index_with_an_exponent": ("4e3", "status.index"),
    "index_empty": ("", "status.index"),
}
for name, (value, code) in INDEXES.items():
    add(name, "A5", 5, code, lambda value=value: attempt(with_entry(statusListIndex=value)))


@fails("A5", 5, "status.purpose")
def entry_with_an_unknown_purpose() -> Attempt:
    return attempt(with_entry(statusPurpose="honour"))


@fails("A5", 5, "status.purpose")
def entry_with_two_purposes() -> Attempt:
    return attempt(with_entry(statusPurpose=["revocation", "suspension"]))


@fails("A5", 5, "status.index")
def entry_without_index() -> Attempt:
    return attempt(with_entry(statusListIndex=...))


@fails("A5", 5, "status.too_many")
def entries_by_the_dozen() -> Attempt:
    entries = [dict(status_entry(list_url=LIST_URL, index=n, purpose="revocation")) for n in range(12)]
    return attempt(sign(credential(credentialStatus=entries)))


ENCODINGS: dict[str, tuple[str, str]] = {
    "list_too_short": ("u" + base64url.encode(gzip.compress(bytes(1024), mtime=0)), "status.list_short"),
    "list_without_its_multibase_letter": (encode_list(BitString.zeros(LEAST_ENTRIES))[1:], "status.list_encoding"),
    "list_in_padded_base64": (encode_list(BitString.zeros(LEAST_ENTRIES)) + "==", "status.list_encoding"),
    "list_that_is_not_compressed": ("u" + base64url.encode(bytes(LEAST_ENTRIES // 8)), "status.list_damaged"),
    "list_compressed_as_zlib": (
        "u" + base64url.encode(zlib.compress(bytes(LEAST_ENTRIES // 8))),
        "status.list_damaged",
    ),
    "list_cut_short": (
        "u" + base64url.encode(gzip.compress(bytes(LEAST_ENTRIES // 8), mtime=0)[:-4]),
        "status.list_damaged",
    ),
    "list_that_is_a_bomb": (
        "u" + base64url.encode(gzip.compress(bytes(17 * 1024 * 1024), mtime=0)),
        "status.list_bomb",
    ),
    "list_followed_by_another": (
        "u" + base64url.encode(gzip.compress(bytes(LEAST_ENTRIES // 8), mtime=0) * 2),
        "status.list_damaged",
    ),
}
for name, (text, code) in ENCODINGS.items():
    add(name, "A5", 5, code, lambda text=text: with_list(status_list(subject={"encodedList": text})))


@fails("A5", 5, "status.unknown_kind", undecided=True)
def status_of_an_unknown_kind() -> Attempt:
    # «1EdTechCredentialRefresh» is a word of the vocabulary, and no kind of status.
    context = [*credential()["@context"], "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    entry = {"id": "https://imr.example/refresh", "type": "1EdTechCredentialRefresh"}
    return attempt(sign(credential(**{"@context": context}, credentialStatus=entry)))


# --- the lists of others ---------------------------------------------------------------------------

EDTECH_URL = "https://imr.example/statuts/revocations"


def edtech(found: object, *, url: str = EDTECH_URL) -> Attempt:
    context = [*credential()["@context"], "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    entry = {"id": url, "type": "1EdTechRevocationList"}
    document = sign(credential(**{"@context": context}, credentialStatus=entry))
    return attempt(document, lists={url: found})


@fails("A5", 5, "status.revoked")
def revoked_in_a_list_of_identifiers() -> Attempt:
    revoked = [{"id": credential()["id"], "revoked": True, "revocationReason": "Erreur de saisie"}]
    return edtech({"id": EDTECH_URL, "issuer": CERTIFIER, "revokedCredential": revoked})


@fails("A5", 5, "status.other_issuer")
def list_of_identifiers_of_another_issuer() -> Attempt:
    return edtech({"id": EDTECH_URL, "issuer": OTHER, "revokedCredential": []})


@fails("A5", 5, "status.list_unsigned", undecided=True)
def list_of_identifiers_at_an_address_that_trust_does_not_name() -> Attempt:
    url = "https://ailleurs.example/revocations"
    return edtech({"id": url, "issuer": CERTIFIER, "revokedCredential": []}, url=url)


@fails("A5", 5, "encoding.json.duplicate_key")
def list_of_identifiers_that_says_two_things() -> Attempt:
    return edtech(b'{"id":"a","id":"b"}')


TOKEN_URL = "https://imr.example/statuts/jeton"


def token_list(*values: int, signer: KeySigner = P256, typ: str = "statuslist+jwt", **claims: Any) -> str:
    """A list where the first places, of two bits each, hold ``values``."""
    packed = sum(value << 2 * place for place, value in enumerate(values)).to_bytes(64, "little")
    payload: dict[str, Any] = {
        "sub": TOKEN_URL,
        "iat": int((NOW - timedelta(hours=1)).timestamp()),
        "status_list": {"bits": 2, "lst": base64url.encode(zlib.compress(packed))},
    }
    return jose.sign_jws({"typ": typ, "kid": signer.verification_method}, payload | claims, signer)


def with_token_list(found: str, index: Any = 1) -> Attempt:
    token = sd_token(claims={"status": {"status_list": {"idx": index, "uri": TOKEN_URL}}})
    return attempt(token, lists={TOKEN_URL: found})


@fails("A5", 5, "status.revoked")
def revoked_in_a_token_list() -> Attempt:
    return with_token_list(token_list(0, 1))


@fails("A5", 5, "status.suspended")
def suspended_in_a_token_list() -> Attempt:
    return with_token_list(token_list(0, 2))


@fails("A5", 5, "status.unknown_value")
def unknown_value_in_a_token_list() -> Attempt:
    return with_token_list(token_list(0, 3))


@fails("A5", 5, "status.revoked")
def revoked_in_a_token_list_read_from_the_lowest_bit() -> Attempt:
    # Read from the left, as in a bitstring, place 1 would look good.
    return with_token_list(token_list(0, 1, 0, 0))


@fails("A5", 5, "status.index_outside")
def index_beyond_the_token_list() -> Attempt:
    return with_token_list(token_list(0, 0), index=256)


@fails("A5", 5, "status.index")
def index_of_a_token_list_as_text() -> Attempt:
    return with_token_list(token_list(0, 0), index="1")


@fails("A5", 5, "status.other_list")
def token_list_of_another_address() -> Attempt:
    return with_token_list(token_list(0, 0, sub=LIST_URL))


@fails("A5", 5, "status.other_issuer")
def token_list_signed_by_another_issuer() -> Attempt:
    return with_token_list(token_list(0, 0, signer=OTHER_KEY))


@fails("A5", 5, "signature.wrong")
def token_list_signed_under_the_issuers_key_address() -> Attempt:
    return with_token_list(token_list(0, 0, signer=KeySigner(P256.verification_method, HOLDER.private_key)))


@fails("A5", 5, "jwt.typ")
def token_list_of_another_type() -> Attempt:
    return with_token_list(token_list(0, 0, typ="vc+jwt"))


@fails("A5", 5, "status.list_expired", undecided=True)
def token_list_expired() -> Attempt:
    return with_token_list(token_list(0, 0, exp=int(NOW.timestamp()) - 1))


@fails("A5", 5, "status.list_stale", undecided=True)
def token_list_of_the_past() -> Attempt:
    return with_token_list(token_list(0, 0, iat=int((NOW - timedelta(days=8)).timestamp())))


@fails("A5", 5, "status.list_bomb")
def token_list_that_is_a_bomb() -> Attempt:
    bomb = base64url.encode(zlib.compress(bytes(17 * 1024 * 1024)))
    return with_token_list(token_list(status_list={"bits": 1, "lst": bomb}))


@fails("A5", 5, "status.entry")
def status_that_is_only_an_address() -> Attempt:
    document = credential(credentialStatus=ENTRY["id"])
    return attempt(jose.issue_vc_jwt(document, signer=CURRENT, now=LAST_MONTH))


@fails("A5", 5, "status.list_type")
def list_of_identifiers_that_is_an_array() -> Attempt:
    return edtech(b"[]")


@fails("A5", 5, "status.other_issuer")
def list_of_the_partner_for_a_credential_of_its_certifier() -> Attempt:
    return with_list(status_list(issuer=PARTNER, signer=PARTNER_KEY))
