"""Verifiers written by others agree with us, cell by cell; and we accept what they, and 1EdTech, issue.

The table says, for each verifier and each damage, what it must answer. A damage that only we would see would prove
little: each is refused by two verifiers at the least.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws as joserfc_jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import import_key
from jwcrypto.jwk import JWK
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner, OB3LdpVerifier
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3Verifier
from openvc import verify as openvc_verify
from openvc.keys import Ed25519SigningKey
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.vc_jwt import VcJwtProofSuite
from openvc.resolvers import default_status_list_resolver
from openvc.status import build_status_list_entry
from sd_jwt.verifier import SDJWTVerifier

from jurande.core.encoding import base64url
from jurande.core.proof import contexts, jose
from jurande.core.proof.data_integrity import with_proof_object
from jurande.core.proof.did import did_key
from jurande.core.proof.history import DatedKey, KeyHistory
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import KeySigner, public_key_of
from jurande.core.proof.status.bitstring import status_entry
from jurande.core.proof.trust import Trust, TrustedIssuer, did_key_issuer
from jurande.core.proof.verification import State, verify
from tests.core.proof.vectors import needs_vectors, read_json
from tests.core.proof.verification.world import (
    HOLDER,
    LAST_MONTH,
    LIST_URL,
    NOW,
    P256,
    clean_list,
    credential,
    octets,
    sd_token,
    sign,
    status_list,
    trust,
)

SIGNER = KeySigner.from_seed(b"\x2a" * 32)
ISSUER = did_key(SIGNER.public_key)
STRANGER = KeySigner.from_seed(b"\x2b" * 32)
TRUST = Trust.of(did_key_issuer(ISSUER))
# openvc-core ships no Open Badges context: it is given ours.
CONTEXTS = {url: {"@context": contexts.definition(url)} for url in (contexts.OPEN_BADGES_3_0_3,)}
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


class Answer(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    NOT_APPLICABLE = "not applicable"


YES, NO, NONE = Answer.ACCEPT, Answer.REFUSE, Answer.NOT_APPLICABLE


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    # Some of them read the clock, and cannot be told otherwise.
    with time_machine.travel(NOW, tick=False):
        yield


# --- damages ---------------------------------------------------------------------------------------


def base(**changes: Any) -> dict[str, Any]:
    return credential(ISSUER, **changes)


def made_list(*revoked: int) -> bytes:
    return octets(status_list(*revoked, signer=SIGNER, issuer=ISSUER))


type Pair = tuple[dict[str, Any], bytes]

DAMAGES: dict[str, Callable[[], Pair]] = {
    "none": lambda: (sign(base(), SIGNER), made_list()),
    "byte changed": lambda: (sign(base(), SIGNER) | {"name": "Docteur"}, made_list()),
    "signature of another document": lambda: (
        sign(base(), SIGNER) | {"proof": sign(base(name="Docteur"), SIGNER)["proof"]},
        made_list(),
    ),
    "undefined term": lambda: (sign(base(), SIGNER) | {"mention": "A+"}, made_list()),
    "context added": lambda: (
        sign(base(), SIGNER) | {"@context": [*base()["@context"], {"name": "https://pirate.example/#name"}]},
        made_list(),
    ),
    "end hidden": lambda: (_end_hidden(), made_list()),
    "revoked": lambda: (sign(base(), SIGNER), made_list(4242)),
    "list forged": lambda: (
        sign(base(), SIGNER),
        octets(status_list(signer=STRANGER, issuer=ISSUER)),
    ),
    "expired": lambda: (sign(base(validUntil="2026-11-30T00:00:00Z"), SIGNER), made_list()),
    "not begun": lambda: (sign(base(validFrom="2026-12-02T00:00:00Z"), SIGNER), made_list()),
    "swapped issuer": lambda: (
        sign(base(), SIGNER) | {"issuer": {"id": did_key(STRANGER.public_key), "type": ["Profile"]}},
        made_list(),
    ),
    "signed by a stranger": lambda: (sign(base(), STRANGER), made_list()),
    "not signed": lambda: (base(), made_list()),
    "for another purpose": lambda: (sign(base(), SIGNER, purpose="authentication"), made_list()),
}


def _end_hidden() -> dict[str, Any]:
    """An expired credential whose end is written where readers do not look; the signature holds."""
    document = sign(base(validUntil="2026-11-30T00:00:00Z"), SIGNER)
    end = {"@value": document.pop("validUntil"), "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
    return document | {"https://www.w3.org/2018/credentials#validUntil": end}


# --- verifiers -------------------------------------------------------------------------------------


def public_pem(signer: KeySigner) -> bytes:
    return signer.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def with_object(pair: Pair) -> Pair:
    document, found = pair
    one = json.loads(found)
    return (with_proof_object(document) if "proof" in document else document), octets(with_proof_object(one))


def ours(document: dict[str, Any], found: bytes) -> None:
    verify(document, trust=TRUST, now=NOW, status_lists={LIST_URL: found})


def ours_as_an_object(document: dict[str, Any], found: bytes) -> None:
    ours(*with_object((document, found)))


def openvc(document: dict[str, Any], found: bytes) -> None:
    document, found = with_object((document, found))
    policy = openvc_verify.VerificationPolicy(now=NOW, require_status_issuer_binding=True)
    lists = default_status_list_resolver(fetch=lambda url: found.decode())
    openvc_verify.verify_credential(document, policy=policy, resolve_status_list=lists, extra_contexts=CONTEXTS)


def openbadgeslib(document: dict[str, Any], found: bytes) -> None:
    """Anchored to the issuer, as we are; it verifies the signature of lists that are JWTs only."""
    list_document = {name: value for name, value in json.loads(found).items() if name != "proof"}
    signer = SIGNER if SIGNER.verification_method in found.decode() else STRANGER
    token = jose.issue_ob_jwt(list_document, signer=signer, key=signer.public_key)
    verifier = OB3LdpVerifier(public_pem(SIGNER), issuer_did=ISSUER)
    verifier.verify(json.dumps(document), check_status=True, download=lambda url: token.encode())


VERIFIERS = {
    "ours, array": ours,
    "ours, object": ours_as_an_object,
    "openvc-core, object": openvc,
    "openbadgeslib, array": openbadgeslib,
}

TABLE: dict[str, dict[str, Answer]] = {
    name: dict.fromkeys(VERIFIERS, YES if name == "none" else NO) for name in DAMAGES
}


class TestDataIntegrityTable:
    @pytest.mark.parametrize("verifier", VERIFIERS)
    @pytest.mark.parametrize("damage", DAMAGES)
    def test_says_what_each_verifier_answers(self, damage: str, verifier: str) -> None:
        assert answer_of(VERIFIERS[verifier], DAMAGES[damage]()) is TABLE[damage][verifier]

    @pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage != "none"])
    def test_has_each_damage_refused_by_two_programs(self, damage: str) -> None:
        programs = {verifier.partition(",")[0] for verifier, answer in TABLE[damage].items() if answer is NO}
        assert len(programs) >= 2

    def test_has_no_empty_cell(self) -> None:
        assert TABLE.keys() == DAMAGES.keys()
        assert all(row.keys() == VERIFIERS.keys() for row in TABLE.values())


def answer_of(verifier: Callable[..., None], given: tuple[Any, ...]) -> Answer:
    try:
        verifier(*given)
    except Exception:  # each has its own family of refusals; a crash is not one
        return NO
    return YES


# --- tokens ----------------------------------------------------------------------------------------


RSA = KeySigner(f"{ISSUER}#rsa", rsa.generate_private_key(65537, 2048))
RSA_TRUST = Trust.of(
    TrustedIssuer(
        ISSUER,
        KeyHistory(ISSUER, (*did_key_issuer(ISSUER).keys.keys, DatedKey(f"{ISSUER}#rsa", RSA.public_key))),
    )
)


def ob_jwt(signer: KeySigner = RSA, **changes: Any) -> str:
    return jose.issue_ob_jwt(base(**changes), signer=signer)


def altered(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload[:40]}{'A' if payload[40] != 'A' else 'B'}{payload[41:]}.{signature}"


def ours_token(token: str, found: bytes) -> None:
    verify(token, trust=RSA_TRUST, now=NOW, status_lists={LIST_URL: found})


def openbadgeslib_token(token: str, found: bytes) -> None:
    document = {name: value for name, value in json.loads(found).items() if name != "proof"}
    listed = jose.issue_ob_jwt(document, signer=RSA, key=RSA.public_key)
    OB3Verifier(public_pem(RSA), issuer_did=ISSUER).verify(
        token, check_status=True, download=lambda url: listed.encode()
    )


def joserfc_token(token: str, found: bytes) -> None:
    """The signature, and nothing of what the token says."""
    joserfc_jws.deserialize_compact(token, import_key(RSA.public_key.jwk), algorithms=["RS256"])


STOLEN_NAME = KeySigner(RSA.verification_method, rsa.generate_private_key(65537, 2048))
# Ours, openbadgeslib, joserfc; joserfc reads no claim.
TOKEN_DAMAGES: dict[str, tuple[Callable[[], tuple[str, bytes]], tuple[Answer, Answer, Answer]]] = {
    "none": (lambda: (ob_jwt(), made_list()), (YES, YES, YES)),
    "byte changed": (lambda: (altered(ob_jwt()), made_list()), (NO, NO, NO)),
    "revoked": (lambda: (ob_jwt(), made_list(4242)), (NO, NO, NONE)),
    "expired": (lambda: (ob_jwt(validUntil="2026-11-30T00:00:00Z"), made_list()), (NO, NO, NONE)),
    "not begun": (lambda: (ob_jwt(validFrom="2026-12-02T00:00:00Z"), made_list()), (NO, NO, NONE)),
    "signed by a stranger": (lambda: (ob_jwt(STOLEN_NAME), made_list()), (NO, NO, NO)),
    "signed by nobody": (lambda: (_unsigned(ob_jwt()), made_list()), (NO, NO, NO)),
}


def _unsigned(token: str) -> str:
    header = base64url.encode(b'{"alg":"none","typ":"JWT"}')
    return f"{header}.{token.split('.')[1]}."


class TestTokenTable:
    @pytest.mark.parametrize("damage", TOKEN_DAMAGES)
    def test_says_what_each_verifier_answers(self, damage: str) -> None:
        make, answers = TOKEN_DAMAGES[damage]
        for verifier, expected in zip((ours_token, openbadgeslib_token, joserfc_token), answers, strict=True):
            if expected is not NONE:
                assert answer_of(verifier, make()) is expected, verifier.__name__

    def test_has_each_damage_refused_by_two_programs(self) -> None:
        assert all(answers.count(NO) >= 2 for name, (_, answers) in TOKEN_DAMAGES.items() if name != "none")

    def test_has_the_signature_of_a_vc_jwt_read_by_joserfc(self) -> None:
        token = jose.issue_vc_jwt(base(), signer=SIGNER, now=LAST_MONTH)
        key = import_key(SIGNER.public_key.jwk)
        assert json.loads(joserfc_jws.deserialize_compact(token, key, algorithms=["EdDSA"]).payload)["iss"] == ISSUER
        with pytest.raises(BadSignatureError):
            joserfc_jws.deserialize_compact(altered(token), key, algorithms=["EdDSA"])


def ours_sd_jwt(token: str) -> None:
    verify(token, trust=trust(), now=NOW)


def sd_jwt_of_pypi(token: str) -> None:
    SDJWTVerifier(token, lambda *_: JWK(**P256.public_key.jwk)).get_verified_payload()


def _sd_jwt_with(disclosure: str) -> str:
    token, first, second, _ = sd_token().split("~")
    return "~".join(
        {"changed": [token, first[:-4] + "AAAA", second, ""], "twice": [token, first, first, second, ""]}[disclosure]
    )


# sd-jwt reads neither dates nor status: the cell says so.
SD_DAMAGES: dict[str, tuple[Callable[[], str], Answer, Answer]] = {
    "none": (sd_token, YES, YES),
    "byte changed": (lambda: altered(sd_token().partition("~")[0]) + "~", NO, NO),
    "disclosure changed": (lambda: _sd_jwt_with("changed"), NO, NO),
    "disclosure twice": (lambda: _sd_jwt_with("twice"), NO, NO),
    "signed by a stranger": (lambda: sd_token(signer=HOLDER), NO, NO),
    "expired": (lambda: sd_token(claims={"exp": int(NOW.timestamp()) - 1}), NO, NONE),
}


class TestSdJwtTable:
    @pytest.mark.parametrize("damage", SD_DAMAGES)
    def test_says_what_each_verifier_answers(self, damage: str) -> None:
        make, our_answer, their_answer = SD_DAMAGES[damage]
        assert answer_of(ours_sd_jwt, (make(),)) is our_answer
        if their_answer is not NONE:
            assert answer_of(sd_jwt_of_pypi, (make(),)) is their_answer


# --- what others issue -----------------------------------------------------------------------------


def theirs(**changes: Any) -> OpenBadgeCredential:
    achievement = Achievement(
        id="https://imr.example/a/velo",
        name="Réparer un vélo",
        description="Diagnostique et remet en état.",
        criteria_narrative="Trois épreuves sur quatre.",
    )
    asked = {
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "issuer": Issuer(id=ISSUER, name="IMR"),
        "achievement": achievement,
        "recipient_id": "did:example:ines",
        "issuance_date": LAST_MONTH,
    }
    return OpenBadgeCredential(**asked | changes)


def private_pem(signer: KeySigner) -> bytes:
    return signer.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class TestWhatOthersIssue:
    def test_is_accepted_from_openbadgeslib_with_a_proof_inside(self) -> None:
        signed = OB3LdpSigner(private_pem(SIGNER)).sign(theirs(), created=LAST_MONTH)
        assert verify(signed, trust=TRUST, now=NOW).issuer_id == ISSUER

    def test_is_accepted_from_openbadgeslib_as_a_jwt(self) -> None:
        private_key = rsa.generate_private_key(65537, 2048)
        signer = KeySigner(f"{ISSUER}#rsa", private_key)
        token = OB3Signer(private_pem(signer)).sign(theirs())
        known = TrustedIssuer(ISSUER, KeyHistory(ISSUER, (DatedKey(f"{ISSUER}#rsa", public_key_of(private_key)),)))
        assert verify(token, trust=Trust.of(known), now=NOW).issuer_id == ISSUER

    def test_is_accepted_by_openbadgeslib_from_us_as_a_jwt(self) -> None:
        signer = KeySigner(f"{ISSUER}#rsa", rsa.generate_private_key(65537, 2048))
        document = base(credentialStatus=None)
        for key in (None, signer.public_key):
            token = jose.issue_ob_jwt(document, signer=signer, key=key)
            read = OB3Verifier(public_pem(signer)).verify(token)
            assert read.issuer.id == ISSUER

    def test_is_accepted_from_openvc_with_a_proof_inside(self) -> None:
        key = Ed25519SigningKey(SIGNER.private_key, SIGNER.verification_method)
        document = base(credentialStatus=None)
        signed = DataIntegrityProofSuite().add_proof(
            document,
            signing_key=key,
            verification_method=SIGNER.verification_method,
            created=LAST_MONTH,
            extra_contexts=CONTEXTS,
        )
        assert verify(signed, trust=TRUST, now=NOW).issuer_id == ISSUER

    def test_is_refused_from_openvc_as_a_jwt_of_the_old_kind(self) -> None:
        # It signs the VC-JWT of the data model 1.1, with the credential inside a «vc» claim: not what we read.
        key = Ed25519SigningKey(SIGNER.private_key, SIGNER.verification_method)
        token = VcJwtProofSuite().sign(base(credentialStatus=None), signing_key=key)
        assert "vc" in json.loads(_payload(token))
        assert answer_of(ours_token, (token, clean_list())) is NO

    @needs_vectors
    def test_is_accepted_from_1edtech(self) -> None:
        document = read_json("1edtech_complete.json")
        issuer = document["issuer"]["id"]
        method = document["proof"][0]["verificationMethod"]
        key = PublicKey.from_multikey(method.partition("#")[2])
        place = document["credentialStatus"]["id"]
        known = TrustedIssuer(issuer, KeyHistory(issuer, (DatedKey(method, key),)), status_lists=(place,))
        found = {"id": place, "issuer": issuer, "revokedCredential": []}
        report = verify(document, trust=Trust.of(known), now=NOW, status_lists={place: found})
        # Its subject names who assessed it, and nothing shows their right: told, and not refused.
        warned = [(step.code, step.state) for step in report.warnings]
        assert warned == [("status.unsigned_list", State.WARNING), ("authority.source_alone", State.WARNING)]

    def test_gives_statuses_that_others_write_as_we_do(self) -> None:
        theirs_entry = build_status_list_entry(status_list_credential=LIST_URL, index=42)
        ours_entry = status_entry(list_url=LIST_URL, index=42, purpose="revocation")
        assert theirs_entry == {name: value for name, value in ours_entry.items() if name != "id"}


def _payload(token: str) -> bytes:
    return base64url.decode(token.split(".")[1])
