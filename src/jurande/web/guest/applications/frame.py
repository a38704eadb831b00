"""What every page of an application needs: the file, who acts, the steps and where each stands."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from jurande.registers.network.queries import applications as queries
from jurande.registers.network.queries import completeness
from jurande.registers.network.queries.completeness import StepState
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import actor_for
from jurande.web.access import Asked, person_of
from jurande.web.ui.parts import Step


@dataclass(frozen=True)
class Here:
    """One page of one application: ``actor`` stands where they may act for it, ``targets`` is what it asks for."""

    request: Asked
    held: Any
    actor: Actor
    targets: Sequence[Any]
    step: str = ""

    @property
    def given(self) -> dict[str, Any]:
        """What every operation takes."""
        return {"application": self.held, "actor": self.actor, "now": timezone.now()}

    @property
    def by(self) -> dict[str, Any]:
        """Who and when, for operations on a part."""
        return {"actor": self.actor, "now": timezone.now()}

    def url(self, step: str = "") -> str:
        """The address of a step, this one by default."""
        return reverse("guest:applications-step", args=[self.held.code, step or self.step])


def here_of(request: Asked, code: str, step: str = "") -> Here:
    """The application with this code, if it is this person's to see.

    :raises Http404: it is not, or is not.
    """
    person = person_of(request)
    held = queries.application(actor_for(person), code)
    if held is None:
        raise Http404
    actor = actor_for(person)
    if held.partnership is not None and held.applicant_id != person.pk:
        actor = actor_for(person, partnership=held.partnership)
    dress(request, held.certifier)
    return Here(request, held, actor, queries.targets_of(held), step)


def dress(request: Asked, certifier: Any) -> None:
    """Show at the top of the page whose house one is in."""
    _asked = request.around.brand
    around = copy.copy(request.around)
    request.around = replace(around, brand=certifier.name, brand_url=reverse("guest:applications"))


def steps_shown(here: Here, states: Sequence[StepState]) -> list[Step]:
    """The list on the left: done, here, to do, with what each holds or lacks."""
    shown = []
    for one in states:
        note = one.note
        if one.gaps and one.begun:
            missing = ngettext("%d point à compléter", "%d points à compléter", len(one.gaps)) % len(one.gaps)
            note = missing if not note else f"{note}\u00a0; {missing}"
        state = "current" if one.key == here.step else "done" if one.done else "todo"
        shown.append(Step(one.label, state, note, "" if one.key == here.step else here.url(one.key)))
    return shown


def around(here: Here, states: Sequence[StepState]) -> dict[str, Any]:
    """What surrounds a step: the list, its rank, the step before and the one after, when the first call closes."""
    keys = [one.key for one in states]
    rank = keys.index(here.step)
    calls = [target.call for target in here.targets]
    return {
        "held": here.held,
        "calls": calls,
        "step": states[rank],
        "steps": steps_shown(here, states),
        "rank": rank + 1,
        "count": len(keys),
        "before": (states[rank - 1].label, here.url(keys[rank - 1])) if rank else None,
        "after": (states[rank + 1].label, here.url(keys[rank + 1])) if rank + 1 < len(keys) else None,
        "closes_on": min((call.closes_on for call in calls if call.closes_on is not None), default=None),
        "closed": [call for call in calls if not call.takes_applications_on(timezone.localdate())],
        "contact": queries.contact_of(here.held),
        "ready": states[-1].begun,
        "gap_count": sum(len(one.gaps) for one in states),
        "warned": any(one.warnings for one in states),
    }


def states_of(here: Here) -> list[StepState]:
    """Where each step stands now."""
    return completeness.steps_of(here.held, timezone.localdate())
