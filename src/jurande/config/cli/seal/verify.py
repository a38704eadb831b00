"""`./jurande verify`: is this credential valid, invalid, or can nobody tell? Without Django, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from jurande.config.cli.arguments import parser
from jurande.config.cli.seal.sentences import ADVICE, STEPS, lowered, printable, reason, step_sentence
from jurande.config.exits import Exit, Stopped
from jurande.config.home import current_home
from jurande.core.encoding import jcs
from jurande.core.encoding.errors import EncodingError
from jurande.core.proof.carriers.detection import Carrier
from jurande.core.proof.carriers.errors import MOST_IMAGE_BYTES
from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.sd_jwt import BindingExpected
from jurande.core.proof.trust import Trust, TrustRefused, parse_trust
from jurande.core.proof.verification import Expectations, Number, Report, State, Step
from jurande.core.proof.verification import verify as verify_credential
from jurande.integrations.outbound import Unreachable
from jurande.integrations.status_lists import fetch_status_list

DESCRIPTION = """\
Vérifie une attestation : JSON, JWT, SD-JWT, image PNG ou SVG, ou PDF qui en porte une.

Les émetteurs de confiance sont ceux du fichier donné par --trust, sinon de trust.json dans le dossier de Jurande.
Code de sortie : 0, valable ; 1, non valable ; 2, impossible de le dire. Chaque étape est expliquée."""

MOST_FETCHES = 16
MARKS = {State.OK: "✓", State.WARNING: "!", State.NOT_APPLICABLE: "–", State.UNKNOWN: "?"}


class Verdict(IntEnum):
    """The exit codes of this command, which its users test: valid, invalid, nobody can tell."""

    VALID = 0
    INVALID = 1
    CANNOT_TELL = 2


@dataclass
class Question:
    """What is to be verified, and everything that was given to answer."""

    content: bytes
    trust: Trust
    now: datetime
    expected: Expectations = field(default_factory=Expectations)
    status_lists: dict[str, bytes] = field(default_factory=dict)
    habilitations: list[bytes] = field(default_factory=list)
    log_proof: bytes | None = None
    offline: bool = True


def verify(arguments: Sequence[str], *, now: datetime | None = None) -> int:
    options = parser("verify", DESCRIPTION)
    options.add_argument("file", metavar="FICHIER", help="le fichier à vérifier, ou « - » pour l’entrée standard")
    options.add_argument("--json", action="store_true", help="écrit le rapport en JSON")
    options.add_argument("--trust", type=Path, metavar="FICHIER", help="les émetteurs et registres de confiance")
    options.add_argument("--offline", action="store_true", help="ne va rien chercher sur le réseau")
    options.add_argument(
        "--status-list",
        action="append",
        default=[],
        metavar="ADRESSE=FICHIER",
        help="une liste de statuts déjà obtenue",
    )
    options.add_argument(
        "--habilitation",
        action="append",
        default=[],
        type=Path,
        metavar="FICHIER",
        help="une habilitation de l’émetteur",
    )
    options.add_argument("--log-proof", type=Path, metavar="FICHIER", help="la preuve d’inscription (.tlog-proof)")
    options.add_argument("--expect", type=Path, metavar="FICHIER", help="ce que vous avez demandé au porteur (JSON)")
    chosen = options.parse_args(arguments)
    question = Question(
        content=read(chosen.file),
        trust=read_trust(chosen.trust),
        now=now or datetime.now(UTC),
        expected=read_expectations(chosen.expect),
        status_lists=dict(read_list(text) for text in chosen.status_list),
        habilitations=[read(str(path)) for path in chosen.habilitation],
        log_proof=read(str(chosen.log_proof)) if chosen.log_proof else None,
        offline=chosen.offline,
    )
    try:
        answer: Report | VerificationError | Undecided = answered(question)
    except (VerificationError, Undecided) as error:
        answer = error
    report = as_json(answer)
    print(json.dumps(report, indent=2) if chosen.json else "\n".join(in_words(answer)))
    return {True: Verdict.VALID, False: Verdict.INVALID, None: Verdict.CANNOT_TELL}[report["valid"]]


def answered(question: Question) -> Report:
    """Verify, fetching on the way the status lists and the habilitation that are missing.

    Only documents of trusted issuers name them.

    :raises VerificationError: invalid. :raises Undecided: nobody can tell.
    """
    asked: set[str] = set()
    for _ in range(MOST_FETCHES):
        try:
            return verify_credential(
                question.content,
                trust=question.trust,
                now=question.now,
                status_lists=question.status_lists,
                habilitations=question.habilitations,
                log_proof=question.log_proof,
                expected=question.expected,
            )
        except Undecided as unknown:
            url = unknown.needs
            if question.offline or not url or url in asked | question.status_lists.keys():
                raise
            asked.add(url)
            try:
                # An address inside our network may be asked only when the trust names it.
                named = any(issuer.names_list(url) for issuer in question.trust.issuers.values())
                fetched = fetch_status_list(url, only_public=not named)
            except Unreachable:
                raise unknown from None
            if unknown.code == "authority.habilitation_absent":
                question.habilitations.append(fetched)
            else:
                question.status_lists[url] = fetched
    raise Stopped("Cette attestation renvoie à trop de listes de statuts.")


# --- what is given ---------------------------------------------------------------------------------


def read(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MOST_IMAGE_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MOST_IMAGE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Stopped(f"Il n’y a pas de fichier {printable(name)}.", Exit.ENVIRONMENT) from error


def read_trust(path: Path | None) -> Trust:
    if path is None:
        path = current_home().path / "trust.json"
        if not path.exists():
            return Trust.of()
    try:
        return parse_trust(read(str(path)))
    except TrustRefused as refusal:
        raise Stopped(
            f"Le fichier de confiance {path} ne peut pas être lu : {refusal}. Rien n’est vérifié.", Exit.ENVIRONMENT
        ) from refusal


def read_list(text: str) -> tuple[str, bytes]:
    address, separator, name = text.rpartition("=")
    if not separator:
        raise Stopped("--status-list attend ADRESSE=FICHIER.", Exit.USAGE)
    return address, read(name)


def read_expectations(path: Path | None) -> Expectations:
    """What was asked of the holder: `domain`, `challenge`, `audience` and `nonce`, `log_required`."""
    if path is None:
        return Expectations()
    sentence = f"Le fichier {path} n’est pas une liste d’attentes (domain, challenge, audience, nonce, log_required)."
    try:
        asked = jcs.parse(read(str(path)))
    except EncodingError as error:
        raise Stopped(sentence, Exit.USAGE) from error
    words = {"domain", "challenge", "audience", "nonce"}
    if not isinstance(asked, dict) or not asked.keys() <= words | {"log_required"}:
        raise Stopped(sentence, Exit.USAGE)
    if not all(isinstance(asked.get(word, ""), str) for word in words) or ("audience" in asked) != ("nonce" in asked):
        raise Stopped(sentence, Exit.USAGE)
    binding = BindingExpected(str(asked["audience"]), str(asked["nonce"])) if "audience" in asked else None
    return Expectations(
        domain=str(asked.get("domain", "")),
        challenge=str(asked.get("challenge", "")),
        binding=binding,
        log_required=asked.get("log_required") is True,
    )


# --- what is answered ------------------------------------------------------------------------------


def as_json(answer: Report | VerificationError | Undecided) -> dict[str, Any]:
    steps = [
        {
            "number": int(step.number),
            "state": step.state.value,
            "code": step.code,
            "sentence": step_sentence(step),
            "facts": dict(step.facts),
        }
        for step in answer.steps
    ]
    if isinstance(answer, Report):
        issuer = {
            "id": answer.issuer_id,
            "name": answer.issuer_name,
            "domain": answer.issuer_domain,
            "registration": answer.issuer_registration,
        }
        return {"valid": True, "steps": steps, "issuer": issuer, "credential": thawed(answer.credential)}
    return {
        "valid": None if isinstance(answer, Undecided) else False,
        "step": answer.step,
        "code": answer.code,
        "reason": f"{reason(answer)}.",
        "detail": str(answer),
        "steps": steps,
    }


def thawed(value: object) -> object:
    """A read-only value of a report, as the lists and objects that JSON is written from."""
    if isinstance(value, tuple):
        return [thawed(item) for item in value]
    if isinstance(value, Mapping):
        return {name: thawed(item) for name, item in value.items()}
    return value


def in_words(answer: Report | VerificationError | Undecided) -> list[str]:
    lines = [line(step) for step in answer.steps]
    if isinstance(answer, Report):
        return [*lines, "", *verdict_words(answer)]
    if isinstance(answer, VerificationError):
        name = STEPS[Number(answer.step)]
        return [
            *lines,
            f"✗ {answer.step}. {name} : {lowered(reason(answer))}.",
            "",
            f"NON VALABLE. Motif : {answer.code}.",
        ]
    if not any(step.number == answer.step for step in answer.steps):
        lines.append(f"? {answer.step}. {STEPS[Number(answer.step)]} : {lowered(reason(answer))}.")
    advice = ADVICE.get(answer.code)
    return [*lines, "", f"IMPOSSIBLE À DIRE. {reason(answer)}.", *([advice] if advice else [])]


def line(step: Step) -> str:
    return f"{MARKS[step.state]} {step.number}. {STEPS[step.number]} : {step_sentence(step)}."


def verdict_words(report: Report) -> list[str]:
    words = ["VALABLE."]
    words += [f"  {label} : {printable(text)}" for label, text in shown(report.credential) if text]
    if report.carrier is not Carrier.PLAIN:
        words.append("Seul ce qui est écrit ici est prouvé : l’image ou les pages autour ne le sont pas.")
    return words


def shown(credential: Mapping[str, object]) -> list[tuple[str, str]]:
    """The few lines that say what is certified, and to whom, from the verified bytes."""
    subject = credential.get("credentialSubject")
    subject = subject[0] if isinstance(subject, tuple) and subject else subject
    achievement = subject.get("achievement") if isinstance(subject, Mapping) else None
    achieved = str(achievement.get("name", "")) if isinstance(achievement, Mapping) else ""
    return [
        ("Attestation", str(achieved or credential.get("name") or credential.get("vct") or "")),
        ("Titulaire", str(subject.get("id", "")) if isinstance(subject, Mapping) else str(credential.get("sub", ""))),
        ("Identifiant", str(credential.get("id", ""))),
    ]
