# SPDX-License-Identifier: Apache-2.0
"""From text pasted out of a document to the list of competencies that its author meant.

Bullets of every kind, numbers, headings of blocs, tables of Word or a spreadsheet, lists run together on one line, and
lines that a PDF cut, even in the middle of a word. What comes out is a proposal: somebody reads it before it is kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 200_000
MOST_ITEMS = 1_000
LONGEST_ITEM = 2_000


@dataclass(frozen=True)
class Proposed:
    """One line of the proposal. ``kind``: "bloc" for a heading, "competency" for the rest."""

    kind: str
    text: str


# Those of Word's symbol fonts come out as private letters.
_SIGNS = "•●○▪■□◦‣∙·▶►➢➤✓✔❖*–—‒−§¤\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf02d\uf06e\uf071"
_NUMBER = r"(?:[Cc]\.?\s?\d{1,3}(?:[.\-]\d{1,3}){0,3}|\d{1,3}(?:\.\d{1,3}){0,3}|[ivxIVX]{1,5}|[a-zA-Z])"
_MARK = re.compile(
    rf"\s*(?:[{re.escape(_SIGNS)}\-]\s*|o\s{{2,}}|o\t)+(?=\S)|\s*\(?{_NUMBER}\)?\s?[.):\-–]+(?=\s)\s*|\s*[Cc]\.?\d{{1,3}}(?:[.\-]\d{{1,3}})*\.?\s+"
)
_HEADING = re.compile(
    r"\s*(?:bloc|blocs? de compétences|unité|domaine)\s*(?:n\s*°\s*)?\d{1,3}\s*[:.\-–—]*\s*(?=\S)"
    r"|\s*RNCP\d{2,6}BC\d{2}\s*[:.\-–—]*\s*",
    re.IGNORECASE,
)
_INLINE = re.compile(
    rf"(?<=\S)\s+(?=(?:[{re.escape(_SIGNS)}\-]\s+|[Cc]\.?\d{{1,3}}(?:\.\d{{1,3}})*\s?[.:)]\s)\S)|(?<=\S)\s{{2,}}(?=\d{{1,3}}\s?[.:)]\s)"
)
_PAGE = re.compile(r"\s*(?:page\s*)?\d{1,4}(?:\s*(?:/|sur)\s*\d{1,4})?\s*", re.I)
_COLUMN_TITLE = re.compile(
    r"\s*(?:liste des\s+)?(?:compétences?|capacités?|savoir-faire|intitulé|libellé)\b.{0,40}", re.I
)
_INTRODUCTION = re.compile(r".*:\s*")
_VERB = re.compile(r"(?:S’|s’|S'|s'|Se |se )?[A-Za-zÀ-ÿ]+(?:er|ir|re|oir)\b")
# A new item in the middle of a line, with nothing to part it from the one before but its capital: «… Identifier les …».
_RUN_ON = re.compile(r"(?<=[a-zà-ÿ.)])\s+(?=[A-ZÀ-Þ][a-zà-ÿ]{2,}(?:er|ir|re)\s)")
# Words that keep their hyphen when a line ends on it.
_KEEP_HYPHEN = {
    *(
        "savoir",
        "mise",
        "celui",
        "celle",
        "peut",
        "bien",
        "non",
        "sous",
        "vice",
        "demi",
        "semi",
        "avant",
        "après",
        "ex",
    ),
    *("micro", "auto", "éco", "musculo", "socio", "médico", "psycho", "franco", "anglo", "contre", "entre"),
}
_INVISIBLE = str.maketrans(dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD]))


def proposed(text: str) -> list[Proposed]:
    """Turn pasted text into a list, in its order; empty when it holds no word.

    At most 200 000 characters are read and 1 000 lines proposed, each of 2 000 characters at most.
    """
    lines = _clean(text[:MOST_CHARACTERS]).split("\n")
    items = _cells(lines) if _is_table(lines) else _joined(lines)
    found = []
    for item in items:
        heading = _HEADING.match(item)
        kind = "bloc" if heading else "competency"
        bare = _bare(item[heading.end() :] if heading else item)
        if any(letter.isalpha() for letter in bare):
            found.append(Proposed(kind, bare[:LONGEST_ITEM]))
    return found[:MOST_ITEMS]


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    text = re.sub(r"[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", text)
    return "".join(sign for sign in text if sign in "\n\t" or sign.isprintable())


# --- tables -------------------------------------------------------------------------------------


def _is_table(lines: Sequence[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    tabbed = [line for line in filled if "\t" in line.strip() and not _MARK.fullmatch(line.split("\t")[0] + " ")]
    piped = [line for line in filled if line.count("|") >= 2]
    return len(filled) > 1 and (len(tabbed) * 2 > len(filled) or len(piped) * 2 > len(filled))


def _cells(lines: Sequence[str]) -> list[str]:
    """Read the column that holds the competencies: the one titled so, else the one with the longest texts."""
    rows = _rows(lines)
    width = max((len(row) for row in rows), default=0)
    titled = [i for i, cell in enumerate(rows[0]) if _COLUMN_TITLE.fullmatch(cell)] if rows else []
    if titled:
        column, rows = titled[0], rows[1:]
    else:
        column = max(range(width), key=lambda i: sum(len(row[i]) for row in rows if i < len(row)), default=0)
    items: list[str] = []
    for row in rows:
        heading = next((cell for cell in row if _HEADING.match(cell)), "")
        if heading and heading not in items:
            items.append(heading)
        if column < len(row) and row[column].strip() and row[column] != heading:
            items += _joined(row[column].split("\n"))
    return items


def _rows(lines: Sequence[str]) -> list[list[str]]:
    if any("\t" in line for line in lines):
        # A spreadsheet quotes the cells that hold several lines.
        read: Iterable[list[str]] = csv.reader(io.StringIO("\n".join(lines)), delimiter="\t")
        try:
            rows = [[cell.strip() for cell in row] for row in read]
        except csv.Error:
            rows = [[cell.strip() for cell in line.split("\t")] for line in lines]
    else:
        cut = [line.strip().strip("|").split("|") for line in lines if not re.fullmatch(r"[\s|:\-]*", line)]
        rows = [[cell.strip() for cell in row] for row in cut]
    return [row for row in rows if any(row)]


# --- lists and paragraphs -----------------------------------------------------------------------


def _joined(lines: Sequence[str]) -> list[str]:
    """Put back together what belongs to one item, and part what was run together."""
    rows = [
        row
        for line in lines
        if not _PAGE.fullmatch(line)
        for row in ([line] if _HEADING.match(line) else _INLINE.split(line))
        # A mark left alone by the cut, a line drawn between two parts.
        if not row.strip() or any(sign.isalnum() for sign in row)
    ]
    filled = [row for row in rows if row.strip()]
    if not filled:
        return []
    marked = any(_MARK.match(row) for row in filled)
    widest = max(len(row) for row in filled)
    words = {word.casefold() for row in filled for word in re.findall(r"\w+", row)}
    items: list[str] = []
    after_blank, previous = True, ""
    for row in rows:
        if not row.strip():
            after_blank = True
            continue
        begins = _begins(row, previous, marked=marked, after_blank=after_blank, widest=widest)
        if begins or not items:
            items.append(row.strip())
        else:
            items[-1] = _glued(items[-1], row.strip(), words)
        after_blank, previous = False, row
    if marked and len(items) > 1 and not _MARK.match(items[0]) and _INTRODUCTION.fullmatch(items[0]):
        items = items[1:]
    return [part for item in items for part in _parted(item, alone=len(items) == 1)]


def _begins(row: str, previous: str, *, marked: bool, after_blank: bool, widest: int) -> bool:
    """Tell whether a row begins an item rather than continues the one before."""
    if _MARK.match(row) or _HEADING.match(row) or _HEADING.match(previous):
        return True
    bare = row.strip()
    if bare[:1].islower() or previous.rstrip().endswith((",", "-", "‐")):
        return False
    if after_blank:
        return True
    if marked:
        return False
    ended = previous.rstrip().endswith((".", ";", ":", "!", "?"))
    short = len(previous.rstrip()) < 0.7 * widest
    return ended or short or bool(_VERB.match(bare)) or widest < 60


def _glued(before: str, after: str, words: set[str]) -> str:
    """Join two rows; a word cut in two is made whole again."""
    cut = re.search(r"(\w+)[-‐]$", before)
    if cut and after[:1].islower():
        return before + after if cut[1].casefold() in _KEEP_HYPHEN else before[:-1] + after
    left, right = re.search(r"(\w+)$", before), re.match(r"(\w+)", after)
    if left and right and after[:1].islower():
        whole = (left[1] + right[1]).casefold()
        # Cut without a hyphen: the whole word stands elsewhere in the text, and one half is a word nowhere else.
        if whole in words and len(right[1]) > 1 and len(left[1]) > 1:
            return before + after
    return f"{before} {after}"


def _parted(item: str, *, alone: bool) -> Iterator[str]:
    """Part a single paragraph whose sentences each begin with a verb, or are parted by semicolons."""
    if not alone or _MARK.match(item):
        yield item
        return
    parts = re.split(r"\s*;\s*(?=\S)", item)
    if len(parts) == 1:
        sentences = re.split(r"(?<=[.])\s+(?=[A-ZÀ-Þ])", item)
        parts = sentences if len(sentences) > 1 and all(_VERB.match(one) for one in sentences) else _RUN_ON.split(item)
        if len(parts) == 2:  # once may be a proper name, «Windows Server»
            parts = [item]
    head, colon, rest = parts[0].rpartition(" : ")
    yield from [rest if colon and len(parts) > 1 and head else parts[0], *parts[1:]]


def _bare(item: str) -> str:
    """Take the bullet or number off the front and the comma or semicolon off the end."""
    item = _MARK.sub("", item, count=1) if _MARK.match(item) else item
    # «* C1. Concevoir»: a bullet, then a number.
    item = (
        _MARK.sub("", item, count=1)
        if _MARK.match(item) and not item[:1].isalpha()
        else re.sub(r"^[Cc]\.?\d{1,3}(?:\.\d{1,3})*\s?[.:)\-–]?\s+", "", item)
    )
    return re.sub(r"\s+", " ", item).strip().rstrip(" ;,").rstrip()
