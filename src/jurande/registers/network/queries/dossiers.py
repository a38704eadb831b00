"""One file, as those who judge it read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from jurande.registers.catalogue.models import Bloc
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import (
    Appeal,
    Application,
    ApplicationDocument,
    Approval,
    ClientReference,
    Condition,
    Decision,
    Question,
    Reconciliation,
    Review,
    Score,
    StaffMember,
    StageSpell,
    Subcontractor,
    Target,
    Visit,
)
from jurande.registers.network.queries.approvals import in_order
from jurande.registers.network.queries.scores import Board, compared
from jurande.registers.network.states import APPROVING, REVIEWERS, ReviewState
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor

LETTERS_SHOWN = 100
ENTRIES_SHOWN = 100


@dataclass(frozen=True)
class Dossier:
    """A file and where it stands."""

    application: Application
    spell: StageSpell


def dossier(actor: Actor, code: str) -> Dossier | None:
    """The application, for those who judge it; None for somebody else's, and for a draft. One query."""
    rows = StageSpell.objects.visible_to(actor).current().filter(application__code=code)
    spell = rows.select_related(
        "application__certifier__organisation", "application__applicant", "application__partnership"
    ).first()
    return None if spell is None else Dossier(spell.application, spell)


def targets_of(application: Application) -> list[Target]:
    """What it asks for, with the calls and the versions it is judged on."""
    return list(application.targets.select_related("call__certification", "call__referentiel").order_by("pk"))


def bloc_titles(targets: Sequence[Target]) -> dict[str, str]:
    """The titles of the blocs asked for, by lineage. One query when any is named."""
    wanted = {lineage for target in targets for lineage in target.blocs}
    if not wanted:
        return {}
    referentiels = [target.call.referentiel_id for target in targets if target.call.referentiel_id]
    rows = Bloc.objects.filter(referentiel__in=referentiels, lineage__in=wanted)
    return dict(rows.order_by("pk").values_list("lineage", "text"))


@dataclass(frozen=True)
class Around:
    """Somebody the applicant works with: a client who can be asked, or a subcontractor."""

    is_subcontractor: bool
    name: str
    what: str
    detail: str
    basis: str


def around(application: Application) -> list[Around]:
    """Those it works for and those who work for it. One query."""
    clients = ClientReference.objects.filter(application=application).values_list(
        Value(0), "name", "what", "contact", Value("")
    )
    helpers = Subcontractor.objects.filter(application=application).values_list(
        Value(1), "name", "what", "siret", "basis"
    )
    rows = clients.order_by().union(helpers.order_by(), all=True)
    found = [Around(bool(kind), name, what, detail, basis) for kind, name, what, detail, basis in rows]
    return sorted(found, key=lambda one: (one.is_subcontractor, one.name))


def documents_of(application: Application) -> list[ApplicationDocument]:
    """The documents of the file that were not withdrawn, by what they answer."""
    rows = application.documents.filter(withdrawn_at=None).select_related(
        "document__blob", "criterion", "staff", "premises"
    )
    return list(rows.order_by("kind", "attached_at", "pk"))


def document(actor: Actor, code: str) -> ApplicationDocument | None:
    """A document of a file, for those who judge it."""
    if actor.partnership_code or not actor.certifier_code:
        return None
    rows = ApplicationDocument.objects.filter(application__in=Application.objects.visible_to(actor))
    return rows.select_related("document__blob", "application").filter(code=code).first()


@dataclass(frozen=True)
class Judged:
    """The reviews of a file and what became of it. ``board`` is None while the scores may not be read."""

    reviews: Sequence[Review]
    board: Board | None
    notes: Sequence[Reconciliation]
    decisions: Sequence[Decision]
    conditions: Sequence[Condition]
    approvals: Sequence[Approval]


def judged(application: Application, actor: Actor) -> Judged:
    """Read everything that was judged of this file and that this person may read. Nine queries at most."""
    reviews = list(
        Review.objects.visible_to(actor)
        .filter(application=application)
        .select_related("reviewer", "application__certifier")
        .order_by("assigned_at", "pk")
    )
    decisions = list(_decisions(application)) if application.decided_at is not None else []
    submitted = [review for review in reviews if review.state == ReviewState.SUBMITTED]
    blind = any(one.reviewer.code == actor.code and one.state != ReviewState.SUBMITTED for one in reviews)
    notes: list[Reconciliation] = []
    board = None
    if len(submitted) >= REVIEWERS and not blind:
        scores = Score.objects.visible_to(actor).filter(review__in=submitted)
        notes = list(Reconciliation.objects.filter(application=application).order_by("written_at", "pk"))
        board = compared(application, submitted, scores, notes)
    conditions = Condition.objects.filter(decision__application=application).select_related("decision")
    approvals = Approval.objects.filter(application=application).select_related("certification", "staff")
    granting = any(decision.verdict in APPROVING for decision in decisions)
    return Judged(
        reviews=reviews,
        board=board,
        notes=notes,
        decisions=decisions,
        conditions=list(conditions.order_by("decision", "position")) if granting else [],
        approvals=in_order(approvals.order_by("pk")) if granting else [],
    )


def _decisions(application: Application) -> QuerySet[Decision]:
    """The latest first, each with the name of who took it (``decided_by``)."""
    who = Person.objects.filter(code=OuterRef("decided_by_code"))
    name = Concat("first_name", Value(" "), "last_name")
    rows = Decision.objects.filter(application=application).select_related("appeal")
    return rows.annotate(decided_by=Subquery(who.values(full=name))).order_by("-decided_at", "-pk")


def questions_of(application: Application) -> list[Question]:
    """What was asked of the applicant, the latest first."""
    return list(application.questions.order_by("-asked_at", "-pk"))


def visits_of(application: Application) -> list[Visit]:
    """The visits asked for, the latest first."""
    return list(application.visits.select_related("report_document").order_by("-asked_at", "-pk"))


def letters_of(application: Application) -> list[Message]:
    """Every letter about this file, the latest first."""
    rows = Message.objects.of_certifier(application.certifier.code).filter(
        about_kind="application", about_code=application.code
    )
    return list(rows.order_by("-written_at", "-pk")[:LETTERS_SHOWN])


def life_of(application: Application) -> list[Entry]:
    """What the journal says of this file, the latest first."""
    rows = Entry.objects.on_chain(application.certifier.code).about("application", application.code)
    return list(rows.order_by("-seq")[:ENTRIES_SHOWN])


# --- single rows --------------------------------------------------------------------------------


def review(actor: Actor, code: str) -> Review | None:
    """One review, whoever's."""
    return (
        Review.objects.visible_to(actor)
        .select_related("reviewer", "application__certifier__organisation", "application__applicant")
        .filter(code=code)
        .first()
    )


def question(actor: Actor, code: str) -> Question | None:
    """One question."""
    return Question.objects.visible_to(actor).select_related("application__certifier").filter(code=code).first()


def visit(actor: Actor, code: str) -> Visit | None:
    """One visit."""
    rows = Visit.objects.visible_to(actor).select_related("application__certifier", "report_document__blob")
    return rows.filter(code=code).first()


def condition(actor: Actor, code: str) -> Condition | None:
    """One condition."""
    rows = Condition.objects.visible_to(actor).select_related(
        "decision__application__certifier", "evidence_document__blob"
    )
    return rows.filter(code=code).first()


def appeal(actor: Actor, code: str) -> Appeal | None:
    """One appeal."""
    rows = Appeal.objects.visible_to(actor).select_related("decision__application__certifier")
    return rows.filter(code=code).first()


def note(actor: Actor, code: str) -> Reconciliation | None:
    """One note of reconciliation, for whoever may read the scores."""
    rows = Reconciliation.objects.visible_to(actor).select_related("application__certifier")
    return rows.filter(code=code).first()


def staff_member(actor: Actor, code: str) -> StaffMember | None:
    """Somebody of a partner of this house."""
    if actor.partnership_code or not actor.certifier_code:
        return None
    here = Q(partnership__certifier__code=actor.certifier_code)
    rows: QuerySet[StaffMember] = StaffMember.objects.filter(here, code=code)
    return rows.select_related("partnership__certifier", "partnership__site__organisation", "application").first()
