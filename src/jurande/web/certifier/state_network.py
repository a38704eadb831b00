"""The network as the State sees it: the first screen of a new certifier, with nothing to type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.departements import departement_label
from jurande.core.france.spelling import fold
from jurande.registers.catalogue.operations.claims import claim_fiches, release_fiche
from jurande.registers.catalogue.policies import can_claim_fiche
from jurande.registers.catalogue.queries import sources
from jurande.registers.catalogue.queries.changes import Changes
from jurande.registers.catalogue.queries.claims import Claimable, claimable, claims
from jurande.registers.catalogue.queries.directory import UNKNOWN, DeclaredPartner, by_departement
from jurande.registers.catalogue.queries.fiches import fiche_number
from jurande.registers.catalogue.queries.state_network import (
    Point,
    StateNetwork,
    changes_since_previous,
    has_point,
    state_network,
)
from jurande.registers.catalogue.states import ClaimBasis, Habilitation
from jurande.registers.common.verdicts import require
from jurande.registers.parties.policies import can_see_network
from jurande.web.access import Asked, audience
from jurande.web.ui.formats import siret
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Bar, Effect, Spot, Tab
from jurande.web.ui.registers import STATES, cited, fiche_chip, habilitation_chip
from jurande.web.ui.tables import Column, Filter, Table

NOWHERE = "inconnu"
VIEWS = (
    ("", lazy("Liste")),
    ("carte", lazy("Carte")),
    ("changements", lazy("Ce qui a changé")),
    ("certifications", lazy("Mes certifications")),
)
POINTS: dict[Point, str | Promise] = {
    Point.OTHER_SIRET: lazy("même SIREN, autre SIRET"),
    Point.DUPLICATE: lazy("en double"),
    Point.ENDED: lazy("terminé ou retiré"),
    Point.NOWHERE: lazy("lieu inconnu"),
}


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str) -> HttpResponse:
    """Answer «qui l’État connaît-il comme mes partenaires ?»: boxes, list, map; or teach how to begin."""
    require(can_see_network(request.actor))
    network = state_network(request.actor, request.certifier)
    read = sources.latest()
    view = request.GET.get("vue", "") if request.GET.get("vue", "") in dict(VIEWS) else ""
    may_claim = bool(can_claim_fiche(request.actor, request.certifier))
    if not network.claims:
        page = {
            "sources": cited(read),
            "may_claim": may_claim,
            "is_read": any(one.source in sources.REGISTERS for one in read),
            "ours": len(claimable(request.certifier)),
        }
        return render(request, "certifier/state_start.html", page)
    listing = _table(network).read(request.GET, network.partners)
    if sheet := listing.sheet():
        return sheet
    address = reverse("certifier:state", args=[certifier])
    page = {
        "network": network,
        "view": view,
        "listing": listing,
        "may_claim": may_claim,
        "tabs": _tabs(address, view, network),
        "boxes": _boxes(network, address),
        "spots": _spots(network, address),
        "ages": _ages(network),
        "fiches": [_fiche_line(network, claim) for claim in network.claims],
        "changes": _changes(network) if view == "changements" else [],
        "sources": cited(read, map_drawn=view == "carte"),
    }
    return render(request, "certifier/state_network.html", page)


def _changes(network: StateNetwork) -> list[dict[str, Any]]:
    """Each comparison of two publications as lines: a status, a word, what changed."""
    return [{"since": since, "lines": _change_lines(since.changes)} for since in changes_since_previous(network)]


def _change_lines(changes: Changes) -> list[dict[str, Any]]:
    def role(value: str) -> str:
        return str(Habilitation(value).label) if value else ""

    partners = [
        *(("ok", _("Ajouté"), one, role(one.after)) for one in changes.partners_added),
        *(("end", _("Retiré"), one, role(one.before)) for one in changes.partners_removed),
        *(("run", _("Rôle changé"), one, f"{role(one.before)} → {role(one.after)}") for one in changes.types_changed),
    ]
    fiches = [
        *(("ok", _("Enregistrée"), one) for one in changes.fiches_added),
        *(("late", _("Terminée"), one) for one in changes.fiches_ended),
        *(("warn", _("Remplacée"), one) for one in changes.fiches_replaced),
        *(("run", _("Modifiée"), one) for one in changes.fiches_modified),
    ]
    return [
        *(
            {
                "status": status,
                "word": word,
                "number": one.number,
                "name": one.title,
                "siret": "",
                "note": ", ".join(one.replaced_by),
            }
            for status, word, one in fiches
        ),
        *(
            {"status": status, "word": word, "number": one.number, "name": one.name, "siret": one.siret, "note": note}
            for status, word, one, note in partners
        ),
    ]


def _tabs(address: str, view: str, network: StateNetwork) -> list[Tab]:
    counts = {"": len(network.partners), "certifications": len(network.claims)}
    return [
        Tab(str(label), f"{address}?vue={key}" if key else address, key == view, counts.get(key))
        for key, label in VIEWS
    ]


def _boxes(network: StateNetwork, address: str) -> list[dict[str, Any]]:
    """What is worth a look, each with why and the rows behind it; empty boxes are not shown."""
    boxes = [
        {
            "status": "late",
            "count": len(network.without_oneself),
            "title": _("Vous n’êtes pas dans votre propre liste"),
            "why": _(
                "Un certificateur qui forme doit se déclarer partenaire de sa fiche\u00a0: sinon la Caisse des Dépôts "
                "bloque ses offres sur Mon Compte Formation."
            ),
            "numbers": network.without_oneself,
            "url": "",
        },
        {
            "status": "warn",
            "count": len(network.to_confirm),
            "title": _("Certifications à confirmer"),
            "why": _(
                "La fiche porte votre nom sans votre SIRET. Demandez à France compétences de l’y inscrire\u00a0: rien "
                "d’autre ne dit à un ordinateur qu’elle est à vous."
            ),
            "numbers": network.to_confirm,
            "url": "",
        },
    ]
    words = {
        Point.OTHER_SIRET: (
            "warn",
            _("Même SIREN, autre SIRET"),
            _(
                "L’organisme est dans la liste publique, mais à une autre adresse que celle que vous avez déclarée. "
                "Le plus souvent il a déménagé\u00a0: vérifiez, puis corrigez la déclaration."
            ),
        ),
        Point.DUPLICATE: (
            "warn",
            _("Déclarés en double"),
            _("Le même SIRET figure plusieurs fois sur une fiche. Gardez la ligne exacte, faites retirer l’autre."),
        ),
        Point.NOWHERE: (
            "draft",
            _("Lieu inconnu"),
            _(
                "Ce SIRET n’est pas dans la liste publique des organismes de formation\u00a0: il n’est pas placé sur "
                "la carte."
            ),
        ),
        Point.ENDED: (
            "end",
            _("Terminés ou retirés"),
            _("L’État les montre encore, sans droit de former ni d’évaluer."),
        ),
    }
    boxes += [
        {
            "status": status,
            "count": network.count(point),
            "title": title,
            "why": why,
            "numbers": [],
            "url": f"{address}?point={point}",
        }
        for point, (status, title, why) in words.items()
    ]
    return [box for box in boxes if box["count"]]


def _spots(network: StateNetwork, address: str) -> dict[str, Spot]:
    counted = by_departement(network.active)
    return {
        code: Spot(value, f"{address}?departement={NOWHERE if code == UNKNOWN else code}")
        for code, value in counted.items()
    }


def _ages(network: StateNetwork) -> dict[str, Any]:
    counted, unknown = network.ages(timezone.localdate())
    labels = [_("moins d’un an"), _("un an"), _("deux ans"), _("trois ou quatre ans"), _("cinq ans et plus")]
    rows = list(zip(labels, counted, strict=True))
    return {"rows": rows, "unknown": unknown, "bars": [Bar(label, value) for label, value in rows], "any": any(counted)}


def _fiche_line(network: StateNetwork, claim: Any) -> dict[str, Any]:
    version = network.versions.get(claim.fiche.number)
    return {
        "claim": claim,
        "version": version,
        "chip": fiche_chip(version.is_active) if version else "",
        "partners": len({one.siret for one in network.active if one.number == claim.fiche.number}),
        "to_confirm": claim.basis == ClaimBasis.NAME,
    }


def _table(network: StateNetwork) -> Table[DeclaredPartner]:
    today = timezone.localdate()
    numbers = [(number, number) for number in network.versions]
    places = sorted({partner.departement for partner in network.partners} - {UNKNOWN})
    where = [(code, departement_label(code)) for code in places] + [(NOWHERE, _("Lieu inconnu"))]

    def kept(test: Any) -> Any:
        return lambda rows, chosen: [row for row in rows if any(test(row, value) for value in chosen)]

    return Table(
        name="reseau-vu-par-l-etat",
        columns=(
            Column("nom", lazy("Organisme"), lambda p: p.name),
            Column("siret", "SIRET", lambda p: p.siret, show=lambda p: siret(p.siret), on_phone=False),
            Column("commune", lazy("Commune"), lambda p: p.city),
            Column("dep", lazy("Dép."), lambda p: p.departement, on_phone=False),
            Column("fiche", lazy("Fiche"), lambda p: p.number),
            Column("role", lazy("Habilité pour"), lambda p: str(p.habilitation.label)),
            Column("depuis", lazy("Depuis"), lambda p: p.active_on),
            Column("age", lazy("Âge (ans)"), lambda p: p.age_years(today), numeric=True, on_phone=False),
            Column("etat", lazy("État"), lambda p: str(STATES[p.state]), show=lambda p: habilitation_chip(p.state)),
            Column("change", lazy("État modifié le"), lambda p: p.state_changed_on, at_first=False),
            Column("autre", lazy("SIRET de la liste publique"), lambda p: p.other_siret, at_first=False),
            Column("vu", lazy("Vu depuis"), lambda p: p.seen_from, at_first=False),
        ),
        filters=(
            Filter("point", lazy("à regarder"), [(key.value, words) for key, words in POINTS.items()], kept(has_point)),
            Filter("fiche", lazy("fiche"), numbers, kept(lambda p, value: p.number == value)),
            Filter(
                "etat",
                lazy("état"),
                [(key.value, words) for key, words in STATES.items()],
                kept(lambda p, value: p.state == value),
            ),
            Filter("role", lazy("habilité pour"), Habilitation.choices, kept(lambda p, value: p.habilitation == value)),
            Filter(
                "departement",
                lazy("département"),
                where,
                kept(lambda p, value: p.is_active and p.departement == (UNKNOWN if value == NOWHERE else value)),
            ),
        ),
        search=_matching,
        order="nom",
        unit=lazy("ligne,lignes"),
    )


def _matching(rows: list[DeclaredPartner], words: str) -> list[DeclaredPartner]:
    wanted = fold(words).split()
    return [row for row in rows if all(word in fold(f"{row.name} {row.siret} {row.city}") for word in wanted)]


# --- claiming and letting go --------------------------------------------------------------------


class ClaimForm(forms.Form):
    """The certifications that name us, all ticked; and a number, for one that does not."""

    fiches = forms.MultipleChoiceField(
        label=lazy("Certifications qui portent votre SIREN ou votre nom"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    number = forms.CharField(
        label=lazy("Une autre, par son numéro"),
        required=False,
        max_length=20,
        help_text=lazy("RNCP ou RS et des chiffres, comme RS7423."),
    )

    def __init__(self, given: QueryDict | None, *, ours: list[Claimable]) -> None:
        """Offer what names us."""
        choices = [(one.number, _claimable_label(one)) for one in ours]
        super().__init__(given, initial={"fiches": [number for number, _label in choices]})
        self.fields["fiches"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["fiches"]

    def clean_number(self) -> str:
        """Take a number however it is typed."""
        typed = self.cleaned_data["number"].strip()
        number = fiche_number(typed) if typed else ""
        if number is None:
            raise forms.ValidationError(
                lazy("Ce n’est pas un numéro de fiche\u00a0: RNCP ou RS, puis des chiffres, comme RNCP37674.")
            )
        return number

    @property
    def numbers(self) -> list[str]:
        """Everything chosen."""
        typed = self.cleaned_data["number"]
        return [*self.cleaned_data.get("fiches", ()), *([typed] if typed else [])]


def _claimable_label(one: Claimable) -> str:
    notes = [] if one.version.is_active else [_("inactive")]
    if one.basis == ClaimBasis.NAME:
        notes.append(_("à confirmer\u00a0: votre nom y est, sans SIRET"))
    return f"{one.number}, {one.version.title}" + (f" ({', '.join(notes)})" if notes else "")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def claim(request: Asked, certifier: str) -> HttpResponse:
    """Say which certifications of the national registers are ours."""
    require(can_claim_fiche(request.actor, request.certifier))
    ours = list(claimable(request.certifier))
    form = ClaimForm(request.POST if request.method == "POST" else None, ours=ours)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = claim_fiches(
                certifier=request.certifier, numbers=form.numbers, actor=request.actor, now=timezone.now()
            )
            said = ngettext("%(n)d certification est rattachée.", "%(n)d certifications sont rattachées.", len(made))
            messages.success(request, said % {"n": len(made)})
            return redirect("certifier:state", certifier)
    organisation = request.certifier.organisation
    page = {"form": form, "ours": len(ours), "organisation": organisation, "sources": cited(sources.latest())}
    return render(request, "certifier/state_claim.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def release(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Let a certification go, after saying what will happen."""
    require(can_claim_fiche(request.actor, request.certifier))
    held = claims(request.actor).filter(code=code).first()
    if held is None:
        raise Http404
    if request.method == "POST":
        with refusing(request):
            release_fiche(claim=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("%(number)s est détachée.") % {"number": held.fiche.number})
        return redirect("certifier:state", certifier)
    page = {
        "claim": held,
        "effects": [
            Effect("file-x", _("Ses partenaires déclarés quittent cette page\u00a0; l’État les connaît toujours.")),
            Effect("book-2", _("Une écriture au journal, à votre nom.")),
            Effect("arrow-back-up", _("Vous pourrez la rattacher de nouveau.")),
        ],
    }
    return render(request, "certifier/state_release.html", page)
