"""What is written to somebody whose micro-certifications make a whole."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Combination, CombinationRequest
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.parties.models import Person

PATHS_PATH = "/titulaire/parcours/"
_FIELDS = {
    "prenom": "Inès",
    "organisme": "Institut des métiers de la réparation",
    "bloc": "Diagnostiquer la panne",
    "lien": "https://jurande.exemple.fr/titulaire/parcours/",
}

COMPLETE = MailKind(
    key="awards.combination_complete",
    label=_("Ensemble complet, au titulaire"),
    fields=_FIELDS,
    subject=_("Vous pouvez demander\u00a0: {{ bloc }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Vous avez réuni toutes les micro-certifications qu’il faut pour\u00a0: {{ bloc }}.\n\n"
        "Demandez votre attestation depuis votre espace\u00a0: {{ organisme }} la prépare, une autre personne "
        "l’approuve, puis vous la recevez. Rien n’est délivré sans vous."
    ),
    action_label=_("Demander mon attestation"),
    reason=_("Vous recevez ce message une seule fois, parce que ces micro-certifications sont dans votre espace."),
)
DECLINED = MailKind(
    key="awards.combination_declined",
    label=_("Attestation non délivrée, au titulaire"),
    fields=_FIELDS | {"motif": "Une des trois micro-certifications a pris fin avant notre examen."},
    subject=_("Votre demande n’est pas acceptée\u00a0: {{ bloc }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} a examiné votre demande pour {{ bloc }} et ne l’accepte pas.\n\n"
        "{{ motif }}\n\n"
        "Vos micro-certifications restent à vous. Vous pourrez demander à nouveau quand ce point sera réglé."
    ),
    action_label=_("Voir mon parcours"),
    reason=_("Vous recevez ce message parce que vous avez demandé cette attestation."),
)
KINDS = (COMPLETE, DECLINED)


def complete(held: Combination, person: Person, *, title: str) -> Letter:
    """Nothing is missing any more: what may be asked for, and where."""
    return _letter(COMPLETE, held, person, title)


def declined(request: CombinationRequest, *, title: str) -> Letter:
    """The answer, with why."""
    return _letter(DECLINED, request.combination, request.holder, title, motif=request.reasons)


def _letter(kind: MailKind, held: Combination, person: Person, title: str, **more: str) -> Letter:
    house = held.certifier
    return Letter(
        kind=kind.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=house.code,
        fields={
            "prenom": person.first_name,
            "organisme": house.name,
            "bloc": title,
            "lien": settings.PUBLIC_URL + PATHS_PATH,
        }
        | more,
        about=("combination", held.code),
        signature=house.name,
        language=person.language,
    )
