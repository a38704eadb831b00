"""French punctuation in templates: U+00A0 before ; : ? ! » and after «, which keyboards do not type.

    python tools/typography.py          say which templates have an ordinary space there (exit 1)
    python tools/typography.py --write  put the unbreakable one

Comments and Django's own syntax are left alone; the strings inside tags are text too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src/jurande"
NBSP = "\u00a0"
# Before the space stands a word, a closing sign or the end of a tag; after the mark, the end of a word.
LOOSE = re.compile(r"(?<=[\w»).’%€>}]) ([?!;:»])(?=[\s<{&\"'.,)]|$)")


def spaced(text: str) -> str:
    """Return running text with its unbreakable spaces."""
    return LOOSE.sub(NBSP + r"\1", text).replace("« ", "«" + NBSP)


def corrected(template: str) -> str:
    """Return a template with the spaces of its text and of the strings in its tags made unbreakable."""
    out: list[str] = []
    for piece in re.split(r"(\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\})", template, flags=re.DOTALL):
        if piece.startswith(("{#", "{{")):
            out.append(piece)
        elif piece.startswith("{%"):
            out.append(re.sub(r'"([^"]*)"', lambda m: f'"{spaced(m.group(1))}"', piece))
        else:
            after_value = out and out[-1].startswith(("{{", "{%"))
            text = spaced(piece)
            if after_value and re.match(r" [?!;:»](?=[\s<{&.,)]|$)", text):
                text = NBSP + text[1:]
            out.append(text)
    return "".join(out)


def main(arguments: list[str]) -> int:
    """Check or correct every template."""
    loose = [
        path for path in sorted(SOURCES.rglob("templates/**/*.html")) if corrected(path.read_text()) != path.read_text()
    ]
    for path in loose:
        print(path.relative_to(SOURCES.parents[1]))
        if "--write" in arguments:
            path.write_text(corrected(path.read_text()))
    return 1 if loose and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
