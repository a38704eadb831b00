"""Each entry tells of one row, and each row is what its entry commits to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef

from jurande.core.errors import CoreError
from jurande.core.log.entries import parse_entry
from jurande.core.proof import Expected, Proof, PublicKey, verify_proofs
from jurande.core.proof.commitment import ISSUED, Opening, committed_bytes, issuance_entry
from jurande.core.proof.errors import ProofError
from jurande.core.proof.instants import instant_text
from jurande.registers.common.codes import ALPHABET, LENGTH
from jurande.registers.common.crypto.fields import Unreadable
from jurande.registers.seal.facts import (
    DOCUMENT_COMMITTED,
    ENTRY_OF_MOVE,
    KEY_COMPROMISED,
    KEY_CREATED,
    KEY_RETIRED,
    begins_at,
    credential_url,
    did_of,
    key_entry,
    list_path,
)
from jurande.registers.seal.models import (
    Commitment,
    LogEntry,
    SealedCredential,
    SigningKey,
    Skeleton,
    StatusChange,
    WaitingEntry,
)
from jurande.registers.seal.operations.checking.faults import Report
from jurande.registers.seal.operations.documents import entry_of as document_entry
from jurande.registers.seal.operations.sealing import share
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    demand_intact,
    mac_of,
    mac_of_commitment,
    public_url,
)
from jurande.registers.seal.operations.statuses import entry_of as status_entry
from jurande.registers.seal.states import STANDINGS, SealState

CHUNK = 500
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}", re.ASCII)

# (kind of entry, code of row) → the bytes of the entry, as the log or the queue has them.
type Told = Mapping[tuple[str, str], bytes]


class RowCheck:
    """Checks entries by chunks, in the order of the log, and counts what it met."""

    def __init__(self, report: Report, *, now: datetime) -> None:
        """Report there; ``now`` is the latest instant at which anything may have been signed."""
        self.report = report
        self.expected = Expected(now=now)
        self.address = public_url()
        self.kinds: dict[str, Callable[[Sequence[str], Told], set[str]]] = {
            ISSUED: self._credentials,
            DOCUMENT_COMMITTED: self._documents,
            **{kind: self._changes(kind) for kind in ENTRY_OF_MOVE.values()},
            **{kind: self._keys(kind) for kind in (KEY_CREATED, KEY_RETIRED, KEY_COMPROMISED)},
        }

    def check(self, entries: Iterable[tuple[str, str, bytes]]) -> None:
        """Compare entries (kind, code of the row, bytes) with the rows that they tell of."""
        by_kind: dict[str, dict[tuple[str, str], bytes]] = {}
        for kind, row_code, octets in entries:
            if self._form(kind, row_code, octets):
                by_kind.setdefault(kind, {})[kind, row_code] = octets
        for kind, told in by_kind.items():
            codes = [code for _kind, code in told]
            found = self.kinds[kind](codes, told)
            for code in codes:
                if code not in found:
                    self.report.add("entry_orphan", f"{kind} {code}")

    def _form(self, kind: str, row_code: str, octets: bytes) -> bool:
        """I9: nothing but a type, a drawn code and a commitment; of a type that we know."""
        try:
            entry = parse_entry(octets)
        except CoreError:
            self.report.add("entry_form", f"{kind} {row_code}")
            return False
        if entry.kind != kind or kind not in self.kinds or not CODE.fullmatch(entry.id):
            self.report.add("entry_form", f"{kind} {row_code}")
            return False
        return True

    def _compare(self, kind: str, model: type[Model], row: Any, expected: Callable[[Any], bytes], told: Told) -> None:
        try:
            differs = expected(row) != told[kind, row.code]
        except (CoreError, ValueError, KeyError):
            differs = True
        if differs:
            self.report.add("entry_differs", f"{model.__name__} {row.code}")

    # --- credentials ----------------------------------------------------------------------------

    def _credentials(self, codes: Sequence[str], told: Told) -> set[str]:
        rows = list(SealedCredential.objects.filter(code__in=codes).order_by("pk"))
        broken = share(rows)
        kept = set(
            SealedCredential.objects.filter(code__in=codes, state=SealState.SEALED)
            .exclude(values="")
            .values_list("code", flat=True)
        )
        found = set()
        for row in rows:
            found.add(row.code)
            about = f"SealedCredential {row.code}"
            # Values go with the signature: there again, somebody put them there.
            if row in broken or row.code in kept or mac_of(row) != row.mac:
                self.report.add("row_altered", about)
            elif row.state == SealState.SEALED:
                self.report.credentials += 1
                self._sealed(row, told, about)
            elif row.state == SealState.ERASED:
                self.report.erased += 1
            else:
                self.report.add("row_state", about)
        return found

    def _sealed(self, row: SealedCredential, told: Told, about: str) -> None:
        try:
            document = json.loads(row.signed or "")
        except Unreadable:
            self.report.add("row_unreadable", about)
            return
        except ValueError:
            self.report.add("document", about)
            return
        opening = Opening(row.code, bytes(row.salt))
        self._compare(
            ISSUED, SealedCredential, row, lambda _row: issuance_entry(committed_bytes(document), opening), told
        )
        if not self._says_its_row(document, row):
            self.report.add("document", about)

        def resolve(proof: Proof) -> PublicKey:
            if proof.verification_method != row.key.method:
                raise ProofError(proof.verification_method)
            return PublicKey.from_multikey(row.key.multikey)

        try:
            verify_proofs(document, resolve=resolve, expected=self.expected)
        except CoreError:
            self.report.add("signature", about)

    def _says_its_row(self, document: dict[str, Any], row: SealedCredential) -> bool:
        statuses = [
            (entry.get("statusPurpose"), entry.get("statusListCredential"), entry.get("statusListIndex"))
            for entry in document.get("credentialStatus", [])
        ]
        lists = [
            (purpose, f"{self.address}/{list_path(row.certifier.code, purpose, row.list_number)}", str(row.list_index))
            for purpose in ("revocation", "suspension")
        ]
        until = instant_text(row.valid_until) if row.valid_until else None
        return (
            document.get("id") == credential_url(self.address, row.code)
            and document.get("validFrom") == instant_text(begins_at(row.issued_at, row.valid_until))
            and document.get("validUntil") == until
            and document.get("issuer", {}).get("id") == did_of(self.address, row.certifier.code)
            and statuses == lists
        )

    # --- the others -----------------------------------------------------------------------------

    def _changes(self, kind: str) -> Callable[[Sequence[str], Told], set[str]]:
        def check(codes: Sequence[str], told: Told) -> set[str]:
            found = set()
            for row in StatusChange.objects.filter(code__in=codes).select_related("credential").order_by("pk"):
                found.add(row.code)
                self.report.changes += 1
                self._compare(kind, StatusChange, row, status_entry, told)
                held = row.credential
                place = (row.certifier_id, row.list_number, row.list_index)
                if place != (held.certifier_id, held.list_number, held.list_index):
                    self.report.add("row_altered", f"StatusChange {row.code}")
            return found

        return check

    def _documents(self, codes: Sequence[str], told: Told) -> set[str]:
        found = set()
        for row in Commitment.objects.filter(code__in=codes).order_by("pk"):
            found.add(row.code)
            self._compare(DOCUMENT_COMMITTED, Commitment, row, document_entry, told)
            if mac_of_commitment(row) != row.mac:
                self.report.add("row_altered", f"Commitment {row.code}")
        return found

    def _keys(self, kind: str) -> Callable[[Sequence[str], Told], set[str]]:
        def expected(row: SigningKey) -> bytes:
            at = {KEY_CREATED: row.created_at, KEY_RETIRED: row.retired_at, KEY_COMPROMISED: row.compromised_at}[kind]
            size = row.compromised_size if kind == KEY_COMPROMISED else 0
            if at is None:
                raise ValueError(kind)
            return key_entry(kind, key_code=row.code, method=row.method, at=at, size=size or 0)

        def check(codes: Sequence[str], told: Told) -> set[str]:
            found = set()
            for row in SigningKey.objects.filter(code__in=codes).order_by("pk"):
                found.add(row.code)
                self._compare(kind, SigningKey, row, expected, told)
                if not row.method.endswith(f"#{row.multikey}"):
                    self.report.add("row_altered", f"SigningKey {row.code}")
            return found

        return check


def check_unlogged(report: Report) -> None:
    """I3, the other way: a row that should be told by an entry, and is by none, in the log or in the queue."""
    expected: list[tuple[type[Model], Any, tuple[str, ...]]] = [
        (SealedCredential, SealedCredential.objects.exclude(state=SealState.INTENDED), (ISSUED,)),
        (StatusChange, StatusChange.objects.all(), tuple(ENTRY_OF_MOVE.values())),
        (Commitment, Commitment.objects.all(), (DOCUMENT_COMMITTED,)),
        (SigningKey, SigningKey.objects.all(), (KEY_CREATED,)),
    ]
    for model, rows, kinds in expected:
        same = {"row_code": OuterRef("code"), "kind__in": kinds}
        unlogged = rows.exclude(Exists(LogEntry.objects.filter(**same))).exclude(
            Exists(WaitingEntry.objects.filter(**same))
        )
        for code in unlogged.order_by("pk").values_list("code", flat=True):
            report.add("row_unlogged", f"{model.__name__} {code}")


def check_skeletons(report: Report) -> None:
    """Each skeleton is the text that its digest says."""
    for skeleton in Skeleton.objects.order_by("pk").iterator(CHUNK):
        try:
            demand_intact(skeleton)
        except SealingStopped as stopped:
            report.add("row_altered", stopped.about)


def check_standings(report: Report) -> None:
    """Each credential stands where its changes, in their order, lead."""
    changed = SealedCredential.objects.filter(Exists(StatusChange.objects.filter(credential=OuterRef("pk"))))
    for row in changed.order_by("pk").prefetch_related("changes").iterator(CHUNK):
        if not _stands(row) and not _stands_still(row.pk):
            report.add("row_state", f"SealedCredential {row.code}")
    unchanged = SealedCredential.objects.exclude(standing=STANDINGS.initial)
    alone = unchanged.exclude(Exists(StatusChange.objects.filter(credential=OuterRef("pk"))))
    for code in alone.order_by("pk").values_list("code", flat=True):
        report.add("row_state", f"SealedCredential {code}")


def _stands(row: SealedCredential) -> bool:
    standing = STANDINGS.initial
    for change in sorted(row.changes.all(), key=lambda change: change.pk):
        standing = STANDINGS.moves.get(standing, {}).get(change.move, "")
    return standing == row.standing


def _stands_still(pk: int) -> bool:
    """Look again with the row locked: a change may have been decided between the two readings."""
    with transaction.atomic():
        return _stands(SealedCredential.objects.select_for_update(of=("self",), no_key=True).get(pk=pk))
