"""What is written to somebody who asked for a micro-certification."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import AwardClaim
from jurande.registers.correspondence.emails import Letter, MailKind

CLAIM_PATH = "/demandes/{code}/"
_FIELDS = {
    "prenom": "Inès",
    "organisme": "Institut des métiers de la réparation",
    "certification": "Réparer un vélo à assistance électrique",
    "motif": "Les deux comptes rendus montrent chaque geste demandé.",
    "lien": "https://jurande.exemple.fr/demandes/…/",
}
_REASON = _("Vous recevez ce message parce que vous avez demandé une micro-certification avec cette adresse.")

ACCEPTED = MailKind(
    key="awards.claim_accepted",
    label=_("Demande de micro-certification acceptée"),
    fields=_FIELDS,
    subject=_("Votre demande est acceptée\u00a0: {{ certification }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} accepte votre demande pour {{ certification }}.\n\n"
        "{{ motif }}\n\n"
        "Votre attestation est préparée, puis approuvée par une autre personne\u00a0: vous recevrez un courriel quand "
        "elle sera délivrée."
    ),
    action_label=_("Voir ma demande"),
    reason=_REASON,
)
REFUSED = MailKind(
    key="awards.claim_refused",
    label=_("Demande de micro-certification refusée"),
    fields=_FIELDS,
    subject=_("Votre demande n’est pas acceptée\u00a0: {{ certification }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} a examiné votre demande pour {{ certification }} et ne l’accepte pas.\n\n"
        "{{ motif }}\n\n"
        "Vous pouvez déposer une nouvelle demande avec d’autres preuves."
    ),
    action_label=_("Voir ma demande"),
    reason=_REASON,
)
KINDS = (ACCEPTED, REFUSED)


def decided(claim: AwardClaim, kind: MailKind) -> Letter:
    """The answer, with its reasons."""
    house = claim.opening.certifier
    return Letter(
        kind=kind.key,
        to_email=claim.person.email,
        to_code=claim.person.code,
        certifier_code=house.code,
        fields={
            "prenom": claim.person.first_name,
            "organisme": house.name,
            "certification": claim.opening.certification.title,
            "motif": claim.reasons,
            "lien": settings.PUBLIC_URL + CLAIM_PATH.format(code=claim.opening.code),
        },
        about=("award_claim", claim.code),
        signature=house.name,
        language=claim.person.language,
    )
