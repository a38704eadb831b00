"""What is written to a holder when what they were given is suspended, restored, revoked, replaced, renewed, or ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.models import Award
from jurande.registers.correspondence.emails import Letter, MailKind, day

if TYPE_CHECKING:
    from jurande.registers.awards.operations.following import Followed

_FIELDS = {
    "prenom": "Ines",
    "organisme": "Institut des métiers de la réparation",
    "intitule": "Réparer un vélo de ville",
    "numero": "7KQ4-M2XD",
    "lien": "https://jurande.exemple.fr/p/7KQ4-M2XD",
}
_REASON = _("Vous recevez ce message parce que cet organisme vous a délivré une attestation.")
_SEE = _("Voir la page publique")

SUSPENDED = MailKind(
    key="awards.suspended",
    label=_("Attestation suspendue"),
    fields={**_FIELDS, "motif": "Nous vérifions les conditions de l’épreuve du 12 mars."},
    subject=_("Votre attestation {{ numero }} est suspendue"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} suspend, à compter d’aujourd’hui, ce qui vous a été délivré\u00a0: {{ intitule }}.\n\n"
        "{{ motif }}\n\n"
        "Pendant la suspension, la page publique dit seulement que l’attestation est suspendue, sans donner la raison. "
        "Si vous n’êtes pas d’accord, répondez à cet organisme."
    ),
    action_label=_SEE,
    reason=_REASON,
)
RESTORED = MailKind(
    key="awards.restored",
    label=_("Attestation rétablie"),
    fields={**_FIELDS, "motif": "La vérification est terminée."},
    subject=_("Votre attestation {{ numero }} est rétablie"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} lève la suspension\u00a0: {{ intitule }} compte de nouveau, dès aujourd’hui, comme avant.\n\n"
        "{{ motif }}"
    ),
    action_label=_SEE,
    reason=_REASON,
)
REVOKED = MailKind(
    key="awards.revoked",
    label=_("Attestation révoquée"),
    fields={**_FIELDS, "motif": "Elle avait été délivrée par erreur."},
    subject=_("Votre attestation {{ numero }} est révoquée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} révoque pour de bon, à compter d’aujourd’hui, ce qui vous a été délivré\u00a0: "
        "{{ intitule }}.\n\n"
        "{{ motif }}\n\n"
        "N’en faites plus état. La page publique dit qu’elle est révoquée, sans donner la raison. Si vous n’êtes pas "
        "d’accord, répondez à cet organisme."
    ),
    action_label=_SEE,
    reason=_REASON,
)
REPLACED = MailKind(
    key="awards.replaced",
    label=_("Attestation corrigée"),
    fields={
        **_FIELDS,
        "ancien": "3RT8-K9WB",
        "motif": "L’accent de votre prénom a été rétabli.",
        "suite": " Vos liens de partage montrent déjà la nouvelle, à la même adresse.",
    },
    subject=_("Votre attestation a été corrigée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} vous délivre une attestation corrigée\u00a0: {{ intitule }}, numéro {{ numero }}. Elle "
        "remplace la précédente, numéro {{ ancien }}.\n\n"
        "{{ motif }}\n\n"
        "Servez-vous désormais de celle-ci\u00a0: la page de l’ancienne dit qu’elle est remplacée."
        "{{ suite }}"
    ),
    action_label=_("Voir la nouvelle attestation"),
    reason=_REASON,
)
RENEWED = MailKind(
    key="awards.renewed",
    label=_("Attestation renouvelée"),
    fields={**_FIELDS, "ancien": "3RT8-K9WB", "fin": "31 décembre 2029"},
    subject=_("Votre attestation est renouvelée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} renouvelle ce qui vous a été délivré\u00a0: {{ intitule }}. La nouvelle attestation, numéro "
        "{{ numero }}, est valable jusqu’au {{ fin }}. La précédente, numéro {{ ancien }}, garde ses dates."
    ),
    action_label=_("Voir la nouvelle attestation"),
    reason=_REASON,
)
EXPIRING = MailKind(
    key="awards.expiring",
    label=_("Attestation qui arrive à échéance"),
    fields={**_FIELDS, "fin": "31 décembre 2026"},
    subject=_("Votre attestation {{ numero }} arrive à échéance le {{ fin }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "Ce que {{ organisme }} vous a délivré, {{ intitule }}, est valable jusqu’au {{ fin }}.\n\n"
        "Pour la renouveler, répondez à cet organisme avant cette date. Après, elle restera visible et vraie\u00a0: la "
        "page dira simplement qu’elle a pris fin."
    ),
    action_label=_("Voir mon attestation"),
    reason=_REASON,
)
KINDS = (SUSPENDED, RESTORED, REVOKED, REPLACED, RENEWED, EXPIRING)


def suspended(award: Award, *, url: str, note: str, language: str) -> list[Letter]:
    """It no longer counts, for now."""
    return _to_holder(award, SUSPENDED, url, language, motif=note)


def restored(award: Award, *, url: str, note: str, language: str) -> list[Letter]:
    """It counts again."""
    return _to_holder(award, RESTORED, url, language, motif=note)


def revoked(award: Award, *, url: str, note: str, language: str) -> list[Letter]:
    """It counts no more."""
    return _to_holder(award, REVOKED, url, language, motif=note)


def replaced(former: Award, award: Award, followed: Followed, *, url: str, note: str, language: str) -> list[Letter]:
    """Another one takes its place, with what follows it and what does not."""
    suite = lazy(_suite, str)(followed, award.certifier.name)
    return _to_holder(award, REPLACED, url, language, motif=note, ancien=former.shown_number, suite=suite)


def _suite(followed: Followed, house: str) -> str:
    return "".join(f" {sentence}" for sentence in _followed(followed, house))


def _followed(followed: Followed, house: str) -> Iterator[str]:
    if followed.is_suspended:
        yield _now("Elle est suspendue, comme l’était la précédente.")
    if followed.ended_on is not None:
        yield _now("Comme la précédente, elle a pris fin le %(day)s.") % {"day": day(followed.ended_on)}
    if followed.has_links:
        yield _now("Vos liens de partage montrent déjà la nouvelle, à la même adresse.")
    if followed.shown_as:
        yield _now("Vous restez dans la vitrine de %(house)s, sous le nom «\u00a0%(name)s\u00a0».") % {
            "house": house,
            "name": followed.shown_as,
        }
    if followed.left_as:
        yield _now(
            "Vous n’êtes plus dans la vitrine de %(house)s\u00a0: vous aviez accepté d’y figurer comme "
            "«\u00a0%(name)s\u00a0», et votre accord ne vaut pas pour un autre nom. Vous pouvez le donner de nouveau "
            "dans votre espace."
        ) % {"house": house, "name": followed.left_as}


def renewed(former: Award, award: Award, *, url: str, until: date, language: str) -> list[Letter]:
    """It is given again, for some more time."""
    return _to_holder(award, RENEWED, url, language, ancien=former.shown_number, fin=day(until))


def expiring(award: Award, *, url: str, until: date, language: str) -> list[Letter]:
    """It ends soon."""
    return _to_holder(award, EXPIRING, url, language, fin=day(until))


def _to_holder(award: Award, kind: MailKind, url: str, language: str, **fields: str | Promise) -> list[Letter]:
    """To the address that the award has; nobody when it has none."""
    if not award.email:
        return []
    common = {
        "prenom": award.first_name or award.last_name,
        "organisme": award.certifier.name,
        "intitule": award.certification.title,
        "numero": award.shown_number,
        "lien": url,
    }
    return [
        Letter(
            kind=kind.key,
            to_email=award.email,
            to_code=award.holder.code if award.holder else "",
            certifier_code=award.certifier.code,
            fields={**common, **fields},
            about=("award", award.code),
            signature=award.certifier.name,
            language=language,
        )
    ]
