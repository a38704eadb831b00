"""`./jurande log`: audit a public log, ours or anybody's, with nothing but its address and its key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from jurande.config.cli.arguments import parser
from jurande.config.exits import Exit
from jurande.core.log.check import Checked, Damage, Damaged, Store, check
from jurande.core.log.errors import NoteRefused, Unavailable
from jurande.core.log.notes import ED25519, VerifierKey, parse_vkey
from jurande.core.log.policies import Policy
from jurande.core.log.tiles import CHECKPOINT
from jurande.integrations.log_files import DirectoryLog, HttpLog
from jurande.integrations.outbound import Server, Unreachable

CANNOT_TELL = 2
MOST_SHOWN = 50
DESCRIPTION = """\
Vérifie un registre public de bout en bout : signature, racine, chaque tuile, chaque entrée, et rien de plus.

Code de sortie : 0, le registre est intact ; 1, il est abîmé (chaque fichier en cause est nommé) ; 2, impossible de
le dire."""


def log(arguments: Sequence[str]) -> int:
    options = parser("log", "Le registre public (transparence) : vérification.")
    commands = options.add_subparsers(dest="command", required=True, metavar="check", parser_class=type(options))
    command = commands.add_parser("check", description=DESCRIPTION, formatter_class=options.formatter_class)
    command.add_argument("place", metavar="DOSSIER|URL", help="le dossier ou l’adresse qui contient « checkpoint »")
    command.add_argument("--key", required=True, metavar="CLÉ", help="la clé publique du registre : nom+numéro+base64")
    command.add_argument("--json", action="store_true", help="écrit le rapport en JSON")
    chosen = options.parse_args(arguments)
    report = audit(chosen.place, chosen.key)
    print(json.dumps(report, ensure_ascii=False, indent=2) if chosen.json else "\n".join(in_words(report)))
    return {True: Exit.OK, False: Exit.REFUSED, None: CANNOT_TELL}[report["valid"]]


def audit(place: str, key_text: str) -> dict[str, Any]:
    """Check the log at `place`; `valid` is True, False, or None when nothing can be told, with the `reason`."""
    try:
        key = parse_vkey(key_text)
    except NoteRefused:
        return cannot_tell("La clé donnée n’est pas une clé publique de registre : elle s’écrit nom+numéro+base64.")
    if key.kind != ED25519:
        return cannot_tell("La clé donnée est celle d’un témoin, pas celle d’un registre.")
    try:
        with opened(place) as store:
            return intact(check(store, Policy((key,))))
    except (Unavailable, Unreachable) as error:
        reason = UNREACHED.get(error.code, "le serveur ou le disque n’a pas répondu comme il faut")
        return cannot_tell(f"Le registre ne peut pas être lu : {reason}. Vérifiez l’adresse, ou réessayez plus tard.")
    except Damaged as damaged:
        return damage_report(damaged, place, key)


@contextmanager
def opened(place: str) -> Iterator[Store]:
    if place.startswith(("http://", "https://")):
        with closing(Server(place, only_public=False)) as server:
            yield HttpLog(server)
    else:
        yield DirectoryLog(Path(place))


def cannot_tell(reason: str) -> dict[str, Any]:
    return {"valid": None, "reason": reason, "damages": []}


def intact(checked: Checked) -> dict[str, Any]:
    return {
        "valid": True,
        "origin": checked.checkpoint.origin,
        "size": checked.checkpoint.size,
        "root": checked.checkpoint.root.hex(),
        "files": checked.files,
        "damages": [],
    }


def damage_report(damaged: Damaged, place: str, key: VerifierKey) -> dict[str, Any]:
    if damaged.damages == (Damage(CHECKPOINT, "missing"),) and not (Path(place) / "tile").is_dir():
        return cannot_tell(f"Il n’y a pas de registre à cet endroit : {place} ne contient pas « {CHECKPOINT} ».")
    size = damaged.checkpoint.size if damaged.checkpoint else None
    return {
        "valid": False,
        "origin": key.name,
        "size": size,
        "damages": [
            {"path": damage.path, "code": damage.code, "sentence": sentence(damage, size)} for damage in damaged.damages
        ],
    }


def sentence(damage: Damage, size: int | None) -> str:
    """Say in plain French what is wrong with a file."""
    if damage.code == "length":
        if damage.path.startswith("tile/entries/"):
            return "les entrées ne s’y découpent plus : le fichier a été coupé, rallongé ou modifié."
        found, expected = grouped(damage.found), grouped(damage.expected)
        return f"{found} octets au lieu de {expected} : le fichier a été coupé ou rallongé."
    if damage.code == "hash" and damage.found >= 0:
        return f"{where(damage)} n’est pas celle qui a été signée."
    return SENTENCES.get(damage.code, SENTENCES["hash"]).format(size=grouped(size or 0))


def where(damage: Damage) -> str:
    kind = damage.path.split("/")[1]
    if kind == "entries":
        return f"l’entrée n° {grouped(damage.found)}"
    return f"l’empreinte n° {grouped(damage.found)} du niveau {kind}"


def grouped(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0")


SENTENCES = {
    "missing": "ce fichier manque.",
    "hash": "son contenu n’est pas ce qui a été signé.",
    "extra": "ce fichier est de trop : un registre de {size} entrées n’a pas de fichier de ce nom.",
    "root": "la racine signée n’est pas celle des fichiers : plusieurs ont été modifiés.",
    "log.note.signature": "la signature n’est pas bonne : le texte ou la signature a été modifié.",
    "log.note.unsigned": "il n’est pas signé par la clé donnée.",
    "log.checkpoint.origin": "il est signé par la bonne clé, mais pour un autre registre.",
    "log.checkpoint.extension": "il porte une ligne de plus que l’origine, la taille et la racine.",
    "log.note.syntax": "ce n’est pas un texte signé bien formé.",
}


UNREACHED = {
    "log.unavailable": "le système refuse de lire ce dossier",
    "log.unavailable.status": "le serveur répond par une erreur ou renvoie ailleurs",
    "outbound.address": "ce n’est pas une adresse http ou https complète",
    "outbound.unreachable": "aucun serveur ne répond à cette adresse",
    "outbound.late": "le serveur est trop lent, ou sa réponse est coupée",
    "outbound.size": "le serveur envoie plus que ce qu’un registre contient",
    "outbound.encoding": "le serveur envoie une réponse mal compressée",
}


def in_words(report: dict[str, Any]) -> list[str]:
    if report["valid"] is None:
        return [report["reason"], "On ne peut donc pas dire si le registre est intact."]
    if report["valid"]:
        return [
            f"Le registre {report['origin']} est intact : {grouped(report['size'])} entrées, "
            f"{grouped(report['files'])} fichiers relus.",
            f"Racine : {report['root']}",
        ]
    damages = report["damages"]
    lines = [f"Le registre {report['origin']} est abîmé. Fichiers en cause : {grouped(len(damages))}."]
    lines += [f"  {damage['path']} : {damage['sentence']}" for damage in damages[:MOST_SHOWN]]
    if len(damages) > MOST_SHOWN:
        lines.append(f"  … et {grouped(len(damages) - MOST_SHOWN)} autres : --json les donne tous.")
    return [*lines, "Ne publiez plus rien dans ce registre avant d’avoir compris ce qui s’est passé."]
