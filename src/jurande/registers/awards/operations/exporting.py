"""All that this installation knows of somebody, in one file, readable by people and by machines.

Source: règlement (UE) 2016/679 (RGPD), art. 15 (access) and art. 20 (portability).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jurande.registers.awards.models import (
    Appearance,
    Award,
    AwardClaim,
    ClaimEvidence,
    CombinationRequest,
    Correction,
    CorrectionEvidence,
    Share,
)
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.policies.erasure import can_close_space
from jurande.registers.awards.queries.holders import addresses_of, held_by, titles_of, waiting_for
from jurande.registers.awards.states.erasure import ErasureAct
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.models import Document
from jurande.registers.documents.queries import DocumentUnreadable, open_content
from jurande.registers.journal.models import Entry
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import MagicLink, Membership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.queries.credentials import signed_bytes

IN_MEMORY_BYTES = 5_000_000
DATA = "donnees.json"


def export_all(*, person: Person, actor: Actor, now: datetime) -> IO[bytes]:
    """Gather into a ZIP, open at its start, all that concerns this person: what is known, what was signed, their files.

    The journal remembers that it was asked for. A file lost on the disk is named among the data, and left out.
    :raises NotAllowed: somebody else's space.
    """
    require(can_close_space(actor, person))
    # Closing it is the caller's, who sends it; beyond some megabytes it is on the disk, without a name.
    made: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        lost = [name for name, document in _files(person) if not _copied(archive, name, document)]
        for award in _awards(person):
            signed = signed_bytes(award.credential) if award.credential else None
            if signed is not None:
                archive.writestr(f"attestations/{award.number}.json", signed)
        said = {"établi_le": now.isoformat(), "fichiers_illisibles": lost, **everything_about(person)}
        archive.writestr(DATA, json.dumps(said, ensure_ascii=False, indent=2, default=str))
        archive.writestr("LISEZ-MOI.txt", _readme())
    made.seek(0)
    with transaction.atomic():
        record(
            chain=INSTALLATION,
            actor_code=actor.code,
            action=ErasureAct.SPACE_EXPORTED,
            subject_kind="person",
            subject_code=person.code,
            now=now,
        )
    return made


def everything_about(person: Person) -> dict[str, Any]:
    """Every row that concerns this person, by what it is; dates as they are stored, texts decrypted."""
    return {name: made(person) for name, made in SECTIONS.items()}


def _readme() -> str:
    return _(
        "Ce dossier contient tout ce que cette installation sait de vous.\n\n"
        "donnees.json : vos données, en texte que les personnes et les machines peuvent lire.\n"
        "attestations/ : chaque attestation signée, telle qu’elle a été délivrée. Elle se vérifie partout.\n"
        "pieces/ : les fichiers que vous avez envoyés.\n\n"
        "Il vous est remis au titre des articles 15 et 20 du règlement européen 2016/679 (RGPD).\n"
    )


# --- files ----------------------------------------------------------------------------------------


def _files(person: Person) -> Iterator[tuple[str, Document]]:
    documents, spaces = "document__blob", _spaces(person)
    for piece in ClaimEvidence.objects.filter(claim__person__in=spaces).select_related(documents).order_by("pk"):
        yield f"pieces/{piece.code}-{piece.document.filename}", piece.document
    for given in CorrectionEvidence.objects.filter(correction__holder=person).select_related(documents).order_by("pk"):
        yield f"pieces/{given.code}-{given.document.filename}", given.document


def _copied(archive: ZipFile, name: str, document: Document) -> bool:
    try:
        with open_content(document) as content, archive.open(name, "w") as kept:
            while some := content.read(65_536):
                kept.write(some)
    except DocumentUnreadable:
        return False
    return True


def _spaces(person: Person) -> list[Person]:
    """Their account, and those that were joined to it: what could not be moved, and their past, is there."""
    return [person, *people.joined_into(person)]


# --- rows -----------------------------------------------------------------------------------------


def _awards(person: Person) -> AwardQuerySet:
    held = Award.objects.filter(Q(pk__in=held_by(person).order_by().values("pk")) | Q(pk__in=waiting_for(person)))
    return held.select_related(
        "certifier__organisation", "certification", "referentiel", "credential", "partnership__site__organisation"
    ).order_by("pk")


def _identity(person: Person) -> dict[str, Any]:
    return {
        "prénom": person.first_name,
        "nom": person.last_name,
        "adresses": addresses_of(person),
        "téléphone": person.phone,
        "langue": person.language,
        "depuis": person.joined_at,
        "rôles": [
            {"rôle": role.get_role_display(), "depuis": role.since_at, "jusqu’à": role.ended_at}
            for role in Membership.objects.filter(person=person).order_by("pk")
        ],
    }


def _said_of_awards(person: Person) -> list[dict[str, Any]]:
    return award_lines(_awards(person))


def award_lines(found: AwardQuerySet) -> list[dict[str, Any]]:
    """What these awards say, and what was decided of them."""
    rows = list(found.prefetch_related("withdrawals"))
    titles = titles_of(rows)
    return [
        {
            "numéro": row.shown_number,
            "intitulé": titles[row.code],
            "délivrée_par": row.certifier.name,
            "évaluée_par": str(row.partnership.site.organisation) if row.partnership else "",
            "prénom": row.first_name,
            "nom": row.last_name,
            "naissance": row.birth_on,
            "lieu_de_naissance": row.birth_place,
            "adresse": row.email,
            "obtenue_le": row.awarded_on,
            "valable_jusqu’au": row.valid_until,
            "résultats": json.loads(row.results) if row.results else None,
            "état": row.get_state_display(),
            "délivrée_le": row.issued_at,
            "reçue_le": row.collected_at,
            "refusée_le": row.refused_at,
            "qui_peut_la_voir": row.get_exposure_display(),
            "dans_la_vitrine_depuis": row.shown_since_at,
            "rappels": row.reminder_count,
            "décisions": [
                {"acte": act.get_move_display(), "motif": act.get_reason_code_display(), "mots": act.note}
                | {"le": act.decided_at}
                for act in row.withdrawals.order_by("pk")
            ],
        }
        for row in rows
    ]


def _said_of_claims(person: Person) -> list[dict[str, Any]]:
    rows = AwardClaim.objects.filter(person__in=_spaces(person)).select_related("opening__certification").order_by("pk")
    return [
        {
            "intitulé": row.opening.certification.title,
            "présentation": row.statement,
            "naissance": row.birth,
            "état": row.get_state_display(),
            "déposée_le": row.submitted_at,
            "décidée_le": row.decided_at,
            "réponse": row.reasons,
        }
        for row in rows
    ]


def _said_of_corrections(person: Person) -> list[dict[str, Any]]:
    return correction_lines(Correction.objects.filter(holder=person))


def correction_lines(found: QuerySet[Correction]) -> list[dict[str, Any]]:
    """What was asked to be mended, and the answers."""
    rows = found.select_related("award").order_by("pk")
    return [
        {
            "numéro": row.award.shown_number,
            "demande": row.get_kind_display(),
            "ce_qui_est_demandé": json.loads(row.wanted) if row.wanted else None,
            "précisions": row.words,
            "état": row.get_state_display(),
            "demandée_le": row.asked_at,
            "décidée_le": row.decided_at,
            "avis_du_partenaire": row.opinion,
            "réponse": row.reason,
        }
        for row in rows
    ]


def _said_of_shares(person: Person) -> list[dict[str, Any]]:
    rows = Share.objects.filter(holder=person).prefetch_related("items__award").order_by("pk")
    return [
        {
            "titre": row.title,
            "créé_le": row.created_at,
            "dernier_jour": row.ends_on,
            "arrêté_le": row.withdrawn_at,
            "montre_la_note": row.shows_grade,
            "montre_l’évaluateur": row.shows_assessor,
            "donne_le_fichier": row.gives_file,
            "ouvertures": row.opened_count,
            "réussites": [item.award.shown_number for item in row.items.order_by("position")],
        }
        for row in rows
    ]


def _said_of_appearances(person: Person) -> list[dict[str, Any]]:
    return appearance_lines(Appearance.objects.filter(holder=person))


def appearance_lines(found: QuerySet[Appearance]) -> list[dict[str, Any]]:
    """What was agreed to for a showcase."""
    rows = found.select_related("award").order_by("pk")
    return [
        {
            "numéro": row.award.shown_number,
            "nom_montré": row.get_name_shown_display(),
            "ce_qui_a_été_accepté": row.wording,
            "accepté_le": row.agreed_at,
            "retiré_le": row.ended_at,
        }
        for row in rows
    ]


def _said_of_requests(person: Person) -> list[dict[str, Any]]:
    rows = CombinationRequest.objects.filter(holder__in=_spaces(person)).select_related("combination").order_by("pk")
    return [
        {
            "ensemble": row.combination.title,
            "état": row.get_state_display(),
            "complet_depuis": row.found_at,
            "demandée_le": row.asked_at,
            "décidée_le": row.decided_at,
            "motif": row.reasons,
        }
        for row in rows
    ]


def _letters(person: Person) -> list[dict[str, Any]]:
    rows = Message.objects.to_person(person.code).readable()
    for address in addresses_of(person):
        rows = rows | Message.objects.addressed_to(address).readable()
    return letter_lines(rows)


def letter_lines(rows: QuerySet[Message]) -> list[dict[str, Any]]:
    """What was written."""
    return [
        {"objet": row.subject, "texte": row.body, "à": row.to_email, "écrit_le": row.written_at, "lu_le": row.read_at}
        | {"état": row.get_state_display()}
        for row in rows.order_by("pk")
    ]


def _ways_in(person: Person) -> dict[str, Any]:
    links = MagicLink.objects.filter(person=person).order_by("pk")
    return {
        "sessions": [
            {"adresse_ip": str(row.ip), "navigateur": row.user_agent, "ouverte_le": row.created_at}
            | {"vue_le": row.last_seen_at}
            for row in UserSession.objects.filter(user_id=person.pk).order_by("pk")
        ],
        "clés_d’accès": [
            {"nature": row.type, "ajoutée_le": row.created_at, "utilisée_le": row.last_used_at}
            for row in Authenticator.objects.filter(user_id=person.pk).order_by("pk")
        ],
        "liens": [{"envoyé_le": row.sent_at, "utilisé_le": row.used_at} for row in links],
    }


def _acts(person: Person) -> list[dict[str, Any]]:
    """What they decided, and what was decided of their account, in the words of the journal: codes."""
    codes = [each.code for each in _spaces(person)]
    about = Q(actor_code__in=codes) | Q(subject_kind="person", subject_code__in=codes)
    rows = Entry.objects.filter(about).order_by("at", "pk")
    return [{"le": row.at, "acte": row.action, "objet": f"{row.subject_kind} {row.subject_code}"} for row in rows]


SECTIONS: dict[str, Callable[[Person], Any]] = {
    "identité": _identity,
    "réussites": _said_of_awards,
    "demandes_de_micro-certification": _said_of_claims,
    "demandes_de_correction": _said_of_corrections,
    "partages": _said_of_shares,
    "vitrine": _said_of_appearances,
    "ensembles": _said_of_requests,
    "courriers": _letters,
    "connexions": _ways_in,
    "journal": _acts,
}
