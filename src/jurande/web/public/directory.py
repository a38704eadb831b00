"""The directory of habilitated bodies: by certification, by département, by name, and on a map; for anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from jurande.core.france.departements import DEPARTEMENTS, departement_label
from jurande.core.france.identifiers import IdentifierRefused
from jurande.core.france.identifiers import siren as read_siren
from jurande.core.france.spelling import fold
from jurande.registers.awards.queries.showcase import showcases_around, showcases_showing
from jurande.registers.catalogue.queries import directory as bodies
from jurande.registers.catalogue.queries import sources
from jurande.registers.catalogue.queries.directory import UNKNOWN, DeclaredPartner
from jurande.registers.catalogue.queries.fiches import fiche_number, fiche_page
from jurande.registers.catalogue.states import Habilitation
from jurande.registers.network.queries import habilitations
from jurande.web.access import audience
from jurande.web.public.certifications import Select, spots
from jurande.web.public.habilitations import KEPT_SECONDS
from jurande.web.public.keeping import shareable
from jurande.web.ui.formats import siret
from jurande.web.ui.lives import STANDINGS
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Fact, Pages, Spot, Tab
from jurande.web.ui.registers import DEPARTEMENT_CHOICES, STATES, cited, habilitation_chip
from jurande.web.ui.spoken import by_name
from jurande.web.ui.tables import Column, Table

PAGE_PLACES = 50
# What an address holds for a place that the public list does not know.
NOWHERE = "inconnu"
QUALIOPI = {"oui": True, "non": False}


@dataclass(frozen=True)
class Wanted:
    """What the address asks of the directory; what it does not understand is left aside."""

    certification: str
    departement: str | None
    words: str
    role: str
    qualiopi: bool | None

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read an address."""
        place = query.get("departement", "")
        role = query.get("role", "")
        return cls(
            certification=query.get("certification", "").replace("\0", "").strip()[:20],
            departement=UNKNOWN if place == NOWHERE else place if place in DEPARTEMENTS else None,
            words=query.get("q", "").replace("\0", " ").strip()[:100],
            role=role if role in Habilitation.values else "",
            qualiopi=QUALIOPI.get(query.get("qualiopi", "")),
        )

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the whole country."""
        return not (self.departement or self.words or self.role) and self.qualiopi is None

    def keeps(self, partner: DeclaredPartner) -> bool:
        """Whether a partner of one certification answers it."""
        return (
            partner.is_active
            and (self.departement is None or partner.departement == self.departement)
            and all(word in fold(partner.name) for word in fold(self.words).split())
            and (not self.role or partner.habilitation == self.role)
            and (self.qualiopi is None or bool(partner.qualiopi) == self.qualiopi)
        )


@require_safe
@audience("public")
@shareable
def directory(request: HttpRequest) -> HttpResponse:
    """Answer «qui peut former, et où ?»: for one certification when it is named, else over the whole country."""
    wanted = Wanted.of(request.GET)
    read = sources.latest()
    context: dict[str, Any] = {
        "wanted": wanted,
        "sources": cited(read, map_drawn=True),
        "is_empty": not any(snapshot.source in sources.REGISTERS for snapshot in read),
    }
    number = fiche_number(wanted.certification)
    page = fiche_page(number) if number else None
    context["selects"] = _selects(wanted, with_nowhere=page is not None)
    if page is not None:
        partners = bodies.declared_partners([page.version.fiche_id])
        kept = [partner for partner in partners if wanted.keeps(partner)]
        here = _delivered_here(habilitations.of_certification(page.number))
        listing = _partners(here).read(request.GET, kept)
        if sheet := listing.sheet():
            return sheet
        where = bodies.by_departement(partner for partner in partners if partner.is_active)
        context |= {
            "page": page,
            "showcases": [_showcase(one) for one in showcases_showing(page.version.fiche)],
            "listing": listing,
            "tabs": _tabs(page.number, len(kept), on_map=request.GET.get("vue") == "carte"),
            "on_map": request.GET.get("vue") == "carte",
            "spots": spots(where, certification=page.number),
            "total": len({partner.siret for partner in kept}),
        }
        return _fresh(render(request, "public/directory.html", context), here)
    else:
        context |= _country(request.GET, wanted)
    return render(request, "public/directory.html", context)


def _tabs(number: str, rows: int, *, on_map: bool) -> list[Tab]:
    address = f"{reverse('public:partners')}?certification={number}"
    return [
        Tab(_("Liste"), address, not on_map, rows),
        Tab(_("Carte"), f"{address}&vue=carte", on_map),
    ]


def _country(query: QueryDict, wanted: Wanted) -> dict[str, Any]:
    """Over all certifications: the map alone until something narrows it, then the places by name."""
    where = {} if wanted.departement else bodies.national_map()
    shown: dict[str, Any] = {
        "spots": _national_spots(where),
        "page": None,
        "places": None,
        "total": sum(where.values()),
    }
    if wanted.is_everything or wanted.departement == UNKNOWN:
        return shown
    rows = bodies.places(
        departement=wanted.departement or "",
        words=wanted.words,
        qualiopi=wanted.qualiopi,
        habilitation=wanted.role,
    )
    total = len(rows)
    last = max(1, -(-total // PAGE_PLACES))
    asked = query.get("page", "1")
    number = min(max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1, last)
    start = (number - 1) * PAGE_PLACES
    kept = query.copy()
    kept.pop("page", None)
    shown |= {
        "places": bodies.located(rows[start : start + PAGE_PLACES]),
        "total": total,
        "pages": Pages.of(number, last, kept.urlencode()),
    }
    return shown


def _national_spots(where: Mapping[str, int]) -> dict[str, Spot]:
    drawn = spots(where)
    # Nowhere leads nowhere: over the whole country nobody reads that list.
    return {code: Spot(spot.value) if code == UNKNOWN else spot for code, spot in drawn.items()}


def _selects(wanted: Wanted, *, with_nowhere: bool) -> list[Select]:
    places = [(code, label, code == wanted.departement) for code, label in DEPARTEMENT_CHOICES]
    if with_nowhere:
        places.append((NOWHERE, _("Lieu inconnu"), wanted.departement == UNKNOWN))
    roles = [(one.value, str(one.label).capitalize(), one.value == wanted.role) for one in Habilitation]
    return [
        Select("departement", _("Département"), [("", _("Toute la France"), wanted.departement is None), *places]),
        Select("role", _("Habilité pour"), [("", _("Tout"), not wanted.role), *roles]),
        Select(
            "qualiopi",
            "Qualiopi",
            [
                ("", _("Indifférent"), wanted.qualiopi is None),
                ("oui", _("Certifié"), wanted.qualiopi is True),
                ("non", _("Non certifié ou inconnu"), wanted.qualiopi is False),
            ],
        ),
    ]


def _body_url(siren: str) -> str:
    return reverse("public:partners-one", args=[siren])


def qualiopi_word(known: bool | None) -> str:
    """What the public list says of Qualiopi."""
    return {True: _("oui"), False: _("non"), None: _("inconnu")}[known]


def _partners(here: Mapping[str, tuple[str, str, str]]) -> Table[DeclaredPartner]:
    """What the national register says of a certification and, beside it, what is true here at this moment."""
    beside: Column[DeclaredPartner] = Column(
        "ici",
        _("Vérifié ici"),
        lambda p: here.get(p.siret, ("", "", ""))[1],
        show=lambda p: chip(*here[p.siret][:2], bare=True) if p.siret in here else "",
        url=lambda p: here[p.siret][2] if p.siret in here else "",
    )
    return replace(PARTNERS, columns=(*PARTNERS.columns, beside)) if here else PARTNERS


def _delivered_here(rows: Sequence[Any]) -> dict[str, tuple[str, str, str]]:
    """By SIRET: the status, the word and the address of what counts most there today."""
    today = timezone.localdate()
    found: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        status, word = STANDINGS[habilitations.standing_on(row, today).state]
        held = found.get(row.partnership.site.siret)
        if held is None or status == "ok":
            found[row.partnership.site.siret] = (status, word, reverse("public:habilitation", args=[row.code]))
    return found


PARTNERS: Table[DeclaredPartner] = Table(
    name="organismes-habilites",
    columns=(
        Column("nom", lazy("Organisme"), lambda p: p.name, url=lambda p: _body_url(p.siren)),
        Column("commune", lazy("Commune"), lambda p: p.city),
        Column("dep", lazy("Dép."), lambda p: p.departement, on_phone=False),
        Column("siret", "SIRET", lambda p: p.siret, show=lambda p: siret(p.siret), on_phone=False),
        Column("role", lazy("Habilité pour"), lambda p: str(p.habilitation.label)),
        Column("depuis", lazy("Depuis"), lambda p: p.active_on),
        Column("qualiopi", "Qualiopi", lambda p: qualiopi_word(p.qualiopi)),
        Column(
            "etat",
            lazy("État"),
            lambda p: str(p.state.label),
            show=lambda p: habilitation_chip(p.state),
            at_first=False,
        ),
    ),
    order="nom",
    unit=lazy("habilitation,habilitations"),
)


# --- one body -----------------------------------------------------------------------------------


@require_safe
@audience("public")
@shareable
def body(request: HttpRequest, siren: str) -> HttpResponse:
    """Show what the registers say of one body: its places, its Qualiopi categories, what it is habilitated for."""
    try:
        number = read_siren(siren)
    except IdentifierRefused as refusal:
        raise Http404 from refusal
    here = habilitations.of_siren(number)
    found = bodies.body(number)
    if found is None:
        if not here:
            raise Http404
        found = bodies.Body(number, here[0].partnership.name, (), (), {})
    listing = _habilitations(found.titles).read(request.GET, found.habilitations)
    where = bodies.by_departement(found.habilitations)
    shown = showcases_around(number, {row.certifier_id for row in here})
    context = {
        "body": found,
        "own_showcases": [_showcase(one) for one in shown if one.certifier.organisation.siren == number],
        "shown": [one.certifier_id for one in shown],
        "listing": listing,
        "active": sum(one.is_active for one in found.habilitations),
        "places": len({one.siret for one in found.habilitations}),
        "lines": [_line_facts(line) for line in found.lines],
        "unknown": where.get(UNKNOWN, 0),
        "sources": cited(sources.latest()),
        "here": [(row, STANDINGS[habilitations.standing_on(row, timezone.localdate()).state]) for row in here],
    }
    return listing.sheet() or _fresh(render(request, "public/body.html", context), here)


def _showcase(shown: Any) -> tuple[str, str]:
    """Where an open showcase is, and whose: «de …»."""
    return reverse("public:showcase", args=[shown.certifier.code]), by_name(shown.certifier.name)


def _fresh(response: HttpResponse, here: Sized) -> HttpResponse:
    """What is delivered here may be suspended at any moment: a page that says it is kept for seconds only."""
    if here:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def _line_facts(line: Any) -> list[Fact]:
    categories = [
        (line.qualiopi_training, _("actions de formation")),
        (line.qualiopi_skills_review, _("bilans de compétences")),
        (line.qualiopi_vae, _("VAE")),
        (line.qualiopi_apprenticeship, _("apprentissage")),
    ]
    certified = ", ".join(words for held, words in categories if held)
    facts = [
        (_("Adresse"), f"{line.street}, {line.postcode} {line.city}".strip(", ")),
        (_("Département"), departement_label(line.departement) if line.departement else ""),
        ("SIRET", siret(line.siret)),
        (_("Déclaration d’activité"), line.nda),
        ("Qualiopi", certified or _("aucune catégorie")),
        (_("Stagiaires déclarés"), str(line.declared_trainees) if line.declared_trainees is not None else ""),
    ]
    return [Fact(term, value) for term, value in facts if value]


def _habilitations(titles: Mapping[str, str]) -> Table[DeclaredPartner]:
    """The habilitations of one body, with the titles of what they are for."""
    return Table(
        name="habilitations",
        columns=(
            Column(
                "numero",
                _("Fiche"),
                lambda p: p.number,
                url=lambda p: reverse("public:certifications-one", args=[p.number]),
            ),
            Column("intitule", _("Certification"), lambda p: titles.get(p.number, "")),
            Column("siret", "SIRET", lambda p: p.siret, show=lambda p: siret(p.siret), on_phone=False),
            Column("role", _("Habilité pour"), lambda p: str(p.habilitation.label)),
            Column("depuis", _("Depuis"), lambda p: p.active_on),
            Column("etat", _("État"), lambda p: str(STATES[p.state]), show=lambda p: habilitation_chip(p.state)),
        ),
        order="numero",
        unit=_("habilitation,habilitations"),
    )
