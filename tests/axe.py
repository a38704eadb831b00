"""What axe finds on the page that a browser shows: accessibility, as far as a program can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# What may hold on a desk and not in a hand; every other rule looks at the same elements at any width.
OF_WIDTH = {"type": "rule", "values": ["target-size", "scrollable-region-focusable", "meta-viewport"]}


def faults(page: Any, *, colours: bool = True, only: dict[str, Any] | None = None) -> list[str]:
    """One line for each fault, with the elements at fault, once the page has come whole.

    Colours are what it takes longest to look at.
    """
    page.wait_for_load_state()
    page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
    chosen = {"runOnly": only} if only else {"rules": {"color-contrast": {"enabled": colours}}}
    found = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **chosen})
    return [
        f"{violation['id']}: {violation['help']} — {json.dumps([node['html'][:160] for node in violation['nodes'][:3]])}"
        for violation in found["violations"]
    ]
