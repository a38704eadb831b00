"""What its holder keeps to prove an award without us: the credential, and all that a verifier asks for.

The archive holds what the public addresses serve at that instant, and one HTML file that checks it with the network
off. Nothing here writes; nothing of the holder is in it but what was signed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from jurande.core.encoding import jcs
from jurande.core.encoding.jcs import Json
from jurande.core.proof.verification.authority import VC_MEDIA_TYPE
from jurande.integrations.offline_verifier import verifier
from jurande.registers.awards.models import Award
from jurande.registers.common.refusals import Refused
from jurande.registers.seal.facts import credential_url, trust_path
from jurande.registers.seal.queries import authority_bytes, log_proof_of, public_file, signed_bytes

CREDENTIAL, TRUST, PROOF, PAGE, README = (
    "attestation.json",
    "confiance.json",
    "attestation.tlog-proof",
    "verifier.html",
    "LISEZ-MOI.txt",
)
# Two lists for the credential, two for each habilitation: beyond this, the document is not one of ours.
MOST_LISTS = 8


class NoKit(Refused):
    """This award has no credential to prove: issued elsewhere, erased, or its signature is still to come."""


@dataclass(frozen=True)
class Evidence:
    """What proves an award, each as its public address serves it.

    ``lists``: by path below the public address. ``habilitations``: by address. ``trust``: the history of the keys.
    ``proof``: None as long as no checkpoint covers the credential.
    """

    credential: bytes
    trust: bytes
    lists: Mapping[str, bytes]
    habilitations: Mapping[str, bytes]
    proof: bytes | None


def evidence_of(award: Award) -> Evidence:
    """Gather what proves this award today. Two queries, one more by habilitation.

    :raises NoKit: nothing is signed, or its house publishes no keys.
    """
    sealed = award.credential
    credential = signed_bytes(sealed) if sealed is not None else None
    trust = public_file(trust_path(award.certifier.code))
    if sealed is None or credential is None or trust is None:
        raise NoKit(_("Ce document n’a pas de preuve signée à télécharger."))
    document = _object(credential)
    habilitations = dict(_habilitations(document))
    documents = [document, *(_object(octets) for octets in habilitations.values())]
    return Evidence(credential, trust, dict(_lists(documents)), habilitations, log_proof_of(sealed))


def proof_kit(award: Award, *, now: datetime) -> bytes:
    """Return the kit as a ZIP; the same state of the public files gives the same bytes.

    :raises NoKit: as ``evidence_of``.
    """
    return kit_of(award, evidence_of(award), now=now)


def kit_of(award: Award, evidence: Evidence, *, now: datetime) -> bytes:
    """Return the kit that holds this evidence."""
    files: dict[str, bytes] = {
        README: _readme(award, now).encode(),
        PAGE: page_of(evidence),
        CREDENTIAL: evidence.credential,
        TRUST: evidence.trust,
        **{f"habilitation-{at}.json": content for at, content in enumerate(evidence.habilitations.values(), 1)},
        **evidence.lists,
    }
    if evidence.proof is not None:
        files[PROOF] = evidence.proof
    made = io.BytesIO()
    day = (now.year, now.month, now.day, 0, 0, 0)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=day)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def page_of(evidence: Evidence) -> bytes:
    """Return the verifier that holds this evidence: it opens from disk and says at once what it finds."""
    return verifier(
        trust=evidence.trust,
        credential=evidence.credential,
        habilitations=list(evidence.habilitations.values()),
        lists=list(evidence.lists.values()),
        proof=evidence.proof,
    )


def _habilitations(document: Mapping[str, Json]) -> Iterator[tuple[str, bytes]]:
    """Yield the credentials of ours that this one binds, by address."""
    start = credential_url(settings.PUBLIC_URL, "")
    for item in _nodes(document.get("relatedResource")):
        address = str(item.get("id", ""))
        if item.get("mediaType") == VC_MEDIA_TYPE and address.startswith(start):
            content = authority_bytes(address.removeprefix(start))
            if content is not None:
                yield address, content


def _lists(documents: list[dict[str, Json]]) -> Iterator[tuple[str, bytes]]:
    """Yield the status lists that these credentials name, as they are published, under their paths."""
    start = f"{settings.PUBLIC_URL}/"
    named = dict.fromkeys(
        str(entry.get("statusListCredential", ""))
        for document in documents
        for entry in _nodes(document.get("credentialStatus"))
    )
    for address in list(named)[:MOST_LISTS]:
        content = public_file(address.removeprefix(start)) if address.startswith(start) else None
        if content is not None:
            yield address.removeprefix(start), content


def _object(octets: bytes) -> dict[str, Json]:
    read = jcs.parse(octets)
    return read if isinstance(read, dict) else {}


def _nodes(value: Json) -> Iterator[dict[str, Json]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _readme(award: Award, now: datetime) -> str:
    told = {
        "house": award.certifier.name,
        "number": award.shown_number,
        "day": now.strftime("%d/%m/%Y"),
        "keys": f"{settings.PUBLIC_URL}/{trust_path(award.certifier.code)}",
        "page": f"{settings.PUBLIC_URL}/p/{award.shown_number}",
    }
    return (
        _(
            "PREUVE Nº %(number)s\n"
            "délivrée par %(house)s\n"
            "état des preuves au %(day)s\n"
            "\n"
            "Ouvrez verifier.html d’un double-clic. La page refait tous les contrôles sur votre ordinateur, sans "
            "réseau et sans nous\u00a0: signature, clé, statut, dates, habilitation, inscription au journal public. "
            "Elle marche encore si notre site n’existe plus.\n"
            "\n"
            "Ce que contient ce dossier\n"
            "  attestation.json         ce qui a été signé\u00a0; c’est la preuve, gardez-la\n"
            "  confiance.json           les clés de qui l’a signée, et depuis quand\n"
            "  statuts/                 les listes publiques des révocations et des suspensions, signées\n"
            "  attestation.tlog-proof   ce qui montre l’inscription au journal public\n"
            "  habilitation-*.json      l’habilitation de l’organisme qui a évalué, s’il y en a un\n"
            "  verifier.html            la page de contrôle, en français et en anglais\n"
            "\n"
            "Pour l’état du jour\u00a0: %(page)s\n"
            "\n"
            "À qui vérifie\u00a0: les clés jointes viennent de la personne qui vous remet ce dossier. Comparez-les à "
            "celles que publie le certificateur\u00a0: %(keys)s\n"
            "Une page de contrôle se reprend à la même adresse\u00a0: ne vous fiez pas à celle d’un inconnu.\n"
        )
        % told
    ).replace("\n", "\r\n")
