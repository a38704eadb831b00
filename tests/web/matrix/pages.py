"""What a line of the matrix is made of: who looks, who acts, whose house it is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.web.roles import (
    EVERYBODY,
    OPERATORS,
    PARTNER_FILERS,
    PARTNERS,
    SIGNED_IN,
    TEAM,
)


@dataclass(frozen=True)
class Page:
    """``house``: whose roles are insiders, so that a refusal is a 403 for them and a 404 for the others."""

    look: frozenset[str] | None = None
    act: frozenset[str] | None = None
    house: frozenset[str] = frozenset()
    # Not ours: allauth guards its own pages, which are declared so that none appears unseen.
    guards_itself: bool = False


def public(*, act: bool = False) -> Page:
    return Page(EVERYBODY, EVERYBODY if act else None)


def account(*, look: bool = True, act: bool = False) -> Page:
    return Page(SIGNED_IN if look else None, SIGNED_IN if act else None)


def operator(look: frozenset[str] | None = OPERATORS, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, OPERATORS)


def certifier(look: frozenset[str] | None, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, TEAM)


def partner(look: frozenset[str] | None, act: frozenset[str] | None = None) -> Page:
    return Page(look, act, PARTNERS)


def applicant(*, act: bool = False) -> Page:
    """Who applies: here somebody of a partner, whose colleagues who file documents see it too."""
    return Page(PARTNER_FILERS, PARTNER_FILERS if act else None)
