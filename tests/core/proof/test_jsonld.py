# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jurande.core.proof import contexts
from jurande.core.proof.contexts import ContextRefused
from jurande.core.proof.documents import AchievementCredential, EndorsementCredential
from jurande.core.proof.errors import LimitExceeded
from jurande.core.proof.jsonld import JsonLdRefused, to_rdf
from jurande.core.proof.jsonld.words import NOTHING
from jurande.core.proof.limits import Limits
from jurande.core.proof.shape import full_path
from tests.core.proof.documents import a_credential
from tests.core.proof.foreign import pyld_canonical
from tests.core.proof.strategies import achievement_credentials, endorsement_credentials
from tests.core.proof.vectors import VECTORS, needs_vectors, read_json

V2 = contexts.CREDENTIALS_V2
EXAMPLES = contexts.ACCEPTED | {
    (V2, contexts.EXAMPLES_V2),
    (V2, contexts.EXAMPLES_V2, contexts.ED25519_2020_V1),
    (V2, contexts.ED25519_2020_V1),
    (V2, contexts.UNDEFINED_TERMS_V2),
    (V2, contexts.STATUS_V1),
    (V2, contexts.MULTIKEY_V1),
    (contexts.CREDENTIALS_V1,),
    (contexts.CREDENTIALS_V1, contexts.DATA_INTEGRITY_V2),
}


def vector_paths() -> list[str]:
    found = [path.relative_to(VECTORS).as_posix() for path in VECTORS.glob("vc-di-eddsa/**/*.json")]
    named = [path for path in found if "employ" not in path and "@context" in read_json(path)]
    return sorted(["sample_iri.json", "sample_bnode.json", "1edtech_complete.json", *named]) if found else []


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    document = a_credential()
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return document


def triple(**members: Any) -> str:
    """The one statement, without its subject, of an object with the words of VC 2.0 and examples."""
    document = {"@context": [V2, contexts.EXAMPLES_V2], "id": "x:s", **members}
    [line] = full_path(document, contexts=EXAMPLES).decode().splitlines()
    return line.removeprefix("<x:s> <https://www.w3.org/ns/credentials/examples#").removesuffix(" .")


SUBJECT = ("credentialSubject",)
ACHIEVEMENT = ("credentialSubject", "achievement")


class TestSafeMode:
    @pytest.mark.parametrize(
        ("path", "value", "code"),
        [
            (("grade",), "A+", "jsonld.undefined_term"),
            (("issuer", "grade"), "A+", "jsonld.undefined_term"),
            ((*SUBJECT, "targetName"), "a word of another type", "jsonld.undefined_term"),
            ((*ACHIEVEMENT, "criteria", "grade"), "A+", "jsonld.undefined_term"),
            (("@vocab",), "https://example.org/", "jsonld.keyword"),
            (("@graph",), [], "jsonld.keyword"),
            (("@reverse",), {}, "jsonld.keyword"),
            (("@included",), [], "jsonld.keyword"),
            (("@index",), "i", "jsonld.keyword"),
            (("@unknown",), "i", "jsonld.keyword"),
            (("id",), "c/1", "jsonld.relative_iri"),
            (("id",), "", "jsonld.relative_iri"),
            (("id",), "https://a b", "jsonld.relative_iri"),
            (("id",), "https://a/<b>", "jsonld.relative_iri"),
            (("id",), 'https://a/"', "jsonld.relative_iri"),
            (("id",), "https://a/\n", "jsonld.relative_iri"),
            (("id",), "https://a/\ud800", "jsonld.relative_iri"),
            (("id",), "//a/b", "jsonld.relative_iri"),
            (("id",), None, "jsonld.invalid_id"),
            (("id",), ["https://a"], "jsonld.invalid_id"),
            (("@id",), "https://other", "jsonld.colliding_keywords"),
            (("@type",), "VerifiableCredential", "jsonld.colliding_keywords"),
            (("issuer",), "Institut", "jsonld.relative_iri"),
            ((*ACHIEVEMENT, "image"), "badge.png", "jsonld.relative_iri"),
            (("type",), ["VerifiableCredential", "Diploma"], "jsonld.unknown_type"),
            ((*SUBJECT, "type"), ["AchievementSubject", ""], "jsonld.unknown_type"),
            ((*SUBJECT, "type"), [7], "jsonld.unknown_type"),
            ((*SUBJECT, "type"), ["@id"], "jsonld.unknown_type"),
            ((*SUBJECT, "type"), ["_:b0"], "jsonld.unknown_type"),
            (("name",), None, "jsonld.null"),
            (("name",), ["a", None], "jsonld.null"),
            (("name",), [["a"]], "jsonld.list_of_lists"),
            (("name",), "\ud83d", "jsonld.surrogate"),
            (("name",), {"@value": "a", "@direction": "rtl"}, "jsonld.direction"),
            (("name",), {"@value": "a", "@language": "français"}, "jsonld.language"),
            (("name",), {"@value": 7, "@language": "fr"}, "jsonld.language"),
            (("name",), {"@value": "a", "@language": "fr", "@type": "x:t"}, "jsonld.invalid_value"),
            (("name",), {"@value": "a", "@index": "i"}, "jsonld.keyword"),
            (("name",), {"@value": "a", "lang": "fr"}, "jsonld.keyword"),
            (("name",), {"@value": "a", "@type": "t"}, "jsonld.unknown_type"),
            (("name",), {"@value": None}, "jsonld.null"),
            (("name",), {"@list": ["a"]}, "jsonld.keyword"),
            (("name",), {"@set": ["a"]}, "jsonld.keyword"),
            ((*SUBJECT, "creditsEarned"), 2**53, "jsonld.number"),
            ((*SUBJECT, "creditsEarned"), float("nan"), "jsonld.number"),
            ((*SUBJECT, "creditsEarned"), float("inf"), "jsonld.number"),
            (("proof",), ["https://proof"], "jsonld.unsupported"),
        ],
    )
    def test_refuses_what_would_not_be_signed(self, path: tuple[str, ...], value: object, code: str) -> None:
        with pytest.raises(JsonLdRefused) as refused:
            to_rdf(changed(path, value))
        assert refused.value.code == code

    def test_says_where(self) -> None:
        with pytest.raises(JsonLdRefused) as refused:
            to_rdf(changed((*ACHIEVEMENT, "grade"), "A+"))
        assert refused.value.path == ["credentialSubject", "achievement", "grade"]
        assert str(refused.value).startswith("credentialSubject.achievement.grade: ")

    @pytest.mark.parametrize(
        "urls",
        [
            None,
            7,
            "",
            [],
            {},
            [V2, None],
            {"name": "https://example.org/name"},
            [V2, {"name": "https://example.org/name"}],
            [contexts.OPEN_BADGES_3_0_3, V2],
            [V2, V2, contexts.OPEN_BADGES_3_0_3],
            [V2, contexts.OPEN_BADGES_3_0_3, contexts.OPEN_BADGES_3_0_2],
            [V2, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
            [V2, "file:///etc/passwd"],
            [V2, contexts.EXAMPLES_V2],
        ],
    )
    def test_refuses_other_contexts(self, urls: object) -> None:
        with pytest.raises(ContextRefused):
            to_rdf(changed(("@context",), urls))
        inner = {"@context": urls, "id": "https://a", "type": ["Profile"], "name": "a"}
        with pytest.raises(ContextRefused):
            to_rdf(changed(("issuer",), inner))

    @pytest.mark.parametrize("document", [None, [], "a", {}, {"id": "x:y"}])
    def test_refuses_what_is_no_document(self, document: Any) -> None:
        with pytest.raises(JsonLdRefused):
            to_rdf(document)

    def test_refuses_a_document_that_says_nothing(self) -> None:
        with pytest.raises(JsonLdRefused) as refused:
            to_rdf({"@context": [V2], "id": "https://a"})
        assert refused.value.code == "jsonld.empty"

    def test_refuses_a_document_too_deep_or_too_long(self) -> None:
        deep: dict[str, Any] = {"id": "x:y"}
        for _ in range(70):
            deep = {"id": "x:y", "type": ["Profile"], "parentOrg": deep}
        with pytest.raises(LimitExceeded):
            to_rdf(changed(("issuer",), deep))
        with pytest.raises(LimitExceeded):
            to_rdf(a_credential(), limits=Limits(quads=5))

    def test_undoes_a_type_below_its_object(self) -> None:
        """«targetName» is a word of alignments: not of what an alignment contains."""
        alignment = {"id": "x:a", "type": ["Alignment"], "targetName": {"id": "x:n", "targetName": "b"}}
        with pytest.raises(JsonLdRefused):
            to_rdf(changed((*ACHIEVEMENT, "alignment"), [alignment]))


class TestToRdf:
    @needs_vectors
    @pytest.mark.parametrize("path", vector_paths())
    def test_agrees_with_pyld_on_the_vectors(self, path: str) -> None:
        document = read_json(path)
        assert full_path(document, contexts=EXAMPLES).decode() == pyld_canonical(document)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("a", 'v> "a"'),
            (True, 'v> "true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
            (7, 'v> "7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            (-0.0, 'v> "0"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            (42.0, 'v> "42"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            (4.25, 'v> "4.25E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
            (-1e-7, 'v> "-1.0E-7"^^<http://www.w3.org/2001/XMLSchema#double>'),
            (1e21, 'v> "1.0E21"^^<http://www.w3.org/2001/XMLSchema#double>'),
            ({"@value": "a", "@language": "fr-CA"}, 'v> "a"@fr-ca'),
            ({"@value": "a", "@type": "x:t"}, 'v> "a"^^<x:t>'),
            ({"@value": 5, "@type": "http://www.w3.org/2001/XMLSchema#double"},
             'v> "5.0E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
            ({"@value": {"b": 1, "a": [None]}, "@type": "@json"},
             'v> "{\\"a\\":[null],\\"b\\":1}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>'),
            ({"id": "x:o"}, "v> <x:o>"),
        ],
    )  # fmt: skip
    def test_writes_each_kind_of_value(self, value: object, expected: str) -> None:
        assert triple(v=value) == expected
        assert pyld_canonical({"@context": [V2, contexts.EXAMPLES_V2], "id": "x:s", "v": value}).endswith(
            f"{expected} .\n"
        )

    def test_writes_lists_and_the_empty_one(self) -> None:
        for values in ([], ["0"], ["0", "1", "1"]):
            described = {"id": "x:r", "type": ["ResultDescription"], "name": "n", "resultType": "Percent"}
            document = changed((*ACHIEVEMENT, "resultDescription"), [{**described, "allowedValue": values}])
            assert full_path(document).decode() == pyld_canonical(document)

    @pytest.mark.parametrize(
        "document",
        [
            {  # a presentation: graphs, and a context that starts from nothing
                "@context": [V2],
                "type": "VerifiablePresentation",
                "holder": "did:example:h",
                "verifiableCredential": [a_credential(), {**a_credential(), "id": "urn:other"}],
            },
            {  # words of VC 1.1, that has short IRIs
                "@context": [contexts.CREDENTIALS_V1],
                "id": "urn:1",
                "type": ["VerifiableCredential"],
                "issuer": "cred:not-short-at-the-top",
                "issuanceDate": "2020-01-01T00:00:00Z",
                "credentialSubject": {"id": "did:example:s"},
            },
            {  # JSON inside, kept whole
                "@context": [V2],
                "id": "urn:2",
                "type": ["VerifiableCredential"],
                "credentialSchema": {
                    "id": "urn:s",
                    "type": "JsonSchema",
                    "jsonSchema": {"z": [1, {"é": None}], "a": "\u2028"},
                },
            },
            {  # a comprehensive learner record: another context between the two, a scoped word of another type
                "@context": [V2, contexts.CLR_2_0_1, contexts.OPEN_BADGES_3_0_3],
                "id": "urn:clr",
                "type": ["VerifiableCredential", "ClrCredential"],
                "issuer": "did:example:imr",
                "partial": True,
                "credentialSubject": {
                    "id": "did:example:ines",
                    "type": ["ClrSubject"],
                    "achievement": [a_credential()["credentialSubject"]["achievement"]],
                    "verifiableCredential": [a_credential()],
                    "association": [
                        {"type": "Association", "associationType": "isPartOf", "sourceId": "urn:a", "targetId": "urn:b"}
                    ],
                },
            },
            {  # a blank node named by the document, twice
                "@context": [V2],
                "id": "_:me",
                "type": ["VerifiableCredential"],
                "issuer": "_:me",
                "name": "self",
            },
            {  # a key that is an IRI, and words that mean nothing elsewhere
                "@context": [V2, contexts.UNDEFINED_TERMS_V2],
                "id": "urn:3",
                "https://example.org/p": "v",
                "whatever": {"inside": True},
            },
            {
                "@context": [V2],
                "id": "urn:4",
                "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                "credentialSubject": {
                    "id": "urn:5",
                    "type": "BitstringStatusList",
                    "statusPurpose": "revocation",
                    "encodedList": "uAAAA",
                    "ttl": 60000,
                },
                "credentialStatus": {
                    "id": "urn:6",
                    "type": "BitstringStatusListEntry",
                    "statusMessage": [{"id": "urn:7", "status": "0x0", "message": "m"}],
                    "statusSize": 2,
                },
            },
        ],
    )
    def test_agrees_with_pyld_on_what_the_vectors_lack(self, document: dict[str, Any]) -> None:
        before = copy.deepcopy(document)
        assert full_path(document, contexts=EXAMPLES).decode() == pyld_canonical(document)
        assert document == before

    def test_agrees_with_pyld_on_endorsements_with_their_own_proofs(self) -> None:
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-01-01T00:00:00Z",
            "verificationMethod": "did:example:e#k",
            "proofPurpose": "assertionMethod",
            "proofValue": "z1",
        }
        endorsement = {
            "@context": [V2, contexts.OPEN_BADGES_3_0_3],
            "id": "urn:e",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": {"id": "did:example:e", "type": ["Profile"]},
            "credentialSubject": {"id": "urn:x", "type": ["EndorsementSubject"], "endorsementComment": "Bien."},
            "proof": [proof],
        }
        document = changed(("endorsement",), [endorsement, {**endorsement, "id": "urn:f"}])
        assert full_path(document).decode() == pyld_canonical(document)

    @settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
    @given(credential=achievement_credentials | endorsement_credentials)
    def test_agrees_with_pyld_on_any_open_badge(
        self, credential: AchievementCredential | EndorsementCredential
    ) -> None:
        document = credential.to_json()
        assert full_path(document).decode() == pyld_canonical(document)


class TestWords:
    @pytest.mark.parametrize("url", contexts.FILES)
    def test_of_every_frozen_context_are_understood(self, url: str) -> None:
        """Down to their scoped contexts: a keyword that is not done here would raise."""
        waiting, seen = [NOTHING.under((url,))], set()
        while waiting:
            words = waiting.pop()
            if id(words) in seen:
                continue
            seen.add(id(words))
            for name, term in words.terms.items():
                if term.scoped and len(seen) < 200:
                    waiting.append(words.under_property(term))
                    try:
                        waiting.append(words.under_types([name]))
                    except ContextRefused as refused:
                        if refused.code != "context.protected":  # a property named as a type, over protected words
                            raise
        assert seen

    def test_refuse_a_protected_word_redefined(self) -> None:
        """Attack A1: «name» of VC 2.0 cannot become something else under a context that comes after."""
        with pytest.raises(ContextRefused) as refused:
            NOTHING.under((V2,)).under((contexts.CREDENTIALS_V1,))
        assert refused.value.code == "context.protected"
