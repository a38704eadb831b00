"""The letters about the text and the term of conventions."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jurande.core.france.clauses import day_in_words
from jurande.registers.conventions.models import Convention
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.parties.models import Person

CERTIFIER_PATH = "/c/{certifier}/conventions/{convention}/"
PARTNER_PATH = "/p/{partnership}/conventions/"

ENDING = MailKind(
    key="conventions.ending",
    label=_("Convention bientôt terminée, au certificateur"),
    fields={
        "prenom": "Hélène",
        "reference": "CONV-2026-0042",
        "partenaire": "Atelier École du Rhin",
        "reste": "3 mois",
        "fin": "31 décembre 2026",
        "lien": "https://jurande.exemple.fr/c/…",
    },
    subject=_("{{ partenaire }}\u00a0: la convention {{ reference }} finit dans {{ reste }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La convention {{ reference }} avec {{ partenaire }} finit le {{ fin }}. Après ce jour, le partenaire n’est "
        "plus habilité.\n\n"
        "Préparez son renouvellement, ou dites au partenaire qu’elle ne sera pas renouvelée."
    ),
    action_label=_("Voir la convention"),
    reason=_("Vous recevez ce message parce que vous suivez ce partenaire ou que vous gérez le réseau."),
)
ENDING_PARTNER = MailKind(
    key="conventions.ending_partner",
    label=_("Convention bientôt terminée, au partenaire"),
    fields={
        "prenom": "Karim",
        "reference": "CONV-2026-0042",
        "certificateur": "Institut des métiers de la réparation",
        "reste": "3 mois",
        "fin": "31 décembre 2026",
        "lien": "https://jurande.exemple.fr/p/…",
    },
    subject=_("Votre convention {{ reference }} finit dans {{ reste }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Votre convention {{ reference }} avec {{ certificateur }} finit le {{ fin }}.\n\n"
        "Si vous souhaitez continuer, dites-le à {{ certificateur }} dès maintenant. N’inscrivez personne à un "
        "parcours qui finirait après ce jour sans en avoir parlé."
    ),
    action_label=_("Voir la convention"),
    reason=_("Vous recevez ce message parce que vous dirigez un organisme partenaire."),
)

KINDS = (ENDING, ENDING_PARTNER)


def ending(convention: Convention, person: Person, *, months: int, last_day: date) -> Letter:
    """What the certifier's people read, ``months`` before the last day."""
    return Letter(
        kind=ENDING.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=convention.certifier.code,
        fields={
            "prenom": person.first_name,
            "reference": convention.reference,
            "partenaire": convention.partnership.name,
            "reste": _months(months),
            "fin": day_in_words(last_day),
            "lien": settings.PUBLIC_URL
            + CERTIFIER_PATH.format(certifier=convention.certifier.code, convention=convention.code),
        },
        about=("convention", convention.code),
        signature=convention.certifier.name,
    )


def ending_partner(convention: Convention, person: Person, *, months: int, last_day: date) -> Letter:
    """What the partner's head reads, ``months`` before the last day."""
    return Letter(
        kind=ENDING_PARTNER.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=convention.certifier.code,
        fields={
            "prenom": person.first_name,
            "reference": convention.reference,
            "certificateur": convention.certifier.name,
            "reste": _months(months),
            "fin": day_in_words(last_day),
            "lien": settings.PUBLIC_URL + PARTNER_PATH.format(partnership=convention.partnership.code),
        },
        about=("convention", convention.code),
        signature=convention.certifier.name,
    )


def _months(count: int) -> str:
    # Said as a limit: the letter leaves the first day on which no more than that is left.
    return str(ngettext("moins d’un mois", "moins de %(n)d mois", count) % {"n": count})
