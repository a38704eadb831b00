# SPDX-License-Identifier: Apache-2.0
"""How fast credentials are issued and verified, against what cannot be avoided and against two other programs.

RAW is what any program must do: to issue, two SHA-256 and one Ed25519 signature; to verify, one Ed25519 verification,
the key's decoding included. Times are the processor's, one core, the best of several runs.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld as pyld
from tests.interop.node_vc import IS_INSTALLED, NodeVc

from benches._open_badge import VALUES, sample, template
from jurande.core.encoding import jcs, multibase
from jurande.core.proof import contexts
from jurande.core.proof.data_integrity import Expected, ProofOptions, add_proof, proof_config, verify_proofs
from jurande.core.proof.keys import PublicKey
from jurande.core.proof.shape import full_path
from jurande.core.proof.signer import KeySigner

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = bytes(range(32))
SIGNER = KeySigner.from_seed(SECRET)
STREAMED = 100_000
MOST_MEGABYTES = 200
SAMPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "vectors" / "sample_iri.json"


@dataclass(frozen=True)
class Ratio:
    """One promise: ``ours`` a second is at least ``least`` times ``theirs``."""

    promise: str
    ours: float
    theirs: float
    least: float

    @property
    def times(self) -> float:
        return self.ours / self.theirs


def best_rates(works: dict[str, Callable[[], object]], seconds: float = 0.25, rounds: int = 6) -> dict[str, float]:
    """Return how often a second of processor time does each work, at its best.

    They take turns, so that what else the machine does disturbs all of them and not the one whose turn it was.
    """
    times: dict[str, int] = {}
    for name, work in works.items():
        work()
        start = process_time()
        work()
        times[name] = max(1, int(seconds / max(process_time() - start, 1e-6)))
    best = dict.fromkeys(works, 0.0)
    for _ in range(rounds):
        for name, work in works.items():
            start = process_time()
            for _ in range(times[name]):
                work()
            best[name] = max(best[name], times[name] / (process_time() - start))
    return best


def load(url: str, options: object = None) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": contexts.definition(url)}, "tag": "static"}


def pyld_bytes(document: dict[str, Any]) -> bytes:
    options = {"documentLoader": load, "format": "application/n-quads", "algorithm": "URDNA2015"}
    text: str = pyld.normalize(document, options)
    return text.encode()


def pyld_issue(document: dict[str, Any]) -> str:
    options = ProofOptions(created=NOW)
    config = proof_config(document, verification_method=SIGNER.verification_method, options=options)
    message = sha256(pyld_bytes(config)).digest() + sha256(pyld_bytes(document)).digest()
    return json.dumps({**document, "proof": [{**config, "proofValue": multibase.encode(SIGNER.sign(message))}]})


def pyld_verify(octets: bytes) -> None:
    document = json.loads(octets)
    [proof] = document.pop("proof")
    signature = multibase.decode(proof.pop("proofValue"))
    config = {**proof, "@context": document["@context"]}
    message = sha256(pyld_bytes(config)).digest() + sha256(pyld_bytes(document)).digest()
    Ed25519PublicKey.from_public_bytes(SIGNER.public_key.octets).verify(signature, message)


def measure() -> tuple[dict[str, float], list[Ratio]]:
    """Return the rates, by name, and the promises."""
    document = sample().to_json()
    if SAMPLE.is_file():
        assert document == json.loads(SAMPLE.read_bytes())
    batch = template().batch(signer=SIGNER, created=NOW)
    octets = batch.issue(VALUES)
    canonical = full_path(document)
    config = full_path(
        proof_config(document, verification_method=SIGNER.verification_method, options=ProofOptions(created=NOW))
    )
    message = sha256(config).digest() + sha256(canonical).digest()
    secret = Ed25519PrivateKey.from_private_bytes(SECRET)
    signature = secret.sign(message)
    assert multibase.encode(signature).encode() in octets
    keys = {SIGNER.verification_method: SIGNER.public_key}
    expected = Expected(now=NOW)

    def raw_issue() -> bytes:
        digests = sha256(config).digest() + sha256(canonical).digest()
        return secret.sign(digests)

    def raw_verify() -> None:
        Ed25519PublicKey.from_public_bytes(SIGNER.public_key.octets).verify(signature, message)

    def verify() -> None:
        verify_proofs(jcs.parse(octets), resolve=lambda proof: keys[proof.verification_method], expected=expected)  # type: ignore[arg-type]

    def decode_and_verify() -> None:
        def resolve(proof: Any) -> PublicKey:
            return PublicKey.from_multikey(proof.verification_method.partition("#")[2])

        verify_proofs(jcs.parse(octets), resolve=resolve, expected=expected)  # type: ignore[arg-type]

    def full_verify() -> None:
        parsed: Any = jcs.parse(octets)
        [proof] = parsed.pop("proof")
        value = multibase.decode(proof.pop("proofValue"))
        parts = ({**proof, "@context": parsed["@context"]}, parsed)
        SIGNER.public_key.verify(value, b"".join(sha256(full_path(part)).digest() for part in parts))

    works: dict[str, Callable[[], object]] = {
        "RAW issue": raw_issue,
        "issue, compiled template": lambda: batch.issue(VALUES),
        "issue, known shape": lambda: add_proof(document, signer=SIGNER, options=ProofOptions(created=NOW)),
        "issue, PyLD": lambda: pyld_issue(document),
        "RAW verify": raw_verify,
        "verify, known shape": verify,
        "verify, known shape, key decoded each time": decode_and_verify,
        "verify, full path": full_verify,
        "verify, PyLD": lambda: pyld_verify(octets),
        "canonical form, full path": lambda: full_path(document),
        "canonical form, PyLD": lambda: pyld_bytes(document),
    }
    rates = best_rates(works)
    issued, verified = rates["issue, compiled template"], rates["verify, known shape"]
    decoded = rates["verify, known shape, key decoded each time"]
    ratios = [
        Ratio("issue ≥ 0.25 × RAW", issued, rates["RAW issue"], 0.25),
        Ratio("issue ≥ 60 × PyLD", issued, rates["issue, PyLD"], 60),
        Ratio("verify ≥ 0.40 × RAW", decoded, rates["RAW verify"], 0.40),
        Ratio("verify ≥ 20 × PyLD", verified, rates["verify, PyLD"], 20),
        Ratio("full path ≥ 1 × PyLD", rates["canonical form, full path"], rates["canonical form, PyLD"], 1),
    ]
    if IS_INSTALLED:
        theirs = node_rates(document)
        rates |= {"issue, @digitalbazaar/vc": theirs["issue"], "verify, @digitalbazaar/vc": theirs["verify"]}
        ratios += [
            Ratio("issue ≥ 60 × @digitalbazaar/vc", issued, theirs["issue"], 60),
            Ratio("verify ≥ 35 × @digitalbazaar/vc", verified, theirs["verify"], 35),
        ]
    return rates, ratios


def node_rates(document: dict[str, object]) -> dict[str, float]:
    multikey = SIGNER.public_key.multikey
    key = {
        "@context": contexts.MULTIKEY_V1,
        "type": "Multikey",
        "id": SIGNER.verification_method,
        "controller": f"did:key:{multikey}",
        "publicKeyMultibase": multikey,
        "secretKeyMultibase": multibase.encode(b"\x80\x26" + SECRET),
    }
    # It wants the issuer to control the key. The status is not looked up: the signature alone is measured, as for us.
    issuer = {**document["issuer"], "id": f"did:key:{multikey}"}  # type: ignore[dict-item]
    values = {"credential": {**document, "issuer": issuer}, "key": key, "created": "2026-11-22T12:00:00Z"}
    with NodeVc() as node:
        rounds: list[dict[str, float]] = [node.ask("rates", **values, times=200) for _ in range(4)]
    return {name: max(found[name] for found in rounds) for name in rounds[0]}


def stream(count: int) -> float:
    """Issue and verify ``count`` credentials one by one, and return the most memory ever held, in megabytes."""
    batch = template().batch(signer=SIGNER, created=NOW)
    keys = {SIGNER.verification_method: SIGNER.public_key}
    expected = Expected(now=NOW)
    for number in range(count):
        parsed: Any = jcs.parse(batch.issue({**VALUES, "code": f"{number:026}", "index": str(number)}))
        verify_proofs(parsed, resolve=lambda proof: keys[proof.verification_method], expected=expected)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(argv: Sequence[str]) -> int:
    """Print the rates and the promises, as a table or as JSON."""
    parser = argparse.ArgumentParser(
        prog="./jurande bench proof", description="Délivrance et vérification par seconde."
    )
    parser.add_argument("--json", action="store_true", help="écrire du JSON plutôt qu’un tableau")
    options = parser.parse_args(argv)
    rates, ratios = measure()
    # Another process: this one holds what the measures above needed.
    command = [sys.executable, "-c", f"from benches import proof; print(proof.stream({STREAMED}))"]
    megabytes = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if options.json:
        promises = [{**asdict(ratio), "times": ratio.times, "kept": ratio.times >= ratio.least} for ratio in ratios]
        memory = {"streamed": STREAMED, "megabytes": megabytes, "most_megabytes": MOST_MEGABYTES}
        print(json.dumps({"rates": rates, "promises": promises, "memory": memory}, ensure_ascii=False, indent=1))
        return 0
    print(f"{'par seconde et par cœur':<46}{'':>10}")
    for name, found in rates.items():
        print(f"{name:<46}{found:>10.0f}")
    print(f"\n{'promesse':<46}{'mesuré':>10}")
    for ratio in ratios:
        print(f"{ratio.promise:<46}{ratio.times:>9.2f}×  {'tenue' if ratio.times >= ratio.least else 'MANQUÉE'}")
    kept = "tenue" if megabytes < MOST_MEGABYTES else "MANQUÉE"
    print(f"{f'{STREAMED} en flux < {MOST_MEGABYTES} Mo':<46}{megabytes:>7.0f} Mo  {kept}")
    return 0
