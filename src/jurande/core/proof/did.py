# SPDX-License-Identifier: Apache-2.0
"""The two kinds of identifiers that we sign under: ``did:key`` (the key is the name) and ``did:web`` (a page is).

Source: did:key v0.9 §3; did:web method §2–3 (W3C CCG); Controlled Identifiers 1.0 §2 (documents, ``revoked``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from jurande.core.proof.errors import ProofError
from jurande.core.proof.history import ASSERTION, AUTHENTICATION, DatedKey, KeyHistory
from jurande.core.proof.instants import instant_text, parse_instant
from jurande.core.proof.keys import PublicKey

DOCUMENT_CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
MOST_KEYS = 64
_RELATIONS = (ASSERTION, AUTHENTICATION)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PORT = r"(?:%3A[1-9][0-9]{0,4})?"
# One spelling for each identifier: lower-case host, no percent sign but the port's, no empty or dotted segment.
_WEB = re.compile(rf"did:web:({_HOST}{_PORT})((?::(?!\.)[A-Za-z0-9._-]+)*)")
_LOOPBACK = ("localhost", "127.0.0.1")


class DidRefused(ProofError):
    """Not an identifier, or not a document of this identifier; ``code`` says which rule it breaks."""

    code = "did.malformed"


def did_key(key: PublicKey) -> str:
    """Return the identifier that is this key: ``did:key:z6Mk…``."""
    return f"did:key:{key.multikey}"


def did_key_method(key: PublicKey) -> str:
    """Return the address of the only key of a ``did:key``: ``did:key:z6Mk…#z6Mk…``."""
    return f"did:key:{key.multikey}#{key.multikey}"


def did_key_history(did: str) -> KeyHistory:
    """Return the history of a ``did:key``: one key, for ever, for assertions and authentication.

    :raises DidRefused: not a ``did:key``.
    :raises KeyRefused: not a key we accept.
    """
    method, _, multikey = did.rpartition(":")
    if method != "did:key":
        raise DidRefused("not a did:key", code="did.method")
    key = PublicKey.from_multikey(multikey)
    return KeyHistory(did, (DatedKey(f"{did}#{multikey}", key, purposes=frozenset(_RELATIONS)),))


def did_web(url: str) -> str:
    """Return the ``did:web`` of a public address: ``https://a.fr:8443/b/c`` is ``did:web:a.fr%3A8443:b:c``.

    :raises DidRefused: no such identifier exists (user name, query, host or path that would have two spellings).
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username is not None:
        raise DidRefused("not the address of a site", code="did.web_address")
    host = parts.netloc.lower().replace(":", "%3A")
    path = parts.path.removeprefix("/").removesuffix("/")
    did = f"did:web:{host}" + (":" + path.replace("/", ":") if path else "")
    _web_parts(did)
    return did


def document_url(did: str) -> str:
    """Return where the document of a ``did:web`` is served; ``http`` for this machine's own address, else ``https``.

    :raises DidRefused: not a ``did:web``, or one of its other spellings.
    """
    host, path = _web_parts(did)
    host = host.replace("%3A", ":")
    scheme = "http" if host.partition(":")[0] in _LOOPBACK else "https"
    return f"{scheme}://{host}{path.replace(':', '/') or '/.well-known'}/did.json"


def web_method(did: str, key: PublicKey) -> str:
    """Return the address under which ``key`` is published by ``did``: the key itself is the fragment."""
    return f"{did}#{key.multikey}"


def did_document(history: KeyHistory) -> dict[str, object]:
    """Return the document to publish for ``history``.

    Keys that a rotation ended stay in it, with no end date: other people's verifiers read ``expires`` as «refuse all it
    ever signed». A compromised key bears ``revoked`` and leaves the list of those that may assert.
    Source: Controlled Identifiers 1.0 §2.2.
    """
    methods: list[dict[str, str]] = []
    for entry in history.keys:
        method = {
            "id": entry.verification_method,
            "type": "Multikey",
            "controller": history.controller,
            "publicKeyMultibase": entry.key.multikey,
        }
        if entry.compromise is not None:
            method["revoked"] = instant_text(entry.compromise.at)
        methods.append(method)
    document: dict[str, object] = {
        "@context": list(DOCUMENT_CONTEXTS),
        "id": history.controller,
        "verificationMethod": methods,
    }
    for relation in _RELATIONS:
        named = [k.verification_method for k in history.keys if relation in k.purposes and k.compromise is None]
        if named:
            document[relation] = named
    return document


def read_did_document(document: Mapping[str, object], *, did: str) -> KeyHistory:
    """Return the keys that a document, already parsed, publishes for ``did``.

    A key bears the purposes of the lists that name it; ``revoked`` or ``expires`` ends it. Keys under another
    controller, and kinds of methods that we do not know, are left out: they cannot speak for ``did``.
    :raises DidRefused: the document of somebody else, or malformed.
    :raises KeyRefused: a malformed key.
    :raises InstantRefused: an end that is no date.
    """
    if document.get("id") != did:
        raise DidRefused("the document of somebody else", code="did.other_subject")
    methods = document.get("verificationMethod")
    if not isinstance(methods, list) or len(methods) > MOST_KEYS:
        raise DidRefused("no usable list of keys", code="did.no_keys")
    embedded = [item for relation in _RELATIONS for item in _listed(document, relation) if isinstance(item, dict)]
    keys: dict[str, DatedKey] = {}
    for method in (*methods, *embedded):
        if not isinstance(method, dict) or method.get("controller") != did:
            continue
        address = _absolute(str(method.get("id", "")), did)
        key = _published_key(method)
        if key is None or not address.startswith(f"{did}#"):
            continue
        purposes = frozenset(relation for relation in _RELATIONS if address in _addresses(document, relation, did))
        if address in keys and keys[address].key != key:
            raise DidRefused("two keys at one address", code="did.ambiguous")
        keys[address] = DatedKey(address, key, until=_end(method), purposes=purposes)
    return KeyHistory(did, tuple(keys.values()))


def _published_key(method: Mapping[str, object]) -> PublicKey | None:
    kind = method.get("type")
    multikey, jwk = method.get("publicKeyMultibase"), method.get("publicKeyJwk")
    if kind in ("Multikey", "Ed25519VerificationKey2020") and isinstance(multikey, str):
        return PublicKey.from_multikey(multikey)
    if kind in ("JsonWebKey", "JsonWebKey2020") and isinstance(jwk, dict):
        return PublicKey.from_jwk(jwk)
    return None


def _listed(document: Mapping[str, object], relation: str) -> list[object]:
    listed = document.get(relation, [])
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise DidRefused(f"no usable {relation}", code="did.no_keys")
    return listed


def _addresses(document: Mapping[str, object], relation: str, did: str) -> set[str]:
    named = (item if isinstance(item, str) else item.get("id") for item in _listed(document, relation))  # type: ignore[attr-defined]
    return {_absolute(str(address), did) for address in named}


def _absolute(address: str, did: str) -> str:
    return did + address if address.startswith("#") else address


def _end(method: Mapping[str, object]) -> datetime | None:
    instants = [parse_instant(method[name]) for name in ("revoked", "expires") if name in method]
    return min(instants, default=None)


def _web_parts(did: str) -> tuple[str, str]:
    found = _WEB.fullmatch(did) if len(did) <= 1024 else None
    if found is None:
        raise DidRefused("not the one spelling of a did:web", code="did.web_spelling")
    return found[1], found[2]
