"""What a shared link says: what its holder chose to show, checked now, ready to be laid out in the active language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jurande.registers.awards.operations.previews import SIZE, Preview
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.proofs import Proof, Standing, look_of
from jurande.registers.awards.queries.shares import Opened
from jurande.web.public.proofs.page import Fact, Page, page_of
from jurande.web.ui import spoken
from jurande.web.ui.formats import NBSP

if TYPE_CHECKING:
    from jurande.registers.awards.models import Share

# What still stands, and may be announced with the name of who obtained it.
STANDS = (Standing.VALID, Standing.EXPIRED, Standing.UNCERTAIN, Standing.TAKEN_OVER, Standing.WAITING)


@dataclass(frozen=True)
class Card:
    """One award among several: its page behind this link, and the seal of its house."""

    page: Page
    url: str
    stands: bool


@dataclass(frozen=True)
class Gathering:
    """The page of a link to several awards. ``name``: of all of them, empty when they do not say the same."""

    language: str
    other_url: str
    url: str
    house: str
    heading: str
    checked: str
    name: str
    cards: list[Card] = field(default_factory=list)


@dataclass(frozen=True)
class Announced:
    """What networks and messages are told of a link: the Open Graph protocol, and Twitter's cards."""

    title: str
    said: str
    url: str
    image_url: str
    site: str
    locale: str
    width: int = SIZE[0]
    height: int = SIZE[1]


def address(view: str, token: str, *more: object) -> str:
    """The address of a page of a link, in the active language when it has two."""
    english = spoken.is_english() and view in _BILINGUAL
    return reverse(f"public:{view}-en" if english else f"public:{view}", args=[token, *more])


_BILINGUAL = ("share", "share-one", "share-preview", "share-embed")


def proofs_of(opened: Opened, *, now: datetime) -> list[Proof]:
    """Every check of all that the link shows, but that of the log, which the page of each makes; in order."""
    made = proofs.prove_many(opened.numbers, now=now)
    return [_as_chosen(made[number], opened.share) for number in opened.numbers if number in made]


def proof_of(opened: Opened, rank: int, *, now: datetime) -> Proof | None:
    """Every check of one of them, counted from 1; None when there is no such one."""
    if not 1 <= rank <= len(opened.numbers):
        return None
    award = proofs.find(opened.numbers[rank - 1])
    return _as_chosen(proofs.prove(award, now=now), opened.share) if award is not None else None


def _as_chosen(proof: Proof, share: Share) -> Proof:
    """Leave out, after the checks, the body that the holder does not name."""
    if not share.shows_assessor:
        proof.award.partnership = None
    return proof


def page_of_one(opened: Opened, proof: Proof, token: str, rank: int) -> Page:
    """The page of one award behind a link: nothing on it leads to more than what its holder chose."""
    share, made = opened.share, page_of(proof, is_shown=True)
    number = proof.award.shown_number
    facts = [one for one in made.facts if share.gives_file or one.value != number]
    is_alone = len(opened.numbers) == 1
    english = made.language == "en"
    here = ("share", token) if is_alone else ("share-one", token, rank)
    view, *arguments = here
    other = f"public:{view}" if english else f"public:{view}-en"
    return replace(
        made,
        url=settings.PUBLIC_URL + address(*here),
        other_url=reverse(other, args=arguments),
        qr_url=address("share-code", token),
        facts=[*(_results(proof) if share.shows_grade else ()), *facts],
        file_url=address("share-file", token, rank) if share.gives_file and proof.document is not None else "",
        kit_url="",
        next_url="",
        former_url="",
        training_url=address("share-training", token, rank) if made.training_url else "",
    )


def gathered(opened: Opened, made: list[Proof], token: str) -> Gathering:
    """The page of several: each told in a card that leads to its own."""
    cards = [
        Card(
            page=_sealed_apart(page_of_one(opened, proof, token, rank), rank),
            url=address("share-one", token, rank),
            stands=proof.standing in STANDS,
        )
        for rank, proof in enumerate(made, 1)
    ]
    english = spoken.is_english()
    name = _common(card.page.name for card in cards if card.page.shows_award)
    return Gathering(
        language="en" if english else "fr",
        url=settings.PUBLIC_URL + address("share", token),
        other_url=reverse("public:share" if english else "public:share-en", args=[token]),
        house=_common(card.page.house for card in cards),
        heading=_heading(len(cards), name),
        checked=_("Vérifiées à l’instant\u00a0: %(when)s.") % {"when": spoken.weekday(made[0].at)},
        name=name,
        cards=cards,
    )


def _sealed_apart(page: Page, rank: int) -> Page:
    """Several seals on a page: the ring along which each is written has a name of its own."""
    drawn = page.seal.replace('id="ring"', f'id="ring-{rank}"').replace('"#ring"', f'"#ring-{rank}"')
    return replace(page, seal=mark_safe(drawn))  # noqa: S308 - our own drawing, its text escaped


def announced(opened: Opened, made: list[Proof], token: str) -> Announced:
    """What is said of the link where it is pasted; of what no longer stands, nothing but that."""
    preview = preview_of(made)
    title = f"{preview.title}, {preview.name}" if preview.name else preview.title
    if len(made) > 1:
        title = _heading(len(made), preview.name)
    if all(proof.standing in STANDS for proof in made):
        said = _("%(kind)s, %(given)s. Vérifiable en ligne, sans compte.") % {
            "kind": preview.overline,
            "given": preview.given,
        }
    else:
        said = preview.given
    return Announced(
        title=title,
        said=said,
        url=settings.PUBLIC_URL + address("share", token),
        image_url=settings.PUBLIC_URL + address("share-preview", token),
        site=preview.house,
        locale="en_GB" if spoken.is_english() else "fr_FR",
    )


def preview_of(made: list[Proof]) -> Preview:
    """What the picture of a link says: of one award its title, of several how many."""
    first = page_of(made[0], is_shown=True)
    colour, accent, emblem = look_of(made[0].award)
    look = {
        "language": first.language,
        "house": _common(proof.award.certifier.name for proof in made) or first.house,
        "colour": colour,
        "accent": accent,
        "emblem": emblem,
    }
    if any(proof.standing is Standing.BROKEN for proof in made):
        return Preview(overline="", title=_("Ne vous y fiez pas pour le moment"), name="", given="", **look)
    if len(made) == 1:
        stands = made[0].standing in STANDS
        given = first.given if stands else first.verdict.title
        return Preview(overline=first.kind, title=first.title, name=first.name if stands else "", given=given, **look)
    pages = [page_of(proof, is_shown=True) for proof in made]
    name = _common(page.name for page in pages)
    titles = " · ".join(page.title for page in pages)
    return Preview(
        overline=_common(page.kind for page in pages) or _("Réussites"),
        title=_heading(len(made), ""),
        name=name,
        given=titles if len(titles) <= _LONGEST_LINE else f"{titles[:_LONGEST_LINE].rstrip()}…",
        **look,
    )


_LONGEST_LINE = 100


def _heading(count: int, name: str) -> str:
    told = {"count": spoken.number(count), "name": name}
    if not name:
        return ngettext("%(count)s réussite vérifiable", "%(count)s réussites vérifiables", count) % told
    return (
        ngettext(
            "%(name)s\u00a0: %(count)s réussite vérifiable", "%(name)s\u00a0: %(count)s réussites vérifiables", count
        )
        % told
    )


def _common(texts: Iterator[str]) -> str:
    """What they all say, empty when they do not say the same."""
    said = set(texts)
    return said.pop() if len(said) == 1 else ""


def _results(proof: Proof) -> list[Fact]:
    """The note and the assiduity, as they were signed."""
    subject = proof.document.get("credentialSubject") if proof.document is not None else None
    signed = subject.get("result") if isinstance(subject, dict) else None
    found = []
    for one in signed if isinstance(signed, list) else []:
        node, value = (one.get("id"), one.get("value")) if isinstance(one, dict) else (None, None)
        if not isinstance(node, str) or not isinstance(value, str):
            continue
        if node.endswith("#note"):
            found.append(Fact(_("Note ou mention"), value))
        elif node.endswith("#assiduite"):
            percent = value if spoken.is_english() else value.replace(".", ",")
            found.append(Fact(_("Assiduité"), f"{percent}{NBSP}%"))
    return found
