# SPDX-License-Identifier: Apache-2.0
"""Answering who asks for their rights by letter, telephone or e-mail: until when, and why one may refuse.

Source: règlement (UE) 2016/679 (RGPD), in force since 25 May 2018. What a certifier may refuse on each ground is a
reading that nobody made for it: the words are proposed, and written anew for each answer.
"""

from __future__ import annotations

from dataclasses import dataclass

DELAY = "RGPD, art. 12, paragraphe 3"
COMPLAINT = "RGPD, art. 77 et 79"


@dataclass(frozen=True)
class Ground:
    """Why a request may be refused. ``words``: proposed to who answers. ``erasing``, ``access``: where it holds."""

    code: str
    source: str
    words: str
    erasing: bool = True
    access: bool = True


GROUNDS: tuple[Ground, ...] = (
    Ground(
        "identity",
        "RGPD, art. 12, paragraphes 2 et 6",
        "Nous n’avons pas pu nous assurer que vous êtes la personne concernée. Écrivez-nous de nouveau en nous disant "
        "comment le vérifier\u00a0: nous reprendrons votre demande.",
    ),
    Ground(
        "obligation",
        "RGPD, art. 17, paragraphe 3, b",
        "Une obligation légale nous demande de conserver ces données\u00a0: celle de déclarer à l’État les "
        "certifications délivrées (Code du travail, art. L. 6113-8).",
        access=False,
    ),
    Ground(
        "defence",
        "RGPD, art. 17, paragraphe 3, e",
        "Ces données sont nécessaires à la constatation, à l’exercice ou à la défense de droits en justice.",
        access=False,
    ),
    Ground(
        "archives",
        "RGPD, art. 17, paragraphe 3, d",
        "Ces données sont conservées à des fins archivistiques dans l’intérêt public ou statistiques, que leur "
        "effacement compromettrait gravement.",
        access=False,
    ),
    Ground(
        "others",
        "RGPD, art. 15, paragraphe 4",
        "Vous remettre cette copie porterait atteinte aux droits d’autres personnes.",
        erasing=False,
    ),
    Ground(
        "excessive",
        "RGPD, art. 12, paragraphe 5",
        "Votre demande est la même qu’une autre, à laquelle nous venons de répondre.",
    ),
)


def ground_of(code: str) -> Ground:
    """Return the ground of this code.

    :raises KeyError: there is none.
    """
    return {ground.code: ground for ground in GROUNDS}[code]
