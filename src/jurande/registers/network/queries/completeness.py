"""What a file still lacks, step by step: shown all along, and what submission asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import Bloc
from jurande.registers.network.models import (
    Application,
    ApplicationDocument,
    Call,
    CallCriterion,
    StaffMember,
    Subcontractor,
    Target,
)
from jurande.registers.network.queries import programmes
from jurande.registers.network.states import (
    DEMANDED_FUNCTIONS,
    HabilitationKind,
    StaffFunction,
    SubcontractBasis,
)
from jurande.registers.parties.states import DocumentKind

REMIND_DAYS = 7
TRAINING_KINDS = (HabilitationKind.FORMER, HabilitationKind.BOTH)
ASSESSING_KINDS = (HabilitationKind.ORGANISER, HabilitationKind.BOTH)

STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("organisme", lazy("Votre organisme")),
    ("demande", lazy("Ce que vous demandez")),
    ("personnes", lazy("Personnes")),
    ("locaux", lazy("Locaux et matériel")),
    ("programme", lazy("Programme")),
    ("references", lazy("Références et pièces")),
    ("engagements", lazy("Coût et engagements")),
    ("depot", lazy("Relire et déposer")),
)


@dataclass(frozen=True)
class Gap:
    """Something missing, said so that one knows what to do; ``step``: where."""

    step: str
    sentence: str


@dataclass(frozen=True)
class StepState:
    """One step as it stands: whether anything was written there, what is missing, a few words on what it holds."""

    key: str
    label: str
    begun: bool
    note: str
    gaps: tuple[Gap, ...] = ()
    warnings: tuple[Gap, ...] = ()

    @property
    def done(self) -> bool:
        return self.begun and not self.gaps


@dataclass(frozen=True)
class Commitment:
    """One line of a call's charter; ``key`` is what its box sends."""

    key: str
    call_code: str
    text: str


@dataclass
class _File:
    """Everything of an application that completeness looks at, read once."""

    application: Application
    today: date
    targets: list[Target] = field(default_factory=list)
    staff: list[StaffMember] = field(default_factory=list)
    subcontractors: list[Subcontractor] = field(default_factory=list)
    documents: list[ApplicationDocument] = field(default_factory=list)
    criteria: list[CallCriterion] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {target.kind for target in self.targets}

    @property
    def trains(self) -> bool:
        return any(kind in TRAINING_KINDS for kind in self.kinds)

    @property
    def assesses(self) -> bool:
        return any(kind in ASSESSING_KINDS for kind in self.kinds)


def steps_of(application: Application, today: date) -> list[StepState]:
    """Every step of the form, in order, with what it lacks. The last one holds nothing of its own."""
    held = _File(
        application,
        today,
        targets=list(application.targets.select_related("call__referentiel", "call__certification").order_by("pk")),
        staff=list(application.staff.order_by("position", "pk")),
        subcontractors=list(application.subcontractors.order_by("position", "pk")),
        documents=list(application.documents.in_force().order_by("pk")),
    )
    held.criteria = list(
        CallCriterion.objects.filter(call__in=[target.call_id for target in held.targets]).order_by("call", "position")
    )
    builders = (_organisation, _request, _people, _premises, _programme, _references, _charter)
    labels = {key: str(label) for key, label in STEPS}
    steps = [build(held, labels) for build in builders]
    ready = all(step.done for step in steps)
    steps.append(StepState("depot", labels["depot"], begun=ready, note=""))
    return steps


def _step(
    labels: dict[str, str],
    key: str,
    *,
    begun: bool,
    note: str,
    gaps: Iterable[str],
    warnings: Iterable[str] = (),
) -> StepState:
    return StepState(
        key,
        labels[key],
        begun,
        note,
        tuple(Gap(key, one) for one in gaps),
        tuple(Gap(key, one) for one in warnings),
    )


def _organisation(held: _File, labels: dict[str, str]) -> StepState:
    one = held.application
    gaps = []
    if not one.siret:
        gaps.append(_("Indiquez le SIRET de l’établissement."))
    if not one.legal_name:
        gaps.append(_("Indiquez la dénomination de l’organisme."))
    if not one.postcode or not one.city:
        gaps.append(_("Indiquez le code postal et la commune."))
    note = one.usual_name or one.legal_name
    return _step(labels, "organisme", begun=bool(one.siret or one.legal_name), note=note, gaps=gaps)


def _request(held: _File, labels: dict[str, str]) -> StepState:
    gaps = []
    for target in held.targets:
        if not target.kind:
            gaps.append(
                _("Choisissez l’habilitation demandée pour «\u00a0%(call)s\u00a0».") % {"call": target.call.title}
            )
        if not target.call.takes_applications_on(held.today):
            gaps.append(
                _("L’appel «\u00a0%(call)s\u00a0» ne reçoit plus de candidature.") % {"call": target.call.title}
            )
    if not held.targets:
        gaps.append(_("Choisissez au moins un appel."))
    kinds = {str(HabilitationKind(target.kind).label) for target in held.targets if target.kind}
    return _step(labels, "demande", begun=bool(held.targets), note=", ".join(sorted(kinds)), gaps=gaps)


def _people(held: _File, labels: dict[str, str]) -> StepState:
    gaps = []
    for function in DEMANDED_FUNCTIONS:
        if not any(function in one.functions for one in held.staff):
            gaps.append(_("Nommez la personne qui est «\u00a0%(role)s\u00a0».") % {"role": function.label})
    trainers = [one for one in held.staff if StaffFunction.TRAINER in one.functions]
    assessors = [one for one in held.staff if StaffFunction.ASSESSOR in one.functions]
    if held.trains and not trainers:
        gaps.append(_("Présentez au moins un formateur."))
    if held.assesses and not assessors:
        gaps.append(_("Présentez au moins un évaluateur."))
    with_cv = {one.staff_id for one in held.documents if one.kind == DocumentKind.STAFF}
    for one in held.staff:
        if one.teaches and one.pk not in with_cv:
            gaps.append(_("Joignez le CV de %(name)s.") % {"name": one.name})
    counts = (
        (len(trainers), ngettext("%d formateur", "%d formateurs", len(trainers))),
        (len(assessors), ngettext("%d évaluateur", "%d évaluateurs", len(assessors))),
    )
    note = ", ".join(words % count for count, words in counts if count)
    return _step(labels, "personnes", begun=bool(held.staff), note=note, gaps=gaps)


def _premises(held: _File, labels: dict[str, str]) -> StepState:
    count = held.application.premises.count()
    pictures = sum(one.premises_id is not None for one in held.documents)
    gaps = [] if count else [_("Décrivez au moins un lieu où l’on forme ou évalue.")]
    words = [ngettext("%d lieu", "%d lieux", count) % count] if count else []
    words += [ngettext("%d pièce", "%d pièces", pictures) % pictures] if pictures else []
    return _step(labels, "locaux", begun=bool(count), note=", ".join(words), gaps=gaps)


def _programme(held: _File, labels: dict[str, str]) -> StepState:
    gaps, warnings, notes = [], [], []
    begun = False
    concerned = [target for target in held.targets if target.kind in TRAINING_KINDS]
    for target in concerned:
        sheet = programmes.sheet_of(target)
        begun = begun or bool(sheet.modules)
        if not sheet.modules:
            gaps.append(
                _("Écrivez les modules du programme pour «\u00a0%(call)s\u00a0».") % {"call": target.call.title}
            )
            continue
        silent = [aim.number for aim in sheet.coverage.holes if aim.key not in sheet.notes]
        if silent:
            gaps.append(
                ngettext(
                    "La compétence %(numbers)s n’a ni module ni explication.",
                    "Les compétences %(numbers)s n’ont ni module ni explication.",
                    len(silent),
                )
                % {"numbers": ", ".join(silent)}
            )
        if sheet.coverage.holes:
            count = len(sheet.coverage.holes)
            notes.append(ngettext("%d compétence sans module", "%d compétences sans module", count) % count)
        warnings += [programmes.shortfall_sentence(one) for one in sheet.shortfalls]
    if held.targets and not concerned and all(target.kind for target in held.targets):
        return _step(labels, "programme", begun=True, note=_("Rien à fournir\u00a0: vous ne formez pas"), gaps=[])
    return _step(
        labels,
        "programme",
        begun=begun,
        note=", ".join(notes),
        gaps=gaps or ([] if begun else [_("Écrivez le programme.")]),
        warnings=warnings,
    )


def _references(held: _File, labels: dict[str, str]) -> StepState:
    gaps, warnings = [], []
    shown = {one.criterion_id for one in held.documents if one.criterion_id is not None}
    for criterion in held.criteria:
        if criterion.pk in shown:
            continue
        if criterion.needs_document:
            gaps.append(_("Joignez la pièce demandée pour «\u00a0%(what)s\u00a0».") % {"what": criterion.title})
        elif criterion.is_knockout:
            warnings.append(
                _("La condition «\u00a0%(what)s\u00a0» est éliminatoire, et aucune pièce ne la montre.")
                % {"what": criterion.title}
            )
    for one in held.subcontractors:
        gaps += _subcontractor_gaps(one)
    count = held.application.references.count()
    words = [ngettext("%d référence", "%d références", count) % count] if count else []
    words += [ngettext("%d pièce", "%d pièces", len(shown)) % len(shown)] if shown else []
    begun = bool(count or shown or held.subcontractors) or not held.criteria
    return _step(labels, "references", begun=begun or not gaps, note=", ".join(words), gaps=gaps, warnings=warnings)


def _subcontractor_gaps(one: Subcontractor) -> list[str]:
    """Source: C. trav. L. 6323-9-2 and R. 6333-6-2: the ground, the declaration of activity, no cascade."""
    said = {"name": one.name}
    gaps = []
    if not one.basis:
        gaps.append(_("Dites sur quel fondement %(name)s peut intervenir.") % said)
    if not one.siret:
        gaps.append(_("Indiquez le SIRET de %(name)s.") % said)
    if not one.nda and one.basis != SubcontractBasis.MICRO_EXEMPT:
        gaps.append(_("Indiquez la déclaration d’activité de %(name)s.") % said)
    if not one.no_cascade:
        gaps.append(_("%(name)s ne peut pas sous-traiter à son tour\u00a0: confirmez-le.") % said)
    return gaps


def _charter(held: _File, labels: dict[str, str]) -> StepState:
    one = held.application
    signed = one.charter_signed_at is not None
    gaps = []
    if not signed:
        gaps.append(_("Faites signer les engagements par le responsable légal."))
    else:
        if one.charter_ticks != [{"call": c.call_code, "text": c.text} for c in _charter_of(held.targets)]:
            gaps.append(_("Vos appels ont changé depuis la signature\u00a0: signez les engagements de nouveau."))
        heads = {fold(person.name) for person in held.staff if StaffFunction.HEAD in person.functions}
        if fold(one.charter_by_name) not in heads:
            gaps.append(_("Le signataire n’est plus le responsable légal\u00a0: signez les engagements de nouveau."))
    note = _("Signés par %(name)s") % {"name": one.charter_by_name} if signed else ""
    return _step(labels, "engagements", begun=signed, note=note, gaps=gaps)


def charter_of(application: Application) -> list[Commitment]:
    """What the head commits to: the charter of each call applied to, in order."""
    return _charter_of(application.targets.select_related("call").order_by("pk"))


def _charter_of(targets: Iterable[Target]) -> list[Commitment]:
    return [
        Commitment(f"{target.call.code}:{rank}", target.call.code, text)
        for target in targets
        for rank, text in enumerate(target.call.charter)
    ]


def bloc_keys(call: Call) -> set[str]:
    """The lineages of every bloc of the version that the call is judged on."""
    return set(Bloc.objects.filter(referentiel=call.referentiel_id).values_list("lineage", flat=True))


def drafts_closing_soon(today: date) -> list[Application]:
    """The drafts nobody was reminded of, one of whose calls closes within a week."""
    return list(
        Application.objects.drafts()
        .filter(
            reminded_at=None,
            targets__call__closes_on__gte=today,
            targets__call__closes_on__lte=today + timedelta(days=REMIND_DAYS),
            targets__call__state="open",
        )
        .select_related("applicant", "certifier__organisation")
        .distinct()
        .order_by("pk")
    )


def first_closing(application: Application) -> date | None:
    """The first day on which one of its calls closes; None when none has a day."""
    closing: date | None = application.targets.aggregate(first=Min("call__closes_on"))["first"]
    return closing
