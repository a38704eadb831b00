"""Other ways in: magic links, API keys; and closing them: sessions, a second factor that was lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import ALPHABET
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import emails, policies, queries
from jurande.registers.parties.models import ApiKey, Certifier, MagicLink, Membership, Person
from jurande.registers.parties.models.links import digest_of, new_token
from jurande.registers.parties.models.people import email_key
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Act, LinkPurpose, Role, Scope

HOLDER_LINK_LIFETIME = timedelta(minutes=20)
GUEST_LINK_LIFETIME = timedelta(days=7)
LONGEST_KEY = timedelta(days=366)
KEY_WARNING = timedelta(days=14)
LINK_MEMORY = timedelta(days=30)
USE_SECONDS = 3 * 86400


class LinkRefused(Refused):
    """The link can no longer be used; one sentence whatever the reason."""


class ApiKeyRefused(Refused):
    """This key cannot be issued or revoked so."""


class SecondFactorRefused(Refused):
    """This second factor is not theirs to clear, or there is none."""


class SessionRefused(Refused):
    """This session cannot be closed."""


# --- magic links --------------------------------------------------------------------------------


@transaction.atomic
def send_magic_link(
    *,
    person: Person,
    purpose: LinkPurpose,
    actor: Actor,
    now: datetime,
    certifier: Certifier | None = None,
    subject: tuple[str, str] = ("", ""),
    email: str = "",
) -> MagicLink:
    """Write to the person with a link that lets them in once; links sent before for the same thing stop working.

    Twenty minutes for a holder, who asks for it when they want to come in; seven days for a guest, who did not.
    ``subject``: kind and code of what a guest comes for. ``email``: another proved address of theirs to write to.
    """
    same = MagicLink.objects.filter(person=person, purpose=purpose, subject_kind=subject[0], subject_code=subject[1])
    same.usable_at(now).update(revoked_at=now)
    token = new_token()
    lifetime = HOLDER_LINK_LIFETIME if purpose == LinkPurpose.HOLDER else GUEST_LINK_LIFETIME
    link = MagicLink(
        token_digest=digest_of(token),
        purpose=purpose,
        person=person,
        email=email if email != person.email else "",
        certifier_code=certifier.code if certifier is not None else "",
        subject_kind=subject[0],
        subject_code=subject[1],
        sent_at=now,
        expires_at=now + lifetime,
    )
    link.save(force_insert=True)
    correspondence.send(emails.magic_link(link, token, certifier), now=now)
    _told(Act.MAGIC_LINK_SENT, link.person.code, actor.code, now, chain=link.certifier_code)
    return link


def request_magic_link(*, email: str, now: datetime) -> None:
    """Send a holder the link they ask for, at any address they proved.

    Nothing is done, and nothing said, for an address that is no holder's.
    """
    person = queries.holder_at(email)
    if person is not None:
        send_magic_link(
            person=person,
            purpose=LinkPurpose.HOLDER,
            actor=queries.actor_for(person),
            email=email_key(email),
            now=now,
        )


@transaction.atomic
def use_magic_link(*, token: str, now: datetime) -> MagicLink:
    """Consume the link and give it, with its person. Only a button's POST calls this: opening a link does nothing.

    :raises LinkRefused: unknown, used, revoked or too late.
    """
    # The row is locked, then judged: of two clicks at the same instant, the second finds it used. An UPDATE that joins
    # the person would not do on PostgreSQL: it judges the row as it was before it waited.
    link = (
        MagicLink.objects.of_token(token).select_for_update(of=("self",), no_key=True).select_related("person").first()
    )
    is_entrance = link is not None and link.purpose != LinkPurpose.ADDRESS
    if link is None or not is_entrance or not link.is_usable_at(now) or not link.person.is_active:
        raise LinkRefused(
            _(
                "Ce lien ne peut plus servir\u00a0: il a déjà été utilisé, ou son heure est passée. "
                "Demandez-en un nouveau."
            )
        )
    link.used_at = now
    link.save(update_fields=["used_at"])
    _told(Act.MAGIC_LINK_USED, link.person.code, link.person.code, now, chain=link.certifier_code)
    return link


# --- API keys -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class IssuedKey:
    """A key just made, with the text to give to the program: it is shown now and never again."""

    key: ApiKey
    token: str


@transaction.atomic
def issue_api_key(
    *, certifier: Certifier, label: str, scopes: Iterable[Scope], expires_at: datetime, actor: Actor, now: datetime
) -> IssuedKey:
    """Make a key for another program, within scopes and until an instant at most a year away.

    :raises NotAllowed: only administrators. :raises ApiKeyRefused: no label, no scope, or an impossible end.
    """
    require(policies.can_issue_api_key(actor, certifier))
    chosen = sorted({str(Scope(scope)) for scope in scopes})
    if not label.strip():
        raise ApiKeyRefused(_("Dites à quoi la clé servira, pour la reconnaître plus tard."), field="label")
    if not chosen:
        raise ApiKeyRefused(_("Choisissez au moins une portée."), field="scopes")
    if not now < expires_at <= now + LONGEST_KEY:
        raise ApiKeyRefused(_("Une clé expire dans l’avenir, dans un an au plus."), field="expires_at")
    prefix, secret = "".join(secrets.choice(ALPHABET) for _n in range(8)), new_token()
    key = ApiKey(
        certifier=certifier,
        label=label.strip(),
        prefix=prefix,
        secret_digest=digest_of(secret),
        scopes=chosen,
        issued_by_code=actor.code,
        issued_at=now,
        expires_at=expires_at,
    )
    key.save(force_insert=True)
    _told_key(Act.API_KEY_ISSUED, key, actor, now)
    return IssuedKey(key, f"{queries.API_KEY_MARK}_{prefix}_{secret}")


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Actor, now: datetime) -> None:
    """Make the key useless at once.

    :raises NotAllowed: only administrators. :raises ApiKeyRefused: revoked already.
    """
    require(policies.can_revoke_api_key(actor, key))
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        raise ApiKeyRefused(_("Cette clé est déjà révoquée."))
    _told_key(Act.API_KEY_REVOKED, key, actor, now)


def remember_api_key_use(*, key: ApiKey, on: date) -> None:
    """Leave word that the key served on this day. Not in the database: reading through the API may not write."""
    cache.set(_use(key.code), on.isoformat(), USE_SECONDS)


def note_api_key_use(*, now: datetime) -> int:
    """Write down the last day of use of each key, as ``remember_api_key_use`` left it, and count the keys."""
    codes = list(ApiKey.objects.usable_at(now).order_by("pk").values_list("code", flat=True))
    days = {code: cache.get(_use(code)) for code in codes}
    return sum(
        ApiKey.objects.filter(code=code).filter(Q(last_used_on=None) | Q(last_used_on__lt=day)).update(last_used_on=day)
        for code, day in days.items()
        if day
    )


def _use(code: str) -> str:
    return f"parties.api_key_used.{code}"


def warn_of_expiring_api_keys(*, now: datetime) -> int:
    """Write to the administrators of a certifier whose key dies within two weeks, once for a key. Counts the keys."""
    dying = ApiKey.objects.usable_at(now).filter(expires_at__lte=now + KEY_WARNING, warned_at=None).order_by("pk")
    return sum(_warn(key, now=now) for key in dying.select_related("certifier__organisation"))


@transaction.atomic
def _warn(key: ApiKey, *, now: datetime) -> bool:
    if not ApiKey.objects.filter(pk=key.pk, warned_at=None).update(warned_at=now):
        return False
    administrators = Membership.objects.in_force().filter(certifier=key.certifier, role=Role.ADMINISTRATOR)
    for membership in administrators.select_related("person").order_by("pk"):
        correspondence.send(emails.api_key_expiring(key, membership.person), now=now)
    return True


# --- sessions -----------------------------------------------------------------------------------


@transaction.atomic
def revoke_session(*, person: Person, session_id: str, actor: Actor, now: datetime) -> None:
    """Sign one browser out, named by ``queries.session_id``.

    :raises NotAllowed: somebody else's. :raises SessionRefused: closed already.
    """
    require(policies.can_revoke_session(actor, person.code))
    rows = UserSession.objects.filter(user_id=person.pk).order_by("pk")
    row = next((row for row in rows if queries.session_id(row.session_key) == session_id), None)
    if row is None:
        raise SessionRefused(_("Cette session est déjà fermée."))
    row.end()
    _told(Act.SESSION_REVOKED, person.code, actor.code, now)


@transaction.atomic
def sign_out_everywhere(*, person: Person, actor: Actor, now: datetime, but_session_key: str = "") -> int:
    """Sign the person out of every browser, except the one with this key. Counts the sessions closed.

    :raises NotAllowed: somebody else's account.
    """
    require(policies.can_revoke_session(actor, person.code))
    closed = close_sessions(person, but_session_key=but_session_key)
    _told(Act.SESSIONS_REVOKED, person.code, actor.code, now)
    return closed


@transaction.atomic
def clear_second_factor(*, membership: Membership, actor: Actor, now: datetime) -> None:
    """Take away the authenticators, passkeys and recovery codes of somebody who lost them, and close their sessions.

    They are told by mail, still need their password, and choose another second factor on coming back. Somebody who also
    works elsewhere is left to whoever runs the machine (``clear_second_factor_of``): one house never weakens the door
    of another.

    :raises NotAllowed: not theirs to take, or their own. :raises SecondFactorRefused: works elsewhere too, or has none.
    """
    require(policies.can_clear_second_factor(actor, membership))
    elsewhere = (
        Membership.objects.in_force()
        .filter(person=membership.person)
        .exclude(certifier=membership.certifier, partnership=membership.partnership)
    )
    if elsewhere.exists():
        raise SecondFactorRefused(
            _(
                "Cette personne travaille aussi dans une autre maison, que ce geste exposerait. "
                "Demandez à l’exploitant de le faire depuis la machine."
            )
        )
    _clear_second_factor(membership.person, actor_code=actor.code, chain=actor.chain, now=now)


@transaction.atomic
def clear_second_factor_of(*, email: str, now: datetime) -> None:
    """Do the same for anybody, from the machine itself: whoever can run a command there owns every door.

    :raises SecondFactorRefused: nobody signs in with this address, or they have no second factor.
    """
    person = queries.person_at(email)
    if person is None:
        raise SecondFactorRefused(_("Personne ne se connecte avec cette adresse. Vérifiez-la."))
    _clear_second_factor(person, actor_code="", chain=INSTALLATION, now=now)


def _clear_second_factor(person: Person, *, actor_code: str, chain: str, now: datetime) -> None:
    cleared, _by_model = Authenticator.objects.filter(user_id=person.pk).delete()
    if not cleared:
        raise SecondFactorRefused(_("Cette personne n’a pas de second facteur\u00a0: il n’y a rien à retirer."))
    close_sessions(person)
    correspondence.send(emails.second_factor_cleared(person, now=now), now=now)
    _told(Act.SECOND_FACTOR_CLEARED, person.code, actor_code, now, chain=chain)


def close_sessions(person: Person, *, but_session_key: str = "") -> int:
    """Sign the person out of every browser, except the one with this key. Counts them; the caller tells the journal."""
    rows = list(UserSession.objects.filter(user_id=person.pk).exclude(session_key=but_session_key).order_by("pk"))
    for row in rows:
        row.end()
    return len(rows)


@transaction.atomic
def forget_the_dead(*, now: datetime) -> int:
    """Delete sessions and magic links that can no longer be used: they say where and when people came. Counts rows."""
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    browsers, _by_model = UserSession.objects.exclude(session_key__in=alive).delete()
    links, _by_model = MagicLink.objects.filter(expires_at__lt=now - LINK_MEMORY).delete()
    return int(sessions + browsers + links)


def _told(action: Act, person_code: str, actor_code: str, now: datetime, *, chain: str = "") -> None:
    record(
        chain=chain or INSTALLATION,
        actor_code=actor_code,
        action=action,
        subject_kind="person",
        subject_code=person_code,
        now=now,
    )


def _told_key(action: Act, key: ApiKey, actor: Actor, now: datetime) -> None:
    record(
        chain=key.certifier.code,
        actor_code=actor.code,
        action=action,
        subject_kind="api_key",
        subject_code=key.code,
        now=now,
    )
