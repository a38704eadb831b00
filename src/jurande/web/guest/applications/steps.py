"""The form, step by step. Each act is a small form: it saves alone, quietly when a script sends it."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations.drafts import ApplicationChanged
from jurande.registers.network.policies import applications as policies
from jurande.registers.network.queries import completeness
from jurande.web.access import Asked, audience
from jurande.web.guest.applications import acts, pages
from jurande.web.guest.applications.frame import Here, around, here_of, states_of

STEPS = tuple(key for key, _label in completeness.STEPS)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("applicant")
def step(request: Asked, code: str, step: str) -> HttpResponse:
    """One step of the form: shown, or one of its acts done."""
    if step not in STEPS:
        raise Http404
    here = here_of(request, code, step)
    if not here.held.is_draft:
        return redirect("guest:applications-one", code)
    if request.method != "POST":
        return _page(here, None)
    require(policies.can_edit_application(here.actor, here.held))
    return _acted(here)


def _acted(here: Here) -> HttpResponse:
    request = here.request
    asked = acts.ACTS.get((here.step, request.POST.get("do", "")))
    if asked is None:
        # A form that this version no longer has: the step is shown as it stands.
        return redirect(here.url())
    act = asked(here)
    quietly = request.headers.get("HX-Request") == "true"
    form = act.form
    status = 200
    if form is None or form.is_valid():
        try:
            anchor = act.run(form.cleaned_data if form is not None else {})
        except Refused as refusal:
            status = 409 if isinstance(refusal, ApplicationChanged) else 422
            if form is None:
                messages.error(request, str(refusal.sentence))
                form = Form({})
                form.is_valid()
                if quietly:
                    form.add_error(None, str(refusal.sentence))
            else:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
            act = acts.Act(act.key, form, act.run, getattr(refusal, "held", {}))
        else:
            if not quietly:
                if act.said:
                    messages.success(request, str(act.said))
                return redirect(act.goes_to or f"{here.url()}{'#' + anchor if anchor else ''}")
            return _quiet(here_of(request, here.held.code, here.step), None)
    else:
        status = 422
    fresh = here_of(request, here.held.code, here.step)
    return _quiet(fresh, act, status) if quietly else _page(fresh, act, status)


def _page(here: Here, act: acts.Act | None, status: int = 200) -> HttpResponse:
    states = states_of(here)
    page = {**around(here, states), **pages.PAGES[here.step](here, act), "states": states, "act": act}
    return render(here.request, f"guest/applications/{here.step}.html", page, status=status)


def _quiet(here: Here, act: acts.Act | None, status: int = 200) -> HttpResponse:
    """What a script puts in place: the note in the masthead, the steps, the fingerprints, the figures that follow."""
    shown = pages.PAGES[here.step](here, act)
    page = {**around(here, states_of(here)), **shown, "seens": pages.seens(shown), "act": act}
    quiet = {"programme": "_programme", "organisme": "_organisme"}.get(here.step, "_quiet")
    answer = render(here.request, f"guest/applications/{quiet}.html", page, status=status)
    answer["X-Jurande-Saved"] = str(here.held.revision)
    return answer
