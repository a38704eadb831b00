"""Writing a programme: modules, what each works on, what is said of the holes, import from a spreadsheet."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france.programme_sheets import (
    CONTENT_MOST,
    MINUTES_MOST,
    MODULES_MOST,
    TITLE_MOST,
    Reading,
    read_rows,
)
from jurande.registers.documents.operations.tables import ReadTable
from jurande.registers.network.models import HoleNote, ModuleCoverage, ProgrammeModule, Target
from jurande.registers.network.operations.drafts import (
    ApplicationChanged,
    ApplicationRefused,
    demand_unchanged,
    opened,
    touched,
)
from jurande.registers.network.queries.programmes import Sheet, sheet_of
from jurande.registers.parties.policies import Actor

MODULE = ("title", "content", "minutes", "in_person_minutes")
NOTE_CHARS = 1_000


@transaction.atomic
def save_module(
    *,
    target: Target,
    title: str,
    content: str,
    minutes: int,
    in_person_minutes: int,
    actor: Actor,
    now: datetime,
    code: str = "",
    seen: str = "",
) -> ProgrammeModule:
    """Write a module: a new one, at the end, without ``code``.

    :raises ApplicationRefused: no title, an impossible duration, more in presence than in all.
    :raises ApplicationChanged: somebody wrote it since.
    """
    row = _opened(target, actor)
    if not title.strip():
        raise ApplicationRefused(_("Donnez un titre au module."), field="title")
    if not 0 <= minutes <= MINUTES_MOST:
        raise ApplicationRefused(_("Cette durée n’est pas vraisemblable. Vérifiez-la."), field="hours")
    if not 0 <= in_person_minutes <= minutes:
        raise ApplicationRefused(
            _("La part en présence ne peut pas dépasser la durée du module."), field="in_person_hours"
        )
    if code:
        module = row.modules.filter(code=code).first()
        if module is None:
            raise ApplicationRefused(_("Ce module n’est plus là\u00a0: il a été retiré. Rechargez la page."))
        demand_unchanged(module, MODULE, seen)
    else:
        _demand_room(row, 1)
        module = ProgrammeModule(target=row, position=_next_position(row))
    module.title = " ".join(title.split())[:TITLE_MOST]
    module.content = content.strip()[:CONTENT_MOST]
    module.minutes, module.in_person_minutes = minutes, in_person_minutes
    module.save()
    touched(row.application, actor=actor, now=now)
    return module


@transaction.atomic
def remove_module(*, target: Target, code: str, actor: Actor, now: datetime) -> None:
    """Take a module out of the programme; nothing happens when it is gone already."""
    row = _opened(target, actor)
    row.modules.filter(code=code).delete()
    touched(row.application, actor=actor, now=now)


@transaction.atomic
def set_coverage(*, target: Target, module_code: str, lineage: str, works: bool, actor: Actor, now: datetime) -> None:
    """Say that a module works on a competency, or does not. Saying it twice changes nothing.

    :raises ApplicationRefused: a module that is gone, a competency that was not asked for.
    """
    row = _opened(target, actor)
    module = row.modules.filter(code=module_code).first()
    if module is None:
        raise ApplicationRefused(_("Ce module n’est plus là\u00a0: il a été retiré. Rechargez la page."))
    if works:
        _demand_aims(sheet_of(row), [lineage])
        ModuleCoverage.objects.get_or_create(module=module, competency_lineage=lineage, criterion_lineage="")
    else:
        module.coverages.filter(competency_lineage=lineage).delete()
    touched(row.application, actor=actor, now=now)


@transaction.atomic
def set_matrix(
    *, target: Target, ticks: Collection[tuple[str, str]], actor: Actor, now: datetime, seen: str = ""
) -> None:
    """Write the whole matrix at once: each tick a module's code and a competency's lineage; what is not ticked goes.

    ``seen``: what ``matrix_seen`` gave when the grid was shown.

    :raises ApplicationRefused: a competency that was not asked for.
    :raises ApplicationChanged: somebody ticked since.
    """
    row = _opened(target, actor)
    sheet = sheet_of(row)
    if seen and seen != matrix_seen(sheet):
        raise ApplicationChanged({})
    _demand_aims(sheet, {lineage for _module, lineage in ticks})
    by_code = {module.code: module for module in sheet.rows}
    ModuleCoverage.objects.filter(module__in=sheet.rows).delete()
    ModuleCoverage.objects.bulk_create(
        ModuleCoverage(module=by_code[module], competency_lineage=lineage)
        for module, lineage in sorted(set(ticks))
        if module in by_code
    )
    touched(row.application, actor=actor, now=now)


def matrix_seen(sheet: Sheet) -> str:
    """Fingerprint the grid as it is shown, for ``set_matrix``."""
    ticks = sorted(f"{one.key}/{lineage}" for one in sheet.modules for lineage in one.works)
    return hashlib.sha256(" ".join(ticks).encode()).hexdigest()[:16]


@transaction.atomic
def note_holes(*, target: Target, notes: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Say what is planned for competencies that no module works on, by lineage; an empty text takes the words back.

    :raises ApplicationRefused: a competency that was not asked for.
    """
    row = _opened(target, actor)
    _demand_aims(sheet_of(row), notes)
    for lineage, text in notes.items():
        said = text.strip()[:NOTE_CHARS]
        if said:
            HoleNote.objects.update_or_create(target=row, competency_lineage=lineage, defaults={"text": said})
        else:
            row.hole_notes.filter(competency_lineage=lineage).delete()
    touched(row.application, actor=actor, now=now)


@transaction.atomic
def dismiss_hint(*, target: Target, module_code: str, lineage: str, actor: Actor, now: datetime) -> None:
    """Say no to a hint: it is not shown again."""
    row = _opened(target, actor)
    said = f"{module_code}/{lineage}"
    if said not in row.dismissed and len(said) < 40 and len(row.dismissed) < 2_000:
        row.dismissed = [*row.dismissed, said]
        row.save(update_fields=["dismissed"])
    touched(row.application, actor=actor, now=now)


# --- from a spreadsheet -------------------------------------------------------------------------


@transaction.atomic
def import_modules(
    *,
    target: Target,
    table: ReadTable,
    columns: Mapping[str, int],
    replace: bool,
    actor: Actor,
    now: datetime,
) -> Reading:
    """Add the modules of a sheet (``documents.operations.tables``), or put them in the place of those there.

    ``columns``: the index of each column of ``programme_sheets.COLUMNS``; their headers are remembered for the next
    sheet. The rows that could not be taken come back as faults.

    :raises ApplicationRefused: no title column, or not a single module.
    """
    row = _opened(target, actor)
    if "title" not in columns:
        raise ApplicationRefused(_("Dites quelle colonne donne le titre des modules."), field="title")
    sheet = sheet_of(row)
    reading = read_rows([(one.number, one.cells) for one in table.rows], columns, sheet.aims)
    if not reading.modules:
        raise ApplicationRefused(
            _("Aucun module n’a été reconnu avec ces colonnes. Vérifiez leur choix."), field="title"
        )
    if replace:
        row.modules.all().delete()
    _demand_room(row, len(reading.modules))
    for position, read in enumerate(reading.modules, start=_next_position(row)):
        module = ProgrammeModule(
            target=row,
            position=position,
            title=read.title,
            content=read.content,
            minutes=read.minutes,
            in_person_minutes=read.in_person_minutes,
        )
        module.save(force_insert=True)
        ModuleCoverage.objects.bulk_create(
            ModuleCoverage(module=module, competency_lineage=lineage) for lineage in read.works
        )
    row.application.columns = {name: table.headers[at] for name, at in columns.items() if at < len(table.headers)}
    row.application.save(update_fields=["columns"])
    touched(row.application, actor=actor, now=now)
    return reading


# --- how ----------------------------------------------------------------------------------------


def _opened(target: Target, actor: Actor) -> Target:
    held = opened(target.application, actor=actor)
    row: Target | None = (
        Target.objects.select_related("call__referentiel").filter(pk=target.pk, application=held).first()
    )
    if row is None:
        raise ApplicationRefused(_("Cet appel n’est plus dans votre candidature. Rechargez la page."))
    row.application = held
    return row


def _demand_aims(sheet: Sheet, lineages: Collection[str]) -> None:
    if not set(lineages) <= {aim.key for aim in sheet.aims}:
        raise ApplicationRefused(_("Cette compétence n’est pas de celles que vous demandez. Rechargez la page."))


def _demand_room(target: Target, more: int) -> None:
    if target.modules.count() + more > MODULES_MOST:
        raise ApplicationRefused(
            _("Soixante modules au plus\u00a0: regroupez-en, la grille doit rester lisible."), field="title"
        )


def _next_position(target: Target) -> int:
    last = target.modules.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else last + 1
