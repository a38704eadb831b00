"""The showcase: what the house says there, its opening, and the holders who agree to appear and change their mind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.registers.awards.models import Appearance, Award, Showcase, ShownCertification
from jurande.registers.awards.policies import holders
from jurande.registers.awards.policies import showcase as policies
from jurande.registers.awards.queries.showcase import name_shown, showcase_of
from jurande.registers.awards.states.showcase import ShowcaseAct as Act
from jurande.registers.awards.states.showcase import ShownName
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

MOST_CHARS = 1_500
ADDRESS_CHARS = 300
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


class ShowcaseRefused(Refused):
    """This cannot be shown, or not so."""


@dataclass(frozen=True)
class Line:
    """What is shown of one certification, by its code."""

    code: str
    is_listed: bool
    shows_figures: bool
    training_url: str = ""


@transaction.atomic
def write_showcase(
    *,
    certifier: Certifier,
    presentation: str,
    presentation_en: str,
    site_url: str,
    lines: Sequence[Line],
    actor: Actor,
    now: datetime,
) -> Showcase:
    """Say what the house shows, and where one trains for each of its certifications; it opens nothing.

    :raises NotAllowed: not theirs. :raises ShowcaseRefused: a text that is too long, an address that is no https page,
    named by ``site_url`` or by ``training_<code>``.
    """
    require(policies.can_edit_showcase(actor, certifier))
    texts = {
        "presentation": _text(presentation, "presentation"),
        "presentation_en": _text(presentation_en, "presentation_en"),
        "site_url": checked_address(site_url, "site_url"),
    }
    held, _is_new = Showcase.objects.update_or_create(
        certifier=certifier, defaults=texts | {"changed_at": now, "changed_by_code": actor.code}
    )
    ours = {one.code: one for one in Certification.objects.filter(certifier=certifier).in_force()}
    for line in lines:
        if line.code in ours:
            ShownCertification.objects.update_or_create(
                certification=ours[line.code],
                defaults={
                    "is_listed": line.is_listed,
                    "shows_figures": line.shows_figures,
                    "training_url": checked_address(line.training_url, f"training_{line.code}"),
                },
            )
    _told(Act.CHANGED, certifier, actor, now)
    return held


@transaction.atomic
def open_showcase(*, certifier: Certifier, actor: Actor, now: datetime) -> Showcase:
    """Let everybody see it. Opened already, nothing changes.

    :raises NotAllowed: not theirs. :raises ShowcaseRefused: nothing is written yet, or nothing would be listed.
    """
    require(policies.can_edit_showcase(actor, certifier))
    held = Showcase.objects.select_for_update(no_key=True).filter(certifier=certifier).first()
    if held is None or not held.presentation:
        raise ShowcaseRefused(lazy("Écrivez d’abord votre présentation\u00a0: c’est elle qui accueille les visiteurs."))
    listed = ShownCertification.objects.filter(certification__certifier=certifier, is_listed=True)
    if not listed.filter(certification__retired_at=None).exists():
        raise ShowcaseRefused(lazy("Choisissez au moins une certification à montrer."))
    if held.opened_at is None:
        held.opened_at, held.changed_at, held.changed_by_code = now, now, actor.code
        held.save(update_fields=["opened_at", "changed_at", "changed_by_code"])
        _told(Act.OPENED, certifier, actor, now)
    return held


@transaction.atomic
def close_showcase(*, certifier: Certifier, actor: Actor, now: datetime) -> None:
    """Let nobody see it any more; what holders agreed to is kept, and shown again only if it opens again.

    :raises NotAllowed: not theirs.
    """
    require(policies.can_edit_showcase(actor, certifier))
    held = Showcase.objects.select_for_update(no_key=True).filter(certifier=certifier).exclude(opened_at=None).first()
    if held is not None:
        held.opened_at, held.changed_at, held.changed_by_code = None, now, actor.code
        held.save(update_fields=["opened_at", "changed_at", "changed_by_code"])
        _told(Act.CLOSED, certifier, actor, now)


@transaction.atomic
def agree_to_appear(*, award: Award, name: str, actor: Actor, now: datetime) -> Appearance:
    """Let the house show the holder in its showcase for this award; what they agreed to is kept word for word.

    Agreeing anew under another name ends the former agreement.

    :raises NotAllowed: not theirs, or nothing that can be shown. :raises ShowcaseRefused: no such name.
    """
    held = _locked(award)
    showcase = showcase_of(held.certifier)
    shown = ShownCertification.objects.filter(certification=held.certification, is_listed=True)
    require(policies.can_appear(actor, held, showcase, is_listed=shown.exists()))
    if name not in ShownName.values or held.holder is None:
        raise ShowcaseRefused(lazy("Choisissez sous quel nom apparaître."), field="name")
    _end(held, now)
    made = Appearance.objects.create(
        award=held,
        certification=held.certification,
        holder=held.holder,
        name_shown=name,
        wording=wording_of(held, name),
        agreed_at=now,
    )
    Award.objects.filter(pk=held.pk).update(shown_since_at=now)
    award.shown_since_at = now
    _recorded(Act.APPEARANCE_AGREED, held, actor, now)
    return made


@transaction.atomic
def stop_appearing(*, award: Award, actor: Actor, now: datetime) -> None:
    """Take the holder out of the showcase at once. Not in it, nothing changes.

    :raises NotAllowed: not theirs.
    """
    held = _locked(award)
    require(holders.can_keep_award(actor, held))
    if _end(held, now):
        _recorded(Act.APPEARANCE_ENDED, held, actor, now)
    award.shown_since_at = None


@transaction.atomic
def end_appearances(*, award: Award, now: datetime) -> None:
    """Take it out of the showcase because of another decision of its holder, which the journal tells: hidden, refused.

    ``award`` is changed in memory too, so that it may be saved afterwards.
    """
    _end(award, now)
    award.shown_since_at = None


def wording_of(award: Award, name: str) -> str:
    """The words to which a holder agrees, in the active language."""
    return _(
        "Vitrine publique, %(house)s\u00a0: j’accepte que «\u00a0%(name)s\u00a0» y figure, avec "
        "«\u00a0%(title)s\u00a0» et l’année où je l’ai obtenue. Je peux changer d’avis à tout moment, d’un geste, sans "
        "dire pourquoi."
    ) % {
        "house": award.certifier.name,
        "name": name_shown(award.first_name, award.last_name, name),
        "title": award.certification.title,
    }


def checked_address(text: str, field: str) -> str:
    """Return a public https page as it is kept; empty stays empty.

    :raises ShowcaseRefused: anything else, such as an address with a password, without a domain, or of a script.
    """
    found = text.strip()
    if not found:
        return ""
    refusal = ShowcaseRefused(lazy("Écrivez une adresse entière, qui commence par https://."), field=field)
    if len(found) > ADDRESS_CHARS or not found.isprintable() or re.search(r"[\s\\<>\"'`]", found):
        raise refusal
    try:
        parts = urlsplit(found)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise refusal from error
    if parts.scheme != "https" or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise refusal
    return f"https://{parts.netloc}{found.partition(parts.netloc)[2]}"


def _text(text: str, field: str) -> str:
    found = _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()
    if len(found) > MOST_CHARS:
        raise ShowcaseRefused(
            lazy("Ce texte est trop long\u00a0: %(most)d caractères au plus.") % {"most": MOST_CHARS}, field=field
        )
    return found


def _locked(award: Award) -> Award:
    return (
        Award.objects.select_for_update(of=("self",), no_key=True)
        .select_related("holder", "certifier__organisation", "certification")
        .get(pk=award.pk)
    )


def _end(award: Award, now: datetime) -> bool:
    """End what is agreed to; tell whether something was."""
    ended = Appearance.objects.filter(award=award).current().update(ended_at=now)
    Award.objects.filter(pk=award.pk).exclude(shown_since_at=None).update(shown_since_at=None)
    return bool(ended)


def _told(act: Act, certifier: Certifier, actor: Actor, now: datetime) -> None:
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )


def _recorded(act: Act, award: Award, actor: Actor, now: datetime) -> None:
    record(
        chain=award.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="award",
        subject_code=award.code,
        now=now,
    )
