"""Documents on paper: a sheet of typst filled with data, made into a PDF/A-3a that PDF/UA-1 readers understand.

The data goes in as JSON, never as code: what somebody typed cannot become markup, read a file or fetch anything. The
sheet sees its own folder and the fonts beside it, nothing else; no package is ever downloaded. The same data gives the
same bytes. The data is attached to the PDF as ``contenu.json``, so that a machine reads what a person reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

from jurande.integrations.typesetting import ornaments

FOLDER = Path(__file__).resolve().parent
FONTS, SHEETS = FOLDER / "fonts", FOLDER / "sheets"
# A convention of twenty pages is 60 kB. Beyond this, somebody pasted a book.
MOST_BYTES = 2_000_000
# Nothing is there: a sheet that asked for a package would find none, and would not look for it on the network.
NO_PACKAGES = FOLDER / "no-packages"

# One page at a time: the compiler uses all the processors by itself, and its caches are shared.
_ONE_AT_A_TIME = Lock()


class TooMuchText(Exception):
    """The data is longer than any document that a person would read."""


class MissingLetters(Exception):
    """A text is in letters that no face of ours has; a PDF that people archive may not show boxes instead."""


def typeset(sheet: str, content: Mapping[str, object]) -> bytes:
    """Fill the sheet of this name with this content and return the PDF.

    ``content`` is what ``json`` can write; every sheet wants ``title``, ``author``, ``reference`` and ``day`` (ISO, the
    day written in the file). Takes some 50 ms for ten pages.

    :raises KeyError: no such sheet. :raises TooMuchText: more than ``MOST_BYTES``. :raises typst.TypstError: the
    content lacks what the sheet wants. :raises MissingLetters: it has letters that no face of ours draws.
    """
    (made,) = _compiled(*_asked(sheet, content), "pdf")
    return made


def pictures(sheet: str, content: Mapping[str, object]) -> list[bytes]:
    """Draw the pages of the same document as SVG pictures, to be looked at on a screen; some 60 ms for five pages.

    :raises KeyError, TooMuchText, typst.TypstError: as ``typeset``.
    """
    return list(_compiled(*_asked(sheet, content), "svg"))


def pixels(sheet: str, content: Mapping[str, object], *, ppi: int) -> bytes:
    """Draw the first page as a PNG picture of ``ppi`` pixels to the inch.

    :raises KeyError, TooMuchText, typst.TypstError: as ``typeset``.
    """
    return _compiled(*_asked(sheet, content), "png", ppi)[0]


@lru_cache(maxsize=256)
def seal_letters(name: str, emblem: str) -> str:
    """Draw the letters of the seal of this name as outlines, to be laid in ``ornaments.wax_seal``."""
    ring, size = ornaments.ring_of(name)
    initial = "" if emblem in ornaments.EMBLEMS else name[:1].upper()
    (drawn,) = pictures("seal", {"ring": ring, "size": size, "initial": initial, "fill": ornaments.CREAM})
    # Inside another drawing, lengths are its own.
    return drawn.decode().replace('width="400pt" height="400pt"', 'width="400" height="400"', 1)


def _asked(sheet: str, content: Mapping[str, object]) -> tuple[Path, str]:
    path = SHEETS / f"{sheet}.typ"
    if path.parent != SHEETS or not path.is_file():
        raise KeyError(f"no sheet named {sheet!r}")
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(written.encode()) > MOST_BYTES:
        raise TooMuchText
    return path, written


@cache
def _fonts() -> typst.Fonts:
    """Read the faces once: nothing of the system's, so that a page is the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


# The same annex goes with hundreds of conventions, and a reader turns the pages of one: each is made once.
@lru_cache(maxsize=8)
def _compiled(path: Path, written: str, form: Literal["pdf", "svg", "png"], ppi: int = 144) -> tuple[bytes, ...]:
    try:
        with _ONE_AT_A_TIME:
            made = typst.compile(
                path,
                root=SHEETS,
                font_paths=_fonts(),
                sys_inputs={"content": written},
                format=form,
                ppi=ppi,
                pdf_standards=["a-3a", "ua-1"] if form == "pdf" else None,
                package_path=NO_PACKAGES,
                package_cache_path=NO_PACKAGES,
                timestamp=0,
            )
    except typst.TypstError as error:
        if "could not be displayed with font" in str(error):
            raise MissingLetters from error
        raise
    return tuple(made) if isinstance(made, list) else (made,)
