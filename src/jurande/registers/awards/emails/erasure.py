"""What is written when a space was closed, to the address that opened it: kept one day, since all the rest is gone."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.correspondence.emails import Letter, MailKind, day
from jurande.registers.parties.models import Certifier

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
NOTED = MailKind(
    key="awards.right_noted",
    label=_("Demande reçue par courrier ou téléphone, à l’adresse de l’attestation"),
    fields={
        "organisme": "Institut des métiers de la réparation",
        "demande": "l’effacement de votre attestation 7KQ4-M2XD",
        "limite": "12 avril 2026",
    },
    subject=_("Une demande a été faite en votre nom"),
    body=_(
        "Bonjour,\n\n"
        "{{ organisme }} a reçu, par un autre moyen que votre espace, une demande faite en votre nom\u00a0: "
        "{{ demande }}. Elle sera décidée au plus tard le {{ limite }}.\n\n"
        "Si c’est bien vous, il n’y a rien à faire. Si ce n’était pas vous, dites-le tout de suite à cet "
        "organisme\u00a0: un effacement ne se défait pas."
    ),
    reason=_("Vous recevez ce message parce que cette adresse est celle de l’attestation dont il s’agit."),
)
ANSWERED = MailKind(
    key="awards.right_answered",
    label=_("Réponse à une demande d’effacement ou de copie"),
    fields={"organisme": "Institut des métiers de la réparation", "reponse": "Nous avons effacé ce qui vous concerne."},
    subject=_("La réponse à votre demande"),
    body=_("Bonjour,\n\n{{ reponse }}\n\n{{ organisme }}"),
    reason=_("Vous recevez ce message parce que vous avez demandé à exercer vos droits sur vos données."),
    keep_days=1,
)
DELAYED = MailKind(
    key="awards.right_delayed",
    label=_("Réponse à une demande d’effacement ou de copie, prolongée de deux mois"),
    fields={
        "organisme": "Institut des métiers de la réparation",
        "avis": "La réponse viendra au plus tard le 12 juin 2026.",
    },
    subject=_("Votre demande prendra plus de temps"),
    body=_("Bonjour,\n\n{{ avis }}\n\n{{ organisme }}"),
    reason=_("Vous recevez ce message parce qu’une demande a été faite en votre nom sur vos données."),
    keep_days=1,
)
KINDS = (CLOSED, NOTED, DELAYED, ANSWERED)


def noted(award: Award, *, asked: str | Promise, until: date, language: str) -> list[Letter]:
    """The letter to the address that the award has, so that nobody asks in the place of its holder unseen."""
    if not award.email:
        return []
    fields = {"organisme": award.certifier.name, "demande": asked, "limite": day(until)}
    return [
        Letter(
            kind=NOTED.key,
            to_email=award.email,
            to_code="",
            certifier_code=award.certifier.code,
            fields=fields,
            about=("award", award.code),
            language=language,
        )
    ]


def delayed(*, to_email: str, house: Certifier, notice: str | Promise, language: str) -> Letter:
    """The letter that says why the answer comes later; called by no name, about nothing, as the answer."""
    fields = {"organisme": house.name, "avis": notice}
    return Letter(
        kind=DELAYED.key,
        to_email=to_email,
        to_code="",
        certifier_code=house.code,
        fields=fields,
        language=language,
    )


def answered(*, to_email: str, house: Certifier, words: str, language: str) -> Letter:
    """The answer to who wrote, called by no name; about nothing, since nothing of them may be left."""
    fields = {"organisme": house.name, "reponse": words}
    return Letter(
        kind=ANSWERED.key,
        to_email=to_email,
        to_code="",
        certifier_code=house.code,
        fields=fields,
        language=language,
    )


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
