"""What each button of the form does: the form it reads, the operation it calls, where one stands afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.core.france.programme_sheets import minutes_in
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.operations import parts, programme
from jurande.registers.network.operations.application_documents import add_document, withdraw_document
from jurande.registers.network.operations.drafts import ApplicationRefused
from jurande.registers.network.queries import applications as queries
from jurande.registers.parties.states import DocumentKind
from jurande.web.guest.applications import forms as ours
from jurande.web.guest.applications.frame import Here


@dataclass(frozen=True)
class Act:
    """One act asked for. ``key`` names its form on the page; ``run`` does it and gives the anchor to come back to.

    ``held``: what stands already, when somebody wrote it meanwhile. ``goes_to``: elsewhere than this step.
    """

    key: str
    form: forms.Form | None
    run: Callable[[dict[str, Any]], str]
    held: Mapping[str, Any] = field(default_factory=dict)
    said: str | Promise = ""
    goes_to: str = ""


SAVED = _("Enregistré.")
ROW_FORMS: Mapping[str, type[forms.Form]] = {
    "staff": ours.StaffForm,
    "premises": ours.PremisesForm,
    "reference": ours.ReferenceForm,
    "subcontractor": ours.SubcontractorForm,
}


def _seen(here: Here) -> str:
    return here.request.POST.get("seen", "")


def _identity(here: Here) -> Act:
    form = ours.IdentityForm(here.request.POST)

    def run(given: dict[str, Any]) -> str:
        operations.set_identity(seen=_seen(here), **given, **here.given)
        return ""

    goes_to = here.url("demande") if "next" in here.request.POST else ""
    return Act("identity", form, run, said="" if goes_to else SAVED, goes_to=goes_to)


def target_of(here: Here) -> Any:
    """The call that a form is about, among those applied to.

    :raises Http404: none has this code.
    """
    code = here.request.POST.get("target", "") or here.request.GET.get("appel", "")
    targets = here.targets
    found = next((one for one in targets if one.code == code), None)
    if found is None and not code and targets:
        return targets[0]
    if found is None:
        raise Http404
    return found


def bloc_choices(target: Any) -> list[tuple[str, str]]:
    """The blocs that a call is about, by their rank and title."""
    referentiel = target.call.referentiel
    rows = referentiel.blocs.order_by("position", "pk") if referentiel is not None else []
    return [
        (bloc.lineage, f"{rank}. {bloc.text}")
        for rank, bloc in enumerate(rows, start=1)
        if not target.call.blocs or bloc.lineage in target.call.blocs
    ]


def _request(here: Here) -> Act:
    target = target_of(here)
    form = ours.RequestForm(
        here.request.POST, call=target.call, blocs=bloc_choices(target), auto_id=f"{target.code}_%s"
    )

    def run(given: dict[str, Any]) -> str:
        operations.set_request(
            target=target,
            seen=_seen(here),
            kind=given["kind"],
            blocs=given.get("blocs", target.blocs),
            territory=given["territory"],
            **here.by,
        )
        return f"appel-{target.code}"

    return Act(f"request:{target.code}", form, run, said=SAVED)


def _add_call(here: Here) -> Act:
    wanted = queries.call(here.request.POST.get("call", ""))
    if wanted is None:
        raise Http404

    def run(given: dict[str, Any]) -> str:
        calls = [one.call for one in here.targets]
        operations.choose_calls(calls=[*calls, wanted], **here.given)
        return ""

    return Act("calls", None, run)


def _drop_call(here: Here) -> Act:
    dropped = target_of(here)

    def run(given: dict[str, Any]) -> str:
        kept = [one.call for one in here.targets if one.pk != dropped.pk]
        operations.choose_calls(calls=kept, **here.given)
        return ""

    return Act("calls", None, run)


def blocs_asked_for(here: Here) -> list[tuple[str, str]]:
    """The blocs of every call applied to: what a person may teach or assess."""
    found: dict[str, str] = {}
    for target in here.targets:
        found |= {key: label for key, label in bloc_choices(target) if not target.blocs or key in target.blocs}
    return list(found.items())


def row_form(here: Here, kind: str, code: str, **given: Any) -> forms.Form:
    """The form of one row of this kind; ``code`` empty for a new one."""
    more: dict[str, Any] = {"blocs": blocs_asked_for(here)} if kind == "staff" else {}
    return ROW_FORMS[kind](auto_id=f"{kind}-{code or 'new'}-%s", **given, **more)


def _row(here: Here) -> Act:
    kind, code = here.request.POST.get("kind", ""), here.request.POST.get("code", "")
    if kind not in ROW_FORMS:
        raise Http404
    form = row_form(here, kind, code, data=here.request.POST)

    def run(given: dict[str, Any]) -> str:
        row = parts.save_part(kind=kind, code=code, seen=_seen(here), values=given, **here.given)
        return f"ligne-{row.code}"

    return Act(f"{kind}:{code}", form, run, said=SAVED)


def _remove(here: Here) -> Act:
    kind, code = here.request.POST.get("kind", ""), here.request.POST.get("code", "")
    if kind not in ROW_FORMS:
        raise Http404

    def run(given: dict[str, Any]) -> str:
        parts.remove_part(kind=kind, code=code, **here.given)
        return ""

    return Act(f"{kind}:{code}", None, run, said=_("La ligne est retirée."))


def _document(here: Here) -> Act:
    asked = here.request.POST
    about = asked.get("about", "")
    subject, _colon, code = about.partition(":")
    form = ours.EvidenceForm(asked, here.request.FILES, auto_id=f"piece-{code or 'new'}-%s")
    criterion = None
    if subject == "criterion":
        criterion = queries.criterion(here.held, code)
        if criterion is None:
            raise Http404

    def run(given: dict[str, Any]) -> str:
        add_document(
            kind=DocumentKind(given["kind"]),
            content=given["file"].file,
            filename=given["file"].name,
            expires_on=given["expires_on"],
            criterion=criterion,
            staff_code=code if subject == "staff" else "",
            premises_code=code if subject == "premises" else "",
            **here.given,
        )
        return f"ligne-{code}" if code else ""

    return Act(f"document:{code}", form, run, said=_("La pièce est jointe."))


def _undocument(here: Here) -> Act:
    held = queries.document(here.held, here.request.POST.get("code", ""))
    if held is None:
        raise Http404

    def run(given: dict[str, Any]) -> str:
        withdraw_document(document=held, reason="", **here.by)
        return ""

    return Act("document", None, run, said=_("La pièce est retirée."))


# --- the programme ------------------------------------------------------------------------------


def _minutes(text: str, name: str) -> int:
    minutes = minutes_in(text)
    if minutes is None:
        raise ApplicationRefused(
            _("Cette durée n’a pas été comprise. Écrivez par exemple 35, 7,5 ou 7\u00a0h\u00a030."), field=name
        )
    return minutes


def _module(here: Here) -> Act:
    target, code = target_of(here), here.request.POST.get("code", "")
    form = ours.ModuleForm(here.request.POST, auto_id=f"module-{code or 'new'}-%s")

    def run(given: dict[str, Any]) -> str:
        programme.save_module(
            target=target,
            code=code,
            seen=_seen(here),
            title=given["title"],
            content=given["content"],
            minutes=_minutes(given["hours"], "hours"),
            in_person_minutes=_minutes(given["in_person_hours"], "in_person_hours"),
            **here.by,
        )
        return "modules"

    return Act(f"module:{code}", form, run, said=SAVED)


def _remove_module(here: Here) -> Act:
    target = target_of(here)

    def run(given: dict[str, Any]) -> str:
        programme.remove_module(target=target, code=here.request.POST.get("code", ""), **here.by)
        return "modules"

    return Act("module", None, run, said=_("Le module est retiré."))


def _cell(here: Here) -> Act:
    """One box of the grid, sent alone by the script."""
    target = target_of(here)
    module, _slash, lineage = here.request.POST.get("at", "").partition("/")
    works = here.request.POST.get("works") == "1"

    def run(given: dict[str, Any]) -> str:
        programme.set_coverage(target=target, module_code=module, lineage=lineage, works=works, **here.by)
        return f"c-{lineage}"

    return Act("matrix", None, run)


def _matrix(here: Here) -> Act:
    target = target_of(here)
    ticks = {
        (module, lineage)
        for module, _slash, lineage in (one.partition("/") for one in here.request.POST.getlist("tick"))
    }

    def run(given: dict[str, Any]) -> str:
        programme.set_matrix(target=target, ticks=ticks, seen=_seen(here), **here.by)
        return "grille"

    return Act("matrix", None, run, said=SAVED)


def _notes(here: Here) -> Act:
    target = target_of(here)
    notes = {
        name.removeprefix("note-"): str(text) for name, text in here.request.POST.items() if name.startswith("note-")
    }

    def run(given: dict[str, Any]) -> str:
        programme.note_holes(target=target, notes=notes, **here.by)
        return "manques"

    return Act("notes", None, run, said=SAVED)


def _hint(here: Here) -> Act:
    """Yes or no to what the module's words suggested."""
    target, yes = target_of(here), here.request.POST.get("yes", "")
    module, _slash, lineage = (yes or here.request.POST.get("no", "")).partition("/")

    def run(given: dict[str, Any]) -> str:
        if yes:
            programme.set_coverage(target=target, module_code=module, lineage=lineage, works=True, **here.by)
        else:
            programme.dismiss_hint(target=target, module_code=module, lineage=lineage, **here.by)
        return f"c-{lineage}"

    return Act("hint", None, run)


# --- signing and sending ------------------------------------------------------------------------


def _sign(here: Here) -> Act:
    form = ours.CharterForm(here.request.POST)

    def run(given: dict[str, Any]) -> str:
        operations.sign_charter(ticks=here.request.POST.getlist("ticks"), **given, **here.given)
        return ""

    return Act("charter", form, run, said=_("Les engagements sont signés."))


def _submit(here: Here) -> Act:
    def run(given: dict[str, Any]) -> str:
        operations.submit_application(**here.given)
        return ""

    goes_to = reverse("guest:applications-one", args=[here.held.code])
    said = _("Votre candidature est déposée. Un récépissé vient de partir par courrier.")
    return Act("submit", None, run, said=said, goes_to=goes_to)


_ROWS = ("personnes", "locaux", "references")
ACTS: Mapping[tuple[str, str], Callable[[Here], Act]] = {
    ("organisme", "identity"): _identity,
    ("demande", "request"): _request,
    ("demande", "add"): _add_call,
    ("demande", "drop"): _drop_call,
    **{(step, "row"): _row for step in _ROWS},
    **{(step, "remove"): _remove for step in _ROWS},
    **{(step, "document"): _document for step in (*_ROWS, "organisme")},
    **{(step, "undocument"): _undocument for step in (*_ROWS, "organisme")},
    ("programme", "module"): _module,
    ("programme", "remove"): _remove_module,
    ("programme", "cell"): _cell,
    ("programme", "matrix"): _matrix,
    ("programme", "notes"): _notes,
    ("programme", "hint"): _hint,
    ("engagements", "sign"): _sign,
    ("depot", "submit"): _submit,
}
