"""What is written to a body whose opinion of a certification is asked for."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.awards.models import Endorsement
from jurande.registers.correspondence.emails import Letter, MailKind

ENDORSE_PATH = "/soutenir/{token}/"

ASKED = MailKind(
    key="awards.endorsement_asked",
    label=_("Demande d’avis de soutien"),
    fields={
        "organisme": "Institut des métiers de la réparation",
        "soutien": "Ressourcerie du Ried",
        "certification": "Réparer un vélo à assistance électrique",
        "jusquau": "23 décembre 2026",
        "lien": "https://jurande.exemple.fr/soutenir/…/",
    },
    subject=_("{{ organisme }} vous demande votre avis sur {{ certification }}"),
    body=_(
        "Bonjour,\n\n"
        "{{ organisme }} délivre {{ certification }} et demande à {{ soutien }} ce que cette certification vaut à ses "
        "yeux.\n\n"
        "Le lien ouvre une page où vous écrivez quelques lignes, ou déclinez. Votre avis est signé électroniquement "
        "tel que vous l’écrivez, avec votre nom, et montré à qui vérifie une attestation. Il sert jusqu’au "
        "{{ jusquau }}."
    ),
    action_label=_("Donner mon avis"),
    reason=_("Vous recevez ce message parce que votre avis est demandé à cette adresse."),
)
KINDS = (ASKED,)


def asked(endorsement: Endorsement, token: str) -> Letter:
    """The letter with the link."""
    house = endorsement.certifier
    return Letter(
        kind=ASKED.key,
        to_email=endorsement.email,
        to_code="",
        certifier_code=house.code,
        fields={
            "organisme": house.name,
            "soutien": endorsement.body_name,
            "certification": endorsement.certification.title,
            "jusquau": day_in_words(endorsement.expires_at.date()),
            "lien": settings.PUBLIC_URL + ENDORSE_PATH.format(token=token),
        },
        about=("endorsement", endorsement.code),
        signature=house.name,
    )
