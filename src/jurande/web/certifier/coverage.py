"""Where each certification is represented, where nobody stands, and which calls still have places."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jurande.core.france.departements import DEPARTEMENTS, departement_label
from jurande.registers.common.verdicts import require
from jurande.registers.network.policies.ledger import can_see_ledger
from jurande.registers.network.queries import network
from jurande.registers.network.queries.network import Covered
from jurande.registers.network.states import ACTIONS_OF, Action
from jurande.web.access import Asked, audience
from jurande.web.ui.parts import Spot, Tab
from jurande.web.ui.tables import Column, Table

KINDS = {action.value: [kind.value for kind, actions in ACTIONS_OF.items() if action in actions] for action in Action}


def _table(held: Covered) -> Table[str]:
    return Table(
        name="departements-sans-partenaire",
        columns=(
            Column("code", str(_("Code")), lambda code: code),
            Column("departement", str(_("Département")), lambda code: DEPARTEMENTS[code]),
        ),
        search=lambda rows, words: [code for code in rows if words.casefold() in departement_label(code).casefold()],
        order="code",
        unit=str(_("département sans partenaire,départements sans partenaire")),
    )


@require_safe
@audience("certifier")
def coverage(request: Asked, certifier: str) -> HttpResponse:
    """Answer «où personne ne me représente-t-il ?», by certification: a map, and the list of what is missing."""
    actor, today = request.actor, timezone.localdate()
    require(can_see_ledger(actor))
    kinds = KINDS.get(request.GET.get("pour", ""), [])
    every = network.coverage(actor, today, kinds=kinds)
    chosen = next((one for one in every if one.certification.reference == request.GET.get("certification")), None)
    held = chosen or next((one for one in every if one.total), every[0] if every else None)
    listing = _table(held).read(request.GET, held.empty) if held else None
    if listing is not None and (sheet := listing.sheet()):
        return sheet
    address = reverse("certifier:coverage", args=[certifier])
    page: dict[str, Any] = {
        "every": every,
        "held": held,
        "listing": listing,
        "spots": _spots(request, held) if held else {},
        "all_departements": len(DEPARTEMENTS),
        "tabs": _tabs(address, request, held),
    }
    return render(request, "certifier/coverage.html", page)


def _spots(request: Asked, held: Covered) -> dict[str, Spot]:
    address = reverse("certifier:partners", args=[request.certifier.code])
    kept = f"vue=habilitations&certification={held.certification.reference}&departement="
    return {code: Spot(count, f"{address}?{kept}{code}") for code, count in held.places.items()}


def _tabs(address: str, request: Asked, held: Covered | None) -> list[Tab]:
    asked = request.GET.get("pour", "")
    kept = f"certification={held.certification.reference}" if held else ""
    labels = (("", _("Former ou évaluer")), (Action.TRAIN.value, _("Former")), (Action.ASSESS.value, _("Évaluer")))
    return [
        Tab(str(label), f"{address}?{kept}" + (f"&pour={key}" if key else ""), key == (asked if asked in KINDS else ""))
        for key, label in labels
    ]
