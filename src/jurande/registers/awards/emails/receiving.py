"""What is written around receiving: a reminder, and the news that something was received."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.correspondence.emails import Letter, MailKind, moment
from jurande.registers.parties.models import Person

REMINDED = MailKind(
    key="awards.uncollected",
    label=_("Réussite qui attend, rappel au titulaire"),
    fields={
        "prenom": "Inès",
        "organisme": "Institut des métiers de la réparation",
        "intitule": "Réparer une batterie de vélo",
        "numero": "7KQ4-M2XD",
        "lien": "https://jurande.exemple.fr/recevoir/7KQ4-M2XD/…",
    },
    subject=_("Elle vous attend toujours\u00a0: {{ intitule }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous a délivré\u00a0: {{ intitule }} (numéro {{ numero }}). "
        "Vous ne l’avez pas encore reçue.\n\n"
        "Un bouton suffit, sans mot de passe. Elle reste à vous, et vous seul décidez qui la voit."
    ),
    action_label=_("Recevoir ma réussite"),
    reason=_("Vous recevez ce message parce que cet organisme a indiqué votre adresse en vous délivrant ce document."),
)
RECEIVED = MailKind(
    key="awards.received",
    label=_("Réussite reçue dans un espace, au titulaire"),
    fields={
        "prenom": "Inès",
        "intitule": "Réparer une batterie de vélo",
        "evenement": "Votre espace vient d’être ouvert.",
        "moment": "12 mars 2026 à 10 h 42",
        "lien": "https://jurande.exemple.fr/recevoir/7KQ4-M2XD/…",
    },
    subject=_("C’est reçu\u00a0: {{ intitule }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ evenement }} C’était le {{ moment }}, depuis le lien que nous avions envoyé à cette adresse.\n\n"
        "Si c’était vous, il n’y a rien à faire. Si ce n’était pas vous, quelqu’un s’est servi de ce lien\u00a0: le "
        "bouton le met dehors, et vous rend ce qui est à vous."
    ),
    action_label=_("Ce n’était pas moi"),
    reason=_("Vous recevez ce message parce qu’un lien envoyé à cette adresse vient de servir."),
    keep_days=31,
)
KINDS = (REMINDED, RECEIVED)


def reminded(award: Award, *, title: str, url: str, language: str) -> Letter:
    """What waits is said once more."""
    house = award.certifier.name
    return Letter(
        kind=REMINDED.key,
        to_email=award.email,
        to_code="",
        certifier_code=award.certifier.code,
        fields={
            "prenom": award.first_name,
            "organisme": house,
            "intitule": title,
            "numero": award.shown_number,
            "lien": url,
        },
        about=("award", award.code),
        signature=house,
        language=language,
    )


def received(award: Award, person: Person, *, title: str, event: str | Promise, url: str, now: datetime) -> Letter:
    """What the mailbox is told once its link has served; read there and nowhere else."""
    return Letter(
        kind=RECEIVED.key,
        to_email=award.email,
        to_code="",
        certifier_code=award.certifier.code,
        fields={
            "prenom": award.first_name,
            "intitule": title,
            "evenement": event,
            "moment": moment(now),
            "lien": url,
        },
        about=("award", award.code),
        signature=award.certifier.name,
        language=person.language,
    )
