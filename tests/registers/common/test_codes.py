from __future__ import annotations

import re

from jurande.registers.common.codes import ALPHABET, CodeField, new_code


class TestNewCode:
    def test_is_ten_characters_that_nobody_misreads(self) -> None:
        codes = [new_code() for _ in range(500)]
        assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", code) for code in codes)
        assert set("".join(codes)) == set(ALPHABET)

    def test_is_never_drawn_twice(self) -> None:
        assert len({new_code() for _ in range(2000)}) == 2000


class TestCodeField:
    def test_cannot_be_edited_nor_shared(self) -> None:
        field = CodeField()
        assert (field.unique, field.editable, field.max_length) == (True, False, 16)
        assert field.get_default() != field.get_default()
