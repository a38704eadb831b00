"""Is this place habilitated, for what, on which day? The one door for screens, exports and every other register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from jurande.core.france.habilitations import Period, Spell, periods, state_on
from jurande.registers.network.models import Habilitation, HabilitationHold, HabilitationSpell
from jurande.registers.network.states import ACTIONS_OF, Action, HabilitationKind, HabilitationState, SpellState
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor

# How many places are read at once in bulk: well under what a database takes as parameters.
CHUNK = 500


@dataclass(frozen=True)
class Standing:
    """What is true of a habilitation on a day.

    ``state``: «active», «suspended», «ended», «expired», «not_yet»; ``since`` and ``until`` bound, when known, the days
    on end during which the same holds.
    """

    day: date
    state: str
    since: date | None = None
    until: date | None = None

    @property
    def is_active(self) -> bool:
        return self.state == SpellState.ACTIVE


def standing_on(row: Habilitation, day: date) -> Standing:
    """What its spells say of that day; no query when ``spells`` was prefetched. It must have been opened."""
    state = state_on(row.decisions, first=row.valid_from, last=row.valid_until, day=day)
    if state is None:
        if day < row.valid_from:
            return Standing(day, "not_yet", until=row.valid_from - timedelta(days=1))
        return Standing(day, "expired", since=row.valid_until + timedelta(days=1))
    if state == SpellState.ENDED:
        return Standing(day, "ended", since=row.ended_on)
    around = next((one for one in life_of(row) if one.from_on <= day <= one.until_on), None)
    return Standing(day, state, around.from_on if around else None, around.until_on if around else None)


def life_of(row: Habilitation) -> list[Period]:
    """Its days, active or suspended, in order; no query when ``spells`` was prefetched."""
    return periods(row.decisions, first=row.valid_from, last=row.valid_until)


def allows(row: Habilitation, action: Action, *, on: date, bloc: str = "", departement: str = "") -> bool:
    """Whether this habilitation lets do ``action`` that day; for a bloc (its lineage), in a département, if given."""
    if row.state == HabilitationState.PREPARED or action not in row.actions or not _reaches(row, bloc, departement):
        return False
    return state_on(row.decisions, first=row.valid_from, last=row.valid_until, day=on) == SpellState.ACTIVE


def allowing(
    partnership: Partnership,
    action: Action,
    *,
    certification_code: str,
    on: date,
    bloc: str = "",
    departement: str = "",
) -> Habilitation | None:
    """The habilitation of this place that lets do ``action`` that day; None when there is none."""
    rows = opened().filter(partnership=partnership, certification__code=certification_code)
    return next((row for row in rows if allows(row, action, on=on, bloc=bloc, departement=departement)), None)


def _reaches(row: Habilitation, bloc: str, departement: str) -> bool:
    return (not row.blocs or not bloc or bloc in row.blocs) and (
        not row.territory or not departement or departement in row.territory
    )


# --- in bulk ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A place (SIRET), a certification (its reference: RNCP49021…) and a day; ``action`` None: anything at all."""

    siret: str
    certification: str
    day: date
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What bulk answers look at in a habilitation."""

    code: str
    certifier_code: str
    kind: str
    first: date
    last: date
    spells: tuple[Spell, ...]

    def state(self, day: date) -> str | None:
        return state_on(self.spells, first=self.first, last=self.last, day=day)

    def lets(self, action: Action | None) -> bool:
        return action is None or action in ACTIONS_OF[HabilitationKind(self.kind)]


def answers_in_bulk(asked: Sequence[Asked], *, certifier_code: str = "") -> Iterator[Held | None]:
    """For each, in order, a habilitation that is active that day and lets do it; None when there is none.

    Two queries for every five hundred places, whatever the number of questions; 100,000 take a few seconds at most.
    ``certifier_code``: only those of one house.
    """
    held = _held_by(sorted({one.siret for one in asked}), certifier_code)
    for one in asked:
        found = held.get((one.siret, one.certification), ())
        yield next((row for row in found if row.lets(one.action) and row.state(one.day) == SpellState.ACTIVE), None)


def allows_in_bulk(asked: Sequence[Asked], *, certifier_code: str = "") -> list[bool]:
    """For each, in order, whether some habilitation lets it be done that day."""
    return [found is not None for found in answers_in_bulk(asked, certifier_code=certifier_code)]


def _held_by(sirets: Sequence[str], certifier_code: str) -> dict[tuple[str, str], list[Held]]:
    found: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for start in range(0, len(sirets), CHUNK):
        rows = Habilitation.objects.decided().filter(partnership__site__siret__in=sirets[start : start + CHUNK])
        if certifier_code:
            rows = rows.filter(certifier__code=certifier_code)
        spells: dict[int, list[Spell]] = defaultdict(list)
        written = HabilitationSpell.objects.filter(habilitation__in=rows.values("pk"))
        for owner, number, from_on, state in written.values_list("habilitation_id", "number", "from_on", "state"):
            spells[owner].append(Spell(number, from_on, state))
        for pk, siret, reference, code, house, kind, first, last in rows.values_list(
            "pk",
            "partnership__site__siret",
            "certification__reference",
            "code",
            "certifier__code",
            "kind",
            "valid_from",
            "valid_until",
        ):
            found[siret, reference].append(Held(code, house, kind, first, last, tuple(spells[pk])))
    return found


# --- what screens read --------------------------------------------------------------------------


def opened() -> QuerySet[Habilitation]:
    """Those that took effect one day, with all that screens say of them: anybody may check them."""
    return (
        Habilitation.objects.decided()
        .select_related(
            "certifier__organisation",
            "partnership__site__organisation",
            "certification__fiche",
            "referentiel",
            "credential",
        )
        .prefetch_related(Prefetch("spells", HabilitationSpell.objects.order_by("number")))
    )


def public_one(code: str) -> Habilitation | None:
    """The one that anybody may check, by its code."""
    return opened().filter(code=code).first()


def of_place(partnership: Partnership) -> list[Habilitation]:
    """All that took effect for this place in this house, the latest first day first."""
    return list(opened().filter(partnership=partnership).order_by("-valid_from", "pk"))


def of_siren(siren: str) -> list[Habilitation]:
    """All that took effect for the places of a body, in every house of this installation."""
    return list(opened().filter(partnership__site__organisation__siren=siren).order_by("-valid_from", "pk"))


def of_siret(siret: str, certification: str = "") -> list[Habilitation]:
    """All that took effect for one place; for one certification when its reference is given."""
    rows = opened().filter(partnership__site__siret=siret)
    if certification:
        rows = rows.filter(certification__reference=certification)
    return list(rows.order_by("-valid_from", "pk"))


def of_certification(reference: str) -> list[Habilitation]:
    """All that took effect for a certification, in every house."""
    return list(opened().filter(certification__reference=reference).order_by("-valid_from", "pk"))


def of_partner(actor: Actor, partnership: Partnership) -> list[Habilitation]:
    """What ``actor`` may see of this partner's: prepared ones too for the certifier, live ones first. Two queries."""
    rows = (
        Habilitation.objects.visible_to(actor)
        .filter(partnership=partnership)
        .select_related(
            "certifier__organisation",
            "partnership__site__organisation",
            "certification__fiche",
            "referentiel",
            "credential",
        )
        .prefetch_related(Prefetch("spells", HabilitationSpell.objects.order_by("number")))
        .order_by("-valid_from", "pk")
    )
    return sorted(rows, key=lambda row: row.state == HabilitationState.ENDED)


def pairs_held(certifier: Certifier, pairs: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of these places (SIRET) and certifications (primary key) for which something was ever written here."""
    asked = set(pairs)
    rows = Habilitation.objects.filter(
        certifier=certifier,
        partnership__site__siret__in={siret for siret, _certification in asked},
        certification__in={certification for _siret, certification in asked},
    )
    return asked & set(rows.order_by("pk").values_list("partnership__site__siret", "certification"))


def holds_on(row: Habilitation) -> list[HabilitationHold]:
    """What keeps it suspended, the first to begin first."""
    return list(row.holds.filter(lifted_at=None).order_by("from_on", "pk"))


def one_of(actor: Actor, code: str) -> Habilitation | None:
    """One, with all its page shows; None for somebody else's."""
    return (
        Habilitation.objects.visible_to(actor)
        .filter(code=code)
        .select_related(
            "certifier__organisation",
            "partnership__site__organisation",
            "certification__fiche",
            "referentiel",
            "credential",
            "basis_document__blob",
            "follows",
        )
        .prefetch_related(Prefetch("spells", HabilitationSpell.objects.order_by("number")), "conditions", "holds")
        .first()
    )


def resting_on(convention_codes: Iterable[str]) -> QuerySet[Habilitation]:
    """Those that these conventions opened."""
    return Habilitation.objects.filter(basis_code__in=list(convention_codes)).exclude(basis_code="").order_by("pk")


def to_follow(day: date) -> QuerySet[Habilitation]:
    """Those whose credential may not say what is true that day: not issued yet, or a decision takes effect."""
    begun = Habilitation.objects.decided().filter(valid_from__lte=day, valid_until__gte=day)
    return (
        begun.filter(
            Q(credential=None) & ~Q(state=HabilitationState.ENDED)
            | Q(spells__from_on=day)
            | Q(ended_on__lte=day) & ~Q(credential__standing="revoked") & Q(credential__isnull=False)
        )
        .distinct()
        .order_by("pk")
    )
