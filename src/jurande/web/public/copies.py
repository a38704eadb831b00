"""A page as a file: opened from a disk or served by anything, it shows the same and leads nowhere that is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from jurande.web.compression import ALL_SHEETS, all_sheets

# What a file without a server cannot do: run our scripts, fetch fonts ahead, take a document.
_GONE = re.compile(r"<script\b[^>]*>.*?</script>|<link rel=\"preload\"[^>]*>", re.DOTALL)
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_ADDRESS = re.compile(r'(?<=\s)(href|src)="(/[^"]*)"')
_ICON = re.compile(r'href="[^"#]*/ui/icons\.svg#([\w-]+)"')
_SYMBOL = re.compile(r'<symbol id="([\w-]+)".*?</symbol>', re.DOTALL)
_STYLE_ADDRESS = re.compile(r"url\(([\w./-]+)\)")
#: Returns the path in the copy of what is at this address of the site; «» when the copy does not hold it.
type Locate = Callable[[str], str]


def made_static(html: str, *, path: str, locate: Locate, home: str, instead_of_form: str) -> str:
    """Return the page for the file ``path`` of a copy.

    Addresses that the copy holds become relative; the others lead to the site, at ``home``. A form gives way to
    ``instead_of_form``, ready HTML.
    """
    up = "../" * path.count("/")

    def moved(found: re.Match[str]) -> str:
        address, _, fragment = found[2].partition("#")
        here = locate(address.partition("?")[0])
        target = f"{up}{here}" if here else f"{home}{address}"
        return f'{found[1]}="{target}{"#" if fragment else ""}{fragment}"'

    html = _FORM.sub(lambda _: instead_of_form, _GONE.sub("", html))
    used = sorted(set(_ICON.findall(html)))
    html = _ADDRESS.sub(moved, _ICON.sub(r'href="#\1"', html))
    drawn = "".join(_symbols()[name] for name in used if name in _symbols())
    return re.sub(r"(<body[^>]*>)", lambda body: f'{body[1]}<svg hidden="">{drawn}</svg>', html, count=1)


def assets_of(html: str) -> set[str]:
    """Return the names of the static files that a page shows, and of those that their styles show, as ``ui/…``."""
    start: str = settings.STATIC_URL
    kept = _GONE.sub("", html)
    named = {address.removeprefix(start) for _, address in _ADDRESS.findall(kept) if address.startswith(start)}
    named = {name.partition("#")[0] for name in named} - {"ui/icons.svg"}
    return named | {inner for name in named for inner in _named_by(name)}


def asset(name: str) -> tuple[str, bytes]:
    """Return the path of a static file in the copy, which is its address, and its content."""
    return f"{settings.STATIC_URL}{name}".removeprefix("/"), _content(name)


@cache
def _named_by(name: str) -> frozenset[str]:
    if not name.endswith(".css"):
        return frozenset()
    folder = Path(name).parent
    return frozenset(str(folder / found) for found in _STYLE_ADDRESS.findall(_content(name).decode()))


@cache
def _symbols() -> dict[str, str]:
    return {found[1]: found[0] for found in _SYMBOL.finditer(_place("ui/icons.svg").read_text())}


def _content(name: str) -> bytes:
    return all_sheets() if name == ALL_SHEETS else _place(name).read_bytes()


def _place(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)
