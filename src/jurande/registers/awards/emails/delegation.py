"""What is written to the heads of a partner about issuing in the certifier's name."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.awards.models import IssuingMandate
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.network.emails.habilitations import heads_of

PARTNER_PATH = "/p/{partnership}/delivrance/"
_FIELDS = {
    "prenom": "Jocelyn",
    "organisme": "Institut des métiers de la réparation",
    "certification": "Réparer un vélo à assistance électrique (MC-VAE)",
    "depuis": "23 novembre 2026",
    "lien": "https://jurande.exemple.fr/p/…/delivrance/",
}
_REASON = _("Vous recevez ce message parce que vous dirigez un établissement partenaire.")

GRANTED = MailKind(
    key="awards.mandate_granted",
    label=_("Délivrance déléguée"),
    fields=_FIELDS,
    subject=_("Vous pouvez délivrer {{ certification }} au nom de {{ organisme }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "À compter du {{ depuis }}, {{ organisme }} vous laisse délivrer en son nom\u00a0: {{ certification }}.\n\n"
        "Préparez un lot depuis un tableur, approuvez-le, délivrez. Chaque attestation est signée par {{ organisme }}, "
        "nomme votre établissement et porte la preuve de votre habilitation. Si celle-ci est suspendue, la délivrance "
        "s’arrête aussitôt\u00a0; ce qui a été délivré avant reste valable."
    ),
    action_label=_("Ouvrir la délivrance"),
    reason=_REASON,
)
ENDED = MailKind(
    key="awards.mandate_ended",
    label=_("Fin de la délivrance déléguée"),
    fields={**_FIELDS, "dernier": "22 novembre 2026", "motif": "Le certificateur délivre désormais lui-même"},
    subject=_("Vous ne délivrez plus {{ certification }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} met fin à la délivrance que vous assuriez en son nom ({{ certification }}). Son dernier jour "
        "est le {{ dernier }}. Motif\u00a0: {{ motif }}.\n\n"
        "Ce que vous avez délivré jusque-là reste valable."
    ),
    action_label=_("Voir ce qui a été délivré"),
    reason=_REASON,
)
KINDS = (GRANTED, ENDED)


def granted(mandate: IssuingMandate) -> list[Letter]:
    """A partner may issue: what that means."""
    return _to_heads(mandate, GRANTED)


def ended(mandate: IssuingMandate) -> list[Letter]:
    """It may no more, and why."""
    last = (mandate.ended_on or mandate.granted_on) - timedelta(days=1)
    return _to_heads(mandate, ENDED, dernier=day_in_words(last), motif=mandate.get_end_reason_display())


def _to_heads(mandate: IssuingMandate, kind: MailKind, **fields: str) -> list[Letter]:
    common = {
        "organisme": mandate.certifier.name,
        "certification": f"{mandate.certification.title} ({mandate.certification.reference})",
        "depuis": day_in_words(mandate.granted_on),
        "lien": settings.PUBLIC_URL + PARTNER_PATH.format(partnership=mandate.partnership.code),
        **fields,
    }
    return [
        Letter(
            kind=kind.key,
            to_email=head.email,
            to_code=head.code,
            certifier_code=mandate.certifier.code,
            fields={"prenom": head.first_name, **common},
            about=("issuing_mandate", mandate.code),
            signature=mandate.certifier.name,
        )
        for head in heads_of(mandate.habilitation)
    ]
