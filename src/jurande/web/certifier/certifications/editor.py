"""Writing a référentiel line by line. Every act is a small form; a script sends them without leaving the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.core.france.comparison import words_changed
from jurande.core.france.pasting import MOST_CHARACTERS, proposed
from jurande.core.france.referentiels import EXPECTED_TAGS, TAGS, tags_without_competency
from jurande.registers.catalogue import facts, policies
from jurande.registers.catalogue.operations import lines, versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import LineKind
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import missing, version_of
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import icon


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def write(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """The editor, and each of its acts."""
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    if request.method != "POST":
        return render(request, "certifier/certifications/write.html", _page(request, held))
    quietly = request.headers.get("HX-Request") == "true"
    try:
        line = _act(request, held)
    except lines.LineChanged as changed:
        return _conflict(request, held, changed, quietly=quietly)
    except Refused as refusal:
        if quietly:
            return HttpResponse(str(refusal.sentence), status=422, content_type="text/plain; charset=utf-8")
        messages.error(request, str(refusal.sentence))
        return redirect("certifier:certifications-write", certifier, code, version)
    if not quietly:
        address = reverse("certifier:certifications-write", args=[certifier, code, version])
        return redirect(f"{address}#ligne-{line.lineage}" if line else address)
    if request.POST.get("do") == "save" and line is not None:
        return HttpResponse(status=204, headers={"X-Jurande-Revision": str(line.revision)})
    answer = render(request, "certifier/certifications/_plan.html", _page(request, held))
    if line is not None:
        answer["X-Jurande-Line"] = line.code
    return answer


LINE_ACTS = (
    ("up", _("Monter"), "arrow-up"),
    ("down", _("Descendre"), "arrow-down"),
    ("remove", _("Retirer"), "trash"),
)


def _page(request: Asked, held: Any) -> dict[str, Any]:
    whole = facts.referentiel_of(held)
    names = names_of([held.changed_by_code])
    return {
        "held": held,
        "certification": held.certification,
        "activities": queries.activities_of(held),
        "blocs": [
            (bloc, [(f"{number}.{rank}", one) for rank, one in enumerate(bloc.competencies.all(), start=1)])
            for number, bloc in enumerate(queries.blocs_of(held), start=1)
        ],
        "tags": TAGS,
        "expected": EXPECTED_TAGS,
        "unborne": tags_without_competency(whole) if not held.certification.is_micro else [],
        "gaps": missing(versions.gaps_of(held), held),
        "count": len(whole.competencies),
        "person": request.actor.code,
        "changed_by": names.get(held.changed_by_code, ""),
        "conflict": None,
        # Made once: a référentiel has hundreds of lines.
        "acts": [(act, str(word), icon(sign, "s")) for act, word, sign in LINE_ACTS],
    }


def _act(request: Asked, held: Any) -> Any:
    """Do what the button says; give the line to go on from."""
    asked = request.POST
    given: dict[str, Any] = {"actor": request.actor, "now": timezone.now()}
    kind, text = asked.get("kind", ""), asked.get("text", "")
    if asked.get("do") == "add":
        if kind not in LineKind.values:
            raise Http404
        parent = _parent(held, kind, asked.get("parent", ""))
        return lines.add_line(referentiel=held, kind=LineKind(kind), parent=parent, text=text, **given)
    line: Any = queries.line(held, kind, asked.get("line", ""))
    if line is None:
        raise lines.LineRefused(_("Cette ligne n’est plus là\u00a0: quelqu’un l’a retirée. Rechargez la page."))
    revision = _number(asked.get("revision", ""))
    acts: dict[str, Callable[[], Any]] = {
        "save": lambda: lines.reword_line(line=line, text=text, revision=revision, **given),
        "split": lambda: lines.split_line(
            line=line, text=text, at=_number(asked.get("at", "")), revision=revision, **given
        ),
        "merge": lambda: lines.merge_line(line=line, text=text, revision=revision, **given),
        "up": lambda: _step(line, -1, given),
        "down": lambda: _step(line, 1, given),
        "remove": lambda: lines.remove_line(line=line, revision=revision, **given),
        "tags": lambda: lines.tag_competency(competency=line, tags=asked.getlist("tags"), revision=revision, **given),
    }
    act = acts.get(asked.get("do", ""))
    if act is None or (asked.get("do") == "tags" and kind != LineKind.COMPETENCY):
        raise Http404
    return act()


def _step(line: Any, by: int, given: dict[str, Any]) -> Any:
    """Move a line one place; past the ends of its bloc, a competency goes to the next or to the one before."""
    if line.parent_field == "bloc":
        blocs = queries.blocs_of(line.referentiel)
        at = next(rank for rank, bloc in enumerate(blocs) if bloc.pk == line.bloc_id)
        siblings = list(blocs[at].competencies.all())
        place = next(rank for rank, one in enumerate(siblings) if one.pk == line.pk) + by
        if place < 0 and at > 0:
            return lines.move_line(line=line, place=10_000, parent=blocs[at - 1], **given)
        if place >= len(siblings) and at + 1 < len(blocs):
            return lines.move_line(line=line, place=1, parent=blocs[at + 1], **given)
    return lines.move_line(line=line, place=line.position + by, **given)


def _parent(held: Any, kind: str, code: str) -> Any:
    above = {LineKind.COMPETENCY: LineKind.BLOC, LineKind.CRITERION: LineKind.COMPETENCY}.get(LineKind(kind))
    if above is None:
        return None
    parent = queries.line(held, above, code)
    if parent is None:
        raise lines.LineRefused(_("Cette ligne n’est plus là\u00a0: quelqu’un l’a retirée. Rechargez la page."))
    return parent


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _conflict(request: Asked, held: Any, changed: lines.LineChanged, *, quietly: bool) -> HttpResponse:
    """Show both texts; whoever chooses has read the other one."""
    line, mine = changed.line, request.POST.get("text", "")
    conflict = {
        "line": line,
        "kind": request.POST.get("kind", ""),
        "mine": mine,
        "who": names_of([line.changed_by_code]).get(line.changed_by_code, ""),
        "pieces": words_changed(line.text, mine),
    }
    if quietly:
        page = {"conflict": conflict, "held": held, "certification": held.certification}
        return render(request, "certifier/certifications/_conflict.html", page, status=409)
    page = {**_page(request, held), "conflict": conflict}
    return render(request, "certifier/certifications/write.html", page, status=409)


class BlocForm(forms.Form):
    """How a bloc is assessed."""

    assessment = forms.CharField(
        label=_("Modalités d’évaluation"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
        required=False,
        help_text=_("L’épreuve, sa durée, ce qui est demandé, par qui elle est jugée."),
    )
    prerequisites = forms.CharField(
        label=_("Prérequis"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False
    )
    number = forms.CharField(
        label=_("Code au répertoire"), max_length=30, required=False, help_text=_("Comme RNCP37674BC01.")
    )
    is_optional = forms.BooleanField(label=_("Bloc au choix, dans les règles de combinaison"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def describe(request: Asked, certifier: str, code: str, version: str, bloc: str) -> HttpResponse:
    """Say how a bloc is assessed and what must be known before."""
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    row: Any = queries.line(held, LineKind.BLOC, bloc)
    if row is None:
        raise Http404
    initial = {name: getattr(row, name) for name in BlocForm.base_fields}
    form = BlocForm(request.POST or None, initial=initial)
    back = reverse("certifier:certifications-write", args=[certifier, code, version])
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            lines.describe_bloc(bloc=row, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Le bloc est à jour."))
            return redirect(f"{back}#ligne-{row.lineage}")
    page = {
        "form": form,
        "question": _("Comment s’évalue ce bloc\u00a0?"),
        "answer": row.text,
        "label": _("Enregistrer"),
        "back": back,
        "certification": held.certification,
        "keep": f"bloc-{row.code}-{row.revision}",
    }
    return render(request, "certifier/certifications/form.html", page)


class PasteForm(forms.Form):
    """What was copied from a document, then what the person kept of the proposal."""

    text = forms.CharField(
        label=_("Le texte copié de votre document"),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=MOST_CHARACTERS,
        strip=False,
        help_text=_(
            "Une liste à puces ou numérotée, un tableau, une page de PDF\u00a0: les lignes coupées sont rejointes."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def paste(request: Asked, certifier: str, code: str, version: str, bloc: str) -> HttpResponse:
    """Propose a list from pasted text, let it be read and corrected, then add it."""
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    row: Any = queries.line(held, LineKind.BLOC, bloc)
    if row is None:
        raise Http404
    form = PasteForm(request.POST or None)
    items = []
    if request.method == "POST" and form.is_valid():
        items = proposed(form.cleaned_data["text"])
        if not items:
            form.add_error("text", _("Aucune ligne n’a été reconnue. Collez une liste de compétences."))
        elif request.POST.get("do") == "add":
            with refusing(request, form, about="text"):
                added = lines.paste_lines(bloc=row, items=items, actor=request.actor, now=timezone.now())
                messages.success(request, _("%(n)d lignes ajoutées.") % {"n": added})
                address = reverse("certifier:certifications-write", args=[certifier, code, version])
                return redirect(f"{address}#ligne-{row.lineage}")
    if items and form.is_valid():
        # What was understood, one line each: it is read, corrected, and understood again when it is sent.
        written = "\n".join(_written(item.kind, item.text, number) for number, item in enumerate(items, start=1))
        form = PasteForm(initial={"text": written})
    page = {
        "form": form,
        "items": items,
        "bloc": row,
        "held": held,
        "certification": held.certification,
        "back": reverse("certifier:certifications-write", args=[certifier, code, version]),
    }
    return render(request, "certifier/certifications/paste.html", page)


def _written(kind: str, text: str, number: int) -> str:
    return f"Bloc {number}\u00a0: {text}" if kind == "bloc" else f"• {text}"
