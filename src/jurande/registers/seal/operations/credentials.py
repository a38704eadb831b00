"""Issuing: the intention, whole, in the caller's transaction; what signs it comes after the commit."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.errors import CoreError
from jurande.core.log.entries import SALT_BYTES
from jurande.core.proof.instants import instant_text
from jurande.core.proof.status.bitstring import LEAST_ENTRIES
from jurande.core.proof.status.draw import draw_index
from jurande.registers.common.codes import new_code
from jurande.registers.common.crypto import lookup_digest
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import policies
from jurande.registers.seal.facts import compiled, sealed_values
from jurande.registers.seal.models import SealedCredential, SigningKey, Skeleton, StatusList, StatusPlaces
from jurande.registers.seal.operations.keys import active_key
from jurande.registers.seal.operations.points import crash_point
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    current_head,
    demand_clock,
    demand_intact,
    mac_of,
    public_url,
)
from jurande.registers.seal.states import Act, Purpose, Stop

LONGEST_VALUES = 64 * 1024
LONGEST_KEY = 200
MANY = 500


class IssueRefused(Refused):
    """This credential cannot be issued; ``code`` says why in one word, for the outcome of a line."""

    code = "refused"

    def __init__(self, sentence: Any, *, code: str, field: str = "") -> None:
        """Keep the code."""
        super().__init__(sentence, field=field)
        self.code = code


@dataclass(frozen=True, slots=True)
class Terms:
    """What the credentials of one call share: who issues, of which kind, from which skeleton, until when."""

    certifier: Certifier
    kind: str
    skeleton: Skeleton
    key: SigningKey
    issued_at: datetime
    valid_until: datetime | None
    public_url: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is particular to one credential."""

    business_key: str
    idempotency_key: str
    values: Mapping[str, str]
    subject: str = ""


@transaction.atomic
def issue(
    *,
    certifier: Certifier,
    kind: str,
    business_key: str,
    idempotency_key: str,
    skeleton: Mapping[str, Any],
    values: Mapping[str, str],
    subject: str = "",
    valid_until: datetime | None = None,
    may_be_over: bool = False,
    actor: Actor,
    now: datetime,
) -> SealedCredential:
    """Intend one credential, in the caller's transaction: once it commits, the credential will be signed.

    ``skeleton`` is the document with markers («{{name}}», «((name))» in an IRI) and without the members that the seal
    writes: id, issuer's id, dates, status. ``business_key`` says what it is about and exists once; the same
    ``idempotency_key`` with the same request gives the same row. ``subject`` is the code of the person, if any. Call
    ``projection.settle_soon`` after the commit: the credential may be called issued when its state is «sealed».
    ``may_be_over``: it takes the place of one that ended, and ends when that one did.

    :raises NotAllowed: another house. :raises IssueRefused: the key was used for another request, the business key for
        another credential, or the document cannot be signed. :raises SealingStopped: the clock, or no address.
    """
    require(policies.can_seal(actor, certifier))
    terms = terms_of(
        certifier=certifier, kind=kind, skeleton=skeleton, valid_until=valid_until, may_be_over=may_be_over, now=now
    )
    line = Line(business_key, idempotency_key, values, subject)
    digest = request_digest(terms, line)
    found = _asked_before(terms, line, digest)
    if found is not None:
        return found
    demand_signable(terms, line)
    try:
        with transaction.atomic():
            row = intend(terms, line, digest, places=take_places(certifier, 1, now=now)[0])
            row.save(force_insert=True)
    except IntegrityError:
        # Asked for at the same instant: the other one is committed, or this would still be waiting.
        found = _asked_before(terms, line, digest)
        if found is None:
            raise
        return found
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.CREDENTIAL_ISSUED,
        subject_kind="sealed_credential",
        subject_code=row.code,
        now=now,
    )
    crash_point("K0")
    return row


@transaction.atomic
def intend_many(
    *,
    certifier: Certifier,
    kind: str,
    skeleton: Mapping[str, Any],
    lines: Sequence[Line],
    valid_until: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> list[SealedCredential | IssueRefused]:
    """Do for many what ``issue`` does for one, in the caller's transaction: for each line its row, or why it has none.

    Nothing is journaled here: the caller, who knows what the lines are about, writes one entry for all. Lines must
    have different keys. A line that cannot be signed is refused alone.

    :raises NotAllowed: another house. :raises SealingStopped: the clock, or no address.
    :raises IssueRefused: the skeleton cannot be signed, or its end is past.
    """
    require(policies.can_seal(actor, certifier))
    terms = terms_of(certifier=certifier, kind=kind, skeleton=skeleton, valid_until=valid_until, now=now)
    mine = SealedCredential.objects.filter(certifier=certifier)
    asked = {row.idempotency_key: row for row in mine.filter(idempotency_key__in=[a.idempotency_key for a in lines])}
    about = set(mine.filter(business_key__in=[a.business_key for a in lines]).values_list("business_key", flat=True))
    outcome: list[SealedCredential | IssueRefused | str] = []
    for line in lines:
        digest = request_digest(terms, line)
        found = asked.get(line.idempotency_key)
        if found is not None and found.request_digest == digest:
            outcome.append(found)
        elif found is not None:
            outcome.append(_key_of_another())
        elif line.business_key in about:
            outcome.append(_issued_already())
        else:
            try:
                demand_signable(terms, line)
                outcome.append(digest)
            except IssueRefused as refusal:
                outcome.append(refusal)
    places = iter(take_places(certifier, sum(isinstance(one, str) for one in outcome), now=now))
    rows: list[SealedCredential | IssueRefused] = []
    fresh: list[SealedCredential] = []
    for line, one in zip(lines, outcome, strict=True):
        if isinstance(one, str):
            fresh.append(intend(terms, line, one, places=next(places)))
            rows.append(fresh[-1])
        else:
            rows.append(one)
    SealedCredential.objects.bulk_create(fresh, batch_size=MANY)
    return rows


def terms_of(
    *,
    certifier: Certifier,
    kind: str,
    skeleton: Mapping[str, Any],
    valid_until: datetime | None,
    may_be_over: bool = False,
    now: datetime,
) -> Terms:
    """Return what the credentials of a call share, its skeleton kept.

    :raises IssueRefused: the skeleton is not one, or the end is past and may not be.
    :raises SealingStopped: no address or no clock.
    """
    address = public_url()
    key = active_key(certifier)
    head = current_head()
    if head is None:
        raise SealingStopped(Stop.KEY_UNUSABLE, key.code)
    demand_clock(head, now=now)
    if valid_until is not None and valid_until <= now and not may_be_over:
        raise IssueRefused(_("La fin de validité est passée."), code="dates", field="valid_until")
    return Terms(
        certifier=certifier,
        kind=kind,
        skeleton=_kept_skeleton(skeleton),
        key=key,
        issued_at=now.replace(microsecond=0),
        valid_until=valid_until.replace(microsecond=0) if valid_until else None,
        public_url=address,
    )


def _kept_skeleton(skeleton: Mapping[str, Any]) -> Skeleton:
    try:
        content = jcs.canonical_bytes(dict(skeleton))
    except EncodingError as error:
        raise IssueRefused(_("Ce modèle d’attestation ne peut pas être signé."), code="skeleton") from error
    digest = sha256(content).hexdigest()
    found = Skeleton.objects.filter(digest=digest).first()
    if found is None:
        Skeleton.objects.bulk_create([Skeleton(digest=digest, content=content.decode())], ignore_conflicts=True)
        found = Skeleton.objects.get(digest=digest)
    demand_intact(found)
    return found


def request_digest(terms: Terms, line: Line) -> str:
    """Return the keyed digest of a whole request: two requests are the same if and only if their digests are."""
    asked = [
        terms.certifier.code,
        terms.kind,
        line.business_key,
        line.subject,
        terms.skeleton.digest,
        instant_text(terms.valid_until) if terms.valid_until else "",
        sorted(line.values.items()),
    ]
    return lookup_digest(json.dumps(asked), "seal.request")


def _asked_before(terms: Terms, line: Line, digest: str) -> SealedCredential | None:
    either = Q(idempotency_key=line.idempotency_key) | Q(business_key=line.business_key)
    held = list(SealedCredential.objects.filter(either, certifier=terms.certifier))
    found = next((row for row in held if row.idempotency_key == line.idempotency_key), None)
    if found is not None and found.request_digest != digest:
        raise _key_of_another()
    if found is None and held:
        raise _issued_already()
    return found


def _key_of_another() -> IssueRefused:
    return IssueRefused(
        _(
            "Cette demande porte le numéro d’une autre demande, déjà traitée. Reprenez la demande d’origine, ou "
            "donnez un nouveau numéro."
        ),
        code="idempotency",
    )


def _issued_already() -> IssueRefused:
    return IssueRefused(
        _("Cette attestation est déjà délivrée. Pour la remplacer, révoquez-la et demandez une autre version."),
        code="business_key",
    )


def demand_signable(terms: Terms, line: Line, *, list_number: int = 1) -> None:
    """Return if the document can be signed with these values: what is intended must never turn out unsignable.

    :raises IssueRefused: it cannot; the sentence says what is missing or not accepted.
    """
    for key in (line.business_key, line.idempotency_key):
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            raise IssueRefused(_("Une attestation a un objet et un numéro de demande, en clair."), code="keys")
    if not all(isinstance(value, str) for value in line.values.values()):
        raise IssueRefused(_("Chaque valeur est un texte."), code="values")
    if sum(map(len, line.values.values())) > LONGEST_VALUES:
        raise IssueRefused(_("Le contenu de cette attestation est trop long."), code="values")
    try:
        template = compiled(
            terms.public_url,
            terms.skeleton.content,
            terms.certifier.code,
            list_number,
            terms.valid_until is not None,
        )
    except CoreError as error:
        raise IssueRefused(
            _("Ce modèle d’attestation ne peut pas être signé\u00a0: %(why)s") % {"why": error.code}, code="skeleton"
        ) from error
    try:
        template.fill(
            sealed_values(line.values, code="0" * 10, index=0, issued_at=terms.issued_at, valid_until=terms.valid_until)
        )
    except CoreError as error:
        raise IssueRefused(
            _("Une valeur manque ou contient un caractère qui ne se signe pas (%(why)s).") % {"why": error.code},
            code=error.code[:60],
            field="values",
        ) from error


def intend(
    terms: Terms, line: Line, digest: str, *, places: tuple[int, int], batch: tuple[int, int] | None = None
) -> SealedCredential:
    """Return the row of an intention, not saved: its code, its place in the status lists, its salt, all of it drawn."""
    row = SealedCredential(
        code=new_code(),
        certifier=terms.certifier,
        kind=terms.kind,
        business_key=line.business_key,
        idempotency_key=line.idempotency_key,
        request_digest=digest,
        subject_code=line.subject,
        skeleton=terms.skeleton,
        key=terms.key,
        issued_at=terms.issued_at,
        valid_until=terms.valid_until,
        list_number=places[0],
        list_index=places[1],
        batch_id=batch[0] if batch else None,
        batch_line=batch[1] if batch else None,
        salt=secrets.token_bytes(SALT_BYTES),
        values=json.dumps(dict(line.values), ensure_ascii=False),
    )
    row.mac = mac_of(row)
    return row


def take_places(certifier: Certifier, count: int, *, now: datetime) -> list[tuple[int, int]]:
    """Take ``count`` places in the status lists of a certifier, in the caller's transaction: (list number, index).

    A pair of lists that is full is followed by a new one.
    """
    taken: list[tuple[int, int]] = []
    while len(taken) < count:
        places = StatusPlaces.objects.select_for_update(of=("self",), no_key=True).filter(certifier=certifier)
        current = places.order_by("-number").first()
        if current is None or current.given == LEAST_ENTRIES:
            current = _new_places(certifier, number=current.number + 1 if current else 1, now=now)
        free = min(count - len(taken), LEAST_ENTRIES - current.given)
        secret = bytes.fromhex(current.secret)
        taken += [(current.number, draw_index(secret, current.given + n)) for n in range(free)]
        StatusPlaces.objects.filter(pk=current.pk).update(given=current.given + free)
    return taken


def hold_places(certifier: Certifier) -> None:
    """Keep others from taking places in the lists of a certifier, until the caller, who will take some, is done."""
    places = StatusPlaces.objects.select_for_update(of=("self",), no_key=True).filter(certifier=certifier)
    places.order_by("-number").first()


def _new_places(certifier: Certifier, *, number: int, now: datetime) -> StatusPlaces:
    # Of two that find the list full, one makes the next, for which the other waits here. The house is not locked: who
    # takes a role away holds it before the partners that we may hold already.
    made = StatusPlaces(certifier=certifier, number=number, secret=secrets.token_hex(32))
    StatusPlaces.objects.bulk_create([made], ignore_conflicts=True)
    places = StatusPlaces.objects.select_for_update(of=("self",), no_key=True).get(certifier=certifier, number=number)
    if places.code == made.code:
        for purpose in Purpose.values:
            StatusList.objects.create(certifier=certifier, purpose=purpose, number=number, refresh_at=now)
    return places
