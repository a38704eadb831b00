"""Encrypting again, with the key in use, whatever an older key had encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction

from jurande.registers.common.crypto.active import current_keyring
from jurande.registers.common.crypto.fields import VERSION, EncryptedTextField, Sealed, Unreadable, decrypt, encrypt
from jurande.registers.common.jobs import Run

BATCH = 200


def reencrypt(run: Run) -> None:
    """Encrypt again every value that is not under the key in use; a second run finds nothing left.

    A value that cannot be read is counted as failed and left as it is.
    """
    columns = [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    done = failed = 0
    run.progress(total=sum(_stale(model, field).count() for model, field in columns))
    for model, field in columns:
        for batch in _batches(model, field):
            with transaction.atomic():
                renewed = sum(_renew(model, field, *row) for row in batch)
            done, failed = done + renewed, failed + len(batch) - renewed
            run.progress(done=done, failed=failed)


def _stale(model: type[models.Model], field: EncryptedTextField) -> models.QuerySet[Any]:
    under_current = f"{VERSION}.{current_keyring().current}."
    full = model._base_manager.exclude(**{f"{field.attname}__isnull": True}).exclude(**{field.attname: ""})
    return full.exclude(**{f"{field.attname}__startswith": under_current})


def _batches(model: type[models.Model], field: EncryptedTextField) -> Iterator[list[tuple[Any, str, Sealed]]]:
    rows = _stale(model, field).order_by("pk").values_list("pk", "code", field.attname)
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _renew(model: type[models.Model], field: EncryptedTextField, pk: Any, code: str, sealed: Sealed) -> bool:
    place = {"label": model._meta.label_lower, "column": field.attname, "code": code}
    try:
        renewed = encrypt(decrypt(sealed, **place), **place)
    except Unreadable:
        return False
    # Only if nobody wrote the column meanwhile: what they wrote is already under the key in use.
    model._base_manager.filter(**{"pk": pk, field.attname: sealed}).update(**{field.attname: renewed})
    return True
