"""`./jurande serve`: the real thing. What `demo` shares with it is here too."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from jurande import __version__
from jurande.config.checkpoints import Checkpointer, checkpoint
from jurande.config.cli.arguments import parser, port
from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home, current_home
from jurande.config.installation import (
    alone_in,
    keep_settings,
    listen,
    open_home,
    read_settings,
    settle_public_url,
)
from jurande.config.supervisor import Outcome, Supervisor, role
from jurande.integrations.mail import BadAddress, carrier_for

# Beyond four, it is the database that waits.
USUAL_WEB_PROCESSES, MOST_WEB_PROCESSES = 4, 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
DESCRIPTION = """Sert Jurande : le site et les tâches de fond, jusqu’à Ctrl-C.

Le premier démarrage demande l’adresse publique (ou la lit dans JURANDE_PUBLIC_URL), crée la base et les clés,
et affiche un lien à usage unique pour la première personne qui exploitera cette installation."""


def serve(arguments: Sequence[str]) -> int:
    """Serve the home until a signal; returns the exit code."""
    options = parser("serve", DESCRIPTION)
    options.add_argument("--port", type=port, default=8000, help="port d’écoute (8000)")
    options.add_argument("--host", default="127.0.0.1", help="adresse d’écoute (127.0.0.1 : derrière un proxy)")
    asked = options.parse_args(arguments)
    os.umask(0o077)
    home = current_home()
    open_home(home)
    refuse_open_conformance(asked.host)
    refuse_mute_mail()
    with alone_in(home), closing(listen(asked.host, asked.port)) as listener:
        url = settle_public_url(home, os.environ, ask_public_url(home))
        refuse_lost_database(home)
        environment = {**os.environ, "JURANDE_HOME": str(home.path)}
        if not read_settings(home).get("prepared"):
            run_role(environment, "prepare")
            keep_settings(home, prepared=True)
            first_operator(environment)
        return keep_serving(home, listener, environment, lambda: announce(home, listener, url))


def ask_public_url(home: Home) -> str | None:
    """Ask the person at the keyboard, when there is one and the answer is not known yet."""
    if read_settings(home).get("public_url") or os.environ.get("JURANDE_PUBLIC_URL") or not sys.stdin.isatty():
        return None
    print("À quelle adresse publique Jurande répondra-t-elle ? Elle sera inscrite dans tout ce qui est signé et ne")
    print("pourra plus changer. Exemple : https://jurande.example.fr")
    return input("Adresse publique : ").strip() or None


def refuse_lost_database(home: Home) -> None:
    """Refuse to start afresh where there was a database: a disk not mounted must not become an empty installation.

    :raises Stopped: this home was prepared, and its database is gone.
    """
    if "DATABASE_URL" in os.environ or not read_settings(home).get("prepared") or home.database.exists():
        return
    raise Stopped(
        f"La base {home.database} a disparu. Vérifiez que le disque est monté, ou remettez une sauvegarde dans un "
        "dossier vide : ./jurande restore DOSSIER",
        Exit.ENVIRONMENT,
    )


def run_role(environment: dict[str, str], *arguments: str) -> None:
    """Run a step of the start in a process of its own.

    :raises Stopped: it failed. It has said why, unless the failure is a fault of ours, which shows its trace.
    """
    done = subprocess.run(role(*arguments), env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    if done.returncode in set(Exit) - {Exit.OK, Exit.REFUSED}:
        raise Stopped("", Exit(done.returncode))
    if done.returncode:
        raise Stopped("Jurande ne démarre pas : l’étape ci-dessus a échoué.")


def first_operator(environment: dict[str, str]) -> None:
    """Print the one-time link of the first operator; a failure does not stop the site, the link can be asked again."""
    print(
        "Ouvrez ce lien pour créer le compte du premier exploitant ; il sert une seule fois, pendant un jour :",
        flush=True,
    )
    command = role("manage", "first-operator-link")
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    if done.returncode:
        print("Le lien du premier exploitant n’a pas pu être fait : ./jurande manage first-operator-link")


def refuse_open_conformance(host: str) -> None:
    """Keep the conformance routes to this machine: they sign whatever they are asked to.

    :raises Stopped: they are on, and ``host`` is not a loopback address.
    """
    if os.environ.get("JURANDE_CONFORMANCE") == "1" and host not in LOOPBACK:
        raise Stopped(
            "JURANDE_CONFORMANCE=1 ouvre des adresses qui signent tout ce qu’on leur demande : elles ne s’ouvrent qu’à "
            "cette machine. Retirez cette variable, ou gardez --host 127.0.0.1."
        )


def refuse_mute_mail() -> None:
    """Refuse a mail server, or a sender, that no letter could leave by.

    :raises Stopped: one of them is misspelt.
    """
    try:
        carrier_for(
            os.environ.get("JURANDE_SMTP_URL", ""),
            from_email=os.environ.get("JURANDE_MAIL_FROM") or "jurande@localhost",
        )
    except BadAddress as error:
        raise Stopped(
            f"Aucun courrier ne pourrait partir : JURANDE_SMTP_URL ou JURANDE_MAIL_FROM est mal écrit ({error}). "
            "Corrigez-les (docs/reference/settings.md), puis relancez.",
            Exit.ENVIRONMENT,
        ) from error


def web_processes(environment: Mapping[str, str]) -> int:
    """How many web servers to run: what `JURANDE_WEB_PROCESSES` says, else one by core, four at most.

    :raises Stopped: it is not a number from 1 to 32.
    """
    asked = environment.get("JURANDE_WEB_PROCESSES", "")
    if not asked:
        return min(USUAL_WEB_PROCESSES, os.cpu_count() or 1)
    if not asked.isdecimal() or not 1 <= int(asked) <= MOST_WEB_PROCESSES:
        raise Stopped(f"JURANDE_WEB_PROCESSES est un nombre de 1 à {MOST_WEB_PROCESSES}.", Exit.ENVIRONMENT)
    return int(asked)


def keep_serving(home: Home, listener: socket.socket, environment: dict[str, str], on_ready: Callable[[], None]) -> int:
    """Supervise the site and the worker; prepare the database first when the site says that it is needed."""
    checkpointer = None if "DATABASE_URL" in environment else Checkpointer(home.database)
    if checkpointer is not None:
        checkpointer.start()
    has_prepared = False
    try:
        while True:
            supervisor = Supervisor(
                listener=listener,
                environment=environment,
                on_ready=on_ready,
                say=warn,
                web_processes=web_processes(environment),
            )
            outcome = supervisor.run()
            if outcome is not Outcome.PREPARATION_NEEDED or (has_prepared and not supervisor.is_ready):
                break
            run_role(environment, "prepare")
            has_prepared = True
    finally:
        if checkpointer is not None:
            checkpointer.stop()
    if outcome is Outcome.UNFIT:
        raise Stopped("", Exit.ENVIRONMENT)
    if outcome is not Outcome.STOPPED:
        raise Stopped("Jurande ne démarre pas : la raison est dans les lignes ci-dessus.")
    if checkpointer is not None and home.database.exists():
        # A courtesy to whoever copies the folder now; what could not be copied stays in the log, and is not lost.
        with suppress(sqlite3.Error):
            checkpoint(home.database, wait_seconds=0.1)
    return Exit.OK


def warn(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def announce(home: Home, listener: socket.socket, url: str) -> None:
    print(f"Jurande {__version__} · {database_label(home.path)}")
    print(f"Adresse publique : {url} · écoute sur {local_address(listener)} · Ctrl-C pour arrêter", flush=True)


def database_label(folder: Path) -> str:
    """Which database, and SQLite's version, since some have a known fault (docs/adr/0002-sqlite-durability.md)."""
    if "DATABASE_URL" in os.environ:
        return "PostgreSQL"
    return f"SQLite {sqlite3.sqlite_version} · données dans {folder}"


def local_address(listener: socket.socket) -> str:
    host, number = listener.getsockname()[:2]
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"
