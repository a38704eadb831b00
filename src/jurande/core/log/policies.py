# SPDX-License-Identifier: Apache-2.0
"""Whom to trust: the logs, the witnesses, and how many of them must have cosigned.

Source: c2sp.org/tlog-policy (draft).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from jurande.core.log.checkpoints import Checkpoint, checkpoint_of, parse_decimal
from jurande.core.log.cosignatures import cosigned_by
from jurande.core.log.errors import NoteRefused, PolicyRefused, QuorumMissing
from jurande.core.log.notes import COSIGNATURE, ED25519, VerifierKey, parse_note, parse_vkey

NO_QUORUM = "none"
LARGEST_POLICY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Group:
    """At least ``threshold`` of ``members``, each the name of a witness or of an earlier group."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs any of which must have signed, and the witness or group that must have cosigned (``none`` asks nobody)."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NO_QUORUM
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that the policy accepts, and when each known witness saw it: its name → Unix seconds."""

    checkpoint: Checkpoint
    seen_at: Mapping[str, int]


def parse_policy(octets: bytes) -> Policy:
    """Return the policy written in a file; ``urls`` maps the name of a witness, or the key name of a log, to its URL.

    :raises PolicyRefused: malformed, a key or a name given twice, a name used before it is defined, no quorum line.
    """
    if len(octets) > LARGEST_POLICY_BYTES:
        raise PolicyRefused(f"more than {LARGEST_POLICY_BYTES} bytes", code="log.policy.size")
    reader = _Reader()
    # Names are opaque octets: latin-1 keeps each as it is and makes no two alike.
    for number, line in enumerate(octets.decode("latin-1").split("\n"), start=1):
        try:
            reader.read(line)
        except (PolicyRefused, NoteRefused) as refusal:
            raise PolicyRefused(f"line {number}: {refusal}", code="log.policy.syntax") from None
    if reader.quorum is None:
        raise PolicyRefused("no quorum line", code="log.policy.quorum")
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum, reader.urls)


class _Reader:
    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum: str | None = None
        self.free = {NO_QUORUM: False}  # name -> may it still join a group?

    def read(self, line: str) -> None:
        if any((octet < " " and octet != "\t") or octet == "\x7f" for octet in line):
            raise PolicyRefused("a control character")
        match line.replace("\t", " ").split():
            case []:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", vkey, *url] if len(url) <= 1:
                self.logs.append(_key(vkey, ED25519, self.logs))
                self._locate(self.logs[-1].name, url)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._define(name)
                self.witnesses[name] = _key(vkey, COSIGNATURE, self.witnesses.values())
                self._locate(name, url)
            case ["group", name, threshold, *members] if members:
                self.groups[name] = self._group(threshold, members)
                self._define(name)
            case ["quorum", name] if self.quorum is None and name in self.free:
                self.quorum = name
            case _:
                raise PolicyRefused("not a line of a policy, or a name that is not defined above")

    def _locate(self, name: str, url: list[str]) -> None:
        for address in url:
            self.urls[name] = address

    def _define(self, name: str) -> None:
        if name in self.free:
            raise PolicyRefused(f"a second «{name}»")
        self.free[name] = True

    def _group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            if not self.free.get(member):
                raise PolicyRefused(f"«{member}» is not defined above, or is in a group already")
            self.free[member] = False
        count = {"any": 1, "all": len(members)}.get(threshold) or parse_decimal(threshold)
        if not 1 <= count <= len(members):
            raise PolicyRefused(f"{count} of {len(members)} members")
        return Group(count, tuple(members))


def _key(vkey: str, kind: int, others: Iterable[VerifierKey]) -> VerifierKey:
    try:
        key = parse_vkey(vkey.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError:
        raise PolicyRefused("a key name that is not UTF-8") from None
    if key.kind != kind:
        raise PolicyRefused(f"a key of type 0x{key.kind:02x}, not 0x{kind:02x}")
    if any(other.public_key == key.public_key for other in others):
        raise PolicyRefused("a key given twice")
    return key


def witnessed(policy: Policy, name: str, present: Set[str]) -> bool:
    """Tell whether the witness or group ``name`` has witnessed, when the witnesses ``present`` have."""
    if name == NO_QUORUM:
        return True
    group = policy.groups.get(name)
    if group is None:
        return name in present
    return sum(witnessed(policy, member, present) for member in group.members) >= group.threshold


def verify_checkpoint(octets: bytes, policy: Policy) -> Witnessed:
    """Return the checkpoint of a signed note that the policy accepts.

    :raises NoteRefused: malformed, not signed by a log of the policy, or a known line that does not verify.
    :raises QuorumMissing: too few witnesses cosigned.
    """
    note = parse_note(octets)
    # 1. A known log signed it.
    checkpoint = checkpoint_of(note, policy.logs)
    # 2. Every line of a known witness verifies.
    times = cosigned_by(note, policy.witnesses.values())
    seen_at = {name: times[key] for name, key in policy.witnesses.items() if key in times}
    # 3. They are enough.
    if not witnessed(policy, policy.quorum, seen_at.keys()):
        raise QuorumMissing(f"witnessed by {len(seen_at)} of {len(policy.witnesses)}: not the quorum")
    return Witnessed(checkpoint, seen_at)
