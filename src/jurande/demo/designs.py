"""The story of what is hung on walls: the brand of the house, two designs in use, one that is not finished."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from jurande.demo.certifications import MICRO
from jurande.registers.awards.operations import designs
from jurande.registers.awards.operations.designs import Appearance, Signing
from jurande.registers.awards.states import Emblem, Language, Layout, Subject
from jurande.registers.catalogue.models import Certification

if TYPE_CHECKING:
    from jurande.demo.world import World

QUALITY, QUALITY_EN = "directrice générale de l’Institut", "managing director"
# A hand that never signed anything: curves of Bézier, in a box of 170 by 62.
STROKES = (
    ((12, 44), (20, 30), (27, 8), (31, 9)),
    ((31, 9), (36, 10), (23, 39), (25, 46)),
    ((25, 46), (27, 52), (37, 27), (43, 26)),
    ((43, 26), (48, 26), (41, 40), (45, 42)),
    ((45, 42), (51, 44), (56, 26), (61, 27)),
    ((61, 27), (65, 28), (58, 39), (62, 41)),
    ((62, 41), (67, 43), (71, 29), (76, 29)),
    ((76, 29), (81, 29), (76, 39), (80, 40)),
    ((80, 40), (88, 41), (89, 23), (96, 16)),
    ((96, 16), (101, 11), (105, 18), (98, 26)),
    ((98, 26), (92, 33), (82, 35), (84, 39)),
    ((84, 39), (88, 45), (104, 33), (111, 27)),
    ((111, 27), (114, 25), (109, 36), (114, 37)),
    ((114, 37), (120, 38), (126, 27), (132, 28)),
    ((132, 28), (136, 29), (131, 36), (136, 36)),
    ((136, 36), (143, 36), (149, 30), (160, 26)),
    ((28, 54), (60, 49), (104, 47), (146, 51)),
)


def plan(world: World) -> None:
    """Anne-Sophie draws, Hélène reads and publishes."""
    world.on(111, lambda at: _brand(world, at), 9, 40)
    world.on(111, lambda at: _draw(world, MICRO, Subject.MICRO, Language.FR, "Strasbourg", at), 10, 5)
    world.on(110, lambda at: _publish(world, MICRO, Subject.MICRO, at), 16, 30)
    world.on(27, lambda at: _draw(world, "RNCP49021", Subject.CERTIFICATION, Language.FR, "Lyon", at), 9, 20)
    world.on(26, lambda at: _publish(world, "RNCP49021", Subject.CERTIFICATION, at), 11, 45)
    world.on(23, lambda at: _draw(world, "RNCP49021", Subject.BLOC, Language.FR, "Lyon", at), 9, 35)
    world.on(22, lambda at: _publish(world, "RNCP49021", Subject.BLOC, at), 11, 50)
    world.on(5, lambda at: _begin(world, "RNCP49021", Subject.BLOC, at), 14, 10)


def signature_png() -> bytes:
    """Draw the signature, dark on nothing."""
    zoom = 8
    image = Image.new("RGBA", (170 * zoom, 62 * zoom), (28, 32, 51, 0))
    drawing = ImageDraw.Draw(image)
    for rank, (start, first, second, end) in enumerate(STROKES):
        width = zoom * (1.15 if rank == len(STROKES) - 1 else 1.75)
        for step in range(121):
            t = step / 120
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (
                zoom
                * sum(weight * point[axis] for weight, point in zip(weights, (start, first, second, end), strict=True))
                for axis in (0, 1)
            )
            drawing.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=(28, 32, 51, 255))
    held = io.BytesIO()
    image.resize((170 * 4, 62 * 4), Image.Resampling.LANCZOS).save(held, format="PNG")
    return held.getvalue()


def _brand(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    designs.set_brand(
        certifier=house,
        colour="#2F3E8F",
        accent="#A4262C",
        emblem=Emblem.BOWL,
        waived=[],
        logo=None,
        drop_logo=False,
        actor=world.actor("anne-sophie", certifier=house),
        now=at,
    )


def _begin(world: World, key: str, subject: Subject, at: datetime) -> None:
    """A draft that cannot be published yet: no place, nobody who signs, and words that the law keeps for others."""
    house = world.houses["imr"]
    actor = world.actor("anne-sophie", certifier=house)
    draft = designs.start_design(certification=_certification(world, key), subject=subject, actor=actor, now=at)
    designs.write_design(
        design=draft,
        appearance=Appearance(
            layout=Layout.PORTRAIT,
            language=Language.FR_EN,
            texts={"overline": {"fr": "Blocs de compétences d’un titre professionnel[ de niveau\u00a0{niveau}]"}},
            place="",
            colour=draft.colour,
            accent=draft.accent,
            emblem=draft.emblem,
        ),
        signings=[],
        revision=draft.revision,
        actor=actor,
        now=at,
    )


def _draw(world: World, key: str, subject: Subject, language: Language, place: str, at: datetime) -> None:
    house = world.houses["imr"]
    actor = world.actor("anne-sophie", certifier=house)
    draft = designs.start_design(certification=_certification(world, key), subject=subject, actor=actor, now=at)
    designs.write_design(
        design=draft,
        appearance=Appearance(
            layout=draft.layout,
            language=language,
            texts={},
            place=place,
            colour=draft.colour,
            accent=draft.accent,
            emblem=draft.emblem,
        ),
        signings=[
            Signing("Hélène Rouvière", QUALITY, QUALITY_EN, image=(io.BytesIO(signature_png()), "signature.png"))
        ],
        revision=draft.revision,
        actor=actor,
        now=at,
    )


def _publish(world: World, key: str, subject: Subject, at: datetime) -> None:
    house = world.houses["imr"]
    draft = _certification(world, key).designs.get(subject=subject, state="draft")
    designs.publish_design(design=draft, revision=draft.revision, actor=world.actor("helene", certifier=house), now=at)


def _certification(world: World, key: str) -> Certification:
    held = Certification.objects.filter(certifier=world.houses["imr"])
    return held.get(title=key) if key == MICRO else held.get(reference=key)
