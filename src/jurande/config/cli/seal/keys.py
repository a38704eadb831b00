"""`./jurande keys`: make a signing key, show its public half, replace it without invalidating what it signed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jurande.config.cli.arguments import parser
from jurande.config.cli.seal import passphrases
from jurande.config.exits import Exit, Stopped
from jurande.config.installation import write_durably
from jurande.core.errors import CoreError
from jurande.core.proof import did
from jurande.core.proof.history import DatedKey, KeyHistory
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.signer import public_key_of
from jurande.core.proof.trust import Trust, TrustedIssuer, TrustRefused, parse_trust, trust_json
from jurande.integrations.key_files import KeyFile, KeyFileRefused, describe_key_file, write_key_file

DESCRIPTION = """\
Les clés qui signent les attestations. La clé secrète reste dans un fichier chiffré, fermé aux autres comptes.

  new     crée une clé ; avec --issuer et --trust, l’inscrit comme clé d’un émetteur
  show    montre la partie publique d’un fichier de clé
  rotate  crée une nouvelle clé pour un émetteur : l’ancienne ne signe plus, ce qu’elle a signé reste valable"""


def keys(arguments: Sequence[str], *, now: datetime | None = None) -> int:
    options = parser("keys", DESCRIPTION)
    commands = options.add_subparsers(
        dest="command", required=True, metavar="new|show|rotate", parser_class=type(options)
    )
    new = commands.add_parser("new", description="Crée une clé dans un fichier chiffré.")
    new.add_argument("file", type=Path, metavar="FICHIER", help="le fichier de clé à créer")
    new.add_argument("--issuer", metavar="DID", help="l’émetteur (did:web:…) ; par défaut, la clé est son propre nom")
    new.add_argument("--trust", type=Path, metavar="FICHIER", help="le fichier de confiance où inscrire la clé")
    show = commands.add_parser("show", description="Montre ce qu’un fichier de clé dit à tout le monde.")
    show.add_argument("file", type=Path, metavar="FICHIER", help="le fichier de clé")
    show.add_argument("--json", action="store_true", help="écrit le résultat en JSON")
    rotate = commands.add_parser("rotate", description="Remplace la clé d’un émetteur par une nouvelle.")
    rotate.add_argument("file", type=Path, metavar="FICHIER", help="le fichier de la nouvelle clé, à créer")
    rotate.add_argument("--issuer", required=True, metavar="DID", help="l’émetteur")
    rotate.add_argument(
        "--trust", required=True, type=Path, metavar="FICHIER", help="le fichier de confiance à mettre à jour"
    )
    chosen = options.parse_args(arguments)
    instant = (now or datetime.now(UTC)).replace(microsecond=0)
    try:
        if chosen.command == "show":
            return show_key(describe_key_file(chosen.file), as_json=chosen.json)
        return new_key(chosen, instant) if chosen.command == "new" else rotate_key(chosen, instant)
    except KeyFileRefused as refusal:
        raise passphrases.stopped(refusal) from refusal


def new_key(chosen: argparse.Namespace, now: datetime) -> int:
    history = None
    trusted = read_trust_file(chosen.trust) if chosen.trust else None
    private_key = Ed25519PrivateKey.generate()
    public = public_key_of(private_key)
    issuer = chosen.issuer or did.did_key(public)
    address = method_of(issuer, public)
    if trusted is not None:
        if issuer in parse_trust(json.dumps(trusted).encode()).issuers:
            raise Stopped(f"{issuer} a déjà une clé dans {chosen.trust}. Pour en changer : ./jurande keys rotate")
        history = KeyHistory(issuer, (DatedKey(address, public, since=now),))
        trusted["issuers"].append(trust_json(Trust.of(TrustedIssuer(issuer, history)))["issuers"][0])  # type: ignore[index]
    made = write_key_file(
        chosen.file, private_key, verification_method=address, passphrase=passphrases.ask(chosen.file, twice=True)
    )
    show_key(made)
    publish(chosen.trust, trusted, history)
    return Exit.OK


def rotate_key(chosen: argparse.Namespace, now: datetime) -> int:
    if chosen.issuer.startswith("did:key:"):
        raise Stopped("Un did:key est sa propre clé : il ne peut pas en changer. Prenez un did:web.")
    trusted = read_trust_file(chosen.trust)
    issuer = parse_trust(json.dumps(trusted).encode()).issuers.get(chosen.issuer)
    if issuer is None:
        raise Stopped(f"{chosen.issuer} n’est pas dans {chosen.trust}.")
    private_key = Ed25519PrivateKey.generate()
    public = public_key_of(private_key)
    address = method_of(chosen.issuer, public)
    history = issuer.keys.rotated(address, public, at=now)
    written: Any = trust_json(Trust.of(TrustedIssuer(issuer.id, history)))["issuers"]
    for node in trusted["issuers"]:
        if node["id"] == issuer.id:
            node["keys"] = written[0]["keys"]
    # The new key first: a file of trust that names a key nobody holds would stop all issuing.
    made = write_key_file(
        chosen.file, private_key, verification_method=address, passphrase=passphrases.ask(chosen.file, twice=True)
    )
    show_key(made)
    publish(chosen.trust, trusted, history)
    return Exit.OK


def method_of(issuer: str, public: PublicKey) -> str:
    if issuer.startswith("did:key:"):
        return did.did_key_method(public)
    try:
        did.document_url(issuer)
    except CoreError as error:
        raise Stopped(
            f"{issuer} n’est pas un identifiant did:web : did:web:exemple.fr, sans majuscule ni « / »."
        ) from error
    return did.web_method(issuer, public)


def show_key(key: KeyFile, *, as_json: bool = False) -> int:
    public = {
        "file": str(key.path),
        "algorithm": key.public_key.algorithm.value,
        "verification_method": key.verification_method,
        "public_key": key.public_key.multikey,
        "jwk": key.public_key.jwk,
    }
    if as_json:
        print(json.dumps(public, indent=2))
        return Exit.OK
    print(f"Fichier        : {key.path}")
    print(f"Espèce         : {key.public_key.algorithm.value}")
    print(f"Adresse        : {key.verification_method}")
    print(f"Clé publique   : {key.public_key.multikey}")
    return Exit.OK


def publish(path: Path | None, trusted: dict[str, Any] | None, history: KeyHistory | None) -> None:
    """Write the file of trust, and the document to publish beside it when the issuer is a `did:web`."""
    if path is None or trusted is None or history is None:
        return
    write_durably(path, (json.dumps(trusted, ensure_ascii=False, indent=2) + "\n").encode())
    print(f"Confiance      : {path} est à jour")
    if history.controller.startswith("did:web:"):
        document = json.dumps(did.did_document(history), indent=2)
        print(f"\nÀ publier sous {did.document_url(history.controller)} :\n{document}")


def read_trust_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"issuers": []}
    content = path.read_bytes()
    try:
        parse_trust(content)
    except TrustRefused as refusal:
        raise Stopped(f"Le fichier de confiance {path} ne peut pas être lu : {refusal}.") from refusal
    trusted: dict[str, Any] = {"issuers": []} | json.loads(content)
    return trusted
