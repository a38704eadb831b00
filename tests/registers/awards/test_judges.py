"""Programs written by others accept a random sample of what the application issued, and refuse it damaged."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import LazySettings
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from jurande.core.proof.keys import PublicKey
from jurande.registers.awards.facts.delegation import authority_in
from jurande.registers.awards.models import Award
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.facts import document_path, list_path
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.queries import public_file, signed_bytes
from jurande.registers.seal.states import Purpose, Reason
from tests import factories
from tests.factories import TODAY
from tests.interop.node_vc import NodeVc, needs_node_vc
from tests.registers.awards import lots, proved
from tests.registers.awards.proved import NOW
from tests.registers.network import habilitations
from tests.registers.seal.homes import PUBLIC_URL, own_home

pytestmark = pytest.mark.django_db
SAMPLE = 6


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    own_home(settings, tmp_path / "home")
    # Some of them read the clock, and cannot be told otherwise.
    with time_machine.travel(NOW, tick=False):
        yield


def a_house_that_issued() -> Certifier:
    """A lot from a sheet, one that ends, one that a partner assessed."""
    design = proved.designed(proved.house())
    lots.issued(design, 20, now=NOW)
    proved.awarded(design, valid_until=TODAY.replace(year=TODAY.year + 3), name=("Thị Hồng Nhung", "Nguyễn"))
    place = factories.partnership(design.certifier)
    row = habilitations.opened(place, now=NOW)
    projection.settle(now=NOW, wait_seconds=5)
    row.refresh_from_db()
    proved.awarded(design, partnership=place, habilitation=row, authority=authority_in(row))
    return design.certifier


def sampled(house: Certifier) -> list[dict[str, Any]]:
    """Some of the lot, and the two that are special; the seed is told when a test fails."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed = {seed}")
    issued = list(Award.objects.filter(certifier=house).order_by("pk"))
    chosen = [*random.Random(seed).sample(issued[:-2], SAMPLE), *issued[-2:]]
    found = [signed_bytes(award.credential) if award.credential is not None else None for award in chosen]
    assert all(found)
    return [json.loads(octets or b"") for octets in found]


def damaged(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same, wrong in one way at a time."""
    renamed = copy.deepcopy(document)
    renamed["credentialSubject"]["identifier"][0]["identityHash"] = "Quelqu’un d’autre"
    yield renamed
    yield {**document, "mention": "A+"}


def published(path: str) -> dict[str, Any]:
    content = public_file(path)
    assert content is not None, path
    found: dict[str, Any] = json.loads(content)
    return found


def documents(house: Certifier) -> dict[str, object]:
    """What the house publishes, by address: its keys one by one, and its lists."""
    did = published(document_path(house.code))
    keys = {
        key["id"]: {"@context": "https://w3id.org/security/multikey/v1", **key} for key in did["verificationMethod"]
    }
    paths = [list_path(house.code, purpose, 1) for purpose in Purpose.values]
    return {did["id"]: did, **keys, **{f"{PUBLIC_URL}/{path}": published(path) for path in paths}}


@needs_node_vc
class TestDigitalBazaar:
    def test_accepts_a_sample_and_refuses_it_damaged(self) -> None:
        house = a_house_that_issued()
        with NodeVc(documents(house)) as judge:
            for document in sampled(house):
                assert judge.verify(document, now=NOW) == []
                for other in damaged(document):
                    assert judge.verify(other, now=NOW)

    def test_reads_what_was_revoked_in_our_lists(self) -> None:
        award = proved.awarded(proved.designed(proved.house()))
        assert award.credential is not None
        document = json.loads(signed_bytes(award.credential) or b"")
        with NodeVc(documents(award.certifier)) as judge:
            assert judge.verify(document, now=NOW) == []
        actor = Actor(code="ANNESOPHIE", certifier_code=award.certifier.code)
        statuses.revoke(credential=award.credential, reason=Reason.FRAUD, actor=actor, now=NOW)
        projection.settle(now=NOW, wait_seconds=5)
        with NodeVc(documents(award.certifier)) as judge:
            assert judge.verify(document, now=NOW) == ["the list for revocation says so"]


class TestOpenbadgeslib:
    def test_accepts_a_sample_and_refuses_it_damaged(self) -> None:
        house = a_house_that_issued()
        did = published(document_path(house.code))
        octets = PublicKey.from_multikey(did["verificationMethod"][0]["publicKeyMultibase"]).octets
        key = Ed25519PublicKey.from_public_bytes(octets)
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        verifier = OB3LdpVerifier(pem, issuer_did=did["id"])
        for document in sampled(house):
            # It reads lists that are JWTs only: the other judge reads ours.
            verifier.verify(json.dumps(document), check_status=False)
            for other in damaged(document):
                with pytest.raises(LibOpenBadgesException):
                    verifier.verify(json.dumps(other), check_status=False)
