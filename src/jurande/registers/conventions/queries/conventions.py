"""What screens read of conventions: the list, one of them, what waits, what may be chosen in its forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jurande.core.france.conventions import MENTIONS_FROM
from jurande.registers.catalogue.models import Bloc, Certification, Referentiel
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.conventions.models import Annex, Convention, ConventionChoices, FreeClause
from jurande.registers.conventions.models.conventions import ConventionQuerySet
from jurande.registers.conventions.states import ConventionState
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import FeeSchedule
from jurande.registers.network.queries.approvals import Granted, granted
from jurande.registers.network.states import FeeScheduleState
from jurande.registers.parties.models import Certifier, Membership, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import ROLE_RIGHTS, Right, Role

ENDING_DAYS = 183
SIGNING_ROLES = [role for role in Role if Right.SIGN_CONVENTIONS in ROLE_RIGHTS[role]]
FOLLOWING = [ConventionState.DRAFT, ConventionState.SENT, ConventionState.SIGNED]


def conventions(actor: Actor) -> ConventionQuerySet:
    """Every convention this actor may read, with what lists show. ``is_followed``: what comes after is on its way."""
    after = Convention.objects.filter(follows=OuterRef("pk"), state__in=FOLLOWING)
    return (
        Convention.objects.visible_to(actor)
        .select_related(
            "certifier",
            "clause_set",
            "fee_schedule",
            "partnership__site__organisation",
            "partnership__followed_by",
            "follows",
        )
        .annotate(is_followed=Exists(after))
    )


def convention(actor: Actor, code: str) -> Convention | None:
    """One of them, with all that its page needs; None when it is somebody else's, or nobody's."""
    return (
        Convention.objects.visible_to(actor)
        .select_related(
            "certifier__organisation",
            "certifier__convention_choices",
            "partnership__site__organisation",
            "partnership__certifier",
            "clause_set",
            "fee_schedule",
            "follows",
            "text__pdf__blob",
        )
        .filter(code=code)
        .first()
    )


def of_partnership(actor: Actor, partnership: Partnership) -> ConventionQuerySet:
    """The conventions of one partner, the latest first."""
    return conventions(actor).filter(partnership=partnership).order_by("-pk")


def ending_soon(rows: ConventionQuerySet, today: date) -> ConventionQuerySet:
    """Those in force that end within six months and that nothing follows yet."""
    return (
        rows.alive()
        .filter(valid_until__gte=today, valid_until__lte=today + timedelta(days=ENDING_DAYS))
        .exclude(Q(followers__state__in=FOLLOWING))
    )


@dataclass(frozen=True)
class Counts:
    """What the list is asked first: how many bind today, wait, end, or are from before the seven mentions."""

    in_force: int
    drafts: int
    to_sign: int
    ending: int
    to_upgrade: int


def counts(actor: Actor, today: date) -> Counts:
    """Five counts of what this actor may read. Two queries."""
    rows = Convention.objects.visible_to(actor)
    alive = Q(state__in=[ConventionState.IN_FORCE, ConventionState.SUSPENDED])
    counted = rows.aggregate(
        in_force=Count("pk", filter=alive),
        drafts=Count("pk", filter=Q(state=ConventionState.DRAFT)),
        to_sign=Count("pk", filter=Q(state=ConventionState.SENT)),
        to_upgrade=Count("pk", filter=alive & Q(concluded_on__lt=MENTIONS_FROM)),
    )
    return Counts(ending=ending_soon(rows, today).count(), **counted)


@dataclass(frozen=True)
class ScopeRow:
    """A certification covered, in words; ``approved``: whether an approval of that day covers it (for a draft)."""

    certification: Certification
    version: int | None
    kind: str
    blocs: tuple[str, ...]
    territory: tuple[str, ...]
    approved: bool


def scopes_of(held: Convention, *, today: date) -> list[ScopeRow]:
    """What it covers; for a draft, beside what is approved today. Four queries at most."""
    rows = list(held.scopes.select_related("certification", "referentiel").order_by("position", "pk"))
    approved = granted(held.partnership, on=today) if held.is_draft else []
    titles: dict[tuple[int, str], str] = {
        (bloc.referentiel_id, bloc.lineage): f"{bloc.number} {bloc.text}".strip()
        for bloc in Bloc.objects.filter(referentiel__in=[row.referentiel_id for row in rows if row.blocs])
    }
    return [
        ScopeRow(
            certification=row.certification,
            version=row.referentiel.number if row.referentiel else None,
            kind=row.get_kind_display(),
            blocs=tuple(titles.get((row.referentiel_id or 0, one), one) for one in row.blocs),
            territory=tuple(row.territory),
            approved=any(_covers(one, row) for one in approved),
        )
        for row in rows
    ]


def _covers(approval: Granted, row: Any) -> bool:
    same = approval.certification.pk == row.certification_id
    does = approval.kind.value in ("both", row.kind)
    whole = not approval.blocs or (row.blocs and set(row.blocs) <= set(approval.blocs))
    where = not approval.territory or (row.territory and set(row.territory) <= set(approval.territory))
    return bool(same and does and whole and where)


def annexes_of(held: Convention) -> QuerySet[Annex]:
    return held.annexes.select_related("document__blob").order_by("position", "pk")


def annex(held: Convention, code: str) -> Annex | None:
    return held.annexes.select_related("document__blob", "convention").filter(code=code).first()


def free_clauses_of(held: Convention) -> list[FreeClause]:
    return list(held.free_clauses.select_related("replaces").order_by("position", "pk"))


def free_clause(held: Convention, code: str) -> FreeClause | None:
    return held.free_clauses.select_related("replaces", "convention").filter(code=code).first()


def followers_of(held: Convention) -> list[Convention]:
    return list(held.followers.exclude(state=ConventionState.ABANDONED).order_by("pk"))


def acts_of(held: Convention) -> QuerySet[Entry]:
    """What was done about it, the latest first."""
    return Entry.objects.filter(chain=held.certifier.code, subject_kind="convention", subject_code=held.code).order_by(
        "-seq"
    )


# --- what forms offer ---------------------------------------------------------------------------


def choices_of(certifier: Certifier) -> ConventionChoices:
    """What this house chose, or what is usual."""
    return ConventionChoices.objects.filter(certifier=certifier).first() or ConventionChoices(certifier=certifier)


def schedules(certifier: Certifier) -> QuerySet[FeeSchedule]:
    """The frozen schedules a convention may refer to, those in use first."""
    return (
        FeeSchedule.objects.filter(certifier=certifier)
        .exclude(state=FeeScheduleState.DRAFT)
        .order_by("state", "-frozen_at")
    )


def partnerships(actor: Actor) -> QuerySet[Partnership]:
    """The partners with which a convention may be prepared."""
    return (
        Partnership.objects.visible_to(actor)
        .in_force()
        .select_related("site__organisation", "certifier__organisation")
        .order_by("site__organisation__search_text")
    )


@dataclass(frozen=True)
class Coverable:
    """A certification that a convention may cover, with its published version and its blocs."""

    certification: Certification
    referentiel: Referentiel
    blocs: tuple[tuple[str, str], ...]


def coverable(certifier: Certifier) -> list[Coverable]:
    """Those of the house with a published version. Two queries."""
    versions = list(
        Referentiel.objects.filter(certification__certifier=certifier, state=ReferentielState.PUBLISHED)
        .select_related("certification")
        .order_by("certification__title")
    )
    blocs: dict[int, list[tuple[str, str]]] = {}
    for bloc in Bloc.objects.filter(referentiel__in=versions).order_by("position", "pk"):
        blocs.setdefault(bloc.referentiel_id, []).append((bloc.lineage, f"{bloc.number} {bloc.text}".strip()))
    return [Coverable(one.certification, one, tuple(blocs.get(one.pk, ()))) for one in versions]


@dataclass(frozen=True)
class Signer:
    """Somebody who may sign for a side."""

    name: str
    email: str


def signers(held: Convention) -> tuple[list[Signer], list[Signer]]:
    """Who may sign for the partner, and for the certifier. Two queries."""
    members = Membership.objects.in_force().filter(role__in=SIGNING_ROLES).select_related("person").order_by("pk")
    return (
        _people(members.filter(partnership=held.partnership)),
        _people(members.filter(certifier=held.certifier).exclude(role=Role.NETWORK_MANAGER)),
    )


def _people(members: Iterable[Membership]) -> list[Signer]:
    held = {one.person.email: one.person.full_name for one in members}
    return [Signer(name, email) for email, name in held.items()]
