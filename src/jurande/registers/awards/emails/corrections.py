"""What is written about a request for a correction: to who asks it, and to who has to answer it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Correction
from jurande.registers.awards.states.corrections import Desk
from jurande.registers.correspondence.emails import Letter, MailKind, day
from jurande.registers.parties.models import Person

HOLDER_PATH = "/titulaire/corrections/{code}/"
CERTIFIER_PATH = "/c/{place}/delivrance/corrections/{code}/"
PARTNER_PATH = "/p/{place}/corrections/{code}/"

_HELD = {
    "prenom": "Inès",
    "organisme": "Institut des métiers de la réparation",
    "intitule": "Réparer un vélo à assistance électrique",
    "lien": "https://jurande.exemple.fr/titulaire/corrections/…/",
}
_ASKED = {
    "prenom": "Solène",
    "intitule": "Réparer un vélo à assistance électrique",
    "limite": "22 décembre 2026",
    "lien": "https://jurande.exemple.fr/corrections/…/",
}
_REASON = _("Vous recevez ce message parce que vous avez demandé une correction.")
_WORK = _("Vous recevez ce message parce que vous répondez aux demandes de correction.")
_MINE = _("Voir ma demande")

RECEIVED = MailKind(
    key="awards.correction_received",
    label=_("Correction demandée, au titulaire"),
    fields={**_HELD, "repond": "Repair Café du Ried", "limite": "22 décembre 2026"},
    subject=_("Votre demande de correction est bien arrivée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Vous demandez une correction sur votre document {{ intitule }}. Votre demande est chez {{ repond }}.\n\n"
        "Vous aurez une réponse au plus tard le {{ limite }}."
    ),
    action_label=_MINE,
    reason=_REASON,
)
PASSED_ON = MailKind(
    key="awards.correction_passed_on",
    label=_("Correction transmise au certificateur, au titulaire"),
    fields={**_HELD, "limite": "22 décembre 2026"},
    subject=_("Votre demande de correction avance"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} examine maintenant votre demande de correction sur {{ intitule }}. Vous n’avez rien à "
        "faire.\n\n"
        "La date de la réponse ne change pas\u00a0: au plus tard le {{ limite }}."
    ),
    action_label=_MINE,
    reason=_REASON,
)
ACCEPTED = MailKind(
    key="awards.correction_accepted",
    label=_("Correction acceptée, au titulaire"),
    fields={**_HELD, "motif": "L’accent de votre prénom est rétabli."},
    subject=_("Votre document est corrigé"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Votre nouveau document, {{ intitule }}, est dans votre espace. Il remplace l’ancien.\n\n"
        "{{ motif }}"
    ),
    action_label=_MINE,
    reason=_REASON,
)
REFUSED = MailKind(
    key="awards.correction_refused",
    label=_("Correction refusée, au titulaire"),
    fields={**_HELD, "repond": "Repair Café du Ried", "motif": "Le prénom est celui de votre carte d’identité."},
    subject=_("Réponse à votre demande de correction"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ repond }} a examiné votre demande sur {{ intitule }} et n’a pas fait la correction.\n\n"
        "{{ motif }}\n\n"
        "Votre document ne change pas. Si vous n’êtes pas d’accord, la page de votre demande dit ce que vous pouvez "
        "faire. Vous pouvez aussi écrire à la CNIL (cnil.fr) ou saisir un juge."
    ),
    action_label=_MINE,
    reason=_REASON,
)
TO_ANSWER = MailKind(
    key="awards.correction_to_answer",
    label=_("Correction demandée, à qui doit répondre"),
    fields=_ASKED,
    subject=_("Une correction est demandée\u00a0: {{ intitule }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Une personne demande que son document {{ intitule }} soit corrigé. C’est à vous de répondre, au plus tard le "
        "{{ limite }}."
    ),
    action_label=_("Voir la demande"),
    reason=_WORK,
)
REMINDER = MailKind(
    key="awards.correction_reminder",
    label=_("Correction à traiter bientôt, à qui doit répondre"),
    fields=_ASKED,
    subject=_("Répondez avant le {{ limite }}\u00a0: correction demandée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Une personne attend toujours que son document {{ intitule }} soit corrigé. Répondez-lui au plus tard le "
        "{{ limite }}."
    ),
    action_label=_("Répondre"),
    reason=_WORK,
)
KINDS = (RECEIVED, PASSED_ON, ACCEPTED, REFUSED, TO_ANSWER, REMINDER)


def received(correction: Correction) -> list[Letter]:
    """Their request is there, who answers and until when."""
    return _to_holder(correction, RECEIVED, repond=desk_name(correction), limite=day(correction.due_on))


def passed_on(correction: Correction) -> list[Letter]:
    """The certifier answers now."""
    return _to_holder(correction, PASSED_ON, limite=day(correction.due_on))


def accepted(correction: Correction) -> list[Letter]:
    """To a holder whom the letter of the replacement does not reach."""
    made = correction.made
    if made is not None and made.email.lower() == correction.holder.email:
        return []
    return _to_holder(correction, ACCEPTED, motif=correction.reason)


def refused(correction: Correction) -> list[Letter]:
    """No, and why."""
    return _to_holder(correction, REFUSED, repond=desk_name(correction), motif=correction.reason)


def to_answer(correction: Correction, people: Iterable[Person]) -> list[Letter]:
    """It is on the desk of these people."""
    return _to_desk(correction, TO_ANSWER, people)


def reminder(correction: Correction, people: Iterable[Person]) -> list[Letter]:
    """It is still there."""
    return _to_desk(correction, REMINDER, people)


def desk_name(correction: Correction) -> str:
    """The body that a request is put before."""
    if correction.addressed_to == Desk.PARTNER and correction.prepared_by is not None:
        return correction.prepared_by.name
    return correction.award.certifier.name


def _to_holder(correction: Correction, kind: MailKind, **fields: str | Promise) -> list[Letter]:
    house = correction.award.certifier
    common = {
        "prenom": correction.holder.first_name,
        "organisme": house.name,
        "intitule": correction.award.certification.title,
        "lien": settings.PUBLIC_URL + HOLDER_PATH.format(code=correction.code),
    }
    return [
        Letter(
            kind=kind.key,
            to_email=correction.holder.email,
            to_code=correction.holder.code,
            certifier_code=house.code,
            fields={**common, **fields},
            about=("award", correction.award.code),
            signature=house.name,
            language=correction.holder.language,
        )
    ]


def _to_desk(correction: Correction, kind: MailKind, people: Iterable[Person]) -> list[Letter]:
    house, place = correction.award.certifier, correction.prepared_by
    path, due_on = CERTIFIER_PATH.format(place=house.code, code=correction.code), correction.due_on
    if correction.addressed_to == Desk.PARTNER and place is not None:
        path, due_on = PARTNER_PATH.format(place=place.code, code=correction.code), correction.partner_due_on or due_on
    return [
        Letter(
            kind=kind.key,
            to_email=person.email,
            to_code=person.code,
            certifier_code=house.code,
            fields={
                "prenom": person.first_name,
                "intitule": correction.award.certification.title,
                "limite": day(due_on),
                "lien": settings.PUBLIC_URL + path,
            },
            about=("award", correction.award.code),
            signature=house.name,
        )
        for person in people
    ]
