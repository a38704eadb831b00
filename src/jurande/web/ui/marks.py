"""The smallest signs: icons, status shapes and chips, initials, the seal, a reference to the law."""

from __future__ import annotations

from functools import cache
from importlib import resources
from zlib import crc32

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jurande.web.ui.formats import initials

# What a status may be. The word is the screen's; the shape and the colour follow the kind, everywhere the same.
STATUSES = {
    "ok": "in order, done, active",
    "run": "under way, on probation",
    "warn": "to be looked at",
    "late": "overdue, breached, blocks",
    "stop": "suspended, held",
    "draft": "not yet begun, draft",
    "end": "ended, closed, without effect",
}
SHAPES = {*STATUSES, "dot"}
SIZES = {"", "s", "l", "xl"}


@cache
def icon_names() -> frozenset[str]:
    """Return the names in icons.txt, which are those of the sprite."""
    return frozenset(resources.files("jurande.web.ui").joinpath("icons.txt").read_text().split())


def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite, 20 px or s (16), l (24), xl (32); silent unless it has a ``label``."""
    if name not in icon_names() or size not in SIZES:
        raise ValueError(f"no icon {name!r} in size {size!r}: add it to web/ui/icons.txt and run tools/assets.py")
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {}><use href="{}#i-{}"></use></svg>',
        f" {size}" if size else "",
        said,
        static("ui/icons.svg"),
        name,
    )


def shape(status: str) -> SafeString:
    """The shape of a status (see STATUSES, or "dot"), coloured; silent, since a word always stands beside it."""
    if status not in SHAPES:
        raise ValueError(f"no shape for {status!r}: one of {sorted(SHAPES)}")
    return format_html(
        '<svg class="shape s-{}" aria-hidden="true"><use href="{}#s-{}"></use></svg>',
        status,
        static("ui/icons.svg"),
        status,
    )


def chip(status: str, word: str, bare: bool = False) -> SafeString:
    """A status: its word, its shape and its colour; ``bare`` drops the tint inside dense tables."""
    if status not in STATUSES:
        raise ValueError(f"no status {status!r}: one of {sorted(STATUSES)}")
    return format_html('<span class="chip {}{}">{}{}</span>', status, " bare" if bare else "", shape(status), word)


def avatar(name: str, size: str = "") -> SafeString:
    """A person's initials in a circle, named for those who cannot see it; ``size`` is "", s or l."""
    return format_html(
        '<span class="avatar{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        f" {size}" if size else "",
        name,
        initials(name),
        name,
    )


def law(reference: str, url: str = "") -> SafeString:
    """A source of law, in the hand of sources; a link when ``url`` is given."""
    if url:
        return format_html('<a class="law" href="{}">{}</a>', url, reference)
    return format_html('<span class="law">{}</span>', reference)


def seal(letter: str = "J", size: int = 34) -> SafeString:
    """The small seal beside a name; an ornament, silent."""
    return format_html(
        '<svg class="seal" width="{0}" height="{0}" viewBox="0 0 400 400" aria-hidden="true">'
        '<use href="{1}#seal"></use><text x="200" y="258" text-anchor="middle" '
        'font-size="170">{2}</text></svg>',
        size,
        static("ui/icons.svg"),
        letter[:1].upper() or "J",
    )


def great_seal(name: str, size: int = 164, letter: str = "") -> SafeString:
    """The seal of a house with its name around the ring: an image with a name, of the records it vouches for."""
    ring = f"{name.upper()} · "
    # One turn of the ring is 792 units; a long name is written smaller, a short one is repeated.
    turns = max(1, round(36 / len(ring)))
    font_size = min(27.0, round(792 / (len(ring) * turns) / 0.66, 1))
    identifier = f"ring-{crc32(f'{name}{size}'.encode()):08x}"
    return format_html(
        '<svg class="seal" width="{0}" height="{0}" viewBox="0 0 400 400" role="img" aria-label="Sceau\u00a0: {1}">'
        '<use href="{2}#seal-large"></use><defs>'
        '<path id="{3}" d="M200 200m-126 0a126 126 0 1 1 252 0a126 126 0 1 1 -252 0"></path></defs>'
        '<text class="ring" font-size="{4}">'
        '<textPath href="#{3}" textLength="776" lengthAdjust="spacing">{5}</textPath></text>'
        '<text x="200" y="240" text-anchor="middle" font-size="116">{6}</text></svg>',
        size,
        name,
        static("ui/icons.svg"),
        identifier,
        font_size,
        ring * turns,
        (letter or name)[:1].upper(),
    )
