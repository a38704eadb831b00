"""Who may issue in the certifier's name, for what, on which day."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Prefetch, QuerySet

from jurande.registers.awards.models import DelegatedLot, IssuingMandate, Lot
from jurande.registers.network.models import Habilitation, HabilitationSpell
from jurande.registers.network.queries.habilitations import Standing, standing_on
from jurande.registers.parties.policies import Actor


def mandates_of(actor: Actor) -> QuerySet[IssuingMandate]:
    """Those that one may see, the latest first, with all that a list shows."""
    spells = Prefetch("habilitation__spells", HabilitationSpell.objects.order_by("number"))
    return (
        IssuingMandate.objects.visible_to(actor)
        .select_related("certifier", "certification", "habilitation__credential", "partnership__site__organisation")
        .prefetch_related(spells)
        .annotate(lot_count=Count("lots"))
        .order_by("-granted_at", "-pk")
    )


def mandate_of(actor: Actor, code: str) -> IssuingMandate | None:
    """One that they may see, by its code."""
    return mandates_of(actor).filter(code=code).first()


def mandate_on(habilitation: Habilitation) -> IssuingMandate | None:
    """The mandate in force under a habilitation, if any."""
    return IssuingMandate.objects.in_force().filter(habilitation=habilitation).first()


def mandate_of_lot(lot: Lot) -> IssuingMandate | None:
    """Under which mandate a lot is issued; None when the certifier issues it itself."""
    held = (
        DelegatedLot.objects.filter(lot=lot)
        .select_related(
            "mandate__certifier",
            "mandate__certification",
            "mandate__habilitation__credential",
            "mandate__partnership__site__organisation",
        )
        .first()
    )
    return held.mandate if held is not None else None


def standing_of_mandate(mandate: IssuingMandate, *, on: date) -> Standing:
    """What its habilitation lets do that day."""
    return standing_on(mandate.habilitation, on)
