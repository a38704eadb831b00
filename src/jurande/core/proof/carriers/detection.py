# SPDX-License-Identifier: Apache-2.0
"""What was handed to us: which file, and which written form of a credential it holds. The content tells, not a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from jurande.core.proof.carriers import png
from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, CarrierRefused
from jurande.core.proof.carriers.pdf import extract_pdf
from jurande.core.proof.carriers.svg import extract_svg

_PART = r"[A-Za-z0-9_-]++"
_JWT = re.compile(rf"{_PART}\.{_PART}\.{_PART}", re.ASCII)
_SD_JWT = re.compile(rf"{_PART}\.{_PART}\.{_PART}(?:~{_PART})*~(?:{_PART}\.{_PART}\.{_PART})?", re.ASCII)
_XML_SPACE = b" \t\r\n\xef\xbb\xbf"


class Carrier(StrEnum):
    """The file that a credential came in."""

    PLAIN = "plain"
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


class Form(StrEnum):
    """The written form of a credential."""

    JSON = "json"
    JWT = "jwt"
    SD_JWT = "sd_jwt"


@dataclass(frozen=True, slots=True)
class Carried:
    """A credential, as text, and the file that it came in."""

    carrier: Carrier
    form: Form
    text: str


def read_carrier(content: bytes, *, pdf: Callable[[bytes], str] = extract_pdf) -> Carried:
    """Return the credential that ``content`` is, or carries; ``pdf`` opens a PDF, for who would do it elsewhere.

    :raises CarrierRefused: none of the five kinds, too large, or refused by the reader of its kind.
    """
    if content.startswith(png.SIGNATURE):
        carrier, text = Carrier.PNG, png.extract_png(content)
    elif content.startswith(b"%PDF-"):
        carrier, text = Carrier.PDF, pdf(content)
    elif content.lstrip(_XML_SPACE).startswith(b"<"):
        carrier, text = Carrier.SVG, extract_svg(content)
    else:
        return read_plain(content)
    return _carried(carrier, text)


def read_plain(content: bytes) -> Carried:
    """Return the credential that ``content`` is: what is inside another may be no file that carries one.

    :raises CarrierRefused: too large, or neither JSON, nor a JWT, nor an SD-JWT.
    """
    return _carried(Carrier.PLAIN, _plain(content))


def _carried(carrier: Carrier, text: str) -> Carried:
    text = text.strip(" \t\r\n")
    return Carried(carrier, _form(text), text)


def _plain(content: bytes) -> str:
    if len(content) > MOST_CREDENTIAL_BYTES:
        raise CarrierRefused(f"more than {MOST_CREDENTIAL_BYTES} bytes", code="carrier.size")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise CarrierRefused("neither an image, nor a PDF, nor text", code="carrier.unknown") from None


def _form(text: str) -> Form:
    if text.startswith("{"):
        return Form.JSON
    if _JWT.fullmatch(text):
        return Form.JWT
    if _SD_JWT.fullmatch(text):
        return Form.SD_JWT
    raise CarrierRefused("neither JSON, nor a JWT, nor an SD-JWT", code="carrier.unknown")
