# SPDX-License-Identifier: Apache-2.0
"""States and moves, declared as a table and checked in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jurande.core.errors import CoreError


class TransitionRefused(CoreError):
    """The move is not in the table for this state."""

    code = "lifecycle.transition_refused"

    def __init__(self, state: str, move: str) -> None:
        """Keep which move was refused from which state."""
        super().__init__(f"no move «{move}» from state «{state}»")
        self.state = state
        self.move = move


@dataclass(frozen=True)
class Lifecycle:
    """A life: where it begins, and for each state the moves that leave it and where they lead.

    ``moves`` maps a state to ``{move: next state}``. A state with no entry is final.
    :raises ValueError: at construction, when ``initial`` or a target is unreachable or misspelt.
    """

    initial: str
    moves: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        """Refuse a table with a state that nothing leads to: it is always a misspelling."""
        targets = {self.initial} | {to for exits in self.moves.values() for to in exits.values()}
        unreachable = set(self.moves) - targets
        if unreachable:
            raise ValueError(f"states that nothing leads to: {sorted(unreachable)}")

    @property
    def states(self) -> frozenset[str]:
        """Every state of the life."""
        return frozenset({self.initial} | {to for exits in self.moves.values() for to in exits.values()})

    def after(self, state: str, move: str) -> str:
        """Return the state that ``move`` leads to from ``state``.

        :raises TransitionRefused: when the table has no such move from that state.
        """
        try:
            return self.moves[state][move]
        except KeyError:
            raise TransitionRefused(state, move) from None

    def allows(self, state: str, move: str) -> bool:
        """Tell whether ``move`` leaves ``state``: for greying a button, never for deciding."""
        return move in self.moves.get(state, {})

    def mermaid(self) -> str:
        """Draw the life as a Mermaid state diagram; the docs are generated from this."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for state, exits in self.moves.items():
            lines += [f"    {state} --> {to}: {move}" for move, to in exits.items()]
        lines += [f"    {state} --> [*]" for state in sorted(self.states) if not self.moves.get(state)]
        return "\n".join(lines) + "\n"
