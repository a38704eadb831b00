"""What must be true of a home before anything is served from it: writable, ours alone, with one public address."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jurande.config.exits import Exit, Stopped
from jurande.config.home import Home

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
DEFAULT_PORTS = {"http": 80, "https": 443}


# --- the home -----------------------------------------------------------------------------------


def open_home(home: Home) -> None:
    """Make the folders of `home` and check that files can be written there.

    :raises Stopped: not writable, or the disk is full.
    """
    try:
        home.make()
        probe = home.path / f".write-{os.getpid()}"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Stopped(f"Le disque de {home.path} est plein : libérez de la place.", Exit.ENVIRONMENT) from error
        raise Stopped(
            f"Jurande ne peut pas écrire dans {home.path} ({error.strerror}). Donnez ce droit au compte qui la lance, "
            "ou choisissez un autre dossier avec la variable JURANDE_HOME.",
            Exit.ENVIRONMENT,
        ) from error


@contextmanager
def alone_in(home: Home) -> Iterator[None]:
    """Hold `home` for this process; a lock that the system frees when the process ends, however it ends.

    :raises Stopped: another Jurande is serving this home.
    """
    with (home.path / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip()
            who = f" (processus {pid})" if pid else ""
            raise Stopped(
                f"Une autre Jurande{who} sert déjà le dossier {home.path}. Arrêtez-la d’abord, ou choisissez un autre "
                "dossier avec la variable JURANDE_HOME.",
                Exit.BUSY,
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_served(home: Home) -> bool:
    """Whether a Jurande holds this home at this instant."""
    try:
        with (home.path / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; the port is known from here on, even where 0 was asked.

    :raises Stopped: the port is taken or reserved, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = (
                f"Le port {port} est déjà pris par un autre programme. Choisissez-en un autre : --port {port + 1}"
            )
            raise Stopped(sentence, Exit.BUSY) from error
        if error.errno == errno.EACCES:
            sentence = f"Le port {port} est réservé au système. Choisissez-en un au-dessus de 1023, derrière un proxy."
            raise Stopped(sentence, Exit.ENVIRONMENT) from error
        sentence = f"Jurande ne peut pas écouter à l’adresse {host}, port {port} : {error.strerror}."
        raise Stopped(sentence, Exit.ENVIRONMENT) from error


# --- what the home remembers --------------------------------------------------------------------


def read_settings(home: Home) -> dict[str, Any]:
    """What the first start wrote in `settings.json`; nothing before it.

    :raises Stopped: the file is damaged.
    """
    try:
        kept = json.loads(home.settings.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise Stopped(f"Le fichier {home.settings} est abîmé. Remettez celui de votre dernière sauvegarde.")
    return kept


def keep_settings(home: Home, **values: Any) -> None:
    """Add `values` to `settings.json`: afterwards the file is the old one or the new one, even after a power cut."""
    content = json.dumps({**read_settings(home), **values}, indent=2, ensure_ascii=False) + "\n"
    write_durably(home.settings, content.encode())


def write_durably(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        temporary.chmod(0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- the public address -------------------------------------------------------------------------


def public_url(text: str) -> str:
    """The public address as it will be written inside what is signed: scheme, host, port when unusual; nothing more.

    :raises Stopped: not an address that others can reach for years.
    """
    example = "Exemple : https://jurande.example.fr"
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Stopped(f"« {text} » n’est pas une adresse. {example}", Exit.USAGE) from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Stopped(f"« {text} » n’est pas une adresse complète. {example}", Exit.USAGE)
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise Stopped(f"L’adresse publique s’arrête au nom du site, sans chemin ni compte. {example}", Exit.USAGE)
    if not host.isascii():
        raise Stopped(f"Écrivez « {host} » sous sa forme technique : {host.encode('idna').decode()}", Exit.USAGE)
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise Stopped("L’adresse publique commence par https:// (http n’est admis que pour localhost).", Exit.USAGE)
    bracketed = f"[{host}]" if ":" in host else host
    suffix = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{bracketed}{suffix}"


def settle_public_url(home: Home, environment: Mapping[str, str], asked: str | None) -> str:
    """The public address of this installation: the one kept, else the one given, which is then kept for ever.

    :raises Stopped: none is kept nor given, or the one given is not the one kept.
    """
    kept = read_settings(home).get("public_url")
    given = environment.get("JURANDE_PUBLIC_URL") or asked
    if given is None:
        if kept is None:
            raise Stopped(
                "Jurande doit connaître son adresse publique avant de démarrer : elle est inscrite dans tout ce qui "
                "est signé. Donnez-la une fois : JURANDE_PUBLIC_URL=https://jurande.example.fr ./jurande serve",
                Exit.USAGE,
            )
        return str(kept)
    wanted = public_url(given)
    if kept is None:
        keep_settings(home, public_url=wanted)
    elif kept != wanted:
        raise Stopped(
            f"L’adresse publique de cette installation est {kept} : elle est inscrite dans ce qui a été signé et ne "
            f"peut plus changer. Retirez JURANDE_PUBLIC_URL={given}, ou installez une autre Jurande ailleurs.",
        )
    return wanted
