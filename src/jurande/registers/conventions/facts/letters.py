"""What the letters about a convention say: firm and fair, and the same words in the portal as on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jurande.core.france.clauses import day_in_words
from jurande.registers.conventions.models import Convention

SOURCE = "Code du travail, article R. 6113-16-6"


@dataclass(frozen=True)
class LetterWords:
    """A letter, head and foot aside: subject, opening, titled parts, what the partner may do, closing."""

    subject: str
    opening: str
    parts: tuple[tuple[str, str], ...]
    may_title: str = ""
    may: str = ""
    closing: str = "Veuillez agréer, Madame, Monsieur, nos salutations distinguées."
    source: str = SOURCE


def suspension_words(convention: Convention, *, reasons: str, effective_on: date) -> LetterWords:
    """Suspended at once, as a precaution."""
    return LetterWords(
        subject="Suspension de la convention à titre conservatoire",
        opening=(
            f"Madame, Monsieur,\n\nNous suspendons la convention {convention.reference} à compter du "
            f"{day_in_words(effective_on)}. C’est une mesure de précaution\u00a0: elle ne préjuge pas de la suite, et "
            "elle sera levée si ses motifs disparaissent."
        ),
        parts=(
            ("Pourquoi", reasons),
            (
                "Ce qui change",
                "– Aucune nouvelle personne n’est inscrite, ni présentée à l’examen, au titre de cette convention.\n"
                "– Aucune communication ne présente plus votre organisme comme habilité.\n"
                "– Les personnes déjà en formation ne doivent pas en pâtir\u00a0: dites-nous qui elles sont, nous "
                "conviendrons avec vous de leur parcours.",
            ),
        ),
        may_title="Ce que vous pouvez faire",
        may=(
            "Répondez-nous dès maintenant\u00a0: expliquez les faits, envoyez vos pièces, demandez un rendez-vous. "
            "Vous pouvez demander à tout moment que la suspension soit levée."
        ),
    )


def lift_words(convention: Convention, *, reasons: str, lifted_on: date) -> LetterWords:
    """The suspension is over."""
    return LetterWords(
        subject="Levée de la suspension",
        opening=(
            f"Madame, Monsieur,\n\nLa suspension de la convention {convention.reference} est levée le "
            f"{day_in_words(lifted_on)}. La convention s’applique de nouveau, telle que nous l’avons signée."
        ),
        parts=(("Pourquoi", reasons),),
    )


def griefs_words(convention: Convention, *, griefs: str, delay_days: int) -> LetterWords:
    """What is held against the partner, and how long it has to answer."""
    return LetterWords(
        subject="Notification de griefs",
        opening=(
            f"Madame, Monsieur,\n\nNous envisageons de résilier la convention {convention.reference}. Rien n’est "
            "décidé\u00a0: nous vous faisons connaître ce qui vous est reproché, et nous attendons vos observations "
            "avant toute décision."
        ),
        parts=(("Ce qui vous est reproché", griefs),),
        may_title="Ce que vous pouvez faire, et avant quand",
        may=(
            f"Vous avez {delay_days} jours pour présenter vos observations, à compter du lendemain du jour où vous "
            "recevez cette lettre. Elles se déposent dans votre espace, avec une pièce si vous le voulez. Vous pouvez "
            "vous faire assister par la personne de votre choix.\n\n"
            "La décision sera prise par une autre personne que celle qui signe cette lettre, après avoir lu vos "
            "observations."
        ),
    )


def termination_words(
    convention: Convention, *, decision: str, learners: str, effective_on: date, observed_on: date | None
) -> LetterWords:
    """Terminated, with reasons."""
    heard = (
        f"Nous avons lu vos observations du {day_in_words(observed_on)}."
        if observed_on is not None
        else "Le délai ouvert pour vos observations est écoulé, sans que nous en ayons reçu."
    )
    return LetterWords(
        subject="Résiliation de la convention",
        opening=(
            f"Madame, Monsieur,\n\n{heard}\n\nNous résilions la convention {convention.reference}. La résiliation "
            f"prend effet le {day_in_words(effective_on)}."
        ),
        parts=(("Pourquoi", decision), ("Ce que deviennent les personnes en formation", learners)),
        may_title="Ce que vous pouvez faire",
        may=(
            "Vous pouvez contester cette décision devant le tribunal compétent. Les documents et les données que la "
            "convention vous demande de remettre restent dus."
        ),
    )


def closed_words(convention: Convention, *, decision: str) -> LetterWords:
    """The griefs are dropped."""
    return LetterWords(
        subject="Classement sans suite",
        opening=(
            "Madame, Monsieur,\n\nLa procédure ouverte par notre notification de griefs au sujet de la convention "
            f"{convention.reference} est close. La convention n’est pas résiliée."
        ),
        parts=(("Pourquoi", decision),),
    )


def agreed_end_words(convention: Convention, *, reasons: str, learners: str, effective_on: date) -> LetterWords:
    """An end is proposed; nothing ends before the partner agrees."""
    return LetterWords(
        subject="Proposition de fin d’un commun accord",
        opening=(
            f"Madame, Monsieur,\n\nNous vous proposons de mettre fin d’un commun accord à la convention "
            f"{convention.reference}. Son dernier jour serait le {day_in_words(effective_on)}."
        ),
        parts=(("Pourquoi", reasons), ("Ce que deviendraient les personnes en formation", learners)),
        may_title="Ce que vous pouvez faire",
        may="Acceptez ou refusez dans votre espace. Sans votre accord, la convention continue.",
        source="",
    )


def not_renewed_words(convention: Convention, *, reasons: str, learners: str, last_day: date) -> LetterWords:
    """The convention will end at its term."""
    return LetterWords(
        subject="Non-renouvellement de la convention",
        opening=(
            f"Madame, Monsieur,\n\nLa convention {convention.reference} prend fin à son terme, le "
            f"{day_in_words(last_day)}. Nous vous informons qu’elle ne sera pas renouvelée. Jusqu’à ce jour, elle "
            "s’applique entièrement."
        ),
        parts=(("Pourquoi", reasons), ("Ce que deviennent les personnes en formation", learners)),
        may_title="Ce que vous pouvez faire",
        may="Écrivez-nous pour convenir de ce qui suivra, ou pour déposer une nouvelle candidature.",
        source="",
    )
