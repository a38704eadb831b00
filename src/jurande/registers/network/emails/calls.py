"""What is written about a call."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.network.models import Application, Call
from jurande.registers.network.states import CloseReason

# Where the link leads: web/guest/applications (tested there).
APPLICATION_PATH = "/candidatures/{application}/"

CALL_CLOSED = MailKind(
    key="network.call_closed",
    label=_("Appel clos, à qui préparait une candidature"),
    fields={
        "prenom": "Jocelyn",
        "organisme": "Institut des métiers de la réparation",
        "appel": "Technicien réparateur\u00a0: dix partenaires en 2026",
        "motif": "Les places sont pourvues",
        "lien": "https://jurande.exemple.fr/candidatures/…",
    },
    subject=_("L’appel de {{ organisme }} est clos"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} ne prend plus de candidatures pour l’appel «\u00a0{{ appel }}\u00a0» "
        "(motif\u00a0: {{ motif }}).\n\n"
        "Vous aviez commencé la vôtre. Elle n’est pas déposée et ne peut plus l’être pour cet appel\u00a0; "
        "ce que vous avez écrit reste lisible dans votre dossier."
    ),
    action_label=_("Relire mon dossier"),
    reason=_("Vous recevez ce message parce que vous aviez commencé une candidature à cet appel."),
)
KINDS = (CALL_CLOSED,)


def call_closed(call: Call, application: Application) -> Letter:
    """To whoever was still writing an application when its call was closed."""
    return Letter(
        kind=CALL_CLOSED.key,
        to_email=application.applicant.email,
        to_code=application.applicant.code,
        certifier_code=call.certifier.code,
        fields={
            "prenom": application.applicant.first_name,
            "organisme": call.certifier.name,
            "appel": call.title,
            "motif": str(CloseReason(call.close_reason).label),
            "lien": settings.PUBLIC_URL + APPLICATION_PATH.format(application=application.code),
        },
        about=("application", application.code),
        signature=call.certifier.name,
    )
