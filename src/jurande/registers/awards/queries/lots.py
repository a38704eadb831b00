"""What screens and operations read of lots: themselves, their rows, what is there already, what will happen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from jurande.core.france.award_sheets import COLUMNS, Fault, Frame, attendance_of, cells_by_column
from jurande.integrations.typesetting.coverage import undrawable
from jurande.registers.awards.models import Award, AwardRule, Design, Lot, LotRow
from jurande.registers.awards.models.lots import LotQuerySet
from jurande.registers.awards.states import READY_ROWS, AwardState, LotRowState, LotSource, Subject
from jurande.registers.catalogue.models import Bloc, Certification, Referentiel
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.network.models import Habilitation
from jurande.registers.network.queries.imports import known_certifications
from jurande.registers.network.states import ACTIONS_OF, Action, HabilitationState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

SHOWN = 20


@dataclass(frozen=True)
class Counts:
    """Rows of a lot by what becomes of them."""

    total: int
    ready: int
    faulty: int
    rejected: int
    issued: int


@dataclass(frozen=True)
class ReadRow:
    """A row as it is shown: what it says by column, each thing that is wrong in words."""

    row: LotRow
    said: Mapping[str, str]
    faults: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Whom it is about, as far as it says."""
        return f"{self.said.get('first_name', '')} {self.said.get('last_name', '')}".strip()


@dataclass(frozen=True)
class Preview:
    """What issuing a lot will do: ``letters`` leave, ``silent`` have no address, ``names`` are the first of them."""

    count: int
    letters: int
    silent: int
    names: tuple[str, ...]
    rejected: int

    @property
    def more(self) -> int:
        """How many there are besides those named."""
        return self.count - len(self.names)


def lots(actor: Actor) -> LotQuerySet:
    """Those that one may see, the latest first."""
    found: LotQuerySet = Lot.objects.visible_to(actor).order_by("-prepared_at", "-pk")
    return found.select_related("certification", "partnership__site__organisation")


def lot(actor: Actor, code: str) -> Lot | None:
    """One of them, with what its page shows."""
    return (
        Lot.objects.visible_to(actor)
        .filter(code=code)
        .select_related(
            "certifier__organisation",
            "certification__fiche",
            "referentiel",
            "design",
            "partnership__site__organisation",
            "partnership__certifier",
            "habilitation",
            "document",
        )
        .first()
    )


def designs_to_issue(actor: Actor) -> QuerySet[Design]:
    """Published designs of the house whose certification has a version in force: what can be issued today."""
    published = Referentiel.objects.filter(state=ReferentielState.PUBLISHED).values("certification")
    return (
        Design.objects.published()
        .filter(certifier__code=actor.certifier_code, certification__in=published, certification__retired_at=None)
        .select_related("certification__fiche", "certification__certifier__organisation")
        .order_by("certification__title", "subject")
    )


def design_to_issue(actor: Actor, code: str) -> Design | None:
    """One of them."""
    return designs_to_issue(actor).filter(code=code).first()


@dataclass(frozen=True)
class Choices:
    """What a house may issue today: designs, the blocs of those that award some, who may have assessed."""

    designs: tuple[Design, ...]
    blocs: tuple[Bloc, ...]
    habilitations: tuple[Habilitation, ...]


def choices_of(actor: Actor) -> Choices:
    """Three queries."""
    designs = tuple(designs_to_issue(actor))
    certifications = {one.certification_id for one in designs}
    of_blocs = {one.certification_id for one in designs if one.subject == Subject.BLOC}
    blocs = Bloc.objects.filter(
        referentiel__state=ReferentielState.PUBLISHED, referentiel__certification__in=of_blocs
    ).order_by("referentiel__certification__reference", "position", "pk")
    assessing = [kind for kind, actions in ACTIONS_OF.items() if Action.ASSESS in actions]
    held = (
        Habilitation.objects.filter(
            certifier__code=actor.certifier_code,
            certification__in=certifications,
            state=HabilitationState.ACTIVE,
            kind__in=assessing,
        )
        .select_related("partnership__site__organisation", "certification")
        .order_by("partnership__site__organisation__legal_name", "pk")
    )
    return Choices(designs, tuple(blocs), tuple(held))


def design_label(design: Design) -> str:
    """What a design awards, in words."""
    kind = "" if design.subject != Subject.BLOC else f"{design.get_subject_display()}, "
    return f"{kind}{design.certification.title} ({design.certification.reference})"


def version_in_force(certification: Certification) -> Referentiel | None:
    """The version of the référentiel that is issued today."""
    return (
        Referentiel.objects.filter(certification=certification, state=ReferentielState.PUBLISHED)
        .select_related("certification__certifier__organisation", "certification__fiche", "elements")
        .first()
    )


def version_read(pk: int) -> Referentiel:
    """A version with all that a credential says of it. One query."""
    return Referentiel.objects.select_related(
        "certification__certifier__organisation", "certification__fiche", "elements"
    ).get(pk=pk)


def rule_for(held: Lot) -> AwardRule | None:
    """The assiduity that the rows of a lot are judged by; evidence, or what is held already, asks for no session."""
    asks_none = held.source in (LotSource.APPLICATION, LotSource.COMBINATION)
    return None if asks_none else rule_of(held.certification)


def rule_of(certification: Certification) -> AwardRule | None:
    """The assiduity that the certification asks for, if it does."""
    return AwardRule.objects.filter(certification=certification).first()


def frame_of(held: Lot, today: date) -> Frame:
    """What the rows of a lot are judged by. Three queries."""
    rule = rule_for(held)
    return Frame(
        today=today,
        awarded_on=held.awarded_on,
        certification=held.certification.code,
        certifications=tuple(known_certifications(held.certifier)),
        threshold=rule.threshold_percent if rule else 0,
        validity_months=held.validity_months or 0,
        needs_birth=held.design.subject == Subject.CERTIFICATION,
        needs_outcome="outcome" in held.columns,
        undrawable=undrawable,
    )


def remembered_columns(certifier: Certifier, headers: Sequence[str]) -> dict[str, str]:
    """What somebody said of the columns of the last sheet of this house whose titles are all here."""
    earlier = Lot.objects.filter(certifier=certifier).exclude(columns={}).order_by("-prepared_at", "-pk")
    for columns in earlier.values_list("columns", flat=True)[:10]:
        if set(columns.values()) <= set(headers):
            return dict(columns)
    return {}


def issued_already(held: Lot, digests: Iterable[str]) -> dict[str, str]:
    """For those who hold the same thing already, in force: what tells them apart → the number. One query."""
    wanted = [digest for digest in digests if digest]
    found = Award.objects.filter(
        certification=held.certification,
        holder_digest__in=wanted,
        subject=held.design.subject,
        state__in=(AwardState.ISSUED, AwardState.SUSPENDED),
    ).filter(Q(valid_until=None) | Q(valid_until__gte=held.awarded_on))
    return {
        digest: number
        for digest, number, blocs in found.values_list("holder_digest", "number", "blocs")
        if blocs == held.blocs
    }


def twice_in(held: Lot) -> dict[str, int]:
    """For each person that several rows are about: the number of the first of them. One query."""
    rows = held.rows.exclude(state=LotRowState.REJECTED).exclude(holder_digest="")
    repeated = rows.values("holder_digest").annotate(count=Count("pk"), first=Min("number")).filter(count__gt=1)
    return {one["holder_digest"]: one["first"] for one in repeated.order_by()}


def counts_of(held: Lot) -> Counts:
    """Rows by what becomes of them. One query."""
    by_state = dict(held.rows.values_list("state").annotate(count=Count("pk")).order_by())
    return Counts(
        total=sum(by_state.values()),
        ready=sum(by_state.get(state, 0) for state in READY_ROWS),
        faulty=by_state.get(LotRowState.FAULTY, 0),
        rejected=by_state.get(LotRowState.REJECTED, 0),
        issued=by_state.get(LotRowState.ISSUED, 0),
    )


def said_in(held: Lot, row: LotRow) -> dict[str, str]:
    """What a row says, by column: as it was mended, else as it was understood, else as it was received."""
    if row.values:
        return dict(json.loads(row.values))
    if not row.cells:
        return {}
    titles = {title: at for at, title in reversed(list(enumerate(held.headers)))}
    columns = {name: titles[title] for name, title in held.columns.items() if title in titles}
    return cells_by_column(json.loads(row.cells), columns)


def faults_of(row: LotRow) -> tuple[Fault, ...]:
    """What is wrong with a row."""
    return tuple(Fault(**one) for one in row.faults)


def shown(held: Lot, rows: Iterable[LotRow]) -> list[ReadRow]:
    """Rows as a page shows them."""
    return [read_of(held, row) for row in rows]


def read_of(held: Lot, row: LotRow) -> ReadRow:
    """One row as a page shows it; no query."""
    said = said_in(held, row)
    faults = tuple((fault.column, fault.sentence(_told(fault, said))) for fault in faults_of(row))
    return ReadRow(row, said, faults)


def _told(fault: Fault, said: Mapping[str, str]) -> str:
    attended = attendance_of(said) if fault.code == "attendance.below" else None
    return attended.percent if attended else said.get(fault.column, "")


def preview_of(held: Lot) -> Preview:
    """What will happen to whom. Reads the rows once, by parts."""
    letters = silent = 0
    names: list[str] = []
    ready = held.rows.filter(state__in=READY_ROWS).order_by("number")
    for row in ready.iterator(chunk_size=2_000):
        said = said_in(held, row)
        if said.get("email"):
            letters += 1
        else:
            silent += 1
        if len(names) < SHOWN:
            names.append(f"{said.get('first_name', '')} {said.get('last_name', '')}".strip())
    return Preview(letters + silent, letters, silent, tuple(names), held.rejected)


def rows_to_mend(held: Lot) -> QuerySet[LotRow]:
    """Those with something wrong, then those that were left out, as the sheet numbers them."""
    return held.rows.filter(state__in=(LotRowState.FAULTY, LotRowState.REJECTED)).order_by("number")


def sheet_to_mend(held: Lot) -> tuple[list[str], Iterator[list[object]]]:
    """The rows with something wrong and those left out: titles, then each row as received, its number and why."""
    headers = list(held.headers) or list(COLUMNS)

    def rows() -> Iterator[list[object]]:
        for row in rows_to_mend(held).iterator(chunk_size=500):
            shown_row = read_of(held, row)
            cells = json.loads(row.cells) if row.cells else [shown_row.said.get(name, "") for name in COLUMNS]
            why = " ".join(sentence for _column, sentence in shown_row.faults) or row.note
            yield [*cells, row.number, why]

    return headers, rows()


def rules_of(actor: Actor) -> list[tuple[Certification, AwardRule | None]]:
    """Each certification in force of the house, with the assiduity that it asks for. Two queries."""
    held = Certification.objects.visible_to(actor).in_force().order_by("title", "pk")
    rules = {rule.certification_id: rule for rule in AwardRule.objects.filter(certification__in=held)}
    return [(one, rules.get(one.pk)) for one in held]


def certification_to_rule(actor: Actor, code: str) -> Certification | None:
    """One of them."""
    found: Certification | None = (
        Certification.objects.visible_to(actor).in_force().select_related("certifier").filter(code=code).first()
    )
    return found
