"""The pipeline: the board, the list, and what waits on whoever looks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from jurande.core.france.departements import DEPARTEMENTS, departement_of_postcode
from jurande.registers.common.together import Asking
from jurande.registers.common.verdicts import require
from jurande.registers.network.policies import judging as policies
from jurande.registers.network.queries import pipeline as queries
from jurande.registers.network.states import Stage, WaitsOn
from jurande.web.access import Asked, audience
from jurande.web.certifier.recruitment.parts import tabs
from jurande.web.ui.formats import of_name
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Due, Stat
from jurande.web.ui.radar import Reader
from jurande.web.ui.tables import Column, Filter, Table, written

STATUS = {
    Stage.TO_ASSIGN: "draft",
    Stage.IN_REVIEW: "run",
    Stage.QUESTION: "stop",
    Stage.VISIT: "run",
    Stage.TO_RECONCILE: "warn",
    Stage.TO_DECIDE: "run",
    Stage.CONDITIONS: "warn",
    Stage.DEFERRED: "stop",
    Stage.APPEAL: "warn",
    Stage.APPROVED: "ok",
    Stage.REFUSED: "end",
    Stage.WITHDRAWN: "end",
}
TITLES = {
    "review": lazy("Évaluer la candidature %(of)s"),
    "assign": lazy("Confier la candidature %(of)s à deux évaluateurs"),
    "decide": lazy("Décider de la candidature %(of)s"),
    "appeal": lazy("Juger le recours %(of)s"),
    "late_answer": lazy("Relancer %(name)s, qui n’a pas répondu"),
    "visit": lazy("Préparer ou rendre compte de la visite chez %(name)s"),
    "condition": lazy("Vérifier une condition d’agrément %(of)s"),
}


def stage_chip(spell: Any, *, bare: bool = True) -> str:
    """Where an application stands, in wax once its day is past."""
    late = spell.due_on is not None and spell.due_on < timezone.localdate() and spell.left_at is None
    return chip("late" if late else STATUS[Stage(spell.stage)], spell.get_stage_display(), bare=bare)


def days_since(spell: Any) -> int:
    """Whole days at this stage."""
    return (timezone.localdate() - timezone.localdate(spell.entered_at)).days


@require_safe
@audience("certifier")
def board(request: Asked, certifier: str) -> HttpResponse:
    """Answer «où en sont les candidatures ?»: columns, whose move it is, how long each stage takes."""
    require(policies.can_see_recruitment(request.actor))
    held = queries.pipeline(request.actor, now=timezone.now())
    today = timezone.localdate()
    listing_url = reverse("certifier:recruitment-list", args=[certifier])
    columns = [
        {
            "label": column.label,
            "count": column.count,
            "url": listing_url + "?" + "&".join(f"etape={stage}" for stage in column.stages),
            "hidden": column.count - len(column.oldest),
            "cards": [_card(spell, certifier, several=len(column.stages) > 1) for spell in column.oldest],
        }
        for column in held.columns
    ]
    page = {
        "tabs": tabs(certifier, "certifier:recruitment"),
        "pipeline": held,
        "columns": columns,
        "waiting": [
            {
                "who": line.on.label,
                "count": line.count,
                "days": (today - timezone.localdate(line.oldest_at)).days,
                "url": f"{listing_url}?attend={line.on}",
            }
            for line in held.waiting
        ],
        "delays": [
            Stat(str(one.stage.label), written(round(one.days, 1)), _("jours"), _of(one.count)) for one in held.delays
        ],
        "closed": [(stage.label, number, f"{listing_url}?etape={stage}") for stage, number in held.closed.items()],
    }
    return render(request, "certifier/recruitment/board.html", page)


def _of(number: int) -> str:
    return _("sur %(n)d") % {"n": number}


def _card(spell: Any, certifier: str, *, several: bool) -> dict[str, Any]:
    return {
        "name": spell.application.name,
        "reference": spell.application.reference,
        "city": spell.application.city,
        "url": reverse("certifier:recruitment-one", args=[certifier, spell.application.code]),
        "days": days_since(spell),
        "due_on": spell.due_on,
        "late": spell.due_on is not None and spell.due_on < timezone.localdate(),
        "stage": spell.get_stage_display() if several else "",
    }


# --- the list -----------------------------------------------------------------------------------


def table(request: Asked, certifier: str) -> Table[Any]:
    """The files as a working table."""
    actor = request.actor
    return Table(
        name="candidatures",
        columns=(
            Column(
                "nom",
                _("Candidat"),
                lambda s: s.application.name,
                url=lambda s: reverse("certifier:recruitment-one", args=[certifier, s.application.code]),
                order=("application__legal_name",),
            ),
            Column("reference", _("Référence"), lambda s: s.application.reference, order=("application__reference",)),
            Column("appel", _("Appels"), lambda s: ", ".join(t.call.reference for t in s.application.targets.all())),
            Column("ville", _("Commune"), lambda s: s.application.city, order=("application__city",), at_first=False),
            Column(
                "dep",
                _("Dép."),
                lambda s: departement_of_postcode(s.application.postcode) or "",
                order=("application__postcode",),
                on_phone=False,
            ),
            Column("etape", _("Étape"), lambda s: s.get_stage_display(), show=stage_chip, order=("stage",)),
            Column("attend", _("Attend"), lambda s: s.get_waits_on_display(), order=("waits_on",), on_phone=False),
            Column("jours", _("Jours"), days_since, order=("-entered_at",), numeric=True),
            Column("avant", _("Échéance"), lambda s: s.due_on, order=("due_on",)),
            Column(
                "depot",
                _("Déposée le"),
                lambda s: timezone.localdate(s.application.submitted_at),
                order=("application__submitted_at",),
                on_phone=False,
            ),
            Column("siret", "SIRET", lambda s: s.application.siret, at_first=False),
        ),
        filters=(
            Filter("etape", _("étape"), Stage.choices, lambda rows, chosen: rows.filter(stage__in=chosen)),
            Filter("attend", _("attend"), WaitsOn.choices, lambda rows, chosen: rows.filter(waits_on__in=chosen)),
            Filter("appel", _("appel"), queries.call_choices(actor), queries.of_calls),
            Filter("dep", _("département"), _departements(), queries.in_departements),
            Filter("moi", _("à moi"), [("oui", _("Que j’évalue"))], lambda rows, _c: queries.given_to(rows, actor)),
        ),
        search=queries.matching,
        order="-jours",
        unit="candidature,candidatures",
    )


def _departements() -> list[tuple[str, str]]:
    return [(code, f"{code} · {name}") for code, name in sorted(DEPARTEMENTS.items())]


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Answer «quelle candidature regarder ?»: every file, oldest first, searched, filtered and exported."""
    require(policies.can_see_recruitment(request.actor))
    shown = table(request, certifier).read(request.GET, queries.standing(request.actor))
    page = {"tabs": tabs(certifier, "certifier:recruitment-list"), "listing": shown}
    return shown.sheet() or render(request, "certifier/recruitment/list.html", page)


# --- what waits on me ---------------------------------------------------------------------------


def judging_dues(request: Reader, today: date) -> Asking[list[Due]]:
    """What waits on this person in recruitment, as deadlines."""
    certifier = request.actor.certifier_code
    return [
        Due(
            title=str(TITLES[line.kind]) % {"name": line.name, "of": of_name(line.name)},
            due_on=line.due_on,
            today=today,
            url=reverse("certifier:recruitment-review", args=[certifier, line.review_code])
            if line.review_code
            else reverse("certifier:recruitment-one", args=[certifier, line.application_code]),
        )
        for line in (yield from queries.todos(request.actor, today=today))
    ]
