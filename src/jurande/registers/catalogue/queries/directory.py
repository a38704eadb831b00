"""Who may train or assess for which certification, and where: the partners that certifiers declared to the State.

A partner stands in a département only when the public list of training bodies knows its very SIRET. That its
organisation is known at another address says nothing of where this place is: it is counted as unknown, never placed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q

from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import FicheVersion, NationalPartner, Snapshot, TrainingBody
from jurande.registers.catalogue.models.national import IntervalQuerySet
from jurande.registers.catalogue.states import Habilitation, HabilitationState

UNKNOWN = ""
NATIONAL_SECONDS = 86_400
WORDS_MOST = 6
WITHOUT_QUALIOPI = Q(qualiopi_training=False, qualiopi_skills_review=False, qualiopi_vae=False) & Q(
    qualiopi_apprenticeship=False
)


@dataclass(frozen=True)
class DeclaredPartner:
    """One habilitation of one place, as the register has it now, and what the public list knows of the place.

    ``departement``: empty when the place is unknown. ``qualiopi``: None when the list does not know it.
    ``other_siret``: where the list has the same organisation, when it is not at this SIRET. ``is_duplicate``: the same
    SIRET stands more than once on the fiche.
    """

    number: str
    siret: str
    siren: str
    name: str
    habilitation: Habilitation
    state: HabilitationState
    active_on: date | None
    state_changed_on: date | None
    seen_from: date
    departement: str
    city: str
    qualiopi: bool | None
    other_siret: str
    is_duplicate: bool

    @property
    def is_active(self) -> bool:
        """Whether it may train or assess now."""
        return self.state == HabilitationState.ACTIVE

    def age_years(self, today: date) -> int | None:
        """Whole years since it became active; None when the State does not say."""
        if self.active_on is None or self.active_on > today:
            return None
        before = (today.month, today.day) < (self.active_on.month, self.active_on.day)
        return today.year - self.active_on.year - before


def declared_partners(fiches: Iterable[int]) -> list[DeclaredPartner]:
    """Return every partner that these fiches (primary keys) have now, by name. Three queries, whatever their number."""
    return _declared(NationalPartner.objects.current().filter(fiche__in=fiches))


def _declared(rows: IntervalQuerySet[NationalPartner]) -> list[DeclaredPartner]:
    found = list(
        rows.order_by("name", "siret", "fiche__number", "habilitation").values_list(
            "fiche__number",
            "siret",
            "siren",
            "name",
            "habilitation",
            "state",
            "active_on",
            "state_changed_on",
            "seen_from",
        )
    )
    bodies = TrainingBody.objects.current().exclude(siret="")
    by_siret = {body.siret: body for body in bodies.filter(siret__in=rows.values("siret")).order_by("nda")}
    by_siren: dict[str, str] = dict(
        bodies.filter(siren__in=rows.values("siren")).order_by("-siret").values_list("siren", "siret")
    )
    times = Counter((number, siret) for number, siret, *_ in found)
    partners = []
    for number, siret, siren, name, habilitation, state, active_on, changed_on, seen_from in found:
        body = by_siret.get(siret)
        partners.append(
            DeclaredPartner(
                number=number,
                siret=siret,
                siren=siren,
                name=name,
                habilitation=Habilitation(habilitation),
                state=HabilitationState(state),
                active_on=active_on,
                state_changed_on=changed_on,
                seen_from=seen_from,
                departement=body.departement if body else UNKNOWN,
                city=body.city if body else "",
                qualiopi=_is_qualiopi(body) if body else None,
                other_siret="" if body else by_siren.get(siren, ""),
                is_duplicate=times[number, siret] > 1,
            )
        )
    return partners


def by_departement(partners: Iterable[DeclaredPartner]) -> dict[str, int]:
    """Count places (SIRET) by département; the empty code counts those whose place is unknown."""
    places = {partner.siret: partner.departement for partner in partners}
    return dict(Counter(places.values()))


def _is_qualiopi(body: TrainingBody) -> bool:
    return body.qualiopi_training or body.qualiopi_skills_review or body.qualiopi_vae or body.qualiopi_apprenticeship


# --- the whole country --------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A place habilitated for at least one certification. ``departement``: empty when unknown."""

    siret: str
    siren: str
    name: str
    fiches: int
    departement: str
    city: str
    qualiopi: bool | None


def national_map() -> Mapping[str, int]:
    """Count habilitated places by département, over all certifications; reckoned once for each pair of snapshots."""
    key = f"annuaire.{_edition()}"
    counted = cache.get(key)
    if counted is None:
        active = NationalPartner.objects.current().filter(state=HabilitationState.ACTIVE)
        located = TrainingBody.objects.current().exclude(siret="").filter(siret__in=active.values("siret"))
        rows = located.values("departement").annotate(n=Count("siret", distinct=True)).order_by("departement")
        counted = {row["departement"]: row["n"] for row in rows}
        total = active.aggregate(n=Count("siret", distinct=True))["n"]
        counted[UNKNOWN] = counted.get(UNKNOWN, 0) + total - sum(counted.values())
        cache.set(key, counted, NATIONAL_SECONDS)
    return {code: count for code, count in counted.items() if count}


def fiches_offered_in(departement: str) -> list[int]:
    """Return the fiches (primary keys) that some place of this département is habilitated for; kept like the map."""
    key = f"annuaire.{_edition()}.{departement}"
    found = cache.get(key)
    if found is None:
        bodies = TrainingBody.objects.current().filter(departement=departement).exclude(siret="")
        active = NationalPartner.objects.current().filter(state=HabilitationState.ACTIVE)
        rows = active.filter(siret__in=bodies.values("siret")).order_by("fiche")
        found = list(rows.values_list("fiche_id", flat=True).distinct())
        cache.set(key, found, NATIONAL_SECONDS)
    return list(found)


def _edition() -> str:
    """What names the publications that are current: anything reckoned from them alone may be kept under it."""
    known = Snapshot.objects.complete().values("source").annotate(last=Max("pk")).order_by("source")
    return ".".join(str(row["last"]) for row in known)


class _Known(NamedTuple):
    """One place as all the registers together have it; thirty thousand of them are kept. ``roles``: between spaces."""

    siret: str
    name: str
    folded: str
    fiches: int
    roles: str


def places(
    *, departement: str = "", words: str = "", qualiopi: bool | None = None, habilitation: str = ""
) -> Sequence[_Known]:
    """Return the habilitated places that answer, by name; ``located`` says where those of one page are.

    ``words`` must all be in the name, whatever the accents. ``qualiopi``: False also keeps those it does not know.
    """
    kept: Iterable[_Known] = _every_place()
    if wanted := fold(words).split()[:WORDS_MOST]:
        kept = [one for one in kept if all(word in one.folded for word in wanted)]
    if habilitation:
        kept = [one for one in kept if f" {habilitation} " in one.roles]
    bodies = TrainingBody.objects.current().exclude(siret="").order_by("siret")
    if departement:
        there = set(bodies.filter(departement=departement).values_list("siret", flat=True))
        kept = [one for one in kept if one.siret in there]
    if qualiopi is not None:
        certified = set(bodies.exclude(WITHOUT_QUALIOPI).values_list("siret", flat=True))
        kept = [one for one in kept if (one.siret in certified) is qualiopi]
    return list(kept)


def _every_place() -> list[_Known]:
    """Every habilitated place of the country, by name; reckoned once for each edition, as it takes a second."""
    key = f"annuaire.{_edition()}.places"
    found = cache.get(key)
    if found is None:
        active = NationalPartner.objects.current().filter(state=HabilitationState.ACTIVE)
        roles: dict[str, set[str]] = defaultdict(set)
        for siret, role in active.order_by("siret").values_list("siret", "habilitation").distinct():
            roles[siret].add(role)
        rows = active.values("siret").annotate(shown=Min("name"), fiches=Count("fiche", distinct=True))
        every = []
        for row in rows.order_by("siret"):
            held = f" {' '.join(sorted(roles[row['siret']]))} "
            every.append(_Known(row["siret"], row["shown"], fold(row["shown"]), row["fiches"], held))
        found = sorted(every, key=lambda one: (one.folded, one.siret))
        cache.set(key, found, NATIONAL_SECONDS)
    return list(found)


def located(known: Sequence[_Known]) -> list[Place]:
    """Put what the public list knows of them on places. One query."""
    bodies = TrainingBody.objects.current().filter(siret__in=[one.siret for one in known]).order_by("nda")
    by_siret = {body.siret: body for body in bodies} if known else {}

    def place(one: _Known) -> Place:
        body = by_siret.get(one.siret)
        return Place(
            siret=one.siret,
            siren=one.siret[:9],
            name=one.name,
            fiches=one.fiches,
            departement=body.departement if body else UNKNOWN,
            city=body.city if body else "",
            qualiopi=_is_qualiopi(body) if body else None,
        )

    return [place(one) for one in known]


# --- one body -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """One organisation: its lines in the public list, and what each of its places is habilitated for."""

    siren: str
    name: str
    lines: Sequence[TrainingBody]
    habilitations: Sequence[DeclaredPartner]
    titles: Mapping[str, str]


def body(siren: str) -> Body | None:
    """Return what the registers say of an organisation now; None when they do not name it. At most five queries."""
    lines = list(TrainingBody.objects.current().filter(siren=siren).order_by("siret", "nda"))
    # By the first nine figures of the SIRET, which has an index.
    rows = NationalPartner.objects.current().filter(siret__gte=siren + "0" * 5, siret__lte=siren + "9" * 5)
    declared = _declared(rows)
    if not lines and not declared:
        return None
    numbers = {partner.number for partner in declared}
    versions = FicheVersion.objects.current().filter(fiche__number__in=numbers)
    return Body(
        siren=siren,
        name=lines[0].name if lines else declared[0].name,
        lines=lines,
        habilitations=declared,
        titles=dict(versions.order_by("pk").values_list("fiche__number", "title")),
    )
