"""Designs: begun from the brand or from the last version, written, published by somebody else, then frozen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.france import parchments as core
from jurande.registers.awards.facts.parchments import registration_as_json, registration_of
from jurande.registers.awards.models import Brand, Design, DesignSignatory
from jurande.registers.awards.operations.linting import gaps_of
from jurande.registers.awards.operations.pictures import keep_picture
from jurande.registers.awards.policies import designs as policies
from jurande.registers.awards.queries.designs import brand_of, referentiel_for
from jurande.registers.awards.states import (
    DESIGN_LIFE,
    DesignAct,
    DesignState,
    Emblem,
    Language,
    Layout,
    Subject,
)
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

# Of the layouts and of the faces: a later edition draws otherwise, and what was published keeps its own.
EDITION = 1
MOST_SIGNATORIES = 3
_HEX = re.compile(r"#[0-9A-F]{6}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff]")
_OWN = ("layout", "language", "texts", "place", "logo", "colour", "accent", "emblem")


class DesignRefused(Refused):
    """This design cannot be begun, written or published so."""


class DesignNotReady(DesignRefused):
    """Mentions are missing, or words are reserved; ``gaps`` has all of them."""

    def __init__(self, gaps: list[core.Gap]) -> None:
        """Keep the whole list for the screen."""
        super().__init__(
            _("Ce modèle ne peut pas être publié\u00a0: %(list)s.") % {"list": "; ".join(gap.sentence for gap in gaps)}
        )
        self.gaps = gaps


@dataclass(frozen=True)
class Appearance:
    """What is written in a design. ``texts``: key → language → text; one that is absent reads as usual."""

    layout: str
    language: str
    texts: Mapping[str, Mapping[str, str]]
    place: str
    colour: str
    accent: str
    emblem: str


@dataclass(frozen=True)
class Signing:
    """Who signs: ``image`` is the file that was sent with its name, None to leave the picture as it is."""

    name: str
    quality: str
    quality_en: str = ""
    image: tuple[BinaryIO, str] | None = None
    drop_image: bool = False


@transaction.atomic
def set_brand(
    *,
    certifier: Certifier,
    colour: str,
    accent: str,
    emblem: str,
    waived: list[str],
    logo: tuple[BinaryIO, str] | None,
    drop_logo: bool,
    actor: Actor,
    now: datetime,
) -> Brand:
    """Set what the next designs begin with, and the mentions that the house does without; no design changes.

    ``logo``: the file that was sent with its name.

    :raises NotAllowed: who may not write. :raises DesignRefused: a colour that is none, or too pale for the seal; a
    mention that cannot be waived. :raises DocumentRefused: a logo that is no picture.
    """
    require(policies.can_write_designs(actor, certifier))
    unknown = set(waived) - {key for key, _label in core.WAIVABLE}
    if unknown:
        raise DesignRefused(_("Cette mention ne peut pas être laissée de côté."), field="waived")
    brand = brand_of(Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk))
    brand.colour, brand.accent = checked_colour(colour, "colour"), checked_accent(accent)
    brand.emblem, brand.waived = Emblem(emblem), sorted(waived)
    if drop_logo:
        brand.logo = None
    if logo is not None:
        brand.logo = keep_picture(
            content=logo[0], filename=logo[1], certifier_code=certifier.code, field="logo", now=now
        )
    brand.changed_at, brand.changed_by_code = now, actor.code
    brand.save()
    _record(DesignAct.BRAND_CHANGED, "certifier", certifier.code, certifier, actor, now)
    return brand


@transaction.atomic
def start_design(*, certification: Certification, subject: str, actor: Actor, now: datetime) -> Design:
    """Begin the next version of a design: a copy of the last one, or the brand and the usual texts.

    :raises NotAllowed: who may not write. :raises DesignRefused: a draft is open, or this is not awarded so.
    """
    held = (
        Certification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=certification.pk)
    )
    require(policies.can_write_designs(actor, held.certifier))
    if held.is_retired:
        raise DesignRefused(_("Cette certification est retirée\u00a0: elle n’a plus de nouveau modèle."))
    if (subject == Subject.MICRO) != held.is_micro or subject not in Subject.values:
        raise DesignRefused(_("Choisissez ce qui est délivré parmi ce que propose la liste."), field="subject")
    mine = Design.objects.filter(certification=held, subject=subject)
    if mine.in_states(DesignState.DRAFT).exists():
        raise DesignRefused(_("Un brouillon de ce modèle est déjà ouvert. Terminez-le, ou abandonnez-le."))
    last = mine.order_by("-number").first()
    draft = Design(
        certifier=held.certifier,
        certification=held,
        subject=subject,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        edition=EDITION,
        author_codes=[actor.code],
        started_at=now,
        started_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
    )
    source = last or _from_brand(held.certifier, subject)
    for name in _OWN:
        setattr(draft, name, getattr(source, name))
    draft.save(force_insert=True)
    # The signatories of the house seldom change: those of its last design are proposed.
    example = last or Design.objects.filter(certifier=held.certifier).exclude(pk=draft.pk).order_by("-pk").first()
    if example is not None:
        draft.place = draft.place or example.place
        draft.save(update_fields=["place"])
        for one in example.signatories.all():
            DesignSignatory(
                design=draft,
                position=one.position,
                name=one.name,
                quality=one.quality,
                quality_en=one.quality_en,
                image=one.image,
            ).save(force_insert=True)
    _told(DesignAct.DESIGN_STARTED, draft, actor, now)
    return draft


@transaction.atomic
def write_design(
    *,
    design: Design,
    appearance: Appearance,
    revision: int,
    actor: Actor,
    now: datetime,
    signings: list[Signing] | None = None,
) -> Design:
    """Write a draft anew: how it looks and what it says, and who signs if ``signings`` are given.

    What is missing is said before publication, not here.

    :raises NotAllowed: who may not write, or a published design. :raises DesignRefused: written by somebody else since
    ``revision``, an unknown choice, a colour that is none, a text that is too long.
    """
    draft = _opened(design, actor)
    if draft.revision != revision:
        raise DesignRefused(
            _(
                "Quelqu’un a modifié ce modèle pendant que vous écriviez. "
                "Rechargez la page pour voir ce qu’il est devenu."
            )
        )
    draft.layout, draft.language = Layout(appearance.layout), Language(appearance.language)
    draft.emblem = Emblem(appearance.emblem)
    draft.colour, draft.accent = (
        checked_colour(appearance.colour, "colour"),
        checked_colour(appearance.accent, "accent"),
    )
    draft.place = _line(appearance.place, 80, "place")
    draft.texts = checked_texts(appearance.texts, draft.subject)
    if signings is not None:
        _sign(draft, signings, now)
    _written(draft, actor, now)
    return draft


@transaction.atomic
def set_signatories(*, design: Design, signings: list[Signing], actor: Actor, now: datetime) -> Design:
    """Set who signs, in order; a line without a name goes. A picture stays with its place unless another is given.

    :raises NotAllowed: who may not write, or a published design. :raises DesignRefused: more than three of them.
    :raises DocumentRefused: an image that is no picture.
    """
    draft = _opened(design, actor)
    _sign(draft, signings, now)
    _written(draft, actor, now)
    return draft


@transaction.atomic
def take_brand(*, design: Design, actor: Actor, now: datetime) -> Design:
    """Give a draft the logo, the colours and the emblem that the house has now.

    :raises NotAllowed: who may not write, or a published design.
    """
    draft = _opened(design, actor)
    brand = brand_of(draft.certifier)
    draft.logo, draft.colour, draft.accent, draft.emblem = brand.logo, brand.colour, brand.accent, brand.emblem
    _written(draft, actor, now)
    return draft


@transaction.atomic
def discard_design(*, design: Design, actor: Actor, now: datetime) -> None:
    """Throw a draft away: what was published stays as it is.

    :raises NotAllowed: who may not write, or a published design.
    """
    draft = _opened(design, actor)
    _told(DesignAct.DESIGN_DISCARDED, draft, actor, now)
    draft.delete()


@transaction.atomic
def publish_design(*, design: Design, revision: int, actor: Actor, now: datetime) -> Design:
    """Freeze a draft for ever, with what the catalogue says today, and award by it from now on.

    The former version is replaced; what was issued with it keeps it. ``revision``: of what the publisher read.

    :raises NotAllowed: who may not publish, or who wrote in it. :raises DesignRefused: not a draft, or changed since it
    was read. :raises DesignNotReady: with every mention that is missing and every word that is reserved.
    """
    draft = _locked(design)
    if not draft.is_draft:
        raise DesignRefused(_("Ce modèle n’est plus un brouillon. Rechargez la page."))
    require(policies.can_publish_design(actor, draft))
    if draft.revision != revision:
        raise DesignRefused(_("Le modèle a changé depuis que vous l’avez relu. Relisez-le avant de publier."))
    referentiel = referentiel_for(draft)
    if (found := gaps_of(draft)) or referentiel is None:
        raise DesignNotReady(found)
    for former in Design.objects.filter(certification=draft.certification, subject=draft.subject).published():
        former.state = DESIGN_LIFE.after(former.state, "replace")
        former.replaced_at, former.replaced_by_code = now, actor.code
        former.save(update_fields=["state", "replaced_at", "replaced_by_code"])
    facts = registration_of(draft.certification, referentiel)
    draft.facts = registration_as_json(facts)
    # What is usual may be worded otherwise one day: what is published keeps today's words.
    draft.texts = {
        line.key: {
            language: core.text_of(draft.texts, line.key, draft.subject, language, facts.register)
            for language in core.LANGUAGES
        }
        for line in core.TEXTS
        if core.has_line(line.key, draft.subject)
    }
    draft.state = DESIGN_LIFE.after(draft.state, "publish")
    draft.published_at, draft.published_by_code = now, actor.code
    draft.digest = digest_of(draft)
    draft.save()
    _told(DesignAct.DESIGN_PUBLISHED, draft, actor, now, digest=draft.digest)
    return draft


def digest_of(design: Design) -> str:
    """Give the SHA-256, in hexadecimal, of all that a design says, of its images and of its edition."""
    whole = {
        "subject": design.subject,
        "layout": design.layout,
        "language": design.language,
        "texts": design.texts,
        "place": design.place,
        "colour": design.colour,
        "accent": design.accent,
        "emblem": design.emblem,
        "edition": design.edition,
        "logo": design.logo.blob.sha256 if design.logo else "",
        "signatories": [
            [one.name, one.quality, one.quality_en, one.image.blob.sha256 if one.image else ""]
            for one in design.signatories.select_related("image__blob")
        ],
        "facts": design.facts,
    }
    return hashlib.sha256(canonical_bytes(whole)).hexdigest()


def signatory_of(signing: Signing) -> core.Signatory:
    """What the linter looks at in somebody who signs."""
    return core.Signatory(signing.name, signing.quality, signing.quality_en)


def checked_texts(texts: Mapping[str, Mapping[str, str]], subject: str) -> dict[str, dict[str, str]]:
    """Keep the texts that this subject has, cleaned; one that reads as usual is kept too: what is usual may change.

    :raises DesignRefused: a text beyond ``MOST_CHARS``, named by its key and its language.
    """
    kept: dict[str, dict[str, str]] = {}
    for line in core.TEXTS:
        if not core.has_line(line.key, subject):
            continue
        for language in core.LANGUAGES:
            written = texts.get(line.key, {}).get(language)
            if written is None:
                continue
            text = "\n".join(one.strip() for one in _UNSEEN.sub("", written.replace("\r\n", "\n")).strip().split("\n"))
            if len(text) > core.MOST_CHARS:
                raise DesignRefused(
                    _("Ce texte est trop long\u00a0: %(most)d caractères au plus.") % {"most": core.MOST_CHARS},
                    field=f"{line.key}_{language}",
                )
            kept.setdefault(line.key, {})[language] = text
    return kept


def checked_colour(colour: str, field: str) -> str:
    """Return a colour as it is kept, «#RRGGBB» in capitals.

    :raises DesignRefused: anything else.
    """
    found = colour.strip().upper()
    if not _HEX.fullmatch(found):
        raise DesignRefused(_("Écrivez une couleur ainsi\u00a0: #2F3E8F."), field=field)
    return found


def checked_accent(colour: str) -> str:
    """Return the colour of a seal, on which light letters can be read.

    :raises DesignRefused: no colour, or one that is too pale.
    """
    found = checked_colour(colour, "accent")
    if core.contrast(found, core.SEAL_LETTERS) < 4.5:
        raise DesignRefused(
            _("Cette couleur est trop claire\u00a0: le nom écrit sur le sceau ne se lirait pas."), field="accent"
        )
    return found


def _from_brand(certifier: Certifier, subject: str) -> Design:
    brand = brand_of(certifier)
    return Design(
        layout=Layout.WORKSHOP if subject == Subject.MICRO else Layout.CEREMONY,
        logo=brand.logo,
        colour=brand.colour,
        accent=brand.accent,
        emblem=brand.emblem,
    )


def _sign(draft: Design, signings: list[Signing], now: datetime) -> None:
    if len(signings) > MOST_SIGNATORIES:
        raise DesignRefused(_("Trois signataires au plus."), field="signatories")
    images = {one.position: one.image for one in draft.signatories.select_related("image")}
    draft.signatories.all().delete()
    position = 0
    for place, signing in enumerate(signings, start=1):
        name = _line(signing.name, 120, "signatories")
        if not name:
            continue
        image = None if signing.drop_image else images.get(place)
        if signing.image is not None:
            image = keep_picture(
                content=signing.image[0],
                filename=signing.image[1],
                certifier_code=draft.certifier.code,
                field=f"image_{place}",
                now=now,
            )
        position += 1
        DesignSignatory(
            design=draft,
            position=position,
            name=name,
            quality=_line(signing.quality, 120, "signatories"),
            quality_en=_line(signing.quality_en, 120, "signatories"),
            image=image,
        ).save(force_insert=True)


def _locked(design: Design) -> Design:
    return (
        Design.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "certification__certifier__organisation", "certification__fiche")
        .select_related("logo__blob")
        .get(pk=design.pk)
    )


def _opened(design: Design, actor: Actor) -> Design:
    """Hold the draft until the transaction ends, for who may write in it."""
    draft = _locked(design)
    require(policies.can_write_design(actor, draft))
    return draft


def _written(draft: Design, actor: Actor, now: datetime) -> None:
    if actor.code not in draft.author_codes:
        draft.author_codes = [*draft.author_codes, actor.code]
    draft.revision += 1
    draft.changed_at, draft.changed_by_code = now, actor.code
    draft.save()
    _told(DesignAct.DESIGN_CHANGED, draft, actor, now)


def _line(text: str, most: int, field: str) -> str:
    found = " ".join(_UNSEEN.sub("", text).split())
    if len(found) > most:
        raise DesignRefused(
            _("Ce texte est trop long\u00a0: %(most)d caractères au plus.") % {"most": most}, field=field
        )
    return found


def _told(act: DesignAct, design: Design, actor: Actor, now: datetime, *, digest: str = "") -> None:
    _record(act, "design", design.code, design.certifier, actor, now, digest=digest)


def _record(
    act: DesignAct, kind: str, code: str, certifier: Certifier, actor: Actor, now: datetime, *, digest: str = ""
) -> None:
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind=kind,
        subject_code=code,
        digest=digest,
        now=now,
    )
