"""National registers of any size, made from the real extracts: other numbers, other words, other places."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from jurande.core.france.identifiers import luhn_sum

# The RNCP and the RS of 16 August 2026, together: 30,475 fiches, 397,774 partners, 55,761 blocs, 34,036 places; 300 MB.
NATIONAL_FICHES = 30_475
NATIONAL_BYTES = 300_000_000
PARTNERS_EACH = 397_774 / NATIONAL_FICHES
BLOCS_EACH = 55_761 / NATIONAL_FICHES
PLACES_EACH = 34_036 / NATIONAL_FICHES
# How many words in a thousand nobody ever wrote: names and trades never end, and an index must bear them.
NEW_WORDS_PER_MILLE = 4
CHANGED_SHARE = 0.005
FREE_TEXT = 25
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<FICHES>\n  <VERSION_FLUX>4.1</VERSION_FLUX>\n'
KINDS = ("HABILITATION_ORGA_FORM",) * 30 + ("HABILITATION_FORMER",)
STATES = ("Actif",) * 10 + ("Inactif", "Supprimé", "Supprimé")


class Maker:
    """Writes files of so many fiches, always the same for the same day."""

    def __init__(self, extracts: Path, fiches: int) -> None:
        """Learn the layout and the words from the extracts."""
        self.fiches = fiches
        self.templates = [
            fiche
            for path in sorted(extracts.glob("*RNCP*.xml"))
            for fiche in ElementTree.parse(path).getroot().iter("FICHE")  # our own extracts
        ]
        texts = [e.text for fiche in self.templates for e in fiche.iter() if e.text and len(e.text) > FREE_TEXT]
        self.words = re.findall(r"\S+(?:\s{2,}-)?", " ".join(texts))
        places = max(50, round(PLACES_EACH * fiches))
        self.places = [siret(rank) for rank in range(places)]
        names = [e.text or "" for fiche in self.templates for e in fiche.iter("NOM_PARTENAIRE")]
        draw = Random(1)
        self.names = [f"{draw.choice(names)} {rank}" for rank in range(places)]

    def write(self, path: Path, *, day: int) -> int:
        """Write the file of this day; one fiche in two hundred is not what it was the day before. Return its bytes."""
        changed = set(Random(f"day {day}").sample(range(self.fiches), max(1, round(CHANGED_SHARE * self.fiches))))
        with path.open("w", encoding="utf-8") as file:
            file.write(HEAD)
            for rank in range(self.fiches):
                file.write(self._fiche(rank, change=day if day and rank in changed else 0))
            file.write("</FICHES>\n")
        return path.stat().st_size

    def _fiche(self, rank: int, *, change: int) -> str:
        """Write one fiche. Of those that changed, three in ten say something else, the others have other partners."""
        draw = Random(rank)
        said_otherwise = change and Random(f"{rank} {change}").random() < 0.3
        template = self.templates[rank % len(self.templates)]
        number = f"RNCP{10_000 + rank}"
        share = draw.choice((0.02, 0.03, 0.04, 0.06, 0.1))
        lines = [f"    <NUMERO_FICHE>{number}</NUMERO_FICHE>\n"]
        words = Random(f"{rank} {change}") if said_otherwise else draw
        for part in template:
            if part.tag == "PARTENAIRES" or part.tag in ("ID_FICHE", "NUMERO_FICHE", "CORRESPONDANCES"):
                continue
            if part.tag == "BLOCS_COMPETENCES":
                lines.append(self._blocs(part, number, share, draw))
            else:
                lines.append(self._part(part, share, words, "    "))
        lines.append(self._partners(draw, change if change and not said_otherwise else 0))
        return f"  <FICHE>\n    <ID_FICHE>{rank}</ID_FICHE>\n{''.join(lines)}  </FICHE>\n"

    def _part(self, part: Element, share: float, draw: Random, indent: str) -> str:
        if len(part):
            inside = "".join(self._part(child, share, draw, indent + "  ") for child in part)
            return f"{indent}<{part.tag}>\n{inside}{indent}</{part.tag}>\n"
        text = part.text or ""
        if part.tag == "INTITULE":
            text = self._text(draw, 9)
        elif len(text) > FREE_TEXT and part.tag != "TYPE_ENREGISTREMENT":
            text = self._text(draw, max(3, round(share * text.count(" "))))
        return f"{indent}<{part.tag}>{escape(text)}</{part.tag}>\n"

    def _text(self, draw: Random, count: int) -> str:
        chosen = draw.choices(self.words, k=count)
        for place in range(count):
            if draw.random() * 1000 < NEW_WORDS_PER_MILLE:
                chosen[place] = chosen[place][:4] + chosen[place - 1][-5:].lower()
        return " ".join(chosen)

    def _blocs(self, part: Element, number: str, share: float, draw: Random) -> str:
        count = min(len(part), draw.choices((0, 1, 2, 3, 4, 5), weights=(26, 20, 17, 15, 12, 6))[0])
        blocs = []
        for rank, bloc in enumerate(list(part)[:count], start=1):
            text = self._part(bloc, share, draw, "      ")
            blocs.append(re.sub(r"<CODE>.*?</CODE>", f"<CODE>{number}BC{rank:02d}</CODE>", text, count=1))
        return f"    <BLOCS_COMPETENCES>\n{''.join(blocs)}    </BLOCS_COMPETENCES>\n" if blocs else ""

    def _partners(self, draw: Random, change: int) -> str:
        """Most fiches have a few partners, some have hundreds."""
        count = min(len(self.places), int(draw.expovariate(1 / PARTNERS_EACH) * (0.3 if draw.random() < 0.7 else 2.63)))
        chosen = draw.sample(range(len(self.places)), count)
        rows = [self._partner(place, draw) for place in chosen]
        if change:
            new = next(place for place in range(len(self.places)) if place not in set(chosen))
            rows = [*rows[1:], self._partner(new, Random(change))]
        return f"    <PARTENAIRES>\n{''.join(rows)}    </PARTENAIRES>\n" if rows else ""

    def _partner(self, place: int, draw: Random) -> str:
        day = f"{draw.randrange(1, 28):02d}/{draw.randrange(1, 12):02d}/{draw.randrange(2019, 2026)}"
        active = f"        <DATE_ACTIF>{day}</DATE_ACTIF>\n" if draw.random() < 0.35 else ""
        return (
            f"      <PARTENAIRE>\n        <NOM_PARTENAIRE>{escape(self.names[place])}</NOM_PARTENAIRE>\n"
            f"        <SIRET_PARTENAIRE>{self.places[place]}</SIRET_PARTENAIRE>\n"
            f"        <HABILITATION_PARTENAIRE>{draw.choice(KINDS)}</HABILITATION_PARTENAIRE>\n"
            f"        <ETAT_HABILITATION>{draw.choice(STATES)}</ETAT_HABILITATION>\n{active}"
            f"        <DATE_DERNIERE_MODIFICATION_ETAT>{day}</DATE_DERNIERE_MODIFICATION_ETAT>\n      </PARTENAIRE>\n"
        )


def siret(rank: int) -> str:
    """A valid SIRET for each rank."""
    stem = f"3{rank:07d}"
    stem = f"{stem}{-luhn_sum(stem + '0') % 10}0001"
    return stem + str(-luhn_sum(stem + "0") % 10)
