"""Pictures drawn on the server: numbers in, geometry out. Each is an inline SVG whose words say the same thing.

A strict CSP forbids style attributes, so widths and colours are SVG attributes and classes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

import segno
from django.template import Library
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jurande.web.ui.formats import number
from jurande.web.ui.parts import Bar, Segment, Spot, Stage

register = Library()

# Around Paris départements are too small to read or to click: they are drawn again in a lens.
LENS_CODES = ("75", "92", "93", "94", "91", "95", "77", "78")
LENS_X, LENS_Y, LENS_RADIUS, LENS_ZOOM = 530.0, 62.0, 54.0, 4.6
LENS_CENTRE = (312.7, 144.6)  # of Paris, on the map
OVERSEAS_ALWAYS = ("971", "972", "973", "974", "976")
UNKNOWN = ""  # the key, in a map's spots, of what has no known place


@cache
def departements() -> dict[str, dict[str, Any]]:
    """Every département and overseas collectivity: name, and the centre of its drawing when it is on the map."""
    text = resources.files("jurande.web.ui").joinpath("departements.json").read_text(encoding="utf-8")
    places: dict[str, dict[str, Any]] = json.loads(text)
    return places


@register.inclusion_tag("ui/bar.html")
def bar(segments: Sequence[Segment], total: int, label: str, moving: bool = False) -> dict[str, Any]:
    """A bar of coloured segments over ``total``; a native <progress> says it to those who cannot see it."""
    shown, left = [], 0.0
    for segment in segments:
        width = 100 * segment.value / total if total else 0.0
        if width:
            shown.append({"status": segment.status, "x": f"{left:.2f}", "width": f"{max(width - 0.5, 0.3):.2f}"})
        left += width
    rest = {"x": f"{left:.2f}", "width": f"{100 - left:.2f}"} if left < 99.9 else None
    done = sum(segment.value for segment in segments)
    return {"segments": shown, "rest": rest, "done": done, "total": total, "label": label, "moving": moving}


@register.inclusion_tag("ui/spark.html")
def spark(bars: Sequence[Bar], label: str = "") -> dict[str, Any]:
    """Up to five small bars with their figures, the norm dotted behind; 132 by 64."""
    top = max([b.value for b in bars] + [b.norm or 0 for b in bars] + [1])
    drawn = [
        {
            "x": i * 36,
            "middle": i * 36 + 12,
            "y": f"{46 - 46 * b.value / top:.1f}",
            "height": f"{46 * b.value / top:.1f}",
            "norm_y": f"{46 - 46 * b.norm / top + 0.5:.1f}" if b.norm else "",
            "norm_height": f"{46 * b.norm / top - 0.5:.1f}" if b.norm else "",
            "weak": b.weak,
            "value": number(b.value),
        }
        for i, b in enumerate(bars)
    ]
    said = label or ", ".join(f"{number(b.value)} {b.label}" for b in bars)
    return {"bars": drawn, "label": said, "width": 36 * len(bars) - 12}


@register.inclusion_tag("ui/interval.html")
def interval(
    low: float, high: float, value: float, norm: float, floor: float | None = None, weak: bool = False
) -> dict[str, Any]:
    """A share (0–1) with its plausible interval, against the network's norm and the floor; 150 by 22."""

    def x(share: float) -> str:
        return f"{2 + 146 * min(max(share, 0), 1):.1f}"

    return {
        "low": x(low),
        "width": f"{146 * (high - low):.1f}",
        "value": x(value),
        "norm": x(norm),
        "floor": x(floor) if floor is not None else "",
        "weak": weak,
        "label": _("%(value)s %%, entre %(low)s et %(high)s ; norme %(norm)s")
        % {
            "value": number(value * 100, 0),
            "low": number(low * 100, 0),
            "high": number(high * 100, 0),
            "norm": number(norm * 100, 0),
        },
    }


@register.inclusion_tag("ui/funnel.html")
def funnel(stages: Sequence[Stage], note: str = "") -> dict[str, Any]:
    """Up to four stages from the first to the last, each with who was lost before it; the norm is dotted."""
    first = stages[0].value or 1
    drawn = []
    for i, stage in enumerate(stages):
        share = stage.value / first
        height = 110 * share
        following = 110 * stages[i + 1].value / first if i + 1 < len(stages) else 0
        norm = 110 * stage.norm if stage.norm is not None and stage.norm > share else 0
        drawn.append(
            {
                "stage": stage,
                "share": round(100 * share),
                "x": 152 * i,
                "text_x": 152 * i + 10,
                "height": f"{height:.1f}",
                "flow": f"{152 * i + 112} 0H{152 * (i + 1)}V{following:.1f}L{152 * i + 112} {height:.1f}z"
                if i + 1 < len(stages)
                else "",
                "norm_height": f"{norm:.1f}" if norm else "",
                "last": i == len(stages) - 1,
            }
        )
    return {
        "stages": drawn,
        "note": note,
        "label": ", ".join(f"{stage.label} {number(stage.value)}" for stage in stages),
    }


def _steps(values: Sequence[int]) -> list[int]:
    """Return the lower bounds of up to four classes above zero."""
    distinct = sorted(set(values))
    if len(distinct) <= 4:
        return distinct
    return [distinct[round(quarter * len(distinct) / 4)] for quarter in range(4)]


def _legend(bounds: Sequence[int], highest: int) -> list[dict[str, Any]]:
    words = []
    for i, low in enumerate(bounds):
        high = bounds[i + 1] - 1 if i + 1 < len(bounds) else highest
        step = _step_class(i, len(bounds))
        words.append({"step": step, "word": number(low) if low >= high else f"{number(low)} à {number(high)}"})
    return words


def _step_class(index: int, classes: int) -> int:
    """Spread few classes over the four tints: a map of ones and twos must not look like an alarm."""
    return {1: (2,), 2: (1, 3), 3: (1, 2, 4), 4: (1, 2, 3, 4)}[classes][index]


@register.inclusion_tag("ui/map.html")
def map_of(spots: Mapping[str, Spot], label: str, one: str = "partenaire", many: str = "partenaires") -> dict[str, Any]:
    """The départements shaded by value, overseas and «lieu inconnu» as boxes, a lens on Paris, a legend and a table.

    ``spots`` goes from a département's code to its Spot; the empty code stands for an unknown place.
    """
    known = {code: spot for code, spot in spots.items() if code in departements()}
    unknown = sum(spot.value for code, spot in spots.items() if code not in departements())
    bounds = _steps([spot.value for spot in known.values() if spot.value])
    highest = max((spot.value for spot in known.values()), default=0)

    def place(code: str) -> dict[str, Any]:
        spot = known.get(code, Spot(0))
        reached = sum(spot.value >= bound for bound in bounds)
        step = _step_class(reached - 1, len(bounds)) if spot.value else 0
        words = one if spot.value < 2 else many
        return {
            **departements()[code],
            "code": code,
            "step": step,
            "spot": spot,
            "title": f"{departements()[code]['name']} ({code})\u00a0: {number(spot.value)} {words}",
        }

    mainland = [place(code) for code, data in departements().items() if "x" in data]
    boxes = [place(c) for c, data in departements().items() if "x" not in data and (c in OVERSEAS_ALWAYS or c in known)]
    for i, box in enumerate(boxes):
        box["box_x"], box["box_y"] = 4 + 46 * (i % 6), 530 - 46 * (len(boxes) > 6) + 46 * (i // 6)
    return {
        "label": label,
        "drawing": static("ui/departements.svg"),
        "mainland": mainland,
        "lens": {"x": str(LENS_X), "y": str(LENS_Y), "radius": str(LENS_RADIUS)},
        "lens_places": [place(code) for code in LENS_CODES],
        "lens_transform": f"translate({LENS_X} {LENS_Y}) scale({LENS_ZOOM}) "
        f"translate({-LENS_CENTRE[0]} {-LENS_CENTRE[1]})",
        "lens_small": {"x": str(LENS_CENTRE[0]), "y": str(LENS_CENTRE[1]), "radius": f"{LENS_RADIUS / LENS_ZOOM:.1f}"},
        "badges": [_badge(p) for p in (*mainland, *boxes) if p["spot"].badge is not None],
        "boxes": boxes,
        "unknown": unknown,
        "unknown_url": spots[UNKNOWN].url if UNKNOWN in spots else "",
        "unknown_x": 16 + 46 * min(len(boxes), 6),
        "legend": _legend(bounds, highest),
        "rows": sorted(
            (p for p in (*mainland, *boxes) if p["spot"].value), key=lambda p: (-p["spot"].value, p["code"])
        ),
        "one": one,
        "many": many,
    }


def _badge(place: dict[str, Any]) -> dict[str, Any]:
    if "box_x" in place:
        return {"x": place["box_x"] + 19, "y": place["box_y"] + 13, "word": place["spot"].badge}
    x, y = place["x"], place["y"]
    if place["code"] in LENS_CODES:
        x = LENS_X + (x - LENS_CENTRE[0]) * LENS_ZOOM
        y = LENS_Y + (y - LENS_CENTRE[1]) * LENS_ZOOM
    return {"x": f"{x:.1f}", "y": f"{y:.1f}", "word": place["spot"].badge}


@register.simple_tag
def qr(content: str, label: str) -> SafeString:
    """A QR code, black on white by day and by night (readers want it so); ``label`` says what it holds."""
    out = BytesIO()
    segno.make(content, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, svgclass="qr", lineclass=None, border=0, omitsize=True, title=label
    )
    svg = out.getvalue().decode().strip()
    return SafeString(svg.replace("<svg ", '<svg role="img" ', 1))
