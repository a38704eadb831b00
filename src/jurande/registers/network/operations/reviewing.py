"""Two people score an application, each without knowing what the other gives; then they are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.recruiting import fails
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.network.emails import judging as emails
from jurande.registers.network.models import Application, Reconciliation, Review, Score
from jurande.registers.network.operations.stages import locked, settle, told
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries.reviewers import deciders, reviewers_of
from jurande.registers.network.queries.scores import Board, asked_in, board_of, keyed
from jurande.registers.network.queries.ties import Hint, ties
from jurande.registers.network.states import (
    APPLICATION_LIFE,
    PENDING_STATES,
    REVIEW_LIFE,
    REVIEWERS,
    ApplicationState,
    JudgmentAct,
    Points,
    ReviewState,
    Tie,
)
from jurande.registers.parties.models import Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Rule

TEXT_CHARS = 4_000


class ReviewRefused(Refused):
    """This review cannot be given, written or handed in so."""


@dataclass(frozen=True)
class Given:
    """What a reviewer writes for one thing asked; ``points`` is None while they only wrote a remark."""

    points: int | None
    remark: str = ""


# --- who reviews --------------------------------------------------------------------------------


@transaction.atomic
def assign(
    *,
    application: Application,
    reviewers: Sequence[Person],
    due_on: date,
    actor: Actor,
    now: datetime,
    despite_hints: bool = False,
) -> list[Review]:
    """Give the file to these people, who are told by a letter: two at first, then a third when two were handed in.

    ``despite_hints``: possible ties (same e-mail domain…) were looked at; a certain one is refused all the same.

    :raises NotAllowed: only network managers. :raises ReviewRefused: not a colleague who reviews, somebody who is
    linked to the applicant, one too many, or nobody would be left to decide.
    """
    require(policies.can_assign_review(actor, application))
    held = locked(application)
    _demand_open(held)
    if due_on < localdate(now):
        raise ReviewRefused(_("Cette échéance est déjà passée. Choisissez un jour à venir."), field="due_on")
    _demand_places(held, len(reviewers))
    colleagues = {person.pk for person in reviewers_of(held.certifier)}
    hints = ties(held, reviewers)
    for person in reviewers:
        if person.pk not in colleagues:
            raise ReviewRefused(
                _("Cette personne ne peut pas évaluer de candidature. Choisissez quelqu’un dont le rôle le permet."),
                field="reviewers",
            )
        _demand_unlinked(person, hints.get(person.code, []), despite_hints=despite_hints)
        if held.reviews.filter(reviewer=person).exists():
            sentence = _("{name} a déjà reçu cette candidature. Choisissez quelqu’un d’autre.")
            raise ReviewRefused(format_lazy(sentence, name=person.full_name), field="reviewers")
    _demand_decider_left(held, reviewers, actor)
    made = [
        Review(application=held, reviewer=person, assigned_at=now, assigned_by_code=actor.code, due_on=due_on)
        for person in reviewers
    ]
    for review in made:
        review.save(force_insert=True)
        correspondence.send(emails.review_assigned(review), now=now)
    if held.state == ApplicationState.SUBMITTED:
        held.state = APPLICATION_LIFE.after(held.state, "review")
        held.save(update_fields=["state"])
    settle(held, now=now)
    for review in made:
        told(JudgmentAct.REVIEW_ASSIGNED, held, actor, now, reason_code=review.reviewer.code)
    return made


def _demand_places(application: Application, wanted: int) -> None:
    active = [review for review in application.reviews.all() if review.recused_at is None]
    submitted = sum(review.state == ReviewState.SUBMITTED for review in active)
    most = REVIEWERS + 1 if submitted >= REVIEWERS else REVIEWERS
    if not wanted:
        raise ReviewRefused(_("Choisissez au moins une personne."), field="reviewers")
    if len(active) + wanted > most:
        raise ReviewRefused(
            _(
                "Deux personnes évaluent d’abord une candidature, puis une troisième quand les deux ont rendu leurs "
                "notes."
            ),
            field="reviewers",
        )


def _demand_unlinked(person: Person, hints: Sequence[Hint], *, despite_hints: bool) -> None:
    certain = _("{name} ne peut pas évaluer ce candidat. {why} Choisissez quelqu’un d’autre.")
    possible = _("{name} est peut-être lié à ce candidat. {why} Vérifiez, puis confirmez ou changez.")
    for hint in hints:
        if hint.is_certain or not despite_hints:
            said = format_lazy(certain if hint.is_certain else possible, name=person.full_name, why=hint.sentence)
            raise ReviewRefused(said, field="reviewers")


def _demand_decider_left(application: Application, chosen: Sequence[Person], actor: Actor) -> None:
    """Somebody who has not scored must remain to decide, unless the certifier set the separation aside."""
    if Rule.SEPARATION in actor.relaxed:
        return
    scoring = {person.code for person in chosen}
    scoring |= {
        review.reviewer.code for review in application.reviews.select_related("reviewer") if not review.recused_at
    }
    if not deciders(application.certifier) - scoring:
        raise ReviewRefused(
            _("Il ne resterait personne pour décider\u00a0: qui évalue ne décide pas. Gardez un décideur à l’écart."),
            field="reviewers",
        )


@transaction.atomic
def recuse(*, review: Review, tie: Tie | str, note: str, actor: Actor, now: datetime) -> Review:
    """Take the file back from a reviewer who is linked to the applicant: what they wrote is set aside, for good.

    :raises NotAllowed: neither the reviewer nor a network manager. :raises ReviewRefused: handed in, or no tie said.
    """
    own = policies.can_write_review(actor, review)
    if not own:
        require(policies.can_assign_review(actor, review.application))
    held = locked(review.application)
    row = _mine(review)
    if not REVIEW_LIFE.allows(row.state, "recuse"):
        raise ReviewRefused(_("Cette évaluation est déjà rendue ou retirée\u00a0: elle ne change plus."))
    if tie not in Tie.values or tie == Tie.NONE:
        raise ReviewRefused(_("Dites quel lien existe avec le candidat."), field="tie")
    row.state = REVIEW_LIFE.after(row.state, "recuse")
    row.recused_at, row.tie, row.tie_note = now, Tie(tie), note.strip()[:TEXT_CHARS]
    row.save(update_fields=["state", "recused_at", "tie", "tie_note"])
    settle(held, now=now)
    told(JudgmentAct.REVIEW_RECUSED, held, actor, now, reason_code=row.tie)
    return row


# --- scoring ------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, review: Review, actor: Actor, now: datetime) -> Review:
    """Declare that nothing links oneself to the applicant, and open the file to score. Twice does nothing more.

    :raises NotAllowed: somebody else's. :raises ReviewRefused: the file is no longer to be judged.
    """
    require(policies.can_write_review(actor, review))
    held = locked(review.application)
    row = _mine(review)
    if row.state == ReviewState.BEGUN:
        return row
    _demand_open(held)
    if not REVIEW_LIFE.allows(row.state, "begin"):
        raise ReviewRefused(_("Cette évaluation est rendue ou retirée\u00a0: elle ne se rouvre pas."))
    row.state, row.begun_at = REVIEW_LIFE.after(row.state, "begin"), now
    row.save(update_fields=["state", "begun_at"])
    return row


@transaction.atomic
def keep_scores(*, review: Review, given: Mapping[str, Given], opinion: str, actor: Actor, now: datetime) -> Review:
    """Keep what the reviewer wrote so far, complete or not; what is not in ``given`` stays as it was.

    :raises NotAllowed: somebody else's. :raises ReviewRefused: not begun or handed in, a score that is none, a text
    too long.
    """
    require(policies.can_write_review(actor, review))
    held = locked(review.application)
    _demand_open(held)
    row = _mine(review)
    if row.state != ReviewState.BEGUN:
        raise ReviewRefused(_("Cette évaluation n’est pas ouverte\u00a0: ce que vous avez noté n’est pas gardé."))
    asked = {one.key: one for one in asked_in(held)}
    already = keyed(row.scores.select_related("criterion", "call"))
    for key, one in given.items():
        if key not in asked or (one.points is not None and one.points not in Points.values):
            raise ReviewRefused(_("Une note va de 0 à 4, pour une condition de cet appel."), field=key)
        if len(one.remark) > TEXT_CHARS:
            raise ReviewRefused(_("Cette remarque est trop longue. Raccourcissez-la."), field=key)
        score = already.get(key) or Score(review=row, call=asked[key].call, criterion=asked[key].criterion)
        if score.pk and (score.points, score.remark) == (one.points, one.remark.strip()):
            continue
        if not score.pk and one.points is None and not one.remark.strip():
            continue
        score.points, score.remark, score.scored_at = one.points, one.remark.strip(), now
        score.save()
    row.opinion = opinion.strip()[:TEXT_CHARS]
    row.save(update_fields=["opinion"])
    return row


@transaction.atomic
def submit(*, review: Review, actor: Actor, now: datetime) -> Review:
    """Hand the scores in: they never change again. Everything is scored, what fails is explained.

    :raises NotAllowed: somebody else's. :raises ReviewRefused: something is missing; ``field`` is its key.
    """
    require(policies.can_write_review(actor, review))
    held = locked(review.application)
    _demand_open(held)
    row = _mine(review)
    if row.state != ReviewState.BEGUN:
        raise ReviewRefused(_("Cette évaluation est déjà rendue, ou n’est pas commencée."))
    scores = keyed(row.scores.select_related("criterion", "call"))
    for one in asked_in(held):
        score = scores.get(one.key)
        if score is None or score.points is None:
            raise ReviewRefused(_("Donnez une note à chaque condition\u00a0: il en manque."), field=one.key)
        if fails(score.points) and not score.remark:
            raise ReviewRefused(_("Une note de 0 ou 1 s’explique\u00a0: écrivez ce qui manque."), field=one.key)
    if not row.opinion:
        raise ReviewRefused(_("Écrivez votre avis d’ensemble, même en une phrase."), field="opinion")
    row.state, row.submitted_at = REVIEW_LIFE.after(row.state, "submit"), now
    row.save(update_fields=["state", "submitted_at"])
    settle(held, now=now)
    told(JudgmentAct.REVIEW_SUBMITTED, held, actor, now, texts=[row.opinion])
    return row


# --- when they differ ---------------------------------------------------------------------------


@transaction.atomic
def reconcile(*, application: Application, text: str, actor: Actor, now: datetime) -> Reconciliation:
    """Write how scores that differ are to be read; the scores stay. The other reviewer must agree.

    :raises ReviewRefused: not one of the reviewers, nothing to reconcile, already agreed, or no text.
    """
    require(policies.can_see_dossier(actor, application))
    held = locked(application)
    board = _demand_divergence(held, actor)
    if not text.strip():
        raise ReviewRefused(_("Écrivez comment lire ces notes ensemble."), field="text")
    note = Reconciliation.objects.filter(application=held, reviews_count=len(board.reviews)).first()
    note = note or Reconciliation(application=held, reviews_count=len(board.reviews))
    note.text, note.written_at, note.written_by_code = text.strip()[:TEXT_CHARS], now, actor.code
    note.save()
    return note


@transaction.atomic
def agree(*, note: Reconciliation, text: str, actor: Actor, now: datetime) -> Reconciliation:
    """Accept the other reviewer's note, as one read it (``text``): the divergence is explained.

    :raises ReviewRefused: one's own note, not a reviewer, or the note changed since it was read.
    """
    require(policies.can_see_dossier(actor, note.application))
    held = locked(note.application)
    _demand_divergence(held, actor)
    row = Reconciliation.objects.select_for_update(of=("self",), no_key=True).get(pk=note.pk)
    if row.written_by_code == actor.code:
        raise ReviewRefused(_("Vous avez écrit cette note\u00a0: c’est à l’autre évaluateur de l’accepter."))
    if " ".join(text.split()) != " ".join(row.text.split()):
        raise ReviewRefused(_("La note a changé pendant que vous la lisiez. Relisez-la, puis acceptez."))
    row.agreed_at, row.agreed_by_code = now, actor.code
    row.save(update_fields=["agreed_at", "agreed_by_code"])
    settle(held, now=now)
    told(JudgmentAct.REVIEWS_RECONCILED, held, actor, now, texts=[row.text])
    return row


def _demand_divergence(application: Application, actor: Actor) -> Board:
    board = board_of(application)
    if actor.code not in {review.reviewer.code for review in board.reviews}:
        raise ReviewRefused(_("Seules les personnes qui ont noté rapprochent leurs notes."))
    pending = application.reviews.pending().exists()
    if pending or application.state not in PENDING_STATES or not board.is_unsettled:
        raise ReviewRefused(_("Il n’y a rien à rapprocher\u00a0: rechargez la page pour voir où en est le dossier."))
    return board


def _demand_open(application: Application) -> None:
    if application.state not in PENDING_STATES:
        raise ReviewRefused(_("Cette candidature n’est plus à évaluer\u00a0: elle est décidée ou retirée."))


def _mine(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",), no_key=True).select_related("reviewer").get(pk=review.pk)
