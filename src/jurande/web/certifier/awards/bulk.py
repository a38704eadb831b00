"""One decision about many awards: chosen, shown, launched, followed."""

from __future__ import annotations

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.operations import bulk as operations
from jurande.registers.awards.operations.life import NOTE_CHARS, LifeRefused
from jurande.registers.awards.policies import life as policies
from jurande.registers.awards.queries import awards
from jurande.registers.awards.queries import life as queries
from jurande.registers.awards.states.life import BULK_MOVES, REASONS, BulkState, ItemState, LifeMove
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.registers.seal.states import Reason
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.issued import table
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import progress_of

MOVE_LABELS = {
    LifeMove.SUSPEND: lazy("Suspendre"),
    LifeMove.RESTORE: lazy("Rétablir"),
    LifeMove.REVOKE: lazy("Révoquer"),
}
UNKNOWN_SHOWN = 5
# More would not be read by anybody in a field.
LISTED_MOST = 2_000
_STATES = {
    BulkState.SHOWN: "draft",
    BulkState.RUNNING: "run",
    BulkState.DONE: "ok",
    BulkState.DISCARDED: "end",
}
_ITEMS = {ItemState.WAITING: "run", ItemState.DONE: "ok", ItemState.REFUSED: "warn"}


class BulkForm(forms.Form):
    """Which awards, what, and why."""

    move = forms.ChoiceField(label=lazy("Acte"), choices=[(each.value, MOVE_LABELS[each]) for each in BULK_MOVES])
    numbers = forms.CharField(
        label=lazy("Numéros"),
        help_text=lazy("Collez une liste, depuis un tableur ou un courriel\u00a0: seuls les numéros sont lus."),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    lot = forms.CharField(
        label=lazy("Ou tout un lot"),
        help_text=lazy("Sa référence, comme LOT-2026-0001."),
        required=False,
        max_length=40,
    )
    reason = forms.ChoiceField(label=lazy("Motif"))
    note = forms.CharField(
        label=lazy("Pourquoi, en clair"),
        help_text=lazy("Chaque titulaire le lira. Les pages publiques ne le disent jamais."),
        max_length=NOTE_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every reason, under the act it goes with."""
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.choices = [
            (str(MOVE_LABELS[move]), [(f"{move}:{each.value}", each.label) for each in REASONS[move]])
            for move in BULK_MOVES
        ]

    def clean(self) -> dict[str, Any] | None:
        """Refuse a reason of another act."""
        said = super().clean() or self.cleaned_data
        if said.get("reason") and said["reason"].partition(":")[0] != said.get("move"):
            self.add_error("reason", _("Ce motif va avec un autre acte. Choisissez-en un sous l’acte choisi."))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Choose awards by their numbers or by their lot; rows chosen in the list come here too."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(policies.can_withdraw_awards(request.actor, house))
    comes_from_list = "choix" in request.POST or "tout" in request.POST
    initial = {"lot": request.GET.get("lot", ""), "numbers": _chosen_numbers(request, certifier)}
    form = BulkForm(request.POST if request.method == "POST" and not comes_from_list else None, initial=initial)
    if form.is_bound and form.is_valid():
        with refusing(request, form):
            held = _prepared(request, form)
            return redirect("certifier:awards-bulk", certifier, held.code)
    acts = list(queries.bulk_acts(request.actor)[:20])
    stopped = queries.stopped_among(acts)
    earlier = [
        (
            one,
            chip("warn", _("Arrêté"), bare=True)
            if one.code in stopped
            else chip(_STATES[BulkState(one.state)], one.get_state_display(), bare=True),
        )
        for one in acts
    ]
    return render(request, "certifier/awards/bulk_new.html", {"form": form, "earlier": earlier})


def _chosen_numbers(request: Asked, certifier: str) -> str:
    """The numbers of the rows chosen in the list, or of all those that its filters keep."""
    rows = awards.awards(request.actor)
    if "tout" in request.POST:
        found = list(table(certifier).read(request.GET, rows).rows[: LISTED_MOST + 1])
        if len(found) > LISTED_MOST:
            messages.warning(
                request, _("Cette liste dépasse deux mille lignes\u00a0: filtrez-la, ou prenez un lot entier.")
            )
            return ""
    else:
        found = list(rows.filter(code__in=request.POST.getlist("choix")))
    return "\n".join(row.shown_number for row in found)


def _prepared(request: Asked, form: BulkForm) -> Any:
    said, actor = form.cleaned_data, request.actor
    found, unknown = queries.awards_numbered(actor, said["numbers"])
    if unknown:
        shown = ", ".join(unknown[:UNKNOWN_SHOWN]) + ("…" if len(unknown) > UNKNOWN_SHOWN else "")
        raise LifeRefused(
            _("Ces numéros ne sont pas chez vous\u00a0: %(list)s. Corrigez-les ou ôtez-les.") % {"list": shown},
            field="numbers",
        )
    whole = queries.awards_of_lot(actor, said["lot"].strip()) if said["lot"].strip() else []
    if said["lot"].strip() and not whole:
        raise LifeRefused(_("Aucun lot délivré n’a cette référence."), field="lot")
    title = _("Lot %(lot)s") % {"lot": said["lot"].strip()} if whole else _("Liste de numéros")
    return operations.prepare_bulk(
        certifier=request.certifier,
        move=LifeMove(said["move"]),
        reason=Reason(said["reason"].partition(":")[2]),
        note=said["note"],
        title=title,
        awards=[*found, *whole],
        actor=actor,
        now=timezone.now(),
    )


def _held(request: Asked, code: str) -> Any:
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(policies.can_withdraw_awards(request.actor, house))
    held = queries.bulk_act(request.actor, code)
    if held is None:
        raise Http404
    return held


def _items_table(certifier: str) -> Table[Any]:
    return Table(
        name="attestations",
        columns=(
            Column(
                "nom",
                str(_("Titulaire")),
                lambda item: item.award.full_name,
                url=lambda item: reverse("certifier:awards-one", args=[certifier, item.award.code]),
                order=("award__last_name", "award__first_name"),
            ),
            Column("numero", str(_("Numéro")), lambda item: item.award.shown_number),
            Column("intitule", str(_("Intitulé")), lambda item: item.award.certification.title, on_phone=False),
            Column("etat", str(_("État de l’attestation")), lambda item: item.award.get_state_display()),
            Column(
                "issue",
                str(_("Cet acte")),
                lambda item: item.get_state_display(),
                show=lambda item: chip(_ITEMS[ItemState(item.state)], item.get_state_display(), bare=True),
                order=("state", "pk"),
            ),
            Column("raison", str(_("Pourquoi non")), lambda item: item.refusal, on_phone=False),
        ),
        filters=(Filter("issue", str(_("issue")), ItemState.choices, lambda rows, kept: rows.filter(state__in=kept)),),
        order="nom",
        unit=str(_("attestation,attestations")),
    )


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """What exactly will happen, to whom; then how far it is; then what was done."""
    held = _held(request, code)
    listing = _items_table(certifier).read(request.GET, queries.items_of(held))
    if sheet := listing.sheet():
        return sheet
    job = common.job_of(certifier, held.job_code) if held.job_code else None
    is_shown = held.state == BulkState.SHOWN
    is_stopped = bool(queries.stopped_among([held]))
    page = {
        "held": held,
        "label": str(MOVE_LABELS[LifeMove(held.move)]),
        "is_shown": is_shown,
        "is_stopped": is_stopped,
        "foreseen": queries.foreseen(held) if is_shown else None,
        "outcome": queries.outcome_of(held),
        "listing": listing,
        "progress": progress_of(job, reverse("certifier:work", args=[certifier, job.code]), certifier)
        if job and held.state == BulkState.RUNNING and not is_stopped
        else None,
    }
    return render(request, "certifier/awards/bulk.html", page)


@require_POST
@audience("certifier")
def launch(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Do it, by a job whose progress one follows."""
    held = _held(request, code)
    with refusing(request):
        operations.start_bulk(bulk=held, actor=request.actor, now=timezone.now())
        said = ngettext(
            "L’acte est lancé, sur %(n)d attestation.", "L’acte est lancé, sur %(n)d attestations.", held.total
        )
        messages.success(request, said % {"n": held.total})
    return redirect("certifier:awards-bulk", certifier, code)


@require_POST
@audience("certifier")
def resume(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Go on with what was stopped."""
    held = _held(request, code)
    with refusing(request):
        operations.resume_bulk(bulk=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("L’acte reprend là où il s’était arrêté."))
    return redirect("certifier:awards-bulk", certifier, code)


@require_POST
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give it up."""
    held = _held(request, code)
    with refusing(request):
        operations.discard_bulk(bulk=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Cet acte est abandonné\u00a0: rien n’a changé."))
    return redirect("certifier:awards-bulk-new", certifier)
