"""What each step shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jurande.core.france import vetting
from jurande.core.france.identifiers import siren_of
from jurande.registers.network.operations.applications import IDENTITY, REQUEST
from jurande.registers.network.operations.drafts import seen_of
from jurande.registers.network.operations.parts import PARTS
from jurande.registers.network.operations.programme import MODULE, matrix_seen
from jurande.registers.network.queries import applications as queries
from jurande.registers.network.queries import checks, completeness, fees, programmes
from jurande.registers.network.queries.completeness import TRAINING_KINDS
from jurande.registers.network.states import DEMANDED_FUNCTIONS, CheckOutcome, StaffFunction
from jurande.registers.parties.states import DocumentKind
from jurande.web.guest.applications import acts
from jurande.web.guest.applications import forms as ours
from jurande.web.guest.applications.acts import Act
from jurande.web.guest.applications.frame import Here
from jurande.web.ui.partner_file import file_card

OUTCOME_STATUS = {
    CheckOutcome.GOOD: "ok",
    CheckOutcome.WARNING: "warn",
    CheckOutcome.BAD: "late",
    CheckOutcome.UNKNOWN: "dot",
}
Page = dict[str, Any]


def said_of(check: Any) -> dict[str, Any]:
    """A check as it is shown: its status, its sentence, where it was read and on which day."""
    return {
        "status": OUTCOME_STATUS[CheckOutcome(check.outcome)],
        "label": check.get_kind_display(),
        "sentence": vetting.sentence(check.facts["case"], check.facts),
        "source": check.get_source_display(),
        "source_on": check.source_on,
    }


def _files(here: Here, rows: list[Any]) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "code": one.code,
            "card": file_card(one, today, url=reverse("guest:applications-piece", args=[here.held.code, one.code])),
        }
        for one in rows
    ]


def _organisation(here: Here, act: Act | None) -> Page:
    held = here.held
    form = act.form if act is not None and act.key == "identity" else None
    found = [said_of(one) for one in checks.last_checks(held.certifier, [held.siret])] if held.siret else []
    return {
        "form": form or ours.IdentityForm(initial={name: getattr(held, name) for name in IDENTITY}),
        "seen": seen_of(held, IDENTITY),
        "checks": found,
        "siren": siren_of(held.siret) if held.siret else "",
    }


def _request(here: Here, act: Act | None) -> Page:
    asked = []
    for target in here.targets:
        form = act.form if act is not None and act.key == f"request:{target.code}" else None
        if form is None:
            form = ours.RequestForm(
                initial={"kind": target.kind, "blocs": target.blocs, "territory": target.territory},
                call=target.call,
                blocs=acts.bloc_choices(target),
                auto_id=f"{target.code}_%s",
            )
        asked.append({"target": target, "form": form, "seen": seen_of(target, REQUEST)})
    return {"asked": asked, "others": queries.open_calls_beside(here.held, timezone.localdate())}


def _rows(here: Here, act: Act | None, kind: str) -> list[dict[str, Any]]:
    """The rows of one kind, each with its form, its fingerprint and its documents."""
    part = PARTS[kind]
    documents = [one for one in queries.documents_of(here.held) if one.withdrawn_at is None]
    shown = []
    for row in getattr(here.held, part.related).order_by("position", "pk"):
        mine = act is not None and act.key == f"{kind}:{row.code}"
        form = act.form if mine and act is not None else None
        initial = {name: getattr(row, name) for name in part.fields}
        shown.append(
            {
                "row": row,
                "form": form or acts.row_form(here, kind, row.code, initial=initial),
                "seen": seen_of(row, part.fields),
                "open": mine,
                "files": _files(
                    here,
                    [one for one in documents if (one.staff_id if kind == "staff" else one.premises_id) == row.pk],
                )
                if kind in ("staff", "premises")
                else [],
            }
        )
    return shown


def _new(here: Here, act: Act | None, kind: str) -> dict[str, Any]:
    mine = act is not None and act.key == f"{kind}:"
    form = act.form if mine and act is not None else None
    return {"form": form or acts.row_form(here, kind, ""), "open": mine}


def _evidence(act: Act | None, code: str, kind: str) -> Any:
    """The form that takes a document; with its faults when it is the one that was sent."""
    if act is not None and act.key == f"document:{code}":
        return act.form
    return ours.EvidenceForm(initial={"kind": kind}, auto_id=f"piece-{code or 'new'}-%s")


def _people(here: Here, act: Act | None) -> Page:
    rows = _rows(here, act, "staff")
    for one in rows:
        one["evidence"] = _evidence(act, one["row"].code, DocumentKind.STAFF)
    named = [
        {
            "label": function.label,
            "demanded": function in DEMANDED_FUNCTIONS,
            "names": [one["row"].name for one in rows if function in one["row"].functions],
        }
        for function in StaffFunction
    ]
    return {"rows": rows, "no_rows": not rows, "new": _new(here, act, "staff"), "named": named}


def _premises(here: Here, act: Act | None) -> Page:
    rows = _rows(here, act, "premises")
    for one in rows:
        one["evidence"] = _evidence(act, one["row"].code, DocumentKind.PREMISES)
    return {"rows": rows, "no_rows": not rows, "new": _new(here, act, "premises")}


def _references(here: Here, act: Act | None) -> Page:
    documents = [one for one in queries.documents_of(here.held) if one.withdrawn_at is None]
    criteria = [
        {
            "criterion": criterion,
            "call": target.call,
            "files": _files(here, [one for one in documents if one.criterion_id == criterion.pk]),
            "evidence": _evidence(
                act, criterion.code, criterion.evidence_kinds[0] if criterion.evidence_kinds else DocumentKind.OTHER
            ),
        }
        for target in here.targets
        for criterion in target.call.criteria.order_by("position", "pk")
    ]
    return {
        "references": _rows(here, act, "reference"),
        "new_reference": _new(here, act, "reference"),
        "subcontractors": _rows(here, act, "subcontractor"),
        "new_subcontractor": _new(here, act, "subcontractor"),
        "criteria": criteria,
    }


def hours(minutes: int) -> str:
    """A duration as it is typed: «7», «7 h 30»."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02d}" if rest else f"{whole}"


def _programme(here: Here, act: Act | None) -> Page:
    targets = [one for one in here.targets if one.kind in TRAINING_KINDS]
    if not targets:
        return {"sheet": None, "targets": []}
    wanted = here.request.POST.get("target", "") or here.request.GET.get("appel", "")
    target = next((one for one in targets if one.code == wanted), targets[0])
    sheet = programmes.sheet_of(target)
    return {"target": target, "targets": targets, **programme_page(sheet, act), "matrix_seen": matrix_seen(sheet)}


def programme_page(sheet: programmes.Sheet, act: Act | None = None) -> Page:
    """The grid by bloc, its holes and hints, its modules and their forms."""
    hints = {one.aim: one for one in sheet.hints()}
    titles = {one.key: one.title for one in sheet.modules}
    ranks = {one.key: f"M{rank}" for rank, one in enumerate(sheet.modules, start=1)}
    blocs = []
    for rank, bloc in enumerate(sheet.whole.blocs, start=1):
        lines = [
            {
                "aim": aim,
                "cells": [
                    {"at": f"{one.key}/{aim.key}", "module": one, "on": aim.key in one.works} for one in sheet.modules
                ],
                "covered": aim.key in sheet.coverage.by,
                "note": sheet.notes.get(aim.key, ""),
                "hint": hints.get(aim.key),
                "hint_name": f"{ranks.get(hints[aim.key].module, '')}, {titles.get(hints[aim.key].module, '')}"
                if aim.key in hints
                else "",
                "hint_rank": ranks.get(hints[aim.key].module, "") if aim.key in hints else "",
            }
            for aim in sheet.aims
            if aim.bloc == bloc.key
        ]
        if lines:
            blocs.append({"rank": rank, "title": bloc.text, "lines": lines})
    modules = [
        {
            "rank": ranks[row.code],
            "row": row,
            "hours": hours(row.minutes),
            "form": act.form
            if act is not None and act.key == f"module:{row.code}"
            else ours.ModuleForm(
                initial={
                    "title": row.title,
                    "content": row.content,
                    "hours": hours(row.minutes),
                    "in_person_hours": hours(row.in_person_minutes),
                },
                auto_id=f"module-{row.code}-%s",
            ),
            "open": act is not None and act.key == f"module:{row.code}",
            "seen": seen_of(row, MODULE),
        }
        for row in sheet.rows
    ]
    new = act.form if act is not None and act.key == "module:" else ours.ModuleForm(auto_id="module-new-%s")
    return {
        "sheet": sheet,
        "blocs": blocs,
        "modules": modules,
        "new_module": new,
        "new_open": act is not None and act.key == "module:",
        "columns": len(modules) + 2,
        "holes": [
            {"aim": aim, "note": sheet.notes.get(aim.key, ""), "silent": aim.key not in sheet.notes}
            for aim in sheet.coverage.holes
        ],
        "covered": sheet.coverage.covered_count,
        "total_hours": hours(sheet.minutes),
        "minimum_hours": sheet.whole.limits.get("minimum_hours"),
        "in_person": round(sheet.in_person_percent),
        "in_person_least": sheet.whole.limits.get("in_person_percent"),
        "shortfalls": [programmes.shortfall_sentence(one) for one in sheet.shortfalls],
    }


def _count(here: Here, name: str) -> int:
    """How many people an estimate is for; twelve when nothing is said."""
    said = here.request.GET.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 7 else 12


def _charter(here: Here, act: Act | None) -> Page:
    targets = here.targets
    trainees, candidates = (_count(here, name) for name in ("stagiaires", "candidats"))
    prices = []
    for target in targets:
        schedule = target.call.fee_schedule
        if schedule is not None:
            lines = fees.schedule_lines(schedule)
            prices.append(
                {
                    "call": target.call,
                    "schedule": schedule,
                    "lines": lines,
                    "estimate": fees.estimate(lines, trainees=trainees, candidates=candidates),
                }
            )
    ticked = set(here.request.POST.getlist("ticks")) if act is not None else set()
    return {
        "prices": prices,
        "trainees": trainees,
        "candidates": candidates,
        "commitments": [
            {"one": one, "on": one.key in ticked, "call": target.call}
            for target in targets
            for one in completeness.charter_of(here.held)
            if one.call_code == target.call.code
        ],
        "form": act.form if act is not None and act.form is not None else ours.CharterForm(),
    }


def _submission(here: Here, act: Act | None) -> Page:
    """Nothing of its own: what surrounds it says what is missing."""
    return {}


def seens(page: Page) -> list[tuple[str, str]]:
    """The fingerprints of every form of a page, by the id of the field that carries them."""
    found = [("seen-identite", page["seen"])] if "seen" in page else []
    found += [(f"seen-{one['target'].code}", one["seen"]) for one in page.get("asked", [])]
    for name in ("rows", "references", "subcontractors", "modules"):
        found += [(f"seen-{one['row'].code}", one["seen"]) for one in page.get(name, [])]
    return found


PAGES: Mapping[str, Callable[[Here, Act | None], Page]] = {
    "organisme": _organisation,
    "demande": _request,
    "personnes": _people,
    "locaux": _premises,
    "programme": _programme,
    "references": _references,
    "engagements": _charter,
    "depot": _submission,
}
