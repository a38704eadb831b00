"""What screens and the public read of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q

from jurande.core.france.referentiels import Gap
from jurande.registers.catalogue.models import Bloc, Certification, Referentiel
from jurande.registers.catalogue.states import CertificationState, ReferentielState
from jurande.registers.journal.models import Entry, EntryQuerySet
from jurande.registers.network.models import Application, Call, CallCriterion, Decision
from jurande.registers.network.models.calls import CallQuerySet
from jurande.registers.network.states import ApplicationState, CallAct, CallState, DecisionVerdict
from jurande.registers.parties.models import Relaxation
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Rule

_APPROVED = (DecisionVerdict.APPROVED, DecisionVerdict.APPROVED_WITH_CONDITIONS)


@dataclass(frozen=True)
class Numbers:
    """How many applications a call has: being written, submitted in all, approved; ``left``: None without limit."""

    drafts: int
    submitted: int
    approved: int
    places: int | None

    @property
    def left(self) -> int | None:
        """Places that are still to be had."""
        return None if self.places is None else max(0, self.places - self.approved)


def calls(actor: Actor) -> CallQuerySet:
    """Every call of the house, the latest first, with how many applications were submitted and approved."""
    submitted = Q(targets__application__submitted_at__isnull=False)
    return (
        _calls(Call.objects.visible_to(actor))
        .annotate(submitted_count=Count("targets__application", filter=submitted, distinct=True))
        .order_by("-started_at", "-pk")
    )


def call(actor: Actor, code: str) -> Call | None:
    """One call of the house."""
    return _calls(Call.objects.visible_to(actor)).filter(code=code).first()


def open_calls(day: date) -> CallQuerySet:
    """What anybody may apply to on this day, those that close first first."""
    rows = _calls(Call.objects.taking_applications_on(day))
    return rows.order_by(F("closes_on").asc(nulls_last=True), "certification__title", "pk")


def is_anything_open(day: date) -> bool:
    """Whether anybody may apply to anything."""
    return Call.objects.taking_applications_on(day).exists()


def public_call(code: str) -> Call | None:
    """One published call, open or closed, for everybody."""
    return _calls(Call.objects.published()).filter(code=code).first()


def open_calls_for_fiche(number: str, day: date) -> list[Call]:
    """The calls that are open for the certification of a fiche of the national registers."""
    return list(open_calls(day).filter(certification__fiche__number=number))


def _calls(rows: CallQuerySet) -> CallQuerySet:
    return rows.select_related(
        "certifier__organisation", "certification__certifier", "certification__fiche", "referentiel", "fee_schedule"
    )


def criteria_of(call: Call) -> list[CallCriterion]:
    """Its criteria, in order."""
    return list(call.criteria.order_by("position"))


def criterion(call: Call, code: str) -> CallCriterion | None:
    """One criterion of this call."""
    return call.criteria.filter(code=code).select_related("call__certifier").first()


def numbers_of(call: Call) -> Numbers:
    """Count its applications. One query."""
    standing = Decision.objects.filter(application=OuterRef("pk"), set_aside_at=None, verdict__in=_APPROVED)
    rows = Application.objects.filter(targets__call=call).annotate(is_approved=Exists(standing))
    counted = rows.aggregate(
        drafts=Count("pk", filter=Q(state=ApplicationState.DRAFT)),
        submitted=Count("pk", filter=Q(submitted_at__isnull=False)),
        approved=Count("pk", filter=Q(is_approved=True) & ~Q(state=ApplicationState.WITHDRAWN)),
    )
    return Numbers(**counted, places=call.places)


def decides_apart(call: Call) -> bool:
    """Whether its certifier demands that whoever decides did not score."""
    set_aside = Relaxation.objects.in_force().filter(certifier=call.certifier, rule=Rule.SEPARATION)
    return not set_aside.exists()


def places_left(call: Call) -> int | None:
    """Places that are still to be had; None without limit."""
    return None if call.places is None else numbers_of(call).left


def published_version(certification: Certification) -> Referentiel | None:
    """The version of the référentiel that is in force."""
    return certification.versions.in_states(ReferentielState.PUBLISHED).first()


def blocs_offered(call: Call) -> list[Bloc]:
    """The blocs that may be asked for, of the version that the call is judged on; all of them when none was chosen."""
    version = call.referentiel or published_version(call.certification)
    if version is None:
        return []
    blocs = list(version.blocs.order_by("position", "pk"))
    return [bloc for bloc in blocs if bloc.lineage in call.blocs] if call.blocs else blocs


def startable(actor: Actor) -> list[Certification]:
    """The certifications of the house that a call may be made for: open, with a published version."""
    rows = Certification.objects.visible_to(actor).in_states([CertificationState.OPEN])
    return list(rows.order_by("reference"))


def turns_of(call: Call) -> EntryQuerySet:
    """What the journal says of its life, newest first, without each change of the draft."""
    life = Entry.objects.on_chain(call.certifier.code).about_any([("call", call.code)])
    return life.exclude(action=CallAct.CALL_CHANGED).order_by("-seq")


# --- before it is published ---------------------------------------------------------------------


def missing_of(call: Call, today: date) -> list[Gap]:
    """Everything that stops its publication; the field of each gap is that of the form, or «criteria»."""
    return [*_missing_terms(call, today), *_missing_criteria(criteria_of(call))]


def _missing_terms(call: Call, today: date) -> list[Gap]:
    version = published_version(call.certification)
    found = []
    if version is None or call.certification.is_retired:
        found.append(
            Gap(
                "certification", "un référentiel publié", "Les candidatures se jugent sur lui.", "C. trav. R. 6113-16-1"
            )
        )
    elif set(call.blocs) - set(version.blocs.values_list("lineage", flat=True)):
        found.append(Gap("blocs", "des blocs qui existent", "Un bloc choisi n’est plus dans la version publiée."))
    if not call.text.strip():
        found.append(Gap("text", "la présentation", "C’est ce que les candidats lisent d’abord."))
    if not call.kinds:
        found.append(
            Gap("kinds", "les habilitations possibles", "Former, évaluer, ou les deux.", "C. trav. R. 6113-16-2, 1°")
        )
    if call.opens_on is None:
        found.append(Gap("opens_on", "la date d’ouverture", "Personne ne peut candidater sans elle."))
    if call.closes_on is not None and call.closes_on < today:
        found.append(Gap("closes_on", "une clôture à venir", "La date de clôture est déjà passée."))
    if call.fee_schedule is None:
        found.append(
            Gap("fee_schedule", "le barème", "Un candidat doit savoir ce qu’il paiera.", "C. trav. R. 6113-16-2, 4°")
        )
    elif not call.fee_schedule.is_frozen:
        found.append(Gap("fee_schedule", "un barème en vigueur", "Celui qui était choisi a été remplacé."))
    if call.charter_weight and not call.charter:
        found.append(Gap("charter", "les engagements de la charte", "La charte compte dans la note\u00a0: écrivez-la."))
    if (call.probation_sittings or call.first_limit) and not call.growth.strip():
        found.append(Gap("growth", "la croissance par étapes", "Dites ce qui se passe pendant et après le rodage."))
    return found


def _missing_criteria(criteria: Sequence[CallCriterion]) -> list[Gap]:
    if not criteria:
        return [
            Gap(
                "criteria", "au moins une condition", "Sans condition, rien ne peut être jugé.", "C. trav. R. 6113-16-1"
            )
        ]
    return [
        Gap(
            f"criteria-{one.code}",
            f"la preuve demandée pour «\u00a0{one.title}\u00a0»",
            "Un candidat doit savoir quoi montrer.",
        )
        for one in criteria
        if not one.evidence.strip()
    ]


def late_calls(actor: Actor, today: date) -> CallQuerySet:
    """The calls of the house that are past their last day and that nobody closed."""
    return Call.objects.visible_to(actor).in_states(CallState.OPEN).filter(closes_on__lt=today).order_by("closes_on")


def is_late(call: Call, today: date) -> bool:
    """Whether its last day is past and nobody closed it."""
    return call.state == CallState.OPEN and call.closes_on is not None and call.closes_on < today
