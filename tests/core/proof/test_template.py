# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from jurande.core.proof import documents as d
from jurande.core.proof.data_integrity import DataIntegrityRefused, Expected, ProofOptions, add_proof, verify_proofs
from jurande.core.proof.documents import document_bytes
from jurande.core.proof.errors import ProofError
from jurande.core.proof.jsonld import JsonLdRefused
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.shape import full_path
from jurande.core.proof.signer import KeySigner
from jurande.core.proof.template import Field, Template, TemplateRefused, with_fields
from tests.core.proof.documents import BASE, NOW, ONE_SIGNER, a_credential
from tests.core.proof.strategies import clean_hostile_text, hostile_iri, hostile_text


def skeleton(**more: Any) -> dict[str, Any]:
    """A credential of which most places vary: IRIs in subjects and in objects, texts alone and beside others."""
    document = a_credential()
    document["id"] = f"{BASE}/c/((code))"
    document["name"] = "{{title}}"
    document["validFrom"] = "{{since}}"
    subject = document["credentialSubject"]
    subject["id"] = "((learner))"
    subject["result"] = [
        {"id": f"{BASE}/c/((code))#r1", "type": ["Result"], "value": "{{grade}}"},
        {"id": f"{BASE}/c/((code))#r2", "type": ["Result"], "value": "{{grade}}", "status": "Completed"},
    ]
    subject["achievement"]["tag"] = ["vélo", "{{tag}}", "{{other tag}}".replace(" ", "_"), "100 % — 50%b"]
    subject["achievement"]["alignment"] = [
        {"id": "((target))", "type": ["Alignment"], "targetName": "a", "targetUrl": "((target))"}
    ]
    return with_fields({**document, **more})


VALUES = {
    "code": "7KQ2MZ",
    "title": "Réparer",
    "since": "2026-11-22T00:00:00Z",
    "learner": "did:example:ines",
    "grade": "87",
    "tag": "atelier",
    "other_tag": "batterie",
    "target": "https://target.example",
}
TEMPLATE = Template(skeleton())
BATCH = TEMPLATE.batch(signer=ONE_SIGNER, created=NOW)

IDENTITY = {"type": "IdentityObject", "hashed": True, "identityHash": "{{hash}}", "identityType": "emailAddress"}


def with_blank_nodes() -> dict[str, Any]:
    """Two identities, an ordered list and its values: blank nodes that texts set apart, or not."""
    document = skeleton()
    subject = document["credentialSubject"]
    subject["identifier"] = [
        with_fields(IDENTITY),
        with_fields({**IDENTITY, "identityHash": "{{other_hash}}", "salt": "{{salt}}"}),
    ]
    subject["achievement"]["resultDescription"] = [
        with_fields(
            {
                "id": f"{BASE}/a/velo#rd",
                "type": ["ResultDescription"],
                "name": "Niveau",
                "resultType": "Status",
                "allowedValue": ["{{low}}", "acquis", "{{middle}}", "{{high}}"],
            }
        )
    ]
    return document


BLANK = Template(with_blank_nodes())
BLANK_BATCH = BLANK.batch(signer=ONE_SIGNER, created=NOW)
COMMON = ["acquis", "a", "b", "vélo", "100 % — 50%b"]
SHARED_IRIS = [f"{BASE}/a/velo", f"{BASE}/c/#r1", "did:example:ines"]


def drawn(draw: Random, template: Template) -> dict[str, str]:
    """Values for each field: hostile ones, and some that coincide with each other or with constants."""

    def text() -> str:
        return draw.choice(COMMON) if draw.random() < 0.3 else clean_hostile_text(draw)

    def iri() -> str:
        return draw.choice(SHARED_IRIS) if draw.random() < 0.2 else hostile_iri(draw)

    of = {name: text() for name in sorted(template.fields)}
    code = "".join(draw.choices("abcAZ09-._~#/é", k=draw.randrange(8)))
    return {**of, "code": code, "since": VALUES["since"], "learner": iri(), "target": iri()}


def full(template: Template, of: dict[str, str]) -> bytes:
    """The same credential by the specifications' own steps: no template, no shape."""
    document = template.fill(of)
    secured = add_proof(document, signer=ONE_SIGNER, options=ProofOptions(created=NOW))
    canonical = full_path(document)
    fast = template.canonical(of)
    assert fast is None or fast == canonical
    return document_bytes(secured)


class TestIssue:
    def test_gives_the_bytes_of_the_full_path(self) -> None:
        assert BATCH.issue(VALUES) == full(TEMPLATE, VALUES)
        assert TEMPLATE.canonical(VALUES) is not None

    def test_gives_a_credential_that_verifies(self) -> None:
        document = json.loads(BATCH.issue(VALUES))
        key = PublicKey.from_multikey(ONE_SIGNER.verification_method.partition("#")[2])
        verified = verify_proofs(document, resolve=lambda proof: key, expected=Expected(now=NOW))
        assert verified.document == TEMPLATE.fill(VALUES)

    @settings(deadline=None, max_examples=40)
    @given(seed=st.integers(0, 2**32))
    def test_gives_the_bytes_of_the_full_path_whatever_the_texts(self, seed: int) -> None:
        draw = Random(seed)
        for _ in range(40):
            of = drawn(draw, TEMPLATE)
            assert BATCH.issue(of) == full(TEMPLATE, of)

    @settings(deadline=None, max_examples=40)
    @given(seed=st.integers(0, 2**32))
    def test_gives_the_bytes_of_the_full_path_with_blank_nodes_too(self, seed: int) -> None:
        draw = Random(seed)
        for _ in range(40):
            of = drawn(draw, BLANK)
            assert BLANK_BATCH.issue(of) == full(BLANK, of)

    @settings(deadline=None, max_examples=40)
    @given(seed=st.integers(0, 2**32))
    def test_refuses_a_text_where_the_full_path_does(self, seed: int) -> None:
        draw = Random(seed)
        for _ in range(20):
            of = {**VALUES, draw.choice(sorted(VALUES)): hostile_text(draw)}
            try:
                expected = full(TEMPLATE, of)
            except ProofError as refused:
                with pytest.raises(type(refused)):
                    BATCH.issue(of)
            else:
                assert BATCH.issue(of) == expected

    @pytest.mark.parametrize(
        "change",
        [
            {"learner": f"{BASE}/a/velo"},  # the learner and the achievement are one node
            {"target": "did:example:ines"},
            {"tag": "batterie"},  # two statements are one
            {"tag": "vélo"},
        ],
    )
    def test_takes_the_full_path_where_it_could_not_tell(self, change: dict[str, str]) -> None:
        of = {**VALUES, **change}
        assert TEMPLATE.canonical(of) is None
        assert BATCH.issue(of) == full(TEMPLATE, of)

    def test_takes_the_full_path_when_blank_nodes_look_alike(self) -> None:
        same = dict.fromkeys(BLANK.fields - VALUES.keys(), "acquis")
        of = {**VALUES, **same}
        assert BLANK.canonical(of) is None
        assert BLANK_BATCH.issue(of) == full(BLANK, of)
        assert BLANK.canonical({**of, "middle": "maîtrisé"}) is not None

    @pytest.mark.parametrize(
        ("of", "code"),
        [
            ({}, "template.values"),
            ({**VALUES, "extra": "a"}, "template.values"),
            ({**VALUES, "grade": 87}, "template.values"),
            ({**VALUES, "grade": None}, "template.values"),
            ({**VALUES, "grade": ""}, "text.length"),
            ({**VALUES, "grade": "a\x07"}, "text.control"),
            ({**VALUES, "learner": "inès"}, "text.iri"),
            ({**VALUES, "learner": "did:example:a b"}, "text.iri"),
            ({**VALUES, "learner": "_:b0"}, "text.iri"),
            ({**VALUES, "code": "a>b"}, "text.iri"),
        ],
    )
    def test_refuses_other_values(self, of: dict[str, Any], code: str) -> None:
        with pytest.raises(ProofError) as refused:
            BATCH.issue(of)
        assert refused.value.code == code

    def test_composes_a_text_with_what_stands_before_it(self) -> None:
        template = Template({**skeleton(), "name": Field("title", before="Noe", after="!")})
        of = {**VALUES, "title": "\u0308l"}
        assert template.fill(of)["name"] == "Noël!"
        assert template.batch(signer=ONE_SIGNER, created=NOW).issue(of) == full(template, of)

    def test_signs_another_instant_or_with_another_key(self) -> None:
        later = TEMPLATE.batch(signer=ONE_SIGNER, created=NOW + timedelta(seconds=1)).issue(VALUES)
        assert later != BATCH.issue(VALUES)
        with pytest.raises(DataIntegrityRefused):
            TEMPLATE.batch(signer=KeySigner("did:example:a#b", ec.generate_private_key(ec.SECP256R1())), created=NOW)


class TestCompile:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("type",), ["VerifiableCredential", Field("kind")]),
            (("type",), Field("kind")),
            (("@context",), [Field("url")]),
            (("credentialSubject", "creditsEarned"), Field("credits")),
            (("credentialSubject", "achievement", "creditsAvailable"), {"@value": Field("credits")}),
            (("name",), {"@value": "a", "@language": Field("language")}),
            (("name",), {"@value": Field("name"), "@type": "@json"}),
        ],
    )
    def test_refuses_a_field_that_could_change_the_rest(self, path: tuple[str, ...], value: object) -> None:
        document: Any = copy.deepcopy(skeleton())
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        with pytest.raises(ProofError) as refused:
            Template(document)
        assert refused.value.code.startswith(("template.", "context.", "jsonld."))

    def test_refuses_a_field_under_words_that_make_short_iris(self) -> None:
        document = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiableCredential"],
            "issuer": Field("issuer"),
        }
        with pytest.raises(TemplateRefused):
            Template(document, contexts={("https://www.w3.org/2018/credentials/v1",)})

    def test_refuses_a_skeleton_without_fields_or_already_signed(self) -> None:
        with pytest.raises(TemplateRefused):
            Template(a_credential())
        with pytest.raises(TemplateRefused):
            Template({**skeleton(), "proof": []})

    def test_refuses_a_skeleton_that_is_not_in_safe_mode(self) -> None:
        with pytest.raises(JsonLdRefused):
            Template({**skeleton(), "grade": Field("grade")})

    def test_refuses_a_text_that_looks_like_a_place(self) -> None:
        with pytest.raises(TemplateRefused):
            Template({**skeleton(), "description": "jurande.slot.0:"})

    def test_takes_what_the_dataclasses_write(self) -> None:
        credential = d.AchievementCredential(
            id=f"{BASE}/c/((code))",
            name="Réparer un vélo",
            issuer=d.Profile(id="did:example:imr", name="IMR"),
            valid_from=NOW,
            credential_subject=d.AchievementSubject(
                id="urn:learner:((code))",
                achievement=d.Achievement(
                    id=f"{BASE}/a/velo",
                    name="Réparer un vélo",
                    description="…",
                    criteria=d.Criteria(id=f"{BASE}/a/velo#criteria"),
                ),
                license_number="{{licence}}",
            ),
        )
        template = Template(with_fields(credential.to_json()))
        assert template.fields == {"code", "licence"}
        of = {"code": "7KQ2MZ", "licence": "12"}
        assert template.batch(signer=ONE_SIGNER, created=NOW).issue(of) == full(template, of)


class TestWithFields:
    def test_reads_both_markers(self) -> None:
        found = with_fields({"a": "x {{ nom }} y", "b": ["((code))", {"c": "urn:((code))#r"}], "d": 7})
        assert found == {
            "a": Field("nom", "x ", " y"),
            "b": [Field("code"), {"c": Field("code", "urn:", "#r")}],
            "d": 7,
        }

    def test_refuses_two_markers_in_one_text(self) -> None:
        with pytest.raises(TemplateRefused) as refused:
            with_fields({"a": "{{nom}} {{prenom}}"})
        assert refused.value.code == "template.markers"
