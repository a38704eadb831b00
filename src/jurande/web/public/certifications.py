"""Finding a certification in the national registers, and its page: for anyone, without a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from jurande.core.france.departements import DEPARTEMENTS
from jurande.core.france.identifiers import IdentifierRefused, siret
from jurande.registers.awards.queries.showcase import showcases_showing
from jurande.registers.catalogue.queries import directory, national, sources
from jurande.registers.catalogue.queries.fiches import FichePage, fiche_number, fiche_page
from jurande.registers.catalogue.queries.national import Because
from jurande.registers.catalogue.queries.search import NO_LEVEL, Choice, Found, search
from jurande.registers.catalogue.states import Habilitation, Register, Source
from jurande.registers.network.queries.calls import open_calls_for_fiche
from jurande.web.access import audience
from jurande.web.public.keeping import shareable
from jurande.web.ui.fields import DayInput
from jurande.web.ui.formats import count, day, number
from jurande.web.ui.parts import Bar, Fact, Filtered, Pages, Spot
from jurande.web.ui.registers import DEPARTEMENT_CHOICES, LEVELS, ROUTES, cited, fiche_chip, level_label
from jurande.web.ui.spoken import by_name

# What an address may hold for «active» and for «sans niveau».
STATES = {"active": True, "inactive": False}
WITHOUT = "sans"
PROMOTIONS_DRAWN = 5


# --- the search ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Select:
    """One list of the search form: its name, and (value, words, chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


@require_safe
@audience("public")
@shareable
def certifications(request: HttpRequest) -> HttpResponse:
    """Answer a search over the whole of the RNCP and of the RS, filtered as the address says."""
    read = sources.latest(sources.REGISTERS)
    text = request.GET.get("q", "")[:200].replace("\0", " ").strip()
    choice = _choice(request.GET)
    page = request.GET.get("page", "1")
    found = search(text, choice, page=int(page) if page.isdecimal() and len(page) < 7 else 1)
    context = {
        "words": text,
        "found": found,
        "lines": [_line(version) for version in found.versions],
        "selects": _selects(choice, found),
        "tokens": _tokens(request.GET, choice),
        "pages": Pages.of(found.page, found.pages, _address(request.GET, "page")),
        "read_as": [(word, near) for word, near in found.read_as.items()],
        "sources": cited(read),
        "is_empty": not read,
    }
    return render(request, "public/certifications.html", context)


def _choice(query: QueryDict) -> Choice:
    """Read the filters of an address; what it does not understand is left aside."""
    level = query.get("niveau", "")
    departement = query.get("departement", "")
    register = query.get("registre", "")
    return Choice(
        register=register if register in Register.values else "",
        level=NO_LEVEL if level == WITHOUT else int(level) if level in {str(known) for known in LEVELS} else None,
        active=STATES.get(query.get("etat", "")),
        departement=departement if departement in DEPARTEMENTS else "",
    )


def _selects(choice: Choice, found: Found) -> list[Select]:
    facets = found.facets

    def counted(label: str, n: int) -> str:
        return f"{label} · {number(n)}"

    levels = [
        (WITHOUT if level == NO_LEVEL else str(level), counted(level_label(level), n), level == choice.level)
        for level, n in facets.levels.items()
        if level == NO_LEVEL or level in LEVELS
    ]
    registers = [
        (one.value, counted(str(one.label), facets.registers.get(one.value, 0)), one.value == choice.register)
        for one in Register
    ]
    states = [
        (name, counted(words, facets.active.get(STATES[name], 0)), choice.active is STATES[name])
        for name, words in (("active", _("Actives")), ("inactive", _("Inactives")))
    ]
    places = [(code, label, code == choice.departement) for code, label in DEPARTEMENT_CHOICES]
    return [
        Select("registre", _("Répertoire"), [("", _("Les deux"), not choice.register), *registers]),
        Select("niveau", _("Niveau"), [("", _("Tous"), choice.level is None), *levels]),
        Select("etat", _("État"), [("", _("Toutes"), choice.active is None), *states]),
        Select("departement", _("Proposée dans"), [("", _("Toute la France"), not choice.departement), *places]),
    ]


def _tokens(query: QueryDict, choice: Choice) -> list[Filtered]:
    """The filters that are on, each with the address without it."""
    said = {
        "registre": choice.register.upper(),
        "niveau": level_label(choice.level) if choice.level is not None else "",
        "etat": {True: _("active"), False: _("inactive"), None: ""}[choice.active],
        "departement": DEPARTEMENTS.get(choice.departement, ""),
    }
    return [Filtered(name, words, f"?{_address(query, name, 'page')}") for name, words in said.items() if words]


def _address(query: QueryDict, *without: str) -> str:
    kept = query.copy()
    for name in without:
        kept.pop(name, None)
    return kept.urlencode()


def _line(version: Any) -> dict[str, Any]:
    return {
        "number": version.fiche.number,
        "title": version.title,
        "url": reverse("public:certifications-one", args=[version.fiche.number]),
        "level": level_label(version.level),
        "chip": fiche_chip(version.is_active and version.seen_until is None),
        "until": version.registered_until,
    }


# --- one certification --------------------------------------------------------------------------


class WasItForm(forms.Form):
    """«Was this SIRET habilitated on this date?»"""

    siret = forms.CharField(label=lazy("SIRET de l’organisme"), max_length=40, help_text=lazy("Quatorze chiffres."))
    jour = forms.DateField(label=lazy("Jour"), widget=DayInput)

    def clean_siret(self) -> str:
        """Take a SIRET however it is spaced."""
        try:
            return siret(self.cleaned_data["siret"])
        except IdentifierRefused as refusal:
            raise forms.ValidationError(
                lazy("Ce n’est pas un SIRET\u00a0: quatorze chiffres, dont le dernier vérifie les autres.")
            ) from refusal


@require_safe
@audience("public")
@shareable
def certification(request: HttpRequest, number: str) -> HttpResponse:
    """Show what the register says of one certification, and answer whether a place was habilitated on a day."""
    known = fiche_number(number)
    page = fiche_page(known) if known else None
    if page is None or known is None:
        raise Http404
    if known != number:
        return redirect("public:certifications-one", known, permanent=True)
    read = sources.latest((page.version.fiche.register, Source.TRAINING_BODIES))
    asked = {"siret", "jour"} & set(request.GET)
    form = WasItForm(request.GET if asked else None, initial={"jour": read[0].published_on if read else None})
    partners = directory.declared_partners([page.version.fiche_id])
    active = [partner for partner in partners if partner.is_active]
    context = {
        "page": page,
        "chip": fiche_chip(page.version.is_active and not page.is_gone),
        "facts": _facts(page),
        "codes": _codes(page),
        "routes": [(ROUTES.get(route.code, route.code), route) for route in page.record.routes],
        "bars": _bars(page),
        "told": _told(page),
        "links": [word for word in page.record.link.split() if word.startswith(("https://", "http://"))],
        "replaced": _kin(page, page.record.replaced),
        "replacing": _kin(page, page.record.replacing),
        "partners": len({partner.siret for partner in active}),
        "kinds": _kinds(active),
        "calls": open_calls_for_fiche(known, timezone.localdate()),
        "showcases": [
            (one.certifier.code, by_name(one.certifier.name)) for one in showcases_showing(page.version.fiche)
        ],
        "spots": spots(directory.by_departement(active), certification=known),
        "directory_url": f"{reverse('public:partners')}?{urlencode({'certification': known})}",
        "form": form,
        "answer": _answer(form, known) if asked and form.is_valid() else None,
        "sources": cited(read, map_drawn=bool(active)),
    }
    return render(request, "public/certification.html", context)


def spots(by_departement: Mapping[str, int], **kept: str) -> dict[str, Spot]:
    """Turn counts into a map whose départements lead to the directory."""
    address = reverse("public:partners")
    return {
        code: Spot(value, f"{address}?{urlencode({**kept, 'departement': code or 'inconnu'})}")
        for code, value in by_departement.items()
    }


def _facts(page: FichePage) -> list[Fact]:
    version = page.version
    names = ", ".join(dict.fromkeys(certifier.name for certifier in page.certifiers))
    facts = [
        (_("Numéro"), page.number),
        (_("Niveau"), level_label(version.level)),
        (_("Enregistrée jusqu’au"), day(version.registered_until)),
        (_("Dernière délivrance"), day(version.last_issue_on)),
        (_("Enregistrement"), version.get_registration_kind_display() if version.registration_kind else ""),
        (_("Certificateur"), names),
    ]
    return [Fact(term, value) for term, value in facts if value]


def _codes(page: FichePage) -> list[Fact]:
    record = page.record
    lists = (("ROME", record.rome), ("NSF", record.nsf), ("Formacode", record.formacodes))
    return [Fact(f"{name} {one.code}", one.label) for name, coded in lists for one in coded]


def _bars(page: FichePage) -> list[Bar]:
    years = sorted(
        (promotion for promotion in page.record.promotions if promotion.certified is not None),
        key=lambda promotion: promotion.year,
    )
    return [Bar(_("en %(year)d") % {"year": one.year}, one.certified or 0) for one in years[-PROMOTIONS_DRAWN:]]


def _told(page: FichePage) -> dict[str, bool]:
    """Which figures of its promotions the fiche gives for one year at least: a column of nothing is not drawn."""
    figures = ("certified_vae", "employed_6_months", "in_trade_6_months", "in_trade_2_years")
    return {name: any(getattr(one, name) is not None for one in page.record.promotions) for name in figures}


def _kin(page: FichePage, numbers: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, page.titles.get(one, "")) for one in numbers]


def _kinds(active: list[directory.DeclaredPartner]) -> list[Fact]:
    counted: dict[str, set[str]] = {}
    for partner in active:
        counted.setdefault(str(partner.habilitation.label), set()).add(partner.siret)
    return [
        Fact(label.capitalize(), count(len(sirets), _("organisme,organismes"))) for label, sirets in counted.items()
    ]


# The answer in words: what it is, and what the registers hold that says so.
BECAUSE: dict[Because, tuple[str, str | Promise]] = {
    Because.LISTED: ("ok", lazy("Oui, cet établissement était habilité ce jour-là.")),
    Because.NOT_LISTED: ("stop", lazy("Non, cet établissement ne figurait pas parmi les partenaires ce jour-là.")),
    Because.NOT_ACTIVE: ("stop", lazy("Non, son habilitation n’était pas active ce jour-là.")),
    Because.BEFORE_FIRST: ("draft", lazy("Inconnu\u00a0: aucune publication aussi ancienne n’a été lue ici.")),
    Because.AFTER_LATEST: ("draft", lazy("Inconnu\u00a0: ce jour est postérieur à la dernière publication lue ici.")),
    Because.NO_SUCH_FICHE: ("draft", lazy("Inconnu\u00a0: la fiche n’était pas dans la publication de ce jour-là.")),
}


def _answer(form: WasItForm, fiche: str) -> dict[str, Any]:
    day_asked: date = form.cleaned_data["jour"]
    place: str = form.cleaned_data["siret"]
    said = national.was_habilitated(siret=place, fiche_number=fiche, day=day_asked)
    status, sentence = BECAUSE[said.because]
    return {
        "status": status,
        "sentence": sentence,
        "asked_on": day_asked,
        "siret": place,
        "said": said,
        "kind": Habilitation(said.kind).label if said.kind else "",
        "source": said.source.upper(),
    }
