# SPDX-License-Identifier: Apache-2.0
"""The fast path of verification gives what the full path gives, or steps aside."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.core.proof import contexts, shape
from jurande.core.proof.documents import AchievementCredential
from jurande.core.proof.errors import ProofError
from jurande.core.proof.shape import Shape, canonical_bytes, full_path
from tests.core.proof.documents import a_credential
from tests.core.proof.strategies import achievement_credentials, clean_hostile_text, hostile_iri, hostile_text
from tests.core.proof.vectors import needs_vectors, read_json


def rich() -> dict[str, Any]:
    """A credential with one of each: blank nodes, an ordered list, numbers, truth values, a value object, JSON."""
    document = a_credential()
    document["description"] = {"@value": "Une description", "@language": "fr"}
    document["issuer"]["address"] = {
        "id": "urn:address",
        "type": ["Address"],
        "geo": {"id": "urn:geo", "type": "GeoCoordinates", "latitude": 43.25, "longitude": 5},
    }
    document["credentialSchema"] = {"id": "urn:s", "type": "JsonSchema", "jsonSchema": {"const": ["a", 1]}}
    subject = document["credentialSubject"]
    subject["creditsEarned"] = 42
    subject["identifier"] = [
        {"type": "IdentityObject", "hashed": True, "identityHash": "h", "identityType": "emailAddress"},
        {"type": "IdentityObject", "hashed": False, "identityHash": "g", "identityType": "name"},
    ]
    subject["achievement"]["alignment"] = [
        {"id": f"urn:alignment:{name}", "type": ["Alignment"], "targetName": name, "targetUrl": f"urn:{name}"}
        for name in ("a", "b")
    ]
    subject["achievement"]["resultDescription"] = [
        {
            "id": "urn:rd",
            "type": ["ResultDescription"],
            "name": "n",
            "resultType": "Status",
            "allowedValue": ["a", "b", "c"],
        }
    ]
    return document


ACCEPTED = contexts.ACCEPTED
RICH = Shape(rich(), ACCEPTED)
PLAIN = Shape(a_credential(), ACCEPTED)


def fast_path(known: Shape, document: dict[str, Any], accepted: Any = ACCEPTED) -> bytes | None:
    values = known.match(document, accepted)
    return None if values is None else known.fill(*values)


def judged(document: dict[str, Any]) -> bytes | type[ProofError]:
    try:
        return full_path(document)
    except ProofError as refused:
        return type(refused)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


PATHS = [path for path in places(rich()) if path]
NEAR = [1, 1.0, True, 0, 42.0, "42", "_:b0", "cred:a", "@id", "a", "b", "h", "urn:alignment:a", "Profile", None, [], {}]


def drawn(draw: Random) -> object:
    """A value to put anywhere."""
    if draw.random() < 0.15:
        return {draw.choice(["id", "@value", "name", "x"]): drawn(draw) for _ in range(draw.randrange(3))}
    if draw.random() < 0.1:
        return [drawn(draw) for _ in range(draw.randrange(3))]
    makers = [
        hostile_text,
        hostile_iri,
        clean_hostile_text,
        lambda draw: draw.choice(NEAR),
        lambda draw: draw.gauss(0, 9),
    ]
    return draw.choice(makers)(draw)


def mutated(draw: Random) -> dict[str, Any]:
    """The rich credential after a few changes: values, keys, order, things removed, doubled or moved."""
    document: Any = rich()
    for _ in range(draw.randint(1, 3)):
        path = draw.choice(PATHS)
        inner = document
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
        change = draw.choice(["set", "set", "set", "set", "remove", "add", "rename", "copy", "reorder"])
        if isinstance(inner, dict):
            if change == "add":
                inner[draw.choice(["name", "grade", "@type", "id", "@value", "image"])] = drawn(draw)
            elif change == "rename":
                inner[draw.choice(["name", "narrative", "@id"])] = inner.pop(path[-1])
            elif change == "reorder":
                inner[path[-1]] = inner.pop(path[-1])
        elif change == "copy" and isinstance(inner, list):
            inner.append(copy.deepcopy(inner[path[-1]]))
        if isinstance(inner, dict | list) and change == "set":
            inner[path[-1]] = drawn(draw)
        elif isinstance(inner, dict | list) and change == "remove":
            del inner[path[-1]]
    return document


class TestShape:
    @settings(deadline=None, max_examples=60)
    @given(seed=st.integers(0, 2**32))
    def test_agrees_with_the_full_path_on_changed_documents(self, seed: int) -> None:
        draw = Random(seed)
        for _ in range(50):
            document = mutated(draw)
            fast = fast_path(RICH, document)
            assert fast is None or fast == judged(document)

    @settings(deadline=None, max_examples=50)
    @given(seed=st.integers(0, 2**32))
    def test_agrees_with_the_full_path_on_other_texts(self, seed: int) -> None:
        """Every text that is no type nor context is replaced at once."""
        draw = Random(seed)
        fast_ones = 0

        def replaced(value: Any, key: object) -> Any:
            if isinstance(value, dict):
                return {name: replaced(inner, name) for name, inner in value.items()}
            if isinstance(value, list):
                return [replaced(inner, key) for inner in value]
            if not isinstance(value, str) or key in ("type", "@context", "@language", "@value", "const"):
                return value
            if draw.random() < 0.05:
                return hostile_text(draw)
            return hostile_iri(draw) if ":" in value else clean_hostile_text(draw)

        for _ in range(20):
            for known, model in ((RICH, rich()), (PLAIN, a_credential())):
                document = replaced(model, "")
                fast = fast_path(known, document)
                fast_ones += fast is not None
                assert fast is None or fast == judged(document)
        assert fast_ones

    @settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
    @given(credential=achievement_credentials)
    def test_agrees_with_the_full_path_on_any_open_badge(self, credential: AchievementCredential) -> None:
        document = credential.to_json()
        assert canonical_bytes(document) == canonical_bytes(document) == full_path(document)

    def test_is_used_for_a_document_built_alike(self) -> None:
        other = a_credential()
        other["name"] = 'Un autre "nom"\n'
        other["id"] = "urn:other"
        assert fast_path(PLAIN, other) == full_path(other)

    @needs_vectors
    @pytest.mark.parametrize("path", ["sample_iri.json", "sample_bnode.json"])
    def test_is_used_for_the_shared_samples(self, path: str) -> None:
        document = read_json(path)
        assert fast_path(Shape(document, ACCEPTED), document) == full_path(document)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("credentialSubject", "creditsEarned"), 42.0),
            (("credentialSubject", "creditsEarned"), "42"),
            (("credentialSubject", "identifier", 0, "hashed"), 1),
            (("type", 1), "EndorsementCredential"),
            (("id",), "_:b0"),
            (("id",), "relative"),
            (("name",), ["Réparer"]),
            (("name",), {}),
            (("name",), "\ud83d"),
            (("description", "@language"), "en"),
            (("credentialSchema", "jsonSchema", "const", 0), "b"),
        ],
    )
    def test_steps_aside_for_a_document_built_otherwise(self, path: tuple[Any, ...], value: object) -> None:
        document: Any = rich()
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        assert fast_path(RICH, document) is None

    def test_steps_aside_when_its_contexts_are_not_accepted_any_more(self) -> None:
        assert fast_path(PLAIN, a_credential()) is not None
        assert fast_path(PLAIN, a_credential(), {(contexts.CREDENTIALS_V2,)}) is None

    def test_steps_aside_when_two_objects_become_one(self) -> None:
        document = rich()
        document["credentialSubject"]["achievement"]["alignment"][0]["id"] = "urn:alignment:b"
        assert fast_path(RICH, document) is None
        assert canonical_bytes(document) == full_path(document)

    def test_knows_documents_with_blank_nodes_and_no_text(self) -> None:
        document = {"@context": [contexts.CREDENTIALS_V2], "type": ["VerifiableCredential"], "issuer": "did:example:a"}
        known = Shape(document, ACCEPTED)
        for issuer in ("did:example:b", "did:example:c"):
            other = {**document, "issuer": issuer}
            assert fast_path(known, other) == full_path(other)

    @pytest.mark.parametrize("text", ["\0", "a\0b", "\0\0"])
    def test_steps_aside_for_the_character_that_keeps_texts_apart(self, text: str) -> None:
        document = {**a_credential(), "name": text}
        assert fast_path(PLAIN, document) is None
        assert canonical_bytes(document) == full_path(document)

    def test_steps_aside_for_two_iris_in_one(self) -> None:
        assert fast_path(PLAIN, {**a_credential(), "id": "urn:a\nurn:b"}) is None

    def test_does_not_learn_from_a_text_that_looks_like_a_place(self) -> None:
        document = {**a_credential(), "name": "jurande.slot.3:"}
        with pytest.raises(ValueError, match="looks like"):
            Shape(document, ACCEPTED)
        assert canonical_bytes(document) == full_path(document)


class TestCanonicalBytes:
    def test_forgets_rather_than_grow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shape, "_shapes", {})
        monkeypatch.setattr(shape, "_MOST_SHAPES", 4)
        for number in range(20):
            keys = ["description", "awardedDate", "image", "narrative", "url"]
            extra = {key: "urn:x" for place, key in enumerate(keys) if number >> place & 1}
            canonical_bytes({**a_credential(), **extra})
            assert len(shape._shapes) <= 4

    def test_keeps_a_few_documents_built_nearly_alike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shape, "_shapes", {})
        for number in range(20):
            document = a_credential()
            document["credentialSubject"]["creditsEarned"] = number
            assert canonical_bytes(document) == full_path(document)
        assert [len(kept) for kept in shape._shapes.values()] == [shape._MOST_ALIKE]

    def test_learns_a_document_that_has_an_object_where_another_has_a_text(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shape, "_shapes", {})
        for document in (a_credential(), {**a_credential(), "issuer": "did:example:imr"}, a_credential()):
            assert canonical_bytes(document) == full_path(document)
        assert [len(kept) for kept in shape._shapes.values()] == [2]

    def test_does_not_learn_again_from_a_document_it_knows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shape, "_shapes", {})
        twins = rich()
        twins["credentialSubject"]["achievement"]["alignment"][0]["id"] = "urn:alignment:b"
        for document in (rich(), twins, twins, rich()):
            assert canonical_bytes(document) == full_path(document)
        assert [len(kept) for kept in shape._shapes.values()] == [1]

    def test_does_not_change_the_document(self) -> None:
        document = rich()
        before = json.dumps(document)
        canonical_bytes(document)
        assert json.dumps(document) == before
