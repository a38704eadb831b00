"""How long each category is kept in a house, what is over, what is frozen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from jurande.core.france.retention import CATEGORIES, Category, months_before
from jurande.registers.awards.models import (
    Award,
    AwardClaim,
    Correction,
    FormerRecord,
    LegalHold,
    Lot,
    PurgeReport,
    RetentionRule,
    Withdrawal,
)
from jurande.registers.awards.queries.proofs import read_number
from jurande.registers.awards.states.awards import AwardState
from jurande.registers.awards.states.corrections import CorrectionState
from jurande.registers.awards.states.delegation import ClaimState
from jurande.registers.awards.states.erasure import HoldScope, KeptCategory
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.together import counts
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


@dataclass(frozen=True)
class Kept:
    """How long a house keeps one category. ``months`` None: without end; ``rule``: None, the default applies."""

    category: KeptCategory
    default: Category
    months: int | None
    rule: RetentionRule | None

    def over_before(self, today: date) -> date | None:
        """The first day of what is still kept; None when it is kept without end."""
        return None if self.months is None else months_before(today, self.months)


@dataclass(frozen=True)
class Due:
    """What the next purge will find of one category: how many would go, how many of them are frozen."""

    kept: Kept
    over: int
    frozen: int

    @property
    def leaving(self) -> int:
        """How many go."""
        return self.over - self.frozen


def kept_by(certifier: Certifier) -> list[Kept]:
    """What a house keeps, and how long; one query."""
    rules: Mapping[str, RetentionRule] = {
        rule.category: rule for rule in RetentionRule.objects.filter(certifier=certifier).order_by("pk")
    }
    found = []
    for default in CATEGORIES:
        rule = rules.get(default.code)
        found.append(Kept(KeptCategory(default.code), default, rule.months if rule else default.months, rule))
    return found


def due_in(certifier: Certifier, *, today: date) -> list[Due]:
    """What the next purge will find, category by category. Three queries at most."""
    every = kept_by(certifier)
    ends = ((kept.category, kept.over_before(today)) for kept in every)
    rows = {category: over(certifier, category, before=limit) for category, limit in ends if limit is not None}
    # What is frozen is looked for among what is over, where there is some: it costs more.
    going = {category: number for category, number in zip(rows, counts(rows.values()), strict=True) if number}
    held = counts(rows[category].filter(frozen(category, certifier, today)) for category in going)
    frozen_in = dict(zip(going, held, strict=True))
    return [Due(kept, going.get(kept.category, 0), frozen_in.get(kept.category, 0)) for kept in every]


def over(certifier: Certifier, category: KeptCategory, *, before: date) -> QuerySet:  # type: ignore[type-arg]
    """What has been kept long enough in one category, and still says something of somebody."""
    return _OVER[category](certifier, before)


def _awards(certifier: Certifier, before: date) -> QuerySet[Award]:
    # It runs from the day of the award, or from its end when it has one; and never before it was issued.
    ended = Q(valid_until=None, awarded_on__lt=before) | Q(valid_until__lt=before)
    issued = Award.objects.filter(ended, certifier=certifier, issued_at__date__lt=before)
    return issued.exclude(state=AwardState.ERASED)


def _claims(certifier: Certifier, before: date) -> QuerySet[AwardClaim]:
    decided = AwardClaim.objects.filter(opening__certifier=certifier, decided_at__date__lt=before)
    return decided.exclude(state=ClaimState.SUBMITTED).exclude(statement="", birth="", reasons="")


def _in(certifier: Certifier) -> Exists:
    """Those about an award of this house, looked at one by one: they are few beside what a house issued."""
    return Exists(Award.objects.filter(pk=OuterRef("award"), certifier=certifier))


def _decisions(certifier: Certifier, before: date) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.filter(_in(certifier), effective_on__lt=before).exclude(note="")


def _corrections(certifier: Certifier, before: date) -> QuerySet[Correction]:
    decided = Correction.objects.filter(_in(certifier), decided_at__date__lt=before)
    return decided.exclude(state=CorrectionState.ASKED).exclude(wanted="", words="", opinion="", reason="")


def _takeovers(certifier: Certifier, before: date) -> QuerySet[FormerRecord]:
    return FormerRecord.objects.filter(certifier=certifier, taken_at__date__lt=before).exclude(record="")


_OVER = {
    KeptCategory.AWARDS: _awards,
    KeptCategory.CLAIMS: _claims,
    KeptCategory.DECISIONS: _decisions,
    KeptCategory.CORRECTIONS: _corrections,
    KeptCategory.TAKEOVERS: _takeovers,
}
# From a row of each category to its award; a claim leads to those of the lot that was made from it.
_PATHS = {KeptCategory.AWARDS: "", KeptCategory.DECISIONS: "award", KeptCategory.CORRECTIONS: "award"}


def frozen(category: KeptCategory, certifier: Certifier, today: date) -> Q:
    """Those rows of a category that a hold in force keeps from going."""
    holds = LegalHold.objects.in_force_on(today).filter(certifier=certifier)
    if category == KeptCategory.CLAIMS:
        about = Q(lot=OuterRef("lot")) | Q(award__lot=OuterRef("lot"))
        about |= Q(certification=OuterRef("opening__certification")) | Q(
            scope=HoldScope.PERSON, award__holder=OuterRef("person")
        )
        return Q(Exists(holds.filter(about)))
    path = "award" if category in (KeptCategory.DECISIONS, KeptCategory.CORRECTIONS, KeptCategory.TAKEOVERS) else ""
    return Q(Exists(holds.filter(_about(path))))


def _about(path: str) -> Q:
    """What a hold says of the award found at ``path``: itself, its person, its lot, its certification."""
    start = f"{path}__" if path else ""
    same_person = Q(scope=HoldScope.PERSON, award__holder_digest=OuterRef(f"{start}holder_digest"))
    return (
        Q(award=OuterRef(path or "pk"))
        | same_person & ~Q(award__holder_digest="")
        | Q(lot=OuterRef(f"{start}lot"))
        | Q(certification=OuterRef(f"{start}certification"))
    )


def frozen_among(keys: Collection[int], *, today: date) -> set[int]:
    """Which of these awards a hold in force keeps from going, whatever their house."""
    rows = Award.objects.filter(pk__in=keys)
    holds = LegalHold.objects.in_force_on(today).filter(certifier=OuterRef("certifier")).filter(_about(""))
    return set(rows.filter(Exists(holds)).values_list("pk", flat=True))


def hold_on(award: Award, *, today: date) -> LegalHold | None:
    """The hold in force that keeps this award, the one that lasts longest; None when nothing does."""
    about = Q(award=award) | Q(lot=award.lot_id) if award.lot_id else Q(award=award)
    about |= Q(certification=award.certification_id)
    if award.holder_digest:
        about |= Q(scope=HoldScope.PERSON, award__holder_digest=award.holder_digest)
    holds = LegalHold.objects.in_force_on(today).filter(about, certifier=award.certifier_id)
    # Without a last day first: it lasts longest.
    return min(
        holds, key=lambda hold: (hold.until_on is not None, -(hold.until_on or date.max).toordinal()), default=None
    )


# --- screens --------------------------------------------------------------------------------------


def reports_of(actor: Actor) -> QuerySet[PurgeReport]:
    """What purges did in one's house, the latest first."""
    return PurgeReport.objects.visible_to(actor).order_by("-started_at")


def holds_of(actor: Actor) -> QuerySet[LegalHold]:
    """What is or was frozen in one's house: those in force first, then the latest."""
    about = ("certifier", "award__certification", "lot", "certification")
    return (
        LegalHold.objects.visible_to(actor)
        .select_related(*about)
        .order_by(F("lifted_at").desc(nulls_first=True), "-pk")
    )


def count_frozen_by(hold: LegalHold) -> int:
    """How many awards a hold keeps."""
    rows = Award.objects.filter(certifier=hold.certifier_id).exclude(state=AwardState.ERASED)
    if hold.award is not None:
        if hold.scope == HoldScope.AWARD:
            return rows.filter(pk=hold.award.pk).count()
        return rows.filter(holder_digest=hold.award.holder_digest).count() if hold.award.holder_digest else 1
    return (
        rows.filter(lot=hold.lot_id).count()
        if hold.lot_id
        else rows.filter(certification=hold.certification_id).count()
    )


def certifications_of(certifier: Certifier) -> QuerySet[Certification]:
    """What a house may freeze as a whole."""
    return Certification.objects.filter(certifier=certifier).order_by("title", "pk")


def named_in(
    certifier: Certifier, scope: HoldScope, *, number: str = "", lot: str = "", certification: str = ""
) -> Award | Lot | Certification | None:
    """What people name so in this house; None when nothing bears that name."""
    if scope == HoldScope.LOT:
        return Lot.objects.filter(certifier=certifier, reference__iexact=lot.strip()).first()
    if scope == HoldScope.CERTIFICATION:
        return certifications_of(certifier).filter(code=certification).first()
    typed = read_number(number)
    return Award.objects.filter(certifier=certifier, number=typed).first() if typed else None
