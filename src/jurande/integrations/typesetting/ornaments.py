"""Guilloche and seals, drawn from numbers as SVG: what a parchment, a badge and a page are adorned with.

The same numbers give the same picture, to the byte. Colours are «#RRGGBB»; nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import cos, pi, sin

INK = "#1C2033"
CREAM = "#FBE6DF"
# Points by wave: smooth to the eye at any size that is printed.
_SMOOTH = 8


@dataclass(frozen=True)
class Ring:
    """A closed wave around a centre, repeated: radius of its middle, height and number of waves, copies turned."""

    radius: float
    amplitude: float
    waves: int
    copies: int


# In a circle of radius 100.
OPEN_ROSETTE = (Ring(92, 7, 15, 7), Ring(72, 10, 10, 6), Ring(50, 10, 7, 6), Ring(28, 12, 6, 5))
WIDE_ROSETTE = (Ring(92, 10, 17, 7), Ring(72, 12, 12, 6), Ring(50, 10, 12, 6), Ring(28, 12, 7, 5))
CORNER = (Ring(78, 18, 13, 4), Ring(40, 18, 6, 3))

# In a square of 100 around its middle, as lines; the width of each line comes first.
EMBLEMS = {
    "bowl": (
        (4.6, "M-50-30H50C50 8 30 30 14 33H-14C-30 30-50 8-50-30zM-20 44H20"),
        (2.8, "M3-30L-6-12 5 2-4 16 1 33"),
        (4.0, "M-18-11v-7h27v7M-10 13v-7h25v7"),
    ),
    "book": (
        (4.6, "M0-26C-12-36-32-38-50-34V28C-32 24-12 26 0 36C12 26 32 24 50 28V-34C32-38 12-36 0-26zM0-26V36"),
        (3.0, "M-38-18C-28-19-20-18-12-14M-38-2C-28-3-20-2-12 2M38-18C28-19 20-18 12-14M38-2C28-3 20-2 12 2"),
    ),
    "key": (
        (4.6, "M-22-18a20 20 0 1 0 .1 0zM-6 2H50V18M34 2V14M20 2V10"),
        (3.0, "M-22-7a9 9 0 1 0 .1 0z"),
    ),
    "sprout": (
        (4.6, "M0 42V-6M0-6C-4-34-26-42-46-38C-44-14-26-2 0-6zM0 10C6-12 24-20 44-16C42 4 24 14 0 10z"),
        (2.8, "M0-6C-12-20-22-26-34-30M0 10C12 0 22-6 32-9M-24 44H24"),
    ),
    "gear": (
        (4.6, "M0-15a15 15 0 1 0 .1 0z"),
        (
            4.6,
            "M-7-46H7L9-34A35 35 0 0 1 19-30L29-37L38-28L31-18A35 35 0 0 1 35-9L46-7V7L35 9A35 35 0 0 1 31 18L38 28"
            "L29 37L19 30A35 35 0 0 1 9 34L7 46H-7L-9 34A35 35 0 0 1-19 30L-29 37L-38 28L-31 18A35 35 0 0 1-35 9"
            "L-46 7V-7L-35-9A35 35 0 0 1-31-18L-38-28L-29-37L-19-30A35 35 0 0 1-9-34z",
        ),
    ),
}


@lru_cache(maxsize=64)
def rosette(rings: tuple[Ring, ...], colour: str, *, strength: float, width: float = 0.55) -> str:
    """Draw rings of guilloche; ``strength``: from 0 (white) to 1 (the colour itself). A square picture."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -6 212 212">'
        f'<g fill="none" stroke="{tint(colour, strength)}" stroke-width="{width}">{_rings(rings)}</g></svg>'
    )


@lru_cache(maxsize=64)
def frame(width: int, height: int, colour: str) -> str:
    """Draw the frame of a page of this size (CSS pixels, 96 to the inch): bands of waves between two rules."""
    soft = tint(colour, 0.5)
    across, down = width - 112, height - 112
    band = '<g transform="{}">{}</g>'
    corners = f'<defs><g id="corner">{_rings(CORNER)}</g></defs>' + "".join(
        f'<use href="#corner" transform="translate({x} {y}) scale(.12)" stroke-width="3.2"/>'
        for x in (31, width - 55)
        for y in (31, height - 55)
    )
    bands = "".join(
        (
            band.format("translate(56 43)", _band(across)),
            band.format(f"translate(56 {height - 43})", _band(across)),
            band.format("translate(43 56) rotate(90)", _band(down)),
            band.format(f"translate({width - 43} 56) rotate(90)", _band(down)),
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<g fill="none" stroke="{soft}" stroke-width=".55">{bands}{corners}</g>'
        f'<g fill="none" stroke="{INK}">'
        f'<rect x="25.5" y="25.5" width="{width - 51}" height="{height - 51}" stroke-width="2.5"/>'
        f'<rect x="60.5" y="60.5" width="{width - 121}" height="{height - 121}" stroke-width=".8"/></g></svg>'
    )


@lru_cache(maxsize=256)
def wax_seal(name: str, colour: str, emblem: str, *, letters: str = "") -> str:
    """Draw a seal of this wax, ``name`` around it, an emblem (or the initial of the name) in its middle.

    ``letters``: those of the seal as outlines (``typesetting.seal_letters``), for what is printed; without them they
    are written as text.
    """
    dark, deep, light = shade(colour, 0.93), shade(colour, 0.77), tint(colour, 0.66)
    middle = ""
    if emblem in EMBLEMS:
        lines = "".join(f'<path d="{d}" stroke-width="{width}"/>' for width, d in EMBLEMS[emblem])
        middle = (
            f'<g transform="translate(200 196) scale(1.22)" fill="none" stroke="{CREAM}" stroke-linecap="round" '
            f'stroke-linejoin="round">{lines}</g>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 400 400">'
        f'<path d="{_wax()}" fill="{colour}"/>'
        f'<circle cx="200" cy="200" r="164" fill="{dark}" stroke="{deep}" stroke-width="4"/>'
        f'<path d="M84 314.500A164 164 0 0 0 316 314.500" fill="none" stroke="{light}" stroke-width="2.4"/>'
        f'<circle cx="200" cy="200" r="100" fill="none" stroke="{deep}" stroke-width="3.4"/>'
        f'<path d="M129 271A100 100 0 0 0 271 271" fill="none" stroke="{light}" stroke-width="1.8"/>'
        f"{letters or _written(name, emblem)}{middle}</svg>"
    )


def ring_of(name: str) -> tuple[str, float]:
    """Give what is written around a seal, and how large: a long name is written smaller, a short one is repeated."""
    ring = f"{name.upper()} · "
    # One turn is 792 units.
    turns = max(1, round(36 / len(ring)))
    return ring * turns, min(27.0, round(792 / (len(ring) * turns) / 0.66, 1))


def _written(name: str, emblem: str) -> str:
    ring, size = ring_of(name)
    circle = "M200 200m-126 0a126 126 0 1 1 252 0a126 126 0 1 1 -252 0"
    initial = ""
    if emblem not in EMBLEMS:
        initial = (
            f'<text x="200" y="242" text-anchor="middle" font-family="Source Serif 4" font-weight="600" '
            f'font-size="122" fill="{CREAM}">{escape(name[:1].upper())}</text>'
        )
    return (
        f'<defs><path id="ring" d="{circle}"/></defs>'
        f'<text font-family="Source Sans 3" font-weight="600" font-size="{size}" fill="{CREAM}" letter-spacing="1.5">'
        f'<textPath href="#ring" startOffset="0" textLength="772" lengthAdjust="spacing">{escape(ring)}'
        f"</textPath></text>{initial}"
    )


def photograph(png_base64: str, width: int, height: int) -> str:
    """Wrap a PNG picture as a drawing, so that every picture of a sheet travels as text."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{png_base64}"/></svg>'
    )


def tint(colour: str, strength: float) -> str:
    """Lay the colour on white: 1 leaves it, 0 is white."""
    return _hex(*(255 - (255 - part) * strength for part in _parts(colour)))


def shade(colour: str, strength: float) -> str:
    """Darken the colour: 1 leaves it, 0 is black."""
    return _hex(*(part * strength for part in _parts(colour)))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(*parts: float) -> str:
    return "#" + "".join(f"{round(part):02X}" for part in parts)


def _rings(rings: tuple[Ring, ...]) -> str:
    drawn = []
    for ring in rings:
        path = _closed(
            [
                (ring.radius + ring.amplitude * cos(ring.waves * turn), turn)
                for turn in (2 * pi * step / (ring.waves * _SMOOTH) for step in range(ring.waves * _SMOOTH))
            ]
        )
        angle = 360 / ring.waves / ring.copies
        name = f"r{ring.radius}-{ring.waves}"
        drawn.append(f'<path id="{name}" d="{path}"/>')
        drawn += [
            f'<use href="#{name}" transform="rotate({angle * copy:.2f} 100 100)"/>' for copy in range(1, ring.copies)
        ]
    return "".join(drawn)


def _closed(points: list[tuple[float, float]], centre: float = 100) -> str:
    """Join points (radius, angle) by a closed smooth curve: a Catmull-Rom spline as Béziers."""
    flat = [(centre + radius * cos(turn), centre + radius * sin(turn)) for radius, turn in points]
    count = len(flat)
    drawn = [f"M{flat[0][0]:.1f} {flat[0][1]:.1f}"]
    for rank in range(count):
        before, start, end, after = (flat[(rank + step) % count] for step in (-1, 0, 1, 2))
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        drawn.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (first, second, end)))
    return "".join(drawn) + "z"


def _band(length: float) -> str:
    """Two heights of waves, three times each, a third of a wave apart; a whole number of half waves."""
    halves = max(2, round(length / 12.96))
    half = length / halves
    drawn = []
    for height in (14.08, 7.68):
        for third in range(3):
            start = -2 * half * third / 3
            waves = "".join(
                f"c{half * 0.364:.2f} {sign * height:.2f} {half * 0.636:.2f} {sign * height:.2f} {half:.2f} 0"
                for sign in (-1 if rank % 2 == 0 else 1 for rank in range(halves + (2 if third else 0)))
            )
            drawn.append(f'<path d="M{start:.2f} 0{waves}"/>')
    clip = f'<clipPath id="band{round(length)}"><rect x="0" y="-13" width="{length}" height="26"/></clipPath>'
    return f'{clip}<g clip-path="url(#band{round(length)})">{"".join(drawn)}</g>'


def _wax() -> str:
    """Draw the edge of a drop of wax that a seal was pressed into: a circle with a few slow waves."""
    return _closed(
        [
            (
                192
                + 1.7 * cos(3 * turn + 0.4)
                + 2.3 * cos(5 * turn + 1.9)
                + 1.9 * cos(8 * turn)
                + 1.3 * cos(13 * turn),
                turn,
            )
            for turn in (2 * pi * step / 96 for step in range(96))
        ],
        centre=200,
    )
