"""Combinations: which micro-certifications validate a bloc, who has them all, and preparing what they lead to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import combinations as operations
from jurande.registers.awards.operations import completing
from jurande.registers.awards.policies import combinations as policies
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.queries.combinations import Target
from jurande.registers.awards.states import CombinationState, LotRowState, RequestState
from jurande.registers.common.together import Asking, Short
from jurande.registers.common.verdicts import require
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.combination_forms import (
    DeclineForm,
    PartForms,
    RevisionForm,
    StartForm,
    TermsForm,
    initial_parts,
    terms_of,
)
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.combinations import asks_of
from jurande.web.ui.formats import typo
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Due, Effect
from jurande.web.ui.radar import Reader

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from jurande.registers.awards.models import Combination, CombinationPart, CombinationRequest

SHOWN = 200
# No text gives a delay: a month, as for whatever else somebody asks of a house.
ANSWER_DAYS = 30
CHIPS = {CombinationState.DRAFT: "draft", CombinationState.PUBLISHED: "ok", CombinationState.CLOSED: "end"}


# --- looking --------------------------------------------------------------------------------------


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Every combination, and how many people wait by each."""
    require(policies.can_see_combinations(request.actor, request.certifier))
    waiting = queries.waiting(request.actor)
    lines = [
        (held, _target_label(target), _state(held), waiting.get(held.pk, (0, 0)))
        for held, target in queries.targets_of(queries.combinations(request.actor)[:SHOWN])
    ]
    page = {
        "lines": lines,
        "asked": sum(asked for _held, _label, _chip, (asked, _found) in lines),
        "tabs": tabs(request, "certifier:awards-combinations"),
        "may_write": policies.can_write_combinations(request.actor, request.certifier),
    }
    return render(request, "certifier/awards/combinations.html", page)


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One version: what it asks for, who has it whole, what may be done."""
    held = _found(request, code)
    parts, target = queries.parts_of(held), queries.targets_of([held])[0][1]
    rows = list(queries.requests_of(request.actor, held)[:SHOWN])
    count = getattr(held, "count", None)
    total = sum(queries.waiting(request.actor).get(held.pk, (0, 0)))
    page = {
        "held": held,
        "target": _target_label(target),
        "target_key": target.key,
        "state": _state(held),
        "groups": _groups(held, parts),
        "waiting": [row for row in rows if _is_waiting(row)],
        "answered": [(row, _answer(row)) for row in rows if not _is_waiting(row)],
        "total": total,
        "count": count,
        "near": _near(count.near) if count is not None else "",
        "has_design": queries.with_design(held) is not None,
        "may_write": policies.can_write_combination(request.actor, held),
        "publishing": policies.can_publish_combination(request.actor, held) if held.is_draft else None,
        "may_close": held.state == CombinationState.PUBLISHED
        and bool(policies.can_write_combinations(request.actor, held.certifier)),
        "may_answer": policies.can_answer_requests(request.actor, held.certifier),
        "who": names_of([held.published_by_code, held.started_by_code, held.closed_by_code]),
    }
    return render(request, "certifier/awards/combination.html", page)


def combination_dues(reader: Reader, today: date) -> Asking[list[Due]]:
    """What holders asked for and nobody answered, as one line with the oldest of them."""
    [asked] = yield [Short(queries.asked(reader.actor)[:SHOWN], ("asked_at", "found_at", "combination__code"))]
    if not asked:
        return []
    first, names = asked[0], {row.combination.code for row in asked}
    opened_on = timezone.localdate(first.asked_at or first.found_at)
    certifier = reader.certifier.code
    url = reverse("certifier:awards-combinations", args=[certifier])
    if len(names) == 1:
        url = reverse("certifier:awards-combinations-one", args=[certifier, first.combination.code])
    title = ngettext(
        "Répondre à une demande d’attestation de bloc",
        "Répondre à %(n)d demandes d’attestation de bloc",
        len(asked),
    ) % {"n": len(asked)}
    return [Due(title=title, due_on=opened_on + timedelta(days=ANSWER_DAYS), today=today, opened_on=opened_on, url=url)]


# --- writing --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Begin a combination, or the next version of one."""
    require(policies.can_write_combinations(request.actor, request.certifier))
    offered = {one.key: one for one in queries.targets(request.actor)}
    choices = [(key, typo(_target_label(one))) for key, one in offered.items()]
    form = StartForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        target = offered[form.cleaned_data["target"]]
        with refusing(request, form):
            draft = operations.start_combination(
                certification=target.certification, bloc=target.bloc, actor=request.actor, now=timezone.now()
            )
            return redirect("certifier:awards-combinations-edit", certifier, draft.code)
    page = {"form": form, "offered": offered}
    return render(request, "certifier/awards/combination_start.html", page, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def edit(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Write a draft."""
    held = _found(request, code)
    require(policies.can_write_combination(request.actor, held))
    offered = [(row.code, typo(f"{row.title} ({row.reference})")) for row in queries.micros(request.actor)]
    form = TermsForm(request.POST or None, initial=TermsForm.of(held))
    lines = PartForms(
        request.POST or None,
        initial=initial_parts(queries.parts_of(held)),
        prefix="part",
        form_kwargs={"offered": offered},
    )
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        with refusing(request, form):
            operations.write_combination(
                combination=held,
                terms=terms_of(form, lines.forms),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La combinaison est enregistrée."))
            name = "edit" if "more" in request.POST else "one"
            return redirect(f"certifier:awards-combinations-{name}", certifier, code)
    page = {"held": held, "form": form, "lines": lines, "target": _target_label(queries.targets_of([held])[0][1])}
    return render(request, "certifier/awards/combination_edit.html", page, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def publish(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Publish a draft that somebody else wrote, after saying what follows."""
    held = _found(request, code)
    require(policies.can_publish_combination(request.actor, held))
    form = RevisionForm(request.POST or None, initial={"revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request):
            operations.publish_combination(
                combination=held, revision=form.cleaned_data["revision"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("La combinaison est publiée\u00a0: les titulaires voient leur parcours."))
        return redirect("certifier:awards-combinations-one", certifier, code)
    effects = [
        Effect("lock", _("Cette version ne changera plus jamais. Pour la corriger, vous en commencerez une autre.")),
        Effect("users", _("Qui détient une de ses micro-certifications voit son parcours dans son espace.")),
        Effect("mail", _("Cette nuit, qui les a toutes reçoit un courriel, une seule fois.")),
        Effect("history", _("La version d’avant se clôt\u00a0: ce qui a été demandé par elle reste à traiter.")),
    ]
    return _act(request, held, form, _("Publier cette combinaison\u00a0?"), _("Publier"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Close a published version, after saying what follows."""
    held = _found(request, code)
    require(policies.can_write_combinations(request.actor, held.certifier))
    if request.method == "POST":
        with refusing(request):
            operations.close_combination(combination=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("La combinaison est close."))
        return redirect("certifier:awards-combinations-one", certifier, code)
    effects = [
        Effect("users", _("Les titulaires ne voient plus ce parcours.")),
        Effect("history", _("Ce qui a été demandé reste à traiter, et ce qui est délivré n’est pas touché.")),
    ]
    return _act(request, held, Form(), _("Clore cette combinaison\u00a0?"), _("Clore"), effects)


@require_POST
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Throw a draft away."""
    held = _found(request, code)
    require(policies.can_write_combination(request.actor, held))
    with refusing(request):
        operations.discard_combination(combination=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le brouillon est jeté."))
    return redirect("certifier:awards-combinations", certifier)


# --- answering ------------------------------------------------------------------------------------


@require_POST
@audience("certifier")
def prepare(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Prepare the attestations of those who were ticked: a lot, which others approve and issue."""
    held = _found(request, code)
    require(policies.can_answer_requests(request.actor, held.certifier))
    ticked = set(request.POST.getlist("demande"))
    rows = [row for row in queries.requests_of(request.actor, held)[:SHOWN] if row.code in ticked]
    with refusing(request):
        lot = completing.prepare_attestations(combination=held, requests=rows, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le lot est préparé. Une autre personne l’approuve, puis il est délivré."))
        return redirect("certifier:awards-lots-one", certifier, lot.code)
    return redirect("certifier:awards-combinations-one", certifier, code)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def decline(request: Asked, certifier: str, code: str, asked: str) -> HttpResponse:
    """Answer that it will not be issued, and why."""
    require(policies.can_see_combinations(request.actor, request.certifier))
    held = queries.request_of(request.actor, asked)
    if held is None or held.combination.code != code:
        raise Http404
    require(policies.can_answer_requests(request.actor, held.combination.certifier))
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            completing.decline(
                request=held, reasons=form.cleaned_data["reasons"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("La réponse est envoyée."))
            return redirect("certifier:awards-combinations-one", certifier, code)
    page = {"held": held, "form": form}
    return render(request, "certifier/awards/combination_decline.html", page, status=_status(form))


# --- parts ----------------------------------------------------------------------------------------


def _found(request: Asked, code: str) -> Combination:
    require(policies.can_see_combinations(request.actor, request.certifier))
    held = queries.combination(request.actor, code)
    if held is None:
        raise Http404
    return held


def _status(form: Form) -> int:
    return 422 if form.is_bound and not form.is_valid() else 200


def _act(
    request: Asked, held: Combination, form: Form, question: str, label: str, effects: list[Effect]
) -> HttpResponse:
    page = {"held": held, "form": form, "question": typo(question), "label": label, "effects": effects}
    return render(request, "certifier/awards/combination_act.html", page)


def _target_label(target: Target) -> str:
    """«RNCP49021, bloc 1. Diagnostiquer la panne», or the title of a micro-certification."""
    if not target.bloc:
        return f"{target.certification.title} ({target.certification.reference})"
    if not target.rank:
        return _("%(reference)s, un bloc qui n’est plus au référentiel") % {"reference": target.certification.reference}
    return _("%(reference)s, bloc %(rank)s. %(title)s") % {
        "reference": target.certification.reference,
        "rank": target.rank,
        "title": target.text,
    }


def _state(held: Combination) -> SafeString:
    return chip(CHIPS[CombinationState(held.state)], held.get_state_display(), bare=True)


def _groups(held: Combination, parts: list[CombinationPart]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Parts by choice: what is needed of them, then each with what is asked."""
    labels: dict[int, str | Promise] = {0: _("Toutes nécessaires")}
    for at, wanted in enumerate(held.choices, start=1):
        labels[at] = ngettext("Une au choix", "%(n)d au choix", wanted) % {"n": wanted}
    found: dict[int, list[tuple[str, str]]] = {}
    for part in parts:
        title = f"{part.certification.title} ({part.certification.reference})"
        found.setdefault(part.choice, []).append((typo(title), ", ".join(asks_of(part)) or _("en vigueur")))
    return [(str(labels[at]), rows) for at, rows in sorted(found.items())]


def _is_waiting(row: CombinationRequest) -> bool:
    if row.state in (RequestState.FOUND, RequestState.ASKED):
        return True
    return row.state == RequestState.PREPARED and completing.is_undone(row)


def _answer(row: CombinationRequest) -> SafeString:
    if row.row is not None and row.row.state == LotRowState.ISSUED:
        return chip("ok", _("Délivrée"), bare=True)
    kind = "run" if row.state == RequestState.PREPARED else "end"
    return chip(kind, row.get_state_display(), bare=True)


def _near(count: int) -> str:
    """How many lack one part; a number so small that people could be recognised is not told."""
    if count == 0:
        return _("Personne n’en est à une micro-certification près.")
    if count < queries.FEWEST:
        return _("Moins de cinq personnes en sont à une micro-certification près.")
    return _("%(n)d personnes en sont à une micro-certification près.") % {"n": count}
