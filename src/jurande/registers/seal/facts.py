"""What is written in what we sign: addresses, the members that the seal adds to a skeleton, the bytes committed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from jurande.core.encoding import jcs
from jurande.core.log.entries import LogEntry, commit, entry_bytes
from jurande.core.proof import Template, TemplateRefused, did, with_fields
from jurande.core.proof.instants import instant_text
from jurande.core.proof.status.bitstring import ENTRY_TYPE
from jurande.registers.seal.states import CERTIFIERS, LOG, STATUSES, Move, Purpose

# Members that the seal writes itself: a skeleton may not bring them.
RESERVED = ("id", "validFrom", "validUntil", "credentialStatus", "proof")
CODE, INDEX, FROM, UNTIL = "seal_code", "seal_index", "seal_from", "seal_until"

ENTRY_OF_MOVE: Mapping[str, str] = {
    Move.REVOKE: "credential.revoked",
    Move.SUSPEND: "credential.suspended",
    Move.RESTORE: "credential.restored",
}
DOCUMENT_COMMITTED = "document.committed"
KEY_CREATED, KEY_RETIRED, KEY_COMPROMISED = "key.created", "key.retired", "key.compromised"
KEY_EVENTS = frozenset({KEY_CREATED, KEY_RETIRED, KEY_COMPROMISED})


def origin_of(public_url: str) -> str:
    """Return the origin of the log: the public address without its scheme, and the folder of the log."""
    return f"{public_url.partition('://')[2]}/{LOG}"


def did_of(public_url: str, certifier_code: str) -> str:
    """Return the identifier under which a certifier signs."""
    return did.did_web(f"{public_url}/{CERTIFIERS}/{certifier_code}")


def credential_url(public_url: str, code: str) -> str:
    """Return the identifier of a credential."""
    return f"{public_url}/attestations/{code}"


def list_path(certifier_code: str, purpose: str, number: int) -> str:
    """Return where a status list is, below the public folder and below the public address."""
    return f"{STATUSES}/{certifier_code}/{purpose}-{number}.json"


def document_path(certifier_code: str) -> str:
    """Return where the document of a certifier's keys is."""
    return f"{CERTIFIERS}/{certifier_code}/did.json"


def trust_path(certifier_code: str) -> str:
    """Return where the history of a certifier's keys is, as ``./jurande verify --trust`` reads it."""
    return f"{CERTIFIERS}/{certifier_code}/confiance.json"


@lru_cache(maxsize=128)
def compiled(public_url: str, content: str, certifier_code: str, list_number: int, has_end: bool) -> Template:
    """Return the compiled template of a skeleton with what the seal adds to it.

    :raises TemplateRefused: a reserved member, or a marker where none may be.
    :raises CoreError: the document is not one that we may sign.
    """
    skeleton = jcs.parse(content.encode())
    if not isinstance(skeleton, dict) or set(RESERVED) & skeleton.keys():
        raise TemplateRefused(f"a skeleton has none of {', '.join(RESERVED)}: the seal writes them")
    issuer = skeleton.get("issuer", {})
    if not isinstance(issuer, dict) or "id" in issuer:
        raise TemplateRefused("a skeleton says of its issuer all but who it is: the seal writes it")
    document: dict[str, object] = {
        "@context": skeleton.get("@context"),
        "id": credential_url(public_url, f"(({CODE}))"),
        **{name: value for name, value in skeleton.items() if name not in ("@context", "issuer")},
        "issuer": {"id": did_of(public_url, certifier_code), **issuer},
        "validFrom": f"{{{{{FROM}}}}}",
    }
    if has_end:
        document["validUntil"] = f"{{{{{UNTIL}}}}}"
    lists = {purpose: f"{public_url}/{list_path(certifier_code, purpose, list_number)}" for purpose in Purpose.values}
    document["credentialStatus"] = [
        {
            "id": f"{url}#(({INDEX}))",
            "type": ENTRY_TYPE,
            "statusPurpose": purpose,
            "statusListIndex": f"{{{{{INDEX}}}}}",
            "statusListCredential": url,
        }
        for purpose, url in lists.items()
    ]
    return Template(with_fields(document))


def begins_at(issued_at: datetime, valid_until: datetime | None) -> datetime:
    """Say when a document begins: when it is signed; what was over before, when it ends, so that it never holds.

    Source: W3C Verifiable Credentials Data Model 2.0, §4.9: the end is the beginning or later.
    """
    return issued_at if valid_until is None else min(issued_at, valid_until)


def sealed_values(
    values: Mapping[str, str], *, code: str, index: int, issued_at: datetime, valid_until: datetime | None
) -> dict[str, str]:
    """Return the values of a template: the caller's, and the seal's own."""
    own = {CODE: code, INDEX: str(index), FROM: instant_text(begins_at(issued_at, valid_until))}
    if valid_until is not None:
        own[UNTIL] = instant_text(valid_until)
    return {**values, **own}


def change_entry(
    *, credential_code: str, change_code: str, move: str, reason_code: str, effective_on: date, salt: bytes
) -> bytes:
    """Return the entry of a status change: it commits to the move, the reason and the day, under the change's salt."""
    told = {
        "change": change_code,
        "credential": credential_code,
        "effective": effective_on.isoformat(),
        "move": str(move),
        "reason": str(reason_code),
    }
    return entry_bytes(LogEntry(ENTRY_OF_MOVE[move], credential_code, commit(jcs.canonical_bytes(told), salt)))


def key_entry(kind: str, *, key_code: str, method: str, at: datetime, size: int = 0) -> bytes:
    """Return the entry of an event of a key; its salt is nothing, as all of it is public."""
    told = {"at": instant_text(at), "key": key_code, "method": method, "size": size}
    return entry_bytes(LogEntry(kind, key_code, commit(jcs.canonical_bytes(told), bytes(32))))
