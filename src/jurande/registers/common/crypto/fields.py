"""A text column that only this installation can read: AES-GCM-SIV, bound to its row."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.crypto.active import current_keyring
from jurande.registers.common.crypto.keyring import NONCE_BYTES
from jurande.registers.common.refusals import Refused

VERSION = "v1"
# What one may ask of encrypted text: is it empty, is it under this key, is it these very bytes.
LOOKUPS = ("exact", "in", "isnull", "startswith")
# Where an instance remembers what it decrypted, so that saving it unchanged writes the same bytes.
AS_READ = "_sealed_as_read"


class Unreadable(Refused):
    """A value cannot be decrypted: moved from another row, altered, or its key is missing."""


class Sealed:
    """What the database holds; turned into text only when the attribute is read, on its own row."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        """Keep the encrypted text as stored."""
        self.text = text

    def __repr__(self) -> str:
        """Show nothing: this ends up in error pages and logs."""
        return "<Sealed>"

    def __eq__(self, other: object) -> bool:
        """Compare what is stored."""
        return isinstance(other, Sealed) and other.text == self.text

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.text)

    @property
    def key_id(self) -> str:
        """Name the key that opens it; empty when this is not how a value is stored."""
        version, _dot, rest = self.text.partition(".")
        return rest.partition(".")[0] if version == VERSION else ""


def encrypt(plain: str, *, label: str, column: str, code: str) -> Sealed:
    """Encrypt with the key in use; the outcome opens only for the same model, column and row."""
    keys = current_keyring()
    nonce = secrets.token_bytes(NONCE_BYTES)
    content = nonce + keys.ciphers[keys.current].encrypt(nonce, plain.encode(), _binding(label, column, code))
    return Sealed(f"{VERSION}.{keys.current}.{base64.urlsafe_b64encode(content).decode()}")


def decrypt(sealed: Sealed, *, label: str, column: str, code: str) -> str:
    """Give the text back.

    :raises Unreadable: the key is unknown here, or the value was altered or belongs to another row.
    """
    cipher = current_keyring().ciphers.get(sealed.key_id)
    if cipher is None:
        raise Unreadable(
            _(
                "Une donnée chiffrée ne peut pas être lue : la clé qui l’ouvre manque sur cette installation. "
                "Remettez le dossier des clés de votre sauvegarde."
            )
        )
    try:
        content = base64.b64decode(sealed.text.split(".", 2)[2], altchars=b"-_", validate=True)
        nonce, sealed_bytes = content[:NONCE_BYTES], content[NONCE_BYTES:]
        return cipher.decrypt(nonce, sealed_bytes, _binding(label, column, code)).decode()
    except (IndexError, InvalidTag, ValueError):
        raise Unreadable(
            _(
                "Une donnée chiffrée ne peut pas être lue : elle a été modifiée hors de l’application, ou recopiée "
                "depuis une autre ligne. Reprenez-la dans une sauvegarde."
            )
        ) from None


def _binding(label: str, column: str, code: str) -> bytes:
    # Lengths first: no two (model, column, row) give the same bytes.
    parts = [part.encode() for part in (VERSION, label, column, code)]
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


class _DecryptedOnReading(DeferredAttribute):
    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if not isinstance(value, Sealed):
            return value
        field = self.field
        code = instance.code
        plain = decrypt(value, label=field.model._meta.label_lower, column=field.attname, code=code)
        instance.__dict__[field.attname] = plain
        instance.__dict__.setdefault(AS_READ, {})[field.attname] = (code, plain, value)
        return plain

    def __set__(self, instance: Any, value: Any) -> None:
        # Without a setter, the value in the instance's own dictionary would be given without passing here.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # no subscript outside the type checker
    """Text kept encrypted. The model must have a ``code``, to which the value is bound; empty text stays empty.

    It cannot be searched, ordered, nor written by ``update()`` or ``bulk_update()``, which do not know the row: use
    ``save()`` or ``bulk_create()``, and a column of ``lookup_digest`` where a value must be found again.
    Reading decrypts lazily, so a list that does not show the value does not pay for it; ``values()`` gives ``Sealed``.
    """

    descriptor_class = _DecryptedOnReading

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | str | None:
        """Wrap what is stored."""
        return Sealed(value) if value else value

    def to_python(self, value: Any) -> Any:
        """Leave an encrypted value as it is; forms give text."""
        return value if isinstance(value, Sealed) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | str | None:
        """Encrypt the text for its row; a value that was not changed keeps its bytes."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) and add:
            # A copy of a row under a new code: reading refuses it here rather than on every later visit.
            value = getattr(model_instance, self.attname)
        if value is None or value == "" or isinstance(value, Sealed):
            return value
        code: str = getattr(model_instance, "code")  # noqa: B009 - a contract that the type does not know
        as_read = model_instance.__dict__.get(AS_READ, {}).get(self.attname)
        if as_read is not None and as_read[:2] == (code, value):
            sealed: Sealed = as_read[2]
            return sealed
        return encrypt(str(value), label=self.model._meta.label_lower, column=self.attname, code=code)

    def get_prep_value(self, value: Any) -> str | None:
        """Let only encrypted or empty values reach the database.

        :raises TypeError: the text came without its row (``filter``, ``update``, ``bulk_update``).
        """
        if isinstance(value, Sealed):
            return value.text
        if value is None or value == "":
            return None if value is None else ""
        raise TypeError(
            f"{self.model._meta.label}.{self.name} is encrypted for its row: write it with save() or bulk_create(), "
            "look it up by a column of lookup_digest()"
        )

    def get_lookup(self, lookup_name: str) -> Any:
        """Know only the look-ups that mean something on encrypted text; any other is a ``FieldError``."""
        return super().get_lookup(lookup_name) if lookup_name in LOOKUPS else None

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Demand a ``code`` beside the field."""
        errors = super().check(**kwargs)
        try:
            self.model._meta.get_field("code")
        except FieldDoesNotExist:
            errors.append(
                checks.Error("a model with an encrypted field needs a field «code»", obj=self, id="common.E001")
            )
        return errors
