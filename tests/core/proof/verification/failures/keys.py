"""A3: keys and issuers that are not those they pretend to be. A11: names that look like another. And habilitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from jurande.core.encoding import base64url
from jurande.core.proof import jose
from jurande.core.proof.signer import KeySigner
from tests.core.proof.verification.failures.catalogue import add, changed, fails
from tests.core.proof.verification.world import (
    CERTIFIER,
    CURRENT,
    LAST_MONTH,
    LIST_URL,
    LOGIN,
    OTHER,
    OTHER_KEY,
    PARTNER,
    PARTNER_KEY,
    RETIRED,
    ROTATION,
    STOLEN,
    STRANGER,
    STRANGER_ID,
    THEFT,
    Attempt,
    attempt,
    credential,
    delegated,
    habilitation,
    habilitation_jwt,
    octets,
    rsa_signer,
    sd_token,
    sign,
    status_list,
)

SECOND = timedelta(seconds=1)


def under(address: str, signer: KeySigner = STRANGER) -> KeySigner:
    """Somebody's key, under an address that it claims."""
    return KeySigner(address, signer.private_key)


@fails("A3", 3, "key.not_the_issuers")
def key_of_a_stranger_under_its_own_did_key() -> Attempt:
    return attempt(sign(credential(), STRANGER))


@fails("A3", 3, "key.not_the_issuers")
def key_of_another_trusted_issuer() -> Attempt:
    return attempt(sign(credential(), OTHER_KEY))


@fails("A3", 3, "key.not_the_issuers")
def key_under_an_address_that_the_issuer_never_had() -> Attempt:
    return attempt(sign(credential(), under(f"{CERTIFIER}#nouvelle")))


@fails("A3", 4, "signature.wrong")
def key_of_a_stranger_under_the_issuers_address() -> Attempt:
    return attempt(sign(credential(), under(CURRENT.verification_method)))


@fails("A3", 4, "signature.wrong")
def proof_moved_from_one_credential_to_another() -> Attempt:
    return attempt(sign(credential(name="Docteur")) | {"proof": sign(credential())["proof"]})


@fails("A3", 3, "key.purpose")
def key_for_signing_in_only() -> Attempt:
    return attempt(sign(credential(), LOGIN))


@fails("A3", 3, "key.retired")
def key_retired_before_it_signed() -> Attempt:
    return attempt(sign(credential(), RETIRED, created=ROTATION))


@fails("A3", 3, "key.not_yet_valid")
def key_not_yet_in_service_when_it_signed() -> Attempt:
    return attempt(sign(credential(), CURRENT, created=ROTATION - SECOND))


@fails("A3", 3, "key.retired")
def key_stolen_and_used_after_the_theft() -> Attempt:
    return attempt(sign(credential(), STOLEN, created=THEFT))


@fails("A3", 4, "proof.malformed")
def key_embedded_in_the_proof() -> Attempt:
    embedded = {"id": CURRENT.verification_method, "publicKeyMultibase": STRANGER.public_key.multikey}
    return attempt(changed(sign(credential()), "proof.0.verificationMethod", embedded))


@fails("A3", 3, "key.not_the_issuers")
def key_under_a_relative_address() -> Attempt:
    return attempt(changed(sign(credential()), "proof.0.verificationMethod", "#courante"))


@fails("A3", 3, "key.not_the_issuers")
def key_under_an_address_with_a_query() -> Attempt:
    return attempt(changed(sign(credential()), "proof.0.verificationMethod", f"{CERTIFIER}?v=1#courante"))


@fails("A3", 3, "key.not_the_issuers")
def key_under_the_bare_identifier() -> Attempt:
    return attempt(changed(sign(credential()), "proof.0.verificationMethod", CERTIFIER))


LOOKALIKES = {
    "issuer_with_a_trailing_slash": f"{CERTIFIER}/",
    "issuer_in_capitals": "did:web:IMR.example",
    "issuer_with_a_percent_sign": "did:web:im%72.example",
    "issuer_with_a_trailing_dot": "did:web:imr.example.",
    "issuer_written_in_another_alphabet": "did:web:іmr.example",
    "issuer_in_punycode": "did:web:xn--mr-nia.example",
    "issuer_as_a_web_page": "https://imr.example",
    "issuer_with_a_fragment": f"{CERTIFIER}#courante",
    "issuer_with_a_trailing_space": f"{CERTIFIER}\u00a0",
}
for name, lookalike in LOOKALIKES.items():
    # The fraudster signs with a key of its own, named as its identifier.
    made = lambda lookalike=lookalike: attempt(sign(credential(lookalike), under(f"{CERTIFIER}#courante")))  # noqa: E731
    add(name, "A11", 3, "issuer.unknown", made, undecided=True)


@fails("A11", 3, "issuer.unknown", undecided=True)
def stranger_under_the_name_of_the_certifier() -> Attempt:
    profile = {"id": STRANGER_ID, "type": ["Profile"], "name": "Institut des métiers de la réparation"}
    return attempt(sign(credential(profile), STRANGER))


@fails("A11", 3, "issuer.unknown", undecided=True)
def stranger_in_a_jwt() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(STRANGER_ID), signer=STRANGER, now=LAST_MONTH))


@fails("A3", 1, "issuer.missing")
def issuer_missing() -> Attempt:
    return attempt(changed(sign(credential()), "issuer", ...))


@fails("A3", 1, "issuer.missing")
def issuer_without_identifier() -> Attempt:
    return attempt(changed(sign(credential()), "issuer", {"type": ["Profile"], "name": "IMR"}))


@fails("A3", 1, "issuer.missing")
def issuer_given_twice() -> Attempt:
    return attempt(changed(sign(credential()), "issuer", [CERTIFIER, STRANGER_ID]))


@fails("A3", 4, "signature.wrong")
def issuer_swapped_for_another_trusted_one() -> Attempt:
    document = changed(sign(credential()), "issuer.id", OTHER)
    document = changed(document, "proof.0.verificationMethod", OTHER_KEY.verification_method)
    return attempt(document)


# --- habilitations: step 7 ------------------------------------------------------------------------


@fails("A3", 7, "authority.no_habilitation")
def partner_without_habilitation() -> Attempt:
    return attempt(delegated(issuer=PARTNER, signer=PARTNER_KEY))


@fails("A3", 3, "issuer.unknown", undecided=True)
def stranger_without_habilitation() -> Attempt:
    return attempt(delegated())


@fails("A3", 3, "issuer.unknown", undecided=True)
def stranger_habilitated_by_itself() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(issuer=STRANGER_ID), signer=STRANGER, now=LAST_MONTH)
    return attempt(delegated(token))


@fails("A3", 3, "issuer.unknown", undecided=True)
def habilitated_stranger_whose_identifier_brings_no_key() -> Attempt:
    # A did:web would have to be looked up: trust must know its keys.
    token = habilitation_jwt(partner="did:web:inconnu.example")
    return attempt(delegated(token, issuer="did:web:inconnu.example"))


@fails("A3", 7, "authority.not_allowed")
def sd_jwt_of_a_partner_for_another_type() -> Attempt:
    token = sd_token(issuer=PARTNER, signer=PARTNER_KEY)
    return attempt(token, habilitations=[octets(sign(habilitation(PARTNER)))])


@fails("A3", 3, "issuer.unknown", undecided=True)
def stranger_habilitated_by_a_trusted_issuer_that_may_not() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(issuer=OTHER), signer=OTHER_KEY, now=LAST_MONTH)
    return attempt(delegated(token))


@fails("A3", 7, "authority.habilitation.key.not_the_issuers")
def habilitation_forged_in_the_certifiers_name() -> Attempt:
    return attempt(delegated(habilitation_jwt(STRANGER)))


@fails("A3", 7, "authority.habilitation.signature.wrong")
def habilitation_forged_under_the_certifiers_key_address() -> Attempt:
    return attempt(delegated(habilitation_jwt(under(CURRENT.verification_method))))


@fails("A3", 7, "authority.other_certifier")
def habilitation_of_another_certifier_than_the_partners() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(PARTNER, issuer=OTHER), signer=OTHER_KEY, now=LAST_MONTH)
    return attempt(delegated(token, issuer=PARTNER, signer=PARTNER_KEY))


@fails("A3", 7, "authority.other_partner")
def habilitation_of_another_partner() -> Attempt:
    return attempt(delegated(habilitation_jwt(partner=PARTNER)))


@fails("A3", 7, "authority.not_allowed")
def habilitation_for_another_achievement() -> Attempt:
    allowed = habilitation()["credentialSubject"]["achievement"] | {
        "related": [{"type": ["Related"], "id": "https://imr.example/a/trottinette"}]
    }
    return attempt(delegated(habilitation_jwt(subject={"achievement": allowed})))


@fails("A3", 7, "authority.not_allowed")
def habilitation_for_nothing() -> Attempt:
    allowed = {k: v for k, v in habilitation()["credentialSubject"]["achievement"].items() if k != "related"}
    return attempt(delegated(habilitation_jwt(subject={"achievement": allowed})))


@fails("A3", 7, "authority.not_allowed")
def achievement_without_identifier_under_a_habilitation() -> Attempt:
    subject: dict[str, Any] = credential()["credentialSubject"]
    achievement = {k: v for k, v in subject["achievement"].items() if k != "id"}
    return attempt(delegated(habilitation_jwt(), credentialSubject=subject | {"achievement": achievement}))


@fails("A3", 7, "authority.not_allowed")
def second_achievement_slipped_in_beside_the_allowed_one() -> Attempt:
    subject = credential()["credentialSubject"]
    other = subject | {"id": "did:example:malo", "achievement": subject["achievement"] | {"id": "urn:a:autre"}}
    return attempt(delegated(habilitation_jwt(), credentialSubject=[subject, other]))


@fails("A3", 7, "authority.not_valid_then")
def habilitation_ended_before_the_signature() -> Attempt:
    return attempt(delegated(habilitation_jwt(validUntil="2026-10-01T00:00:00Z")))


@fails("A3", 7, "authority.not_valid_then")
def habilitation_begun_after_the_signature() -> Attempt:
    return attempt(delegated(habilitation_jwt(validFrom="2026-11-20T00:00:00Z")))


@fails("A3", 7, "authority.habilitation.status.revoked")
def habilitation_withdrawn() -> Attempt:
    return attempt(delegated(habilitation_jwt()), lists={LIST_URL: status_list(99)})


@fails("A3", 7, "status.list_absent", undecided=True)
def habilitation_whose_status_nobody_can_tell() -> Attempt:
    return attempt(delegated(habilitation_jwt()), lists={})


@fails("A3", 7, "authority.habilitation.proof.purpose")
def habilitation_signed_for_another_purpose() -> Attempt:
    token = sign(habilitation(), LOGIN, purpose="authentication")
    return attempt(delegated(issuer=PARTNER, signer=PARTNER_KEY), habilitations=[octets(token)])


@fails("A3", 7, "authority.other_partner")
def habilitation_handed_over_beside_for_somebody_else() -> Attempt:
    beside = octets(sign(habilitation()))
    return attempt(delegated(issuer=PARTNER, signer=PARTNER_KEY), habilitations=[beside])


@fails("A3", 7, "authority.habilitation.carrier.unknown")
def habilitation_that_is_no_credential() -> Attempt:
    return attempt(delegated(issuer=PARTNER, signer=PARTNER_KEY), habilitations=[b"habilite"])


@fails("A3", 7, "authority.habilitation.jwt.alg_none")
def habilitation_that_nobody_signed() -> Attempt:
    header = base64url.encode(b'{"alg":"none"}')
    token = f"{header}.{habilitation_jwt(partner=PARTNER).split('.')[1]}.AA"
    return attempt(delegated(token, issuer=PARTNER, signer=PARTNER_KEY))


@fails("A3", 7, "authority.other_certifier")
def habilitation_given_by_a_partner_to_another() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(issuer=PARTNER), signer=PARTNER_KEY, now=LAST_MONTH)
    # The stranger is looked at because a true certifier is also named; its own habilitation is for somebody else.
    return attempt(delegated(token, habilitation_jwt(partner=PARTNER)))


@fails("A3", 4, "signature.wrong")
def habilitation_swapped_after_the_signature() -> Attempt:
    document = delegated(habilitation_jwt())
    return attempt(changed(document, "issuer.endorsementJwt.0", habilitation_jwt(name="Autre")))


@fails("A3", 3, "key.not_the_issuers")
def habilitated_stranger_whose_credential_is_signed_by_another() -> Attempt:
    return attempt(delegated(habilitation_jwt(), signer=STRANGER))


@fails("A3", 3, "key.not_the_issuers")
def jwt_that_brings_a_strangers_key() -> Attempt:
    token = jose.issue_ob_jwt(credential(), signer=KeySigner("", STRANGER.private_key), key=STRANGER.public_key)
    return attempt(token)


@fails("A3", 3, "key.not_the_issuers")
def jwt_whose_key_identifier_is_a_path() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(), signer=under("../../../../dev/null"), now=LAST_MONTH))


@fails("A3", 3, "key.not_the_issuers")
def jwt_whose_key_identifier_is_a_query() -> Attempt:
    return attempt(jose.issue_vc_jwt(credential(), signer=under("x' UNION SELECT 'k"), now=LAST_MONTH))


@fails("A3", 3, "key.private")
def jwt_that_brings_a_private_key() -> Attempt:
    header = {"typ": "JWT", "jwk": dict(rsa_signer().public_key.jwk) | {"d": "AAAA"}}
    payload = jose.read_jws(jose.issue_ob_jwt(credential(), signer=rsa_signer()), members=frozenset({"typ", "kid"}))
    return attempt(jose.sign_jws(header, payload.payload, rsa_signer()))
