"""A1: words that change meaning, or are dropped, under a signature that still verifies. A2: two documents in one."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from jurande.core.encoding import jcs, multibase
from jurande.core.proof import contexts, jose
from tests.core.proof.verification.failures.catalogue import add, changed, fails
from tests.core.proof.verification.world import CURRENT, LAST_MONTH, Attempt, attempt, credential, octets, sign

V2, BADGES = contexts.CREDENTIALS_V2, contexts.OPEN_BADGES_3_0_3

REFUSED_CONTEXTS: dict[str, tuple[Any, str]] = {
    "context_added_that_defines_everything": ([V2, BADGES, contexts.UNDEFINED_TERMS_V2], "context.refused"),
    "context_added_that_we_know": ([V2, BADGES, contexts.EXAMPLES_V2], "context.refused"),
    "context_added_that_nobody_knows": ([V2, BADGES, "https://pirate.example/context.json"], "context.refused"),
    "context_added_inline_with_vocab": ([V2, BADGES, {"@vocab": "https://pirate.example/#"}], "context.inline"),
    "context_added_inline_with_base": ([V2, BADGES, {"@base": "https://pirate.example/"}], "context.inline"),
    "context_added_that_renames_a_word": ([V2, BADGES, {"name": "https://schema.org/description"}], "context.inline"),
    "context_removed": ([V2], "jsonld.unknown_type"),
    "context_moved": ([BADGES, V2], "context.refused"),
    "context_repeated": ([V2, V2, BADGES], "context.refused"),
    "context_with_a_trailing_slash": ([V2 + "/", BADGES], "context.refused"),
    "context_in_clear_http": ([V2.replace("https", "http"), BADGES], "context.refused"),
    "context_of_another_case": ([V2.replace("www", "WWW"), BADGES], "context.refused"),
    "context_null": ([V2, None, BADGES], "context.inline"),
    "context_as_a_relative_address": ([V2, BADGES, "context.json"], "context.refused"),
    "context_as_a_file": ([V2, BADGES, "file:///etc/passwd"], "context.refused"),
    "context_of_version_1": ([contexts.CREDENTIALS_V1, BADGES], "context.refused"),
}
for name, (value, code) in REFUSED_CONTEXTS.items():
    add(name, "A1", 2, code, lambda value=value: attempt(changed(sign(credential()), "@context", value)))

REFUSED_WORDS: dict[str, tuple[str, Any, str]] = {
    "undefined_term_at_the_top": ("mention", "A+", "jsonld.undefined_term"),
    "undefined_term_in_the_subject": ("credentialSubject.grade", "A+", "jsonld.undefined_term"),
    "undefined_term_in_the_achievement": ("credentialSubject.achievement.honours", True, "jsonld.undefined_term"),
    "undefined_term_in_the_status": ("credentialStatus.note", "ok", "jsonld.undefined_term"),
    "unknown_type_at_the_top": (
        "type",
        ["VerifiableCredential", "OpenBadgeCredential", "Diploma"],
        "jsonld.unknown_type",
    ),
    "unknown_type_of_subject": ("credentialSubject.type", ["AchievementSubject", "Doctor"], "jsonld.unknown_type"),
    "context_in_the_subject": ("credentialSubject.@context", {"name": "https://pirate.example/#"}, "context.inline"),
    "vocab_in_the_subject": ("credentialSubject.@vocab", "https://pirate.example/#", "safe_mode.spelling"),
    "graph_beside_the_credential": ("@graph", [{"id": "urn:x"}], "safe_mode.spelling"),
    "reverse_property": ("credentialSubject.@reverse", {"issuer": "urn:x"}, "safe_mode.spelling"),
    "included_block": ("@included", [{"id": "urn:x"}], "safe_mode.spelling"),
    "relative_identifier": ("credentialSubject.id", "ines", "jsonld.relative_iri"),
    "relative_identifier_of_the_credential": ("id", "7KQ2MZ", "jsonld.relative_iri"),
    "null_value": ("description", None, "jsonld.null"),
    "direction_that_is_not_signed": ("name", {"@value": "Vélo", "@direction": "rtl"}, "safe_mode.spelling"),
    "two_identifiers": ("@id", "https://imr.example/c/other", "safe_mode.spelling"),
    "two_types": ("@type", ["VerifiableCredential"], "safe_mode.spelling"),
}
for name, (path, value, code) in REFUSED_WORDS.items():
    add(name, "A1", 2, code, lambda path=path, value=value: attempt(changed(sign(credential()), path, value)))


@fails("A1", 2, "jsonld.undefined_term")
def undefined_term_signed_by_the_issuer_with_jcs() -> Attempt:
    # The JCS suite signs any JSON: safe mode is what keeps the word from being shown without meaning.
    document = credential(mention="A+")
    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2026-11-01T12:00:00Z",
        "verificationMethod": CURRENT.verification_method,
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    message = sha256(jcs.canonical_bytes(config)).digest() + sha256(jcs.canonical_bytes(document)).digest()
    return attempt({**document, "proof": [{**config, "proofValue": multibase.encode(CURRENT.sign(message))}]})


@fails("A1", 2, "jsonld.undefined_term")
def undefined_term_signed_by_the_issuer_in_a_jwt() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(mention="A+"), signer=CURRENT, now=LAST_MONTH))


@fails("A1", 4, "proof.context")
def proof_with_other_contexts_than_its_document() -> Attempt:
    return attempt(changed(sign(credential()), "proof.0.@context", [V2]))


@fails("A2", 1, "jwt.nested_credential")
def jwt_with_a_second_credential_in_its_vc_claim() -> Attempt:
    document = credential(vc=credential(name="Docteur"))
    return attempt(jose.issue_vc_jwt(document, signer=CURRENT, now=LAST_MONTH))


@fails("A2", 1, "jwt.nested_credential")
def jwt_with_a_presentation_in_its_vp_claim() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(vp={}), signer=CURRENT, now=LAST_MONTH))


@fails("A2", 4, "proof.unknown_member")
def proof_with_a_jwt_inside() -> Attempt:
    token = jose.issue_vc_jwt(credential(), signer=CURRENT, now=LAST_MONTH)
    return attempt(changed(sign(credential(name="Autre chose")), "proof.0.jwt", token))


@fails("A2", 1, "credential.type")
def credential_inside_a_wrapper_that_shows_another() -> Attempt:
    return attempt({"name": "Docteur", "credential": sign(credential())})


@fails("A2", 1, "carrier.envelope")
def envelope_with_a_proof_of_its_own() -> Attempt:
    token = jose.issue_vc_jwt(credential(), signer=CURRENT, now=LAST_MONTH)
    envelope = {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}", "proof": {}}
    return attempt(envelope)


@fails("A2", 1, "carrier.envelope")
def envelope_around_an_address() -> Attempt:
    return attempt({"type": "EnvelopedVerifiableCredential", "id": "https://imr.example/c/7KQ2MZ"})


@fails("A2", 1, "carrier.envelope")
def envelope_around_json() -> Attempt:
    text = octets(sign(credential())).decode()
    return attempt({"type": ["EnvelopedVerifiableCredential"], "id": f"data:application/vc+jwt,{text}"})


@fails("A2", 4, "signature.wrong")
def name_changed_after_the_signature() -> Attempt:
    return attempt(changed(sign(credential()), "name", "Docteur ès vélos"))


@fails("A2", 4, "signature.wrong")
def subject_changed_after_the_signature() -> Attempt:
    return attempt(changed(sign(credential()), "credentialSubject.id", "did:example:malo"))


@fails("A2", 4, "signature.wrong")
def end_changed_after_the_signature() -> Attempt:
    return attempt(changed(sign(credential()), "validUntil", "2099-01-01T00:00:00Z"))


@fails("A2", 4, "signature.wrong")
def member_removed_after_the_signature() -> Attempt:
    return attempt(changed(sign(credential()), "credentialSubject.achievement.description", ...))


@fails("A2", 4, "signature.wrong")
def member_added_after_the_signature() -> Attempt:
    return attempt(changed(sign(credential()), "description", "Avec les félicitations du jury"))


# --- statements that hold, spelt so that nobody sees them -------------------------------------------

CREDENTIALS = "https://www.w3.org/2018/credentials#"
RESPELT: dict[str, tuple[str, str, Any]] = {
    "end_hidden_under_its_full_address": (
        "validUntil",
        f"{CREDENTIALS}validUntil",
        {"@value": "2031-11-01T08:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    ),
    "status_hidden_under_its_full_address": (
        "credentialStatus",
        f"{CREDENTIALS}credentialStatus",
        credential()["credentialStatus"],
    ),
    "type_hidden_under_its_keyword": ("credentialStatus", "credentialStatus", "@type"),
    "identifier_hidden_under_its_keyword": ("credentialStatus", "credentialStatus", "@id"),
}
for name, (word, other, value) in RESPELT.items():

    def respelt(word: str = word, other: str = other, value: Any = value) -> Attempt:
        document = sign(credential())
        node = document.pop(word)
        if value in ("@type", "@id"):
            value = {"@type": node["type"], "@id": node["id"]} | {
                key: inner for key, inner in node.items() if key not in ("id", "type")
            }
        return attempt(document | {other: value})

    add(name, "A2", 2, "safe_mode.spelling", respelt)


@fails("A2", 2, "safe_mode.spelling")
def type_written_as_an_address() -> Attempt:
    document = sign(credential())
    return attempt(changed(document, "credentialStatus.type", f"{CREDENTIALS}BitstringStatusListEntry"))


@fails("A2", 2, "safe_mode.spelling")
def property_hidden_under_the_class_that_shares_its_address() -> Attempt:
    # Open Badges gives criteria and Criteria one address: the statements are the same, and readers see no criteria.
    document = sign(credential())
    achievement = document["credentialSubject"]["achievement"]
    respelt = {"Criteria" if word == "criteria" else word: value for word, value in achievement.items()}
    return attempt(changed(document, "credentialSubject.achievement", respelt))


@fails("A2", 2, "safe_mode.spelling")
def type_written_twice() -> Attempt:
    document = sign(credential())
    return attempt(document | {"type": [*document["type"], document["type"][-1]]})


@fails("A2", 2, "safe_mode.spelling")
def member_added_under_a_full_address() -> Attempt:
    subject = credential()["credentialSubject"] | {"https://pirate.example/#grade": "A+"}
    return attempt(sign(credential()) | {"credentialSubject": subject})


@fails("A2", 2, "safe_mode.described_twice")
def credential_described_in_a_second_place() -> Attempt:
    document = sign(credential())
    second = {"id": document["id"], "type": ["Profile"], "name": "Docteur"}
    return attempt(changed(document, "credentialSubject.source", second))


@fails("A2", 2, "safe_mode.described_twice")
def end_hung_from_an_endorsement_of_the_credential() -> Attempt:
    # The endorsement names the credential as its subject: what is said there of it is said of it.
    identifier = credential()["id"]
    endorsement = {
        "id": "urn:e:1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": CURRENT.verification_method.partition("#")[0], "type": ["Profile"]},
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"id": identifier, "type": ["EndorsementSubject"], "endorsementComment": "Bravo"},
    }
    document = sign(credential(endorsement=[endorsement], validUntil="2026-11-30T00:00:00Z"))
    end = document.pop("validUntil")
    subject = {"type": ["EndorsementSubject", "VerifiableCredential"], "validUntil": end}
    document["endorsement"][0]["credentialSubject"] |= subject
    return attempt(document)


@fails("A2", 2, "safe_mode.described_twice")
def status_described_in_a_second_place() -> Attempt:
    document = sign(credential())
    entry = document["credentialStatus"]
    elsewhere = {"id": entry["id"], "type": ["Profile"], "name": "Docteur"}
    return attempt(changed(document, "credentialSubject.source", elsewhere))
