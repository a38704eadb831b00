"""What applicants are written: a receipt, a reminder, the trace of a withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind, moment
from jurande.registers.network.models import Application, Target

# The screen behind it is declared in web/guest/applications (tested there).
APPLICATION_PATH = "/candidatures/{code}/"
_REASON = _("Vous recevez ce message parce que vous avez commencé cette candidature.")

RECEIPT = MailKind(
    key="network.application_receipt",
    label=_("Récépissé de candidature"),
    fields={
        "prenom": "Yann",
        "organisme": "Institut des métiers de la réparation",
        "candidat": "La Bonne Fabrique",
        "reference": "CAND-2026-0042",
        "appels": "Réparateur d’électroménager",
        "moment": "12 mars 2026 à 10 h 42",
        "lien": "https://jurande.exemple.fr/candidatures/…",
    },
    subject=_("Candidature {{ reference }} reçue"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La candidature de {{ candidat }} a été reçue le {{ moment }}, sous la référence {{ reference }}. "
        "Elle porte sur\u00a0: {{ appels }}.\n\n"
        "Ce que vous avez déposé ne change plus. Votre espace dit où en est le dossier\u00a0; "
        "nous y posons nos questions, et nous vous écrivons à chaque étape."
    ),
    action_label=_("Suivre ma candidature"),
    reason=_REASON,
)
WITHDRAWN = MailKind(
    key="network.application_withdrawn",
    label=_("Retrait d’une candidature"),
    fields={
        "prenom": "Yann",
        "organisme": "Institut des métiers de la réparation",
        "reference": "CAND-2026-0042",
        "lien": "https://jurande.exemple.fr/candidatures/…",
    },
    subject=_("Candidature {{ reference }} retirée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La candidature {{ reference }} est retirée, comme vous l’avez demandé. Elle ne sera pas examinée.\n\n"
        "Son contenu reste lisible dans votre espace. Vous pouvez candidater de nouveau."
    ),
    action_label=_("Voir la candidature"),
    reason=_REASON,
)
REMINDER = MailKind(
    key="network.application_reminder",
    label=_("Candidature commencée, appel bientôt clos"),
    fields={
        "prenom": "Yann",
        "organisme": "Institut des métiers de la réparation",
        "appel": "Réparateur d’électroménager",
        "jour": "15 décembre 2026",
        "lien": "https://jurande.exemple.fr/candidatures/…",
    },
    subject=_("Votre candidature\u00a0: dernier jour le {{ jour }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Vous avez commencé une candidature à «\u00a0{{ appel }}\u00a0». L’appel se ferme à la fin du {{ jour }}.\n\n"
        "Tout ce que vous avez saisi est gardé\u00a0: reprenez où vous en étiez."
    ),
    action_label=_("Reprendre ma candidature"),
    reason=_REASON,
)
KINDS = (RECEIPT, WITHDRAWN, REMINDER)


def receipt(application: Application, targets: Sequence[Target]) -> Letter:
    """The letter that says the file was received, and what it is about."""
    submitted_at = application.submitted_at
    assert submitted_at is not None  # noqa: S101  a constraint holds it
    return _letter(
        RECEIPT,
        application,
        candidat=application.name,
        reference=application.reference,
        appels=", ".join(target.call.title for target in targets),
        moment=moment(submitted_at),
    )


def withdrawn(application: Application) -> Letter:
    """The letter that confirms a withdrawal."""
    return _letter(WITHDRAWN, application, reference=application.reference)


def reminder(application: Application, closes_on: date | None) -> Letter:
    """The letter that says a draft has little time left."""
    first = application.targets.select_related("call").order_by("call__closes_on", "pk")[0]
    day = closes_on or first.call.closes_on
    return _letter(REMINDER, application, appel=first.call.title, jour=_day(day) if day is not None else "")


def _day(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {date_format(day, 'F Y')}"


def _letter(kind: MailKind, application: Application, **fields: str) -> Letter:
    person = application.applicant
    return Letter(
        kind=kind.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=application.certifier.code,
        fields={
            "prenom": person.first_name,
            "organisme": application.certifier.name,
            **fields,
            "lien": settings.PUBLIC_URL + APPLICATION_PATH.format(code=application.code),
        },
        about=("application", application.code),
        signature=application.certifier.name,
    )
