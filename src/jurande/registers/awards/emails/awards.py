"""What holders are written when something is issued to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.correspondence.emails import Letter, MailKind

ISSUED = MailKind(
    key="awards.issued",
    label=_("Délivrance, au titulaire"),
    fields={
        "prenom": "Inès",
        "organisme": "Institut des métiers de la réparation",
        "intitule": "Réparer une batterie de vélo",
        "numero": "7KQ4-M2XD",
        "lien": "https://jurande.exemple.fr/recevoir/7KQ4-M2XD/…",
    },
    subject=_("Votre réussite\u00a0: {{ intitule }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous délivre\u00a0: {{ intitule }}.\n\n"
        "Un bouton suffit pour la recevoir, sans mot de passe. Ensuite elle reste à vous\u00a0: vous la gardez, vous "
        "la téléchargez, et vous seul décidez qui la voit. Son numéro est {{ numero }}."
    ),
    action_label=_("Recevoir ma réussite"),
    reason=_("Vous recevez ce message parce que cet organisme a indiqué votre adresse en vous délivrant ce document."),
)
KINDS = (ISSUED,)


def issued(award: Award, *, title: str, house: str, certifier_code: str, email: str, url: str, language: str) -> Letter:
    """The letter that says that it is there, and where."""
    return Letter(
        kind=ISSUED.key,
        to_email=email,
        to_code="",
        certifier_code=certifier_code,
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
