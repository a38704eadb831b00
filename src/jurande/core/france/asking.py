# SPDX-License-Identifier: Apache-2.0
"""What somebody types to find a certification: words, codes, trade abbreviations, a word not finished yet.

The outcome is a list of terms, all of which must be found; each term is a choice of alternatives, each alternative a
set of stems (``stems.stem``) that must all be there. Every sign of it is a small Latin letter or a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from jurande.core.france.spelling import fold
from jurande.core.france.stems import WORD_MOST, stem, words

ASKED_MOST = 200  # characters read
TERMS_MOST = 12

# What trades and texts write short → the words themselves. Initials are not guessed from runs of words: of two letters
# they match any title by chance («ia»: installation d’appareils), and drown what was asked for.
# Sources: code du travail (AFEST, CQP, CPF, VAE), code de l’éducation (BEP, BP, BTS, BUT, CAP, DEUST), code du sport
# (BPJEPS), code de l’action sociale (AESH, DEAES); Journal officiel, vocabulaire de l’informatique (IA); expressions
# that fiches of the registers write in full before the abbreviation in parentheses (RGPD, RH, BTP, QSE…).
ABBREVIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "aes": "accompagnant éducatif et social",
        "aesh": "accompagnant des élèves en situation de handicap",
        "afest": "action de formation en situation de travail",
        "bep": "brevet d’études professionnelles",
        "bp": "brevet professionnel",
        "bpjeps": "brevet professionnel jeunesse éducation populaire sport",
        "btp": "bâtiment travaux publics",
        "bts": "brevet de technicien supérieur",
        "but": "bachelor universitaire de technologie",
        "cap": "certificat d’aptitude professionnelle",
        "cqp": "certificat de qualification professionnelle",
        "cvc": "chauffage ventilation climatisation",
        "dao": "dessin assisté par ordinateur",
        "cao": "conception assistée par ordinateur",
        "deust": "diplôme d’études universitaires scientifiques et techniques",
        "fle": "français langue étrangère",
        "gpec": "gestion prévisionnelle des emplois et des compétences",
        "grh": "gestion des ressources humaines",
        "hse": "hygiène sécurité environnement",
        "ia": "intelligence artificielle",
        "lsf": "langue des signes française",
        "pao": "publication assistée par ordinateur",
        "qhse": "qualité hygiène sécurité environnement",
        "qse": "qualité sécurité environnement",
        "rgpd": "règlement général protection des données",
        "rh": "ressources humaines",
        "rps": "risques psychosociaux",
        "rse": "responsabilité sociétale des entreprises",
        "sst": "sauveteur secouriste du travail",
        "tic": "technologies de l’information et de la communication",
        "vae": "validation des acquis de l’expérience",
    }
)
_EXPANDED: Mapping[tuple[str, ...], str] = MappingProxyType(
    {tuple(stem(word) for word in words(text)): short for short, text in ABBREVIATIONS.items()}
)
_LONGEST = max(len(run) for run in _EXPANDED)

_CODE = re.compile(r"\b(rncp|rs)[\s.]*0*([1-9][0-9]{0,5})(?![0-9])(?:[\s.]*bc[\s.]*([0-9]{1,2}))?")


@dataclass(frozen=True)
class Term:
    """One thing asked for. ``typed``: as folded; ``alternatives``: any will do, each with all its stems."""

    typed: str
    alternatives: tuple[tuple[str, ...], ...]

    def or_any(self, stems: Sequence[str]) -> Term:
        """Return the term satisfied by any of these stems too."""
        known = {one for alternative in self.alternatives if len(alternative) == 1 for one in alternative}
        return replace(
            self, alternatives=(*self.alternatives, *((one,) for one in dict.fromkeys(stems) if one not in known))
        )


@dataclass(frozen=True)
class Question:
    """What is looked for."""

    terms: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing that can be found was asked for."""
        return not self.terms


def question(text: str) -> Question:
    """Read what somebody typed: never refused, cut to 200 characters and 12 terms.

    Words that say nothing are dropped; codes may be written with spaces («rncp 37674», «RS 7423»); «ia» also asks for
    «intelligence artificielle», and the other way round.
    """
    folded = fold(text[:ASKED_MOST])
    terms: list[Term] = []
    position = 0
    for found in _CODE.finditer(folded):
        terms += _terms(words(folded[position : found.start()]))
        code = found[1] + found[2] + (f"bc{int(found[3]):02d}" if found[3] else "")
        terms.append(Term(code, ((code,),)))
        position = found.end()
    terms += _terms(words(folded[position:]))
    return Question(tuple({term.typed: term for term in terms}.values())[:TERMS_MOST])


def _terms(asked: list[str]) -> Iterator[Term]:
    """Yield a term for each word, or for each run of words that an abbreviation stands for."""
    cut = [stem(word) for word in asked]
    at = 0
    while at < len(asked):
        length = next(
            (n for n in range(min(_LONGEST, len(cut) - at), 1, -1) if tuple(cut[at : at + n]) in _EXPANDED), 1
        )
        run = tuple(cut[at : at + length])
        if length > 1:
            yield Term(" ".join(asked[at : at + length]), (run, (_EXPANDED[run],)))
        elif full := ABBREVIATIONS.get(asked[at]):
            yield Term(asked[at], (run, tuple(stem(word) for word in words(full))))
        else:
            yield Term(asked[at], (run,))
        at += length


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def one_typo_away(word: str) -> set[str]:
    """Return every spelling at one slip of the fingers: a letter dropped, added, replaced, or two exchanged.

    Some 55 spellings a letter. Source: F. Damerau, CACM 7(3), 1964.
    """
    if len(word) > WORD_MOST:
        return set()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    dropped = {left + right[1:] for left, right in cuts if right}
    exchanged = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in cuts if right for letter in _ALPHABET}
    added = {left + letter + right for left, right in cuts for letter in _ALPHABET}
    return (dropped | exchanged | replaced | added) - {word}
