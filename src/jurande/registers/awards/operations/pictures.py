"""Logos and signatures: any picture that is sent becomes a plain PNG of a bounded size, without its metadata."""

from __future__ import annotations

import io
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from jurande.integrations.inspection import Kind, Rejected, examine
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations.keeping import keep_made
from jurande.registers.documents.operations.refusals import refusal
from jurande.registers.documents.states import PICTURES

# Printed at 300 pixels to the inch, some eight centimetres.
LARGEST = (1000, 500)
MOST_PIXELS = 40_000_000


def keep_picture(*, content: BinaryIO, filename: str, certifier_code: str, field: str, now: datetime) -> Document:
    """Keep this picture as a PNG of 1,000 by 500 pixels at most, in the transaction of the record that will hold it.

    :raises DocumentRefused: not a picture that is taken, too large. :raises Refused: it cannot be read.
    """
    content.seek(0)
    given = content.read(PICTURES.max_bytes + 1)
    try:
        examine(given, filename, PICTURES)
    except Rejected as rejected:
        found = refusal(rejected, PICTURES)
        found.field = field
        raise found from rejected
    return keep_made(
        content=plain_png(given, field=field),
        filename="image.png",
        kind=Kind.PNG,
        certifier_code=certifier_code,
        now=now,
    )


def _of_bytes(picture: Image.Image) -> Image.Image:
    # Greys of sixteen bits would be cut at white instead of divided.
    return picture.point(lambda grey: grey / 256).convert("L") if picture.mode.startswith("I") else picture


def plain_png(given: bytes, *, field: str = "") -> bytes:
    """Turn a picture into a PNG that fits in ``LARGEST``, turned as its camera says, transparent where it was.

    :raises Refused: it cannot be read, or has more than ``MOST_PIXELS``.
    """
    unreadable = Refused(_("Cette image ne peut pas être lue. Enregistrez-la en PNG, puis réessayez."), field=field)
    try:
        with Image.open(io.BytesIO(given)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(_("Cette image est trop grande. Réduisez-la, puis réessayez."), field=field)
            turned = ImageOps.exif_transpose(_of_bytes(picture)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise unreadable from error
    turned.thumbnail(LARGEST)
    held = io.BytesIO()
    turned.save(held, format="PNG", optimize=True)
    return held.getvalue()
