"""What a parchment says of one award, whole: the one thing that is drawn as a PDF, a badge or a preview.

A design is frozen with what the catalogue said on its day; the référentiel of an award is frozen too. What is read here
for an award is therefore the same for ever, but for the name of a partner that changes its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.france import parchments as core
from jurande.core.france.parchments import Registration, fill, text_of
from jurande.registers.awards.facts import addresses
from jurande.registers.awards.models import Award, Design
from jurande.registers.awards.states import Language, Subject
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.catalogue.queries.national import fiche_record

LANGUAGES = {Language.FR: ("fr",), Language.EN: ("en",), Language.FR_EN: ("fr", "en")}
# One text in each language of the page, in order.
type Words = tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """An image of the house: the SHA-256 of its bytes, by which whoever draws finds them."""

    sha256: str
    label: str


@dataclass(frozen=True)
class Signed:
    """Who signs on the page."""

    name: str
    quality: Words
    image: Picture | None = None


@dataclass(frozen=True)
class Bearer:
    """What changes from one award to the next. Days are civil days; ``blocs``: lineages, () for all of them."""

    first_name: str
    last_name: str
    number: str
    awarded_on: date
    decided_on: date | None = None
    birth_on: date | None = None
    birth_place: str = ""
    place: str = ""
    valid_until: date | None = None
    blocs: tuple[str, ...] = ()
    partner: str = ""
    habilitated_from: date | None = None
    habilitated_until: date | None = None

    @property
    def name(self) -> str:
        """The full name, as it is shown."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Frame:
    """What does not change from one award to the next: a design and a référentiel, read once."""

    subject: str
    layout: str
    edition: int
    languages: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    place: str
    colour: str
    accent: str
    emblem: str
    logo: Picture | None
    signatories: tuple[Signed, ...]
    registration: Registration
    outcomes: tuple[str, ...]
    blocs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ParchmentContent:
    """A page, ready to be drawn. Each ``Words`` holds the text in each language of the page, () when it is absent.

    ``items``: what the person can do, or the blocs obtained (``has_blocs``). ``url``: what its square code leads to,
    whole; ``address``: what people type, without its scheme, as it is printed.
    ``mark``: a word across the page, for a specimen.
    """

    layout: str
    edition: int
    languages: tuple[str, ...]
    title: str
    certifier: str
    name: str
    number: str
    awarded_on: date
    url: str
    address: str
    overline: Words
    registration: Words
    given: Words
    birth: Words
    statement: Words
    outcomes: Words
    items: tuple[str, ...]
    has_blocs: bool
    assessment_title: Words
    assessment: Words
    organiser_title: Words
    organiser: Words
    made: Words
    validity: Words
    verify: Words
    note: Words
    signatories: tuple[Signed, ...]
    colour: str
    accent: str
    emblem: str
    logo: Picture | None
    mark: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything it says, as ``json`` can write it."""
        return asdict(self) | {"awarded_on": self.awarded_on.isoformat()}

    def digest(self) -> str:
        """Give the SHA-256, in hexadecimal, of all that it says, in the canonical form of RFC 8785."""
        return hashlib.sha256(canonical_bytes(_plain(self.as_json()))).hexdigest()


def parchment_content(award: Award) -> ParchmentContent:
    """Say what the page of this award says. Some seven queries when nothing is read beforehand.

    :raises ValueError: an award that was issued elsewhere or erased: it has no page.
    """
    if award.design is None or award.referentiel is None or award.erased_at is not None:
        raise ValueError("this award has no page")
    return content_of(frame_of(award.design, award.referentiel), bearer_of(award))


def bearer_of(award: Award) -> Bearer:
    """Read what is this award's own; touches its partnership and its habilitation."""
    held = award.habilitation
    return Bearer(
        first_name=award.first_name,
        last_name=award.last_name,
        number=award.number,
        awarded_on=award.awarded_on,
        decided_on=award.decided_on,
        birth_on=date.fromisoformat(award.birth_on) if award.birth_on else None,
        birth_place=award.birth_place,
        place=award.place,
        valid_until=award.valid_until,
        blocs=tuple(award.blocs),
        partner=award.partnership.site.organisation.name if award.partnership else "",
        habilitated_from=held.valid_from if held else None,
        habilitated_until=held.valid_until if held else None,
    )


def frame_of(design: Design, referentiel: Referentiel) -> Frame:
    """Read a design and a référentiel, whole; of a draft, the catalogue is read as it is now."""
    facts = registration_from(design.facts) if design.facts else registration_of(design.certification, referentiel)
    languages = LANGUAGES[Language(design.language)]
    is_micro = design.subject == Subject.MICRO
    return Frame(
        subject=design.subject,
        layout=design.layout,
        edition=design.edition,
        languages=languages,
        texts=design.texts,
        place=design.place,
        colour=design.colour,
        accent=design.accent,
        emblem=design.emblem,
        logo=Picture(design.logo.blob.sha256, facts.certifier) if design.logo else None,
        signatories=tuple(
            Signed(
                one.name,
                tuple((one.quality_en or one.quality) if language == "en" else one.quality for language in languages),
                Picture(one.image.blob.sha256, one.name) if one.image else None,
            )
            for one in design.signatories.select_related("image__blob")
        ),
        # The title is that of the référentiel under which each was assessed; the rest is of the design's day.
        registration=replace(facts, title=referentiel.title),
        outcomes=tuple(
            referentiel.competencies.order_by("bloc__position", "position", "pk").values_list("text", flat=True)
        )
        if is_micro
        else (),
        blocs=() if is_micro else tuple(referentiel.blocs.order_by("position", "pk").values_list("lineage", "text")),
    )


def content_of(frame: Frame, bearer: Bearer, *, mark: str = "") -> ParchmentContent:
    """Put the holder in the frame."""
    held = [text for lineage, text in frame.blocs if not bearer.blocs or lineage in bearer.blocs]
    values = {language: _values(frame, bearer, len(held), held, language) for language in frame.languages}

    def said(key: str) -> Words:
        lines = [
            fill(text_of(frame.texts, key, frame.subject, one, frame.registration.register), values[one])
            for one in frame.languages
        ]
        return tuple(lines) if any(lines) else ()

    organiser = said("organiser")
    return ParchmentContent(
        layout=frame.layout,
        edition=frame.edition,
        languages=frame.languages,
        title=frame.registration.title,
        certifier=frame.registration.certifier,
        name=bearer.name,
        number=addresses.shown(bearer.number),
        awarded_on=bearer.awarded_on,
        url=addresses.document_url(bearer.number),
        address=addresses.page_url(bearer.number).split("://", 1)[-1],
        overline=said("overline"),
        registration=said("registration"),
        given=said("given"),
        birth=said("birth"),
        statement=said("statement"),
        outcomes=said("outcomes"),
        items=frame.outcomes if frame.subject == Subject.MICRO else tuple(held),
        has_blocs=frame.subject != Subject.MICRO,
        assessment_title=said("assessment_title"),
        assessment=said("assessment"),
        organiser_title=said("organiser_title") if organiser else (),
        organiser=organiser,
        made=said("made"),
        validity=said("validity"),
        verify=said("verify"),
        note=said("note"),
        signatories=frame.signatories,
        colour=frame.colour,
        accent=frame.accent,
        emblem=frame.emblem,
        logo=frame.logo,
        mark=mark,
    )


def registration_of(certification: Certification, referentiel: Referentiel) -> Registration:
    """Read what the catalogue says today of what is awarded."""
    certifier = certification.certifier.name
    if certification.is_micro:
        elements = referentiel.elements
        return Registration(
            certifier=certifier,
            title=referentiel.title,
            level=elements.level if elements.level.isdigit() else "",
            protocol=elements.protocol,
            assessors=elements.assessors,
            hours=elements.workload_hours,
        )
    fiche = certification.fiche
    current = fiche.versions.current().first() if fiche else None
    if fiche is None or current is None:
        return Registration(certifier=certifier, title=referentiel.title, register="rncp")
    return Registration(
        certifier=certifier,
        title=referentiel.title,
        register=fiche.register,
        number=fiche.number,
        exact_title=current.title,
        level=str(current.level or ""),
        nsf=tuple(one.code for one in fiche_record(current).nsf),
        decision_on=current.decision_on,
        registered_until=current.registered_until,
        duration=f"{current.duration_years:f}" if current.duration_years is not None else "",
    )


def registration_as_json(facts: Registration) -> dict[str, Any]:
    """Write what a design keeps of the catalogue."""
    return asdict(facts) | {
        name: value.isoformat() if (value := getattr(facts, name)) else None
        for name in ("decision_on", "registered_until")
    }


def registration_from(kept: Mapping[str, Any]) -> Registration:
    """Read what a design kept."""
    days = {
        name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("decision_on", "registered_until")
    }
    return Registration(**{**kept, "nsf": tuple(kept["nsf"]), **days})


def page_of(design: Design, registration: Registration) -> core.Page:
    """What the linter looks at in a design."""
    return core.Page(
        subject=design.subject,
        languages=LANGUAGES[Language(design.language)],
        texts=design.texts,
        place=design.place,
        signatories=tuple(core.Signatory(one.name, one.quality, one.quality_en) for one in design.signatories.all()),
        accent=design.accent,
        registration=registration,
    )


def _values(frame: Frame, bearer: Bearer, count: int, held: Sequence[str], language: str) -> dict[str, str]:
    since, until = (core.day(one, language) for one in (bearer.habilitated_from, bearer.habilitated_until))
    is_whole = frame.subject == Subject.CERTIFICATION
    between = {"fr": "du {} au {}", "en": "from {} to {}"}[language].format(since, until)
    return core.facts_in_words(frame.registration, language) | {
        "prenom": bearer.first_name,
        "nom": bearer.last_name,
        "naissance": core.day(bearer.birth_on, language),
        "lieu_naissance": bearer.birth_place,
        "date": core.day(bearer.awarded_on, language),
        "lieu": bearer.place or frame.place,
        "date_jury": core.day(bearer.decided_on or bearer.awarded_on, language),
        "blocs": ", ".join(held),
        "etendue": core.scope_in_words(count, language) if is_whole else "",
        "validite": core.day(bearer.valid_until, language),
        "numero": addresses.shown(bearer.number),
        "partenaire": bearer.partner,
        "habilitation": between if since and until else "",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value
