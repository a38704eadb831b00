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
        "lien": "https://jurande.exemple.fr/p/7KQ4-M2XD",
    },
    subject=_("Votre réussite\u00a0: {{ intitule }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous délivre\u00a0: {{ intitule }}.\n\n"
        "La preuve est en ligne, sous le numéro {{ numero }}. Vous pouvez montrer cette adresse à un employeur\u00a0: "
        "il voit aussitôt ce que vous savez faire, qui l’a évalué, et que rien n’a été changé."
    ),
    action_label=_("Voir ma preuve"),
    reason=_("Vous recevez ce message parce que cet organisme a indiqué votre adresse en vous délivrant ce document."),
)
KINDS = (ISSUED,)


def issued(award: Award, *, title: str, house: str, certifier_code: str, email: str, url: str) -> Letter:
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
    )
