"""File names as people send them: made harmless when they are clumsy, turned away when they deceive."""

from __future__ import annotations

import re
import unicodedata

from jurande.integrations.inspection.kinds import FORMATS, Kind, Reason, Rejected

NAME_BYTES = 255
# Characters that turn the reading direction round: «cv_<RLO>fdp.exe» shows as «cv_exe.pdf».
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What Windows or a shell would not take in a name.
AWKWARD = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
# An extension that runs, hidden before the last one: «facture.exe.pdf».
# «.com» is not here: «www.exemple.com.pdf» is an honest name.
RUNNING = re.compile(
    r"apk|bat|cab|cmd|cpl|dll|dmg|docm|dotm|exe|gadget|hta|html?|iso|jar|jse?|lnk|mjs|ms[cip]|php|pif|potm|ppam|pptm"
    r"|ps1|py|scf|scr|sh|shtml|svg|vb[es]?|ws[fh]|xhtml|xlam|xlsm|xltm",
    re.IGNORECASE,
)


def clean_name(raw: str, kind: Kind) -> str:
    """Give the name under which the file is kept: NFC, no folder, at most 255 bytes, with an extension of its kind.

    :raises Rejected: ``NAME_INVISIBLE`` for a control character, ``NAME_DECEPTIVE`` for one that turns the reading
        round or for a hidden extension that runs, ``NAME_EXTENSION`` when the extension is not one of ``kind``.
    """
    name = unicodedata.normalize("NFC", raw)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Rejected(Reason.NAME_INVISIBLE)
    if DIRECTION.search(name):
        raise Rejected(Reason.NAME_DECEPTIVE)
    name = re.split(r"[/\\]", name)[-1]
    # Zero-width marks and the like: nobody typed them, and they make two names look the same.
    name = "".join(character for character in name if unicodedata.category(character) != "Cf")
    name = " ".join(AWKWARD.sub("-", name).split()).strip(". ")
    stem, extension = _cut(name, kind)
    if any(RUNNING.fullmatch(part.strip()) for part in stem.split(".")[1:]):
        raise Rejected(Reason.NAME_DECEPTIVE)
    stem = stem.strip(". ") or "document"
    if RESERVED.fullmatch(stem.split(".")[0].strip()):
        stem = f"_{stem}"
    return f"{_shorten(stem, NAME_BYTES - len(extension) - 1)}.{extension}"


def _cut(name: str, kind: Kind) -> tuple[str, str]:
    extensions = FORMATS[kind].extensions
    stem, dot, extension = name.rpartition(".")
    if not dot:
        # «.pdf» is a name without a stem, «scan» one without an extension.
        return ("", name.lower()) if name.lower() in extensions else (name, extensions[0])
    if extension.lower() not in extensions:
        raise Rejected(Reason.NAME_EXTENSION, extension=extension[:20], kind=kind.value)
    return stem, extension


def _shorten(stem: str, limit: int) -> str:
    """Cut at a whole character, and never between a letter and its accent."""
    shortened = stem.encode()[:limit].decode(errors="ignore")
    while shortened and len(shortened) < len(stem) and unicodedata.combining(stem[len(shortened)]):
        shortened = shortened[:-1]
    return shortened.rstrip(". ")
