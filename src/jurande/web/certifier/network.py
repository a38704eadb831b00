"""The network: its list and map, opening a partnership, choosing who follows whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.states import PartnershipState
from jurande.web.access import Asked, audience
from jurande.web.ui.formats import siret as written_siret
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import avatar, chip
from jurande.web.ui.parts import Spot, Tab
from jurande.web.ui.tables import BulkAct, Column, Filter, Table, written

STATUS = {PartnershipState.INVITED: "draft", PartnershipState.ACTIVE: "ok", PartnershipState.ENDED: "end"}
SOON_DAYS = 90


def state_chip(partnership: Any) -> str:
    """Where a partnership stands, as everywhere."""
    return chip(STATUS[PartnershipState(partnership.state)], partnership.get_state_display())


def qualiopi_shown(until_on: Any) -> str:
    """The end of the Qualiopi certificate, marked when it is past, near or unknown."""
    today = timezone.localdate()
    if until_on is None:
        return chip("warn", str(_("Inconnu")), bare=True)
    status = "late" if until_on < today else "warn" if (until_on - today).days <= SOON_DAYS else ""
    return chip(status, written(until_on), bare=True) if status else written(until_on)


def table(certifier: str, choices: queries.NetworkChoices) -> Table[Any]:
    """The list of partners as a working tool."""
    return Table(
        name="partenaires",
        columns=(
            Column(
                "nom",
                str(_("Partenaire")),
                lambda p: p.name,
                url=lambda p: reverse("certifier:partners-one", args=[certifier, p.code]),
                order=("sort_name",),
            ),
            Column("reference", str(_("Référence")), lambda p: p.reference, order=("reference",), on_phone=False),
            Column(
                "dep",
                str(_("Dép.")),
                lambda p: p.site.departement,
                order=("site__departement", "sort_name"),
                on_phone=False,
            ),
            Column("commune", str(_("Commune")), lambda p: p.site.city, order=("site__city",)),
            Column("siret", "SIRET", lambda p: written_siret(p.site.siret), at_first=False),
            Column("nda", "NDA", lambda p: p.organisation.nda, at_first=False),
            Column("depuis", str(_("Depuis")), lambda p: p.since_on, order=("since_on",), on_phone=False),
            Column(
                "qualiopi",
                str(_("Qualiopi jusqu’au")),
                lambda p: p.qualiopi_until_on,
                show=lambda p: qualiopi_shown(p.qualiopi_until_on),
                order=("qualiopi_until_on",),
            ),
            Column(
                "personnes",
                str(_("Personnes")),
                lambda p: p.people_count,
                order=("people_count",),
                numeric=True,
                on_phone=False,
            ),
            Column("etat", str(_("État")), lambda p: p.get_state_display(), show=state_chip, order=("state",)),
            Column(
                "suivi",
                str(_("Suivi")),
                lambda p: p.followed_by.full_name if p.followed_by else "",
                show=lambda p: avatar(p.followed_by.full_name, "s") if p.followed_by else "",
                order=("followed_by__last_name",),
            ),
        ),
        filters=(
            Filter("etat", str(_("état")), PartnershipState.choices, lambda rows, chosen: rows.in_states(chosen)),
            Filter(
                "departement",
                str(_("département")),
                choices.departements,
                lambda rows, kept: rows.in_departements(kept),
            ),
            Filter("suivi", str(_("suivi par")), choices.followers, lambda rows, kept: rows.followed_by_any(kept)),
        ),
        search=lambda rows, words: rows.matching(words),
        order="nom",
        code=lambda p: p.code,
        unit=str(_("partenaire,partenaires")),
    )


@require_safe
@audience("certifier")
def partners(request: Asked, certifier: str) -> HttpResponse:
    """Who my partners are: the list, with its filters in the address, or the map."""
    actor = request.actor
    require(policies.can_see_network(actor))
    listing = table(certifier, queries.network_choices(actor)).read(request.GET, queries.partners(actor))
    if sheet := listing.sheet():
        return sheet
    by_departement = queries.partners_by_departement(actor)
    address = reverse("certifier:partners", args=[certifier])
    on_map = request.GET.get("vue") == "carte"
    page = {
        "listing": listing,
        "acts": [BulkAct(str(_("Choisir qui les suit")), reverse("certifier:partners-follow", args=[certifier]))]
        if policies.can_open_partnership(actor, request.certifier)
        else [],
        "spots": {code: Spot(count, f"{address}?departement={code}") for code, count in by_departement.items()},
        "in_force": sum(by_departement.values()),
        "departements": len(by_departement),
        "on_map": on_map,
        "tabs": [
            Tab(str(_("Liste")), address, current=not on_map, count=listing.total),
            Tab(str(_("Carte")), f"{address}?vue=carte", current=on_map),
        ],
        "may_open": policies.can_open_partnership(actor, request.certifier),
    }
    return render(request, "certifier/partners.html", page)


class PartnerForm(forms.Form):
    """Opening a partnership: where, since when, whom to write to."""

    siret = forms.CharField(
        label=_("SIRET de l’établissement"), max_length=25, help_text=_("Quatorze chiffres, espaces admis.")
    )
    legal_name = forms.CharField(label=_("Dénomination"), max_length=250, help_text=_("Telle qu’au répertoire Sirene."))
    usual_name = forms.CharField(label=_("Nom d’usage"), max_length=250, required=False)
    address = forms.CharField(label=_("Adresse"), max_length=250, required=False)
    postcode = forms.CharField(label=_("Code postal"), max_length=5)
    city = forms.CharField(label=_("Commune"), max_length=100)
    nda = forms.CharField(
        label=_("Déclaration d’activité"), max_length=20, required=False, help_text=_("Onze chiffres, si vous l’avez.")
    )
    since_on = forms.DateField(
        label=_("Partenaire depuis le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    head_first_name = forms.CharField(label=_("Prénom du dirigeant"), max_length=100, required=False)
    head_last_name = forms.CharField(label=_("Nom du dirigeant"), max_length=100, required=False)
    head_email = forms.EmailField(
        label=_("Adresse électronique du dirigeant"),
        required=False,
        help_text=_("Il recevra une invitation. Vous pourrez aussi l’inviter plus tard."),
    )
    followed_by = forms.ChoiceField(label=_("Suivi par"), required=False)

    def __init__(self, *args: Any, followers: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the team as followers."""
        super().__init__(*args, **kwargs)
        choices = self.fields["followed_by"]
        choices.choices = [("", _("Personne pour le moment")), *followers]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Open a partnership and, if an address is given, invite its head."""
    actor = request.actor
    require(policies.can_open_partnership(actor, request.certifier))
    people = {person.code: person for person in queries.followers(actor)}
    form = PartnerForm(
        request.POST or None,
        followers=[(code, person.full_name) for code, person in people.items()],
        initial={"since_on": timezone.localdate(), "followed_by": actor.code},
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            given = {**form.cleaned_data, "followed_by": people.get(form.cleaned_data["followed_by"])}
            opened = operations.open_partnership(actor=actor, certifier=request.certifier, now=timezone.now(), **given)
            messages.success(request, _("Le partenariat %(reference)s est ouvert.") % {"reference": opened.reference})
            return redirect("certifier:partners-one", certifier, opened.code)
    return render(request, "certifier/partner_new.html", {"form": form})


@require_POST
@audience("certifier")
def follow(request: Asked, certifier: str) -> HttpResponse:
    """Choose who follows the chosen partners: first a preview, then the act."""
    actor = request.actor
    require(policies.can_open_partnership(actor, request.certifier))
    rows = queries.partners(actor)
    if request.POST.get("tout"):
        chosen = list(table(certifier, queries.network_choices(actor)).read(request.GET, rows).rows)
    else:
        chosen = list(rows.filter(code__in=request.POST.getlist("choix")))
    if not chosen:
        messages.warning(request, _("Aucun partenaire n’est choisi. Cochez au moins une ligne, puis recommencez."))
        return redirect("certifier:partners", certifier)
    people = {person.code: person for person in queries.followers(actor)}
    follower = people.get(request.POST.get("personne", ""))
    if follower is not None:
        with refusing(request), transaction.atomic():
            for partnership in chosen:
                operations.follow_partnership(
                    partnership=partnership, followed_by=follower, actor=actor, now=timezone.now()
                )
            said = ngettext(
                "%(who)s suit maintenant %(n)d partenaire.", "%(who)s suit maintenant %(n)d partenaires.", len(chosen)
            )
            messages.success(request, said % {"who": follower.full_name, "n": len(chosen)})
        return redirect("certifier:partners", certifier)
    page = {"chosen": chosen, "people": people.values()}
    return render(request, "certifier/follow.html", page)
