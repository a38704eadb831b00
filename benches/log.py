"""How fast the public log is, and whether ten times more costs ten times the time and the same memory.

    ./jurande bench log [--entries 1000000] [--json]

One core. A log of a tenth of the entries, then one of all of them, is written, signed, proved and checked in a
temporary folder. A proof «à froid» reads its tiles from the disk and remembers nothing of the proof before.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jurande.config.cli.arguments import parser
from jurande.core.log import proofs
from jurande.core.log.check import check
from jurande.core.log.edge import EMPTY, Edge, grow, root_of
from jurande.core.log.entries import LogEntry, entry_bytes
from jurande.core.log.hashing import leaf_hash
from jurande.core.log.notes import verifier_key
from jurande.core.log.policies import Policy
from jurande.core.log.signing import next_checkpoint
from jurande.integrations.log_files import DirectoryLog, drop_outgrown, extend, write_checkpoint

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = verifier_key("bench.example/registre", SECRET.public_key().public_bytes_raw())
PROOFS, ONE_BY_ONE = 1000, 50
TARGETS = {"append_per_second": 150_000, "inclusion_ms": 1.0, "time_growth_ratio": 13.0, "memory_growth_mib": 32.0}


ID = "urn:uuid:7d6c0b6e-1d3a-4f5e-9b53-"
TEMPLATE = entry_bytes(LogEntry("credential.issued", f"{ID}{0:012}", bytes(32))).replace(b"0" * 12, b"%012d", 1)


def entry(number: int) -> bytes:
    """One entry as the application writes them, some 170 bytes."""
    return TEMPLATE % number


def entries(start: int, stop: int) -> Iterator[bytes]:
    return map(entry, range(start, stop))


def main(arguments: Sequence[str]) -> int:
    options = parser("bench log", "Mesure le registre public : ajout, écriture, preuves, contrôle, mémoire.")
    options.add_argument("--entries", type=int, default=1_000_000, metavar="N", help="taille du registre (1 000 000)")
    options.add_argument("--json", action="store_true", help="écrit les mesures en JSON")
    chosen = options.parse_args(arguments)
    size = max(chosen.entries, 10 * PROOFS)
    small = measure(size // 10)
    large = measure(size)
    growth = {
        "time_growth_ratio": large["append_s"] / small["append_s"],
        "publish_growth_ratio": large["publish_s"] / small["publish_s"],
        "check_growth_ratio": large["check_s"] / small["check_s"],
        "memory_growth_mib": large["memory_mib"] - small["memory_mib"],
    }
    report = {"small": small, "large": large, "growth": growth}
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(table(report)))
    missed = [name for name in TARGETS if not meets(name, {**large, **growth}[name])]
    for name in missed:
        print(f"objectif manqué : {name}", file=sys.stderr)
    return 1 if missed and size >= 1_000_000 else 0


def meets(name: str, value: float) -> bool:
    return value >= TARGETS[name] if name.endswith("per_second") else value <= TARGETS[name]


def measure(size: int) -> dict[str, float]:
    append_s, edge = timed(lambda: grow(EMPTY, entries(0, size), lambda path, content: None))
    with tempfile.TemporaryDirectory(prefix="jurande-bench-log-") as name:
        folder = Path(name) / "registre"
        log = DirectoryLog(folder)
        publish_s, edge = timed(lambda: extend(folder, EMPTY, entries(0, size)))
        sign_s, note = timed(lambda: sign(log, None, size))
        write_checkpoint(folder, note)
        inclusion = inclusion_times(log, size, root_of(edge))
        check_s, checked = timed(lambda: check(log, Policy((KEY,))))
        one_s = grow_one_by_one(folder, edge, note)
    return {
        "entries": size,
        "append_s": append_s,
        "append_per_second": size / append_s,
        "raw_per_second": raw_per_second(),
        "publish_s": publish_s,
        "publish_per_second": size / publish_s,
        "sign_per_second": size / sign_s,
        **inclusion,
        "check_s": check_s,
        "check_per_second": size / check_s,
        "files": checked.files,
        "one_entry_ms": one_s * 1000,
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def raw_per_second() -> float:
    """The floor: the two SHA-256 that each entry costs, and nothing else."""
    leaf, node = b"\0" + entry(0), bytes(65)
    count = 200_000
    began = time.perf_counter()
    for _ in range(count):
        sha256(leaf).digest()
        sha256(node).digest()
    return count / (time.perf_counter() - began)


def timed[T](act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def sign(log: DirectoryLog, last: bytes | None, size: int) -> bytes:
    """Sign after reading everything again, as the application does."""

    def rows(start: int, stop: int) -> Iterable[bytes]:
        return entries(start, stop)

    note = next_checkpoint(key=KEY, sign=SECRET.sign, last=last, seen=[], size=size, entries=rows, read=log.read)
    return note.octets


def inclusion_times(log: DirectoryLog, size: int, root: bytes) -> dict[str, float]:
    """Median and 99th centile of a proof made from the disk, of one made among its neighbours, of a verification."""
    draw = Random(1)
    cold, verified = [], []
    for index in [draw.randrange(size) for _ in range(PROOFS)]:
        leaf = leaf_hash(entry(index))
        proofs.tile_heights.cache_clear()
        began = time.perf_counter()
        proof = proofs.inclusion_proof(log.read, index, size)
        made = time.perf_counter()
        proofs.verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)
        cold.append(made - began)
        verified.append(time.perf_counter() - made)
    in_a_row, _ = timed(lambda: [proofs.inclusion_proof(log.read, index, size) for index in range(PROOFS)])
    olds = [draw.randrange(1, size) for _ in range(100)]
    consistency, _ = timed(lambda: [proofs.consistency_proof(log.read, old, size) for old in olds])
    return {
        "inclusion_ms": centile(cold, 0.5) * 1000,
        "inclusion_p99_ms": centile(cold, 0.99) * 1000,
        "inclusion_in_a_row_ms": in_a_row / PROOFS * 1000,
        "consistency_ms": consistency / len(olds) * 1000,
        "verify_inclusion_ms": centile(verified, 0.5) * 1000,
    }


def grow_one_by_one(folder: Path, edge: Edge, note: bytes) -> float:
    """Publish one entry at a time, from the entry to the checkpoint on the disk; return the seconds for each."""
    began = time.perf_counter()
    for _ in range(ONE_BY_ONE):
        grown = extend(folder, edge, [entry(edge.size)])
        note = sign(DirectoryLog(folder), note, grown.size)
        write_checkpoint(folder, note)
        drop_outgrown(folder, old_size=edge.size, new_size=grown.size)
        edge = grown
    return (time.perf_counter() - began) / ONE_BY_ONE


def centile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


LINES = {
    "append_per_second": ("Ajout en mémoire", "entrées/s"),
    "raw_per_second": ("Plancher : deux SHA-256 et rien d’autre", "entrées/s"),
    "publish_per_second": ("Écriture durable (fsync de chaque fichier)", "entrées/s"),
    "sign_per_second": ("Relecture avant signature", "entrées/s"),
    "one_entry_ms": ("Publier une entrée, de la ligne au point signé", "ms"),
    "inclusion_ms": ("Preuve d’inclusion, à froid, médiane", "ms"),
    "inclusion_p99_ms": ("Preuve d’inclusion, à froid, 99ᵉ centile", "ms"),
    "inclusion_in_a_row_ms": ("Preuve d’inclusion, entrées voisines", "ms"),
    "consistency_ms": ("Preuve de cohérence", "ms"),
    "verify_inclusion_ms": ("Vérifier une inclusion", "ms"),
    "check_per_second": ("Contrôle complet", "entrées/s"),
    "files": ("Fichiers", ""),
    "memory_mib": ("Mémoire, au plus haut", "Mio"),
}


def table(report: dict[str, dict[str, float]]) -> list[str]:
    small, large, growth = report["small"], report["large"], report["growth"]
    lines = [f"{'':48}{grouped(small['entries']):>14}{grouped(large['entries']):>14}"]
    for name, (label, unit) in LINES.items():
        lines.append(f"{label:48}{figure(small[name]):>14}{figure(large[name]):>14}  {unit}{target(name)}")
    ratios = ", ".join(f"{label} × {growth[f'{name}_growth_ratio']:.1f}" for name, label in RATIOS.items())
    return [*lines, "", f"Dix fois plus d’entrées : {ratios} ; mémoire + {growth['memory_growth_mib']:.1f} Mio."]


RATIOS = {"time": "ajout", "publish": "écriture", "check": "contrôle"}


def target(name: str) -> str:
    if name not in TARGETS:
        return ""
    bound = "≥" if name.endswith("per_second") else "≤"
    return f"  (objectif {bound} {figure(TARGETS[name])})"


def figure(value: float) -> str:
    return grouped(value) if value >= 100 or isinstance(value, int) else f"{value:.3f}".replace(".", ",")


def grouped(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u00a0")
