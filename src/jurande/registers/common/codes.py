"""Opaque codes: what stands for a row in addresses, in the journal and in the lower registers."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10


def new_code() -> str:
    """Draw a code: ten characters of Crockford's base 32 (50 bits), never reused, telling nothing."""
    # Thirty-two letters: five bits of each byte give any of them as often as another.
    return "".join([ALPHABET[octet & 31] for octet in secrets.token_bytes(LENGTH)])


class CodeField(models.CharField):  # type: ignore[type-arg]  # no subscript outside the type checker
    """A unique code, drawn once; it is what goes in addresses, ``id`` never does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fix what every code has in common; only ``verbose_name`` is worth giving."""
        kwargs.update(max_length=16, unique=True, editable=False, default=new_code)
        super().__init__(*args, **kwargs)
