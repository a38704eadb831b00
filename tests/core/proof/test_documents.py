# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import jsonschema_rs
import pytest
from benches._open_badge import sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.core.proof import contexts
from jurande.core.proof import documents as d
from jurande.core.proof.data_integrity import ProofOptions, add_proof
from jurande.core.proof.documents import AchievementCredential, EndorsementCredential
from jurande.core.proof.errors import ProofError
from jurande.core.proof.limits import LONGEST_TEXT, TextRefused, clean_text
from jurande.core.proof.shape import full_path
from tests.core.proof.documents import NOW, ONE_SIGNER
from tests.core.proof.open_badges_schema import SCHEMA
from tests.core.proof.strategies import achievement_credentials, endorsement_credentials, hostile_texts
from tests.core.proof.vectors import needs_vectors, read_json

VALIDATOR = jsonschema_rs.Draft201909Validator(SCHEMA, validate_formats=True)


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


class TestAchievementCredential:
    @needs_vectors
    def test_writes_the_shared_sample(self) -> None:
        assert sample().to_json() == read_json("sample_iri.json")

    def test_is_deterministic(self) -> None:
        assert d.document_bytes(sample().to_json()) == d.document_bytes(sample().to_json())

    def test_reads_back(self) -> None:
        assert json.loads(d.document_bytes(sample().to_json())) == sample().to_json()

    def test_names_the_extensions_only_when_it_uses_them(self) -> None:
        assert sample().to_json()["@context"][2:] == [contexts.OPEN_BADGES_EXTENSIONS]  # type: ignore[index]
        plain = dataclasses.replace(sample(), credential_schema=())
        assert plain.to_json()["@context"] == [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3]

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(credential=achievement_credentials | endorsement_credentials)
    def test_gives_every_object_an_iri_but_those_that_are_closed(
        self, credential: AchievementCredential | EndorsementCredential
    ) -> None:
        document = credential.to_json()
        for found in objects(document):
            assert "id" in found or found["type"] in ("IdentityObject", "IdentifierEntry")

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(credential=achievement_credentials | endorsement_credentials)
    def test_can_always_be_signed_and_follows_the_schema(
        self, credential: AchievementCredential | EndorsementCredential
    ) -> None:
        secured = add_proof(credential.to_json(), signer=ONE_SIGNER, options=ProofOptions(created=NOW))
        if isinstance(credential, AchievementCredential):
            VALIDATOR.validate(secured)

    def test_follows_the_schema(self) -> None:
        secured = add_proof(sample().to_json(), signer=ONE_SIGNER, options=ProofOptions(created=NOW))
        VALIDATOR.validate(secured)
        for change in (
            {"proof": secured["proof"][0]},  # type: ignore[index]
            {"credentialStatus": [secured["credentialStatus"]]},
            {"validFrom": "hier"},
        ):
            assert not VALIDATOR.is_valid({**secured, **change})

    def test_carries_what_others_signed(self) -> None:
        endorsement = EndorsementCredential(
            id="urn:e",
            name="Avis de la branche",
            issuer=d.Profile(id="did:example:branche", name="Branche"),
            valid_from=NOW,
            credential_subject=d.EndorsementSubject(id=sample().id, endorsement_comment="Reconnu par la branche."),
        )
        signed = add_proof(endorsement.to_json(), signer=ONE_SIGNER, options=ProofOptions(created=NOW))
        document = dataclasses.replace(sample(), endorsement=(signed,), endorsement_jwt=("e30.e30.AA",)).to_json()
        assert document["endorsement"] == [signed]
        assert b"endorsementJwt" in full_path(document)

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("id", "c/1", "text.iri"),
            ("id", "https://a b", "text.iri"),
            ("id", "https://a/" + "b" * 3000, "text.iri"),
            ("id", "https://a/e\u0301", "text.iri"),
            ("id", None, "document.refused"),
            ("name", "", "text.length"),
            ("name", "a" * (LONGEST_TEXT + 1), "text.length"),
            ("name", "a\x07", "text.control"),
            ("name", "a\u202eb", "text.control"),
            ("name", "\ud83d", "text.surrogate"),
            ("name", 7, "document.refused"),
            ("valid_from", datetime(2026, 1, 1), "document.instant"),
            ("valid_from", date(2026, 1, 1), "document.instant"),
            ("valid_until", datetime(2026, 11, 22, tzinfo=UTC), "document.validity"),
            ("issuer", "did:example:a", "document.refused"),
            ("credential_schema", [], "document.refused"),
            ("endorsement", ({"id": "urn:e"},), "document.refused"),
            ("endorsement_jwt", ("no",), "document.refused"),
        ],
    )
    def test_refuses_a_value_that_cannot_be_signed(self, field: str, value: object, code: str) -> None:
        with pytest.raises(ProofError) as refused:
            dataclasses.replace(sample(), **{field: value})
        assert refused.value.code == code

    @pytest.mark.parametrize(
        "make",
        [
            lambda: dataclasses.replace(sample().credential_subject.achievement, achievement_type="Diplôme"),
            lambda: d.ResultDescription(id="x:a", name="n", result_type="Note"),
            lambda: d.Alignment(id="x:a", target_name="n", target_url="x:u", target_type="RNCP"),
            lambda: d.Result(id="x:a", status="Réussi"),
            lambda: d.IdentityObject(hashed="oui", identity_hash="h", identity_type="emailAddress"),
            lambda: d.GeoCoordinates(id="x:a", latitude=float("nan"), longitude=0),
            lambda: d.GeoCoordinates(id="x:a", latitude="43,3", longitude=5),
            lambda: d.GeoCoordinates(id="x:a", latitude=True, longitude=5),
            lambda: d.Profile(id="x:a", date_of_birth=NOW),
            lambda: d.BitstringStatus(
                id="x:a", status_purpose="revocation", status_list_index="042", status_list_credential="x:b"
            ),
            lambda: d.BitstringStatus(
                id="x:a", status_purpose="revocation", status_list_index="٤", status_list_credential="x:b"
            ),
            lambda: d.rncp_alignment("x:a", "RNCP0", "n"),
            lambda: d.rs_alignment("x:a", "RNCP1", "n"),
            lambda: d.rome_alignment("x:a", "Z1234", "n"),
            lambda: d.esco_alignment("x:a", "http://data.europa.eu/esco/skill/1", "n"),
        ],
    )  # fmt: skip
    def test_refuses_a_value_outside_the_specification(self, make: Any) -> None:
        with pytest.raises(ProofError):
            make()

    def test_names_the_field_it_refuses(self) -> None:
        with pytest.raises(TextRefused, match=r"^Criteria\.narrative: "):
            d.Criteria(id="x:c", narrative="a\x00")


class TestAlignments:
    @pytest.mark.parametrize(
        ("alignment", "framework", "url"),
        [
            (d.rncp_alignment("x:a", "RNCP37429BC01", "n"), "RNCP", "https://www.francecompetences.fr/recherche/rncp/37429/"),
            (d.rs_alignment("x:a", "RS5454", "n"), "RS", "https://www.francecompetences.fr/recherche/rs/5454/"),
            (d.rome_alignment("x:a", "I1607", "n"), "ROME", "https://candidat.francetravail.fr/metierscope/fiche-metier/I1607"),
        ],
    )  # fmt: skip
    def test_point_to_the_register(self, alignment: d.Alignment, framework: str, url: str) -> None:
        assert (alignment.target_framework, alignment.target_url) == (framework, url)


class TestCleanText:
    def test_composes(self) -> None:
        assert clean_text("e\u0301") == "é"

    def test_keeps_lines_and_tabs(self) -> None:
        assert clean_text("a\tb\r\nc") == "a\tb\r\nc"

    @settings(max_examples=500)
    @given(text=hostile_texts | st.text(st.characters()))
    def test_is_stable_and_can_be_written(self, text: str) -> None:
        try:
            cleaned = clean_text(text)
        except TextRefused:
            return
        assert clean_text(cleaned) == cleaned
        assert cleaned.encode("utf-8")
