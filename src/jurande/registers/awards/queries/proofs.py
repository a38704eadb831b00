"""What anybody may learn of an award from its number: the row, and every check of its credential, made now.

Nothing here trusts the row: the signature is checked on the signed bytes, under the keys that the house publishes, and
the status is read in its published lists. Keys and lists are read again each time; only work whose result cannot
change, for the very same bytes, is kept: a list opened, a history of keys understood, a published référentiel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from jurande.core.encoding.jcs import Json
from jurande.core.france.spelling import fold
from jurande.core.log.errors import LogError
from jurande.core.log.notes import parse_note
from jurande.core.log.tiles import CHECKPOINT
from jurande.core.proof.comparison import words_of
from jurande.core.proof.instants import InstantRefused, parse_instant
from jurande.core.proof.status.errors import StatusRefused
from jurande.core.proof.trust import Trust, TrustRefused, parse_trust
from jurande.core.proof.verification import Expectations
from jurande.core.proof.verification.examination import Examination, Outcome, examine
from jurande.core.proof.verification.statuses import OpenedList, open_list
from jurande.registers.awards.models import Award, Design, Endorsement, Lot
from jurande.registers.awards.models.awards import NUMBER_ALPHABET, NUMBER_LENGTH, AwardQuerySet
from jurande.registers.awards.models.designs import USUAL_ACCENT, USUAL_COLOUR
from jurande.registers.awards.states import AwardState, DesignState, Exposure
from jurande.registers.catalogue.models import Bloc, Certification, Competency, Criterion, Referentiel
from jurande.registers.common.codes import LENGTH
from jurande.registers.documents.models import Document
from jurande.registers.network.models import Habilitation
from jurande.registers.network.queries import habilitations
from jurande.registers.parties.models import Partnership
from jurande.registers.seal.facts import list_path, trust_path
from jurande.registers.seal.queries import log_file, public_file
from jurande.registers.seal.queries.credentials import log_proof_of
from jurande.registers.seal.states import Purpose, SealState

PARIS = ZoneInfo("Europe/Paris")
EXPECTED = Expectations()
MOST_ENDORSEMENTS = 3
# Wrong numbers from one address in a minute: a person mistypes, a program guesses.
MISSES_MOST = 30
# Wrong names told for one number in an hour, whoever tells them.
NAMES_MOST_HOURLY = 30
# Names and titles may be this old: what is decided about an award itself is read at each visit.
SHARED_SECONDS = 2
# What people write for the letters that the alphabet leaves out.
_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u00a0": None, "\u2011": None})


class Standing(StrEnum):
    """What is true of an award today, in one word; the first that applies."""

    ERASED = "erased"
    TAKEN_OVER = "taken_over"
    WAITING = "waiting"
    BROKEN = "broken"
    REPLACED = "replaced"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    UNCERTAIN = "uncertain"
    VALID = "valid"


@dataclass(frozen=True)
class Skills:
    """What a version says that its holders can do, by lineage of bloc, and how it was assessed."""

    blocs: tuple[tuple[str, str, str], ...]
    competencies: tuple[tuple[str, str], ...]
    criteria: int

    def of(self, lineages: Iterable[str]) -> list[str]:
        """The competencies of these blocs, of all of them when none is named."""
        wanted = set(lineages)
        return [text for lineage, text in self.competencies if not wanted or lineage in wanted]

    def titles(self, lineages: Iterable[str]) -> list[str]:
        """The titles of these blocs, with their codes when they have one."""
        wanted = set(lineages)
        return [f"{number}, {text}" if number else text for lineage, number, text in self.blocs if lineage in wanted]


@dataclass(frozen=True)
class Signed:
    """What a credential says, read from its bytes; «» or None where it says nothing of it."""

    holder: str = ""
    title: str = ""
    number: str = ""
    awarded_on: date | None = None


@dataclass(frozen=True)
class Proof:
    """An award, what is true of it at ``at``, and how that was established.

    ``examination``: None where there is nothing signed to examine. ``document``: what the verified bytes say, None when
    the signature does not hold. ``witnesses``: how many others signed the log's last state. ``was_habilitated``:
    whether the partner was, on the day of the award; None when none was needed.
    """

    award: Award
    at: datetime
    standing: Standing
    examination: Examination | None = None
    witnesses: int = 0
    was_habilitated: bool | None = None

    @property
    def document(self) -> Mapping[str, Json] | None:
        return self.examination.document if self.examination is not None else None

    @property
    def signed(self) -> Signed | None:
        """What the verified bytes say of the award, None when the signature does not hold."""
        return read_signed(self.document) if self.document is not None else None

    @property
    def contradicts(self) -> bool:
        """Whether the row says something else than what was signed: somebody wrote in the database."""
        return self.signed is not None and _contradicts(self.award, self.signed)


def read_number(text: str) -> str | None:
    """Return the number that somebody typed, scanned or pasted, None when it cannot be one."""
    number = text.strip().rpartition("/p/")[2].partition("?")[0].partition("/")[0].upper().translate(_MISTAKEN)
    return number if len(number) == NUMBER_LENGTH and set(number) <= set(NUMBER_ALPHABET) else None


def find(number: str) -> Award | None:
    """Return the award with this number, with all that its page needs. One query, and a few every two seconds."""
    return _one(_rows().filter(number=number))


def find_by_credential(code: str) -> Award | None:
    """Return the award whose credential has this code, as ``find`` does."""
    return _one(_rows().filter(credential__code=code)) if len(code) == LENGTH else None


def _one(rows: AwardQuerySet) -> Award | None:
    found = list(rows[:1])
    return _whole(found[0]) if found else None


def _rows() -> AwardQuerySet:
    # What identifies the holder beyond their name is never read here: neither birth nor address.
    return Award.objects.select_related("credential").only(
        "number",
        "certifier_id",
        "certification_id",
        "referentiel_id",
        "design_id",
        "lot_id",
        "subject",
        "blocs",
        "first_name",
        "last_name",
        "awarded_on",
        "place",
        "valid_until",
        "partnership_id",
        "habilitation_id",
        "origin",
        "state",
        "suspended_on",
        "revoked_on",
        "replaced_at",
        "erased_at",
        "issued_at",
        "exposure",
        "refused_at",
        "code",
        "credential__code",
        "credential__state",
        "credential__list_number",
        "credential__salt",
        "credential__signed",
        "replaces_id",
    )


def former_of(award: Award) -> Award | None:
    """Return the award that this one replaces. One query when there is one."""
    return award.replaces if award.replaces_id is not None else None


def following_of(award: Award) -> Award | None:
    """Return the award that replaces this one. One query when it was replaced."""
    return getattr(award, "replaced_by", None) if award.replaced_at is not None else None


def _whole(award: Award) -> Award:
    """Give an award what it shares with thousands of others: read again every ``SHARED_SECONDS``, not at each visit."""
    slot = int(monotonic() // SHARED_SECONDS)
    for name in _SHARED:
        pk = getattr(award, f"{name}_id")
        if pk is not None:
            setattr(award, name, _shared(settings.HOME.path, slot, name, pk))
    award.certifier = award.certification.certifier
    return award


_SHARED: dict[str, Callable[[], QuerySet[Any]]] = {
    "certification": lambda: Certification.objects.select_related(
        "certifier__organisation", "certifier__showcase", "fiche", "shown"
    ),
    "referentiel": lambda: Referentiel.objects.select_related("elements"),
    "design": lambda: Design.objects.select_related("logo__blob"),
    "lot": lambda: Lot.objects.only("code"),
    "partnership": lambda: Partnership.objects.select_related("site__organisation"),
    "habilitation": lambda: (
        Habilitation.objects.select_related("credential").prefetch_related("spells").defer("credential__values")
    ),
}


@lru_cache(maxsize=1024)
def _shared(home: Path, slot: int, name: str, pk: int) -> Any:
    return _SHARED[name]().get(pk=pk)


def names_holder(award: Award, *, with_document: bool) -> bool:
    """Whether the page of an award names its holder: who they are is theirs to show (``states.Exposure``).

    ``with_document``: the visitor has the key that the document holds, and not the number alone.
    """
    if award.refused_at is not None or award.exposure == Exposure.HIDDEN:
        return False
    return with_document or award.exposure == Exposure.PUBLIC


def is_named(proof: Proof, said: str) -> bool:
    """Whether ``said`` is the name on the document, or the family name of it; case, accents, hyphens, order aside."""
    signed = proof.signed
    award = proof.award
    told = _keys(said)
    whole = _keys((signed.holder if signed else "") or award.full_name)
    return bool(told) and told in (whole, _keys(award.last_name))


def _keys(name: str) -> list[str]:
    # Registers of staff often write «CARVALHO INES»: who has the document in front of them is not to be told no.
    return sorted(fold(" ".join(word.key for word in words_of(name))).split())


def prove_many(numbers: Iterable[str], *, now: datetime) -> dict[str, Proof]:
    """Make every check of these awards but that of the log, which each page makes; by number."""
    rows = _rows().filter(number__in=sorted(numbers))
    return {award.number: prove(_whole(award), now=now, with_log=False) for award in rows}


def prove(award: Award, *, now: datetime, with_log: bool = True) -> Proof:
    """Make every check of this award, as ``find`` returned it. One query, for its entry in the log."""
    if award.state == AwardState.ERASED:
        return Proof(award, now, Standing.ERASED)
    sealed = award.credential
    if sealed is None:
        return Proof(award, now, _decided(award, now) or _ended(award, now) or Standing.TAKEN_OVER)
    if sealed.state != SealState.SEALED or sealed.signed is None:
        return Proof(award, now, Standing.WAITING)
    examination = examined(award, sealed.signed, log_proof=log_proof_of(sealed) if with_log else None, now=now)
    was_habilitated = None
    if award.habilitation is not None:
        was_habilitated = habilitations.standing_on(award.habilitation, award.awarded_on).is_active
    return Proof(
        award,
        now,
        _standing(award, examination, now),
        examination,
        _witnesses(log_file(CHECKPOINT) or b""),
        was_habilitated,
    )


def examined(award: Award, content: bytes | str, *, log_proof: bytes | None = None, now: datetime) -> Examination:
    """Check a credential that says it is this award's, under what its house publishes at this instant. No query."""
    house = award.certifier.code
    rests_on = award.habilitation.credential if award.habilitation is not None else None
    numbers = {sealed.list_number for sealed in (award.credential, rests_on) if sealed is not None}
    paths = {list_path(house, purpose, number) for purpose in Purpose.values for number in numbers}
    return examine(
        content,
        trust=trust_in(house),
        now=now,
        status_lists=lists_at(house, paths, now=now),
        habilitations=[rests_on.signed.encode()] if rests_on is not None and rests_on.signed is not None else [],
        log_proof=log_proof,
        expected=EXPECTED,
    )


def trust_in(certifier_code: str) -> Trust:
    """Return the keys that a house publishes, as they are on the disk; nobody when there are none."""
    content = public_file(trust_path(certifier_code))
    return _understood(content) if content else Trust.of()


def lists_at(certifier_code: str, paths: Iterable[str], *, now: datetime) -> dict[str, bytes | OpenedList]:
    """Return the published status lists of a house, by address; one that does not hold is given as it is."""
    keys = public_file(trust_path(certifier_code)) or b""
    lists: dict[str, bytes | OpenedList] = {}
    for path in paths:
        content = public_file(path)
        if content is not None:
            # A day is enough of an instant to open it: its age is looked at again at each question.
            lists[f"{settings.PUBLIC_URL}/{path}"] = _opened(content, keys, now.date()) or content
    return lists


@lru_cache(maxsize=64)
def _understood(content: bytes) -> Trust:
    try:
        return parse_trust(content)
    except TrustRefused:
        return Trust.of()


@lru_cache(maxsize=32)
def _opened(content: bytes, keys: bytes, day: date) -> OpenedList | None:
    end_of_day = datetime.combine(day, time.max, tzinfo=UTC)
    try:
        return open_list(content, trust=_understood(keys), now=end_of_day, expected=EXPECTED)
    except StatusRefused:
        return None


@lru_cache(maxsize=8)
def _witnesses(checkpoint: bytes) -> int:
    try:
        return len(parse_note(checkpoint).signatures) - 1
    except LogError:
        return 0


# --- what is true today -------------------------------------------------------------------------

_REFUSED = {
    "status.revoked": Standing.REVOKED,
    "status.suspended": Standing.SUSPENDED,
    "dates.expired": Standing.EXPIRED,
}


def _standing(award: Award, examination: Examination, now: datetime) -> Standing:
    """What the house decided and published; a signature that does not hold comes before anything else."""
    refused = [finding.code for finding in examination.findings if finding.outcome is Outcome.REFUSED]
    document = examination.document
    if any(code not in _REFUSED for code in refused) or (
        document is not None and _contradicts(award, read_signed(document))
    ):
        return Standing.BROKEN
    published = next((standing for code, standing in _REFUSED.items() if code in refused), None)
    decided = _decided(award, now)
    if decided is not None or published is not None:
        # Revoked since it was replaced: what the list cannot say, the row does.
        return decided or published or Standing.VALID
    return _ended(award, now) or (Standing.UNCERTAIN if examination.outcome is Outcome.UNKNOWN else Standing.VALID)


def _decided(award: Award, now: datetime) -> Standing | None:
    today = now.astimezone(PARIS).date()
    if award.state == AwardState.REPLACED:
        return Standing.REPLACED
    if award.state == AwardState.REVOKED and award.revoked_on is not None and award.revoked_on <= today:
        return Standing.REVOKED
    if award.state == AwardState.SUSPENDED and award.suspended_on is not None and award.suspended_on <= today:
        return Standing.SUSPENDED
    return None


def _ended(award: Award, now: datetime) -> Standing | None:
    is_over = award.valid_until is not None and award.valid_until < now.astimezone(PARIS).date()
    return Standing.EXPIRED if is_over else None


def read_signed(document: Mapping[str, Json]) -> Signed:
    """Read who, what and when in a credential that somebody wrote; what is not where we put it is left empty."""
    subject = document.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    achievement = subject.get("achievement")
    identifiers = subject.get("identifier")
    names = [
        one.get("identityHash")
        for one in (identifiers if isinstance(identifiers, list) else [identifiers])
        if isinstance(one, dict) and one.get("identityType") == "name" and one.get("hashed") is False
    ]
    awarded: date | None = None
    with suppress(InstantRefused):
        awarded = parse_instant(document.get("awardedDate")).astimezone(PARIS).date()
    return Signed(
        holder=_text(names[0] if names else None),
        title=_text(achievement.get("name") if isinstance(achievement, dict) else document.get("name")),
        number=_text(subject.get("licenseNumber")).replace("-", ""),
        awarded_on=awarded,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _contradicts(award: Award, signed: Signed) -> bool:
    """Whether the row says something else than what was signed: somebody wrote in the database."""
    return (signed.holder, signed.number, signed.awarded_on) != (
        normalize("NFC", award.full_name),
        award.number,
        award.awarded_on,
    )


def look_of(award: Award) -> tuple[str, str, str]:
    """The colour of its ornaments, that of its wax, the emblem of its seal: of its design, else the usual ones."""
    design = award.design
    return (design.colour, design.accent, design.emblem) if design is not None else (USUAL_COLOUR, USUAL_ACCENT, "")


def logo_of(award: Award) -> str:
    """The digest of the picture that its page bears, as its design froze it; empty when it bears none."""
    design = award.design
    return design.logo.blob.sha256 if design is not None and design.logo is not None else ""


def logo_at(digest: str) -> Document | None:
    """The picture with this digest, if a page that was published bears it. One query."""
    borne = Design.objects.exclude(state=DesignState.DRAFT).filter(logo__blob__sha256=digest)
    found = borne.select_related("logo__blob").first()
    return found.logo if found is not None else None


def endorsements_of(certification: Certification) -> tuple[Endorsement, ...]:
    """What bodies say that it is worth to them, as they said it; the latest first, a few."""
    return _endorsements(settings.HOME.path, int(monotonic() // SHARED_SECONDS), certification.pk)


@lru_cache(maxsize=256)
def _endorsements(home: Path, slot: int, certification: int) -> tuple[Endorsement, ...]:
    given = Endorsement.objects.given().filter(certification=certification).defer("email")
    return tuple(given.order_by("-answered_at", "pk")[:MOST_ENDORSEMENTS])


# --- what was assessed --------------------------------------------------------------------------


def skills_of(referentiel: Referentiel) -> Skills:
    """Return what a version says; a published one never changes, and is read once by process."""
    return _skills(referentiel.pk, referentiel.digest) if referentiel.digest else _read_skills(referentiel.pk)


@lru_cache(maxsize=256)
def _skills(pk: int, digest: str) -> Skills:
    return _read_skills(pk)


def _read_skills(pk: int) -> Skills:
    ordered = Competency.objects.filter(referentiel=pk).order_by("bloc__position", "bloc__pk", "position", "pk")
    return Skills(
        tuple(Bloc.objects.filter(referentiel=pk).order_by("position", "pk").values_list("lineage", "number", "text")),
        tuple(ordered.values_list("bloc__lineage", "text")),
        Criterion.objects.filter(referentiel=pk).count(),
    )
