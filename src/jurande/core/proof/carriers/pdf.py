# SPDX-License-Identifier: Apache-2.0
"""A credential attached to a PDF: the page shows it to people, the attachment proves it.

Only the attachment is ever verified: nothing that the pages show is proven by it.
"""

from __future__ import annotations

from io import BytesIO
from itertools import islice

from pypdf import PdfReader, apply_configuration
from pypdf.errors import PyPdfError

from jurande.core.proof.carriers.errors import MOST_CREDENTIAL_BYTES, MOST_IMAGE_BYTES, CarrierRefused

MOST_ATTACHMENTS = 32
_MOST_OBJECTS = 20_000
_BEGINNINGS = (b"{", b"eyJ")  # JSON, or the base64url of «{"» that begins every compact JWT


def extract_pdf(document: bytes) -> str:
    """Return the text of the one attachment that looks like a credential.

    :raises CarrierRefused: not a PDF, encrypted, damaged, too large, more than ``MOST_ATTACHMENTS`` attachments; no
        credential among them, or several.
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
        zlib_maximum_output_length=MOST_CREDENTIAL_BYTES,
        zlib_maximum_recovery_input_length=0,
        lzw_maximum_output_length=MOST_CREDENTIAL_BYTES,
        run_length_maximum_output_length=MOST_CREDENTIAL_BYTES,
        brotli_maximum_output_length=MOST_CREDENTIAL_BYTES,
        array_based_stream_maximum_output_length=MOST_CREDENTIAL_BYTES,
        array_maximum_element_count=_MOST_OBJECTS,
        dictionary_maximum_element_count=_MOST_OBJECTS,
        stream_filters_maximum_length=2,
        stream_decoding_work_maximum_length=2 * MOST_CREDENTIAL_BYTES,
    ):
        try:
            files = list(islice(PdfReader(BytesIO(document), strict=True).attachment_list, MOST_ATTACHMENTS + 1))
            if len(files) > MOST_ATTACHMENTS:
                raise CarrierRefused(f"more than {MOST_ATTACHMENTS} attachments", code="carrier.attachments")
            return [file.content for file in files]
        except CarrierRefused:
            raise
        except (PyPdfError, RecursionError) as error:
            raise CarrierRefused(f"not a PDF that can be read: {error}", code="carrier.malformed") from None
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError) as error:
            # pypdf walks what a stranger wrote: a value of another type than the format wants ends up here.
            raise CarrierRefused(f"not a sound PDF: {error}", code="carrier.malformed") from None
