"""Closing one's space: everything in it is erased, what waited for it too, and the account with it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import ForeignObjectRel, Q, QuerySet
from django.utils.translation import gettext as _

from jurande.registers.awards.emails import erasure as emails
from jurande.registers.awards.models import Award, AwardClaim, CombinationRequest, LotRow, Share
from jurande.registers.awards.models.claims import AwardClaimQuerySet
from jurande.registers.awards.operations.erasing import (
    ErasureRefused,
    demand_free,
    forget_awards,
    forget_claims,
    lock_what_is_said_of,
    tell,
)
from jurande.registers.awards.operations.life import write
from jurande.registers.awards.operations.locking import lock_awards, lock_person, lock_rows
from jurande.registers.awards.operations.preparing import locked, recount
from jurande.registers.awards.operations.sweeping import Gone, remember
from jurande.registers.awards.policies.erasure import can_close_space
from jurande.registers.awards.queries.holders import addresses_of, waiting_at
from jurande.registers.awards.states.awards import AwardState, LotRowState, LotState
from jurande.registers.awards.states.delegation import CLAIM_LIFE, ClaimState
from jurande.registers.awards.states.erasure import ErasureAct, ErasureCause
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.operations import erase_letters_of
from jurande.registers.journal.operations import hold, record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import Membership, Person
from jurande.registers.parties.operations.closing import close_account, end_holding, forget_addresses
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role

# What a holder has here, which goes with their space. Whoever has anything else works with somebody here.
HELD = frozenset(
    {
        "awards.Award.holder",
        "awards.AwardClaim.person",
        "awards.CombinationRequest.holder",
        "awards.Correction.holder",
        "awards.Share.holder",
        "awards.Appearance.holder",
        "parties.Membership.person",
        "parties.MagicLink.person",
        "account.EmailAddress.user",
        "mfa.Authenticator.user",
        "usersessions.UserSession.user",
    }
)


@transaction.atomic
def close_space(*, person: Person, actor: Actor, now: datetime) -> int:
    """Erase all that this person holds, and what waits at their addresses; close their account. Tell how many awards.

    Somebody who works with a house here keeps their account and loses their space. One letter says that it is done;
    it goes the next day, as everything else went.
    :raises NotAllowed: somebody else's space. :raises ErasureRefused: closed or joined to another meanwhile; or one
    thing is frozen, or under way: nothing goes.
    """
    lock_person(person.pk)
    row = Person.objects.get(pk=person.pk)
    require(can_close_space(actor, row))
    if not row.is_active:
        raise ErasureRefused(_("Cet espace vient d’être réuni à un autre, ou fermé\u00a0: rien n’a été effacé."))
    demand_free(_everything(row), now=now)
    _demand_rows_free(_spaces(row))
    address, language = row.email, row.language
    awards = forget_space(row, actor=actor, now=now)
    record(
        chain=INSTALLATION,
        actor_code=actor.code,
        action=ErasureAct.SPACE_CLOSED,
        subject_kind="person",
        subject_code=row.code,
        now=now,
    )
    write([emails.closed(to_email=address, count=awards, language=language)], now=now)
    return awards


def forget_space(row: Person, *, actor: Actor, now: datetime) -> int:
    """Empty this person's space and account, in the transaction of who decided and tells; their row is locked.

    What was left in spaces that they joined to theirs goes too, and what is being prepared because they asked for it.
    """
    addresses, awards, spaces, stays = _addresses(row), _everything(row), _spaces(row), works_here(row)
    keys = [award.pk for award in awards]
    claims, shares = AwardClaim.objects.filter(person__in=spaces), Share.objects.filter(holder__in=spaces)
    lock_what_is_said_of(keys)
    lock_rows(shares, claims, Message.objects.to_person(row.code).readable())
    for address in addresses:
        lock_rows(Message.objects.addressed_to(address).readable())
    _forget_rows(spaces)
    if stays:
        end_holding(row, now=now)
    else:
        forget_addresses(row)
        # In French whoever closes it: it stands where a name stood, and others read it.
        close_account(row, called="Espace fermé", now=now)
    houses = {award.certifier.code for award in awards}
    hold([*houses, *claims.values_list("opening__certifier__code", flat=True), INSTALLATION])
    forget_awards(keys, cause=ErasureCause.HOLDER, by_code=actor.code, now=now)
    for award in awards:
        tell(award, ErasureAct.AWARD_ERASED, by_code=actor.code, now=now)
    _forget_claims(claims, now=now)
    shares.filter(withdrawn_at=None).update(withdrawn_at=now, token="")
    shares.update(title="", token="")
    _forget_requests(spaces)
    for address in [] if stays else addresses:
        erase_letters_of(person_code=row.code, actor_code=actor.code, email=address, now=now)
    transaction.on_commit(partial(remember, Gone.PERSON, [each.code for each in spaces]))
    return len(awards)


def works_here(person: Person) -> bool:
    """Whether this person has, or had, anything else to do here than to hold: a role, a candidacy, a signature."""
    if Membership.objects.filter(person=person).exclude(role=Role.HOLDER).exists():
        return True
    others = (
        relation
        for relation in Person._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and name_of(relation) not in HELD
    )
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: person}).exists() for relation in others
    )


def name_of(relation: ForeignObjectRel) -> str:
    """«awards.Award.holder»."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def _addresses(person: Person) -> list[str]:
    return list(dict.fromkeys([person.email, *addresses_of(person)]))


def _everything(person: Person) -> list[Award]:
    """All of theirs, locked; what is issued in the place of one while we wait for it is theirs too."""
    held: set[int] = set()
    while not (found := {award.pk: award for award in _theirs(person)}).keys() <= held:
        lock_awards(found)
        held |= found.keys()
    return list(found.values())


def _theirs(person: Person) -> list[Award]:
    whole = Award.objects.select_related("certifier__organisation", "lot", "replaces")
    held = whole.filter(holder=person).exclude(state=AwardState.ERASED)
    waiting = whole.filter(pk__in=waiting_at(*_addresses(person)).order_by().values("pk"))
    found = {award.pk: award for award in [*held.order_by("pk"), *waiting.order_by("pk")]}
    for award in list(found.values()):
        former = award.replaces
        while former is not None:
            if former.state != AwardState.ERASED:
                found.setdefault(former.pk, former)
            former = former.replaces
    return list(found.values())


def _spaces(person: Person) -> list[Person]:
    return [person, *people.joined_into(person)]


def _rows_in_hand(spaces: list[Person]) -> QuerySet[LotRow]:
    """The rows of lots that are not over, which are there because they asked: a claim accepted, a bloc asked for."""
    asked = CombinationRequest.objects.filter(holder__in=spaces, row__isnull=False).values("row")
    theirs = Q(lot__claims__person__in=spaces) | Q(pk__in=asked)
    return LotRow.objects.filter(theirs).exclude(lot__state__in=(LotState.ISSUED, LotState.ABANDONED))


def _demand_rows_free(spaces: list[Person]) -> None:
    if _rows_in_hand(spaces).filter(lot__state=LotState.ISSUING).exists():
        raise ErasureRefused(
            _(
                "Ce que vous avez demandé est en cours de délivrance\u00a0: rien n’a été effacé. Réessayez dans "
                "quelques minutes."
            )
        )


def _forget_rows(spaces: list[Person]) -> None:
    """Leave them out of what is being prepared: nothing is issued to somebody who has left."""
    for row in _rows_in_hand(spaces).select_related("lot").order_by("lot", "pk"):
        lot = locked(row.lot)
        row.state, row.note = LotRowState.REJECTED, str(_("Cette personne a fermé son espace."))
        row.cells = row.values = row.holder_digest = ""
        row.faults = []
        row.save(update_fields=["state", "note", "cells", "values", "holder_digest", "faults"])
        recount(lot)


def _forget_claims(claims: AwardClaimQuerySet, *, now: datetime) -> None:
    for claim in claims.filter(state=ClaimState.SUBMITTED).select_related("person").order_by("pk"):
        claim.state = ClaimState(CLAIM_LIFE.after(claim.state, "withdraw"))
        claim.decided_at, claim.decided_by_code = now, claim.person.code
        claim.save(update_fields=["state", "decided_at", "decided_by_code"])
    forget_claims(list(claims.values_list("pk", flat=True)), now=now)


def _forget_requests(spaces: list[Person]) -> None:
    """What nobody answered yet goes; of the others, the dates stay."""
    requests = CombinationRequest.objects.filter(holder__in=spaces)
    requests.filter(decided_at=None).delete()
    requests.update(reasons="")
