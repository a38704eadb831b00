"""Receiving what was issued: by the link of its letter, or from the space one already has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.awards.emails import awards as issued_emails
from jurande.registers.awards.emails import receiving as emails
from jurande.registers.awards.facts.receiving import contest_url, door_of, holder_url, may_enter
from jurande.registers.awards.models import Award, Share
from jurande.registers.awards.models.awards import AwardQuerySet
from jurande.registers.awards.models.links import is_contest_token, is_token
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.locking import lock_awards, lock_person, lock_rows, lock_space_of
from jurande.registers.awards.operations.shares import drop_from_shares, stop_shares_since
from jurande.registers.awards.operations.showcase import end_appearances
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries.languages import language_of
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.awards.states.keeping import KeepingAct
from jurande.registers.awards.states.receiving import Door, ReceivingAct
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.emails import Letter
from jurande.registers.journal.operations import Told, hold, record, record_many
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import MagicLink, Person
from jurande.registers.parties.policies import NOBODY, Actor, can_update_person
from jurande.registers.parties.states import LinkPurpose

_STALE: dict[Door, Promise] = {
    Door.COLLECTED: _("C’est déjà reçu\u00a0: ce lien a servi."),
    Door.REFUSED: _("Vous aviez choisi de ne pas la recevoir."),
    Door.LATE: _("Ce lien est trop ancien pour servir."),
}
_CLOSED = _("Ce lien ne peut plus servir. Demandez-en un nouveau, à l’adresse où vous l’avez reçu.")


class ReceiveRefused(Refused):
    """The link receives nothing any more."""


@dataclass(frozen=True)
class Received:
    """What was received, and in whose space. ``may_enter``: pressing the button also lets in, without more."""

    person: Person
    awards: Sequence[Award]
    is_new: bool
    may_enter: bool


@transaction.atomic
def receive(*, award: Award, token: str, joining: Person | None = None, now: datetime, language: str = "") -> Received:
    """Receive this award, and all that waits at its address, in the space that the address opens.

    ``language``: that of the page where the button is, which a new space keeps.

    The space is made when there is none; with ``joining``, who is signed in, the address is added to their space
    instead. The mailbox is told, and may undo it. A space that existed is not entered by an old letter alone: its
    caller sends a new entrance then. Of two buttons pressed at once, the second is refused.

    :raises ReceiveRefused: received, refused, too late, or the address was mended since.
    :raises SpaceRefused: the account of this address is closed, or ``joining`` cannot have it.
    """
    _lock_keeper(award, joining)
    lock_awards([award.pk, *holders.waiting_at(award.email).values_list("pk", flat=True)])
    row = _locked(award)
    if not is_token(row, token):
        raise ReceiveRefused(_CLOSED)
    door = door_of(row, now)
    if door != Door.OPEN:
        raise ReceiveRefused(_STALE[door])
    hold(holders.waiting_at(row.email).order_by().values_list("certifier__code", flat=True))
    if joining is not None:
        parties.add_proved_address(person=joining, email=row.email, actor_code=joining.code, now=now)
        person, is_new, event = joining, False, _("Votre adresse ouvre maintenant un espace qui existait déjà.")
    else:
        opened = parties.open_space(
            email=row.email, first_name=row.first_name, last_name=row.last_name, now=now, language=language
        )
        person, is_new = opened.person, opened.is_new
        event = _("Votre espace vient d’être ouvert.") if is_new else _("Elle est dans votre espace.")
    taken = _collect(person, holders.waiting_at(row.email), now)
    letter = emails.received(row, person, title=holders.title_of(row), event=event, url=contest_url(row), now=now)
    write([letter], now=now)
    return Received(person, taken, is_new, may_enter=is_new or joining is not None or may_enter(row, now))


@transaction.atomic
def collect_waiting(*, person: Person, award: Award | None = None, actor: Actor, now: datetime) -> Sequence[Award]:
    """Receive from one's space what waits at one's proved addresses: all of it, or this one. Give what was received.

    What was received or refused meanwhile is left alone.
    :raises NotAllowed: somebody else's space.
    """
    require(can_update_person(actor, person.code))
    lock_person(person.pk)
    waiting = holders.waiting_for(person)
    wanted = waiting.filter(pk=award.pk) if award is not None else waiting
    lock_awards(wanted.values_list("pk", flat=True))
    return _collect(person, wanted, now)


@transaction.atomic
def reconsider(*, award: Award, token: str, now: datetime) -> None:
    """Let an award that was refused from its letter wait again, to be received with the same link.

    :raises ReceiveRefused: not the token of its letter, or it is not refused.
    """
    row = _locked(award)
    if not is_token(row, token) or row.refused_at is None or row.holder is not None:
        raise ReceiveRefused(_CLOSED)
    row.refused_at = None
    row.save(update_fields=["refused_at"])
    record(
        chain=row.certifier.code,
        actor_code="",
        action=KeepingAct.REFUSAL_TAKEN_BACK,
        subject_kind="award",
        subject_code=row.code,
        now=now,
    )


@transaction.atomic
def contest_receiving(*, award: Award, token: str, now: datetime) -> None:
    """Undo what somebody else received with a letter that was sent on: the mailbox it was sent to takes all back.

    In the space that the address opened, everybody is signed out, passkeys and addresses added since go, links made
    since stop, and what was received since is private again. Out of a space of which it is not the main address, what
    was received with it leaves for one of its own. A new entrance is sent to the address.

    :raises ReceiveRefused: not the token of its letter, or nobody received it.
    """
    lock_space_of(award)
    row = _locked(award)
    if row.holder is None or not is_contest_token(row, token):
        raise ReceiveRefused(_CLOSED)
    keeper = row.holder
    lock_rows(Share.objects.filter(holder=keeper), MagicLink.objects.filter(person=keeper))
    hold(Award.objects.filter(holder=keeper).values_list("certifier__code", flat=True))
    owner = keeper
    since = row.collected_at or now
    if keeper.email == row.email.strip().lower():
        parties.throw_out(person=keeper, since=since, now=now)
        stop_shares_since(holder=keeper, since=since, now=now)
        _make_private(Award.objects.filter(holder=keeper, collected_at__gte=since), keeper, now)
    else:
        parties.give_address_back(person=keeper, email=row.email, now=now)
        owner = parties.open_space(email=row.email, first_name=row.first_name, last_name=row.last_name, now=now).person
        _make_private(Award.objects.filter(holder=keeper, email_digest=row.email_digest), owner, now)
    _enter(owner, row.email, now)
    record(
        chain=row.certifier.code,
        actor_code="",
        action=ReceivingAct.CONTESTED,
        subject_kind="award",
        subject_code=row.code,
        now=now,
    )


@transaction.atomic
def send_entrance(*, email: str, now: datetime) -> None:
    """Send a way in to whoever asks for one with this address; nothing at all when it is nobody's.

    A holder gets an entrance to their space. Where something waits and there is no space, its letter leaves again;
    a letter too old to receive with gives way to a space and its entrance.
    """
    if people.holder_at(email) is not None:
        parties.request_magic_link(email=email, now=now)
        return
    waiting = holders.waiting_at(email).first()
    if waiting is None:
        return
    if door_of(waiting, now) == Door.OPEN:
        write([issued_letter(waiting)], now=now)
        return
    opened = parties.open_space(
        email=waiting.email,
        first_name=waiting.first_name,
        last_name=waiting.last_name,
        now=now,
        language=language_of(waiting),
    )
    _enter(opened.person, waiting.email, now)


@transaction.atomic
def send_entrance_of(*, award: Award, now: datetime) -> None:
    """Send a way in to the address on file, for somebody whose link has served; whoever asks learns nothing more."""
    held = award.holder
    proved = held is not None and any(one.email == award.email.lower() for one in people.addresses_of(held))
    if held is not None and held.is_active and proved:
        _enter(held, award.email, now)
    else:
        send_entrance(email=award.email, now=now)


def issued_letter(award: Award) -> Letter:
    """The letter that gives this award, with the link that receives it."""
    return issued_emails.issued(
        award,
        title=holders.title_of(award),
        house=award.certifier.name,
        certifier_code=award.certifier.code,
        email=award.email,
        url=holder_url(award),
        language=language_of(award),
    )


# --- parts --------------------------------------------------------------------------------------


def _lock_keeper(award: Award, joining: Person | None) -> None:
    """Lock who will have it: nobody closes their space, or joins it to another, while it comes in."""
    keeper = joining or people.person_proved_at(award.email)
    while keeper is not None:
        lock_person(keeper.pk)
        found = keeper if joining is not None else people.person_proved_at(award.email)
        if found == keeper:
            break
        keeper = found
    if joining is not None and not Person.objects.filter(pk=joining.pk, is_active=True).exists():
        raise ReceiveRefused(_("Cet espace vient d’être fermé. Rouvrez le lien reçu : rien n’est perdu."))


def _locked(award: Award) -> Award:
    rows = Award.objects.select_for_update(of=("self",), no_key=True).select_related(
        "certifier__organisation", "certification", "referentiel", "holder"
    )
    return rows.get(pk=award.pk)


def _collect(person: Person, waiting: AwardQuerySet, now: datetime) -> Sequence[Award]:
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    # Judged again by the statement that takes them: what another button has just taken is not taken twice.
    free = Award.objects.filter(holder=None, collected_at=None, refused_at=None)
    rows = list(
        free.filter(pk__in=keys)
        .select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "certification", "referentiel")
        .order_by("pk")
    )
    free.filter(pk__in=[row.pk for row in rows]).update(holder=person, collected_at=now)
    # What they replace comes along: it is the same person's past.
    _adopt_former(person, [row.replaces_id for row in rows if row.replaces_id], now)
    _tell(person, rows, now)
    return rows


def _adopt_former(person: Person, keys: list[int], now: datetime) -> None:
    while keys:
        former = Award.objects.filter(pk__in=keys, holder=None).exclude(state=AwardState.ERASED)
        found = list(former.values_list("pk", "replaces_id"))
        Award.objects.filter(pk__in=[pk for pk, _of in found]).update(holder=person, collected_at=now)
        keys = [of for _pk, of in found if of]


def _make_private(rows: AwardQuerySet, owner: Person, now: datetime) -> None:
    """Put these in the space of who they are for, as on the first day."""
    for one in rows:
        end_appearances(award=one, now=now)
        if one.holder_id != owner.pk:
            drop_from_shares(award=one, actor=NOBODY, now=now)
    rows.update(holder=owner, exposure=Exposure.DOCUMENT)


def _tell(person: Person, rows: Sequence[Award], now: datetime) -> None:
    by_house: dict[str, list[Told]] = {}
    for row in rows:
        told = Told(ReceivingAct.COLLECTED, "award", row.code)
        by_house.setdefault(row.certifier.code, []).append(told)
    for chain in sorted(by_house):
        record_many(chain=chain, actor_code=person.code, acts=by_house[chain], now=now)


def _enter(person: Person, email: str, now: datetime) -> None:
    parties.send_magic_link(
        person=person,
        purpose=LinkPurpose.HOLDER,
        actor=people.actor_for(person),
        email=email.strip().lower(),
        now=now,
    )
