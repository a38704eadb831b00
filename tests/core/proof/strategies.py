# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies: texts that break programs, and whole Open Badges documents made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from jurande.core.proof import documents as d
from jurande.core.proof.documents import achievements, credentials, profiles
from jurande.core.proof.errors import ProofError
from jurande.core.proof.limits import clean_text

HOSTILE = [
    '"', "\\", '\\"', "\n", "\r\n", "\t", "\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\xa0",
    "\u00ad", "\u200b", "\u200d", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "e\u0301", "ﬁ", "Å", "\u202e",
    "%s", "%b", "%(a)s", "%%", "%", "{0}", "{{nom}}", "${x}", "jurande.slot.0:", "jurande.slot.99:", "_:b0", "_:c14n0",
    "<http://a>", "^^<x:y>", "@fr", " .\n", "null", "\U0001f600", "\U0010ffff", "\ud83d", "\udc00", "\x00\x00", "'",
    "</script>", "é", "œ", "’", " ", "\u3000",
]  # fmt: skip

#: Any text, with the worst of them often.
hostile_texts = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=6), max_size=6).map("".join)


def hostile_text(draw: Random) -> str:
    """A text as above, drawn fast: thousands of documents need hundreds of thousands of them."""
    alphabet = draw.choice(["aé ", "\x00\x1f\x7f\x9f", "\ud800\udfff", "\U00010000\U0010ffff", '"\\\n', "vélo à 50 %"])
    pieces = [
        draw.choice(HOSTILE) if draw.random() < 0.5 else "".join(draw.choices(alphabet, k=draw.randrange(5)))
        for _ in range(draw.randrange(5))
    ]
    return "".join(pieces)


def clean_hostile_text(draw: Random) -> str:
    """A hostile text that may be signed."""
    while not (text := _clean(hostile_text(draw))):
        pass
    return text


def hostile_iri(draw: Random) -> str:
    """An absolute IRI, now and then a strange one."""
    start = draw.choice(["https://seal.example/", "urn:uuid:", "did:example:", "HTTP://É/#?", "a:"])
    return start + "".join(draw.choices("abcABC019éß-._~/#?=&%@:+,;()!$'*", k=draw.randrange(8)))


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except ProofError:
        return ""


#: Texts that may be signed, hostile ones included.
clean_texts = hostile_texts.map(lambda text: _clean(text) or "é")
iris = st.sampled_from(["https://seal.example/", "urn:uuid:", "did:example:", "HTTP://É/#?"]).flatmap(
    lambda start: st.text("abcABC019éß-._~/#?=&%@:+,;()!$'*", max_size=12).map(lambda rest: start + rest)
)
instants = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15, allow_nan=False)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


images = st.builds(d.Image, id=iris, caption=maybe(clean_texts))
identifier_entries = st.builds(
    d.IdentifierEntry, identifier=clean_texts, identifier_type=st.sampled_from(profiles.IDENTIFIER_TYPES)
)
identity_objects = st.builds(
    d.IdentityObject,
    hashed=st.booleans(),
    identity_hash=clean_texts,
    identity_type=st.sampled_from(profiles.IDENTIFIER_TYPES),
    salt=maybe(clean_texts),
)
addresses = st.builds(
    d.Address,
    id=iris,
    address_country=maybe(clean_texts),
    street_address=maybe(clean_texts),
    geo=maybe(st.builds(d.GeoCoordinates, id=iris, latitude=numbers, longitude=numbers)),
)
profile_nodes = st.builds(
    d.Profile,
    id=iris,
    name=maybe(clean_texts),
    url=maybe(iris),
    image=maybe(images),
    address=maybe(addresses),
    other_identifier=some(identifier_entries, 2),
    given_name=maybe(clean_texts),
)
alignments = st.builds(
    d.Alignment,
    id=iris,
    target_name=clean_texts,
    target_url=iris,
    target_type=maybe(st.sampled_from(achievements.TARGET_TYPES)),
)
levels = st.builds(
    d.RubricCriterionLevel, id=iris, name=clean_texts, points=maybe(clean_texts), alignment=some(alignments, 1)
)
result_descriptions = st.builds(
    d.ResultDescription,
    id=iris,
    name=clean_texts,
    result_type=st.sampled_from(achievements.RESULT_TYPES),
    allowed_value=some(clean_texts),
    rubric_criterion_level=some(levels, 2),
    value_max=maybe(clean_texts),
)
achievement_nodes = st.builds(
    d.Achievement,
    id=iris,
    achievement_type=maybe(st.sampled_from([*achievements.ACHIEVEMENT_TYPES, "ext:bloc"])),
    name=clean_texts,
    description=clean_texts,
    criteria=st.builds(d.Criteria, id=iris, narrative=maybe(clean_texts)),
    image=maybe(images),
    alignment=some(alignments, 2),
    creator=maybe(profile_nodes),
    credits_available=maybe(numbers),
    tag=some(clean_texts),
    related=some(st.builds(d.Related, id=iris, version=maybe(clean_texts)), 2),
    result_description=some(result_descriptions, 2),
    other_identifier=some(identifier_entries, 2),
)
results = st.builds(
    d.Result,
    id=iris,
    result_description=maybe(iris),
    status=maybe(st.sampled_from(credentials.RESULT_STATUSES)),
    value=maybe(clean_texts),
)
subjects = st.builds(
    d.AchievementSubject,
    id=iris,
    identifier=some(identity_objects, 2),
    achievement=achievement_nodes,
    activity_end_date=maybe(instants),
    credits_earned=maybe(numbers),
    narrative=maybe(clean_texts),
    result=some(results, 2),
    source=maybe(profile_nodes),
)
achievement_credentials = st.builds(
    d.AchievementCredential,
    id=iris,
    name=clean_texts,
    description=maybe(clean_texts),
    image=maybe(images),
    issuer=profile_nodes,
    valid_from=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    awarded_date=maybe(instants),
    credential_schema=some(st.builds(d.CredentialSchema, id=iris), 1),
    credential_subject=subjects,
    evidence=some(st.builds(d.Evidence, id=iris, narrative=maybe(clean_texts), genre=maybe(clean_texts)), 2),
)
endorsement_credentials = st.builds(
    d.EndorsementCredential,
    id=iris,
    name=clean_texts,
    issuer=profile_nodes,
    valid_from=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    credential_subject=st.builds(d.EndorsementSubject, id=iris, endorsement_comment=maybe(clean_texts)),
)
