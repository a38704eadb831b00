"""Every kind of letter that may leave: dotted names of each register's ``KINDS``, a tuple of ``MailKind``."""

from __future__ import annotations

MAILS: list[str] = [
    "jurande.registers.parties.emails.KINDS",
    "jurande.registers.network.emails.calls.KINDS",
    "jurande.registers.network.emails.applications.KINDS",
    "jurande.registers.network.emails.judging.KINDS",
    "jurande.registers.network.emails.radar.KINDS",
    "jurande.registers.network.emails.habilitations.KINDS",
    "jurande.registers.conventions.emails.conventions.KINDS",
    "jurande.registers.conventions.emails.signatures.KINDS",
    "jurande.registers.awards.emails.awards.KINDS",
    "jurande.registers.awards.emails.delegation.KINDS",
    "jurande.registers.awards.emails.claims.KINDS",
    "jurande.registers.awards.emails.combinations.KINDS",
    "jurande.registers.awards.emails.endorsements.KINDS",
    "jurande.registers.awards.emails.life.KINDS",
    "jurande.registers.awards.emails.erasure.KINDS",
    "jurande.registers.awards.emails.receiving.KINDS",
    "jurande.registers.awards.emails.corrections.KINDS",
    "jurande.registers.awards.emails.keeping.KINDS",
]
