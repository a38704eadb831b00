# SPDX-License-Identifier: Apache-2.0
"""A credential attached to a PDF: the page shows it to people, the attachment proves it.

Only the attachment is ever verified: nothing that the pages show is proven by it.
"""

from __future__ import annotations

from io import BytesIO
from itertools import islice

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, MOST_IMAGE_BYTES, CarrierRefused

MOST_ATTACHMENTS = 32
_MOST_OBJECTS = 20_000
_BEGINNINGS = (b"{", b"eyJ")  # JSON, or the base64url of «{"» that begins every compact JWT
_PACKED = (None, "/FlateDecode", ["/FlateDecode"])
# What is packed to hold the document together; the attachments themselves may be larger.
_MOST_STRUCTURE = 1024 * 1024
# Sound documents ask for a few thousand reads, and one for each of their objects, which are larger than that.
_READS, _BYTES_A_READ = 100_000, 32
_MOST_COPIES, _COPIED = 16, 64 * 1024 * 1024


class Metered(BytesIO):
    """A document that may be read only so many times, and copied only so many.

    pypdf reads what it does not understand a byte at a time, over and over where the bytes send it back: what it costs
    is bounded here, in proportion to the size of the document.
    """

    def __init__(self, document: bytes, *, reads: int = _READS) -> None:
        """Allow ``reads``, and what grows with the size: more than a sound document needs to have its heads read."""
        super().__init__(document)
        self._size = len(document)
        #: How many times it may still be read.
        self.left = reads + len(document) // _BYTES_A_READ
        self._bytes = max(_MOST_COPIES * len(document), _COPIED)

    @property
    def is_spent(self) -> bool:
        """Whether more was asked for than a sound document needs."""
        return self.left < 0 or self._bytes < 0

    def read(self, size: int | None = -1, /) -> bytes:
        """:raises LimitReachedError: read too often."""
        found = super().read(size)
        self._spend(len(found))
        return found

    def getbuffer(self) -> memoryview:
        """:raises LimitReachedError: read too often."""
        self._spend(self._size)
        return super().getbuffer()

    def _spend(self, size: int) -> None:
        self.left -= 1
        self._bytes -= size
        if self.is_spent:
            raise LimitReachedError("read more often than a document of its size asks for")


def extract_pdf(document: bytes) -> str:
    """Return the text of the one attachment that looks like a credential.

    :raises CarrierRefused: not a PDF, encrypted, damaged, too large, made to be long to read, more than
        ``MOST_ATTACHMENTS`` attachments, one packed otherwise than attachments are; no credential among them, or
        several.
    """
    if len(document) > MOST_IMAGE_BYTES:
        raise CarrierRefused(f"more than {MOST_IMAGE_BYTES} bytes", code="carrier.size")
    found = [content for content in _attachments(document) if content.lstrip()[:3].startswith(_BEGINNINGS)]
    if not found:
        raise CarrierRefused("no credential attached to the document", code="carrier.empty")
    if len(found) > 1:
        raise CarrierRefused(f"{len(found)} credentials attached to the document", code="carrier.duplicate")
    try:
        return found[0].decode("utf-8").strip()
    except UnicodeDecodeError:
        raise CarrierRefused("a credential that is not UTF-8", code="carrier.encoding") from None


def _attachments(document: bytes) -> list[bytes]:
    # A stream may announce a gigabyte and hold it: every size that pypdf lets us bound is bounded.
    with apply_configuration(
        maximum_declared_stream_length=MOST_IMAGE_BYTES,
        zlib_maximum_output_length=_MOST_STRUCTURE,
        zlib_maximum_recovery_input_length=0,
        lzw_maximum_output_length=_MOST_STRUCTURE,
        run_length_maximum_output_length=_MOST_STRUCTURE,
        brotli_maximum_output_length=_MOST_STRUCTURE,
        array_based_stream_maximum_output_length=_MOST_STRUCTURE,
        array_maximum_element_count=_MOST_OBJECTS,
        dictionary_maximum_element_count=_MOST_OBJECTS,
        stream_filters_maximum_length=2,
        stream_decoding_work_maximum_length=MOST_IMAGE_BYTES,
    ):
        held = Metered(document)
        try:
            files = list(islice(PdfReader(held, strict=True).attachment_list, MOST_ATTACHMENTS + 1))
            if len(files) > MOST_ATTACHMENTS:
                raise CarrierRefused(f"more than {MOST_ATTACHMENTS} attachments", code="carrier.attachments")
            return [_content(file.pdf_object) for file in files]
        except CarrierRefused:
            raise
        except (PyPdfError, RecursionError) as error:
            code = "carrier.costly" if held.is_spent else "carrier.malformed"
            raise CarrierRefused(f"not a PDF that can be read: {error}", code=code) from None
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError) as error:
            # pypdf walks what a stranger wrote: a value of another type than the format wants ends up here.
            code = "carrier.costly" if held.is_spent else "carrier.malformed"
            raise CarrierRefused(f"not a sound PDF: {error}", code=code) from None


def _content(file: DictionaryObject) -> bytes:
    """Give what an attachment holds; the other ways to pack one, that nobody uses, take seconds to open."""
    places = file["/EF"]
    if not isinstance(places, DictionaryObject):
        raise CarrierRefused("an attachment that is nowhere", code="carrier.malformed")
    stream = places["/UF" if "/UF" in places else "/F"]
    if not isinstance(stream, StreamObject) or stream.get("/Filter") not in _PACKED or stream.get("/DecodeParms"):
        raise CarrierRefused("an attachment packed otherwise than attachments are", code="carrier.malformed")
    with apply_configuration(zlib_maximum_output_length=MOST_CREDENTIAL_BYTES):
        return stream.get_data()
