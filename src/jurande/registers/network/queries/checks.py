"""What the lists that were read say of places, and what was already checked and signalled of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q

from jurande.core.france import vetting
from jurande.core.france.identifiers import siren_of
from jurande.core.france.vetting import DeclaredHabilitation, Known, ListedBody
from jurande.registers.catalogue.models import Certification, Claim, NationalCertifier, NationalPartner, TrainingBody
from jurande.registers.catalogue.models import Snapshot as Publication
from jurande.registers.catalogue.states import HabilitationState, Source
from jurande.registers.network.models import Check, Flag
from jurande.registers.network.models.checks import FlagQuerySet
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor


@dataclass(frozen=True)
class Place:
    """A place to be checked: its SIRET as it is written here, and the declaration of activity it gave."""

    siret: str
    nda: str = ""

    @property
    def siren(self) -> str:
        return siren_of(self.siret)


@dataclass(frozen=True)
class Published:
    """The day of the latest publication that was read, of the list and of the registers; None when none was."""

    bodies_on: date | None
    registers_on: date | None


def published() -> Published:
    """Say how fresh the lists are. The registers are as old as the older of the two."""
    rows = Publication.objects.complete().values("source").annotate(last=Max("published_on")).order_by("source")
    last = {row["source"]: row["last"] for row in rows}
    registers = [day for source, day in last.items() if source in {Source.RNCP, Source.RS}]
    return Published(last.get(Source.TRAINING_BODIES), min(registers) if registers else None)


def fiches_of(certifier: Certifier) -> set[int]:
    """The fiches (primary keys) that a certifier answers for: claimed, or opened as certifications."""
    claimed = Claim.objects.held().filter(certifier=certifier).values_list("fiche_id", flat=True)
    opened = Certification.objects.filter(certifier=certifier, fiche__isnull=False).values_list("fiche_id", flat=True)
    return set(claimed) | {fiche for fiche in opened if fiche is not None}


def known_of(
    places: Sequence[Place], *, house_fiches: set[int], on: Published, with_other_sites: bool = False
) -> Mapping[str, Known]:
    """What the lists say of each place, by SIRET. Four queries whatever their number, one more for the other sites."""
    bodies = _bodies(places)
    habilitations = _habilitations([place.siret for place in places], house_fiches)
    others = _other_sirets(places) if with_other_sites else {}
    return {
        place.siret: Known(
            bodies_on=on.bodies_on,
            registers_on=on.registers_on,
            bodies=bodies["siren", place.siren],
            holders=bodies["nda", place.nda],
            habilitations=habilitations[place.siret],
            house_has_fiches=bool(house_fiches),
            other_sirets=others.get(place.siren, ()),
        )
        for place in places
    }


def _bodies(places: Sequence[Place]) -> Mapping[tuple[str, str], list[ListedBody]]:
    sirens, ndas = {place.siren for place in places}, {place.nda for place in places if place.nda}
    rows = TrainingBody.objects.current().filter(Q(siren__in=sirens) | Q(nda__in=ndas)).order_by("nda", "siret")
    found: dict[tuple[str, str], list[ListedBody]] = defaultdict(list)
    for row in rows:
        held = [key for key in vetting.QUALIOPI_LABELS if getattr(row, f"qualiopi_{key}")]
        body = ListedBody(row.siret, row.siren, row.nda, row.name, row.city, tuple(held))
        found["siren", row.siren].append(body)
        found["nda", row.nda].append(body)
    return found


def _habilitations(sirets: Iterable[str], house_fiches: set[int]) -> Mapping[str, list[DeclaredHabilitation]]:
    rows = list(
        NationalPartner.objects.current()
        .filter(siret__in=list(sirets))
        .select_related("fiche")
        .order_by("fiche__number", "habilitation")
    )
    names: dict[int, list[str]] = defaultdict(list)
    certifiers = NationalCertifier.objects.current().filter(fiche__in={row.fiche_id for row in rows})
    for fiche, name in certifiers.order_by("name").values_list("fiche_id", "name"):
        names[fiche].append(name)
    found: dict[str, list[DeclaredHabilitation]] = defaultdict(list)
    for row in rows:
        found[row.siret].append(
            DeclaredHabilitation(
                number=row.fiche.number,
                kind=row.habilitation,
                is_active=row.state == HabilitationState.ACTIVE,
                is_withdrawn=row.state == HabilitationState.WITHDRAWN,
                by=", ".join(names[row.fiche_id]),
                ours=row.fiche_id in house_fiches,
                since_on=row.active_on,
                changed_on=row.state_changed_on,
            )
        )
    return found


def _other_sirets(places: Sequence[Place]) -> Mapping[str, list[str]]:
    ranges = Q()
    for place in places:
        # By the first nine figures of the SIRET, which has an index.
        ranges |= Q(siret__gte=place.siren + "0" * 5, siret__lte=place.siren + "9" * 5)
    found: dict[str, list[str]] = defaultdict(list)
    rows = NationalPartner.objects.current().filter(ranges).order_by("siret").values_list("siret", flat=True).distinct()
    for siret in rows:
        found[siren_of(siret)].append(siret)
    return found


# --- what was checked and signalled -------------------------------------------------------------


def last_checks(certifier: Certifier, sirets: Iterable[str]) -> list[Check]:
    """The last check of each kind of each of these places, in the order of the kinds. One query."""
    lasts = (
        Check.objects.filter(certifier=certifier, siret__in=list(sirets))
        .order_by()
        .values("siret", "kind")
        .annotate(last=Max("pk"))
        .values("last")
    )
    order = list(vetting.Subject)
    rows = Check.objects.filter(pk__in=lasts)
    return sorted(rows, key=lambda row: (row.siret, order.index(vetting.Subject(row.kind))))


def flags(actor: Actor) -> FlagQuerySet:
    """What is signalled and not settled in the actor's house, the oldest first."""
    return Flag.objects.visible_to(actor).raised().order_by("raised_at", "pk")


def flags_of(actor: Actor, partnership: Partnership) -> list[Flag]:
    """Every flag of a partner, those that are raised first, then the last settled."""
    rows = Flag.objects.visible_to(actor).filter(partnership=partnership).select_related("cause")
    return sorted(rows, key=lambda flag: (flag.settled_at is not None, -flag.raised_at.timestamp()))


def flag(actor: Actor, code: str) -> Flag | None:
    """One flag of the actor's house."""
    rows = Flag.objects.visible_to(actor).select_related("cause", "partnership__site__organisation", "certifier")
    return rows.filter(code=code).first()
