"""Every check with its own outcome, and the same decision as ``verify`` for each way to fail."""

from __future__ import annotations

import pytest

from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.verification import Number
from jurande.core.proof.verification.examination import Examination, Outcome, examine
from tests.core.proof.verification.failures import ALL, Case
from tests.core.proof.verification.test_failures import judged
from tests.core.proof.verification.world import (
    INDEX,
    LIST_URL,
    Attempt,
    attempt,
    credential,
    octets,
    sign,
    status_list,
)


def examined(given: Attempt) -> Examination:
    return examine(
        given.content,
        trust=given.trust,
        now=given.now,
        status_lists=given.status_lists,
        habilitations=given.habilitations,
        log_proof=given.log_proof,
        expected=given.expected,
    )


class TestAnExamination:
    @pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
    def test_decides_as_verify_does(self, case: Case) -> None:
        given = case.make()
        found = examined(given)
        with pytest.raises((VerificationError, Undecided)) as raised:
            judged(given)
        expected = Outcome.UNKNOWN if isinstance(raised.value, Undecided) else Outcome.REFUSED
        said = found.of(Number(raised.value.step))
        assert (found.outcome, said and said.outcome, said and said.code) == (expected, expected, raised.value.code)

    def test_still_says_of_a_revoked_one_that_its_signature_and_its_dates_hold(self) -> None:
        revoked = {LIST_URL: octets(status_list(INDEX))}
        found = examined(Attempt(octets(sign(credential())), status_lists=revoked))
        assert [(one.number, one.outcome) for one in found.findings if one.number >= Number.SIGNATURE] == [
            (Number.SIGNATURE, Outcome.OK),
            (Number.STATUS, Outcome.REFUSED),
            (Number.DATES, Outcome.OK),
            (Number.AUTHORITY, Outcome.NOT_APPLICABLE),
            (Number.LOG, Outcome.NOT_APPLICABLE),
        ]

    def test_shows_the_document_of_a_good_one(self) -> None:
        found = examined(attempt(sign(credential())))
        assert found.outcome is Outcome.OK
        assert found.document is not None
        assert found.document["name"] == credential()["name"]

    def test_shows_nothing_of_what_nobody_trusted_signed(self) -> None:
        forged = sign(credential())
        forged["name"] = "Tout réparer"
        assert examined(attempt(forged)).document is None
