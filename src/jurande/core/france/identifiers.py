# SPDX-License-Identifier: Apache-2.0
"""Numbers that the State gives to organisations, places, schools and certifications: their form and their check digits.

Each function takes what a person typed or a file held, and returns the canonical form: no spaces, upper case.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jurande.core.errors import CoreError
from jurande.core.france.departements import departement_of_postcode

LA_POSTE = "356000000"
# 23 letters: I, O and Q would be read as figures.
UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
Reader = Callable[[str], str]
_BLANKS = re.compile(r"[\s.\-\u00a0\u202f]+")


class IdentifierRefused(CoreError):
    """What was given is not a number of this kind. ``code`` says why: ``<kind>.form`` or ``<kind>.check``."""


def siren(text: str) -> str:
    """Return the nine digits of an organisation's SIREN, whose Luhn sum was checked.

    :raises IdentifierRefused: ``siren.form``, ``siren.check``. Source: C. com. R. 123-221; ISO/IEC 7812-1, annex B.
    """
    digits = _digits(text, 9, "siren")
    if luhn_sum(digits) % 10:
        raise IdentifierRefused(f"wrong check digit in SIREN {digits}", code="siren.check")
    return digits


def siret(text: str) -> str:
    """Return the fourteen digits of a place's SIRET: a valid SIREN, then five digits.

    La Poste has more places than the Luhn digit allows: theirs follow another rule, the sum of the digits is a
    multiple of five; its head office follows both.

    :raises IdentifierRefused: ``siret.form``, ``siret.check``. Source: C. com. R. 123-221; INSEE, Sirene.
    """
    digits = _digits(text, 14, "siret")
    if luhn_sum(digits[:9]) % 10:
        raise IdentifierRefused(f"wrong check digit in the SIREN of SIRET {digits}", code="siret.check")
    if luhn_sum(digits) % 10 and not _follows_la_poste(digits):
        raise IdentifierRefused(f"wrong check digit in SIRET {digits}", code="siret.check")
    return digits


def siren_of(siret: str) -> str:
    """Return the SIREN of the organisation that a canonical SIRET belongs to."""
    return siret[:9]


def nda(text: str) -> str:
    """Return the eleven digits of a training body's declaration of activity.

    Two digits for the region that registered it (former codes live on), two for the département, then a number. It has
    no published check digit, and it does not change when the body moves: nothing more can be refused.

    :raises IdentifierRefused: ``nda.form``. Source: C. trav. L. 6351-1, R. 6351-6.
    """
    digits = _digits(text, 11, "nda")
    departement = int(digits[2:4])
    if departement == 0 or departement == 96 or departement > 98 or digits[:2] == "00":
        raise IdentifierRefused(f"no département {digits[2:4]} in NDA {digits}", code="nda.form")
    return digits


def uai(text: str) -> str:
    """Return the code of a school or apprentices' centre: seven digits and the letter that checks them.

    :raises IdentifierRefused: ``uai.form``, ``uai.check``. Source: ministère de l'éducation nationale, RAMSESE.
    """
    code = _compact(text)
    if not re.fullmatch(rf"[0-9]{{7}}[{UAI_LETTERS}]", code):
        raise IdentifierRefused(f"not seven digits and a letter: {code[:20]!r}", code="uai.form")
    if UAI_LETTERS[int(code[:7]) % 23] != code[7]:
        raise IdentifierRefused(f"wrong letter in UAI {code}", code="uai.check")
    return code


def rncp_code(text: str) -> str:
    """Return a code of the répertoire national des certifications professionnelles, as ``RNCP49021``.

    :raises IdentifierRefused: ``rncp.form``. Source: C. trav. L. 6113-5.
    """
    return _register_code(text, "RNCP")


def rs_code(text: str) -> str:
    """Return a code of the répertoire spécifique, as ``RS9104``.

    :raises IdentifierRefused: ``rs.form``. Source: C. trav. L. 6113-6.
    """
    return _register_code(text, "RS")


def postcode(text: str) -> str:
    """Return the five digits of a French postcode.

    :raises IdentifierRefused: ``postcode.form``, also when no département has such postcodes.
    """
    digits = _digits(text, 5, "postcode")
    if departement_of_postcode(digits) is None:
        raise IdentifierRefused(f"no département has postcode {digits}", code="postcode.form")
    return digits


def luhn_sum(digits: str) -> int:
    """Add the digits, every second one from the right doubled and reduced to one digit: a multiple of 10 when valid."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled)


def _follows_la_poste(digits: str) -> bool:
    return digits.startswith(LA_POSTE) and sum(int(digit) for digit in digits) % 5 == 0


def _register_code(text: str, register: str) -> str:
    code = _compact(text)
    # Zeros in front are written by some and not by others: one code, one spelling.
    match = re.fullmatch(rf"{register}0*([1-9][0-9]{{0,6}})", code)
    if match is None:
        raise IdentifierRefused(f"not {register} and a number: {code[:20]!r}", code=f"{register.lower()}.form")
    return register + match[1]


def _compact(text: str) -> str:
    return _BLANKS.sub("", text).upper()


def _digits(text: str, length: int, kind: str) -> str:
    digits = _compact(text)
    if not re.fullmatch(rf"[0-9]{{{length}}}", digits):
        raise IdentifierRefused(f"not {length} digits: {digits[:20]!r}", code=f"{kind}.form")
    return digits
