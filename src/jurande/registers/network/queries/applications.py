"""What the pages of applicants show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import (
    Application,
    ApplicationDocument,
    Call,
    CallCriterion,
    Condition,
    Decision,
    Question,
    Target,
)
from jurande.registers.network.states import ApplicationAct, JudgmentAct
from jurande.registers.parties.models import Certifier, Membership, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role

TOLD = (
    ApplicationAct.STARTED,
    ApplicationAct.SUBMITTED,
    ApplicationAct.WITHDRAWN,
    ApplicationAct.CHARTER_SIGNED,
    JudgmentAct.QUESTION_ASKED,
    JudgmentAct.QUESTION_ANSWERED,
    JudgmentAct.VISIT_PLANNED,
    JudgmentAct.VISIT_REPORTED,
    JudgmentAct.DECISION_TAKEN,
    JudgmentAct.CONDITION_MET,
    JudgmentAct.BROUGHT_BACK,
    JudgmentAct.APPEAL_LODGED,
    JudgmentAct.APPEAL_JUDGED,
)


@dataclass(frozen=True)
class Contact:
    """Who to write to at the certifier's."""

    name: str
    email: str


def application(actor: Actor, code: str) -> Application | None:
    """One application that the actor may see."""
    return (
        Application.objects.visible_to(actor)
        .select_related("applicant", "certifier__organisation", "partnership__site__organisation")
        .filter(code=code)
        .first()
    )


def applications(actor: Actor) -> list[Application]:
    """Those that the actor may see, the one worked on last first."""
    return list(
        Application.objects.visible_to(actor)
        .select_related("applicant", "certifier__organisation")
        .prefetch_related("targets__call")
        .order_by("-changed_at", "-pk")
    )


def targets_of(held: Application) -> list[Target]:
    """What is asked for, call by call, with what a programme needs."""
    return list(
        held.targets.select_related(
            "call__referentiel",
            "call__certification",
            "call__fee_schedule",
            "call__certifier__organisation",
            "application__applicant",
            "application__certifier",
            "application__partnership",
        ).order_by("pk")
    )


def open_calls_of(certifier: Certifier, today: date) -> list[Call]:
    """The calls of a certifier that take applications on this day."""
    return list(
        Call.objects.filter(certifier=certifier)
        .taking_applications_on(today)
        .select_related("certification")
        .order_by("title", "pk")
    )


def open_calls_beside(held: Application, today: date) -> list[Call]:
    """The other calls of the same certifier that take applications on this day."""
    taken = set(held.targets.values_list("call_id", flat=True))
    return [one for one in open_calls_of(held.certifier, today) if one.pk not in taken]


def call(code: str) -> Call | None:
    """One published call."""
    return Call.objects.published().select_related("certifier__organisation", "certification").filter(code=code).first()


def documents_of(held: Application) -> list[ApplicationDocument]:
    """Every document of the file, withdrawn ones included, in the order they came."""
    return list(
        held.documents.select_related("document__blob", "criterion", "staff", "premises").order_by("attached_at", "pk")
    )


def document(held: Application, code: str) -> ApplicationDocument | None:
    """One document of the file."""
    return held.documents.select_related("document__blob", "application").filter(code=code).first()


def criterion(held: Application, code: str) -> CallCriterion | None:
    """One condition of the calls applied to."""
    return CallCriterion.objects.filter(call__targets__application=held, code=code).first()


def question(held: Application, code: str) -> Question | None:
    """One question that was asked about the file."""
    return held.questions.filter(code=code).first()


def decision_of(held: Application) -> Decision | None:
    """The decision that stands, with its conditions and its appeal."""
    return (
        Decision.objects.filter(application=held, set_aside_at=None)
        .select_related("appeal")
        .prefetch_related("conditions")
        .order_by("-decided_at", "-pk")
        .first()
    )


def condition(held: Application, code: str) -> Condition | None:
    """One condition of the decision that stands."""
    return Condition.objects.filter(decision__application=held, decision__set_aside_at=None, code=code).first()


def contact_of(held: Application) -> Contact | None:
    """Who follows the partner, else the first network manager of the certifier; None when there is none."""
    partnership: Partnership | None = held.partnership
    person: Person | None = partnership.followed_by if partnership is not None else None
    if person is None:
        row = (
            Membership.objects.in_force()
            .filter(certifier=held.certifier, role__in=[Role.NETWORK_MANAGER, Role.ADMINISTRATOR])
            .select_related("person")
            .order_by("-role", "pk")
            .first()
        )
        person = row.person if row is not None else None
    return Contact(person.full_name, person.email) if person is not None else None


def letters_of(held: Application, person_code: str) -> list[Message]:
    """What was written to this person about the file, newest first."""
    return list(
        Message.objects.filter(about_kind="application", about_code=held.code, to_code=person_code).order_by(
            "-written_at", "-pk"
        )
    )


def life_of(held: Application) -> list[Entry]:
    """What the journal says of it that is the applicant's to know, newest first; who judges and when is not."""
    entries = Entry.objects.on_chain(held.certifier.code).about_any([("application", held.code)])
    return list(entries.filter(action__in=TOLD).order_by("-seq")[:200])
