# SPDX-License-Identifier: Apache-2.0
"""Whom a verifier trusts, and for what: chosen beforehand, from another source than what is being verified.

A trust file is JSON, and strict: a word that we do not know is refused rather than ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.encoding.jcs import Json
from jurande.core.log.errors import LogError
from jurande.core.log.policies import Policy, parse_policy
from jurande.core.proof.did import did_key_history
from jurande.core.proof.errors import ProofError
from jurande.core.proof.history import ASSERTION, AUTHENTICATION, Compromise, DatedKey, KeyHistory
from jurande.core.proof.instants import instant_text, parse_instant
from jurande.core.proof.keys import PublicKey

_FILE = frozenset({"issuers", "log_policy"})
_ISSUER = frozenset(
    {
        "id",
        "name",
        "domain",
        "registration",
        "keys",
        "status_lists",
        "requires_status",
        "requires_log",
        "habilitated_by",
        "may_habilitate",
        "interruptions",
    }
)
_INTERRUPTION = frozenset({"credential", "since", "until"})
_KEY = frozenset({"id", "publicKeyMultibase", "publicKeyJwk", "since", "until", "compromised", "purposes"})
_COMPROMISE = frozenset({"at", "log_origin", "log_size"})


class TrustRefused(ProofError):
    """A trust file that is malformed, or says two things; ``code`` says where."""

    code = "trust.malformed"


@dataclass(frozen=True, slots=True)
class Interruption:
    """From ``since`` (included) to ``until`` (excluded; None: it lasts), a credential was suspended or withdrawn.

    A status list says how things stand, and not since when: this does, for credentials that others rest on.
    """

    credential: str
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Tell whether the credential was interrupted at that instant."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Somebody whose signature counts.

    ``id`` is compared character for character with the issuer of a credential. ``name``, ``domain`` and
    ``registration`` (a number in a public register) are what may be shown beside a green tick: a name that the
    credential brings proves nothing. ``status_lists`` are the addresses, or the beginnings of addresses when they end
    with ``/``, where its status lists may live; empty, anywhere it signs them. ``habilitated_by`` is the certifier
    whose habilitation each of its credentials must carry; empty, it issues in its own name. ``may_habilitate`` lets its
    habilitations bring in partners that the verifier has never heard of. ``interruptions``: when the habilitations that
    it gave were suspended or withdrawn, as it says itself.
    """

    id: str
    keys: KeyHistory
    name: str = ""
    domain: str = ""
    registration: str = ""
    status_lists: tuple[str, ...] = ()
    requires_status: bool = False
    requires_log: bool = False
    habilitated_by: str = ""
    may_habilitate: bool = False
    interruptions: tuple[Interruption, ...] = ()

    def accepts_list(self, url: str) -> bool:
        """Tell whether a status list of this issuer may live at ``url``."""
        return not self.status_lists or self.names_list(url)

    def names_list(self, url: str) -> bool:
        """Tell whether trust names ``url`` itself: for lists that nobody signs, nothing less will do."""
        return any(url == place or (place.endswith("/") and url.startswith(place)) for place in self.status_lists)


@dataclass(frozen=True, slots=True)
class Trust:
    """Every trusted issuer by its identifier, and the logs and witnesses that are believed."""

    issuers: Mapping[str, TrustedIssuer]
    log_policy: Policy | None = None

    @classmethod
    def of(cls, *issuers: TrustedIssuer, log_policy: Policy | None = None) -> Trust:
        """Return the trust in these issuers.

        :raises TrustRefused: an issuer given twice.
        """
        by_id = {issuer.id: issuer for issuer in issuers}
        if len(by_id) != len(issuers):
            raise TrustRefused("an issuer given twice", code="trust.duplicate")
        return cls(MappingProxyType(by_id), log_policy)


def did_key_issuer(did: str, *, name: str = "") -> TrustedIssuer:
    """Return the trust in one ``did:key``, which brings its own key.

    :raises DidRefused: not a ``did:key``.
    :raises KeyRefused: not a key we accept.
    """
    return TrustedIssuer(did, did_key_history(did), name=name)


def parse_trust(octets: bytes) -> Trust:
    """Return the trust written in a file.

    :raises TrustRefused: not JSON, an unknown or missing word, a key or a date that is none, an issuer given twice.
    """
    try:
        file = _object(jcs.parse(octets), _FILE, "the file")
        issuers = [_issuer(node) for node in _list(file.get("issuers", []), "issuers")]
        policy = _text(file, "log_policy")
        return Trust.of(*issuers, log_policy=parse_policy(policy.encode("utf-8")) if policy else None)
    except TrustRefused:
        raise
    except (ProofError, EncodingError, LogError, ValueError) as error:
        raise TrustRefused(str(error)) from None


def trust_json(trust: Trust) -> dict[str, Json]:
    """Return the file that :func:`parse_trust` reads back, without the log policy, which has a file of its own."""
    return {"issuers": [_issuer_json(issuer) for issuer in trust.issuers.values()]}


def _issuer(node: Json) -> TrustedIssuer:
    issuer = _object(node, _ISSUER, "an issuer")
    identifier = _text(issuer, "id")
    if not identifier:
        raise TrustRefused("an issuer without identifier", code="trust.no_id")
    if "keys" in issuer:
        history = KeyHistory(identifier, tuple(_key(key) for key in _list(issuer["keys"], "keys")))
    else:
        history = did_key_history(identifier)
    return TrustedIssuer(
        identifier,
        history,
        name=_text(issuer, "name"),
        domain=_text(issuer, "domain"),
        registration=_text(issuer, "registration"),
        status_lists=tuple(str(url) for url in _list(issuer.get("status_lists", []), "status_lists")),
        requires_status=_flag(issuer, "requires_status"),
        requires_log=_flag(issuer, "requires_log"),
        habilitated_by=_text(issuer, "habilitated_by"),
        may_habilitate=_flag(issuer, "may_habilitate"),
        interruptions=tuple(_interruption(one) for one in _list(issuer.get("interruptions", []), "interruptions")),
    )


def _interruption(node: Json) -> Interruption:
    told = _object(node, _INTERRUPTION, "an interruption")
    credential = _text(told, "credential")
    if not credential:
        raise TrustRefused("an interruption of nothing", code="trust.interruption")
    until = parse_instant(told["until"]) if "until" in told else None
    return Interruption(credential, parse_instant(told.get("since")), until)


def _key(node: Json) -> DatedKey:
    key = _object(node, _KEY, "a key")
    multikey, jwk = key.get("publicKeyMultibase"), key.get("publicKeyJwk")
    if isinstance(multikey, str) and jwk is None:
        public = PublicKey.from_multikey(multikey)
    elif isinstance(jwk, dict) and multikey is None:
        public = PublicKey.from_jwk(jwk)
    else:
        raise TrustRefused("a key without bytes, or with two", code="trust.key")
    purposes = frozenset(str(purpose) for purpose in _list(key.get("purposes", [ASSERTION]), "purposes"))
    if not purposes <= {ASSERTION, AUTHENTICATION} or not _text(key, "id"):
        raise TrustRefused("a key without address, or for an unknown purpose", code="trust.key")
    return DatedKey(
        _text(key, "id"),
        public,
        since=parse_instant(key["since"]) if "since" in key else None,
        until=parse_instant(key["until"]) if "until" in key else None,
        compromise=_compromise(key["compromised"]) if "compromised" in key else None,
        purposes=purposes,
    )


def _compromise(node: Json) -> Compromise:
    compromise = _object(node, _COMPROMISE, "a compromise")
    size = compromise.get("log_size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise TrustRefused("a size that is no number of entries", code="trust.compromise")
    return Compromise(parse_instant(compromise.get("at")), _text(compromise, "log_origin"), size)


def _issuer_json(issuer: TrustedIssuer) -> dict[str, Json]:
    node: dict[str, Json] = {"id": issuer.id}
    node |= {
        name: text for name in ("name", "domain", "registration", "habilitated_by") if (text := getattr(issuer, name))
    }
    node |= {flag: True for flag in ("requires_status", "requires_log", "may_habilitate") if getattr(issuer, flag)}
    if issuer.status_lists:
        node["status_lists"] = [*issuer.status_lists]
    if issuer.interruptions:
        node["interruptions"] = [_interruption_json(one) for one in issuer.interruptions]
    node["keys"] = [_key_json(key) for key in issuer.keys.keys]
    return node


def _interruption_json(interruption: Interruption) -> Json:
    node: dict[str, Json] = {"credential": interruption.credential, "since": instant_text(interruption.since)}
    if interruption.until is not None:
        node["until"] = instant_text(interruption.until)
    return node


def _key_json(key: DatedKey) -> Json:
    node: dict[str, Json] = {"id": key.verification_method, "publicKeyMultibase": key.key.multikey}
    node["purposes"] = [*sorted(key.purposes)]
    node |= {
        name: instant_text(value) for name, value in (("since", key.since), ("until", key.until)) if value is not None
    }
    if key.compromise is not None:
        compromise = key.compromise
        node["compromised"] = {
            "at": instant_text(compromise.at),
            "log_origin": compromise.log_origin,
            "log_size": compromise.log_size,
        }
    return node


def _object(node: Json, words: frozenset[str], what: str) -> dict[str, Json]:
    if not isinstance(node, dict):
        raise TrustRefused(f"{what} is not an object")
    if node.keys() - words:
        raise TrustRefused(f"{what} with {sorted(node.keys() - words)}", code="trust.unknown_word")
    return node


def _list(node: Json, what: str) -> list[Json]:
    if not isinstance(node, list):
        raise TrustRefused(f"{what} is not a list")
    return node


def _text(node: Mapping[str, Json], name: str) -> str:
    text = node.get(name, "")
    if not isinstance(text, str):
        raise TrustRefused(f"{name} is not text")
    return text


def _flag(node: Mapping[str, Json], name: str) -> bool:
    flag = node.get(name, False)
    if not isinstance(flag, bool):
        raise TrustRefused(f"{name} is neither true nor false")
    return flag
