"""Lots: prepared from a sheet or typed, mended on screen, approved by somebody else, issued."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import approving, issuing, mending, preparing
from jurande.registers.awards.policies import lots as policies
from jurande.registers.awards.queries import lots as queries
from jurande.registers.awards.states import LotRowState, LotSource, LotState
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.award_lots import (
    ColumnsForm,
    PersonForm,
    RowForm,
    SheetForm,
    columns_of,
    lot_chip,
    rows_table,
)
from jurande.web.ui.exports import xlsx_sheet
from jurande.web.ui.forms import refusing
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

OPEN = (LotState.RECEIVED, LotState.PREPARED)


def _lots_table(certifier: str) -> Table[Any]:
    return Table(
        name="lots",
        columns=(
            Column(
                "lot",
                str(_("Lot")),
                lambda one: one.title or one.reference,
                url=lambda one: reverse("certifier:awards-lots-one", args=[certifier, one.code]),
                order=("title",),
            ),
            Column("reference", str(_("Référence")), lambda one: one.reference, order=("reference",), on_phone=False),
            Column("quoi", str(_("Ce qui est délivré")), lambda one: one.certification.title),
            Column(
                "partenaire",
                str(_("Évalué par")),
                lambda one: one.partnership.name if one.partnership else "",
                on_phone=False,
            ),
            Column("lignes", str(_("Lignes")), lambda one: one.total, order=("total",), numeric=True),
            Column("delivrees", str(_("Délivrées")), lambda one: one.issued, order=("issued",), numeric=True),
            Column(
                "prepare", str(_("Préparé le")), lambda one: timezone.localdate(one.prepared_at), order=("prepared_at",)
            ),
            Column("etat", str(_("État")), lambda one: one.get_state_display(), show=lot_chip, order=("state",)),
        ),
        filters=(Filter("etat", str(_("état")), LotState.choices, lambda rows, kept: rows.in_states(*kept)),),
        search=lambda rows, words: rows.filter(title__icontains=words) | rows.filter(reference__icontains=words),
        order="-prepare",
        unit=str(_("lot,lots")),
    )


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str) -> HttpResponse:
    """What is being issued, and where each lot stands."""
    actor = request.actor
    require(policies.can_see_awards(actor))
    listing = _lots_table(certifier).read(request.GET, queries.lots(actor))
    if sheet := listing.sheet():
        return sheet
    page = {
        "listing": listing,
        "tabs": tabs(request, "certifier:awards"),
        "waiting": queries.lots(actor).in_states(LotState.PREPARED, LotState.APPROVED).count(),
        "any": queries.lots(actor).exists(),
        "may_prepare": bool(policies.can_prepare_award(actor, request.certifier)),
    }
    return render(request, "certifier/awards/lots.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Send a spreadsheet, and say what it awards."""
    require(policies.can_prepare_award(request.actor, request.certifier))
    choices = queries.choices_of(request.actor)
    form = SheetForm(
        request.POST or None,
        request.FILES or None,
        choices=choices,
        initial={"awarded_on": timezone.localdate(), "design": request.GET.get("modele", "")},
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with refusing(request, form, about="file"):
            held = preparing.prepare_lot(
                content=upload.file,
                filename=upload.name,
                title=form.cleaned_data["title"],
                actor=request.actor,
                now=timezone.now(),
                **form.terms(),
            )
            return redirect("certifier:awards-lots-columns", certifier, held.code)
    return render(request, "certifier/awards/lot_new.html", {"form": form, "choices": choices})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def person(request: Asked, certifier: str) -> HttpResponse:
    """One person, typed: a lot of one row."""
    require(policies.can_prepare_award(request.actor, request.certifier))
    choices = queries.choices_of(request.actor)
    form = PersonForm(request.POST or None, choices=choices, initial={"awarded_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form), transaction.atomic():
            said = form.person()
            held = preparing.prepare_rows(
                rows=[said],
                source=LotSource.ONE,
                title=f"{said['first_name']} {said['last_name']}",
                actor=request.actor,
                now=timezone.now(),
                **form.terms(),
            )
            return redirect("certifier:awards-lots-one", certifier, held.code)
    return render(request, "certifier/awards/person.html", {"form": form, "choices": choices})


def _held(request: Asked, code: str) -> Any:
    require(policies.can_see_awards(request.actor))
    held = queries.lot(request.actor, code)
    if held is None:
        raise Http404
    return held


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def columns(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Say which column is what."""
    held = _held(request, code)
    require(policies.can_prepare_award(request.actor, request.certifier))
    if held.state not in OPEN or held.document is None:
        return redirect("certifier:awards-lots-one", certifier, code)
    titles = {title: at for at, title in reversed(list(enumerate(held.headers)))}
    chosen = {name: titles[title] for name, title in held.columns.items()} or preparing.guessed(held)
    form = ColumnsForm(
        request.POST or None, headers=held.headers, initial={name: str(at) for name, at in chosen.items()}
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            preparing.set_columns(held=held, columns=form.columns(), actor=request.actor, now=timezone.now())
            return redirect("certifier:awards-lots-one", certifier, code)
    page = {"held": held, "form": form, "rows": preparing.first_rows(held)}
    return render(request, "certifier/awards/columns.html", page)


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What a lot will do, or did, and what is to be mended in it."""
    held = _held(request, code)
    actor = request.actor
    if held.state == LotState.RECEIVED and not held.columns and policies.can_prepare_lot(actor, held):
        return redirect("certifier:awards-lots-columns", certifier, code)
    may_prepare = policies.can_prepare_lot(actor, held)

    def row_url(row: Any) -> str:
        award = getattr(row, "award", None) if row.state == LotRowState.ISSUED else None
        if award is not None:
            return reverse("certifier:awards-one", args=[certifier, award.code])
        return reverse("certifier:awards-lots-row", args=[certifier, code, row.code]) if may_prepare else ""

    listing = rows_table(held, row_url).read(request.GET, held.rows.select_related("award"))
    if sheet := listing.sheet():
        return sheet
    job = common.job_of(certifier, held.job_code) if held.job_code else None
    is_working = held.state == LotState.ISSUING or (held.state == LotState.RECEIVED and bool(held.job_code))
    page = {
        "held": held,
        "listing": listing,
        "chip": lot_chip(held),
        "counts": queries.counts_of(held),
        "preview": queries.preview_of(held)
        if held.state == LotState.APPROVED or (held.state == LotState.PREPARED and not held.faulty)
        else None,
        "progress": progress_of(job, reverse("certifier:work", args=[certifier, job.code]), certifier)
        if job and is_working
        else None,
        "may_prepare": may_prepare,
        "may_approve": policies.can_approve_lot(actor, held),
        "may_issue": policies.can_issue_lot(actor, held),
        "may_return": policies.can_return_lot(actor, held) and held.state == LotState.APPROVED,
        "may_abandon": policies.can_prepare_award(actor, held.certifier, held.partnership)
        and held.state in (*OPEN, LotState.APPROVED),
        "first_faulty": held.rows.filter(state=LotRowState.FAULTY).order_by("number").first() if may_prepare else None,
    }
    return render(request, "certifier/awards/lot.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def row(request: Asked, certifier: str, code: str, row: str) -> HttpResponse:
    """Mend one row, then go to the next that needs it."""
    held = _held(request, code)
    require(policies.can_prepare_lot(request.actor, held))
    found = held.rows.filter(code=row).first()
    if found is None:
        raise Http404
    shown = queries.read_of(held, found)
    form = RowForm.of(held, shown)
    if request.method == "POST":
        form = RowForm(request.POST, names=columns_of(held, shown))
        if form.is_valid():
            with refusing(request, form):
                mended = mending.mend_row(row=found, values=form.said(), actor=request.actor, now=timezone.now())
                if mended.state == LotRowState.MENDED:
                    messages.success(request, _("La ligne %d est corrigée.") % mended.number)
                    return _next(certifier, held)
                form.blame(queries.read_of(held, mended))
    page = {"held": held, "row": found, "form": form, "shown": shown}
    return render(request, "certifier/awards/row.html", page)


def _next(certifier: str, held: Any) -> HttpResponse:
    left = held.rows.filter(state=LotRowState.FAULTY).order_by("number").first()
    if left is None:
        return redirect("certifier:awards-lots-one", certifier, held.code)
    return redirect("certifier:awards-lots-row", certifier, held.code, left.code)


@require_POST
@audience("certifier")
def reject(request: Asked, certifier: str, code: str, row: str) -> HttpResponse:
    """Leave one row out."""
    held = _held(request, code)
    found = held.rows.filter(code=row).first()
    if found is None:
        raise Http404
    with refusing(request):
        mending.reject_row(row=found, note=request.POST.get("note", ""), actor=request.actor, now=timezone.now())
        messages.success(request, _("La ligne %d est écartée\u00a0: rien ne sera délivré pour elle.") % found.number)
    return _next(certifier, held)


@require_POST
@audience("certifier")
def reject_faulty(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Leave out every row that still has something wrong."""
    with refusing(request):
        mending.reject_faulty(held=_held(request, code), actor=request.actor, now=timezone.now())
    return redirect("certifier:awards-lots-one", certifier, code)


@require_POST
@audience("certifier")
def approve(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Say that a lot may be issued."""
    with refusing(request):
        approving.approve_lot(held=_held(request, code), actor=request.actor, now=timezone.now())
        messages.success(request, _("Ce lot est approuvé. Il peut être délivré."))
    return redirect("certifier:awards-lots-one", certifier, code)


@require_POST
@audience("certifier")
def give_back(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take an approval back."""
    with refusing(request):
        approving.return_lot(held=_held(request, code), actor=request.actor, now=timezone.now())
        messages.success(request, _("Ce lot est de nouveau en préparation."))
    return redirect("certifier:awards-lots-one", certifier, code)


@require_POST
@audience("certifier")
def issue(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Issue what is approved, by a job whose progress one follows."""
    with refusing(request):
        issuing.issue_lot(held=_held(request, code), actor=request.actor, now=timezone.now())
    return redirect("certifier:awards-lots-one", certifier, code)


@require_POST
@audience("certifier")
def abandon(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Drop a lot of which nothing was issued."""
    with refusing(request):
        approving.abandon_lot(held=_held(request, code), actor=request.actor, now=timezone.now())
        messages.success(request, _("Ce lot est abandonné\u00a0: rien n’a été délivré, ses lignes sont effacées."))
    return redirect("certifier:awards", certifier)


@require_safe
@audience("certifier")
def rejected(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The rows with something wrong and those left out, as they were sent, each with what to mend."""
    held = _held(request, code)
    headers, rows = queries.sheet_to_mend(held)
    return xlsx_sheet("lignes-a-corriger", [*headers, str(_("Ligne d’origine")), str(_("À corriger"))], rows)
