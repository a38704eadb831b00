from __future__ import annotations

import pytest

from jurande.registers.common.verdicts import YES, NotAllowed, no, require


class TestVerdict:
    def test_reads_as_its_answer(self) -> None:
        assert YES
        assert not no("Parce que.")


class TestRequire:
    def test_lets_a_yes_through(self) -> None:
        require(YES)

    def test_raises_the_reason_of_a_no(self) -> None:
        with pytest.raises(NotAllowed) as refused:
            require(no("Vous ne pouvez pas approuver votre propre dossier."))
        assert refused.value.reason == "Vous ne pouvez pas approuver votre propre dossier."
