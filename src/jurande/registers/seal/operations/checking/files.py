"""What is published is what the rows give: lists, documents of keys, and every file of the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery

from jurande.core.errors import CoreError
from jurande.core.log.check import Damaged
from jurande.core.log.check import check as check_log
from jurande.core.log.policies import Policy
from jurande.core.proof import Expected, Proof, PublicKey, verify_proofs
from jurande.core.proof.status.bitstring import read_list
from jurande.core.proof.status.draw import secret_order
from jurande.integrations.log_files import DirectoryLog
from jurande.registers.common.crypto.fields import Unreadable
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.facts import list_path
from jurande.registers.seal.models import SealedCredential, SealLog, SigningKey, StatusList, StatusPlaces
from jurande.registers.seal.operations.checking.faults import Report
from jurande.registers.seal.operations.keys import signer_of
from jurande.registers.seal.operations.listing import bits_of, history_of, is_asked_again, key_files
from jurande.registers.seal.operations.standing import (
    SealingStopped,
    alone,
    log_folder,
    log_key,
    public_folder,
    public_url,
)
from jurande.registers.seal.states import LOG, Purpose

LOCK_SECONDS = 60.0


def twice(report: Report, part: Callable[[Report], None]) -> None:
    """Run a part of the check; when it finds a fault, run it again while nobody seals, and believe that one.

    What is published meanwhile would otherwise be taken for a fault, and a fault stops the signing.
    """
    trial = Report()
    part(trial)
    if trial.bad:
        with alone(wait_seconds=LOCK_SECONDS):
            trial = Report()
            part(trial)
    report.absorb(trial)


def check_lists(report: Report, head: SealLog, *, now: datetime) -> None:
    """I6: each list shows what was decided, signed by a key of its certifier; its file is these bytes."""
    for row in StatusList.objects.exclude(octets=b"").select_related("certifier").order_by("pk"):
        report.lists += 1
        path = list_path(row.certifier.code, row.purpose, row.number)
        try:
            bits = _read(row, head, now=now)
        except (CoreError, SealingStopped, ValueError):
            report.add("list_signature", path)
            continue
        # A list that is due to be signed again is allowed to be late on a decision; it is told when it stays so.
        due = row.refresh_at <= now or is_asked_again(row)
        if not due and bits != bits_of(row, now=now).octets and not _changed_meanwhile(row):
            report.add("list_bits", path)
        if row.is_projected:
            _compare(report, path, bytes(row.octets))


def _changed_meanwhile(row: StatusList) -> bool:
    """Tell whether the list was signed or asked for again since it was read."""
    with transaction.atomic():
        same = StatusList.objects.select_for_update(no_key=True).filter(pk=row.pk)
        return not same.filter(refresh_at=row.refresh_at, signed_at=row.signed_at).exists()


def check_places(report: Report) -> None:
    """Each pair of lists exists, and the places given are those that the credentials have, in the secret order."""
    held = SealedCredential.objects.filter(certifier=OuterRef("certifier"), list_number=OuterRef("number"))
    count = held.order_by().values("certifier").annotate(n=Count("pk")).values("n")
    known = set()
    for places in StatusPlaces.objects.annotate(held=Subquery(count)).select_related("certifier").order_by("pk"):
        known.add((places.certifier_id, places.number))
        about = f"StatusPlaces {places.code}"
        for purpose in Purpose.values:
            of = StatusList.objects.filter(certifier=places.certifier, number=places.number, purpose=purpose)
            if not of.exists():
                report.add("list_missing", list_path(places.certifier.code, purpose, places.number))
        if places.given != (places.held or 0):
            report.add("row_altered", about)
            continue
        try:
            order = secret_order(bytes.fromhex(places.secret))[: places.given]
        except (Unreadable, ValueError, CoreError):
            report.add("row_unreadable", about)
            continue
        mine = SealedCredential.objects.filter(certifier=places.certifier, list_number=places.number)
        # Of those given before the count was read: newer ones have later places.
        taken = mine.order_by("pk")[: places.given].values_list("list_index", flat=True)
        if not set(taken) <= set(order):
            report.add("row_altered", about)
    for certifier, number in SealedCredential.objects.order_by().values_list("certifier", "list_number").distinct():
        if (certifier, number) not in known:
            report.add("list_missing", f"StatusPlaces {number}")


def _read(row: StatusList, head: SealLog, *, now: datetime) -> bytes:
    document = json.loads(bytes(row.octets))
    history = history_of(row.certifier, head)

    def resolve(proof: Proof) -> PublicKey:
        return history.find(proof.verification_method, at=proof.created or now).key

    verify_proofs(document, resolve=resolve, expected=Expected(now=now))
    found = read_list(document)
    url = f"{public_url()}/{list_path(row.certifier.code, row.purpose, row.number)}"
    if found.list_url != url or found.purposes != {row.purpose}:
        raise ValueError("another list")
    return found.bits.octets


def check_keys(report: Report, head: SealLog) -> None:
    """The documents of keys are those of the rows, and the keys in use open."""
    for certifier in Certifier.objects.filter(signing_keys__is_projected=True).distinct().order_by("pk"):
        if SigningKey.objects.filter(certifier=certifier, is_projected=False).exists():
            continue
        try:
            told = key_files(certifier, head)
        except SealingStopped as stop:
            report.add("row_altered", stop.about)
            continue
        for path, content in told:
            _compare(report, path, content)
    for key in SigningKey.objects.active().order_by("pk"):
        try:
            signer_of(key)
        except SealingStopped:
            report.add("key", f"SigningKey {key.code}")


def _compare(report: Report, path: str, content: bytes) -> None:
    report.files += 1
    try:
        if (public_folder() / path).read_bytes() != content:
            report.add("file", path)
    except FileNotFoundError:
        report.add("file_missing", path)


def check_log_files(report: Report) -> None:
    """I4, I10: every file derives from the signed root, hence from the rows that give this root; no other is there."""
    try:
        _check_once(report)
    except Damaged:
        # Read while it grew? Once more, while it cannot.
        with alone(wait_seconds=LOCK_SECONDS):
            try:
                _check_once(report)
            except Damaged as damaged:
                for damage in damaged.damages:
                    report.add("file_missing" if damage.code == "missing" else "file", f"{LOG}/{damage.path}")


def _check_once(report: Report) -> None:
    head = SealLog.objects.get()
    if head.signed_size:
        report.files += check_log(DirectoryLog(log_folder()), Policy((log_key(head),))).files
