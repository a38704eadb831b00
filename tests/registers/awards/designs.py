"""Designs made through the operations, with what their publication asks for."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image

from jurande.registers.awards.models import Design
from jurande.registers.awards.operations import designs as operations
from jurande.registers.awards.operations import packing
from jurande.registers.awards.operations.designs import Appearance, Signing
from jurande.registers.awards.states import Subject
from jurande.registers.catalogue.models import Certification
from jurande.registers.common import jobs
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.awards import lots
from tests.registers.catalogue import certifications
from tests.replay import replayed

SIGNING = Signing("Hélène Rouvière", "directrice générale", "managing director")


@replayed
def designer(of: Certifier) -> Actor:
    """Somebody who may write a design, and publish one that another wrote."""
    return factories.actor_of(factories.member(Role.ISSUER, of=of), of)


@replayed
def signatory(of: Certifier) -> Actor:
    """Somebody who may publish, not write."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=of), of)


@replayed
def offered(of: Certifier | None = None) -> Certification:
    """A micro-certification that is published."""
    house = of or factories.certifier()
    held = certifications.micro(house, whole=True)
    certifications.published(held, certifications.publisher(house))
    return held


@replayed
def appearance(design: Design, **changed: object) -> Appearance:
    """What is written in a design, but for what is changed."""
    given = {
        name: getattr(design, name) for name in ("layout", "language", "texts", "place", "colour", "accent", "emblem")
    }
    return Appearance(**{**given, **changed})  # type: ignore[arg-type]  # the keys are those of the class


@replayed
def drafted(held: Certification | None = None, *, subject: str = Subject.MICRO, by: Actor | None = None) -> Design:
    """A draft with a place and somebody who signs."""
    certification = held or offered()
    actor = by or designer(certification.certifier)
    draft = operations.start_design(certification=certification, subject=subject, actor=actor, now=NOW)
    draft = operations.write_design(
        design=draft,
        appearance=appearance(draft, place="Strasbourg"),
        revision=draft.revision,
        actor=actor,
        now=NOW,
    )
    return operations.set_signatories(design=draft, signings=[SIGNING], actor=actor, now=NOW)


@replayed
def published(held: Certification | None = None, *, now: datetime = NOW, **changed: object) -> Design:
    """A design in use."""
    draft = drafted(held)
    if changed:
        actor = designer(draft.certifier)
        draft = operations.write_design(
            design=draft, appearance=appearance(draft, **changed), revision=draft.revision, actor=actor, now=NOW
        )
    return operations.publish_design(design=draft, revision=draft.revision, actor=signatory(draft.certifier), now=now)


@replayed
def published_bloc(held: Certification) -> Design:
    """A design in use for the blocs of a registered certification."""
    draft = drafted(held, subject=Subject.BLOC)
    return operations.publish_design(design=draft, revision=draft.revision, actor=signatory(draft.certifier), now=NOW)


@replayed
def png(width: int = 40, height: int = 20, *, colour: str = "#1C2033") -> io.BytesIO:
    """A small picture, as somebody sends it."""
    held = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(held, format="PNG")
    held.seek(0)
    return held


def addresses(of: Certifier) -> dict[str, list[str]]:
    """A draft in the paths of the pages of designs, written by somebody who is none of those who look."""
    draft = drafted(offered(of))
    own = [of.code, draft.code]
    pages = ("one", "preview", "publish", "discard", "take-brand")
    lot = lots.prepared(published(offered(of)), lots.person(7))
    job = jobs.request(packing.JOB, lot.code, certifier_code=of.code, now=NOW)
    file = packing.pack_file(job.code)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"PK")
    return {
        **{f"certifier:awards-designs-{page}": own for page in pages},
        "certifier:awards-designs-picture": [*own, "vignette.png"],
        "certifier:awards-packs-start": [of.code, lot.code],
        **{f"certifier:awards-packs-{page}": [of.code, lot.code, job.code] for page in ("one", "file")},
    }
