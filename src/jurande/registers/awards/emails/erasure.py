"""What is written when a space was closed, to the address that opened it: kept one day, since all the rest is gone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind

CLOSED = MailKind(
    key="awards.space_closed",
    label=_("Espace fermé, à son titulaire"),
    fields={"nombre": "3"},
    subject=_("Votre espace est fermé"),
    body=_(
        "Bonjour,\n\n"
        "Votre espace est fermé. Réussites effacées\u00a0: {{ nombre }}. Votre nom, vos adresses et ce que vous aviez "
        "écrit ne sont plus ici.\n\n"
        "Si ce n’était pas vous, prévenez l’organisme qui vous avait délivré ces réussites\u00a0: il peut les délivrer "
        "de nouveau."
    ),
    reason=_("Vous recevez ce message parce que cette adresse ouvrait l’espace qui vient d’être fermé."),
    keep_days=1,
)
KINDS = (CLOSED,)


def closed(*, to_email: str, count: int, language: str) -> Letter:
    """The letter to the former holder, who is called by no name any more."""
    return Letter(
        kind=CLOSED.key,
        to_email=to_email,
        to_code="",
        certifier_code="",
        fields={"nombre": str(count)},
        language=language,
    )
