"""Awards whose credential is sealed and published, for the pages that prove them."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from jurande.registers.awards.facts import credentials as facts
from jurande.registers.awards.facts.addresses import key_of
from jurande.registers.awards.models import Award, Design, new_number
from jurande.registers.awards.operations import archives
from jurande.registers.awards.operations.pictures import keep_picture
from jurande.registers.awards.states import DesignState, Subject
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations import credentials, keys, projection
from jurande.registers.seal.policies import MACHINE
from tests import factories
from tests.registers.catalogue import certifications
from tests.replay import replayed

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@replayed
def house() -> Certifier:
    """A certifier that can seal; the test has a home of its own (``own_home``)."""
    made = factories.certifier()
    keys.create_key(certifier=made, actor=MACHINE, now=NOW)
    return made


@replayed
def picture(of: Certifier) -> Document:
    """A picture that a house put on its pages."""
    content = BytesIO()
    Image.new("RGB", (80, 40), "#2F3E8F").save(content, "PNG")
    return keep_picture(content=content, filename="logo.png", certifier_code=of.code, field="logo", now=NOW)


@replayed
def designed(of: Certifier, *, logo: Document | None = None, language: str = "fr") -> Design:
    """A published design of a published micro-certification."""
    held = certifications.micro(of, whole=True)
    certifications.published(held, certifications.publisher(of))
    return Design.objects.create(
        certifier=of,
        certification=held,
        subject=Subject.MICRO,
        number=1,
        state=DesignState.PUBLISHED,
        layout="workshop",
        language=language,
        logo=logo,
        started_at=NOW,
        started_by_code="ANNESOPHIE",
        changed_at=NOW,
        changed_by_code="ANNESOPHIE",
        published_at=NOW,
        published_by_code="ANNESOPHIE",
        digest="0" * 64,
    )


@replayed
def awarded(
    design: Design | None = None,
    *,
    name: tuple[str, str] = ("Inès", "Carvalho"),
    awarded_on: date = TODAY,
    valid_until: date | None = None,
    now: datetime = NOW,
    settle: bool = True,
    **changed: Any,
) -> Award:
    """One that holds, signed and shown by the log."""
    design = design or designed(house())
    referentiel = design.certification.versions.get(state="published")
    number, full_name = new_number(), " ".join(name)
    about = facts.achieved(
        design=design, referentiel=referentiel, blocs=[], rule=None, partnership=changed.get("partnership")
    )
    sealed = credentials.issue(
        certifier=design.certifier,
        kind=facts.KIND,
        business_key=f"award:{number}",
        idempotency_key=f"award:{number}",
        skeleton=facts.skeleton_of(
            about, results=(False, False), has_email=False, authority=changed.pop("authority", None)
        ),
        values=facts.values_of(
            number=number, holder=full_name, email="", awarded_on=awarded_on, results=facts.Results()
        ),
        valid_until=facts.end_of(valid_until) if valid_until else None,
        actor=Actor(code="ANNESOPHIE", certifier_code=design.certifier.code),
        now=now,
    )
    if settle:
        projection.settle(now=now, wait_seconds=5)
    sealed.refresh_from_db()
    return Award.objects.create(
        number=number,
        certifier=design.certifier,
        certification=design.certification,
        referentiel=referentiel,
        design=design,
        subject=design.subject,
        first_name=name[0],
        last_name=name[1],
        awarded_on=awarded_on,
        place="Strasbourg",
        valid_until=valid_until,
        credential=sealed,
        issued_at=now,
        **changed,
    )


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[str]]:
    """What goes in the path of each public address of an award, in a house that has a key already."""
    logo = picture(mine)
    award = awarded(designed(mine, logo=logo), partnership=theirs, awarded_on=factories.TODAY, now=factories.NOW)
    archives.pack(mine, archives.place_of(mine))  # the copy that a screen of the house gives
    pages = ("award", "award-en", "award-qr", "award-training", "award-name")
    whole = [award.shown_number, key_of(award.number)]
    return {
        **{f"public:{page}": [award.shown_number] for page in pages},
        **{f"public:{page}": whole for page in ("award-file", "award-kit")},
        "public:award-ornament": ["2F3E8F"],
        "public:award-logo": [logo.blob.sha256],
    }
