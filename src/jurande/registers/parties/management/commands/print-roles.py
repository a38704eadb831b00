from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jurande.registers.parties.states import (
    CERTIFIER_ROLES,
    INSTALLATION_ROLES,
    PARTNER_ROLES,
    ROLE_RIGHTS,
    SCOPE_RIGHTS,
    SECOND_FACTOR_ROLES,
    Right,
    Role,
    Scope,
)

PAGE = "docs/reference/roles.md"
HEAD = """# Roles and what they allow

Printed by `./jurande manage print-roles` from `registers/parties/states.py`; a test compares. Policies ask for a right,
never for a role. A person may hold several roles, in several places; rights add up inside one place only.
"""


def page() -> str:
    """The whole page, as Markdown."""
    blocks = [
        HEAD,
        _table("Installation", INSTALLATION_ROLES),
        _table("Certifier", CERTIFIER_ROLES),
        _table("Partner", PARTNER_ROLES),
        _factor(),
        _scopes(),
    ]
    return "\n".join(blocks)


def _table(title: str, roles: tuple[Role, ...]) -> str:
    rights = [right for right in Right if any(right in ROLE_RIGHTS[role] for role in roles)]
    lines = [f"## {title}", ""]
    lines += [f"- `{role}`: {role.label}" for role in roles]
    if rights:
        lines += ["", "| right | " + " | ".join(f"`{role}`" for role in roles) + " |", "|---|" + "---|" * len(roles)]
        lines += [
            f"| {right.label} | " + " | ".join("✓" if right in ROLE_RIGHTS[role] else "" for role in roles) + " |"
            for right in rights
        ]
    return "\n".join(lines) + "\n"


def _factor() -> str:
    names = ", ".join(f"`{role}`" for role in Role if role in SECOND_FACTOR_ROLES)
    said = f"Demanded of {names}. A certifier may relax it for its own people; nobody may for operators."
    return f"## Second factor\n\n{said}\n"


def _scopes() -> str:
    lines = ["## Scopes of API keys", "", "| scope | allows |", "|---|---|"]
    lines += [
        f"| `{scope}` | {', '.join(str(right.label) for right in Right if right in SCOPE_RIGHTS[scope])} |"
        for scope in Scope
    ]
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    help = "Écrit docs/reference/roles.md depuis la table des rôles ; --check dit s’il est à jour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare sans écrire ; code 1 si la page a vieilli")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.ROOT / PAGE
        if not options["check"]:
            path.write_text(page(), encoding="utf-8")
            self.stdout.write(f"{PAGE} est écrit.")
        elif not path.exists() or path.read_text(encoding="utf-8") != page():
            raise CommandError(f"{PAGE} a vieilli\u00a0: lancez ./jurande manage print-roles.")
