"""What is written about deadlines: a partner's file to complete, and the week of whoever follows the network."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.parties.models import Certifier, Partnership, Person

# Where the links lead: web/partner and web/certifier (tested there).
PARTNER_PATH = "/p/{partnership}/"
RADAR_PATH = "/c/{certifier}/echeances/"

FILE_REMINDER = MailKind(
    key="network.file_reminder",
    label=_("Dossier à compléter, au dirigeant du partenaire"),
    fields={
        "prenom": "Jocelyn",
        "organisme": "Institut des métiers de la réparation",
        "partenaire": "Ateliers Mistral Formation",
        "manque": "l’assurance, la convention signée",
        "lien": "https://jurande.exemple.fr/p/…",
    },
    subject=_("Votre dossier de partenaire est à compléter"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Au dossier de {{ partenaire }}, tenu par {{ organisme }}, il manque\u00a0: {{ manque }}.\n\n"
        "Vous pouvez le compléter dans votre espace. Si vous avez déjà envoyé ces pièces autrement, répondez à ce "
        "message."
    ),
    action_label=_("Compléter le dossier"),
    reason=_("Vous recevez ce message parce que vous dirigez un organisme partenaire."),
)
WEEK = MailKind(
    key="network.week",
    label=_("Échéances de la semaine, à l’équipe du certificateur"),
    fields={
        "prenom": "Claire",
        "organisme": "Institut des métiers de la réparation",
        "resume": "2 échéances passées, 5 dans les trente jours",
        "liste": "• 24 novembre 2026\u00a0: déclarer un changement (C. trav. R. 6113-16-5)",
        "lien": "https://jurande.exemple.fr/c/…/echeances/",
    },
    subject=_("Vos échéances\u00a0: {{ resume }}"),
    body=_("Bonjour {{ prenom }},\n\nPour {{ organisme }}\u00a0: {{ resume }}.\n\n{{ liste }}"),
    action_label=_("Voir toutes les échéances"),
    reason=_("Vous recevez ce message chaque lundi parce que vous gérez le réseau d’un certificateur."),
)
KINDS = (FILE_REMINDER, WEEK)


def file_reminder(partnership: Partnership, head: Person, missing: Sequence[str]) -> Letter:
    """To the head of a partner, what its file lacks."""
    return Letter(
        kind=FILE_REMINDER.key,
        to_email=head.email,
        to_code=head.code,
        certifier_code=partnership.certifier.code,
        fields={
            "prenom": head.first_name,
            "organisme": partnership.certifier.name,
            "partenaire": partnership.name,
            "manque": ", ".join(missing),
            "lien": settings.PUBLIC_URL + PARTNER_PATH.format(partnership=partnership.code),
        },
        about=("partnership", partnership.code),
        signature=partnership.certifier.name,
    )


def week(certifier: Certifier, person: Person, *, summary: str, lines: Sequence[str]) -> Letter:
    """To somebody of the certifier's team, what is late and what comes."""
    return Letter(
        kind=WEEK.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=certifier.code,
        fields={
            "prenom": person.first_name,
            "organisme": certifier.name,
            "resume": summary,
            "liste": "\n".join(lines),
            "lien": settings.PUBLIC_URL + RADAR_PATH.format(certifier=certifier.code),
        },
        about=("certifier", certifier.code),
        signature=certifier.name,
    )
