# SPDX-License-Identifier: Apache-2.0
"""Answering who asks for their rights by letter, telephone or e-mail: until when, and why one may refuse.

Source: règlement (UE) 2016/679 (RGPD), in force since 25 May 2018. What a certifier may refuse on each ground is a
reading that nobody made for it: the words are proposed, and written anew for each answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jurande.core.france.ledger import later

DELAY = "RGPD, art. 12, paragraphe 3"
DELAY_EN = "GDPR, Article 12(3)"
COMPLAINT = "RGPD, art. 77 et 79"
COMPLAINT_EN = "GDPR, Articles 77 and 79"
# The month of the law, and the two that may be added once, for a reason that is told within the first.
MONTHS_EXTENDED = 3


@dataclass(frozen=True)
class Ground:
    """Why a request may be refused. ``words``: proposed to who answers. ``erasing``, ``access``: where it holds."""

    code: str
    source: str
    words: str
    source_en: str
    words_en: str
    erasing: bool = True
    access: bool = True

    def source_in(self, language: str) -> str:
        """Name the text that allows it, in French, or in English for «en»."""
        return self.source_en if language == "en" else self.source

    def words_in(self, language: str) -> str:
        """Propose what the person reads, in French, or in English for «en»."""
        return self.words_en if language == "en" else self.words


GROUNDS: tuple[Ground, ...] = (
    Ground(
        "identity",
        "RGPD, art. 12, paragraphes 2 et 6",
        "Nous n’avons pas pu nous assurer que vous êtes la personne concernée. Écrivez-nous de nouveau en nous disant "
        "comment le vérifier\u00a0: nous reprendrons votre demande.",
        "GDPR, Article 12(2) and (6)",
        "We could not make sure that you are the person concerned. Write to us again and tell us how to verify it: we "
        "will take your request up again.",
    ),
    Ground(
        "obligation",
        "RGPD, art. 17, paragraphe 3, b",
        "Une obligation légale nous demande de conserver ces données\u00a0: celle de déclarer à l’État les "
        "certifications délivrées (Code du travail, art. L. 6113-8).",
        "GDPR, Article 17(3)(b)",
        "A legal obligation requires us to keep these data: that of declaring to the State the certifications that "
        "were awarded (French Labour Code, Article L. 6113-8).",
        access=False,
    ),
    Ground(
        "defence",
        "RGPD, art. 17, paragraphe 3, e",
        "Ces données sont nécessaires à la constatation, à l’exercice ou à la défense de droits en justice.",
        "GDPR, Article 17(3)(e)",
        "These data are necessary for the establishment, exercise or defence of legal claims.",
        access=False,
    ),
    Ground(
        "archives",
        "RGPD, art. 17, paragraphe 3, d",
        "Ces données sont conservées à des fins archivistiques dans l’intérêt public ou statistiques, que leur "
        "effacement compromettrait gravement.",
        "GDPR, Article 17(3)(d)",
        "These data are kept for archiving purposes in the public interest or for statistical purposes, which their "
        "erasure would seriously impair.",
        access=False,
    ),
    Ground(
        "others",
        "RGPD, art. 15, paragraphe 4",
        "Vous remettre cette copie porterait atteinte aux droits d’autres personnes.",
        "GDPR, Article 15(4)",
        "Giving you this copy would adversely affect the rights of other people.",
        erasing=False,
    ),
    Ground(
        "excessive",
        "RGPD, art. 12, paragraphe 5",
        "Votre demande est la même qu’une autre, à laquelle nous venons de répondre.",
        "GDPR, Article 12(5)",
        "Your request is the same as another, which we have just answered.",
    ),
)


def extended_until(received_on: date) -> date:
    """Give the last day, included, to answer what was received that day, once the delay is extended."""
    return later(received_on, MONTHS_EXTENDED)


def ground_of(code: str) -> Ground:
    """Return the ground of this code.

    :raises KeyError: there is none.
    """
    return {ground.code: ground for ground in GROUNDS}[code]
