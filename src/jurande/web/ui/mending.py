"""Addresses of holders to mend, the same for who issued: the certifier, or the partner that issues in its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jurande.registers.awards.operations.addresses import mend_address
from jurande.registers.awards.queries import receiving as queries
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties.policies import Actor
from jurande.web.ui.areas import Rows
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader
from jurande.web.ui.tables import Column, Table

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award

# Long enough to ask the person, short enough that their letter is still news.
TO_MEND = timedelta(days=7)
_WHY: dict[str, Promise] = {
    MessageState.BOUNCED: _("La boîte n’existe pas"),
    MessageState.WITHHELD: _("Déjà revenue\u00a0: rien n’est parti"),
    MessageState.FAILED: _("Le serveur n’a pas répondu"),
}


class AddressForm(forms.Form):
    """Where the letter should go."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Vérifiez-la avec la personne\u00a0: qui lit cette adresse reçoit l’attestation."),
    )


@dataclass(frozen=True)
class Place:
    """Where one is: ``code`` of the house, and the names of its pages."""

    code: str
    listing: str
    one: str


def table(place: Place) -> Table[Any]:
    """Those whose letter came back."""
    return Table(
        name="adresses",
        columns=(
            Column(
                "nom",
                str(_("Titulaire")),
                lambda one: one.full_name,
                url=lambda one: reverse(place.one, args=[place.code, one.code]),
                order=("last_name", "first_name"),
            ),
            Column("adresse", str(_("Adresse")), lambda one: one.email),
            Column("pourquoi", str(_("Ce qui s’est passé")), lambda one: str(_WHY[one.last])),
            Column("quoi", str(_("Ce qui est délivré")), lambda one: one.certification.title, on_phone=False),
            Column(
                "delivre",
                str(_("Délivré le")),
                lambda one: localdate(one.issued_at),
                order=("issued_at",),
                on_phone=False,
            ),
        ),
        order="delivre",
        code=lambda one: one.code,
        unit=str(_("adresse,adresses")),
    )


def listing(request: Any, place: Place, tabs: Callable[[], Rows]) -> HttpResponse:
    """The list, with its export; ``tabs``: the pages beside it, asked for once the list has counted for them."""
    rows = queries.with_addresses_to_mend(request.actor)
    found = table(place).read(request.GET, rows)
    if sheet := found.sheet():
        return sheet
    page = {"listing": found, "any": bool(found.total), "tabs": tabs()}
    return render(request, "ui/mending/list.html", page)


def one(request: Any, held: Award, back: str) -> HttpResponse:
    """Mend one; ``back``: where one goes then."""
    form = AddressForm(request.POST or None, initial={"email": held.email})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="email"):
            mend_address(award=held, email=form.cleaned_data["email"], actor=request.actor, now=timezone.now())
            queries.count_anew(request.actor)
            messages.success(request, _("La lettre est repartie à cette adresse. Le lien envoyé avant est mort."))
            return redirect(back)
    page = {"form": form, "held": held, "back": back, "came_back": queries.has_come_back(held)}
    return render(request, "ui/mending/one.html", page)


def _due(actor: Actor, today: date, place: Place) -> list[Due]:
    """One line of «À faire» for all of them. Two queries."""
    found = queries.to_mend(actor)
    if found.since is None:
        return []
    title = ngettext(
        "Corriger l’adresse d’un titulaire, dont la lettre est revenue",
        "Corriger l’adresse de %(n)d titulaires, dont la lettre est revenue",
        found.count,
    )
    opened = localdate(found.since)
    return [
        Due(
            title=title % {"n": found.count},
            due_on=opened + TO_MEND,
            today=today,
            opened_on=opened,
            url=reverse(place.listing, args=[place.code]),
        )
    ]


def at_certifier(code: str) -> Place:
    """At the certifier."""
    return Place(code, "certifier:awards-addresses", "certifier:awards-addresses-one")


def at_partner(code: str) -> Place:
    """At a partner that issues in its name."""
    return Place(code, "partner:addresses", "partner:addresses-one")


def certifier_dues(reader: Reader, today: date) -> list[Due]:
    """What the radar says of it."""
    return _due(reader.actor, today, at_certifier(reader.certifier.code))


def partner_dues(actor: Actor, today: date) -> list[Due]:
    """The same, at the partner."""
    return _due(actor, today, at_partner(actor.partnership_code))
