"""The pipeline: how many applications stand where, since when, whose move it is, and how long each stage lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, Min, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.together import Asking, Short
from jurande.registers.network.models import Application, Call, Review, StageSpell
from jurande.registers.network.states import OPEN_STAGES, ApplicationState, ReviewState, Stage, WaitsOn
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Right

# The columns of the board, and the stages that stand in each.
COLUMNS = (
    ("to_assign", _("À confier"), (Stage.TO_ASSIGN,)),
    ("in_review", _("En évaluation"), (Stage.IN_REVIEW, Stage.TO_RECONCILE)),
    ("applicant", _("Attend le candidat"), (Stage.QUESTION,)),
    ("visit", _("Visite"), (Stage.VISIT,)),
    ("to_decide", _("À décider"), (Stage.TO_DECIDE, Stage.APPEAL)),
    ("following", _("À suivre"), (Stage.CONDITIONS, Stage.DEFERRED)),
)
SHOWN_BY_COLUMN = 6
AVERAGED_OVER = timedelta(days=365)
# What is usual before somebody is reminded that a file waits; a matter of good order, no legal delay.
ASSIGN_WITHIN = timedelta(days=7)
DECIDE_WITHIN = timedelta(days=14)
MOST_LINES = 50
_CORSICA = {"2A": ("200", "201"), "2B": ("202", "206")}


@dataclass(frozen=True)
class Column:
    """One column of the board: how many stand there, since when the oldest, and the oldest few."""

    key: str
    label: object
    stages: tuple[Stage, ...]
    count: int
    oldest: Sequence[StageSpell]


@dataclass(frozen=True)
class Delay:
    """How long a stage lasts on average, over a year: days, and for how many applications."""

    stage: Stage
    days: float
    count: int


@dataclass(frozen=True)
class Waiting:
    """How many applications wait on somebody, and since when the oldest does."""

    on: WaitsOn
    count: int
    oldest_at: datetime


@dataclass(frozen=True)
class Pipeline:
    """Everything the board shows. ``closed``: how many are over, by stage; ``drafts``: begun, not submitted yet."""

    columns: Sequence[Column]
    waiting: Sequence[Waiting]
    delays: Sequence[Delay]
    closed: Mapping[Stage, int]
    drafts: int

    @property
    def open_count(self) -> int:
        """How many await something."""
        return sum(column.count for column in self.columns)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever submitted."""
        return not self.open_count and not self.closed


def pipeline(actor: Actor, *, now: datetime) -> Pipeline:
    """Read the board. Four queries, whatever the number of applications."""
    current = StageSpell.objects.visible_to(actor).current()
    counted = {
        (Stage(row["stage"]), WaitsOn(row["waits_on"])): (row["figure"], row["oldest"])
        for row in current.order_by().values("stage", "waits_on").annotate(figure=Count("pk"), oldest=Min("entered_at"))
    }
    by_stage = {stage: figure for (stage, _on), (figure, _oldest) in counted.items()}
    oldest = _oldest(current, by_stage)
    columns = [
        Column(
            key,
            label,
            stages,
            sum(by_stage.get(stage, 0) for stage in stages),
            [spell for spell in oldest if spell.stage in stages],
        )
        for key, label, stages in COLUMNS
    ]
    return Pipeline(
        columns=columns,
        waiting=_waiting(counted),
        delays=delays(actor, now=now),
        closed={stage: figure for stage, figure in by_stage.items() if stage not in OPEN_STAGES},
        drafts=_drafts(actor),
    )


def _oldest(current: QuerySet[StageSpell], by_stage: Mapping[Stage, int]) -> list[StageSpell]:
    """The oldest few of each column that holds something, in one query."""
    wanted = Q(pk__in=())
    for _key, _label, stages in COLUMNS:
        if any(stage in by_stage for stage in stages):
            first = current.filter(stage__in=stages).order_by("entered_at", "pk")
            wanted |= Q(pk__in=first.values("pk")[:SHOWN_BY_COLUMN])
    return list(shown(StageSpell.objects.filter(wanted)))


def shown(spells: QuerySet[StageSpell]) -> QuerySet[StageSpell]:
    """The oldest first, with whom they are about."""
    return spells.select_related("application").order_by("entered_at", "pk")


def _waiting(counted: Mapping[tuple[Stage, WaitsOn], tuple[int, datetime]]) -> list[Waiting]:
    found: dict[WaitsOn, tuple[int, datetime]] = {}
    for (_stage, on), (figure, oldest) in counted.items():
        before, since = found.get(on, (0, oldest))
        found[on] = (before + figure, min(since, oldest))
    return [Waiting(on, *found[on]) for on in WaitsOn if on in found and on != WaitsOn.NOBODY]


def delays(actor: Actor, *, now: datetime) -> list[Delay]:
    """How long each open stage lasted on average, for what left it within a year."""
    past = StageSpell.objects.visible_to(actor).filter(left_at__gte=now - AVERAGED_OVER, stage__in=OPEN_STAGES)
    rows = past.order_by().values("stage").annotate(mean=Avg("lasted_seconds"), figure=Count("pk"))
    found = {row["stage"]: row for row in rows}
    return [
        Delay(stage, found[stage]["mean"] / 86_400, found[stage]["figure"]) for stage in OPEN_STAGES if stage in found
    ]


def _drafts(actor: Actor) -> int:
    """How many are being prepared: their number alone, what is in them is the applicant's."""
    if actor.partnership_code or not actor.has(Right.SEE_APPLICATIONS):
        return 0
    return Application.objects.filter(certifier__code=actor.certifier_code, state=ApplicationState.DRAFT).count()


# --- the list -----------------------------------------------------------------------------------


def standing(actor: Actor) -> QuerySet[StageSpell]:
    """One row by submitted application, where it stands now, with what lists show."""
    return (
        StageSpell.objects.visible_to(actor)
        .current()
        .select_related("application")
        .prefetch_related("application__targets__call")
    )


def matching(rows: QuerySet[StageSpell], words: str) -> QuerySet[StageSpell]:
    """Every word is in the name, the town or a number of the applicant, or in the reference."""
    for word in words.split():
        rows = rows.filter(
            Q(application__reference__icontains=word)
            | Q(application__legal_name__icontains=word)
            | Q(application__usual_name__icontains=word)
            | Q(application__city__icontains=word)
            | Q(application__siret__startswith=word)
        )
    return rows


def given_to(rows: QuerySet[StageSpell], actor: Actor) -> QuerySet[StageSpell]:
    """Those that this person scores or scored."""
    mine = Review.objects.of_reviewer(actor.code).exclude(state=ReviewState.RECUSED)
    return rows.filter(application__in=mine.values("application"))


def of_calls(rows: QuerySet[StageSpell], codes: Iterable[str]) -> QuerySet[StageSpell]:
    """Those that apply to one of these calls."""
    targeted = Application.objects.filter(targets__call__code__in=list(codes))
    return rows.filter(application__in=targeted.values("pk"))


def in_departements(rows: QuerySet[StageSpell], codes: Iterable[str]) -> QuerySet[StageSpell]:
    """Those of these départements, told by the postcode; in Corsica three digits tell the two apart."""
    wanted = Q(pk__in=())
    for code in codes:
        for start in _CORSICA.get(code, (code,)):
            wanted |= Q(application__postcode__startswith=start)
    return rows.filter(wanted)


def call_choices(actor: Actor) -> list[tuple[str, str]]:
    """The calls to which somebody may have applied, to filter by."""
    rows = Call.objects.visible_to(actor).published().order_by("-published_at", "pk")
    return [(call.code, f"{call.reference} · {call.title}") for call in rows[:MOST_LINES]]


# --- what waits on me ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Todo:
    """One line of «ce qui m’attend». ``kind``: review, assign, decide, appeal, late_answer, visit or condition."""

    kind: str
    due_on: date
    name: str
    application_code: str
    review_code: str = ""


def todos(actor: Actor, *, today: date) -> Asking[list[Todo]]:
    """What waits on this person in recruitment, the most urgent of each kind."""
    if actor.partnership_code or not actor.has(Right.SEE_APPLICATIONS):
        return []
    applied = ("application__code", "application__usual_name", "application__legal_name")
    kinds = _kinds(actor)
    reviews, spells = yield [
        Short(_reviews_due(actor)[:MOST_LINES], ("code", "due_on", *applied)),
        Short(_spells_due(actor, kinds, today)[:MOST_LINES], ("stage", "due_on", "entered_at", *applied)),
    ]
    lines = [
        Todo("review", review.due_on, review.application.name, review.application.code, review.code)
        for review in reviews
    ]
    lines += [Todo(kinds[Stage(row.stage)], _due(row), row.application.name, row.application.code) for row in spells]
    return sorted(lines, key=lambda line: (line.due_on, line.name))


def _reviews_due(actor: Actor) -> QuerySet[Review]:
    mine = Review.objects.visible_to(actor).of_reviewer(actor.code).pending()
    if not actor.has(Right.REVIEW_APPLICATIONS):
        return mine.none()
    judged = [ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW]
    return mine.filter(application__state__in=judged).order_by("due_on", "pk")


def _spells_due(actor: Actor, kinds: Iterable[Stage], today: date) -> QuerySet[StageSpell]:
    mine_too = Review.objects.of_reviewer(actor.code).exclude(state=ReviewState.RECUSED).values("application")
    late = Q(stage__in=[Stage.QUESTION, Stage.CONDITIONS]) & Q(due_on__gte=today)
    judged = Q(stage__in=[Stage.TO_DECIDE, Stage.APPEAL], application__in=mine_too)
    rows = StageSpell.objects.visible_to(actor).current().filter(stage__in=kinds)
    return rows.exclude(late).exclude(judged).order_by("entered_at", "pk")


def _kinds(actor: Actor) -> dict[Stage, str]:
    kinds: dict[Stage, str] = {}
    if actor.has(Right.MANAGE_CALLS):
        kinds |= {
            Stage.TO_ASSIGN: "assign",
            Stage.QUESTION: "late_answer",
            Stage.VISIT: "visit",
            Stage.CONDITIONS: "condition",
        }
    if actor.has(Right.DECIDE_APPLICATIONS):
        kinds |= {Stage.TO_DECIDE: "decide", Stage.APPEAL: "appeal"}
    return kinds


def _due(spell: StageSpell) -> date:
    if spell.due_on is not None:
        return spell.due_on
    within = ASSIGN_WITHIN if spell.stage == Stage.TO_ASSIGN else DECIDE_WITHIN
    return localdate(spell.entered_at) + within
