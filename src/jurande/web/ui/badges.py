"""The badge that a partner puts on its own site: a picture that fades by itself, without any script or cookie."""

from __future__ import annotations

from django.utils.html import format_html

# A picture on somebody else's page: it brings its own colours, and the families that any machine has.
LIVE = {"ground": "#FFFFFF", "edge": "#C9C3B4", "ink": "#1C2033", "quiet": "#5B6070", "wax": "#A4262C"}
FADED = {"ground": "#F3F3F3", "edge": "#C8C8C8", "ink": "#5C5C5C", "quiet": "#6A6A6A", "wax": "#9A9A9A"}
LONGEST_TITLE, LONGEST_LINE = 48, 50
# A longer title is written smaller; the widest of common families still fits.
LARGE_TITLE = 36
SIGN = "M17 30.5l5.5 5.5L34 24.5"


def badge_svg(*, title: str, line: str, place: str, is_alive: bool) -> str:
    """Draw it: 400 by 76. ``title``: who habilitates, or that it is over; ``line``: for what; ``place``: to whom."""
    colours = LIVE if is_alive else FADED
    sign = SIGN if is_alive else "M17 30h17"
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="76" viewBox="0 0 400 76" role="img">'
        "<title>{label}</title>"
        '<rect x=".5" y=".5" width="399" height="75" rx="8" fill="{ground}" stroke="{edge}"/>'
        '<circle cx="25.5" cy="30" r="16.5" fill="{wax}"/>'
        '<path d="{sign}" fill="none" stroke="#FFFFFF" stroke-width="3" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
        "<g font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif\">"
        '<text x="54" y="25" font-size="{size}" font-weight="600" fill="{ink}">{title}</text>'
        '<text x="54" y="43" font-size="12" fill="{ink}">{line}</text>'
        '<text x="54" y="61" font-size="11" fill="{quiet}">{place}</text>'
        "</g></svg>",
        label=f"{title}. {line}. {place}",
        title=_cut(title, LONGEST_TITLE),
        line=_cut(line, LONGEST_LINE),
        place=_cut(place, LONGEST_LINE),
        sign=sign,
        size="13.5" if len(title) <= LARGE_TITLE else "10.5",
        **colours,
    )


def embed_text(*, page_url: str, badge_url: str, label: str) -> str:
    """What to paste in a page: a link and a picture, nothing that runs."""
    markup = format_html('<a href="{}"><img src="{}" width="400" height="76" alt="{}"></a>', page_url, badge_url, label)
    # A text to read, no longer mark-up to draw.
    return "".join(markup)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
