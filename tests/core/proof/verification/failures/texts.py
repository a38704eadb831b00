"""A7: JSON that two programs read differently. A8: graphs that never end. A9: dates that are none."""

from __future__ import annotations

import unicodedata
from typing import Any

from jurande.core.proof import jose
from tests.core.proof.verification.failures.catalogue import add, changed, fails
from tests.core.proof.verification.world import (
    CERTIFIER,
    CURRENT,
    LAST_MONTH,
    Attempt,
    attempt,
    credential,
    octets,
    sign,
)


def text() -> str:
    return octets(sign(credential())).decode()


@fails("A7", 1, "encoding.json.duplicate_key")
def key_given_twice() -> Attempt:
    return attempt(text().replace('{"@context"', '{"name": "Docteur", "@context"', 1))


@fails("A7", 1, "encoding.json.duplicate_key")
def key_given_twice_in_the_subject() -> Attempt:
    return attempt(text().replace('"id": "did:example:ines"', '"id": "did:example:ines", "id": "did:example:malo"'))


@fails("A7", 1, "encoding.json.duplicate_key")
def key_given_twice_once_escaped() -> Attempt:
    return attempt(text().replace('{"@context"', '{"n\\u0061me": "Docteur", "@context"', 1))


@fails("A7", 2, "jsonld.undefined_term")
def key_that_changes_objects_in_javascript() -> Attempt:
    return attempt(text().replace('{"@context"', '{"__proto__": {"verified": true}, "@context"', 1))


@fails("A7", 1, "encoding.json.number")
def number_that_is_none() -> Attempt:
    return attempt(text().replace('{"@context"', '{"x": NaN, "@context"', 1))


@fails("A7", 1, "encoding.json.number")
def number_beyond_doubles() -> Attempt:
    return attempt(text().replace('{"@context"', '{"x": 1e400, "@context"', 1))


@fails("A7", 1, "encoding.json.number")
def number_that_a_double_would_round() -> Attempt:
    return attempt(text().replace('{"@context"', '{"x": 9007199254740993, "@context"', 1))


@fails("A7", 1, "encoding.json.surrogate")
def half_a_character() -> Attempt:
    return attempt(text().replace('"name": "R', '"name": "\\ud800R', 1))


@fails("A7", 4, "signature.wrong")
def accents_decomposed_after_the_signature() -> Attempt:
    return attempt(unicodedata.normalize("NFD", text()))


@fails("A7", 1, "encoding.json.syntax")
def something_after_the_end() -> Attempt:
    return attempt(text() + '{"name": "Docteur"}')


@fails("A7", 1, "encoding.json.syntax")
def nothing_before_the_end() -> Attempt:
    return attempt(text()[:-1])


@fails("A7", 1, "carrier.unknown")
def byte_order_mark() -> Attempt:
    return attempt("\ufeff" + text())


@fails("A7", 1, "carrier.unknown")
def json_in_utf_16() -> Attempt:
    return attempt(text().encode("utf-16"))


@fails("A7", 1, "carrier.unknown")
def json_in_latin_1() -> Attempt:
    return attempt(text().encode("latin-1"))


@fails("A7", 1, "carrier.unknown")
def array_of_credentials() -> Attempt:
    return attempt(f"[{text()}]")


@fails("A7", 1, "encoding.json.depth")
def arrays_by_the_hundred() -> Attempt:
    return attempt('{"a": ' + "[" * 200 + "]" * 200 + "}")


@fails("A7", 1, "encoding.json.depth")
def arrays_by_the_hundred_thousand() -> Attempt:
    return attempt('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}")


@fails("A7", 1, "carrier.size")
def fifty_megabytes() -> Attempt:
    return attempt(b'{"a": "' + b"x" * 50_000_000 + b'"}')


@fails("A7", 1, "encoding.json.number")
def integer_of_a_hundred_thousand_digits() -> Attempt:
    return attempt('{"a": ' + "9" * 4000 + "}")


@fails("A7", 1, "encoding.json.syntax")
def json_with_comments() -> Attempt:
    return attempt(text().replace("{", "{/* ok */", 1))


@fails("A7", 1, "carrier.unknown")
def nothing_at_all() -> Attempt:
    return attempt("")


@fails("A7", 1, "credential.type")
def empty_object() -> Attempt:
    return attempt("{}")


@fails("A7", 1, "credential.type")
def type_that_is_not_that_of_a_credential() -> Attempt:
    return attempt(changed(sign(credential()), "type", "OpenBadgeCredential"))


@fails("A7", 1, "credential.type")
def presentation_in_place_of_a_credential() -> Attempt:
    return attempt(changed(sign(credential()), "type", ["VerifiablePresentation"]))


@fails("A7", 1, "credential.no_subject")
def credential_about_nobody() -> Attempt:
    return attempt(changed(sign(credential()), "credentialSubject", []))


# --- A8 --------------------------------------------------------------------------------------------


def alike(count: int) -> dict[str, Any]:
    """A tree of anonymous nodes, all alike at each of its three levels: too many orders to try them all."""
    alignments = [{"type": ["Alignment"], "targetName": "a", "targetUrl": "https://a.example"}] * count
    levels = [{"type": ["RubricCriterionLevel"], "name": "a", "alignment": alignments}] * count
    results = [
        {"type": ["ResultDescription"], "name": "a", "resultType": "Result", "rubricCriterionLevel": levels}
    ] * count
    achievement = {"type": ["Achievement"], "name": "a", "resultDescription": results}
    return {"type": ["AchievementSubject"], "achievement": achievement}


def clique(count: int) -> list[dict[str, Any]]:
    """Anonymous organisations, each the parent of all the others (W3C's test 074, as a credential)."""
    names = [f"_:b{number}" for number in range(count)]
    return [
        {"id": name, "type": ["Profile"], "parentOrg": [{"id": other} for other in names if other != name]}
        for name in names
    ]


def poisoned(**members: Any) -> Attempt:
    """Something poisonous put into a credential that was signed; whoever wrote it waits for us to freeze."""
    return attempt(sign(credential()) | members)


@fails("A8", 2, "proof.limit_exceeded")
def poison_of_five_anonymous_nodes_at_each_level() -> Attempt:
    return poisoned(credentialSubject=alike(5))


@fails("A8", 2, "proof.limit_exceeded")
def poison_of_twenty_anonymous_nodes_at_each_level() -> Attempt:
    return poisoned(credentialSubject=alike(20))


@fails("A8", 2, "proof.limit_exceeded")
def poison_of_ten_nodes_that_all_know_each_other() -> Attempt:
    return poisoned(issuer={"id": CERTIFIER, "type": ["Profile"], "parentOrg": clique(10)})


@fails("A8", 2, "proof.limit_exceeded")
def poison_of_fifty_nodes_that_all_know_each_other() -> Attempt:
    return poisoned(issuer={"id": CERTIFIER, "type": ["Profile"], "parentOrg": clique(50)})


@fails("A8", 2, "proof.limit_exceeded")
def poison_in_a_jwt() -> Attempt:
    document = credential(credentialSubject=alike(5))
    return attempt(jose.issue_vc_jwt(document, signer=CURRENT, now=LAST_MONTH))


@fails("A8", 2, "proof.limit_exceeded")
def poison_of_a_stranger() -> Attempt:
    return poisoned(issuer={"id": "did:web:pirate.example", "type": ["Profile"], "parentOrg": clique(10)})


@fails("A8", 1, "encoding.json.depth")
def nodes_nested_by_the_hundred() -> Attempt:
    profile: dict[str, Any] = {"type": ["Profile"]}
    for _ in range(100):
        profile = {"type": ["Profile"], "parentOrg": profile}
    return poisoned(issuer={"id": CERTIFIER, "type": ["Profile"], "parentOrg": profile})


@fails("A8", 2, "proof.limit_exceeded")
def thirty_thousand_statements() -> Attempt:
    tags = [f"mot-{number}" for number in range(30_000)]
    document = sign(credential())
    return attempt(changed(document, "credentialSubject.achievement.tag", tags))


# --- A9 --------------------------------------------------------------------------------------------

BAD_DATES: dict[str, tuple[str, Any, str]] = {
    "beginning_at_a_leap_second": ("validFrom", "2026-06-30T23:59:60Z", "date.impossible"),
    "end_in_the_year_10000": ("validUntil", "10000-01-01T00:00:00Z", "date.malformed"),
    "beginning_without_time_zone": ("validFrom", "2026-11-01T08:00:00", "date.malformed"),
    "beginning_without_time": ("validFrom", "2026-11-01", "date.malformed"),
    "beginning_on_the_30th_of_february": ("validFrom", "2026-02-30T00:00:00Z", "date.impossible"),
    "beginning_at_25_hours": ("validFrom", "2026-11-01T25:00:00Z", "date.impossible"),
    "beginning_with_a_space": ("validFrom", "2026-11-01 08:00:00Z", "date.malformed"),
    "beginning_in_other_digits": ("validFrom", "٢٠٢٦-11-01T08:00:00Z", "date.malformed"),
    "beginning_before_the_common_era": ("validFrom", "-0044-03-15T12:00:00Z", "date.malformed"),
    "beginning_in_the_year_0": ("validFrom", "0000-01-01T00:00:00Z", "date.impossible"),
    "end_with_a_negative_zone_beyond_a_day": ("validUntil", "2031-01-01T00:00:00-25:00", "date.impossible"),
    "end_before_the_beginning": ("validUntil", "2026-10-31T00:00:00Z", "dates.inverted"),
    "not_begun": ("validFrom", "2026-12-02T00:00:00Z", "dates.not_yet_valid"),
    "over": ("validUntil", "2026-12-01T11:59:59Z", "dates.expired"),
    "over_since_a_fraction_of_a_second": ("validUntil", "2026-12-01T11:59:59.999999999Z", "dates.expired"),
    "over_in_another_time_zone": ("validUntil", "2026-12-01T12:30:00+01:00", "dates.expired"),
}
for name, (member, value, code) in BAD_DATES.items():
    add(name, "A9", 6, code, lambda member=member, value=value: attempt(sign(credential(**{member: value}))))


@fails("A9", 1, "date.malformed")
def jwt_whose_credential_has_a_beginning_without_time_zone() -> Attempt:
    document = credential(validFrom="2026-11-01T08:00:00")
    payload = document | {"iss": "did:web:imr.example"}
    header = {"typ": "vc+jwt", "kid": CURRENT.verification_method}
    return attempt(jose.sign_jws(header, payload, CURRENT))
