"""What is written to the heads of a partner when a habilitation opens, is suspended, resumes or ends."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import day_in_words
from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.network.models import Habilitation
from jurande.registers.network.states import Basis
from jurande.registers.parties.models import Person
from jurande.registers.parties.states import Role

PARTNER_PATH = "/p/{partnership}/habilitations/"

_FIELDS = {
    "prenom": "Jocelyn",
    "organisme": "Institut des métiers de la réparation",
    "habilitation": "HAB-2026-0037",
    "portee": "former et évaluer, Technicien réparateur en électroménager (RNCP49021)",
    "du": "1er mars 2026",
    "au": "28 février 2029",
    "lien": "https://jurande.exemple.fr/p/…/habilitations/",
}
_REASON = _("Vous recevez ce message parce que vous dirigez un établissement partenaire.")

OPENED = MailKind(
    key="network.habilitation_opened",
    label=_("Habilitation ouverte"),
    fields=_FIELDS,
    subject=_("Votre habilitation {{ habilitation }} est ouverte"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous habilite\u00a0: {{ portee }}, du {{ du }} au {{ au }}.\n\n"
        "Votre espace contient l’attestation signée, la page publique que chacun peut consulter et l’insigne à poser "
        "sur votre site. Tous trois suivent l’habilitation\u00a0: si elle est suspendue, ils le disent aussitôt."
    ),
    action_label=_("Voir mes habilitations"),
    reason=_REASON,
)
CONFIRMED = MailKind(
    key="network.habilitation_confirmed",
    label=_("Fin de la période probatoire"),
    fields=_FIELDS,
    subject=_("Votre habilitation {{ habilitation }} est confirmée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La période probatoire de votre habilitation {{ habilitation }} est terminée\u00a0: {{ organisme }} la "
        "confirme. Ses dates et sa portée ne changent pas."
    ),
    action_label=_("Voir mes habilitations"),
    reason=_REASON,
)
SUSPENDED = MailKind(
    key="network.habilitation_suspended",
    label=_("Habilitation suspendue"),
    fields={**_FIELDS, "depuis": "23 novembre 2026", "motif": "Deux sessions se sont tenues sans évaluateur agréé."},
    subject=_("Votre habilitation {{ habilitation }} est suspendue"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} suspend votre habilitation {{ habilitation }} ({{ portee }}) à compter du {{ depuis }}.\n\n"
        "{{ motif }}\n\n"
        "Pendant la suspension, n’inscrivez personne et n’ouvrez aucune session au titre de cette habilitation. "
        "Ce qui a été fait avant reste valable."
    ),
    action_label=_("Voir mes habilitations"),
    reason=_REASON,
)
RESUMED = MailKind(
    key="network.habilitation_resumed",
    label=_("Suspension d’une habilitation levée"),
    fields={**_FIELDS, "motif": "Les évaluateurs ont été agréés."},
    subject=_("Votre habilitation {{ habilitation }} est rétablie"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} lève la suspension de votre habilitation {{ habilitation }} ({{ portee }}), dès "
        "aujourd’hui.\n\n{{ motif }}"
    ),
    action_label=_("Voir mes habilitations"),
    reason=_REASON,
)
ENDED = MailKind(
    key="network.habilitation_ended",
    label=_("Habilitation terminée"),
    fields={**_FIELDS, "dernier": "22 novembre 2026", "motif": "Vous avez renoncé à cette certification."},
    subject=_("Votre habilitation {{ habilitation }} prend fin"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} met fin à votre habilitation {{ habilitation }} ({{ portee }}). Son dernier jour est le "
        "{{ dernier }}.\n\n"
        "{{ motif }}\n\n"
        "Retirez l’insigne de votre site et la mention de cette habilitation de vos documents."
    ),
    action_label=_("Voir mes habilitations"),
    reason=_REASON,
)
KINDS = (OPENED, CONFIRMED, SUSPENDED, RESUMED, ENDED)


def scope_in_words(row: Habilitation) -> str:
    """Kind and certification: «former, Mécanicien cycles (RNCP49021)»."""
    return f"{row.get_kind_display().lower()}, {row.certification.title} ({row.certification.reference})"


def opened(row: Habilitation) -> list[Letter]:
    """It is open: what the heads now have."""
    return _to_heads(row, OPENED)


def confirmed(row: Habilitation) -> list[Letter]:
    """Its probation is over."""
    return _to_heads(row, CONFIRMED)


def suspended(row: Habilitation, *, note: str, from_on: date) -> list[Letter]:
    """It is suspended, and why."""
    return _to_heads(row, SUSPENDED, motif=note, depuis=day_in_words(from_on))


def resumed(row: Habilitation, *, note: str) -> list[Letter]:
    """It counts again."""
    return _to_heads(row, RESUMED, motif=note)


def ended(row: Habilitation, *, note: str) -> list[Letter]:
    """It is over, and since when."""
    last = (row.ended_on or row.valid_until) - timedelta(days=1)
    return _to_heads(row, ENDED, motif=note, dernier=day_in_words(last))


def heads_of(row: Habilitation) -> list[Person]:
    """Who is written to."""
    held = row.partnership.memberships.in_force().filter(role=Role.HEAD)
    return list(Person.objects.able_to_sign_in().filter(pk__in=held.values("person")).order_by("pk"))


def _to_heads(row: Habilitation, kind: MailKind, **fields: str) -> list[Letter]:
    # Nobody writes to oneself about one's own house.
    if row.basis == Basis.OWN_SITE:
        return []
    common = {
        "organisme": row.certifier.name,
        "habilitation": row.reference,
        "portee": scope_in_words(row),
        "du": day_in_words(row.valid_from),
        "au": day_in_words(row.valid_until),
        "lien": settings.PUBLIC_URL + PARTNER_PATH.format(partnership=row.partnership.code),
        **fields,
    }
    return [
        Letter(
            kind=kind.key,
            to_email=head.email,
            to_code=head.code,
            certifier_code=row.certifier.code,
            fields={"prenom": head.first_name, **common},
            about=("habilitation", row.code),
            signature=row.certifier.name,
        )
        for head in heads_of(row)
    ]
