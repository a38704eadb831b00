# SPDX-License-Identifier: Apache-2.0
"""What charges come to: integer cents, VAT by rate, rounded once for each rate as EN 16931 wants it.

A rate is in basis points: 2000 is 20 %. What bears no VAT says why, and each reason stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BASIS = 10_000


@dataclass(frozen=True)
class Charge:
    """One line of an estimate or of an invoice, without VAT."""

    label: str
    unit_cents: int
    quantity: int
    vat_basis_points: int
    vat_reason: str = ""

    @property
    def net_cents(self) -> int:
        """Line net amount (BT-131)."""
        return self.unit_cents * self.quantity


@dataclass(frozen=True)
class VatGroup:
    """The charges of one rate, or of one reason for there being none."""

    basis_points: int
    reason: str
    net_cents: int
    vat_cents: int


@dataclass(frozen=True)
class Total:
    """Net, VAT by rate, and what is to be paid."""

    charges: tuple[Charge, ...]
    groups: tuple[VatGroup, ...]

    @property
    def net_cents(self) -> int:
        """Sum of the line net amounts (BT-106)."""
        return sum(charge.net_cents for charge in self.charges)

    @property
    def vat_cents(self) -> int:
        """Sum of the VAT of each rate (BT-110)."""
        return sum(group.vat_cents for group in self.groups)

    @property
    def gross_cents(self) -> int:
        """Net and VAT (BT-112)."""
        return self.net_cents + self.vat_cents


def total(charges: Iterable[Charge]) -> Total:
    """Add charges up; the VAT of a rate is rounded half up on the sum of its charges, never line by line.

    Source: EN 16931-1, BR-CO-10, BR-CO-14, BR-CO-15, BR-CO-17.
    """
    kept = tuple(charges)
    nets: dict[tuple[int, str], int] = {}
    for charge in kept:
        key = (charge.vat_basis_points, charge.vat_reason)
        nets[key] = nets.get(key, 0) + charge.net_cents
    groups = tuple(
        VatGroup(rate, reason, net, rounded(net * rate, BASIS)) for (rate, reason), net in sorted(nets.items())
    )
    return Total(kept, groups)


def rounded(numerator: int, denominator: int) -> int:
    """Divide whole numbers, a half going away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator)))
