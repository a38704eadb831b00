"""What is signed about an award: an Open Badges 3.0 achievement, the same for a lot but for what is the holder's own.

The holder is named in clear, for who looks at the credential must know whose it is; the address is a salted hash, by
which somebody who knows it can tell that it is theirs (Open Badges 3.0, IdentityObject). Birth is never in it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from jurande.core.france.attendance import Attendance
from jurande.core.proof.contexts import CREDENTIALS_V2, OPEN_BADGES_3_0_3
from jurande.core.proof.documents.achievements import Alignment as SignedAlignment
from jurande.core.proof.documents.achievements import (
    esco_alignment,
    rncp_alignment,
    rome_alignment,
    rs_alignment,
)
from jurande.core.proof.documents.nodes import DocumentRefused
from jurande.registers.awards.facts.addresses import page_url, shown
from jurande.registers.awards.facts.delegation import Authority
from jurande.registers.awards.models import AwardRule, Design
from jurande.registers.awards.states import Language, Subject
from jurande.registers.catalogue.models import Bloc, Certification, Referentiel
from jurande.registers.parties.models import Partnership

KIND = "award"
PARIS = ZoneInfo("Europe/Paris")
ACHIEVEMENT_TYPES: Mapping[str, str] = {
    Subject.MICRO: "MicroCredential",
    Subject.CERTIFICATION: "Certification",
    Subject.BLOC: "Certificate",
}


@dataclass(frozen=True)
class Attended:
    """The assiduity of one person: the criterion as it is worded, its threshold and the share reached, in percent."""

    label: str
    threshold: int
    percent: str
    present_minutes: int
    planned_minutes: int
    lineage: str = ""


@dataclass(frozen=True)
class Results:
    """What is kept of how one person did; ``grade``: the note or the mention, as the sheet gave it."""

    attendance: Attended | None = None
    grade: str = ""

    def to_text(self) -> str:
        """Write it as JSON, empty when there is nothing."""
        return json.dumps(asdict(self), ensure_ascii=False) if self.attendance or self.grade else ""

    @classmethod
    def from_text(cls, text: str) -> Results:
        """Read what ``to_text`` wrote."""
        if not text:
            return cls()
        kept = json.loads(text)
        attended = kept["attendance"]
        return cls(Attended(**attended) if attended else None, kept["grade"])

    @property
    def shape(self) -> tuple[bool, bool]:
        """What of it a credential says: rows of one shape share one skeleton."""
        return self.attendance is not None, bool(self.grade)


def results_of(values: Mapping[str, str], attendance: Attendance | None, rule: AwardRule | None) -> Results:
    """What a row of a sheet tells of results; assiduity counts where the certification has a rule for it."""
    attended = None
    if rule is not None and attendance is not None:
        attended = Attended(
            label=rule.label,
            threshold=rule.threshold_percent,
            percent=attendance.percent,
            present_minutes=attendance.present,
            planned_minutes=attendance.planned,
            lineage=rule.lineage,
        )
    return Results(attended, values.get("grade", ""))


def end_of(last_day: date) -> datetime:
    """The last second of a civil day in Paris: signed documents tell whole seconds."""
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=PARIS)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def start_of(day: date) -> datetime:
    """The first instant of a civil day in Paris."""
    return datetime.combine(day, time(), tzinfo=PARIS).astimezone(UTC)


# --- what a lot shares --------------------------------------------------------------------------


@dataclass(frozen=True)
class Achieved:
    """What a lot awards, read once: the words of the référentiel's version, which never change again."""

    certification: Certification
    referentiel: Referentiel
    subject: str
    language: str
    blocs: tuple[Bloc, ...]
    alignments: tuple[tuple[str, str, str], ...]
    rule: AwardRule | None
    partnership: Partnership | None

    @property
    def title(self) -> str:
        """The exact title, with the blocs when they alone are awarded."""
        if self.subject != Subject.BLOC:
            return self.referentiel.title
        return f"{self.referentiel.title}\u00a0: " + ", ".join(bloc.text for bloc in self.blocs)


def achieved(
    *,
    design: Design,
    referentiel: Referentiel,
    blocs: list[str],
    rule: AwardRule | None,
    partnership: Partnership | None,
) -> Achieved:
    """Read what will be signed. Four queries at most."""
    held = list(referentiel.blocs.order_by("position", "pk"))
    wanted = [bloc for bloc in held if not blocs or bloc.lineage in blocs]
    return Achieved(
        certification=referentiel.certification,
        referentiel=referentiel,
        subject=design.subject,
        language="en" if design.language == Language.EN else "fr",
        blocs=tuple(wanted),
        alignments=tuple(referentiel.alignments.order_by("pk").values_list("framework", "entry", "label")),
        rule=rule,
        partnership=partnership,
    )


def skeleton_of(
    about: Achieved, *, results: tuple[bool, bool], has_email: bool, authority: Authority | None = None
) -> dict[str, Any]:
    """The document, with markers for what is the holder's own.

    ``authority``: of the partner that assessed, or that issues in the issuer's name.
    """
    has_attendance, has_grade = results
    identifiers: list[dict[str, Any]] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": "{{holder}}", "identityType": "name"}
    ]
    if has_email:
        identifiers.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "{{email}}",
                "identityType": "emailAddress",
                "salt": "{{salt}}",
            }
        )
    subject: dict[str, Any] = {
        "id": "((page))#titulaire",
        "type": ["AchievementSubject"],
        "identifier": identifiers,
        "activityEndDate": "{{awarded}}",
        "licenseNumber": "{{number}}",
        "achievement": _achievement(about, results),
    }
    found = [("assiduite", has_attendance, "{{attendance}}"), ("note", has_grade, "{{grade}}")]
    if has_attendance or has_grade:
        subject["result"] = [
            {
                "id": f"((page))#{name}",
                "type": ["Result"],
                "resultDescription": f"{_address(about)}#{name}",
                "value": marker,
            }
            for name, there, marker in found
            if there
        ]
    if authority is not None:
        subject["source"] = authority.source
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3_0_3],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": about.title,
        "description": _description(about),
        "awardedDate": "{{awarded}}",
        "issuer": {
            "type": ["Profile"],
            "name": about.certification.certifier.name,
            "url": f"{settings.PUBLIC_URL}/annuaire/{about.certification.certifier.organisation.siren}/",
        },
        "credentialSubject": subject,
        **({"relatedResource": authority.related} if authority is not None else {}),
    }


def values_of(*, number: str, holder: str, email: str, awarded_on: date, results: Results) -> dict[str, str]:
    """What fills the markers for one person."""
    values = {
        "page": page_url(number),
        "number": shown(number),
        "holder": holder,
        "awarded": start_of(awarded_on).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if email:
        salt = secrets.token_hex(16)
        values |= {"salt": salt, "email": hashed_identity(email, salt)}
    if results.attendance is not None:
        values["attendance"] = results.attendance.percent.replace(",", ".")
    if results.grade:
        values["grade"] = results.grade
    return values


def hashed_identity(identity: str, salt: str) -> str:
    """Hash an identifier as Open Badges says: «sha256$» and the digest of the lower-case address then the salt."""
    return "sha256$" + hashlib.sha256((identity.strip().lower() + salt).encode()).hexdigest()


def _address(about: Achieved) -> str:
    version = about.referentiel
    return f"{settings.PUBLIC_URL}/c/{about.certification.certifier.code}/certifications/{version.code}"


def _description(about: Achieved) -> str:
    if about.certification.is_micro:
        return about.referentiel.elements.description or about.referentiel.title
    kind = "Blocs de la certification" if about.subject == Subject.BLOC else "Certification"
    return f"{kind} {about.certification.reference}\u00a0: {about.referentiel.title}."


def _achievement(about: Achieved, results: tuple[bool, bool]) -> dict[str, Any]:
    address = _address(about)
    made: dict[str, Any] = {
        "id": address,
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[about.subject],
        "name": about.title,
        "description": _description(about),
        "inLanguage": about.language,
        "criteria": {"id": f"{address}#criteres", "narrative": _criteria(about)},
        "humanCode": about.certification.reference,
        "version": str(about.referentiel.number),
    }
    alignments = [one.to_json() for one in _alignments(about, address)]
    if alignments:
        made["alignment"] = alignments
    has_attendance, has_grade = results
    described: list[dict[str, Any]] = []
    if has_attendance and about.rule is not None:
        described.append(
            {
                "id": f"{address}#assiduite",
                "type": ["ResultDescription"],
                "name": about.rule.label,
                "resultType": "Percent",
                "requiredValue": str(about.rule.threshold_percent),
                "valueMin": "0",
                "valueMax": "100",
            }
        )
    if has_grade:
        described.append(
            {"id": f"{address}#note", "type": ["ResultDescription"], "name": "Note ou mention", "resultType": "Result"}
        )
    if described:
        made["resultDescription"] = described
    return made


def _criteria(about: Achieved) -> str:
    """What had to be done: the protocol of a micro-certification, or how each bloc is assessed."""
    parts: list[str] = []
    if about.certification.is_micro:
        elements = about.referentiel.elements
        parts += [elements.protocol, elements.pass_rule, elements.assessors]
    else:
        parts += [f"{bloc.text}\u00a0: {bloc.assessment}" if bloc.assessment else bloc.text for bloc in about.blocs]
    if about.rule is not None:
        parts.append(f"{about.rule.label}\u00a0: {about.rule.threshold_percent}\u00a0% au moins.")
    if about.partnership is not None:
        parts.append(f"Évaluation organisée par {about.partnership.name}.")
    return "\n\n".join(part.strip() for part in parts if part.strip()) or about.referentiel.title


def _alignments(about: Achieved, address: str) -> list[SignedAlignment]:
    made: list[SignedAlignment] = []
    if about.certification.fiche is not None:
        number = about.certification.fiche.number
        register = rs_alignment if number.startswith("RS") else rncp_alignment
        made += _accepted(register, f"{address}#fiche", number, about.referentiel.title)
        if about.subject == Subject.BLOC:
            for at, bloc in enumerate(about.blocs):
                made += _accepted(rncp_alignment, f"{address}#bloc-{at}", bloc.number, bloc.text)
    makers = {"esco": esco_alignment, "rome": rome_alignment, "rncp_bloc": rncp_alignment}
    for at, (framework, entry, label) in enumerate(about.alignments):
        if framework in makers:
            made += _accepted(makers[framework], f"{address}#lien-{at}", entry, label)
    return made


def _accepted(make: Any, node: str, code: str, name: str) -> list[SignedAlignment]:
    try:
        return [make(node, code, name)]
    except DocumentRefused:
        # A bloc without a code of the register is told by its title alone.
        return []
