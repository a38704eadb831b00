# SPDX-License-Identifier: Apache-2.0
"""Reading the partners of a fiche: most of the bytes of an export, so without making an element of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from operator import itemgetter

from jurande.core.france.registers.records import Habilitation, HabilitationState, PartnerRecord
from jurande.core.france.registers.values import Wrong, canonical_siret, day, parsed_day

MAX_NAME = 250
PARTNER = (
    "NOM_PARTENAIRE",
    "SIRET_PARTENAIRE",
    "HABILITATION_PARTENAIRE",
    "ETAT_HABILITATION",
    "DATE_ACTIF",
    "DATE_DERNIERE_MODIFICATION_ETAT",
)
# Their texts, in that order.
PartnerRow = Sequence[str]
HABILITATIONS = {
    "HABILITATION_FORMER": Habilitation.FORMER.value,
    "HABILITATION_ORGANISER": Habilitation.ORGANISER.value,
    "HABILITATION_ORGA_FORM": Habilitation.BOTH.value,
}
STATES = {
    "Actif": HabilitationState.ACTIVE.value,
    "Inactif": HabilitationState.INACTIVE.value,
    "Supprimé": HabilitationState.WITHDRAWN.value,
}
# The place and the habilitation.
_KEY = itemgetter(0, 2)
_PARTNER = re.compile(
    r"<PARTENAIRE>\s*"
    + "".join(rf"<{tag}>([^<]*)</{tag}>\s*" for tag in PARTNER[:4])
    + "".join(rf"(?:<{tag}>([^<]+)</{tag}>\s*)?" for tag in PARTNER[4:])
    + "</PARTENAIRE>"
)


def cut_partners(fiche: bytes) -> tuple[list[PartnerRow] | None, bytes]:
    """Return the texts of the partners, and the fiche with an empty list in place of theirs.

    When the list is written in any other way than the State's (comments, other elements, another order, numeric
    references), return None and the fiche as it is: the general way then reads it.
    """
    start = fiche.find(b"<PARTENAIRES>")
    end = fiche.find(b"</PARTENAIRES>", start)
    if start < 0 or end < 0 or b"<!" in fiche or b"<?" in fiche or fiche.count(b"<PARTENAIRES>") != 1:
        return None, fiche
    start += len(b"<PARTENAIRES>")
    block = fiche[start:end]
    if b"&#" in block:
        return None, fiche
    rows: list[PartnerRow] = _PARTNER.findall(block.decode())
    # Ten tags for a partner, two more for each of its days: when that is every «<», nothing was left unread.
    tags = 10 * len(rows) + sum(2 for row in rows if row[4]) + sum(2 for row in rows if row[5])
    if tags != block.count(b"<"):
        return None, fiche
    if b"&" in block:
        rows = [tuple(map(unescape, row)) if "&" in row[0] else row for row in rows]
    return rows, fiche[:start] + fiche[end:]


def read_partners(rows: Sequence[PartnerRow]) -> tuple[list[PartnerRecord], list[tuple[int, Wrong]]]:
    """Type the rows; return those kept, and the rank and the fault of each other one.

    Of two rows for the same place and the same habilitation, the active one is kept, else the first.
    """
    kept = _all_right(rows)
    return (kept, []) if kept is not None else _one_by_one(rows)


def _all_right(rows: Sequence[PartnerRow]) -> list[PartnerRecord] | None:
    """Type the rows when nothing is wrong with any, as in nearly every fiche; else return None."""
    if not rows:
        return []
    names, sirets, habilitations, states, active, changed = zip(*rows, strict=True)
    fields = ["SIRET_PARTENAIRE"] * len(rows)
    try:
        kept = list(
            map(
                PartnerRecord,
                map(canonical_siret, fields, sirets),
                map(_name, names),
                map(HABILITATIONS.__getitem__, habilitations),
                map(STATES.__getitem__, states),
                map(parsed_day, active),
                map(parsed_day, changed),
            )
        )
    except (Wrong, KeyError, ValueError):
        return None
    return kept if len(set(map(_KEY, kept))) == len(kept) else None


def _one_by_one(rows: Sequence[PartnerRow]) -> tuple[list[PartnerRecord], list[tuple[int, Wrong]]]:
    kept: dict[tuple[str, str], tuple[int, PartnerRecord]] = {}
    faults: list[tuple[int, Wrong]] = []
    for rank, values in enumerate(rows):
        try:
            row = _partner(*values)
        except Wrong as wrong:
            faults.append((rank, wrong))
            continue
        key = (row.siret, row.habilitation)
        double = rank
        if key not in kept:
            kept[key] = rank, row
            continue
        if row.state == HabilitationState.ACTIVE != kept[key][1].state:
            double, kept[key] = kept[key][0], (rank, row)
        faults.append((double, Wrong("SIRET_PARTENAIRE", row.siret, "duplicate")))
    return [row for _rank, row in kept.values()], sorted(faults, key=lambda fault: fault[0])


def _partner(name: str, siret: str, habilitation: str, state: str, active: str, changed: str) -> PartnerRecord:
    return PartnerRecord(
        canonical_siret("SIRET_PARTENAIRE", siret),
        _name(name),
        _one_of(HABILITATIONS, "HABILITATION_PARTENAIRE", habilitation),
        _one_of(STATES, "ETAT_HABILITATION", state),
        day("DATE_ACTIF", active),
        day("DATE_DERNIERE_MODIFICATION_ETAT", changed),
    )


def _name(written: str) -> str:
    if not (name := " ".join(written.split())):
        raise Wrong("NOM_PARTENAIRE", "", "missing")
    return name[:MAX_NAME]


def _one_of(choices: dict[str, str], field: str, written: str) -> str:
    written = written.strip()
    if written not in choices:
        raise Wrong(field, written, "choice" if written else "missing")
    return choices[written]
