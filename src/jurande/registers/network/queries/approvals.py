"""What is approved: of a partner on a day, and everything that was ever granted or refused to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.network.models import Approval
from jurande.registers.network.states import ApprovalState, ApprovalSubject, HabilitationKind
from jurande.registers.parties.models import Partnership
from jurande.registers.parties.policies import Actor


@dataclass(frozen=True)
class Granted:
    """A certification that a partner is approved for. ``valid_until`` is its last day.

    ``blocs``: lineages of blocs, () for the whole; ``territory``: codes of départements, () for everywhere.
    ``referentiel``: the version it was judged on, None where the approval came from elsewhere.
    """

    code: str
    certification: Certification
    referentiel: Referentiel | None
    kind: HabilitationKind
    blocs: tuple[str, ...]
    territory: tuple[str, ...]
    valid_until: date


def granted(partnership: Partnership, *, on: date) -> list[Granted]:
    """Give the certifications this partner is approved for that day; none unless the organisation itself is."""
    in_force = Approval.objects.filter(partnership=partnership).granted_on(on)
    rows = in_force.of_certifications().select_related("certification", "referentiel").order_by("pk")
    if not in_force.filter(subject="organisation").exists():
        return []
    return [
        Granted(
            code=row.code,
            certification=row.certification,
            referentiel=row.referentiel,
            kind=HabilitationKind(row.kind),
            blocs=tuple(row.blocs),
            territory=tuple(row.territory),
            valid_until=row.valid_until,
        )
        for row in rows
        if row.certification is not None and row.valid_until is not None
    ]


def words_for(approval: Approval) -> str:
    """What it approves, in words."""
    if approval.certification is not None:
        return f"{approval.certification.title} ({approval.get_kind_display().lower()})"
    if approval.staff is not None:
        return f"{approval.staff.name}, {approval.get_role_display().lower()}"
    return str(_("L’organisme"))


def in_order(approvals: Iterable[Approval]) -> list[Approval]:
    """The organisation first, then certifications, then people by name; of the same, the latest first."""
    rank = {str(subject): position for position, subject in enumerate(ApprovalSubject)}
    latest = sorted(approvals, key=lambda one: (one.granted_at, one.pk), reverse=True)
    return sorted(
        latest, key=lambda one: (rank[one.subject], str(one.staff or ""), str(one.certification or ""), one.role)
    )


def approvals_of(partnership: Partnership, actor: Actor) -> list[Approval]:
    """Everything granted, refused or withdrawn to this partner, in order. One query."""
    theirs = Q(partnership=partnership) | Q(application__partnership=partnership)
    rows = Approval.objects.visible_to(actor).filter(theirs).order_by("pk")
    return in_order(rows.select_related("certification", "staff", "renewed_by"))


def approval(actor: Actor, code: str) -> Approval | None:
    """One approval, with whom it is for; None for somebody else's."""
    rows = Approval.objects.visible_to(actor).select_related(
        "certifier__organisation", "partnership__site__organisation", "certification", "staff", "renewed_by"
    )
    return rows.filter(code=code).first()


def ending_by(day: date, *, certifier_code: str = "") -> QuerySet[Approval]:
    """Those in force that end by this day and that nothing renews yet, the first to end first."""
    rows = Approval.objects.filter(state=ApprovalState.GRANTED, valid_until__lte=day).not_renewed()
    if certifier_code:
        rows = rows.filter(certifier__code=certifier_code)
    return rows.select_related(
        "certifier__organisation", "partnership__site__organisation", "certification", "staff"
    ).order_by("valid_until", "pk")
