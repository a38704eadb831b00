"""What screens read of certifications, of their versions and of their clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Prefetch, Subquery

from jurande.core.france.registers import FicheRecord
from jurande.core.france.registration import Phase, RegistrationClock, clock
from jurande.registers.catalogue.models import (
    Activity,
    Alignment,
    Bloc,
    CatalogueChoices,
    Certification,
    Competency,
    Criterion,
    FicheVersion,
    Referentiel,
)
from jurande.registers.catalogue.models.certifications import CertificationQuerySet
from jurande.registers.catalogue.queries.claims import claimable, claims
from jurande.registers.catalogue.states import LineKind, ReferentielState
from jurande.registers.common.together import Asking, Short, alone
from jurande.registers.journal.models import Entry, EntryQuerySet
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

type AnyLine = Activity | Bloc | Competency | Criterion

_LINES: dict[LineKind, type[AnyLine]] = {
    LineKind.ACTIVITY: Activity,
    LineKind.BLOC: Bloc,
    LineKind.COMPETENCY: Competency,
    LineKind.CRITERION: Criterion,
}


@dataclass(frozen=True)
class Startable:
    """A fiche of the certifier that has no certification here yet."""

    number: str
    title: str
    is_active: bool


@dataclass(frozen=True)
class ClockDue:
    """A registration whose clock calls for something: ``phase`` says what, ``due_on`` is the last day for it."""

    certification: Certification
    phase: Phase
    due_on: date
    opened_on: date | None


def certifications(actor: Actor) -> CertificationQuerySet:
    """Every certification of the house, with the days its fiche gives and the numbers of its versions."""
    current = FicheVersion.objects.current().filter(fiche=OuterRef("fiche"))
    versions = Referentiel.objects.filter(certification=OuterRef("pk"))
    return (
        Certification.objects.visible_to(actor)
        .select_related("fiche", "certifier__organisation")
        .annotate(
            registered_until=Subquery(current.values("registered_until")[:1]),
            last_issue_on=Subquery(current.values("last_issue_on")[:1]),
            published_number=Subquery(versions.filter(state=ReferentielState.PUBLISHED).values("number")[:1]),
            draft_number=Subquery(versions.filter(state=ReferentielState.DRAFT).values("number")[:1]),
        )
        .order_by("kind", "reference")
    )


def certification(actor: Actor, code: str) -> Certification | None:
    """One certification of the house, with the same columns."""
    return certifications(actor).filter(code=code).first()


def versions_of(held: Certification) -> list[Referentiel]:
    """Its versions, the latest first."""
    return list(held.versions.order_by("-number"))


def version(actor: Actor, certification_code: str, code: str) -> Referentiel | None:
    """One version of one certification of the house."""
    return (
        Referentiel.objects.visible_to(actor)
        .filter(certification__code=certification_code, code=code)
        .select_related("certification__certifier__organisation", "certification__fiche", "elements")
        .first()
    )


def activities_of(referentiel: Referentiel) -> list[Activity]:
    """Its activities, in order."""
    return list(referentiel.activities.order_by("position", "pk"))


def blocs_of(referentiel: Referentiel) -> list[Bloc]:
    """Its blocs in order, with competencies and criteria ready to read under them. Three queries."""
    criteria = Criterion.objects.order_by("position", "pk")
    competencies = Competency.objects.order_by("position", "pk").prefetch_related(Prefetch("criteria", criteria))
    return list(referentiel.blocs.order_by("position", "pk").prefetch_related(Prefetch("competencies", competencies)))


def line(referentiel: Referentiel, kind: str, code: str) -> AnyLine | None:
    """One line of this version."""
    if kind not in LineKind.values:
        return None
    return _LINES[LineKind(kind)].objects.filter(referentiel=referentiel, code=code).first()


def alignments_of(referentiel: Referentiel) -> list[Alignment]:
    """The lists it is tied to."""
    return list(referentiel.alignments.order_by("framework", "entry"))


def choices_of(certifier: Certifier) -> CatalogueChoices:
    """What the certifier chose; what is usual when it chose nothing."""
    return CatalogueChoices.objects.filter(certifier=certifier).first() or CatalogueChoices(certifier=certifier)


def clock_of(held: Certification, choices: CatalogueChoices) -> RegistrationClock:
    """The clock of a certification read by ``certifications``; without any day for a micro-certification."""
    return clock(
        ends_on=getattr(held, "registered_until", None),
        last_issue_on=getattr(held, "last_issue_on", None),
        months_before=choices.dossier_months,
    )


def clocks_due(actor: Actor, certifier: Certifier, today: date) -> list[ClockDue]:
    """The registrations whose dossier should be under way, or whose last issues are near, the nearest first."""
    return alone(clocks_of_house(actor, certifier, today))


def clocks_of_house(actor: Actor, certifier: Certifier, today: date) -> Asking[list[ClockDue]]:
    """The same, where it is read together with something else; certifications are read apart."""
    chosen = CatalogueChoices.objects.filter(certifier=certifier)
    [found] = yield [Short(chosen, ("dossier_months",))]
    choices = found[0] if found else CatalogueChoices(certifier=certifier)
    due = []
    for held in certifications(actor).in_force().filter(fiche__isnull=False):
        times = clock_of(held, choices)
        phase = times.phase(today)
        if phase == Phase.PREPARE and times.ends_on is not None:
            due.append(ClockDue(held, phase, times.ends_on, times.start_on))
        elif phase == Phase.ENDED and times.last_issue_on is not None:
            due.append(ClockDue(held, phase, times.last_issue_on, times.ends_on))
    return sorted(due, key=lambda one: (one.due_on, one.certification.reference))


def startable(actor: Actor, certifier: Certifier) -> Sequence[Startable]:
    """The fiches that name this certifier, attached or not, and have no certification here yet: in force first."""
    open_here = set(
        Certification.objects.visible_to(actor)
        .filter(retired_at=None, fiche__isnull=False)
        .values_list("fiche__number", flat=True)
    )
    attached = FicheVersion.objects.current().filter(fiche__in=claims(actor).values("fiche")).defer("content")
    versions = [*attached.select_related("fiche"), *(one.version for one in claimable(certifier))]
    found = {one.fiche.number: Startable(one.fiche.number, one.title, one.is_active) for one in versions}
    left = [one for number, one in found.items() if number not in open_here]
    return sorted(left, key=lambda one: (not one.is_active, one.number))


def life_of(held: Certification) -> EntryQuerySet:
    """Everything the journal says of a certification, newest first."""
    return Entry.objects.on_chain(held.certifier.code).about_any([("certification", held.code)]).order_by("-seq")


def turns_of(held: Certification) -> EntryQuerySet:
    """Its life without the lines written one by one: what was begun, published, retired."""
    return life_of(held).exclude(action__startswith="catalogue.line.")


def names_of_certifications(codes: Iterable[str]) -> dict[str, str]:
    """The reference of each code that is a certification's; for codes that the reader was already allowed to see."""
    return dict(Certification.objects.filter(code__in=list(codes)).values_list("code", "reference"))


def own_fiche_codes(certifier: Certifier) -> list[tuple[str, str, str]]:
    """Blocs, ROME and NSF entries of the certifier's own fiches, to tie a micro-certification to them.

    Each: framework, code, label.
    """
    fiches = [held.fiche for held in certifier.certifications.filter(fiche__isnull=False).select_related("fiche")]
    found: dict[tuple[str, str], str] = {}
    for fiche in fiches:
        if fiche is None:
            continue
        for bloc in fiche.blocs.current().order_by("position"):
            found["rncp_bloc", bloc.code] = bloc.title
        for row in fiche.versions.current():
            record = FicheRecord.from_content(row.content)
            found |= {("rome", one.code): one.label for one in record.rome}
            found |= {("nsf", one.code): one.label for one in record.nsf}
    return [(framework, code, label) for (framework, code), label in sorted(found.items())]
