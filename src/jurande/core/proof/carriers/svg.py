# SPDX-License-Identifier: Apache-2.0
"""A credential baked into an SVG image: one ``credential`` element of Open Badges' name space, under the root.

The reader accepts no document type and so no entity, and looks at nothing outside the file.
Source: Open Badges 3.0 §5.3.2.
"""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, MOST_IMAGE_BYTES, CarrierRefused

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
DEEPEST = 128
MOST_ELEMENTS = 200_000

_ELEMENT = f"{NAMESPACE} credential"


def bake_svg(image: bytes, credential: str) -> bytes:
    """Return ``image`` with ``credential`` right after the opening tag of its root; the rest is untouched.

    A compact JWT goes into the ``verify`` attribute, JSON into a CDATA section.
    :raises CarrierRefused: not a sound SVG, one that carries a credential already, an image without content, or a
        credential that XML cannot hold.
    """
    found = _read(image)
    if found.credentials:
        raise CarrierRefused("the image carries a credential already", code="carrier.duplicate")
    if found.content_at is None or image[: found.content_at].endswith(b"/>"):
        raise CarrierRefused("an image without content", code="carrier.empty_image")
    if credential.lstrip().startswith("{"):
        content = "><![CDATA[" + credential.replace("]]>", "]]]]><![CDATA[>") + "]]></openbadges:credential>"
    else:
        content = f" verify={quoteattr(credential)}/>"
    element = f'<openbadges:credential xmlns:openbadges="{NAMESPACE}"{content}'
    baked = image[: found.content_at] + element.encode("utf-8") + image[found.content_at :]
    if extract_svg(baked) != credential:  # XML rewrites ends of lines, and has no place for some characters
        raise CarrierRefused("a credential that XML would alter", code="carrier.encoding")
    return baked


def extract_svg(image: bytes) -> str:
    """Return the text of the credential that ``image`` carries.

    :raises CarrierRefused: not SVG in UTF-8, a document type, too large, too deep; no credential, two of them, one out
        of its place, or one that holds both an attribute and a text, or elements.
    """
    found = _read(image)
    if not found.credentials:
        raise CarrierRefused("no credential in the image", code="carrier.empty")
    if len(found.credentials) > 1:
        raise CarrierRefused(f"{len(found.credentials)} credentials in the image", code="carrier.duplicate")
    attribute, text = found.credentials[0]
    if attribute is not None and text.strip():
        raise CarrierRefused("a credential in the attribute, and another as text", code="carrier.duplicate")
    credential = text.strip() if attribute is None else attribute
    if not credential:
        raise CarrierRefused("no credential in the image", code="carrier.empty")
    if len(credential.encode("utf-8")) > MOST_CREDENTIAL_BYTES:
        raise CarrierRefused("a credential too large", code="carrier.size")
    return credential


class _Reader:
    """Walks an SVG once; keeps the credentials it finds, and where the root's content begins."""

    def __init__(self) -> None:
        self.credentials: list[tuple[str | None, str]] = []
        self.content_at: int | None = None
        self._open: list[str] = []
        self._elements = 0
        self._text: list[str] = []
        self._attribute: str | None = None
        self._root_at = -1
        # The encoding is imposed: UTF-7 and UTF-16 tricks become malformed XML.
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.CommentHandler = self._other
        self.parser.ProcessingInstructionHandler = self._other
        self.parser.StartCdataSectionHandler = self._other

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise CarrierRefused(f"an image in {encoding}", code="carrier.encoding")

    def _document_type(self, *_: object) -> NoReturn:
        raise CarrierRefused("a document type, and the entities it may bring", code="carrier.document_type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._other()
        self._elements += 1
        if len(self._open) >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise CarrierRefused("too many elements", code="carrier.elements")
        if not self._open:
            if name not in (f"{SVG_NAMESPACE} svg", "svg"):
                raise CarrierRefused("not an SVG", code="carrier.malformed")
            self._root_at = self.parser.CurrentByteIndex
        elif self._open[-1] == _ELEMENT:
            raise CarrierRefused("elements inside the credential", code="carrier.malformed")
        if name == _ELEMENT:
            if len(self._open) != 1:
                raise CarrierRefused("a credential out of its place", code="carrier.misplaced")
            self._attribute, self._text = attributes.get("verify"), []
        self._open.append(name)

    def _end(self, name: str) -> None:
        self._other()
        self._open.pop()
        if name == _ELEMENT:
            self.credentials.append((self._attribute, "".join(self._text)))

    def _characters(self, text: str) -> None:
        self._other()
        if self._open and self._open[-1] == _ELEMENT:
            self._text.append(text)

    def _other(self, *_: object) -> None:
        # The first event after the root's opening tag tells where its content begins.
        if self._open and self.content_at is None and self.parser.CurrentByteIndex > self._root_at:
            self.content_at = self.parser.CurrentByteIndex


def _read(image: bytes) -> _Reader:
    if len(image) > MOST_IMAGE_BYTES:
        raise CarrierRefused(f"more than {MOST_IMAGE_BYTES} bytes", code="carrier.size")
    reader = _Reader()
    try:
        reader.parser.Parse(image, True)
    except expat.ExpatError as error:
        raise CarrierRefused(f"not XML: {error}", code="carrier.malformed") from None
    return reader
