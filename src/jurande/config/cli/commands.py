"""Every command of `./jurande`: one line each, imported only when it is called.

The import is lazy so that a command that needs no database (`verify`) never pays for Django.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Command:
    name: str
    target: str
    summary: str

    def run(self, arguments: Sequence[str]) -> int:
        """Import the command and run it on what follows its name; return the exit code."""
        module, function = self.target.split(":")
        run: Run = getattr(import_module(module), function)
        return run(arguments)


CLI = "jurande.config.cli"
COMMANDS: tuple[Command, ...] = (
    Command("demo", f"{CLI}.demo:demo", "ouvre la démonstration dans le navigateur, sans rien régler"),
    Command("serve", f"{CLI}.serve:serve", "sert Jurande pour de bon"),
    Command("backup", f"{CLI}.archive:backup", "copie la base, les documents et les clés, même en marche"),
    Command("restore", f"{CLI}.archive:restore", "remet en place une sauvegarde dans un dossier vide"),
    Command(
        "import-registers",
        f"{CLI}.registers:import_registers",
        "lit le RNCP, le RS et la liste des organismes publiés par l’État",
    ),
    Command("verify", f"{CLI}.seal.verify:verify", "dit si une attestation est valable, étape par étape"),
    Command("keys", f"{CLI}.seal.keys:keys", "crée, montre ou remplace une clé de signature"),
    Command("issue", f"{CLI}.seal.issue:issue", "délivre une attestation par ligne d’un tableau"),
    Command("log", f"{CLI}.log:log", "vérifie le registre public, fichier par fichier"),
    Command("manage", "jurande.config.administration:manage", "lance une commande d’administration de Django"),
    Command("test", f"{CLI}.develop:test", "lance toute la suite de tests"),
    Command("bench", f"{CLI}.develop:bench", "mesure une performance"),
    Command("torture", f"{CLI}.develop:torture", "maltraite une partie du système et vérifie qu’elle tient"),
)
