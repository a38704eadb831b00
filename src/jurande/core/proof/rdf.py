# SPDX-License-Identifier: Apache-2.0
"""RDF statements, kept in the spelling of canonical N-Quads so that hashing them is only joining and sorting.

Source: RDF 1.1 N-Quads (W3C, 25 February 2014); RDF Dataset Canonicalization 1.0, appendix A (canonical form).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from jurande.core.proof.errors import ProofError

#: Subject, predicate, object, graph. IRIs are ``<…>``, blank nodes ``_:…``, literals ``"…"`` with their datatype or
#: language; the default graph is the empty text.
type Quad = tuple[str, str, str, str]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"

_ESCAPES = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    "\b": "\\b",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}
#: Finds a character that a literal must escape. Everything else, U+0085 and U+2028 included, stays itself.
NEEDS_ESCAPE = re.compile('[\x00-\x1f\x7f"\\\\]').search
_RARE = re.compile("[\x01-\x09\x0b-\x1f\x7f]")

_UNESCAPES = {r"\t": "\t", r"\b": "\b", r"\n": "\n", r"\r": "\r", r"\f": "\f", r"\"": '"', r"\'": "'", r"\\": "\\"}
_ESCAPED = re.compile(r"""\\(?:[tbnrf"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})""")
_UCHAR = r"(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})"
_IRIREF = rf'<((?:[^\x00-\x20<>"{{}}|^`\\]|{_UCHAR})*)>'
_BLANK = r"_:\w[\w·.-]*(?<!\.)"
_STRING = rf'"((?:[^"\\\n\r]|\\[tbnrf"\'\\]|{_UCHAR})*)"'
_LITERAL = rf"{_STRING}(?:\^\^{_IRIREF}|@([a-zA-Z]+(?:-[a-zA-Z0-9]+)*))?"
_STATEMENT = re.compile(
    rf"[ \t]*(?:{_IRIREF}|({_BLANK}))[ \t]*{_IRIREF}[ \t]*(?:{_IRIREF}|({_BLANK})|{_LITERAL})[ \t]*"
    rf"(?:{_IRIREF}|({_BLANK}))?[ \t]*\.[ \t]*(?:#.*)?"
)
_EMPTY = re.compile(r"[ \t]*(?:#.*)?")


class RdfRefused(ProofError):
    """Not N-Quads."""

    code = "rdf.malformed"


def escape(text: str) -> str:
    """Return ``text`` as it is written between the quotes of a literal."""
    return escape_but_nul(text).replace("\0", "\\u0000")


def escape_but_nul(text: str) -> str:
    """Return the same, but for U+0000 that stays itself: it keeps apart texts that are escaped together."""
    # The three that real texts have, first: str.replace is ten times faster than looking for all of them.
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return _RARE.sub(lambda found: _ESCAPES[found[0]], text) if _RARE.search(text) else text


def literal(text: str, datatype: str = "", language: str = "") -> str:
    """Return a literal; ``xsd:string`` is left unsaid, as the canonical form wants."""
    if language:
        return f'"{escape(text)}"@{language}'
    if datatype and datatype != XSD + "string":
        return f'"{escape(text)}"^^<{datatype}>'
    return f'"{escape(text)}"'


def line(quad: Quad) -> str:
    """Return the line of canonical N-Quads for ``quad``, with its line feed."""
    subject, predicate, value, graph = quad
    return f"{subject} {predicate} {value} {graph} .\n" if graph else f"{subject} {predicate} {value} .\n"


def lines(quads: Iterable[Quad]) -> list[str]:
    """Return the lines of ``quads``, each once, in the order of code points."""
    return sorted({line(quad) for quad in quads})


def parse(text: str) -> list[Quad]:
    """Read N-Quads, and spell each term canonically.

    :raises RdfRefused: a line that is none.
    """
    quads: list[Quad] = []
    # Not splitlines(): it also cuts at U+000B, U+0085 and U+2028, which are text.
    for number, row in enumerate(text.replace("\r", "\n").split("\n"), start=1):
        found = _STATEMENT.fullmatch(row)
        if found is None:
            if _EMPTY.fullmatch(row):
                continue
            raise RdfRefused(f"line {number} is no statement")
        quads.append(_quad(found))
    return quads


def _quad(found: re.Match[str]) -> Quad:
    subject, blank_subject, predicate, value, blank_value, string, datatype, language, graph, blank_graph = (
        found.groups()
    )
    if string is not None:
        term = literal(_unescape(string), _unescape(datatype or ""), language or "")
    else:
        term = blank_value or f"<{_unescape(value)}>"
    return (
        blank_subject or f"<{_unescape(subject)}>",
        f"<{_unescape(predicate)}>",
        term,
        blank_graph or ("" if graph is None else f"<{_unescape(graph)}>"),
    )


def _unescape(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    escaped = found[0]
    return _UNESCAPES.get(escaped) or chr(int(escaped[2:], 16))
