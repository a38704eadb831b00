"""What a case of failure is, and the few gestures with which they are made."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jurande.core.encoding import base64url
from tests.core.proof.verification.world import Attempt

type Make = Callable[[], Attempt]


@dataclass(frozen=True)
class Case:
    """A way to fail: its name, the attack of the reliability plan it belongs to, and how it must be refused."""

    name: str
    attack: str
    step: int
    code: str
    make: Make
    undecided: bool = False


CASES: list[Case] = []


def fails(attack: str, step: int, code: str, *, undecided: bool = False) -> Callable[[Make], Make]:
    """Register the function as the case that bears its name."""

    def register(make: Make) -> Make:
        add(make.__name__, attack, step, code, make, undecided=undecided)
        return make

    return register


def add(name: str, attack: str, step: int, code: str, make: Make, *, undecided: bool = False) -> None:
    assert all(case.name != name for case in CASES), f"two cases are called {name}"
    CASES.append(Case(name, attack, step, code, make, undecided))


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with another value at ``a.b.0.c``; ``...`` takes the member away."""
    copied = copy.deepcopy(document)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is ...:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return copied


def re_signed(token: str, signer: Any) -> str:
    """The token, its first two parts signed by somebody."""
    signed = token.rpartition(".")[0]
    return f"{signed}.{base64url.encode(signer.sign(signed.encode()))}"
