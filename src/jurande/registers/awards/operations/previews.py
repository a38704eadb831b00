"""The picture that networks and messages show of a shared link, in the colours of the house; it proves nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from io import BytesIO

from django.core.cache import caches
from PIL import Image

from jurande.integrations.typesetting import ornaments, pixels, seal_letters
from jurande.registers.awards.models import Share
from jurande.registers.awards.operations.shares import preview_key
from jurande.registers.common.crypto.fields import Sealed, Unreadable, decrypt, encrypt

SIZE = (1200, 630)
# Few colours on plain paper: a quarter of the weight, and nothing that the eye tells.
_COLOURS = 64
_BOUND_TO = {"label": "awards.share", "column": "preview"}


@dataclass(frozen=True)
class Preview:
    """What it says, in one language, and how it looks: colours «#RRGGBB», ``emblem`` that of the seal or empty."""

    language: str
    overline: str
    title: str
    name: str
    given: str
    house: str
    colour: str
    accent: str
    emblem: str

    def digest(self) -> str:
        """SHA-256 of all of it: another text is another picture."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def preview_png(share: Share, preview: Preview) -> bytes:
    """Draw it, 1200 by 630 pixels: some 80 ms, then kept encrypted in the cache until the link changes or stops."""
    cache, key, digest = caches["parchments"], preview_key(share, preview.language), preview.digest()
    kept = cache.get(key)
    if kept is not None:
        try:
            known, _space, drawn = decrypt(Sealed(kept), code=share.code, **_BOUND_TO).partition(" ")
        except Unreadable:
            known = drawn = ""
        if known == digest:
            return base64.b64decode(drawn)
    png = draw_preview(preview)
    cache.set(key, encrypt(f"{digest} {base64.b64encode(png).decode()}", code=share.code, **_BOUND_TO).text)
    return png


def draw_preview(preview: Preview) -> bytes:
    """Draw it, and keep nothing."""
    letters = seal_letters(preview.house, preview.emblem)
    drawn = pixels(
        "preview",
        {
            "title": preview.title,
            "author": preview.house,
            # No picture says the day it was drawn: the same text gives the same bytes.
            "day": "2000-01-01",
            "reference": "",
            "page": asdict(preview),
            "drawings": {
                "rosette": ornaments.rosette(ornaments.WIDE_ROSETTE, preview.colour, strength=0.3),
                "seal": ornaments.wax_seal(preview.house, preview.accent, preview.emblem, letters=letters),
            },
        },
        ppi=72,
    )
    light = BytesIO()
    with Image.open(BytesIO(drawn)) as picture:
        picture.convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(light, "png", compress_level=3)
    return light.getvalue()
