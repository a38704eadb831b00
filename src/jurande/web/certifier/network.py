"""The network: its list and map, opening a partnership, choosing who follows whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.network.policies.ledger import can_see_ledger
from jurande.registers.network.queries import ledger, network
from jurande.registers.network.states import ChangeState, HabilitationKind
from jurande.registers.parties import operations, policies, queries
from jurande.registers.parties.states import PartnershipState
from jurande.web.access import Asked, audience
from jurande.web.ui.formats import count
from jurande.web.ui.formats import siret as written_siret
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import avatar, chip
from jurande.web.ui.parts import Spot, Tab
from jurande.web.ui.tables import BulkAct, Column, Filter, Listing, Table, written

STATUS = {PartnershipState.INVITED: "draft", PartnershipState.ACTIVE: "ok", PartnershipState.ENDED: "end"}
SOON_DAYS = 90
HABILITATIONS, MAP = "habilitations", "carte"
STANDINGS: dict[network.Shown, tuple[str, str | Promise]] = {
    network.Shown.ACTIVE: ("ok", _("Active")),
    network.Shown.PROBATION: ("run", _("Probatoire")),
    network.Shown.SUSPENDED: ("stop", _("Suspendue")),
    network.Shown.TO_COME: ("draft", _("À venir")),
    network.Shown.PREPARED: ("draft", _("Préparée")),
    network.Shown.OVER: ("end", _("Terminée")),
}
# What the tab of habilitations shows at first: ten years of ended ones are one filter away.
STANDING = f"vue={HABILITATIONS}&" + "&".join(
    f"etat={shown.value}" for shown in STANDINGS if shown is not network.Shown.OVER
)
ENDS: list[tuple[str, str | Promise]] = [
    ("passe", _("passée")),
    *((days, _("dans les %(days)s jours") % {"days": days}) for days in network.ENDS),
]
LACKS: list[tuple[str, str | Promise]] = [
    (network.Lacking.CONDITION.value, _("une condition manque")),
    (network.Lacking.DOCUMENT.value, _("convention antérieure à joindre")),
    (network.Lacking.NOTHING.value, _("rien ne manque")),
]
ACTS: tuple[tuple[str, str | Promise], ...] = (
    ("follow", _("Choisir qui les suit")),
    ("invite-many", _("Inviter…")),
    ("remind", _("Relancer…")),
)


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


def habilitations_table(certifier: str, choices: network.Choices, today: date) -> Table[Any]:
    """The list of habilitations: what each place may do, until when, and what it lacks."""

    def standing(row: Any) -> SafeString:
        shown = network.shown_state(row, today)
        return chip(STANDINGS[shown][0], str(STANDINGS[shown][1]))

    return Table(
        name="habilitations",
        columns=(
            Column(
                "nom",
                str(_("Partenaire")),
                lambda row: row.partnership.name,
                url=lambda row: reverse("certifier:partners-one", args=[certifier, row.partnership.code]),
                order=("partnership__site__organisation__search_text", "certification__reference"),
            ),
            Column(
                "dep",
                str(_("Dép.")),
                lambda row: row.partnership.site.departement,
                order=("partnership__site__departement",),
                on_phone=False,
            ),
            Column("siret", "SIRET", lambda row: written_siret(row.partnership.site.siret), at_first=False),
            Column(
                "certification",
                str(_("Certification")),
                lambda row: row.certification.reference,
                order=("certification__reference",),
            ),
            Column("role", str(_("Rôle")), lambda row: row.get_kind_display(), order=("kind",)),
            Column("debut", str(_("Début")), lambda row: row.valid_from, order=("valid_from",), at_first=False),
            Column("fin", str(_("Fin")), lambda row: row.valid_until, order=("valid_until",)),
            Column(
                "reste",
                str(_("Reste")),
                lambda row: (row.valid_until - today).days if row.valid_until else None,
                show=lambda row: days_shown(row.valid_until, today),
                numeric=True,
                on_phone=False,
            ),
            Column("manque", str(_("Il manque")), lambda row: lacks(row, today)),
            Column(
                "etat",
                str(_("État")),
                lambda row: str(STANDINGS[network.shown_state(row, today)][1]),
                show=standing,
                order=("state",),
            ),
            Column(
                "suivi",
                str(_("Suivi")),
                lambda row: row.partnership.followed_by.full_name if row.partnership.followed_by else "",
                show=lambda row: (
                    avatar(row.partnership.followed_by.full_name, "s") if row.partnership.followed_by else ""
                ),
                order=("partnership__followed_by__last_name",),
            ),
            Column("reference", str(_("Référence")), lambda row: row.reference, order=("reference",), at_first=False),
            Column("acte", str(_("Fondement")), lambda row: row.basis_reference, at_first=False),
        ),
        # What is chosen here and not a filter stays in the address: the page, the map.
        filters=(
            Filter(
                "certification",
                str(_("certification")),
                choices.certifications,
                lambda rows, kept: rows.filter(certification__reference__in=kept),
            ),
            Filter("role", str(_("rôle")), HabilitationKind.choices, lambda rows, kept: rows.filter(kind__in=kept)),
            Filter(
                "etat",
                str(_("état")),
                [(key.value, word) for key, (_status, word) in STANDINGS.items()],
                lambda rows, kept: network.in_states(rows, kept, today),
            ),
            Filter("fin", str(_("fin")), ENDS, lambda rows, kept: network.ending_within(rows, kept, today)),
            Filter("manque", str(_("condition")), LACKS, network.lacking),
            Filter(
                "departement",
                str(_("département")),
                choices.departements,
                lambda rows, kept: rows.filter(partnership__site__departement__in=kept),
            ),
            Filter(
                "suivi",
                str(_("suivi par")),
                choices.followers,
                lambda rows, kept: rows.filter(partnership__followed_by__code__in=kept),
            ),
        ),
        search=network.matching,
        order="fin",
        code=lambda row: row.code,
        unit=str(_("habilitation,habilitations")),
    )


def declared_of(request: Asked, partnership: Any) -> dict[str, Any]:
    """What the file of a partner shows of the declared list. One query."""
    changes = ledger.changes_of(request.actor, partnership)
    return {
        "to_declare": [one for one in changes if one.state == ChangeState.TO_DECLARE],
        "last_seen": max((one.seen_on for one in changes if one.seen_on), default=None),
        "last_declared": max((one.declared_on for one in changes if one.declared_on), default=None),
    }


def lacks(row: Any, today: date) -> str:
    """What a habilitation lacks, in words."""
    unmet = [one.label for one in row.conditions.all() if one.is_required and not one.is_met_on(today)]
    return ", ".join([*unmet, *([str(_("convention à joindre"))] if row.lacks_its_document else [])])


def days_shown(until_on: date | None, today: date) -> str:
    """How long is left, marked when it is past or near."""
    if until_on is None:
        return ""
    left = (until_on - today).days
    if left < 0:
        return chip("end", str(_("passée")), bare=True)
    return chip("warn", count(left, "jour,jours"), bare=True) if left <= SOON_DAYS else count(left, "jour,jours")


@require_safe
@audience("certifier")
def partners(request: Asked, certifier: str) -> HttpResponse:
    """Who my partners are and what each may do: partners, habilitations, or the map, with filters in the address."""
    actor = request.actor
    require(policies.can_see_network(actor))
    today = timezone.localdate()
    view = request.GET.get("vue", "")
    if view in (HABILITATIONS, MAP):
        choices = network.choices(actor)
        by_departement = choices.in_force
        listing: Listing[Any] = habilitations_table(certifier, choices, today).read(
            request.GET, network.habilitations(actor, today)
        )
    else:
        by_departement = queries.partners_by_departement(actor)
        listing = table(certifier, queries.network_choices(actor)).read(request.GET, queries.partners(actor))
    if sheet := listing.sheet():
        return sheet
    address = reverse("certifier:partners", args=[certifier])
    views = list(network.saved_views(actor))
    page = {
        "listing": listing,
        "acts": _bulk_acts(request, certifier, view),
        "spots": _spots(listing, address, by_departement) if view == MAP else {},
        "beside": ledger.beside(actor) if view == MAP and can_see_ledger(actor) else None,
        "in_force": sum(by_departement.values()),
        "departements": len(by_departement),
        "view": view,
        "tabs": _tabs(address, view, request.GET.urlencode(), views),
        "views": [
            {"held": one, "mine": one.person.code == actor.code} for one in views if one.person.code == actor.code
        ],
        "query": _kept_query(request),
        "may_open": policies.can_open_partnership(actor, request.certifier),
    }
    return render(request, "certifier/partners.html", page)


def _spots(listing: Listing[Any], address: str, by_departement: dict[str, int]) -> dict[str, Spot]:
    """Places of the habilitations that the filters keep; every partner in force as long as nobody is habilitated."""
    narrowed = bool(listing.words or listing.tokens())
    counted = network.places_by_departement(listing.rows) if narrowed or listing.total else by_departement
    kept = listing.address(without=["departement", "vue"])
    return {
        code: Spot(count, f"{address}?vue={HABILITATIONS}&departement={code}" + (f"&{kept}" if kept else ""))
        for code, count in counted.items()
    }


def _tabs(address: str, view: str, query: str, views: list[Any]) -> list[Tab]:
    fixed = [
        Tab(str(_("Partenaires")), address, current=not view and not any(one.query == query for one in views)),
        Tab(
            str(_("Habilitations")),
            f"{address}?{STANDING}",
            current=view == HABILITATIONS and not any(one.query == query for one in views),
        ),
        Tab(
            str(_("Carte")),
            f"{address}?vue={MAP}",
            current=view == MAP and not any(one.query == query for one in views),
        ),
    ]
    return fixed + [Tab(one.name, f"{address}?{one.query}", current=one.query == query) for one in views]


def _kept_query(request: Asked) -> str:
    """What a saved view keeps of this address: everything but the page."""
    query = request.GET.copy()
    for key in ("page", "export"):
        query.pop(key, None)
    return query.urlencode()


def _bulk_acts(request: Asked, certifier: str, view: str) -> list[BulkAct]:
    if not policies.can_open_partnership(request.actor, request.certifier):
        return []
    names = (("suspend", _("Suspendre…")),) if view else ACTS
    return [BulkAct(str(label), reverse(f"certifier:partners-{name}", args=[certifier])) for name, label in names]


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
