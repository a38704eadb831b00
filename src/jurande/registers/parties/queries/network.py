"""What the pages about partners, teams and their files read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Value
from django.utils.translation import gettext_lazy as _

from jurande.core.france.departements import departement_label
from jurande.registers.common.refusals import Refused
from jurande.registers.journal.models import Entry, EntryQuerySet
from jurande.registers.parties.models import (
    ApiKey,
    Invitation,
    Membership,
    Organisation,
    Partnership,
    PartnershipDocument,
    Person,
    QualiopiCategory,
    Relaxation,
    Site,
)
from jurande.registers.parties.models.files import PartnershipDocumentQuerySet
from jurande.registers.parties.models.links import InvitationQuerySet
from jurande.registers.parties.models.partnerships import PartnershipQuerySet
from jurande.registers.parties.models.people import MembershipQuerySet
from jurande.registers.parties.policies import Actor


class InvitationClosed(Refused):
    """The link leads to no open invitation."""


def partners(actor: Actor) -> PartnershipQuerySet:
    """The partners that the actor may see, ready for a list: names, town, follower, Qualiopi's end, people. One query.

    Ordered by name; ``sort_name`` orders it again. Chain ``.matching(words)``, ``.in_states()``,
    ``.in_departements()``, ``.followed_by_any()``.
    """
    return (
        Partnership.objects.visible_to(actor)
        .select_related("certifier", "site__organisation", "followed_by")
        .with_list_columns()
        .order_by("site__organisation__search_text", "pk")
    )


@dataclass(frozen=True)
class NetworkChoices:
    """The values by which the list of partners can be narrowed, as (value, label): only those present."""

    departements: list[tuple[str, str]]
    followers: list[tuple[str, str]]


def network_choices(actor: Actor) -> NetworkChoices:
    """What the filters of the list of partners offer. Two queries."""
    visible = Partnership.objects.visible_to(actor)
    codes = visible.order_by("site__departement").values_list("site__departement", flat=True).distinct()
    followers = (
        Person.objects.filter(followed_partnerships__in=visible).distinct().order_by("last_name", "first_name", "pk")
    )
    return NetworkChoices(
        departements=[(code, departement_label(code)) for code in codes],
        followers=[(person.code, person.full_name) for person in followers],
    )


def partners_by_departement(actor: Actor) -> dict[str, int]:
    """How many partners in force each département has: what the map shows."""
    codes = Partnership.objects.visible_to(actor).in_force().order_by("pk").values_list("site__departement", flat=True)
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return counts


def partnership(actor: Actor, code: str) -> Partnership | None:
    """One partnership with everything its page shows around it; None when it is not there or not theirs."""
    return partners(actor).filter(code=code).select_related("certifier__organisation").first()


def documents_of(partnership: Partnership, actor: Actor) -> PartnershipDocumentQuerySet:
    """The documents in force under a partnership, the first to expire first."""
    visible = PartnershipDocument.objects.visible_to(actor).in_force().filter(partnership=partnership)
    return visible.select_related("document__blob").order_by(F("expires_on").asc(nulls_last=True), "-attached_at", "pk")


def document(actor: Actor, code: str) -> PartnershipDocument | None:
    """One document in force that the actor may open."""
    found = PartnershipDocument.objects.visible_to(actor).in_force().filter(code=code)
    places = ("partnership__certifier__organisation", "partnership__site__organisation")
    return found.select_related("document__blob", *places).first()


def people_of(partnership: Partnership, actor: Actor) -> MembershipQuerySet:
    """Who works at the partner today."""
    held = Membership.objects.visible_to(actor).in_force().filter(partnership=partnership)
    return held.select_related("person").order_by("person__last_name", "person__first_name", "pk")


def team(actor: Actor) -> MembershipQuerySet:
    """Who works in the actor's own house today: the certifier's people, the partner's, or the operators."""
    held = Membership.objects.visible_to(actor).in_force().select_related("person", "certifier", "partnership")
    if actor.partnership_code:
        held = held.filter(partnership__code=actor.partnership_code)
    elif actor.certifier_code:
        held = held.filter(certifier__code=actor.certifier_code)
    else:
        held = held.filter(certifier=None, partnership=None)
    return held.order_by("person__last_name", "person__first_name", "pk")


def membership(actor: Actor, code: str) -> Membership | None:
    """One role in force that the actor may see."""
    held = Membership.objects.visible_to(actor).in_force().filter(code=code)
    return held.select_related("person", "certifier__organisation", "partnership__certifier__organisation").first()


def invitations(actor: Actor, partnership: Partnership | None = None) -> InvitationQuerySet:
    """The invitations not answered yet of the actor's own house, or of one of its partners; the oldest first."""
    pending = Invitation.objects.visible_to(actor).pending()
    if partnership is not None:
        pending = pending.filter(partnership=partnership)
    elif not actor.partnership_code:
        pending = pending.filter(partnership=None)
    return pending.order_by("sent_at", "pk")


def invitation(actor: Actor, code: str) -> Invitation | None:
    """One invitation that the actor may see."""
    found = Invitation.objects.visible_to(actor).filter(code=code)
    return found.select_related("certifier__organisation", "partnership__certifier__organisation").first()


def followers(actor: Actor) -> list[Person]:
    """Who may follow a partner: everybody who works at the certifier today."""
    held = Membership.objects.in_force().filter(certifier__code=actor.certifier_code) if actor.certifier_code else ()
    return list(Person.objects.filter(memberships__in=held).distinct().order_by("last_name", "first_name", "pk"))


def sites_of(organisation: Organisation) -> list[Site]:
    """The places of an organisation, by town."""
    return list(organisation.sites.order_by("city", "siret"))


def qualiopi_of(organisation: Organisation) -> list[QualiopiCategory]:
    """The Qualiopi certificates of an organisation, the latest first."""
    return list(organisation.qualiopi.order_by("-until_on", "action", "pk"))


def relaxations(actor: Actor) -> list[Relaxation]:
    """The rules that the actor's certifier set aside, those in force first, then the latest."""
    rows = Relaxation.objects.visible_to(actor).order_by("-relaxed_at", "pk")
    return sorted(rows, key=lambda row: row.restored_at is not None)


def api_keys(actor: Actor) -> list[ApiKey]:
    """The API keys of the actor's certifier, usable ones first."""
    rows = ApiKey.objects.visible_to(actor).order_by("-issued_at", "pk")
    return sorted(rows, key=lambda key: key.revoked_at is not None)


def api_key(actor: Actor, code: str) -> ApiKey | None:
    """One API key of the actor's certifier."""
    return ApiKey.objects.visible_to(actor).select_related("certifier").filter(code=code).first()


def identity_of_siren(siren: str) -> Organisation | None:
    """The organisation already known under this SIREN: its identity is public and is not typed twice."""
    return Organisation.objects.filter(siren=siren).first()


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation behind a link, still open. Looking at it changes nothing.

    :raises InvitationClosed: unknown, used, revoked or too late; one sentence for all of them.
    """
    found = Invitation.objects.open_at(now).of_token(token)
    invitation = found.select_related("certifier__organisation", "partnership__certifier__organisation").first()
    if invitation is None:
        raise InvitationClosed(
            _(
                "Ce lien d’invitation ne peut plus servir\u00a0: il a déjà été utilisé, a été retiré, ou sa date est "
                "passée. Demandez à la personne qui vous a invité de vous en envoyer un nouveau."
            )
        )
    return invitation


def timeline(partnership: Partnership, actor: Actor) -> EntryQuerySet:
    """Everything the certifier's journal says of a partnership: itself, its identity, its people; newest first."""
    people = partnership.memberships.annotate(kind=Value("membership")).order_by().values_list("kind", "code")
    invited = partnership.invitations.annotate(kind=Value("invitation")).order_by().values_list("kind", "code")
    subjects = [
        ("partnership", partnership.code),
        ("organisation", partnership.organisation.code),
        *people.union(invited, all=True),
    ]
    return Entry.objects.on_chain(partnership.certifier.code).about_any(subjects).order_by("-seq")
