"""What an award looks like: its PDF, with the signed credential attached, and its badge, with the credential baked in.

The PDF is a rendering, the credential is the proof. Nothing here writes in the database; a page drawn once is kept a
few days in the cache, encrypted, for the next who asks.
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import segno
from django.core.cache import caches
from django.utils.translation import gettext_lazy as _

from jurande.core.proof.carriers.png import bake_png
from jurande.core.proof.carriers.svg import bake_svg
from jurande.integrations.typesetting import MissingLetters, ornaments, pictures, pixels, seal_letters, typeset
from jurande.integrations.typesetting.coverage import undrawable
from jurande.registers.awards.facts.parchments import ParchmentContent, Picture, parchment_content
from jurande.registers.awards.models import Award
from jurande.registers.awards.states import Layout
from jurande.registers.common.crypto.fields import Sealed, Unreadable, decrypt, encrypt
from jurande.registers.common.refusals import Refused
from jurande.registers.documents.models import Document
from jurande.registers.documents.queries import open_content
from jurande.registers.seal.queries.credentials import signed_bytes

UPRIGHT = (Layout.PORTRAIT, Layout.SOBER)
A4 = (1123, 794)
BADGE_PPI = 108  # 600 pixels a side
_BOUND_TO = {"label": "awards.parchment", "column": "pdf"}


class NotDrawn(Refused):
    """This award has no page: issued elsewhere, erased, or its signature is still to come."""


def parchment_pdf(award: Award) -> bytes:
    """Draw the page of this award as PDF/A-3a and PDF/UA-1, its signed credential attached as ``attestation.json``.

    The same award gives the same bytes. Some 60 ms, then kept encrypted in the cache for a week.

    :raises NotDrawn: issued elsewhere, erased, or not signed yet; or a name in letters that no face of ours has.
    """
    content, credential = _drawable(award)
    digest = hashlib.sha256(f"{award.code} {content.digest()} {credential}".encode()).hexdigest()
    # Under the award's own code, whatever its page says: erasing it finds the only copy.
    cache = caches["parchments"]
    kept_digest, kept = cache.get(award.code) or ("", "")
    if kept_digest == digest:
        with suppress(Unreadable):
            return base64.b64decode(decrypt(Sealed(kept), code=award.code, **_BOUND_TO))
    try:
        pdf = draw_pdf(content, credential)
    except MissingLetters as error:
        raise NotDrawn(
            _(
                "Ce document ne peut pas être dessiné\u00a0: nos caractères ne savent pas écrire "
                "«\u00a0%(letters)s\u00a0». Demandez une correction, avec le nom en lettres latines. La preuve signée, "
                "elle, est complète."
            )
            % {"letters": undrawable(content.name)}
        ) from error
    cache.set(award.code, (digest, encrypt(base64.b64encode(pdf).decode(), code=award.code, **_BOUND_TO).text))
    return pdf


def forget_drawings(codes: Iterable[str]) -> None:
    """Throw away the pages kept of the awards that have these codes."""
    caches["parchments"].delete_many(codes)


def badge_svg(award: Award) -> bytes:
    """Draw the badge of this award as SVG, its signed credential baked in.

    :raises NotDrawn: issued elsewhere, erased, or not signed yet.
    """
    content, credential = _drawable(award)
    return bake_svg(pictures("badge", _sheet(content, drawings_of_badge(content), ""))[0], credential)


def badge_png(award: Award) -> bytes:
    """Draw the badge of this award as PNG, 600 pixels a side, its signed credential baked in.

    :raises NotDrawn: issued elsewhere, erased, or not signed yet.
    """
    content, credential = _drawable(award)
    return bake_png(pixels("badge", _sheet(content, drawings_of_badge(content), ""), ppi=BADGE_PPI), credential)


def preview_png(award: Award, *, ppi: int = 96) -> bytes:
    """Draw the page of this award as a PNG picture, without its credential: to be looked at, proves nothing.

    :raises NotDrawn: issued elsewhere, erased, or not signed yet.
    """
    content, _credential = _drawable(award)
    return draw_png(content, ppi=ppi)


# --- drawing a content --------------------------------------------------------------------------


def draw_pdf(content: ParchmentContent, credential: str) -> bytes:
    """Draw a content as PDF; ``credential``: what is attached, empty for a specimen."""
    return typeset("parchment", _sheet(content, drawings_of(content), credential))


def draw_png(content: ParchmentContent, *, ppi: int = 96) -> bytes:
    """Draw a content as PNG; 1123 by 794 pixels at 96 to the inch."""
    return pixels("parchment", _sheet(content, drawings_of(content), ""), ppi=ppi)


def draw_badge(content: ParchmentContent, *, ppi: int = BADGE_PPI) -> bytes:
    """Draw the badge of a content as PNG, with nothing baked in."""
    return pixels("badge", _sheet(content, drawings_of_badge(content), ""), ppi=ppi)


def drawings_of(content: ParchmentContent) -> dict[str, Any]:
    """Draw as SVG all that adorns a page."""
    width, height = reversed(A4) if content.layout in UPRIGHT else A4
    is_open = content.layout == Layout.WORKSHOP
    return {
        "frame": ornaments.frame(width, height, content.colour),
        "rosette": ornaments.rosette(
            ornaments.OPEN_ROSETTE if is_open else ornaments.WIDE_ROSETTE,
            content.colour,
            strength=0.24 if is_open else 0.11,
        ),
        "seal": _seal(content),
        "code": _code(content.url),
        "logo": _picture(content.logo),
        "signatures": [_picture(one.image) for one in content.signatories],
    }


def drawings_of_badge(content: ParchmentContent) -> dict[str, Any]:
    """Draw as SVG what adorns a badge."""
    return {
        "rosette": ornaments.rosette(ornaments.WIDE_ROSETTE, content.colour, strength=0.4, width=0.5),
        "seal": _seal(content),
    }


def _drawable(award: Award) -> tuple[ParchmentContent, str]:
    signed = signed_bytes(award.credential) if award.credential else None
    if award.erased_at is not None or award.design is None:
        raise NotDrawn(_("Ce document n’existe pas ici\u00a0: il a été délivré ailleurs, ou il est effacé."))
    if signed is None:
        raise NotDrawn(_("La signature de ce document est en cours. Revenez dans quelques instants."))
    return parchment_content(award), signed.decode()


def _sheet(content: ParchmentContent, drawings: Mapping[str, Any], credential: str) -> dict[str, object]:
    return {
        "title": f"{content.title}, {content.name}",
        "author": content.certifier,
        "day": content.awarded_on.isoformat(),
        "reference": content.number,
        "page": content.as_json(),
        "drawings": drawings,
        "credential": credential,
    }


def _seal(content: ParchmentContent) -> str:
    letters = seal_letters(content.certifier, content.emblem)
    return ornaments.wax_seal(content.certifier, content.accent, content.emblem, letters=letters)


def _code(url: str) -> str:
    held = io.BytesIO()
    segno.make(url, error="m", micro=False).save(held, kind="svg", border=0, xmldecl=False, dark=ornaments.INK)
    return held.getvalue().decode()


def _picture(picture: Picture | None) -> str:
    return _photograph(picture.sha256) if picture else ""


@lru_cache(maxsize=32)
def _photograph(sha256: str) -> str:
    """Read a kept PNG, named by its bytes: what was read once stays true."""
    document = Document.objects.select_related("blob").filter(blob__sha256=sha256).order_by("pk").first()
    if document is None:
        raise NotDrawn(_("Une image de ce modèle est perdue. Prévenez la personne qui exploite cette installation."))
    with open_content(document) as file:
        content = file.read()
    width, height = struct.unpack(">II", content[16:24])
    return ornaments.photograph(base64.b64encode(content).decode(), width, height)
