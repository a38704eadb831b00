"""What screens read of clauses, and of renewals of many."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from jurande.registers.conventions.models import Clause, ClauseSet, RenewalRow, RenewalRun
from jurande.registers.conventions.states import ClauseSetState
from jurande.registers.parties.policies import Actor


def clause_sets(actor: Actor) -> QuerySet[ClauseSet]:
    """The sets of the house, the latest first; ``used``: how many conventions follow each."""
    return (
        ClauseSet.objects.visible_to(actor)
        .annotate(used=Count("conventions", filter=~Q(conventions__state="abandoned")))
        .order_by("-number")
    )


def clause_set(actor: Actor, code: str) -> ClauseSet | None:
    return ClauseSet.objects.visible_to(actor).select_related("certifier").filter(code=code).first()


def in_use(actor: Actor) -> ClauseSet | None:
    """The published set, which conventions to come follow."""
    return ClauseSet.objects.visible_to(actor).filter(state=ClauseSetState.PUBLISHED).first()


def clauses_of(held: ClauseSet) -> list[Clause]:
    return list(held.clauses.order_by("position", "pk"))


def clause(held: ClauseSet, code: str) -> Clause | None:
    return held.clauses.select_related("clause_set__certifier").filter(code=code).first()


def worded(held: ClauseSet) -> dict[str, tuple[str, str]]:
    """Each clause by its key: title and text, in order, as comparisons want them."""
    return {one.key: (one.title, one.body) for one in clauses_of(held)}


def renewal_runs(actor: Actor) -> QuerySet[RenewalRun]:
    return RenewalRun.objects.visible_to(actor).annotate(size=Count("rows")).order_by("-pk")


def renewal_run(actor: Actor, code: str) -> RenewalRun | None:
    return RenewalRun.objects.visible_to(actor).select_related("clause_set").filter(code=code).first()


def renewal_rows(run: RenewalRun) -> QuerySet[RenewalRow]:
    return run.rows.select_related("convention__partnership__site__organisation", "made").order_by("pk")
