"""One file: who applies and what the lists say, the programme, what was judged, and every exchange."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jurande.core.france.departements import departement_label
from jurande.registers.common.verdicts import require
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import dossiers
from jurande.registers.network.queries.checks import last_checks
from jurande.registers.network.queries.programmes import sheet_of, shortfall_sentence
from jurande.registers.network.queries.scores import Board
from jurande.registers.network.states import (
    PENDING_STATES,
    REVIEWERS,
    AppealState,
    DecisionVerdict,
    ReviewState,
    SubcontractBasis,
    VisitState,
)
from jurande.registers.parties.queries import names_of
from jurande.registers.parties.states import Right
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.parts import check_chip
from jurande.web.certifier.recruitment.pipeline import stage_chip
from jurande.web.ui import formats
from jurande.web.ui.approvals import approval_line
from jurande.web.ui.downloads import serve
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Fact, File, Tab
from jurande.web.ui.sentences import names_in, told

REVIEWS = {
    ReviewState.ASSIGNED: "draft",
    ReviewState.BEGUN: "run",
    ReviewState.SUBMITTED: "ok",
    ReviewState.RECUSED: "end",
}
VERDICTS = {
    DecisionVerdict.APPROVED: "ok",
    DecisionVerdict.APPROVED_WITH_CONDITIONS: "warn",
    DecisionVerdict.DEFERRED: "stop",
    DecisionVerdict.REFUSED: "end",
}
VISITS = {VisitState.ASKED: "draft", VisitState.PLANNED: "run", VisitState.REPORTED: "ok", VisitState.CANCELLED: "end"}
APPEALS = {AppealState.LODGED: "warn", AppealState.UPHELD: "ok", AppealState.REJECTED: "end"}


def found(request: Asked, code: str) -> Any:
    """The file, for those who judge it.

    :raises Http404: it is somebody else's, a draft, or none.
    """
    return opened(request, code).application


def opened(request: Asked, code: str) -> Any:
    """The file and where it stands.

    :raises Http404: it is somebody else's, a draft, or none.
    """
    require(policies.can_see_recruitment(request.actor))
    dossier = dossiers.dossier(request.actor, code)
    if dossier is None:
        raise Http404
    return dossier


def head(request: Asked, dossier: Any, current: str) -> dict[str, Any]:
    """What every page of a file shows above its own."""
    held, place = dossier.application, request.actor.certifier_code
    views = (
        ("recruitment-one", _("Dossier")),
        ("recruitment-one-programme", _("Programme")),
        ("recruitment-one-reviews", _("Évaluations et décision")),
        ("recruitment-one-exchanges", _("Échanges")),
    )
    return {
        "held": held,
        "spell": dossier.spell,
        "stage": stage_chip(dossier.spell, bare=False),
        "tabs": [
            Tab(label, reverse(f"certifier:{name}", args=[place, held.code]), current=name == current)
            for name, label in views
        ],
        "may_assign": policies.can_assign_review(request.actor, held) and held.state in PENDING_STATES,
        "may_exchange": policies.can_exchange(request.actor, held) and held.state in PENDING_STATES,
        "may_decide": request.actor.has(Right.DECIDE_APPLICATIONS) and held.state in PENDING_STATES,
    }


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Answer «qui est ce candidat, et que demande-t-il ?»."""
    dossier = opened(request, code)
    held = dossier.application
    targets = dossiers.targets_of(held)
    titles = dossiers.bloc_titles(targets)
    may_open = policies.can_open_documents(request.actor).allowed
    page = {
        **head(request, dossier, "recruitment-one"),
        "facts": _identity(held),
        "checks": [(check, check_chip(check)) for check in last_checks(held.certifier, [held.siret])],
        "targets": [_target(target, titles) for target in targets],
        "staff": held.staff.order_by("position", "pk"),
        "premises": held.premises.order_by("position", "pk"),
        "around": [_around(one) for one in dossiers.around(held)],
        "may_open": may_open,
        "files": [_file(certifier, one) for one in dossiers.documents_of(held)] if may_open else [],
    }
    return render(request, "certifier/recruitment/file.html", page)


def _identity(held: Any) -> list[Fact]:
    return [
        Fact(_("Dénomination"), held.legal_name),
        Fact("SIRET", formats.siret(held.siret)),
        Fact(_("Déclaration d’activité"), formats.nda(held.nda) if held.nda else _("non donnée")),
        Fact(_("Adresse"), f"{held.address}, {held.postcode} {held.city}".strip(", ")),
        Fact(_("Candidat"), f"{held.applicant.full_name}, {held.applicant.email}"),
        Fact(
            _("Charte"),
            _("signée par %(who)s (%(quality)s) le %(day)s")
            % {
                "who": held.charter_by_name,
                "quality": held.charter_by_quality,
                "day": formats.day(held.charter_signed_at),
            },
        ),
    ]


def _around(one: Any) -> dict[str, Any]:
    if not one.is_subcontractor:
        return {"kind": _("Client"), "name": one.name, "what": one.what, "detail": one.detail}
    basis = SubcontractBasis(one.basis).label if one.basis else ""
    detail = ", ".join(filter(None, (formats.siret(one.detail) if one.detail else "", str(basis))))
    return {"kind": _("Sous-traitant"), "name": one.name, "what": one.what, "detail": detail}


def _target(target: Any, titles: dict[str, str]) -> dict[str, Any]:
    places = [departement_label(code) for code in target.territory]
    return {
        "call": target.call,
        "certification": target.call.certification.title,
        "kind": target.get_kind_display(),
        "blocs": [titles.get(lineage, lineage) for lineage in target.blocs],
        "places": formats.enumerate_fr(places) if places else "",
    }


def _file(certifier: str, held: Any) -> File:
    about = [str(held.get_kind_display())]
    about += [str(one) for one in (held.criterion, held.staff, held.premises) if one is not None]
    if held.expires_on:
        about.append(_("jusqu’au %(day)s") % {"day": formats.day(held.expires_on)})
    late = held.expires_on is not None and held.expires_on < timezone.localdate()
    return File(
        name=held.document.filename,
        url=reverse("certifier:recruitment-piece", args=[certifier, held.code]),
        note=", ".join(about),
        status="late" if late else "",
        word=_("Expirée") if late else "",
    )


@require_safe
@audience("certifier")
def piece(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """Hand over a document of a file, under the permission of the file."""
    require(policies.can_open_documents(request.actor))
    held = dossiers.document(request.actor, code)
    if held is None:
        raise Http404
    return serve(held.document)


@require_safe
@audience("certifier")
def programme(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Answer «le programme couvre-t-il le référentiel ?», one call at a time."""
    dossier = opened(request, code)
    held = dossier.application
    targets = dossiers.targets_of(held)
    chosen = next((one for one in targets if one.code == request.GET.get("appel")), targets[0] if targets else None)
    if chosen is None:
        raise Http404
    sheet = sheet_of(chosen)
    page = {
        **head(request, dossier, "recruitment-one-programme"),
        "target": chosen,
        "choices": [Tab(one.call.reference, f"?appel={one.code}", current=one is chosen) for one in targets],
        "sheet": sheet,
        "hours": sheet.minutes / 60,
        "shortfalls": [shortfall_sentence(one) for one in sheet.shortfalls],
        "lines": _coverage(sheet),
    }
    return render(request, "certifier/recruitment/file_programme.html", page)


def _coverage(sheet: Any) -> list[dict[str, Any]]:
    holes = {aim.key for aim in sheet.coverage.holes}
    return [
        {
            "aim": aim,
            "modules": [module.title for module in sheet.modules if aim.key in module.works],
            "is_hole": aim.key in holes,
            "note": sheet.notes.get(aim.key, ""),
        }
        for aim in sheet.aims
    ]


# --- reviews and decision -----------------------------------------------------------------------


@require_safe
@audience("certifier")
def reviews(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Answer «qu’en disent ceux qui ont évalué, et qu’a-t-on décidé ?»."""
    dossier = opened(request, code)
    held = dossier.application
    actor = request.actor
    judged = dossiers.judged(held, actor)
    mine = next((one for one in judged.reviews if one.reviewer.code == actor.code), None)
    board = judged.board
    note = judged.notes[-1] if judged.notes else None
    scored_here = board is not None and actor.code in {one.reviewer.code for one in board.reviews}
    page = {
        **head(request, dossier, "recruitment-one-reviews"),
        "reviews": [_review(certifier, one) for one in judged.reviews],
        "mine": mine if mine is not None and mine.is_pending else None,
        "board": board,
        "criteria": _criteria(board) if board else [],
        "totals": [_total(board, one) for one in board.reviews] if board else [],
        "knocked_out": [one for one in board.asked if one.key in board.knocked_out] if board else [],
        "note": note,
        "may_reconcile": scored_here and board is not None and board.is_unsettled and held.state in PENDING_STATES,
        "note_is_mine": note is not None and note.written_by_code == actor.code,
        "may_ask_third": board is not None and board.is_unsettled,
        "decisions": [_decision(certifier, one, judged) for one in judged.decisions],
        "needed": REVIEWERS,
        "may_follow": policies.can_follow_conditions(actor, held).allowed,
    }
    return render(request, "certifier/recruitment/file_reviews.html", page)


def _review(certifier: str, review: Any) -> dict[str, Any]:
    return {
        "who": review.reviewer.full_name,
        "state": chip(REVIEWS[ReviewState(review.state)], review.get_state_display(), bare=True),
        "due_on": review.due_on if review.is_pending else None,
        "submitted_at": review.submitted_at,
        "tie": review.get_tie_display() if review.tie else "",
        "release_url": reverse("certifier:recruitment-review-recuse", args=[certifier, review.code])
        if review.is_pending
        else "",
    }


def _total(board: Board, review: Any) -> dict[str, Any]:
    result = board.result(review)
    return {
        "who": review.reviewer.full_name,
        "share": float(result.share) if result.share is not None else None,
        "knocked": len(result.knocked_out),
        "opinion": review.opinion,
    }


def _criteria(board: Board) -> list[dict[str, Any]]:
    """Each thing scored, with every reviewer's points and remark, and where their dots stand on the scale."""
    rows = []
    for one in board.asked:
        scores = [(review, board.scores.get(review.pk, {}).get(one.key)) for review in board.reviews]
        points = sorted(score.points for _who, score in scores if score is not None and score.points is not None)
        gap = board.gaps.get(one.key)
        rows.append(
            {
                "title": one.criterion.title if one.criterion else _("Charte de l’appel"),
                "call": one.call,
                "weight": one.weight,
                "knocks_out": one.knocks_out,
                "fails": one.key in board.knocked_out,
                "gap": gap,
                "scores": [(review.reviewer.full_name, score) for review, score in scores],
                "dots": _dots(scores),
                "span": (_x(points[0]), _x(points[-1])) if points else None,
            }
        )
    return rows


def _x(points: int) -> int:
    return 14 + points * 48


def _dots(scores: Any) -> list[dict[str, Any]]:
    """One dot by score; those who gave the same share it, and their initials."""
    by_points: dict[int, list[str]] = {}
    for review, score in scores:
        if score is not None and score.points is not None:
            by_points.setdefault(score.points, []).append(review.reviewer.full_name)
    return [
        {"x": _x(points), "who": formats.initials(names[0]) if len(names) == 1 else str(len(names)), "names": names}
        for points, names in sorted(by_points.items())
    ]


def _decision(certifier: str, decision: Any, judged: Any) -> dict[str, Any]:
    appeal = getattr(decision, "appeal", None)
    standing = decision.set_aside_at is None
    return {
        "decision": decision,
        "who": decision.decided_by,
        "chip": chip(VERDICTS[DecisionVerdict(decision.verdict)], decision.get_verdict_display()),
        "conditions": [one for one in judged.conditions if one.decision_id == decision.pk],
        "appeal": appeal,
        "appeal_chip": chip(APPEALS[AppealState(appeal.state)], appeal.get_state_display(), bare=True)
        if appeal
        else "",
        "appeal_url": reverse("certifier:recruitment-appeal", args=[certifier, appeal.code])
        if appeal is not None and appeal.state == AppealState.LODGED
        else "",
        "approvals": [approval_line(one) for one in judged.approvals] if standing else [],
    }


# --- exchanges ----------------------------------------------------------------------------------


@require_safe
@audience("certifier")
def exchanges(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Answer «que s’est-on dit, et qui a fait quoi ?»: questions, visits, letters, time line."""
    dossier = opened(request, code)
    held = dossier.application
    questions = dossiers.questions_of(held)
    visits = dossiers.visits_of(held)
    entries = dossiers.life_of(held) if request.actor.has(Right.SEE_JOURNAL) else []
    people = {one.asked_by_code for one in questions} | {one.asked_by_code for one in visits}
    people |= {one.answered_by_code for one in questions if one.answered_by_code}
    # Whoever asked or answered is in the journal: their names come with it.
    names = names_in(entries) if entries else names_of(people)
    answers: dict[str, list[File]] = {}
    if any(one.answered_at for one in questions) and policies.can_open_documents(request.actor):
        for one in dossiers.documents_of(held):
            if one.answers_code:
                answers.setdefault(one.answers_code, []).append(_file(certifier, one))
    today = timezone.localdate()
    page = {
        **head(request, dossier, "recruitment-one-exchanges"),
        "questions": [
            {
                "question": one,
                "who": names.get(one.asked_by_code, ""),
                "answered_by": names.get(one.answered_by_code, ""),
                "late": one.is_waiting and one.answer_by < today,
                "files": answers.get(one.code, []),
            }
            for one in questions
        ],
        "visits": [
            {
                "visit": one,
                "who": names.get(one.asked_by_code, ""),
                "chip": chip(VISITS[VisitState(one.state)], one.get_state_display(), bare=True),
            }
            for one in visits
        ],
        "visit_awaited": any(one.state in (VisitState.ASKED, VisitState.PLANNED) for one in visits),
        "letters": dossiers.letters_of(held) if request.actor.has(Right.SEE_LETTERS) else None,
        "events": told(entries, names) if request.actor.has(Right.SEE_JOURNAL) else None,
    }
    return render(request, "certifier/recruitment/file_exchanges.html", page)


@require_safe
@audience("certifier")
def report(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """Hand over the document of a visit."""
    require(policies.can_open_documents(request.actor))
    visit = dossiers.visit(request.actor, code)
    if visit is None or visit.report_document is None:
        raise Http404
    return serve(visit.report_document)


@require_safe
@audience("certifier")
def evidence(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """Hand over the evidence that a condition was met."""
    require(policies.can_open_documents(request.actor))
    condition = dossiers.condition(request.actor, code)
    if condition is None or condition.evidence_document is None:
        raise Http404
    return serve(condition.evidence_document)
