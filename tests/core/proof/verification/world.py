"""A small world where everything verifies: a certifier, its partners, keys, a status list, a log. All invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jurande.core.encoding.bits import BitString
from jurande.core.log.offline import OfflineProof
from jurande.core.log.policies import Policy, parse_policy
from jurande.core.log.proofs import inclusion_proof
from jurande.core.proof import contexts, jose, sd_jwt
from jurande.core.proof.commitment import Opening, committed_bytes, extra_bytes, issuance_entry
from jurande.core.proof.data_integrity import ProofOptions, add_proof
from jurande.core.proof.did import did_key
from jurande.core.proof.history import AUTHENTICATION, Compromise, DatedKey, KeyHistory
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.status.bitstring import LEAST_ENTRIES, list_credential, status_entry
from jurande.core.proof.trust import Interruption, Trust, TrustedIssuer, trust_json
from jurande.core.proof.verification import Expectations
from jurande.core.proof.verification.authority import VC_MEDIA_TYPE, digest_sri
from tests.core.log import samples as log_samples

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LAST_MONTH = NOW - timedelta(days=30)
ROTATION = datetime(2026, 6, 1, tzinfo=UTC)
THEFT = datetime(2026, 11, 15, tzinfo=UTC)

CERTIFIER = "did:web:imr.example"
PARTNER = "did:web:mistral.example"
OTHER = "did:web:autre.example"
LIST_URL = "https://imr.example/statuts/1"
SUSPENSION_URL = "https://imr.example/statuts/2"
INDEX = 4242
ACHIEVEMENT = "https://imr.example/a/velo"
LOG_SIZE_BEFORE_THEFT = 6


def ed25519(seed: int, address: str) -> KeySigner:
    return KeySigner.from_seed(bytes([seed]) * 32, address)


CURRENT = ed25519(1, f"{CERTIFIER}#courante")
RETIRED = ed25519(2, f"{CERTIFIER}#ancienne")
STOLEN = ed25519(3, f"{CERTIFIER}#volee")
LOGIN = ed25519(4, f"{CERTIFIER}#connexion")
P256 = KeySigner(f"{CERTIFIER}#p256", ec.derive_private_key(11, ec.SECP256R1()))
PARTNER_KEY = ed25519(5, f"{PARTNER}#cle")
OTHER_KEY = ed25519(6, f"{OTHER}#cle")
STRANGER = ed25519(7, "")
FREELANCE = ed25519(8, "")
FREELANCE_ID = did_key(FREELANCE.public_key)
STRANGER_ID = did_key(STRANGER.public_key)
HOLDER = KeySigner("", ec.derive_private_key(12, ec.SECP256R1()))


@cache
def rsa_signer() -> KeySigner:
    """One RSA key for the whole run: drawing one is slow."""
    return KeySigner(f"{CERTIFIER}#rsa", rsa.generate_private_key(65537, 2048))


def certifier(**changes: Any) -> TrustedIssuer:
    theft = Compromise(THEFT, log_samples.ORIGIN, LOG_SIZE_BEFORE_THEFT)
    keys = (
        DatedKey(CURRENT.verification_method, CURRENT.public_key, since=ROTATION),
        DatedKey(RETIRED.verification_method, RETIRED.public_key, until=ROTATION),
        DatedKey(STOLEN.verification_method, STOLEN.public_key, until=THEFT, compromise=theft),
        DatedKey(LOGIN.verification_method, LOGIN.public_key, purposes=frozenset({AUTHENTICATION})),
        DatedKey(P256.verification_method, P256.public_key),
        DatedKey(rsa_signer().verification_method, rsa_signer().public_key),
    )
    issuer = TrustedIssuer(
        CERTIFIER,
        KeyHistory(CERTIFIER, keys),
        name="Institut des métiers de la réparation",
        domain="imr.example",
        registration="SIREN 123 456 789",
        status_lists=("https://imr.example/statuts/",),
        may_habilitate=True,
    )
    return replace(issuer, **changes)


def trust(*, log_policy: Policy | None = log_samples.POLICY, **changes: Any) -> Trust:
    """Trust in the certifier (with ``changes``), in its partner when habilitated, in another certifier, in the log."""

    def issuer(did: str, signer: KeySigner, **more: Any) -> TrustedIssuer:
        key = DatedKey(signer.verification_method, signer.public_key)
        return TrustedIssuer(did, KeyHistory(did, (key,)), **more)

    partner = issuer(PARTNER, PARTNER_KEY, name="Ateliers Mistral Formation", habilitated_by=CERTIFIER)
    return Trust.of(certifier(**changes), partner, issuer(OTHER, OTHER_KEY, name="Autre"), log_policy=log_policy)


def policy_text(policy: Policy) -> str:
    lines = [f"log {key.text}" for key in policy.logs]
    lines += [f"witness {name} {key.text}" for name, key in policy.witnesses.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}", ""])


def trust_file(given: Trust) -> bytes:
    file: dict[str, Any] = dict(trust_json(given))
    if given.log_policy is not None:
        file["log_policy"] = policy_text(given.log_policy)
        assert parse_policy(file["log_policy"].encode()).logs == given.log_policy.logs
    return json.dumps(file).encode()


def credential(issuer: str | dict[str, Any] = CERTIFIER, **changes: Any) -> dict[str, Any]:
    """A small Open Badges credential; a change of ``None`` takes a member away."""
    document: dict[str, Any] = {
        "@context": [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3],
        "id": "https://imr.example/c/7KQ2MZ",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"]} if isinstance(issuer, str) else issuer,
        "validFrom": "2026-11-01T08:00:00Z",
        "validUntil": "2031-11-01T08:00:00Z",
        "name": "Réparer un vélo à assistance électrique",
        "credentialSubject": {
            "id": "did:example:ines",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": ACHIEVEMENT,
                "type": ["Achievement"],
                "name": "Réparer un vélo à assistance électrique",
                "description": "Diagnostique et remet en état.",
                "criteria": {"id": f"{ACHIEVEMENT}#criteria", "narrative": "Trois épreuves sur quatre."},
            },
        },
        "credentialStatus": status_entry(list_url=LIST_URL, index=INDEX, purpose="revocation"),
    }
    document |= changes
    return {name: value for name, value in document.items() if value is not None}


def sign(document: Mapping[str, Any], signer: KeySigner = CURRENT, **options: Any) -> dict[str, Any]:
    made = ProofOptions(**{"created": LAST_MONTH} | options)
    return add_proof(document, signer=signer, options=made, contexts=contexts.ACCEPTED)


def status_list(
    *revoked: int,
    signer: KeySigner = CURRENT,
    issuer: str = CERTIFIER,
    url: str = LIST_URL,
    purpose: str = "revocation",
    signed_at: datetime = NOW - timedelta(hours=1),
    days: float = 2,
    **changes: Any,
) -> dict[str, Any]:
    """The signed list, where the places ``revoked`` say so."""
    document = list_credential(
        list_url=url,
        issuer=issuer,
        purpose=purpose,
        bits=BitString.zeros(LEAST_ENTRIES).replaced(revoked, True),
        valid_from=signed_at,
        valid_until=signed_at + timedelta(days=days),
    )
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    subject |= changes.pop("subject", {})
    document = {name: value for name, value in (document | changes).items() if value is not None}
    return add_proof(document, signer=signer, options=ProofOptions(created=signed_at))


def habilitation(partner: str = FREELANCE_ID, *, issuer: str = CERTIFIER, **changes: Any) -> dict[str, Any]:
    """What lets ``partner`` issue the achievement, ready to be signed."""
    subject = {
        "id": partner,
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://imr.example/habilitation",
            "type": ["Achievement"],
            "name": "Habilitation à évaluer",
            "description": "Peut délivrer ce qui suit.",
            "criteria": {"id": "https://imr.example/habilitation#criteria", "narrative": "Audit favorable."},
            "related": [{"type": ["Related"], "id": ACHIEVEMENT}],
        },
    }
    subject |= changes.pop("subject", {})
    document = credential(
        issuer,
        id="https://imr.example/h/1",
        name="Habilitation",
        credentialSubject=subject,
        credentialStatus=status_entry(list_url=LIST_URL, index=99, purpose="revocation"),
        validFrom="2026-01-01T00:00:00Z",
        validUntil="2028-01-01T00:00:00Z",
    )
    return {name: value for name, value in (document | changes).items() if value is not None}


def delegated(*habilitations: str, issuer: str = FREELANCE_ID, signer: KeySigner = FREELANCE, **changes: Any) -> Any:
    """A credential signed by a partner, whose profile carries these habilitations."""
    profile: dict[str, Any] = {"id": issuer, "type": ["Profile"]}
    if habilitations:
        profile["endorsementJwt"] = list(habilitations)
    return sign(credential(profile, credentialStatus=None, **changes), signer)


def habilitation_jwt(signer: KeySigner = CURRENT, **changes: Any) -> str:
    return jose.issue_vc_jwt(habilitation(**changes), signer=signer, now=LAST_MONTH)


SOURCE = "https://imr.example/habilitations/1/#organisme"


def source_habilitation(partner: str = SOURCE, **changes: Any) -> bytes:
    """The signed habilitation of a body that has no key: a page of the certifier's names it."""
    signer = changes.pop("signer", CURRENT)
    return octets(sign(habilitation(partner, **changes), signer))


def with_source(bound: bytes | None, *, created: datetime = LAST_MONTH, **changes: Any) -> dict[str, Any]:
    """A credential that the certifier signs, where a body assessed; it binds the habilitation ``bound``."""
    profile = {"id": SOURCE, "type": ["Profile"], "name": "Ateliers Mistral Formation"}
    subject = credential()["credentialSubject"] | {"source": profile | changes.pop("source", {})}
    related = None
    if bound is not None:
        address = json.loads(bound)["id"]
        related = [{"id": address, "mediaType": VC_MEDIA_TYPE, "digestSRI": digest_sri(bound)}]
    made = {"credentialSubject": subject | changes.pop("subject", {}), "relatedResource": related}
    return sign(credential(**made | changes), created=created)


def interrupted(since: datetime, until: datetime | None = None) -> Trust:
    """Trust in a certifier that says when it interrupted its habilitation."""
    return trust(interruptions=(Interruption("https://imr.example/h/1", since, until),))


OPENING = Opening("7KQ2MZ", b"\x2a" * 32)


def shown_in_log(
    signed: Mapping[str, Any] | str,
    *,
    index: int = 2,
    opening: Opening = OPENING,
    extra: bytes | None = b"",
    size: int = 12,
    witnesses: tuple[int, ...] = (),
) -> bytes:
    """The ``.tlog-proof`` of a log of ``size`` entries where the credential is at ``index``."""
    rows = log_samples.entries(size)
    rows[index] = issuance_entry(committed_bytes(signed), opening)
    store = log_samples.build(rows, *witnesses)
    path = inclusion_proof(store.read, index, size)
    told = extra_bytes(opening) if extra == b"" else extra
    return OfflineProof(index, path, store.files["checkpoint"], told).octets


SALTS = [bytes([number]) * 16 for number in range(1, 3)]


def sd_token(**changes: Any) -> str:
    claims = {"given_name": "Inès", "family_name": "Carvalho", "level": "2"} | changes.pop("claims", {})
    asked: dict[str, Any] = {
        "vct": "https://imr.example/vct/velo",
        "issuer": CERTIFIER,
        "disclosable": ["given_name", "family_name"],
        "salts": SALTS,
        "signer": P256,
        "now": LAST_MONTH,
        "holder_key": HOLDER.public_key,
    }
    return sd_jwt.issue_sd_jwt(claims, **asked | changes)


def octets(value: Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value, ensure_ascii=False).encode()


@dataclass
class Attempt:
    """Something handed over to be verified, and all that comes with it."""

    content: bytes
    trust: Trust = field(default_factory=trust)
    status_lists: dict[str, bytes] = field(default_factory=dict)
    habilitations: list[bytes] = field(default_factory=list)
    log_proof: bytes | None = None
    expected: Expectations = field(default_factory=Expectations)
    now: datetime = NOW


@cache
def clean_list() -> bytes:
    return octets(status_list())


def attempt(content: Mapping[str, Any] | str | bytes, **changes: Any) -> Attempt:
    """An attempt whose status list revokes nobody."""
    lists = {url: octets(found) for url, found in changes.pop("lists", {LIST_URL: clean_list()}).items()}
    return Attempt(octets(content), status_lists=lists, **changes)
