"""What a decision is about: who is ruled on, who heads the applicant, which partnership is already there."""

from __future__ import annotations

from dataclasses import dataclass

from jurande.registers.network.models import Application, StaffMember
from jurande.registers.network.states import ApprovalRole, StaffFunction
from jurande.registers.parties.models import Partnership

ROLES = {StaffFunction.TRAINER: ApprovalRole.TRAINER, StaffFunction.ASSESSOR: ApprovalRole.ASSESSOR}


@dataclass(frozen=True)
class Head:
    """Who heads the applicant, and where to write to them."""

    first_name: str
    last_name: str
    email: str


def people_to_rule_on(application: Application) -> list[tuple[StaffMember, ApprovalRole]]:
    """Everybody who trains or assesses, once for each of the two."""
    staff = application.staff.order_by("position", "pk")
    return [(one, role) for one in staff for function, role in ROLES.items() if function.value in one.functions]


def head_of(application: Application) -> Head:
    """The declared head, at their address; else at the applicant's; else the applicant."""
    applicant = application.applicant
    heads = [one for one in application.staff.order_by("position", "pk") if StaffFunction.HEAD.value in one.functions]
    if heads:
        return Head(heads[0].first_name, heads[0].last_name, heads[0].email or applicant.email)
    return Head(applicant.first_name, applicant.last_name, applicant.email)


def partnership_at(application: Application) -> Partnership | None:
    """The partnership in force at the applicant's place, if there is one already."""
    rows = Partnership.objects.in_force().filter(certifier=application.certifier, site__siret=application.siret)
    return rows.select_related("certifier", "site__organisation").first()
