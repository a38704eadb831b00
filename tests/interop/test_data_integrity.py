# SPDX-License-Identifier: Apache-2.0
"""Programs written by people we have never met accept what we issue, refuse it once damaged, and we accept theirs."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import openvc.proof.errors
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner, OB3LdpVerifier
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EddsaJcsProofSuite

from jurande.core.encoding import multibase
from jurande.core.proof import contexts
from jurande.core.proof.data_integrity import (
    Cryptosuite,
    Expected,
    Proof,
    ProofOptions,
    add_proof,
    verify_proofs,
    with_proof_object,
)
from jurande.core.proof.errors import ProofError
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.template import Template, with_fields
from tests.core.proof.documents import NOW, ONE_SIGNER, OTHER_SIGNER, a_credential
from tests.interop.node_vc import NodeRefused, NodeVc, needs_node_vc

THEN = datetime(2026, 11, 21, tzinfo=UTC)


def a_foreign_credential() -> dict[str, Any]:
    """Valid for long: these programs read the clock, and want the subject's and the issuer's usual members."""
    return {**a_credential(), "validFrom": "2020-01-01T00:00:00Z"}


def issued(suite: Cryptosuite = Cryptosuite.EDDSA_RDFC_2022) -> dict[str, Any]:
    return add_proof(a_foreign_credential(), signer=ONE_SIGNER, options=ProofOptions(created=THEN, suite=suite))


def accepted_by_us(document: dict[str, Any]) -> None:
    def resolve(proof: Proof) -> PublicKey:
        return PublicKey.from_multikey(proof.verification_method.partition("#")[2])

    verified = verify_proofs(document, resolve=resolve, expected=Expected(now=NOW))
    assert verified.document == {name: value for name, value in document.items() if name != "proof"}


def damaged(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same credential, wrong in one way at a time."""
    for path, value in (
        (("credentialSubject", "achievement", "name"), "Réparer un avion"),
        (("issuer", "name"), "Institut d’à côté"),
        (("credentialSubject", "id"), "did:example:malo"),
        (("grade",), "A+"),
        (("credentialSubject", "grade"), "A+"),
    ):
        other: Any = copy.deepcopy(document)
        inner = other
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        yield other


def pem(private_key: Any) -> bytes:
    found: bytes = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return found


class TestOpenvc:
    """openvc-core wants the proof as an object."""

    @pytest.mark.parametrize(
        ("suite", "program"),
        [(Cryptosuite.EDDSA_RDFC_2022, DataIntegrityProofSuite), (Cryptosuite.EDDSA_JCS_2022, EddsaJcsProofSuite)],
    )
    def test_accepts_what_we_issue_and_refuses_it_damaged(self, suite: Cryptosuite, program: Any) -> None:
        document = with_proof_object(issued(suite))
        extra = {url: {"@context": contexts.definition(url)} for url in contexts.FILES}
        options = {"now": NOW} if program is EddsaJcsProofSuite else {"now": NOW, "extra_contexts": extra}
        assert program().verify(document, **options).credential == document
        for other in damaged(document):
            with pytest.raises(openvc.proof.errors.ProofError):
                program().verify(other, **options)

    def test_issues_what_we_accept(self) -> None:
        extra = {url: {"@context": contexts.definition(url)} for url in contexts.FILES}
        key = Ed25519SigningKey(ONE_SIGNER.private_key, kid="k")
        document = DataIntegrityProofSuite().add_proof(
            a_foreign_credential(),
            signing_key=key,
            verification_method=ONE_SIGNER.verification_method,
            created=THEN,
            extra_contexts=extra,
        )
        accepted_by_us(document)
        assert document == with_proof_object(issued())

    @pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
    def test_issues_ecdsa_that_we_accept(self, curve: ec.EllipticCurve) -> None:
        ours = KeySigner("", ec.generate_private_key(curve))
        program = P256SigningKey if curve.key_size == 256 else P384SigningKey
        multikey = ours.public_key.multikey
        extra = {url: {"@context": contexts.definition(url)} for url in contexts.FILES}
        document = EcdsaRdfcProofSuite().add_proof(
            a_foreign_credential(),
            signing_key=program(ours.private_key, kid="k"),
            verification_method=f"did:key:{multikey}#{multikey}",
            created=THEN,
            extra_contexts=extra,
        )
        accepted_by_us(document)
        for other in damaged(document):
            with pytest.raises(ProofError):
                accepted_by_us(other)


class TestOpenBadgesLib:
    """openbadgeslib takes the array, as 1EdTech's schema wants it."""

    def test_accepts_what_we_issue_and_refuses_it_damaged(self) -> None:
        verifier = OB3LdpVerifier(issuer_did=ONE_SIGNER.verification_method.partition("#")[0])
        document = issued()
        assert verifier.verify(document).id == document["id"]
        for other in damaged(document):
            with pytest.raises(LibOpenBadgesException):
                verifier.verify(other)

    def test_accepts_what_a_template_makes(self) -> None:
        skeleton = a_foreign_credential()
        skeleton["id"] = "https://seal.example/c/((code))"
        skeleton["credentialSubject"]["id"] = "((learner))"
        batch = Template(with_fields(skeleton)).batch(signer=ONE_SIGNER, created=THEN)
        verifier = OB3LdpVerifier(issuer_did=ONE_SIGNER.verification_method.partition("#")[0])
        for code in ("A1", "é", "a'b"):
            octets = batch.issue({"code": code, "learner": "did:example:ines"})
            assert verifier.verify(octets).id == f"https://seal.example/c/{code}"

    def test_issues_what_we_accept(self) -> None:
        signer = OB3LdpSigner(pem(OTHER_SIGNER.private_key))
        credential = OpenBadgeCredential(
            issuer=Issuer(id=signer.verification_method.partition("#")[0], name="Ailleurs", url="https://a.example"),
            achievement=Achievement(
                id="https://a.example/a",
                name="Souder",
                description="Soude l’acier.",
                criteria_narrative="Deux épreuves.",
            ),
            recipient_id="did:example:maud",
            issuance_date=THEN,
        )
        document = signer.sign(credential, created=THEN)
        accepted_by_us(document)
        for other in damaged(document):
            with pytest.raises(ProofError):
                accepted_by_us(other)


@pytest.fixture(scope="module")
def node() -> Iterator[NodeVc]:
    with NodeVc() as running:
        yield running


@needs_node_vc
class TestDigitalBazaar:
    def test_accepts_what_we_issue_and_refuses_it_damaged(self, node: NodeVc) -> None:
        for document in (issued(), with_proof_object(issued())):
            assert node.verify(document, now=NOW) == []
            for other in damaged(document):
                assert node.verify(other, now=NOW)

    def test_issues_what_we_accept(self, node: NodeVc) -> None:
        multikey = ONE_SIGNER.public_key.multikey
        key = {
            "@context": contexts.MULTIKEY_V1,
            "type": "Multikey",
            "id": ONE_SIGNER.verification_method,
            "controller": f"did:key:{multikey}",
            "publicKeyMultibase": multikey,
            "secretKeyMultibase": multibase.encode(b"\x80\x26" + bytes(range(32))),
        }
        document = node.issue(a_foreign_credential(), key=key, created=THEN)
        accepted_by_us(document)
        assert document["proof"]["proofValue"] == issued()["proof"][0]["proofValue"]
        with pytest.raises(NodeRefused):
            node.issue({**a_foreign_credential(), "grade": "A+"}, key=key, created=THEN)

    def test_has_the_same_canonical_form_of_hostile_texts(self, node: NodeVc) -> None:
        """Control characters are refused in what we issue; whoever signs them elsewhere must still be understood."""
        credential = a_foreign_credential()
        credential["name"] = '\x00\x07\b\t\n\x0b\f\r\x1b\x7f\x80\x85\u2028\ufeff"\\é\U0001f600'
        document = add_proof(credential, signer=ONE_SIGNER, options=ProofOptions(created=THEN))
        assert node.verify(json.loads(json.dumps(document)), now=NOW) == []
