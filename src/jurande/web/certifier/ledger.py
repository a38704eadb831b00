"""The declared list: what to type in at France compétences, what was, and where the national register disagrees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.ledger import ARTICLE
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import ledger as operations
from jurande.registers.network.policies import ledger as policies
from jurande.registers.network.queries import ledger as queries
from jurande.registers.network.states import ChangeKind, ChangeState
from jurande.web.access import Asked, audience
from jurande.web.ui.exports import csv_sheet, xlsx_sheet
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import count, day
from jurande.web.ui.formats import siret as written_siret
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Tab
from jurande.web.ui.tables import BulkAct, Column, Filter, Table

SOON_DAYS = 15
LINES = 50
_STATES = {ChangeState.TO_DECLARE: "warn", ChangeState.DECLARED: "run", ChangeState.CONFIRMED: "ok"}
HEADER = ("SIRET", "Nom", "Fiche", "À faire", "Rôle à inscrire", "Rôle au registre", "Effet le", "Avant la fin du")


def table(certifier: str) -> Table[Any]:
    """Every line of the ledger, the closed ones too."""
    today = timezone.localdate()

    def left(line: Any) -> str:
        if line.state == ChangeState.CONFIRMED:
            return ""
        days = line.days_left(today)
        said = _("%(n)s de retard") % {"n": count(-days, "jour,jours")} if days < 0 else count(days, "jour,jours")
        return chip("late", str(said), bare=True) if days < 0 else str(said)

    return Table(
        name="declarations",
        columns=(
            Column(
                "partenaire",
                str(_("Partenaire")),
                lambda line: line.habilitation.partnership.name,
                url=lambda line: reverse(
                    "certifier:partners-one", args=[certifier, line.habilitation.partnership.code]
                ),
                order=("habilitation__partnership__site__organisation__search_text",),
            ),
            Column("siret", "SIRET", lambda line: written_siret(line.siret), order=("siret",), on_phone=False),
            Column("fiche", str(_("Fiche")), lambda line: line.fiche.number, order=("fiche__number",)),
            Column("quoi", str(_("Changement")), lambda line: line.get_kind_display(), order=("kind",)),
            Column("avant", str(_("Rôle avant")), lambda line: line.get_before_display(), on_phone=False),
            Column("apres", str(_("Rôle après")), lambda line: line.get_after_display()),
            Column("effet", str(_("Effet le")), lambda line: line.happened_on, order=("happened_on",)),
            Column("delai", str(_("À déclarer avant la fin du")), lambda line: line.due_on, order=("due_on",)),
            Column(
                "reste",
                str(_("Reste")),
                lambda line: line.days_left(today) if line.state != ChangeState.CONFIRMED else None,
                show=left,
                numeric=True,
            ),
            Column(
                "etat",
                str(_("État")),
                lambda line: line.get_state_display(),
                show=lambda line: chip(_STATES[line.state], line.get_state_display(), bare=True),
                order=("state",),
            ),
            Column(
                "declare", str(_("Déclaré le")), lambda line: line.declared_on, order=("declared_on",), at_first=False
            ),
            Column("lu", str(_("Lu au registre du")), lambda line: line.seen_on, order=("seen_on",), at_first=False),
        ),
        filters=(
            Filter("etat", str(_("état")), ChangeState.choices, lambda rows, kept: rows.in_states(kept)),
            Filter("quoi", str(_("changement")), ChangeKind.choices, lambda rows, kept: rows.filter(kind__in=kept)),
        ),
        search=lambda rows, words: rows.matching(words),
        order="delai",
        code=lambda line: line.code,
        unit=str(_("changement,changements")),
    )


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str) -> HttpResponse:
    """Answer «qu’ai-je à déclarer ?»: the sheet, every line, or the differences."""
    actor = request.actor
    require(policies.can_see_ledger(actor))
    view = request.GET.get("vue", "")
    sheet = queries.sheet(actor)
    if made := _file(request, sheet):
        return made
    may = bool(policies.can_declare_changes(actor, request.certifier))
    address = reverse("certifier:ledger", args=[certifier])
    listing = None
    if view == "lignes":
        listing = table(certifier).read(request.GET, queries.changes(actor))
        if exported := listing.sheet():
            return exported
    differences = list(queries.differences(actor))
    today = timezone.localdate()
    page = {
        "sheet": sheet,
        "lines": Paginator(sheet.lines, LINES).get_page(request.GET.get("page")),
        "late": sum(line.due_on < today for line in sheet.lines),
        "first": sheet.lines[0] if sheet.lines else None,
        "today": today,
        "article": ARTICLE,
        "view": view,
        "listing": listing,
        "differences": differences,
        "oneself": queries.unlisted_oneself(actor, request.certifier),
        "acts": [BulkAct(str(_("Noter comme déclarés")), reverse("certifier:ledger-declare", args=[certifier]))]
        if may
        else [],
        "may_declare": may,
        "tabs": [
            Tab(str(_("À déclarer")), address, view not in ("lignes", "ecarts"), len(sheet.lines)),
            Tab(str(_("Toutes les lignes")), f"{address}?vue=lignes", view == "lignes"),
            Tab(str(_("Écarts avec le registre")), f"{address}?vue=ecarts", view == "ecarts", len(differences)),
        ],
    }
    return render(request, "certifier/ledger/overview.html", page)


def _file(request: Asked, sheet: queries.Sheet) -> HttpResponse | None:
    """The sheet as a file, when the address asks for it."""
    make = {"csv": csv_sheet, "xlsx": xlsx_sheet}.get(request.GET.get("fiche", ""))
    if make is None:
        return None
    moves = dict(ChangeKind.choices)
    rows = (
        (
            line.siret,
            line.name,
            line.number,
            str(moves[ChangeKind(line.move)]),
            line.words,
            line.listed_words,
            line.happened_on,
            line.due_on,
        )
        for line in sheet.lines
    )
    return make("a-declarer-france-competences", HEADER, rows)


class DeclareForm(forms.Form):
    """When it was typed in."""

    declared_on = forms.DateField(label=_("Déclaré à France compétences le"), widget=DayInput())


@require_POST
@audience("certifier")
def declare(request: Asked, certifier: str) -> HttpResponse:
    """Write down that the chosen lines were typed in: first what will be noted, then the act."""
    actor = request.actor
    require(policies.can_declare_changes(actor, request.certifier))
    back = reverse("certifier:ledger", args=[certifier])
    rows = queries.changes(actor).in_states([ChangeState.TO_DECLARE])
    if request.POST.get("tout"):
        wanted = table(certifier).read(request.GET, rows).rows
    else:
        wanted = rows.filter(code__in=request.POST.getlist("choix"))
    chosen = list(wanted)
    if not chosen:
        messages.warning(request, _("Aucune ligne à déclarer n’est choisie. Cochez-en au moins une."))
        return redirect(back)
    form = DeclareForm(
        request.POST if "declared_on" in request.POST else None, initial={"declared_on": timezone.localdate()}
    )
    if form.is_bound and form.is_valid():
        with refusing(request, form):
            done = operations.declare_changes(
                changes=chosen, declared_on=form.cleaned_data["declared_on"], actor=actor, now=timezone.now()
            )
            said = ngettext(
                "%(n)d changement noté comme déclaré le %(day)s.",
                "%(n)d changements notés comme déclarés le %(day)s.",
                len(done),
            )
            messages.success(request, said % {"n": len(done), "day": day(form.cleaned_data["declared_on"])})
            return redirect(back)
    return render(request, "certifier/ledger/declare.html", {"chosen": chosen, "form": form, "back": back})


class NoteForm(forms.Form):
    """What was seen of a difference."""

    note = forms.CharField(
        label=_("Ce que vous avez vu"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text=_("Qui a décidé, ce qui a été déclaré, ou l’erreur du registre que vous avez signalée."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def difference(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One difference with the national register, and what somebody saw of it."""
    require(policies.can_see_ledger(request.actor))
    held = queries.difference(request.actor, code)
    if held is None:
        raise Http404
    verdict = policies.can_settle_difference(request.actor, held)
    form = NoteForm(request.POST or None)
    back = reverse("certifier:ledger", args=[certifier]) + "?vue=ecarts"
    if request.method == "POST":
        require(verdict)
        if form.is_valid():
            with refusing(request, form):
                operations.settle_difference(
                    difference=held, note=form.cleaned_data["note"], actor=request.actor, now=timezone.now()
                )
                messages.success(request, _("L’écart est réglé. Il reviendra si l’une des deux listes change."))
                return redirect(back)
    return render(
        request, "certifier/ledger/difference.html", {"held": held, "form": form, "verdict": verdict, "back": back}
    )
