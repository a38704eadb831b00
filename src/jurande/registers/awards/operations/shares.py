"""Links by which holders show what they hold: made, changed, withdrawn at once; openings counted, never people."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.integrations.spool_files import add_line, finished_files, forget_file
from jurande.registers.awards.models import Award, FoldedSpool, Share, ShareItem, SharingSettings
from jurande.registers.awards.models.shares import share_digest
from jurande.registers.awards.policies.designs import can_write_designs
from jurande.registers.awards.policies.shares import can_keep_share, can_share_award
from jurande.registers.awards.queries.shares import sharing_of
from jurande.registers.awards.states.shares import ShareAct
from jurande.registers.common.codes import LENGTH
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import NOBODY, Actor

TOKEN_BYTES = 16
MOST_AWARDS = 30
# A holder who needs more links than this has forgotten what the first ones were for.
MOST_OPEN = 100
TITLE_CHARS = 80
_LINKEDIN_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
# What people paste instead: the address of their page's administration, which ends with its figures.
_LINKEDIN_PAGE = re.compile(r"linkedin\.com/company/([0-9]{1,20})(?:/|$)", re.ASCII)


class ShareRefused(Refused):
    """This link cannot be made or changed so."""


@dataclass(frozen=True)
class Shown:
    """What a link shows and until when. ``gives_file``: the signed file says all of it, and the rest is then shown."""

    ends_on: date | None = None
    shows_grade: bool = False
    shows_assessor: bool = True
    gives_file: bool = False


@transaction.atomic
def create_share(*, awards: Sequence[Award], shown: Shown, title: str = "", actor: Actor, now: datetime) -> Share:
    """Make a link to these awards, in this order. Their ``holder`` is loaded; ``title`` is for the holder alone.

    :raises NotAllowed: one that is not theirs, or that they hid. :raises ShareRefused: none or too many, too many
    links, a last day in the past, a title too long.
    """
    if not awards:
        raise ShareRefused(_("Choisissez au moins une réussite à montrer."), field="awards")
    if len(awards) > MOST_AWARDS:
        raise ShareRefused(_("Choisissez %(most)d réussites au plus.") % {"most": MOST_AWARDS}, field="awards")
    for award in awards:
        require(can_share_award(actor, award))
    holder = awards[0].holder
    assert holder is not None  # noqa: S101 - the policy looked; for the type checker
    # What another tab does at the same instant is waited for: closing the space, joining it to another, erasing one.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
    rows = Award.objects.select_for_update(of=("self",), no_key=True).select_related("holder").order_by("pk")
    for award in rows.filter(pk__in=[award.pk for award in awards]):
        require(can_share_award(actor, award))
    if Share.objects.filter(holder=holder).open_on(localdate(now)).count() >= MOST_OPEN:
        raise ShareRefused(
            _("Vous avez déjà %(most)d liens ouverts. Arrêtez ceux qui ne servent plus, puis recommencez.")
            % {"most": MOST_OPEN}
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    share = Share(
        holder=holder,
        title=_title(title),
        token=token,
        token_digest=share_digest(token),
        created_at=now,
        **_checked(shown, now),
    )
    share.save(force_insert=True)
    ShareItem.objects.bulk_create(
        ShareItem(share=share, award=award, position=position) for position, award in enumerate(awards)
    )
    _told(ShareAct.OPENED, share, awards[0].certifier.code, actor, now)
    return share


@transaction.atomic
def change_share(*, share: Share, shown: Shown, title: str = "", actor: Actor, now: datetime) -> Share:
    """Change what a link shows, until when, or its name; the address stays the same.

    :raises NotAllowed: not theirs. :raises ShareRefused: withdrawn, a last day in the past, a title too long.
    """
    require(can_keep_share(actor, share))
    held = Share.objects.select_for_update(of=("self",), no_key=True).get(pk=share.pk)
    if held.withdrawn_at is not None:
        raise ShareRefused(_("Ce lien est arrêté\u00a0: il ne montre plus rien. Créez-en un autre."))
    held.title = _title(title)
    for name, value in _checked(shown, now).items():
        setattr(held, name, value)
    held.save()
    _forget_previews(held)
    _told(ShareAct.CHANGED, held, _house_of(held), actor, now)
    return held


@transaction.atomic
def withdraw_share(*, share: Share, actor: Actor, now: datetime) -> None:
    """Stop a link at once: it shows nothing any more, for anybody. Nothing happens to one that is stopped already.

    :raises NotAllowed: not theirs.
    """
    require(can_keep_share(actor, share))
    held = Share.objects.select_for_update(of=("self",), no_key=True).get(pk=share.pk)
    if held.withdrawn_at is None:
        _stop(held, now)
        _told(ShareAct.WITHDRAWN, held, _house_of(held), actor, now)


@transaction.atomic
def drop_from_shares(*, award: Award, actor: Actor, now: datetime) -> None:
    """Take an award out of every link, as part of its erasure; a link that shows nothing else is stopped."""
    for share in Share.objects.select_for_update(of=("self",), no_key=True).filter(items__award=award).order_by("pk"):
        share.items.filter(award=award).delete()
        _forget_previews(share)
        if share.withdrawn_at is None and not share.items.exists():
            _stop(share, now)
            _told(ShareAct.WITHDRAWN, share, award.certifier.code, actor, now)


@transaction.atomic
def stop_shares_since(*, holder: Person, since: datetime, now: datetime) -> None:
    """Stop every link made in this space since then: its owner says that somebody else was in it."""
    rows = Share.objects.select_for_update(of=("self",), no_key=True).filter(holder=holder, created_at__gte=since)
    for share in rows.filter(withdrawn_at=None).order_by("pk"):
        _stop(share, now)
        _told(ShareAct.WITHDRAWN, share, _house_of(share), NOBODY, now)


@transaction.atomic
def set_sharing(*, certifier: Certifier, linkedin: str, actor: Actor, now: datetime) -> SharingSettings:
    """Say how the house is known on LinkedIn: the figures of its page, or the address that ends with them; or nothing.

    :raises NotAllowed: who may not. :raises ShareRefused: neither figures nor such an address.
    """
    require(can_write_designs(actor, certifier))
    given = linkedin.strip()
    found = _LINKEDIN_PAGE.search(given)
    identifier = found[1] if found else given
    if identifier and not _LINKEDIN_ID.fullmatch(identifier):
        raise ShareRefused(
            _(
                "Ce n’est pas l’identifiant d’une page. Ouvrez l’administration de votre page sur LinkedIn\u00a0: ce "
                "sont les chiffres de son adresse."
            ),
            field="linkedin",
        )
    row = sharing_of(Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk))
    row.linkedin_id, row.changed_at, row.changed_by_code = identifier, now, actor.code
    row.save()
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=ShareAct.SETTINGS_CHANGED,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return row


# --- openings -------------------------------------------------------------------------------------


def spool_folder() -> Path:
    """Where the lines wait."""
    folder: Path = settings.HOME.path / "spool" / "shares"
    return folder


def note_opening(share: Share, *, now: datetime) -> bool:
    """Write down that a link was opened; nothing says by whom nor from where. Tell whether it was."""
    return add_line(spool_folder(), str(share.code), now=now)


def fold_openings(*, now: datetime) -> int:
    """Add what the finished files say to the counts of their links, each file once; tell how many openings."""
    folder, counted = spool_folder(), 0
    for name, lines in finished_files(folder, now=now):
        counted += _fold(f"shares/{name}", lines, now=now)
        forget_file(folder, name)
    return counted


@transaction.atomic
def _fold(name: str, lines: list[str], *, now: datetime) -> int:
    _spool, is_new = FoldedSpool.objects.get_or_create(name=name, defaults={"lines": len(lines), "folded_at": now})
    if not is_new:
        # Counted already, and the machine stopped before the file was removed.
        return 0
    counted = 0
    for code, number in sorted(Counter(line for line in lines if len(line) == LENGTH).items()):
        counted += number * Share.objects.filter(code=code).update(opened_count=F("opened_count") + number)
    return counted


# --- parts ----------------------------------------------------------------------------------------


def preview_key(share: Share, language: str) -> str:
    """Under what the picture that networks show is kept."""
    return f"share.{share.code}.{language}"


def _forget_previews(share: Share) -> None:
    caches["parchments"].delete_many([preview_key(share, language) for language in ("fr", "en")])


def _stop(share: Share, now: datetime) -> None:
    share.withdrawn_at, share.token = now, ""
    share.save(update_fields=["withdrawn_at", "token"])
    _forget_previews(share)


def _checked(shown: Shown, now: datetime) -> dict[str, object]:
    if shown.ends_on is not None and shown.ends_on < localdate(now):
        raise ShareRefused(_("Ce jour est passé. Choisissez un jour à venir, ou aucun."), field="ends_on")
    return {
        "ends_on": shown.ends_on,
        "shows_grade": shown.shows_grade or shown.gives_file,
        "shows_assessor": shown.shows_assessor or shown.gives_file,
        "gives_file": shown.gives_file,
    }


def _title(text: str) -> str:
    title = " ".join(text.split())
    if len(title) > TITLE_CHARS:
        raise ShareRefused(_("Écrivez %(most)d caractères au plus.") % {"most": TITLE_CHARS}, field="title")
    return title


def _house_of(share: Share) -> str:
    """The chain in which a link is told: that of the house of the first award that it shows."""
    first = share.items.select_related("award__certifier").order_by("position").first()
    return first.award.certifier.code if first else INSTALLATION


def _told(act: ShareAct, share: Share, chain: str, actor: Actor, now: datetime) -> None:
    record(chain=chain, actor_code=actor.code, action=act, subject_kind="share", subject_code=share.code, now=now)
