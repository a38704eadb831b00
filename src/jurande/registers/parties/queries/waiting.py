"""What awaits somebody: everything with a date, the oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils.timezone import localdate, make_aware

from jurande.registers.common.together import Asking, Short, alone
from jurande.registers.correspondence.emails import catalogue
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.models import ApiKey, Certifier, Invitation, Membership, Partnership, PartnershipDocument
from jurande.registers.parties.models.partnerships import PartnershipQuerySet
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import WAITING_SOURCES, DocumentKind, Right, Role, WaitingReason

# From how long before the day a line appears: long enough to renew, short enough to be read.
QUALIOPI_NOTICE = timedelta(days=90)
DOCUMENT_NOTICE = timedelta(days=30)
# What a new partner has to complete its file, before it is said to be late.
FIRST_DAYS = timedelta(days=30)
API_KEY_NOTICE = timedelta(days=14)
LETTER_MEMORY = timedelta(days=60)
MOST_LETTERS = 100
# What is said of a partner on a line, from a row that is about it.
PARTNER_SHOWN = (
    "partnership__code",
    "partnership__site__organisation__legal_name",
    "partnership__site__organisation__usual_name",
    "partnership__followed_by__code",
    "partnership__followed_by__first_name",
    "partnership__followed_by__last_name",
    "partnership__followed_by__email",
)


@dataclass(frozen=True)
class Waiting:
    """One line of «ce qui m’attend». ``due_on`` is the civil day by which (or since which) it waits.

    ``subject_kind`` and ``subject_code`` say what to open; ``partnership_code`` under which partner, if any.
    ``name``: the partner or the person; ``detail``: which document, which letter; ``source``: the legal text.
    """

    reason: WaitingReason
    due_on: date
    subject_kind: str
    subject_code: str
    name: str
    detail: str = ""
    partnership_code: str = ""
    owner_code: str = ""
    owner_name: str = ""

    @property
    def source(self) -> str:
        """The legal text the line rests on; empty when it is a matter of good order."""
        return WAITING_SOURCES.get(self.reason, "")

    def days_left(self, today: date) -> int:
        """Days until the due day; negative when it is past."""
        return (self.due_on - today).days


def waiting_for(actor: Actor, today: date) -> list[Waiting]:
    """Everything that waits in the actor's house and that they may do something about. Three queries at most."""
    return alone(waiting_in_house(actor, today))


def waiting_in_house(actor: Actor, today: date) -> Asking[list[Waiting]]:
    """The same, where it is read together with something else; partners are read apart."""
    lines: list[Waiting] = []
    if actor.has(Right.REGISTER_CERTIFIERS):
        lines += _certifiers_without_administrator(actor)
    if actor.certifier_code:
        partners = Partnership.objects.visible_to(actor).in_force()
        documents, invitations, keys, letters = yield [
            _expiring(actor, partners),
            _pending(actor, partners),
            _keys(actor),
            _not_delivered(actor, today),
        ]
        listed = partners.select_related("site__organisation", "followed_by").with_list_columns().order_by("pk")
        lines += _about(actor, listed, documents, [one for one in invitations if one.partnership], today)
        lines += _unanswered(one for one in invitations if not one.partnership)
        lines += _about_keys(keys, today)
        lines += _about_letters(letters)
    return sorted(lines, key=lambda line: (line.due_on, line.name, line.reason))


def waiting_about(
    actor: Actor,
    partnership: Partnership,
    today: date,
    *,
    documents: Iterable[PartnershipDocument],
    invitations: Iterable[Invitation],
) -> list[Waiting]:
    """What waits in the file of one partner, with the columns of ``partners``. No query: all is given.

    ``documents`` are those in force, ``invitations`` those not answered, each with its partnership.
    """
    lines = [] if partnership.is_ended else _about(actor, [partnership], documents, invitations, today)
    return sorted(lines, key=lambda line: (line.due_on, line.name, line.reason))


def _expiring(actor: Actor, partners: PartnershipQuerySet) -> Short:
    documents = PartnershipDocument.objects.visible_to(actor).in_force()
    dated = documents.filter(partnership__in=partners, expires_on__isnull=False).order_by("expires_on", "pk")
    read = dated if actor.has(Right.FILE_DOCUMENTS) else dated.none()
    return Short(read, ("id", "code", "kind", "expires_on", "partnership__id", *PARTNER_SHOWN))


def _pending(actor: Actor, partners: PartnershipQuerySet) -> Short:
    """Those of partners, and those of the house."""
    wanted = Q(pk__in=[])
    if actor.has(Right.MANAGE_PARTNER_PEOPLE):
        wanted |= Q(partnership__in=partners)
    if actor.has(Right.MANAGE_TEAM) and not actor.partnership_code:
        wanted |= Q(certifier__code=actor.certifier_code)
    pending = Invitation.objects.visible_to(actor).pending().filter(wanted).order_by("pk")
    return Short(pending, ("code", "role", "first_name", "last_name", "email", "expires_at", *PARTNER_SHOWN))


def _keys(actor: Actor) -> Short:
    keys = ApiKey.objects.visible_to(actor).filter(revoked_at=None).order_by("pk")
    may = actor.has(Right.ISSUE_API_KEYS) and not actor.partnership_code
    return Short(keys if may else keys.none(), ("code", "label", "expires_at"))


def _not_delivered(actor: Actor, today: date) -> Short:
    failed = Message.objects.of_certifier(actor.certifier_code).not_delivered()
    # From an instant rather than a day: what the index is sorted by.
    since = make_aware(datetime.combine(today - LETTER_MEMORY, time()))
    # Those about an award stand together, in one line of the register of awards.
    recent = failed.filter(written_at__gte=since).exclude(about_kind="award").newest_first()
    may = actor.has(Right.SEE_LETTERS) and not actor.partnership_code
    return Short(
        recent[:MOST_LETTERS] if may else recent.none(), ("code", "kind", "about_kind", "about_code", "written_at")
    )


def _about(
    actor: Actor,
    partners: Iterable[Partnership],
    documents: Iterable[PartnershipDocument],
    invitations: Iterable[Invitation],
    today: date,
) -> Iterator[Waiting]:
    if actor.has(Right.UPDATE_PARTNERS):
        for partner in partners:
            yield from _about_identity(partner, today)
    if actor.has(Right.FILE_DOCUMENTS):
        yield from _documents(documents, today)
    if actor.has(Right.MANAGE_PARTNER_PEOPLE):
        yield from _unanswered(invitations)
        if not actor.partnership_code:
            yield from _without_anybody(partners)


def _about_identity(partner: Partnership, today: date) -> Iterator[Waiting]:
    until_on: date | None = partner.qualiopi_until_on  # type: ignore[attr-defined]
    if until_on is None:
        yield _of(partner, WaitingReason.QUALIOPI_UNKNOWN, partner.since_on + FIRST_DAYS)
    elif until_on < today:
        yield _of(partner, WaitingReason.QUALIOPI_EXPIRED, until_on)
    elif until_on - today <= QUALIOPI_NOTICE:
        yield _of(partner, WaitingReason.QUALIOPI_EXPIRING, until_on)
    if not partner.organisation.nda:
        yield _of(partner, WaitingReason.NDA_MISSING, partner.since_on + FIRST_DAYS)


def _documents(documents: Iterable[PartnershipDocument], today: date) -> Iterator[Waiting]:
    """``documents``: the first to expire first."""
    # The last of each kind counts: a renewed insurance no longer awaits anybody. Other documents each stand alone.
    latest: dict[object, PartnershipDocument] = {}
    for piece in documents:
        if piece.expires_on is None:
            continue
        alone = piece.kind == DocumentKind.OTHER
        latest[piece.pk if alone else (piece.partnership.pk, piece.kind)] = piece
    for piece in latest.values():
        # A Qualiopi certificate is followed by its own line, whether or not its paper was filed.
        if piece.kind == DocumentKind.QUALIOPI or piece.expires_on is None:
            continue
        if piece.expires_on - today <= DOCUMENT_NOTICE:
            late = piece.expires_on < today
            yield _of(
                piece.partnership,
                WaitingReason.DOCUMENT_EXPIRED if late else WaitingReason.DOCUMENT_EXPIRING,
                piece.expires_on,
                detail=str(DocumentKind(piece.kind).label),
                subject=("partnership_document", piece.code),
            )


def _without_anybody(partners: Iterable[Partnership]) -> Iterator[Waiting]:
    for partner in partners:
        if not partner.people_count and not partner.invited_count:  # type: ignore[attr-defined]
            yield _of(partner, WaitingReason.NOBODY_TO_WRITE_TO, partner.since_on + FIRST_DAYS)


def _unanswered(pending: Iterable[Invitation]) -> Iterator[Waiting]:
    for invitation in pending:
        follower = invitation.partnership.followed_by if invitation.partnership else None
        yield Waiting(
            reason=WaitingReason.INVITATION_UNANSWERED,
            due_on=localdate(invitation.expires_at),
            subject_kind="invitation",
            subject_code=invitation.code,
            name=invitation.partnership.name if invitation.partnership else invitation.name,
            detail=f"{invitation.name}, {Role(invitation.role).label}",
            partnership_code=invitation.partnership.code if invitation.partnership else "",
            owner_code=follower.code if follower else "",
            owner_name=follower.full_name if follower else "",
        )


def _about_keys(keys: Iterable[ApiKey], today: date) -> Iterator[Waiting]:
    for key in keys:
        expires_on = localdate(key.expires_at)
        if -API_KEY_NOTICE <= expires_on - today <= API_KEY_NOTICE:
            yield Waiting(WaitingReason.API_KEY_EXPIRING, expires_on, "api_key", key.code, key.label)


def _about_letters(letters: Iterable[Message]) -> Iterator[Waiting]:
    for message in letters:
        kind = catalogue().get(message.kind)
        yield Waiting(
            reason=WaitingReason.LETTER_FAILED,
            due_on=localdate(message.written_at),
            subject_kind="message",
            subject_code=message.code,
            name=str(kind.label) if kind else message.kind,
            partnership_code=message.about_code if message.about_kind == "partnership" else "",
        )


def _certifiers_without_administrator(actor: Actor) -> Iterator[Waiting]:
    headed = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR, certifier__isnull=False)
    headless = Certifier.objects.visible_to(actor).exclude(memberships__in=headed).select_related("organisation")
    for certifier in headless.order_by("pk"):
        yield Waiting(
            WaitingReason.NO_ADMINISTRATOR,
            localdate(certifier.registered_at),
            "certifier",
            certifier.code,
            certifier.name,
        )


def _of(
    partner: Partnership,
    reason: WaitingReason,
    due_on: date,
    *,
    detail: str = "",
    subject: tuple[str, str] | None = None,
) -> Waiting:
    kind, code = subject or ("partnership", partner.code)
    follower = partner.followed_by
    return Waiting(
        reason=reason,
        due_on=due_on,
        subject_kind=kind,
        subject_code=code,
        name=partner.name,
        detail=detail,
        partnership_code=partner.code,
        owner_code=follower.code if follower else "",
        owner_name=follower.full_name if follower else "",
    )
