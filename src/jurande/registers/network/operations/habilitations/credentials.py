"""The live credential of a habilitation: issued on its first day, suspended, restored and revoked as it is.

``follow`` brings the credential to what the spells say of a day. It is called in the transaction of each decision, and
by a job for decisions that take effect later, and where nothing could be sealed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from jurande.core.france.clauses import day_in_words
from jurande.core.france.departements import departement_label
from jurande.core.france.habilitations import state_on
from jurande.core.proof.contexts import CREDENTIALS_V2, OPEN_BADGES_3_0_3
from jurande.registers.journal.operations import Told
from jurande.registers.network.models import Habilitation
from jurande.registers.network.states import Action, HabilitationEndReason, SpellState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.models import SealedCredential
from jurande.registers.seal.operations import projection, statuses
from jurande.registers.seal.operations.credentials import Line, intend_many, issue
from jurande.registers.seal.operations.keys import KeyRefused
from jurande.registers.seal.operations.standing import SealingStopped
from jurande.registers.seal.states import Act as SealAct
from jurande.registers.seal.states import Reason, Standing

KIND = "habilitation"
PAGE_PATH = "/habilitations/{code}/"
PARIS = ZoneInfo("Europe/Paris")
WANTED = {
    SpellState.ACTIVE: Standing.VALID,
    SpellState.SUSPENDED: Standing.SUSPENDED,
    SpellState.ENDED: Standing.REVOKED,
}
REVOKED_FOR = {
    HabilitationEndReason.SCOPE: Reason.SUPERSEDED,
    HabilitationEndReason.MISTAKE: Reason.MISTAKE,
    HabilitationEndReason.REQUEST: Reason.HOLDER_REQUEST,
}
NAMES = {
    frozenset({Action.TRAIN}): "Habilité à former",
    frozenset({Action.ASSESS}): "Habilité à organiser l’évaluation",
    frozenset({Action.TRAIN, Action.ASSESS}): "Habilité à former et à organiser l’évaluation",
}


def follow(row: Habilitation, *, actor_code: str, now: datetime) -> None:
    """Issue, suspend, restore or revoke the credential so that it says what is true today, in this transaction.

    Nothing before the first day nor after the last one (the credential ends by itself), and nothing as long as this
    house has no key or sealing is stopped: the job tries again. ``row`` must be locked, with its house and place.
    """
    state = state_on(row.decisions, first=row.valid_from, last=row.valid_until, day=localdate(now))
    if state is None:
        return
    # What runs by itself acts for whoever opened the habilitation: the seal wants a name of this house.
    actor = Actor(code=actor_code or row.activated_by_code, certifier_code=row.certifier.code)
    if row.credential is None:
        if state != SpellState.ENDED:
            _issue(row, actor, now)
        if row.credential is None:
            return
    _bring(row, row.credential, WANTED[SpellState(state)], actor, now)
    transaction.on_commit(partial(_settle, now), robust=True)


def _settle(now: datetime) -> None:
    projection.settle_soon(now=now)


def _issue(row: Habilitation, actor: Actor, now: datetime) -> None:
    try:
        row.credential = issue(
            certifier=row.certifier,
            kind=KIND,
            business_key=f"{KIND}:{row.code}",
            idempotency_key=f"{KIND}:{row.code}",
            skeleton=skeleton_of(row),
            values=values_of(row),
            valid_until=_end_of(row.valid_until),
            actor=actor,
            now=now,
        )
    except (SealingStopped, KeyRefused):
        return
    row.save(update_fields=["credential"])


def issue_first(certifier: Certifier, rows: Sequence[Habilitation], *, actor: Actor, now: datetime) -> list[Told]:
    """Issue the credentials of many habilitations just opened, those whose first day has come; tell what to journal.

    As ``follow`` for each. A credential that cannot be issued now is left to the job.
    """
    begun = [row for row in rows if row.valid_from <= localdate(now) <= row.valid_until]
    issued = []
    for last_day in sorted({row.valid_until for row in begun}):
        alike = [row for row in begun if row.valid_until == last_day]
        issued += _issue_alike(certifier, alike, actor=actor, now=now)
    Habilitation.objects.bulk_update(issued, ["credential"], batch_size=200)
    if issued:
        transaction.on_commit(partial(_settle, now), robust=True)
    return [
        Told(SealAct.CREDENTIAL_ISSUED, "sealed_credential", row.credential.code) for row in issued if row.credential
    ]


def _issue_alike(
    certifier: Certifier, rows: Sequence[Habilitation], *, actor: Actor, now: datetime
) -> list[Habilitation]:
    lines = [Line(f"{KIND}:{row.code}", f"{KIND}:{row.code}", values_of(row)) for row in rows]
    try:
        made = intend_many(
            certifier=certifier,
            kind=KIND,
            skeleton=skeleton_of(rows[0]),
            lines=lines,
            valid_until=_end_of(rows[0].valid_until),
            actor=actor,
            now=now,
        )
    except (SealingStopped, KeyRefused):
        return []
    issued = []
    for row, credential in zip(rows, made, strict=True):
        if isinstance(credential, SealedCredential):
            row.credential = credential
            issued.append(row)
    return issued


def _bring(row: Habilitation, credential: SealedCredential, wanted: Standing, actor: Actor, now: datetime) -> None:
    standing = SealedCredential.objects.values_list("standing", flat=True).get(pk=credential.pk)
    if standing in (wanted, Standing.REVOKED):
        return
    if wanted == Standing.REVOKED:
        why = REVOKED_FOR.get(HabilitationEndReason(row.end_reason), Reason.RIGHT_LOST)
        statuses.revoke(credential=credential, reason=why, actor=actor, now=now)
    elif wanted == Standing.SUSPENDED:
        statuses.suspend(credential=credential, reason=Reason.INQUIRY, actor=actor, now=now)
    else:
        statuses.restore(credential=credential, reason=Reason.CLEARED, actor=actor, now=now)


def _end_of(last_day: date) -> datetime:
    """The last second of a civil day in Paris: signed documents tell whole seconds."""
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=PARIS)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


# --- what is signed -----------------------------------------------------------------------------


def skeleton_of(row: Habilitation) -> dict[str, Any]:
    """The document, with markers; the same for all the habilitations of a house for registered certifications."""
    achievement: dict[str, Any] = {
        "id": "((page))#habilitation",
        "type": ["Achievement"],
        "achievementType": "License",
        "name": "{{name}}",
        "description": "{{description}}",
        "inLanguage": "fr",
        "criteria": {"id": "((page))#fondement", "narrative": "{{basis}}"},
        "specialization": "{{blocs}}",
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": "{{certification}}", "identifierType": "identifier"}
        ],
    }
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3_0_3],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "{{name}}",
        "description": "{{description}}",
        "issuer": {"type": ["Profile"], "name": row.certifier.name},
        "credentialSubject": {
            "id": "((page))#organisme",
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "{{siret}}", "identityType": "identifier"},
                {"type": "IdentityObject", "hashed": False, "identityHash": "{{partner}}", "identityType": "name"},
            ],
            "activityStartDate": "{{first}}",
            "activityEndDate": "{{last}}",
            "licenseNumber": "{{reference}}",
            "narrative": "{{narrative}}",
            "role": "{{name}}",
            "achievement": achievement,
        },
    }


def values_of(row: Habilitation) -> dict[str, str]:
    """What is said of this one: who, what, where, from when until when, under which act."""
    name = NAMES[row.actions]
    site = row.partnership.site
    title = f"{row.certification.title} ({row.certification.reference})"
    where = ", ".join(departement_label(code) for code in row.territory) or "toute la France"
    dates = f"du {day_in_words(row.valid_from)} au {day_in_words(row.valid_until)}"
    start = datetime.combine(row.valid_from, time(), tzinfo=PARIS).astimezone(UTC)
    return {
        "page": settings.PUBLIC_URL + PAGE_PATH.format(code=row.code),
        "name": name,
        "description": f"{name}\u00a0: {title}. Territoire\u00a0: {where}.",
        "narrative": f"{row.partnership.name}, {site.city}, SIRET {site.siret}\u00a0: {name.lower()}, {dates}.",
        "basis": f"{row.get_basis_display()} {row.basis_reference} du {day_in_words(row.basis_on or row.valid_from)}.",
        "blocs": bloc_words(row),
        "certification": row.certification.reference,
        "siret": site.siret,
        "partner": row.partnership.name,
        "reference": row.reference,
        "first": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last": _end_of(row.valid_until).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def bloc_words(row: Habilitation) -> str:
    """Which blocs it covers, by their codes when the version has some."""
    if not row.blocs:
        return "certification entière"
    numbers = {}
    if row.referentiel is not None:
        numbers = dict(row.referentiel.blocs.values_list("lineage", "number"))
    return ", ".join(sorted(numbers.get(lineage) or lineage for lineage in row.blocs))
