"""What is accepted, what the report says of it, and the right to show nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jurande.core.errors import CoreError
from jurande.core.log.policies import Policy
from jurande.core.proof import contexts, jose
from jurande.core.proof.carriers.detection import Carrier, Form
from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.carriers.svg import bake_svg
from jurande.core.proof.data_integrity import Cryptosuite, with_proof_object
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.history import KeyHistory
from jurande.core.proof.instants import instant_text
from jurande.core.proof.status.bitstring import status_entry
from jurande.core.proof.trust import Trust, TrustedIssuer
from jurande.core.proof.verification import Expectations, Number, State, verify
from tests.core.log import samples as log_samples
from tests.core.proof.carriers import samples
from tests.core.proof.verification.failures.statuses import TOKEN_URL, token_list, with_token_list
from tests.core.proof.verification.failures.tokens import EXPECTED, presented
from tests.core.proof.verification.test_failures import judged
from tests.core.proof.verification.world import (
    ACHIEVEMENT,
    CERTIFIER,
    CURRENT,
    FREELANCE_ID,
    INDEX,
    LAST_MONTH,
    LIST_URL,
    NOW,
    OTHER_KEY,
    P256,
    PARTNER,
    PARTNER_KEY,
    RETIRED,
    ROTATION,
    SOURCE,
    STOLEN,
    SUSPENSION_URL,
    Attempt,
    attempt,
    certifier,
    clean_list,
    credential,
    delegated,
    habilitation,
    habilitation_jwt,
    interrupted,
    octets,
    rsa_signer,
    sd_token,
    shown_in_log,
    sign,
    source_habilitation,
    status_list,
    trust,
    with_source,
)


def vc_jwt() -> str:
    return jose.issue_vc_jwt(credential(), signer=CURRENT, now=LAST_MONTH)


def text() -> str:
    return octets(sign(credential())).decode()


ACCEPTED: dict[str, Callable[[], Attempt]] = {
    "data integrity, RDFC": lambda: attempt(sign(credential())),
    "data integrity, JCS": lambda: attempt(sign(credential(), suite=Cryptosuite.EDDSA_JCS_2022)),
    "proof as an object": lambda: attempt(with_proof_object(sign(credential()))),
    "proofs of two trusted issuers": lambda: attempt(sign(sign(credential()), OTHER_KEY)),
    "chain of proofs": lambda: attempt(
        sign(sign(credential(), proof_id="urn:p:1"), OTHER_KEY, proof_id="urn:p:2", previous=("urn:p:1",))
    ),
    "vc+jwt, Ed25519": lambda: attempt(vc_jwt()),
    "vc+jwt, P-256": lambda: attempt(jose.issue_vc_jwt(credential(), signer=P256, now=LAST_MONTH)),
    "Open Badges JWT, RS256": lambda: attempt(jose.issue_ob_jwt(credential(), signer=rsa_signer())),
    "Open Badges JWT with its key": lambda: attempt(
        jose.issue_ob_jwt(credential(), signer=rsa_signer(), key=rsa_signer().public_key)
    ),
    "enveloped": lambda: attempt(
        {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{vc_jwt()}"}
    ),
    "SD-JWT": lambda: attempt(sd_token()),
    "SD-JWT presented to us": lambda: attempt(presented(), expected=EXPECTED),
    "PNG": lambda: attempt(bake_png(samples.png(), text())),
    "PNG with a JWT": lambda: attempt(bake_png(samples.png(), vc_jwt())),
    "SVG": lambda: attempt(bake_svg(samples.SVG, text())),
    "PDF": lambda: attempt(samples.pdf(credential=text().encode())),
    "signed by a retired key when it was in service": lambda: attempt(
        sign(credential(), RETIRED, created=ROTATION - timedelta(seconds=1))
    ),
    "signed by a key since stolen, and logged before": lambda: attempt(
        sign(credential(), STOLEN), log_proof=shown_in_log(sign(credential(), STOLEN))
    ),
    "without status": lambda: attempt(sign(credential(credentialStatus=None)), lists={}),
    "without dates": lambda: attempt(sign(credential(validFrom=None, validUntil=None))),
    "a neighbour revoked": lambda: attempt(sign(credential()), lists={LIST_URL: status_list(INDEX - 1, INDEX + 1)}),
    "habilitated partner, carried as a JWT": lambda: attempt(delegated(habilitation_jwt())),
    "habilitated partner, habilitation handed over": lambda: attempt(
        delegated(issuer=PARTNER, signer=PARTNER_KEY), habilitations=[octets(sign(habilitation(PARTNER)))]
    ),
    "habilitated then, though no longer": lambda: attempt(
        delegated(habilitation_jwt(validUntil="2026-11-15T00:00:00Z"))
    ),
    "a good habilitation after a bad one": lambda: attempt(
        delegated(habilitation_jwt(validUntil="2026-10-01T00:00:00Z"), habilitation_jwt())
    ),
    "domain and challenge as asked": lambda: attempt(
        sign(credential(), domain="https://verif.example", challenge="abc"),
        expected=Expectations(domain="https://verif.example", challenge="abc"),
    ),
    "SD-JWT of a habilitated partner": lambda: attempt(
        sd_token(issuer=PARTNER, signer=PARTNER_KEY, vct=ACHIEVEMENT),
        habilitations=[octets(sign(habilitation(PARTNER)))],
    ),
    "SD-JWT good in a token list": lambda: with_token_list(token_list(0, 0)),
    "JWT without any date": lambda: attempt(
        jose.sign_jws(
            {"typ": "vc+jwt", "kid": P256.verification_method},
            credential(validFrom=None, validUntil=None) | {"iss": CERTIFIER},
            P256,
        )
    ),
    "JWT made for us": lambda: attempt(
        jose.sign_jws(
            {"typ": "vc+jwt", "kid": CURRENT.verification_method},
            credential() | {"iss": CERTIFIER, "aud": ["https://verif.example"]},
            CURRENT,
        ),
        expected=Expectations(domain="https://verif.example"),
    ),
    "made by a clock a little ahead": lambda: attempt(
        sign(credential(validFrom="2026-12-01T12:04:00Z"), created=NOW + timedelta(minutes=4))
    ),
}
each_accepted = pytest.mark.parametrize("make", ACCEPTED.values(), ids=ACCEPTED.keys())


def refusal_of(given: Attempt) -> VerificationError | Undecided:
    with pytest.raises((VerificationError, Undecided)) as refusal:
        judged(given)
    return refusal.value  # type: ignore[no-any-return]


class TestVerify:
    @each_accepted
    def test_accepts(self, make: Callable[[], Attempt]) -> None:
        report = judged(make())
        assert [step.number for step in report.steps] == list(Number)
        assert all(step.state is not State.UNKNOWN for step in report.steps)

    def test_says_who_issued_from_the_trust_and_not_from_the_credential(self) -> None:
        profile = {"id": CERTIFIER, "type": ["Profile"], "name": "Institut des métiers de la réparatíon"}
        report = judged(attempt(sign(credential(profile))))
        assert report.issuer_name == "Institut des métiers de la réparation"
        assert (report.issuer_domain, report.issuer_registration) == ("imr.example", "SIREN 123 456 789")
        assert [step.code for step in report.warnings] == ["issuer.name_differs"]

    def test_shows_what_was_signed_without_its_proofs(self) -> None:
        report = judged(attempt(sign(credential())))
        assert "proof" not in report.credential
        assert report.credential["name"] == credential()["name"]
        assert (report.carrier, report.form, report.verified_at) == (Carrier.PLAIN, Form.JSON, NOW)

    def test_shows_what_no_caller_can_change(self) -> None:
        report = judged(attempt(sign(credential())))
        subject: Any = report.credential["credentialSubject"]
        with pytest.raises(TypeError):
            subject["id"] = "did:example:malo"
        with pytest.raises(FrozenInstanceError):
            report.issuer_id = "did:web:pirate.example"  # type: ignore[misc]
        assert isinstance(report.credential["type"], tuple)

    def test_leaves_what_it_was_given_as_it_was(self) -> None:
        document = sign(credential())
        before = octets(document)
        verify(document, trust=trust(), now=NOW, status_lists={LIST_URL: clean_list()})
        assert octets(document) == before

    def test_refuses_an_object_that_is_not_json(self) -> None:
        endless: dict[str, Any] = sign(credential())
        for value in ({1, 2}, object(), float("nan"), {1: 2}):
            with pytest.raises(VerificationError) as refusal:
                verify(endless | {"name": value}, trust=trust(), now=NOW)
            assert refusal.value.step == Number.PARSE
        endless["credentialSubject"]["source"] = endless
        with pytest.raises(VerificationError):
            verify(endless, trust=trust(), now=NOW)

    def test_accepts_bytes_text_and_objects_alike(self) -> None:
        document = sign(credential())
        for content in (document, octets(document), octets(document).decode()):
            verify(content, trust=trust(), now=NOW, status_lists={LIST_URL: clean_list()})

    def test_wants_a_time_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            verify(b"{}", trust=trust(), now=datetime(2026, 12, 1))

    def test_shows_of_an_sd_jwt_what_the_holder_shows(self) -> None:
        token, first, _, _ = sd_token().split("~")
        report = judged(attempt(f"{token}~{first}~"))
        assert report.credential["given_name"] == "Inès"
        assert "family_name" not in report.credential

    def test_says_that_the_holder_proved_its_key(self) -> None:
        step = judged(attempt(presented(), expected=EXPECTED)).steps[Number.SIGNATURE - 1]
        assert step.facts["holder"] == "proven"
        unasked = judged(attempt(presented())).steps[Number.SIGNATURE - 1]
        assert "holder" not in unasked.facts

    def test_points_out_a_suspended_habilitation(self) -> None:
        entry = status_entry(list_url=SUSPENSION_URL, index=9, purpose="suspension")
        token = habilitation_jwt(credentialStatus=entry)
        found = status_list(9, url=SUSPENSION_URL, purpose="suspension")
        report = judged(attempt(delegated(token), lists={SUSPENSION_URL: found}))
        assert [step.code for step in report.warnings] == ["authority.suspended"]

    def test_says_that_a_body_assessed_under_its_habilitation(self) -> None:
        bound = source_habilitation()
        step = judged(attempt(with_source(bound), habilitations=[bound])).steps[Number.AUTHORITY - 1]
        assert (step.code, step.facts["partner"]) == ("authority.habilitated", "Ateliers Mistral Formation")

    def test_accepts_the_reference_that_a_habilitation_calls_a_certification_by(self) -> None:
        reference = {"type": "IdentifierEntry", "identifier": "RNCP37429", "identifierType": "identifier"}
        allowed = habilitation()["credentialSubject"]["achievement"] | {"related": [], "otherIdentifier": [reference]}
        bound = source_habilitation(subject={"achievement": allowed})
        achieved = credential()["credentialSubject"]["achievement"] | {"humanCode": "RNCP37429"}
        report = judged(attempt(with_source(bound, subject={"achievement": achieved}), habilitations=[bound]))
        assert not report.warnings

    @pytest.mark.parametrize("kind", ["suspension", "revocation"])
    def test_says_that_a_habilitation_lived_then(self, kind: str) -> None:
        bound = source_habilitation(credentialStatus=status_entry(list_url=SUSPENSION_URL, index=9, purpose=kind))
        lists = {LIST_URL: clean_list(), SUSPENSION_URL: status_list(9, url=SUSPENSION_URL, purpose=kind)}
        since = LAST_MONTH + timedelta(days=3)
        given = attempt(with_source(bound), habilitations=[bound], lists=lists, trust=interrupted(since))
        step = judged(given).steps[Number.AUTHORITY - 1]
        assert (step.code, step.state, step.facts["ceased_at"]) == (
            "authority.lived_then",
            State.OK,
            instant_text(since),
        )

    def test_points_out_a_suspension_that_nobody_dates(self) -> None:
        entry = status_entry(list_url=SUSPENSION_URL, index=9, purpose="suspension")
        bound = source_habilitation(credentialStatus=entry)
        lists = {LIST_URL: clean_list(), SUSPENSION_URL: status_list(9, url=SUSPENSION_URL, purpose="suspension")}
        report = judged(attempt(with_source(bound), habilitations=[bound], lists=lists))
        assert [step.code for step in report.warnings] == ["authority.suspended"]

    def test_points_out_a_body_that_shows_no_habilitation(self) -> None:
        report = judged(attempt(with_source(None)))
        assert [step.code for step in report.warnings] == ["authority.source_alone"]

    def test_reads_a_habilitation_embedded_in_the_source(self) -> None:
        token = habilitation_jwt(partner=SOURCE)
        step = judged(attempt(with_source(None, source={"endorsementJwt": [token]}))).steps[Number.AUTHORITY - 1]
        assert step.code == "authority.habilitated"

    def test_names_the_certifier_behind_a_partner(self) -> None:
        report = judged(attempt(delegated(habilitation_jwt())))
        assert report.issuer_id == FREELANCE_ID
        assert report.steps[Number.AUTHORITY - 1].facts["certifier"] == CERTIFIER

    def test_says_where_the_log_shows_it_and_who_witnessed(self) -> None:
        document = sign(credential())
        key, _ = log_samples.witness()
        policy = Policy((log_samples.KEY,), witnesses={"temoin": key}, quorum="temoin")
        given = attempt(document, log_proof=shown_in_log(document, witnesses=(8,)), trust=trust(log_policy=policy))
        facts = judged(given).steps[Number.LOG - 1].facts
        assert (facts["index"], facts["size"], facts["witnesses"]) == ("2", "12", "temoin")
        assert facts["witnessed_at"].startswith("2026-")

    def test_shows_the_same_entry_for_both_forms_of_the_proof(self) -> None:
        document = sign(credential())
        judged(attempt(with_proof_object(document), log_proof=shown_in_log(document)))

    def test_does_not_read_a_proof_of_a_log_that_nobody_trusts(self) -> None:
        document = sign(credential())
        given = attempt(document, log_proof=shown_in_log(document), trust=trust(log_policy=None))
        assert [step.code for step in judged(given).warnings] == ["log.no_policy"]

    def test_refuses_a_token_list_that_is_no_token(self) -> None:
        given = with_token_list(token_list(0, 0))
        with pytest.raises(VerificationError) as refusal:
            verify(given.content, trust=given.trust, now=NOW, status_lists={TOKEN_URL: {"sub": TOKEN_URL}})
        assert refusal.value.code == "status.list_type"

    def test_reads_a_list_of_identifiers_and_says_that_nobody_signed_it(self) -> None:
        url = "https://imr.example/statuts/revocations"
        context = [*credential()["@context"], contexts.OPEN_BADGES_EXTENSIONS]
        entry = {"id": url, "type": "1EdTechRevocationList"}
        document = sign(credential(**{"@context": context}, credentialStatus=entry))
        found = {"id": url, "issuer": CERTIFIER, "revokedCredential": [{"id": "urn:other"}]}
        assert [step.code for step in judged(attempt(document, lists={url: found})).warnings] == [
            "status.unsigned_list"
        ]

    def test_says_what_a_message_means(self) -> None:
        messages = [{"status": hex(value), "message": f"message {value}"} for value in range(2)]
        entry = {
            "id": f"{LIST_URL}#1",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "message",
            "statusListIndex": "1",
            "statusListCredential": LIST_URL,
            "statusSize": 1,
            "statusMessage": messages,
        }
        token = jose.issue_vc_jwt(credential(credentialStatus=entry), signer=CURRENT, now=LAST_MONTH)
        given = attempt(token, lists={LIST_URL: status_list(1, subject={"statusPurpose": "message"})})
        assert judged(given).steps[Number.STATUS - 1].facts["detail"] == "message 1"

    def test_points_out_that_a_fresher_one_exists(self) -> None:
        entry = status_entry(list_url=LIST_URL, index=1, purpose="revocation") | {"statusPurpose": "refresh"}
        found = status_list(1, subject={"statusPurpose": "refresh"})
        given = attempt(sign(credential(credentialStatus=entry)), lists={LIST_URL: found})
        assert [step.code for step in judged(given).warnings] == ["status.refresh"]


class TestUndecided:
    def test_says_what_would_settle_it(self) -> None:
        refusal = refusal_of(attempt(sign(credential()), lists={}))
        assert isinstance(refusal, Undecided)
        assert refusal.needs == LIST_URL
        # Every later step was taken all the same.
        assert [step.number for step in refusal.steps] == list(Number)

    def test_says_it_of_the_list_of_a_habilitation_too(self) -> None:
        refusal = refusal_of(attempt(delegated(habilitation_jwt()), lists={}))
        assert isinstance(refusal, Undecided)
        assert refusal.needs == LIST_URL

    def test_never_hides_a_refusal(self) -> None:
        document = sign(credential(validUntil="2026-11-30T00:00:00Z"))
        assert isinstance(refusal_of(attempt(document, lists={})), VerificationError)

    def test_knows_nobody_when_nobody_is_trusted(self) -> None:
        refusal = refusal_of(attempt(sign(credential()), trust=Trust.of()))
        assert (type(refusal), refusal.code) == (Undecided, "issuer.unknown")


class TestRotation:
    def test_never_invalidates_what_was_signed_before(self) -> None:
        signed = sign(credential())
        before = certifier()
        for number in range(3):
            before = certifier(keys=before.keys.rotated(f"{CERTIFIER}#suivante-{number}", OTHER_KEY.public_key, at=NOW))
        after = Trust.of(before)
        fresh = octets(status_list(signed_at=NOW - timedelta(hours=1)))
        verify(signed, trust=after, now=NOW + timedelta(hours=1), status_lists={LIST_URL: fresh})

    def test_lets_the_old_key_sign_nothing_more(self) -> None:
        rotated = certifier().keys.rotated(f"{CERTIFIER}#suivante", OTHER_KEY.public_key, at=LAST_MONTH)
        refusal = refusal_of(attempt(sign(credential()), trust=Trust.of(certifier(keys=rotated))))
        assert refusal.code == "key.retired"

    def test_lets_the_new_key_re_sign_the_lists_of_the_old(self) -> None:
        signed = sign(credential())
        rotated = certifier().keys.rotated(OTHER_KEY.verification_method, OTHER_KEY.public_key, at=NOW)
        found = octets(status_list(signer=OTHER_KEY, signed_at=NOW))
        verify(signed, trust=Trust.of(certifier(keys=rotated)), now=NOW, status_lists={LIST_URL: found})


_TEXT = octets(sign(credential())).replace(b": ", b":").replace(b", ", b",")
_LIST = octets(status_list()).replace(b": ", b":").replace(b", ", b",")
_TOKEN = octets(vc_jwt())
_PLACES = st.integers(min_value=0)


class TestAnyByte:
    """One byte of something signed, changed, removed or added: refused, or at the least never believed."""

    @given(_PLACES, st.integers(1, 255))
    @settings(max_examples=100, deadline=None)
    def test_changed_in_a_credential_is_refused(self, place: int, change: int) -> None:
        altered = bytearray(_TEXT)
        altered[place % len(altered)] ^= change
        refusal_of(attempt(bytes(altered)))

    @given(_PLACES, st.binary(min_size=0, max_size=3), st.integers(0, 3))
    @settings(max_examples=100, deadline=None)
    @example(place=1, added=b" ", removed=0)
    def test_added_or_removed_in_a_credential_never_changes_what_is_shown(
        self, place: int, added: bytes, removed: int
    ) -> None:
        place %= len(_TEXT)
        try:
            report = judged(attempt(_TEXT[:place] + added + _TEXT[place + removed :]))
        except (VerificationError, Undecided):
            return
        assert report.credential == judged(attempt(_TEXT)).credential

    @given(_PLACES, st.integers(1, 255))
    @settings(max_examples=100, deadline=None)
    def test_changed_in_a_token_is_refused(self, place: int, change: int) -> None:
        altered = bytearray(_TOKEN)
        altered[place % len(altered)] ^= change
        if bytes(altered).strip() != _TOKEN:
            refusal_of(attempt(bytes(altered)))

    @given(_PLACES, st.integers(1, 255))
    @settings(max_examples=100, deadline=None)
    def test_changed_in_a_status_list_is_refused(self, place: int, change: int) -> None:
        altered = bytearray(_LIST)
        altered[place % len(altered)] ^= change
        refusal_of(attempt(_TEXT, lists={LIST_URL: bytes(altered)}))

    @given(_PLACES, st.integers(1, 255))
    @settings(max_examples=60, deadline=None)
    def test_changed_in_a_proof_of_inclusion_never_shows_another_entry(self, place: int, change: int) -> None:
        proof = _INCLUSION
        altered = bytearray(proof)
        altered[place % len(altered)] ^= change
        refusal_of(attempt(_TEXT, log_proof=bytes(altered), expected=Expectations(log_required=True)))

    @given(st.binary(max_size=200))
    @settings(max_examples=60, deadline=None)
    def test_of_noise_never_breaks_anything(self, noise: bytes) -> None:
        for start in (b"", b"{", b"\x89PNG\r\n\x1a\n", b"<svg>", b"%PDF-", b"eyJ"):
            refusal_of(attempt(start + noise))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
        st.sampled_from(sorted(credential())),
    )
    @settings(max_examples=60, deadline=None)
    def test_of_another_kind_of_value_never_breaks_anything(self, value: Any, member: str) -> None:
        document = sign(credential()) | {member: value}
        with pytest.raises(CoreError):
            verify(document, trust=trust(), now=NOW, status_lists={LIST_URL: clean_list()})


_INCLUSION = shown_in_log(sign(credential()))


class TestTrustedIssuer:
    @pytest.mark.parametrize(
        ("url", "accepted"),
        [
            ("https://imr.example/statuts/1", True),
            ("https://imr.example/statuts/", True),
            ("https://imr.example/statuts", False),
            ("https://imr.example/statuts.pirate.example/1", False),
            ("http://imr.example/statuts/1", False),
        ],
    )
    def test_knows_where_its_lists_live(self, url: str, accepted: bool) -> None:
        assert certifier().accepts_list(url) is accepted

    def test_accepts_any_address_when_none_is_named_and_names_none(self) -> None:
        issuer = TrustedIssuer(CERTIFIER, KeyHistory(CERTIFIER, ()))
        assert issuer.accepts_list("https://ailleurs.example/1")
        assert not issuer.names_list("https://ailleurs.example/1")
