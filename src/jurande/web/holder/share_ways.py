"""All the ways to use a link: to paste, to print, to put in a profile, a site or a signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jurande.registers.awards.facts.linkedin import Entry, post_url
from jurande.registers.awards.queries.holders import titles_of
from jurande.registers.awards.queries.shares import sharing_of
from jurande.web.ui.badges import embed_text
from jurande.web.ui.formats import typo

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award, Share

FRAME_SIZE = (480, 190)
SIGNATURE_SIZE = (200, 105)


@dataclass(frozen=True)
class Paste:
    """One text to paste in a field of LinkedIn: what the field is called there, and the text."""

    label: str
    text: str


@dataclass(frozen=True)
class Profile:
    """One award, as an entry of a profile: the address of its button, and what goes in each field."""

    title: str
    url: str
    texts: list[Paste]


@dataclass(frozen=True)
class Ways:
    """Addresses and texts of an open link. ``profiles``: one entry for each award that it shows."""

    url: str
    path: str
    english_url: str
    preview_path: str
    qr_svg: str
    qr_png: str
    profiles: list[Profile]
    post_url: str
    frame: str
    badge: str
    badge_path: str
    signature: SafeString
    subject: str


def ways_of(share: Share, awards: Sequence[Award]) -> Ways:
    """Every way of an open link to these awards, one at least. One query for each, one more for blocs."""
    token, titles = share.token, titles_of(awards)
    path = reverse("public:share", args=[token])
    url = settings.PUBLIC_URL + path
    subject = typo(titles[awards[0].code]) if len(awards) == 1 else _("Mes réussites, vérifiables en ligne")
    house = awards[0].certifier.name
    badge_path = reverse("public:share-badge", args=[token])
    return Ways(
        url=url,
        path=path,
        english_url=settings.PUBLIC_URL + reverse("public:share-en", args=[token]),
        preview_path=reverse("public:share-preview", args=[token]),
        qr_svg=reverse("public:share-code", args=[token]),
        qr_png=reverse("public:share-code-png", args=[token]),
        profiles=[_profile(share, award, titles[award.code]) for award in awards],
        post_url=post_url(url),
        frame="".join(
            format_html(
                '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>',
                settings.PUBLIC_URL + reverse("public:share-embed", args=[token]),
                *FRAME_SIZE,
                subject,
            )
        ),
        badge=embed_text(page_url=url, badge_url=settings.PUBLIC_URL + badge_path, label=subject),
        badge_path=badge_path,
        signature=_signature(share, url, subject, house if len(awards) == 1 else ""),
        subject=subject,
    )


def linkedin_entry(share: Share, award: Award, title: str) -> Entry:
    """What a profile says of one award of a link. ``award.certifier`` is loaded; one query."""
    return Entry(
        name=title,
        organisation=award.certifier.name,
        organisation_id=sharing_of(award.certifier).linkedin_id,
        issued_on=award.awarded_on,
        expires_on=award.valid_until,
        url=settings.PUBLIC_URL + reverse("public:share", args=[share.token]),
        # The number leads to more than the link shows, unless the link gives all of it.
        number=award.shown_number if share.gives_file else "",
    )


def _profile(share: Share, award: Award, title: str) -> Profile:
    url = reverse("holder:shares-linkedin", args=[share.code, award.code])
    return Profile(typo(title), url, _pasted(share, award, title))


def _pasted(share: Share, award: Award, title: str) -> list[Paste]:
    entry = linkedin_entry(share, award, title)
    told = [
        (_("Nom"), entry.name),
        (_("Organisme émetteur"), entry.organisation),
        (_("Date d’émission"), _month(entry.issued_on)),
        (_("Date d’expiration"), _month(entry.expires_on)),
        (_("Identifiant du diplôme"), entry.number),
        (_("URL du diplôme"), entry.url),
    ]
    return [Paste(label, text) for label, text in told if text]


def _month(day: date | None) -> str:
    return date_format(day, "F Y") if day else ""


def _signature(share: Share, url: str, subject: str, house: str) -> SafeString:
    """A few lines for the end of a message: a picture and a link, which mail programs keep when pasted."""
    width, height = SIGNATURE_SIZE
    return format_html(
        '<a href="{url}"><img src="{image}" width="{width}" height="{height}" alt="" loading="lazy"><br>'
        "<b>{subject}</b></a>{house}",
        url=url,
        image=settings.PUBLIC_URL + reverse("public:share-preview", args=[share.token]),
        width=width,
        height=height,
        subject=subject,
        house=f", {house}" if house else "",
    )
