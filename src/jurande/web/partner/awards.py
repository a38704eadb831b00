"""Issuing in the certifier's name, seen by the partner: what may be issued today, its lots, from sheet to proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.award_sheets import REQUIRED
from jurande.registers.awards.operations import approving, delegated, issuing, mending, preparing
from jurande.registers.awards.policies import delegation as policies
from jurande.registers.awards.policies import lots as lot_policies
from jurande.registers.awards.queries import delegation as queries
from jurande.registers.awards.queries import lots
from jurande.registers.awards.states import LotRowState, LotState, Subject
from jurande.registers.common.queries import job_of
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.partner.areas import tabs
from jurande.web.partner.issued import TABLE
from jurande.web.ui.award_lots import ColumnsForm, RowForm, columns_of, rows_table
from jurande.web.ui.delegation import line_of
from jurande.web.ui.formats import day_plain
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect, Fact
from jurande.web.ui.tables import Column, Listing, Table
from jurande.web.ui.work import progress_of, told_again

ROWS_SHOWN = 200
_WORKING = (LotState.RECEIVED, LotState.ISSUING)
CHIPS = {
    LotState.RECEIVED: "draft",
    LotState.PREPARED: "draft",
    LotState.APPROVED: "run",
    LotState.ISSUING: "run",
    LotState.ISSUED: "ok",
    LotState.ABANDONED: "draft",
}


def lot_table(partnership: str) -> Table[Any]:
    """Our lots, the latest first."""
    return Table(
        name="lots",
        columns=(
            Column(
                "lot",
                lazy("Lot"),
                lambda one: one.reference,
                url=lambda one: reverse("partner:awards-lot", args=[partnership, one.code]),
                order=("reference",),
            ),
            Column("nom", lazy("Nom"), lambda one: one.title, order=("title",)),
            Column("quoi", lazy("Certification"), lambda one: one.certification.title, on_phone=False),
            Column("obtention", lazy("Obtention"), lambda one: one.awarded_on, order=("awarded_on",)),
            Column("personnes", lazy("Personnes"), lambda one: one.total, order=("total",), numeric=True),
            Column("prepare", lazy("Préparé le"), lambda one: one.prepared_at, order=("prepared_at",), at_first=False),
            Column(
                "etat",
                lazy("État"),
                lambda one: one.get_state_display(),
                show=lambda one: chip(CHIPS[LotState(one.state)], one.get_state_display(), bare=True),
                order=("state",),
            ),
        ),
        order="-prepare",
        unit=lazy("lot,lots"),
    )


class NewForm(forms.Form):
    """What is issued, on which day, to whom: the sheet."""

    what = forms.ChoiceField(label=lazy("Ce qui est délivré"))
    awarded_on = forms.DateField(label=lazy("Date d’obtention"), widget=day_input())
    place = forms.CharField(label=lazy("Fait à"), max_length=100)
    file = forms.FileField(
        label=lazy("Le tableur des personnes"),
        help_text=lazy("Excel, LibreOffice ou CSV\u00a0: une personne par ligne, avec au moins nom et prénom."),
    )

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        """Offer what may be issued today."""
        super().__init__(*given, **named)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_safe
@audience("partner")
def listing(request: Asked, partnership: str) -> HttpResponse:
    """What we may issue today, and what we prepared and issued."""
    require(policies.can_see_delegation(request.actor))
    today = timezone.localdate()
    lines = [line_of(row, today) for row in queries.mandates_of(request.actor)]
    held = lot_table(partnership).read(request.GET, _own(request))
    if sheet := held.sheet():
        return sheet
    page = {
        "lines": lines,
        "tabs": tabs(request, "partner:awards"),
        "lots": held,
        "active": sum(line.is_active for line in lines),
        "may_prepare": any(line.is_active for line in lines)
        and bool(lot_policies.can_prepare_award(request.actor, request.partnership.certifier, request.partnership)),
    }
    return render(request, "partner/awards/listing.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def new(request: Asked, partnership: str) -> HttpResponse:
    """Prepare a lot from a sheet; columns that are plain to see are not asked about."""
    require(lot_policies.can_prepare_award(request.actor, request.partnership.certifier, request.partnership))
    offered = {
        f"{mandate.code}|{design.code}|{bloc}": (mandate, design, bloc, label)
        for mandate, design, bloc, label in _offered(request)
    }
    form = NewForm(
        request.POST or None,
        request.FILES or None,
        choices=[(key, one[3]) for key, one in offered.items()],
        initial={"awarded_on": timezone.localdate(), "place": request.partnership.site.city},
    )
    if request.method == "POST" and form.is_valid():
        mandate, design, bloc, _label = offered[form.cleaned_data["what"]]
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            held = delegated.prepare_delegated_lot(
                mandate=mandate,
                design=design,
                content=upload.file,
                filename=upload.name,
                awarded_on=form.cleaned_data["awarded_on"],
                place=form.cleaned_data["place"],
                blocs=[bloc] if bloc else [],
                actor=request.actor,
                now=timezone.now(),
            )
            guessed = preparing.guessed(held)
            if set(REQUIRED) <= guessed.keys():
                preparing.set_columns(held=held, columns=guessed, actor=request.actor, now=timezone.now())
                return redirect("partner:awards-lot", partnership, held.code)
            return redirect("partner:awards-lot-columns", partnership, held.code)
    page = {"form": form, "offered": offered, "lines": _stopped(request)}
    return render(request, "partner/awards/new.html", page)


@require_safe
@audience("partner")
def lot(request: Asked, partnership: str, code: str) -> HttpResponse:
    """One lot: where it stands, what is to be mended, what may be done now."""
    held = _found(request, code)
    job = job_of(held.certifier.code, held.job_code) if held.job_code else None
    progress = progress_of(job, request.path, held.certifier.code) if job else None
    if job and progress and request.headers.get("HX-Request"):
        return told_again(request, job, progress)
    counts = lots.counts_of(held)
    mandate = queries.mandate_of_lot(held)
    line = None
    if mandate is not None:
        mandate.lot_count = 0  # type: ignore[attr-defined]  # what a line shows; not shown here
        line = line_of(mandate, timezone.localdate())
    is_open = lot_policies.can_prepare_lot(request.actor, held).allowed
    awards = held.awards.select_related("certification")
    people = TABLE.read(request.GET, awards) if awards.exists() else _people(request, held, is_open=is_open)
    if sheet := people.sheet():
        return sheet
    page = {
        "lot": held,
        "chip": chip(CHIPS[LotState(held.state)], held.get_state_display()),
        "facts": _facts(held),
        "counts": counts,
        "people": people,
        # Before anything is issued, they are among the people, the first of them.
        "left_out": lots.shown(held, lots.rows_to_mend(held)[:ROWS_SHOWN]) if counts.issued else [],
        "why_not": line.why_not if line is not None and held.state not in _OVER else "",
        "acts": list(_acts(request, held, counts)) if line is None or line.is_active else [],
        "progress": progress if held.state in _WORKING else None,
        "answer": _answer(held, counts),
    }
    return render(request, "partner/awards/lot.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def columns(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Say which column is what; the rows are read anew."""
    held = _found(request, code)
    require(lot_policies.can_prepare_lot(request.actor, held))
    initial = {name: str(at) for name, at in preparing.guessed(held).items()}
    form = ColumnsForm(request.POST or None, headers=held.headers, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            preparing.set_columns(held=held, columns=form.columns(), actor=request.actor, now=timezone.now())
            return redirect("partner:awards-lot", partnership, held.code)
    return _form_page(request, held, form, _("Quelle colonne est quoi ?"), _("Lire les lignes"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def row(request: Asked, partnership: str, code: str, number: int) -> HttpResponse:
    """Mend a row, or leave it out."""
    held = _found(request, code)
    require(lot_policies.can_prepare_lot(request.actor, held))
    line = held.rows.filter(number=number).exclude(state=LotRowState.ISSUED).first()
    if line is None:
        raise Http404
    shown = lots.read_of(held, line)
    back = redirect("partner:awards-lot", partnership, held.code)
    if request.method == "POST" and "reject" in request.POST:
        with refusing(request):
            mending.reject_row(row=line, actor=request.actor, now=timezone.now())
            messages.success(request, _("La ligne est écartée."))
        return back
    form = RowForm.of(held, shown)
    if request.method == "POST":
        form = RowForm(request.POST, names=columns_of(held, shown))
        if form.is_valid():
            with refusing(request, form):
                line = mending.mend_row(row=line, values=form.said(), actor=request.actor, now=timezone.now())
                if line.state != LotRowState.FAULTY:
                    messages.success(request, _("La ligne est corrigée."))
                    return back
                form.blame(lots.read_of(held, line))
    page = {"lot": held, "row": shown, "form": form, "back": reverse("partner:awards-lot", args=[partnership, code])}
    return render(request, "partner/awards/row.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def approve(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Say that all of it may be issued."""
    held = _found(request, code)
    require(lot_policies.can_approve_lot(request.actor, held))
    if request.method == "POST":
        with refusing(request):
            approving.approve_lot(held=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le lot est approuvé."))
        return redirect("partner:awards-lot", partnership, held.code)
    effects = [("certificate", _("Les lignes ne changent plus\u00a0; qui délivre peut délivrer."))]
    return _confirm(request, held, _("Approuver %(lot)s ?") % {"lot": held.reference}, _("Approuver"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def issue(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Issue what was approved."""
    held = _found(request, code)
    require(lot_policies.can_issue_lot(request.actor, held))
    if request.method == "POST":
        with refusing(request):
            issuing.issue_lot(held=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("La délivrance est lancée."))
        return redirect("partner:awards-lot", partnership, held.code)
    preview = lots.preview_of(held)
    house = held.certifier.name
    effects = [
        (
            "certificate",
            ngettext(
                "%(n)s personne reçoit %(title)s, au nom de %(house)s.",
                "%(n)s personnes reçoivent %(title)s, au nom de %(house)s.",
                preview.count,
            )
            % {"n": preview.count, "title": held.referentiel.title, "house": house},
        ),
        (
            "shield-check",
            _("Chaque attestation est signée par %(house)s et nomme votre établissement.") % {"house": house},
        ),
        (
            "mail",
            ngettext("%(n)s courriel part.", "%(n)s courriels partent.", preview.letters) % {"n": preview.letters},
        ),
    ]
    return _confirm(request, held, _("Délivrer %(lot)s ?") % {"lot": held.reference}, _("Délivrer"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("partner")
def abandon(request: Asked, partnership: str, code: str) -> HttpResponse:
    """Drop a lot of which nothing was issued."""
    held = _found(request, code)
    require(lot_policies.can_prepare_award(request.actor, held.certifier, held.partnership))
    if request.method == "POST":
        with refusing(request):
            approving.abandon_lot(held=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le lot est abandonné."))
        return redirect("partner:awards-lot", partnership, held.code)
    effects = [("certificate", _("Rien n’est délivré. Les lignes et le tableur sont effacés."))]
    return _confirm(request, held, _("Abandonner %(lot)s ?") % {"lot": held.reference}, _("Abandonner"), effects)


# --- what these pages share ---------------------------------------------------------------------

_OVER = (LotState.ISSUED, LotState.ABANDONED)


def _own(request: Asked) -> Any:
    """Our own lots: those that we issue, not those that the certifier issues about us."""
    return lots.lots(request.actor).filter(delegation__isnull=False)


def _people(request: Asked, held: Any, *, is_open: bool) -> Listing[Any]:
    """Who is in a lot of which nothing is issued yet; each is mended from here while it is open."""

    def url(row: Any) -> str:
        place = request.partnership.code
        return reverse("partner:awards-lot-row", args=[place, held.code, row.number]) if is_open else ""

    return rows_table(held, url).read(request.GET, held.rows.select_related("award"))


def _found(request: Asked, code: str) -> Any:
    require(policies.can_see_delegation(request.actor))
    held = lots.lot(request.actor, code)
    if held is None or queries.mandate_of_lot(held) is None:
        raise Http404
    return held


def _offered(request: Asked) -> Iterator[tuple[Any, Any, str, str]]:
    """Each mandate that counts today with each thing that it lets issue: (mandate, design, bloc, in words)."""
    today = timezone.localdate()
    active = {line.row.certification_id: line.row for line in _lines(request, today) if line.is_active}
    for design in lots.designs_to_issue(request.actor).filter(certification__in=active):
        mandate = active[design.certification_id]
        covered = mandate.habilitation.blocs
        if design.subject != Subject.BLOC:
            if not covered:
                yield mandate, design, "", f"{design.certification.title} ({design.certification.reference})"
            continue
        version = lots.version_in_force(design.certification)
        for bloc in version.blocs.order_by("position", "pk") if version is not None else ():
            if not covered or bloc.lineage in covered:
                yield mandate, design, bloc.lineage, f"{bloc.number or design.certification.reference}, {bloc.text}"


def _lines(request: Asked, today: date) -> list[Any]:
    return [line_of(one, today) for one in queries.mandates_of(request.actor)]


def _stopped(request: Asked) -> list[Any]:
    return [line for line in _lines(request, timezone.localdate()) if not line.is_active]


def _facts(held: Any) -> list[Fact]:
    shown = [
        (_("Certification"), f"{held.referentiel.title} ({held.certification.reference})"),
        (_("Date d’obtention"), day_plain(held.awarded_on)),
        (_("Fait à"), held.place or "—"),
        (_("Habilitation"), held.habilitation.reference if held.habilitation else "—"),
    ]
    return [Fact(str(term), value) for term, value in shown]


def _answer(held: Any, counts: Any) -> str:
    if held.state == LotState.RECEIVED:
        return _("Le tableur est à lire.")
    if held.state == LotState.PREPARED and counts.faulty:
        return ngettext(
            "%(n)s ligne est à corriger avant d’approuver.",
            "%(n)s lignes sont à corriger avant d’approuver.",
            counts.faulty,
        ) % {"n": counts.faulty}
    if held.state == LotState.PREPARED:
        return _("Tout est prêt\u00a0: une autre personne approuve.")
    if held.state == LotState.APPROVED:
        return _("Approuvé\u00a0: il reste à délivrer.")
    if held.state == LotState.ISSUING:
        return _("La délivrance est en cours. Vous pouvez quitter cette page.")
    if held.state == LotState.ABANDONED:
        return _("Abandonné\u00a0: rien n’a été délivré.")
    return ngettext("%(n)s personne a été servie.", "%(n)s personnes ont été servies.", counts.issued) % {
        "n": counts.issued
    }


def _acts(request: Asked, held: Any, counts: Any) -> Iterator[tuple[str, str, bool]]:
    """(label, address, whether it is the main one) of what may be done now."""
    actor = request.actor
    place = [request.partnership.code, held.code]
    if lot_policies.can_prepare_lot(actor, held).allowed:
        yield _("Abandonner…"), reverse("partner:awards-lot-abandon", args=place), False
        if held.document is not None:
            is_main = held.state == LotState.RECEIVED and not counts.faulty
            yield _("Choisir les colonnes…"), reverse("partner:awards-lot-columns", args=place), is_main
        first = held.rows.filter(state=LotRowState.FAULTY).order_by("number").first() if counts.faulty else None
        if first is not None:
            yield _("Corriger la première ligne"), reverse("partner:awards-lot-row", args=[*place, first.number]), True
    is_whole = held.state == LotState.PREPARED and counts.ready and not counts.faulty
    if is_whole and lot_policies.can_approve_lot(actor, held).allowed:
        yield _("Approuver…"), reverse("partner:awards-lot-approve", args=place), True
    if held.state == LotState.APPROVED and lot_policies.can_issue_lot(actor, held).allowed:
        yield _("Délivrer…"), reverse("partner:awards-lot-issue", args=place), True


def _form_page(request: Asked, held: Any, form: forms.Form, question: str, label: str) -> HttpResponse:
    back = reverse("partner:awards-lot", args=[request.partnership.code, held.code])
    page = {"form": form, "question": question, "label": label, "back_url": back, "back_label": held.reference}
    return render(request, "partner/form.html", page)


def _confirm(request: Asked, held: Any, question: str, label: str, effects: list[tuple[str, str]]) -> HttpResponse:
    back = reverse("partner:awards-lot", args=[request.partnership.code, held.code])
    shown = [*effects, ("book-2", _("Une écriture au journal, à votre nom, pour toujours."))]
    page = {
        "lot": held,
        "form": forms.Form(),
        "question": question,
        "label": label,
        "effects": [Effect(icon, sentence) for icon, sentence in shown],
        "back": back,
    }
    return render(request, "partner/awards/confirm.html", page)
