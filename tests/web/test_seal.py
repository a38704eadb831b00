"""The public files of the seal, and the operator's page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from jurande.core.log.offline import parse_offline_proof, verify_offline_proof
from jurande.core.log.policies import Policy, parse_policy
from jurande.core.proof.commitment import committed_bytes, issuance_entry, read_extra
from jurande.core.proof.trust import parse_trust
from jurande.core.proof.verification import Expectations, verify
from jurande.registers.parties.models import Certifier
from jurande.registers.seal import queries
from jurande.registers.seal.models import SealedCredential, SealLog
from jurande.registers.seal.operations import erasure, projection
from jurande.registers.seal.states import Stop
from tests import factories
from tests.registers.seal.homes import one_published, own_home


@pytest.fixture
def certifier(settings: Any, tmp_path: Path, db: None) -> Certifier:
    own_home(settings, tmp_path / "home")
    return factories.certifier()


@pytest.fixture
def published(certifier: Certifier) -> SealedCredential:
    return one_published(certifier)


@pytest.fixture
def operator(client: Client, certifier: Certifier) -> Client:
    person = factories.any_operator()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return factories.enter(client, person)


class TestPublicFiles:
    def test_leave_no_trace_of_who_looks(self, client: Client, published: SealedCredential) -> None:
        for path in ("/registre/checkpoint", f"/c/{published.certifier.code}/did.json"):
            response = client.get(path)
            assert response.status_code == 200
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")

    def test_tiles_are_kept_for_ever_and_the_checkpoint_for_seconds(
        self, client: Client, published: SealedCredential
    ) -> None:
        tile, checkpoint = client.get("/registre/tile/0/000.p/2"), client.get("/registre/checkpoint")
        assert "immutable" in tile["Cache-Control"]
        assert tile["Content-Type"] == "application/octet-stream"
        assert checkpoint["Cache-Control"] == "public, max-age=2"
        assert client.get("/registre/tile/0/000.p/2", headers={"If-None-Match": tile["ETag"]}).status_code == 304

    @pytest.mark.parametrize(
        "path",
        [
            "/registre/tile/0/000.p/3",
            "/registre/tile/0/../checkpoint",
            "/registre/.checkpoint.tmp",
            "/registre/",
            "/statuts/{code}/revocation-2.json",
            "/statuts/{code}/..%2f..%2fkeys%2ffields.key",
            "/preuves/INCONNU000.tlog-proof",
            "/c/INCONNU000/did.json",
        ],
    )
    def test_anything_else_is_not_there(self, client: Client, published: SealedCredential, path: str) -> None:
        assert client.get(path.format(code=published.certifier.code)).status_code == 404

    def test_are_enough_to_verify_a_credential_with_its_proof(
        self, client: Client, published: SealedCredential
    ) -> None:
        code = published.certifier.code
        signed = queries.signed_bytes(published)
        assert signed is not None
        trust = parse_trust(client.get(f"/c/{code}/confiance.json").content)
        lists = {
            f"https://jurande.example.fr/statuts/{code}/{name}-1.json": client.get(
                f"/statuts/{code}/{name}-1.json"
            ).content
            for name in ("revocation", "suspension")
        }
        report = verify(
            signed,
            trust=trust,
            now=factories.NOW,
            status_lists=lists,
            log_proof=client.get(f"/preuves/{published.code}.tlog-proof").content,
            expected=Expectations(),
        )
        assert report.steps

    def test_a_proof_says_nothing_of_the_person(self, client: Client, published: SealedCredential) -> None:
        octets = client.get(f"/preuves/{published.code}.tlog-proof").content
        assert b"Carvalho" not in octets
        proof = parse_offline_proof(octets)
        signed = queries.signed_bytes(published)
        assert signed is not None
        log_key = parse_policy(f"log {queries.overview().public_key}\nquorum none\n".encode()).logs
        entry = issuance_entry(committed_bytes(json.loads(signed)), read_extra(proof.extra))
        assert verify_offline_proof(proof, entry=entry, policy=Policy(log_key)).checkpoint.size == 2

    def test_nothing_proves_an_erased_credential(self, client: Client, published: SealedCredential) -> None:
        actor = factories.actor_of(factories.administrator(published.certifier), published.certifier)
        erasure.erase(credential=published, actor=actor, now=factories.NOW)
        assert client.get(f"/preuves/{published.code}.tlog-proof").status_code == 404


class TestOperatorPage:
    def test_invites_to_create_the_first_key(self, operator: Client, certifier: Certifier) -> None:
        page = operator.get("/exploitation/sceau/").content.decode()
        assert "Rien n’est encore scellé" in page
        assert f"/exploitation/sceau/cles/{certifier.code}/" in page

    def test_creates_then_replaces_a_key(self, operator: Client, certifier: Certifier) -> None:
        url = f"/exploitation/sceau/cles/{certifier.code}/"
        assert "Créer la clé de" in operator.get(url).content.decode()
        operator.post(url)
        assert "Remplacer la clé de" in operator.get(url).content.decode()
        operator.post(url)
        page = operator.get("/exploitation/sceau/").content.decode()
        assert "Retirée" in page
        assert "En service" in page

    def test_says_what_stops_the_sealing_and_publishes_once_mended(
        self, operator: Client, published: SealedCredential, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://autre.example.fr"
        projection.settle(now=factories.NOW)
        assert SealLog.objects.get().stop_code == Stop.ADDRESS_CHANGED
        assert "Remettez l’ancienne adresse" in operator.get("/exploitation/sceau/").content.decode()
        settings.PUBLIC_URL = "https://jurande.example.fr"
        answer = operator.post("/exploitation/sceau/publier/", follow=True)
        # The test's clock is long behind the machine's: publishing happens later than what was sealed.
        assert "est scellé et publié" in answer.content.decode()

    def test_asks_for_a_complete_check(self, operator: Client, published: SealedCredential) -> None:
        answer = operator.post("/exploitation/sceau/verifier/", follow=True)
        assert "La vérification est lancée" in answer.content.decode()
