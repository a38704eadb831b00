# SPDX-License-Identifier: Apache-2.0
"""RDFC-1.0: the one way to write a set of RDF statements, whatever labels its blank nodes came with.

Three algorithms, whose numbered steps are those of the specification: §4.4 canonicalise, §4.6 hash first degree,
§4.7 hash related, §4.8 hash N degree. A graph can be built so that the last one looks at every order of its neighbours
(a «poison graph»): a counter of work ends it with an error.
Source: RDF Dataset Canonicalization, W3C Recommendation, 21 May 2024.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from jurande.core.proof.limits import DEFAULT_LIMITS, Limits, exceeded
from jurande.core.proof.rdf import Quad, line, lines

type HashName = Literal["sha256", "sha384"]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical graph: its N-Quads text, and the canonical label of each blank node (both without ``_:``)."""

    text: str
    labels: Mapping[str, str]


def canonicalize(
    quads: Iterable[Quad], *, hash_name: HashName = "sha256", limits: Limits = DEFAULT_LIMITS
) -> Canonical:
    """Return the canonical form of ``quads``, a set: repeated statements count once.

    :raises LimitExceeded: more quads than ``limits.quads``, or more work than ``limits.steps``.
    """
    distinct = list(dict.fromkeys(quads))
    if len(distinct) > limits.quads:
        raise exceeded(f"{limits.quads} statements")
    labels = _Labelling(distinct, hash_name, limits.steps).labels()
    if not labels:
        return Canonical("".join(lines(distinct)), MappingProxyType({}))
    renamed = (
        (
            f"_:{labels[s]}" if s[0] == "_" else s,
            p,
            f"_:{labels[o]}" if o[0] == "_" else o,
            f"_:{labels[g]}" if g[:1] == "_" else g,
        )
        for s, p, o, g in distinct
    )
    return Canonical("".join(lines(renamed)), MappingProxyType({old[2:]: new for old, new in labels.items()}))


@dataclass(slots=True)
class _Issuer:
    """Identifiers given in the order of asking. Source: §4.5."""

    prefix: str
    issued: dict[str, str] = field(default_factory=dict)

    def issue(self, node: str) -> str:
        name = self.issued.get(node)
        if name is None:
            name = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return name

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, self.issued.copy())


class _Labelling:
    """The canonicalisation state (§4.3) of one graph."""

    def __init__(self, quads: list[Quad], hash_name: HashName, steps: int) -> None:
        self.steps = steps
        self.left = steps
        self.hash_name = hash_name
        self.canonical = _Issuer("c14n")
        self.first: dict[str, str] = {}
        # §4.4.3 step 2: the quads in which each blank node stands.
        self.mentions: dict[str, list[Quad]] = {}
        for quad in quads:
            for node in {term for term in (quad[0], quad[2], quad[3]) if term[:1] == "_"}:
                self.mentions.setdefault(node, []).append(quad)

    def labels(self) -> dict[str, str]:
        """Give every blank node its canonical label (§4.4.3)."""
        # Step 3: hash each node by its own statements.
        by_hash: dict[str, list[str]] = {}
        for node in self.mentions:
            by_hash.setdefault(self.hash_first_degree(node), []).append(node)
        # Step 4: a hash that only one node has gives it its place.
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self.canonical.issue(by_hash.pop(digest)[0])
        # Step 5: the others are told apart by their neighbours.
        for digest in sorted(by_hash):
            results: list[tuple[str, _Issuer]] = []
            for node in by_hash[digest]:
                if node in self.canonical.issued:
                    continue  # 5.2.1
                issuer = _Issuer("b")
                issuer.issue(node)
                results.append(self.hash_n_degree(node, issuer))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for node in issuer.issued:
                    self.canonical.issue(node)
        return self.canonical.issued

    def hash_first_degree(self, node: str) -> str:
        """Hash a node by its statements, where it is ``_:a`` and every other blank node ``_:z`` (§4.6.3)."""
        digest = self.first.get(node)
        if digest is None:
            rows = sorted(line(_seen_from(node, quad)) for quad in self.mentions[node])
            digest = self.first[node] = self.hash("".join(rows))
        return digest

    def hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Hash a neighbour by the statement and the place where it stands (§4.7.3)."""
        text = position if position == "g" else position + quad[1]
        name = self.canonical.issued.get(related) or issuer.issued.get(related)
        return self.hash(text + (f"_:{name}" if name else self.hash_first_degree(related)))

    def hash_n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Hash a node by its neighbours and theirs (§4.8.3)."""
        self.spend(len(self.mentions[node]))
        # Steps 1 to 3. A list, not a set: a neighbour related several times stands several times in it.
        related: dict[str, list[str]] = {}
        for quad in self.mentions[node]:
            for neighbour, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if neighbour[:1] == "_" and neighbour != node:
                    related.setdefault(self.hash_related(neighbour, quad, issuer, position), []).append(neighbour)
        text: list[str] = []
        for digest in sorted(related):  # step 5
            chosen_path, chosen_issuer = self.choose(related[digest], issuer)
            text += (digest, chosen_path)  # 5.1, 5.5
            issuer = chosen_issuer  # 5.6
        return self.hash("".join(text)), issuer

    def choose(self, neighbours: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """Return the order of ``neighbours`` whose path is least, and what it issued (§4.8.3, steps 5.2 to 5.4)."""
        chosen_path, chosen_issuer = "", issuer
        for order in _orders(neighbours):
            self.spend(len(order) + len(issuer.issued) // 16)
            tried = self.follow(order, issuer.copy(), chosen_path)
            if tried is not None and (not chosen_path or tried[0] < chosen_path):
                chosen_path, chosen_issuer = tried
        return chosen_path, chosen_issuer

    def follow(self, order: list[str], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer] | None:
        """Return the path of one order, or ``None`` as soon as it cannot be the least (steps 5.4.1 to 5.4.5)."""
        path = ""
        recursion: list[str] = []
        for neighbour in order:  # 5.4.4
            name = self.canonical.issued.get(neighbour)
            if name is None:
                if neighbour not in issuer.issued:
                    recursion.append(neighbour)
                name = issuer.issue(neighbour)
            path += f"_:{name}"
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None
        for neighbour in recursion:  # 5.4.5
            digest, deeper = self.hash_n_degree(neighbour, issuer)
            path += f"_:{issuer.issue(neighbour)}<{digest}>"
            issuer = deeper
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None
        return path, issuer

    def spend(self, steps: int) -> None:
        """Count work done.

        :raises LimitExceeded: it is more than was allowed.
        """
        self.left -= steps
        if self.left < 0:
            raise exceeded(f"{self.steps} steps of canonicalisation")

    def hash(self, text: str) -> str:
        return hashlib.new(self.hash_name, text.encode("utf-8")).hexdigest()


def _seen_from(node: str, quad: Quad) -> Quad:
    subject, predicate, value, graph = (term if term[:1] != "_" else "_:a" if term == node else "_:z" for term in quad)
    return subject, predicate, value, graph


def _orders(nodes: list[str]) -> Iterator[list[str]]:
    """Yield each distinct order of ``nodes`` once, in lexicographic order.

    Orders that only swap equal nodes give the same path, so that they are left out: a graph node that eight statements
    share costs one order, and not 40,320.
    """
    order = sorted(nodes)
    while True:
        yield order
        pivot = len(order) - 2
        while pivot >= 0 and order[pivot] >= order[pivot + 1]:
            pivot -= 1
        if pivot < 0:
            return
        swap = len(order) - 1
        while order[swap] <= order[pivot]:
            swap -= 1
        order = order.copy()
        order[pivot], order[swap] = order[swap], order[pivot]
        order[pivot + 1 :] = reversed(order[pivot + 1 :])
