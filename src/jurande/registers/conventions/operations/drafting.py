"""Preparing a convention: its mentions, its scopes, the clauses written for it alone, its annexes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.departements import DEPARTEMENTS
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.catalogue.states import Habilitation, ReferentielState
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.models import ClauseSet, Convention, ConventionScope, FreeClause
from jurande.registers.conventions.operations.clauses import clean_text
from jurande.registers.conventions.states import (
    CONVENTION_LIFE,
    Apprenticeship,
    ConventionKind,
    ConventionState,
    Counterpart,
    Origin,
    Subcontracting,
)
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.journal.operations import record
from jurande.registers.network.models import FeeSchedule
from jurande.registers.network.queries.approvals import granted
from jurande.registers.network.states import FeeScheduleState
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor

SERIES, AMENDMENT_SERIES = "CONV", "AVEN"
LONGEST = timedelta(days=10 * 366)
MOST_SCOPES = 60


class ConventionRefused(Refused):
    """This convention cannot be prepared or changed so."""


class ConventionChanged(ConventionRefused):
    """Somebody wrote in it since it was read."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            _("Quelqu’un a modifié cette convention pendant que vous écriviez. Relisez-la, puis recommencez.")
        )


@dataclass(frozen=True)
class Mentions:
    """What is typed for mentions 1°, 3°, 4°, 5°, 6° and 7°, and who signs. Empty: not said yet; days are civil days."""

    purpose: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    counterpart: str = ""
    counterpart_terms: str = ""
    subcontracting: str = ""
    subcontracting_terms: str = ""
    technical_means: str = ""
    teaching_means: str = ""
    supervision_means: str = ""
    apprenticeship: str = ""
    apprenticeship_terms: str = ""
    partner_signer_name: str = ""
    partner_signer_quality: str = ""
    partner_signer_email: str = ""
    certifier_signer_name: str = ""
    certifier_signer_quality: str = ""
    certifier_signer_email: str = ""


CHOICES: dict[str, type[Habilitation | Counterpart | Subcontracting | Apprenticeship]] = {
    "purpose": Habilitation,
    "counterpart": Counterpart,
    "subcontracting": Subcontracting,
    "apprenticeship": Apprenticeship,
}
LONG_TEXTS = (
    "counterpart_terms",
    "subcontracting_terms",
    "technical_means",
    "teaching_means",
    "supervision_means",
    "apprenticeship_terms",
)
COPIED = (*(one.name for one in fields(Mentions)), "fee_schedule")


@dataclass(frozen=True)
class Scope:
    """One certification to cover. ``blocs``: lineages, () for all; ``territory``: codes of départements, () for all."""

    certification: Certification
    referentiel: Referentiel | None
    kind: str
    blocs: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    approval_code: str = ""


@transaction.atomic
def prepare(*, partnership: Partnership, actor: Actor, now: datetime) -> Convention:
    """Begin a convention from what is approved today: scopes, purpose and last day; nothing approved, none of them.

    :raises NotAllowed: who may not prepare. :raises ConventionRefused: the partnership has ended, or no clauses are
    published.
    """
    certifier = partnership.certifier
    require(policies.can_prepare_conventions(actor, certifier))
    if partnership.is_ended:
        raise ConventionRefused(_("Ce partenariat a pris fin\u00a0: rouvrez-en un avant de préparer une convention."))
    today = localdate(now)
    convention = _begun(
        partnership,
        clause_set=_clauses_in_use(certifier),
        reference=next_reference(certifier=certifier, series=SERIES, on=today),
        actor=actor,
        now=now,
    )
    approved = granted(partnership, on=today)
    if approved:
        kinds = {one.kind.value for one in approved}
        convention.purpose = kinds.pop() if len(kinds) == 1 else Habilitation.BOTH
        convention.valid_until = min(one.valid_until for one in approved)
    convention.save(force_insert=True)
    _write_scopes(
        convention,
        [
            Scope(
                one.certification,
                one.referentiel or _published(one.certification),
                one.kind.value,
                one.blocs,
                one.territory,
                one.code,
            )
            for one in approved
        ],
    )
    told(Act.PREPARED, convention, actor, now)
    return convention


@transaction.atomic
def follow(
    *,
    convention: Convention,
    kind: ConventionKind,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
    clause_set: ClauseSet | None = None,
) -> Convention:
    """Begin the amendment or the renewal of a convention: what it says, with the clauses in use (or ``clause_set``).

    An amendment keeps its last day; a renewal begins the day after it. The days given take the place of those.
    :raises NotAllowed: who may not prepare, or a convention never in force. :raises ConventionRefused: another one
    follows already, the partnership has ended, or no clauses are published.
    """
    held = (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "partnership__certifier", "clause_set", "fee_schedule")
        .get(pk=convention.pk)
    )
    require(policies.can_follow_convention(actor, held))
    if held.partnership.is_ended:
        raise ConventionRefused(_("Ce partenariat a pris fin\u00a0: il n’y a plus rien à renouveler."))
    open_one = held.followers.exclude(state__in=[ConventionState.ABANDONED, ConventionState.ENDED]).first()
    if open_one is not None:
        raise ConventionRefused(
            _("%(reference)s suit déjà cette convention. Terminez-la, ou abandonnez-la.")
            % {"reference": open_one.reference}
        )
    today = localdate(now)
    series = AMENDMENT_SERIES if kind == ConventionKind.AMENDMENT else SERIES
    new = _begun(
        held.partnership,
        clause_set=clause_set or _clauses_in_use(held.certifier),
        reference=next_reference(certifier=held.certifier, series=series, on=today),
        actor=actor,
        now=now,
    )
    for name in COPIED:
        setattr(new, name, getattr(held, name))
    new.kind, new.follows = kind, held
    after = held.valid_until + timedelta(days=1) if held.valid_until else None
    if kind == ConventionKind.RENEWAL:
        new.valid_from, new.valid_until = valid_from or after, valid_until
    else:
        new.valid_from, new.valid_until = valid_from, valid_until or held.valid_until
    new.save(force_insert=True)
    _write_scopes(
        new,
        [
            Scope(
                one.certification,
                _published(one.certification) or one.referentiel,
                one.kind,
                tuple(one.blocs),
                tuple(one.territory),
                one.approval_code,
            )
            for one in held.scopes.select_related("certification", "referentiel").order_by("position", "pk")
        ],
    )
    FreeClause.objects.bulk_create(
        FreeClause(
            convention=new,
            replaces=None,
            position=place,
            title=one.title,
            body=one.body,
            written_by_code=actor.code,
            written_at=now,
        )
        for place, one in enumerate(held.free_clauses.filter(replaces=None).order_by("position", "pk"), start=1)
    )
    told(Act.PREPARED, new, actor, now)
    return new


@transaction.atomic
def set_mentions(
    *,
    convention: Convention,
    mentions: Mentions,
    fee_schedule: FeeSchedule | None,
    revision: int,
    actor: Actor,
    now: datetime,
) -> Convention:
    """Write what was typed for the mentions; what is missing may stay missing until the sending.

    :raises NotAllowed: who may not prepare, or a convention already sent. :raises ConventionChanged: written since
    ``revision``. :raises ConventionRefused: impossible days, an unknown choice, a schedule that is not frozen.
    """
    draft = opened(convention, actor)
    if draft.revision != revision:
        raise ConventionChanged
    _demand_possible_days(mentions)
    for name, choices in CHOICES.items():
        if getattr(mentions, name) not in ("", *choices.values):
            raise ConventionRefused(_("Ce choix n’existe pas."), field=name)
    if fee_schedule is not None and (
        fee_schedule.certifier_id != draft.certifier_id or fee_schedule.state == FeeScheduleState.DRAFT
    ):
        raise ConventionRefused(_("Ce barème n’est pas figé. Figez-le d’abord."), field="fee_schedule")
    for one in fields(Mentions):
        value = getattr(mentions, one.name)
        if one.name in LONG_TEXTS:
            value = clean_text(value, field=one.name)
        elif isinstance(value, str):
            value = " ".join(clean_text(value, most=200, field=one.name).split())
        setattr(draft, one.name, value)
    draft.fee_schedule = fee_schedule if mentions.counterpart == Counterpart.SCHEDULE else None
    touched(draft, actor, now)
    draft.save()
    told(Act.MENTIONS_SET, draft, actor, now)
    return draft


@transaction.atomic
def set_scopes(*, convention: Convention, scopes: Sequence[Scope], actor: Actor, now: datetime) -> None:
    """Put these certifications in the place of those that the draft covers.

    :raises NotAllowed: who may not prepare, or a convention already sent. :raises ConventionRefused: somebody else's
    certification, a version or a bloc of another one, an unknown département, the same one twice.
    """
    draft = opened(convention, actor)
    if len(scopes) > MOST_SCOPES:
        raise ConventionRefused(_("Une convention vise %(most)d certifications au plus.") % {"most": MOST_SCOPES})
    for scope in scopes:
        _demand_possible_scope(draft.certifier, scope)
    if len({(scope.certification.pk, scope.kind) for scope in scopes}) < len(scopes):
        raise ConventionRefused(_("La même certification est visée deux fois. Réunissez ses blocs sur une ligne."))
    draft.scopes.all().delete()
    _write_scopes(draft, scopes)
    touched(draft, actor, now)
    draft.save(update_fields=["revision", "changed_at", "changed_by_code"])
    told(Act.SCOPES_SET, draft, actor, now)


@transaction.atomic
def abandon(*, convention: Convention, actor: Actor, now: datetime) -> None:
    """Give up a draft; its reference is not given again.

    :raises NotAllowed: who may not prepare, or a convention already sent.
    """
    draft = opened(convention, actor)
    draft.state = CONVENTION_LIFE.after(draft.state, "abandon")
    touched(draft, actor, now)
    draft.save(update_fields=["state", "revision", "changed_at", "changed_by_code"])
    told(Act.ABANDONED, draft, actor, now)


# --- shared by the operations of this register ---------------------------------------------------


def opened(convention: Convention, actor: Actor) -> Convention:
    """Hold the draft until the transaction ends, for who may write in it.

    :raises NotAllowed: the role, the house, or a convention that is no longer a draft.
    """
    draft = (
        Convention.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "certifier__organisation", "partnership__site__organisation", "clause_set", "fee_schedule", "follows"
        )
        .get(pk=convention.pk)
    )
    require(policies.can_edit_convention(actor, draft))
    return draft


def touched(draft: Convention, actor: Actor, now: datetime) -> None:
    """Say, in the row that is about to be saved, who changed it and when."""
    draft.revision += 1
    draft.changed_at, draft.changed_by_code = now, actor.code


def told(
    act: Act, convention: Convention, actor: Actor, now: datetime, *, digest_of: str = "", digest: str = ""
) -> None:
    """Write one act about a convention in the journal of its house."""
    record(
        chain=convention.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="convention",
        subject_code=convention.code,
        digest=digest or (hashlib.sha256(digest_of.encode()).hexdigest() if digest_of else ""),
        now=now,
    )


def _begun(
    partnership: Partnership, *, clause_set: ClauseSet | None, reference: str, actor: Actor, now: datetime
) -> Convention:
    return Convention(
        certifier=partnership.certifier,
        partnership=partnership,
        reference=reference,
        origin=Origin.JURANDE,
        clause_set=clause_set,
        prepared_at=now,
        prepared_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
    )


def _clauses_in_use(certifier: Certifier) -> ClauseSet:
    used = ClauseSet.objects.filter(certifier=certifier).published().first()
    if used is None:
        raise ConventionRefused(
            _("Aucune version des clauses n’est publiée. Commencez par les clauses, puis préparez la convention.")
        )
    return used


def _published(certification: Certification) -> Referentiel | None:
    return certification.versions.filter(state=ReferentielState.PUBLISHED).first()


def _write_scopes(convention: Convention, scopes: Sequence[Scope]) -> None:
    ConventionScope.objects.bulk_create(
        ConventionScope(
            convention=convention,
            position=place,
            certification=scope.certification,
            referentiel=scope.referentiel,
            kind=scope.kind,
            blocs=list(scope.blocs),
            territory=list(scope.territory),
            approval_code=scope.approval_code,
        )
        for place, scope in enumerate(scopes, start=1)
    )


def _demand_possible_scope(certifier: Certifier, scope: Scope) -> None:
    if scope.certification.certifier_id != certifier.pk:
        raise ConventionRefused(_("Cette certification n’est pas de votre maison."), field="scopes")
    if scope.kind not in Habilitation.values:
        raise ConventionRefused(_("Dites si le partenaire forme, évalue, ou les deux."), field="scopes")
    if scope.referentiel is not None and (
        scope.referentiel.certification_id != scope.certification.pk or scope.referentiel.is_draft
    ):
        raise ConventionRefused(_("Cette version du référentiel n’est pas publiée."), field="scopes")
    if scope.blocs:
        known = set(scope.referentiel.blocs.values_list("lineage", flat=True)) if scope.referentiel else set()
        if not set(scope.blocs) <= known:
            raise ConventionRefused(_("Un bloc choisi n’est pas de cette version du référentiel."), field="scopes")
    if not set(scope.territory) <= set(DEPARTEMENTS):
        raise ConventionRefused(_("Un département est inconnu. Écrivez des codes\u00a0: 67, 2A, 974."), field="scopes")


def _demand_possible_days(mentions: Mentions) -> None:
    first, last = mentions.valid_from, mentions.valid_until
    if first and last and last < first:
        raise ConventionRefused(_("Le dernier jour vient avant le premier."), field="valid_until")
    if first and last and last - first > LONGEST:
        raise ConventionRefused(_("Une convention dure dix ans au plus. Vérifiez l’année."), field="valid_until")
