"""A3, step 7 of what a certifier signs for a body that assessed: its habilitation, bound inside the signature."""

from __future__ import annotations

import json
from datetime import timedelta

from jurande.core.proof import jose
from jurande.core.proof.status.bitstring import status_entry
from tests.core.proof.verification.failures.catalogue import fails
from tests.core.proof.verification.world import (
    CERTIFIER,
    CURRENT,
    LAST_MONTH,
    LIST_URL,
    OTHER,
    OTHER_KEY,
    SOURCE,
    STRANGER,
    SUSPENSION_URL,
    Attempt,
    attempt,
    clean_list,
    habilitation,
    interrupted,
    octets,
    source_habilitation,
    status_list,
    with_source,
)

HOUR = timedelta(hours=1)


def under(bound: bytes, **changes: object) -> Attempt:
    """What was signed under this habilitation, which is handed over with it."""
    return attempt(with_source(bound), **{"habilitations": [bound], **changes})


@fails("A3", 7, "authority.habilitation_absent", undecided=True)
def source_whose_habilitation_is_bound_and_not_given() -> Attempt:
    return attempt(with_source(source_habilitation()))


@fails("A3", 7, "authority.habilitation_absent", undecided=True)
def source_whose_habilitation_is_replaced_by_that_of_another_address() -> Attempt:
    other = source_habilitation(id="https://imr.example/h/2")
    return attempt(with_source(source_habilitation()), habilitations=[other])


@fails("A3", 7, "authority.altered")
def source_whose_habilitation_is_changed_after_the_signature() -> Attempt:
    later = source_habilitation(validUntil="2029-01-01T00:00:00Z")
    return attempt(with_source(source_habilitation()), habilitations=[later])


@fails("A3", 7, "authority.altered")
def source_whose_habilitation_is_bound_without_a_digest() -> Attempt:
    bound = source_habilitation()
    related = [{"id": json.loads(bound)["id"], "mediaType": "application/vc"}]
    return attempt(with_source(None, relatedResource=related), habilitations=[bound])


@fails("A3", 4, "signature.wrong")
def source_added_after_the_signature() -> Attempt:
    bound = source_habilitation()
    document = with_source(bound)
    document["credentialSubject"]["source"]["name"] = "Un autre organisme"
    return attempt(document, habilitations=[bound])


@fails("A3", 7, "authority.other_partner")
def source_with_the_habilitation_of_another_body() -> Attempt:
    return under(source_habilitation("https://imr.example/habilitations/2/#organisme"))


@fails("A3", 7, "authority.other_partner")
def source_beside_a_second_one_under_the_same_habilitation() -> Attempt:
    bound = source_habilitation()
    subject = with_source(bound)["credentialSubject"]
    second = subject | {"id": "did:example:malo", "source": {"id": f"{SOURCE}-2", "type": ["Profile"]}}
    return attempt(with_source(bound, credentialSubject=[subject, second]), habilitations=[bound])


@fails("A3", 7, "authority.other_certifier")
def source_with_a_habilitation_of_another_certifier() -> Attempt:
    return under(source_habilitation(issuer=OTHER, signer=OTHER_KEY))


@fails("A3", 7, "authority.not_allowed")
def source_habilitated_for_another_certification() -> Attempt:
    achievement = habilitation()["credentialSubject"]["achievement"]
    reference = {"type": "IdentifierEntry", "identifier": "RNCP37429", "identifierType": "identifier"}
    other = {name: value for name, value in achievement.items() if name != "related"} | {"otherIdentifier": [reference]}
    return under(source_habilitation(subject={"achievement": other}))


@fails("A3", 7, "authority.not_valid_then")
def source_whose_habilitation_had_ended() -> Attempt:
    return under(source_habilitation(validUntil="2026-10-31T00:00:00Z"))


@fails("A3", 7, "authority.not_valid_then")
def source_whose_habilitation_had_not_begun() -> Attempt:
    return under(source_habilitation(validFrom="2026-11-20T00:00:00Z"))


@fails("A3", 7, "authority.habilitation.signature.wrong")
def source_whose_habilitation_is_forged() -> Attempt:
    forged = json.loads(source_habilitation()) | {"name": "Habilitation sans limite"}
    return under(octets(forged))


@fails("A3", 7, "authority.habilitation.key.not_the_issuers")
def source_whose_habilitation_is_signed_by_a_stranger() -> Attempt:
    return under(source_habilitation(signer=STRANGER))


@fails("A3", 7, "authority.habilitation.status.revoked")
def source_whose_habilitation_is_withdrawn_nobody_says_when() -> Attempt:
    return under(source_habilitation(), lists={LIST_URL: status_list(99)})


@fails("A3", 7, "authority.not_in_force_then")
def source_whose_habilitation_was_withdrawn_before() -> Attempt:
    return under(source_habilitation(), lists={LIST_URL: status_list(99)}, trust=interrupted(LAST_MONTH - HOUR))


@fails("A3", 7, "authority.not_in_force_then")
def source_whose_habilitation_was_suspended_before() -> Attempt:
    entry = status_entry(list_url=SUSPENSION_URL, index=9, purpose="suspension")
    lists = {LIST_URL: clean_list(), SUSPENSION_URL: status_list(9, url=SUSPENSION_URL, purpose="suspension")}
    return under(source_habilitation(credentialStatus=entry), lists=lists, trust=interrupted(LAST_MONTH - HOUR))


@fails("A3", 7, "authority.not_in_force_then")
def source_whose_habilitation_was_suspended_that_day_and_restored() -> Attempt:
    return under(source_habilitation(), trust=interrupted(LAST_MONTH - HOUR, LAST_MONTH + HOUR))


@fails("A3", 7, "status.list_absent", undecided=True)
def source_whose_habilitation_has_a_status_that_nobody_can_tell() -> Attempt:
    entry = status_entry(list_url=SUSPENSION_URL, index=9, purpose="suspension")
    return under(source_habilitation(credentialStatus=entry))


@fails("A3", 7, "authority.habilitation.key.not_the_issuers")
def source_that_embeds_a_habilitation_it_made_itself() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(SOURCE, issuer=CERTIFIER), signer=STRANGER, now=LAST_MONTH)
    return attempt(with_source(None, source={"endorsementJwt": [token]}))


@fails("A3", 7, "authority.other_partner")
def source_that_embeds_the_habilitation_of_another() -> Attempt:
    token = jose.issue_vc_jwt(habilitation(), signer=CURRENT, now=LAST_MONTH)
    return attempt(with_source(None, source={"endorsementJwt": [token]}))
