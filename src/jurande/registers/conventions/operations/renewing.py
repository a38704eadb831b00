"""Renewing many conventions at once: the list is kept, then a job prepares them one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.common import jobs
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.conventions import policies
from jurande.registers.conventions.models import ClauseSet, Convention, RenewalRow, RenewalRun
from jurande.registers.conventions.operations.drafting import ConventionRefused, follow
from jurande.registers.conventions.operations.sending import SendingRefused, send
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.conventions.states import ConventionKind, RowOutcome
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import actor_for

JOB = "conventions.renew"
MOST_ROWS = 500

# Told after each row: prepared, left out, in all.
type Progress = Callable[[int, int, int], None]


@transaction.atomic
def request_renewals(
    *,
    certifier: Certifier,
    conventions: Sequence[Convention],
    valid_from: date,
    valid_until: date,
    sends: bool,
    actor: Actor,
    now: datetime,
) -> RenewalRun:
    """Keep the list and ask for the job: each convention gets its renewal, for these days, with the clauses in use.

    :raises NotAllowed: who may not prepare. :raises ConventionRefused: none or too many, somebody else's, impossible
    days, or no clauses are published.
    """
    require(policies.can_prepare_conventions(actor, certifier))
    if not conventions:
        raise ConventionRefused(_("Aucune convention n’est choisie. Cochez au moins une ligne."))
    if len(conventions) > MOST_ROWS:
        raise ConventionRefused(
            _("%(most)d conventions au plus à la fois. Choisissez-en moins, puis recommencez.") % {"most": MOST_ROWS}
        )
    if any(one.certifier_id != certifier.pk for one in conventions):
        raise ConventionRefused(_("Une de ces conventions n’est pas de votre maison."))
    if valid_until <= valid_from:
        raise ConventionRefused(_("Le dernier jour vient avant le premier."), field="valid_until")
    clauses = ClauseSet.objects.filter(certifier=certifier).published().first()
    if clauses is None:
        raise ConventionRefused(_("Aucune version des clauses n’est publiée. Commencez par les clauses."))
    run = RenewalRun(
        certifier=certifier,
        clause_set=clauses,
        valid_from=valid_from,
        valid_until=valid_until,
        sends=sends,
        asked_at=now,
        asked_by_code=actor.code,
    )
    job = jobs.request(JOB, run.code, certifier_code=certifier.code, requested_by=actor.code, now=now)
    run.job_code = job.code
    run.save(force_insert=True)
    RenewalRow.objects.bulk_create(RenewalRow(run=run, convention=one) for one in conventions)
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.RENEWAL_ASKED,
        subject_kind="renewal_run",
        subject_code=run.code,
        now=now,
    )
    return run


def run_renewals(run: RenewalRun, *, report: Progress, now: datetime) -> None:
    """Prepare what is left of a run, one transaction a row, as who asked for it may today; done twice, nothing more."""
    asked_by = Person.objects.filter(code=run.asked_by_code).first()
    actor = actor_for(asked_by, run.certifier)
    rows = run.rows.select_related("convention").order_by("pk")
    total = len(rows)
    done = sum(row.outcome in (RowOutcome.MADE, RowOutcome.SENT) for row in rows)
    refused = sum(row.outcome == RowOutcome.REFUSED for row in rows)
    for row in rows:
        if row.outcome:
            continue
        if _renew(row, run, actor, now):
            done += 1
        else:
            refused += 1
        report(done, refused, total)


def _renew(row: RenewalRow, run: RenewalRun, actor: Actor, now: datetime) -> bool:
    """One row: tell whether a renewal was prepared."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.made = follow(
                    convention=row.convention,
                    kind=ConventionKind.RENEWAL,
                    valid_from=run.valid_from,
                    valid_until=run.valid_until,
                    clause_set=run.clause_set,
                    actor=actor,
                    now=now,
                )
            row.outcome = RowOutcome.MADE
        except (Refused, NotAllowed) as refusal:
            row.outcome, row.reason = RowOutcome.REFUSED, _said(refusal)
        if run.sends and row.made is not None:
            try:
                with transaction.atomic():
                    send(convention=row.made, revision=row.made.revision, actor=actor, now=now)
                row.outcome = RowOutcome.SENT
            except (Refused, NotAllowed) as refusal:
                row.reason = _said(refusal)
        row.save(update_fields=["outcome", "made", "reason"])
    return row.made is not None


def _said(refusal: Refused | NotAllowed) -> str:
    if isinstance(refusal, SendingRefused):
        return " ".join(one.sentence for one in refusal.missing)
    return str(refusal.sentence if isinstance(refusal, Refused) else refusal.reason)
