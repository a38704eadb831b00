"""The deadlines of one person in one house, from every register: one list for pages, letters and calendars."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from jurande.registers.common.together import Asking
from jurande.registers.parties.policies import Actor
from jurande.web.ui.parts import Due


class Reader(Protocol):
    """Whose deadlines they are: a request of a certifier's page, or ``SomeReader`` where there is none."""

    actor: Actor
    certifier: Any


@dataclass
class SomeReader:
    """A person standing in a house, for a letter or a calendar."""

    actor: Actor
    certifier: Any


# What a register gives: the deadlines that this reader may do something about, read together with those of the others.
Provider = Callable[[Reader, date], Asking[list[Due]]]


def uid_of(due: Due) -> str:
    """A name of this deadline that stays the same as long as it is about the same thing, whatever its day."""
    return hashlib.sha256(f"{due.url} {due.title}".encode()).hexdigest()[:24]
