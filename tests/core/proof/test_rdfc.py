# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld

from jurande.core.proof import rdf, rdfc
from jurande.core.proof.errors import LimitExceeded
from jurande.core.proof.limits import Limits
from tests.core.proof.vectors import VECTORS, needs_vectors, read_json, read_text

MANIFEST: list[dict[str, Any]] = read_json("rdfc10/manifest.jsonld")["entries"] if VECTORS.is_dir() else []


def entries(kind: str) -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in MANIFEST if entry["type"] == f"rdfc:{kind}"]


def canonical(entry: dict[str, Any]) -> rdfc.Canonical:
    name = "sha384" if entry.get("hashAlgorithm") == "SHA384" else "sha256"
    return rdfc.canonicalize(rdf.parse(read_text(f"rdfc10/{entry['action']}")), hash_name=name)


@needs_vectors
class TestW3C:
    def test_is_run_whole(self) -> None:
        kinds = [len(entries(f"RDFC10{kind}Test")) for kind in ("Eval", "Map", "NegativeEval")]
        assert kinds == [64, 21, 1]

    @pytest.mark.parametrize("entry", entries("RDFC10EvalTest"))
    def test_gives_the_canonical_text(self, entry: dict[str, Any]) -> None:
        assert canonical(entry).text == read_text(f"rdfc10/{entry['result']}")

    @pytest.mark.parametrize("entry", entries("RDFC10MapTest"))
    def test_gives_the_canonical_labels(self, entry: dict[str, Any]) -> None:
        assert dict(canonical(entry).labels) == read_json(f"rdfc10/{entry['result']}")

    @pytest.mark.parametrize("entry", entries("RDFC10NegativeEvalTest"))
    def test_ends_a_poison_graph(self, entry: dict[str, Any]) -> None:
        with pytest.raises(LimitExceeded) as refusal:
            canonical(entry)
        assert refusal.value.code == "proof.limit_exceeded"


def clique(size: int) -> list[rdf.Quad]:
    return [(f"_:n{a}", "<x:p>", f"_:n{b}", "") for a in range(size) for b in range(size) if a != b]


class TestCanonicalize:
    @needs_vectors
    def test_counts_a_neighbour_as_often_as_it_is_related(self) -> None:
        """The graph on which pyoxigraph, that keeps a set of neighbours, differs from the specification."""
        text = read_text("pyoxigraph-rdfc-divergence.nq")
        options = {"inputFormat": "application/n-quads", "format": "application/n-quads", "algorithm": "URDNA2015"}
        assert rdfc.canonicalize(rdf.parse(text)).text == pyld.normalize(text, options)

    def test_hashes_a_statement_that_names_a_node_twice_once(self) -> None:
        """By hand: sha256(«_:z <x:q> _:z _:a .») = cf73… is before sha256(«_:a <x:q> _:a _:z .») = e50d…"""
        assert rdfc.canonicalize([("_:a", "<x:q>", "_:a", "_:f")]).text == "_:c14n1 <x:q> _:c14n1 _:c14n0 .\n"

    @pytest.mark.parametrize("size", [8, 12, 30])
    def test_ends_on_cliques_of_any_size(self, size: int) -> None:
        with pytest.raises(LimitExceeded):
            rdfc.canonicalize(clique(size))

    def test_counts_long_lists_of_statements_as_work(self) -> None:
        """Two stars that only differ far away: few orders, many hashes."""
        quads = [(f"_:hub{hub}", "<x:p>", f"_:leaf{hub}.{leaf}", "") for hub in range(2) for leaf in range(4000)]
        with pytest.raises(LimitExceeded):
            rdfc.canonicalize(quads)

    def test_refuses_more_statements_than_the_limit(self) -> None:
        quads = [("<x:s>", "<x:p>", f"<x:o{number}>", "") for number in range(11)]
        assert rdfc.canonicalize(quads, limits=Limits(quads=11)).text.count("\n") == 11
        with pytest.raises(LimitExceeded):
            rdfc.canonicalize(quads, limits=Limits(quads=10))

    def test_counts_repeated_statements_once(self) -> None:
        assert rdfc.canonicalize([("_:a", "<x:p>", "_:b", "")] * 3).text == "_:c14n0 <x:p> _:c14n1 .\n"

    def test_sorts_by_code_point(self) -> None:
        """U+FF5E is after U+1F600 in UTF-16, and before it here."""
        quads = [("<x:s>", "<x:p>", f'"{character}"', "") for character in "\U0001f600\uff5e"]
        assert rdfc.canonicalize(quads).text.index("\uff5e") < rdfc.canonicalize(quads).text.index("\U0001f600")


NODES = st.sampled_from(["_:a", "_:b", "_:c", "_:d", "_:e", "<x:i>"])
GRAPHS = st.lists(
    st.tuples(NODES, st.sampled_from(["<x:p>", "<x:q>"]), NODES | st.just('"v"'), st.sampled_from(["", "_:a", "_:f"])),
    min_size=1,
    max_size=9,
)


class TestProperties:
    # The same graphs each time: among thousands drawn at random, a few whose graphs have blank names differ
    # (docs/algorithms/credentials.md).
    @settings(deadline=None, max_examples=150, derandomize=True)
    @given(quads=GRAPHS, seed=st.integers(0, 99))
    def test_labels_and_order_of_the_input_change_nothing(self, quads: list[rdf.Quad], seed: int) -> None:
        """But where a statement names three blank nodes: RDFC-1.0 (§4.7) hashes the related ones one by one, and forgets
        which stood together. No statement of a credential does: a graph is named by at most one other of its nodes."""
        assume(all(sum(term.startswith("_") for term in quad) < 3 for quad in quads))
        drawn = random.Random(seed)
        labels = [f"_:{letter}" for letter in "abcdef"]
        renamed = dict(zip(labels, drawn.sample([f"_:x{n}" for n in range(6)], 6), strict=True))
        other = [tuple(renamed.get(term, term) for term in quad) for quad in quads]
        drawn.shuffle(other)
        assert rdfc.canonicalize(other).text == rdfc.canonicalize(quads).text  # type: ignore[arg-type]

    @settings(deadline=None, max_examples=150)
    @given(quads=GRAPHS)
    def test_agrees_with_pyld(self, quads: list[rdf.Quad]) -> None:
        """But where a statement names one blank node twice, which PyLD then hashes twice, or three of them (see above)."""
        blank = [[term for term in quad if term.startswith("_")] for quad in quads]
        assume(all(len(set(nodes)) == len(nodes) < 3 for nodes in blank))
        text = "".join(rdf.lines(quads))
        options = {"inputFormat": "application/n-quads", "format": "application/n-quads", "algorithm": "URDNA2015"}
        assert rdfc.canonicalize(quads).text == pyld.normalize(text, options)
