"""Registration dossiers: which there are, where one stands, and what each criterion asks, shows and lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.core.france.specific_register import BY_KEY, CRITERIA
from jurande.registers.common.verdicts import require
from jurande.registers.declarations import operations, policies, queries
from jurande.registers.parties import policies as parties
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.declarations.parts import STANDINGS, counts_in, found, lacking_in, state_chip
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Segment
from jurande.web.ui.sentences import told

SHOWN, EVENTS = 100, 12


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Those of the house, and what a new one may be about."""
    require(policies.can_see_dossiers(request.actor))
    offered = [
        (one, policies.can_start_dossier(request.actor, one).allowed)
        for one in queries.requestable(request.actor).select_related("certifier", "fiche")[:SHOWN]
    ]
    rows = list(queries.dossiers(request.actor)[:SHOWN])
    page = {
        "rows": [(one, state_chip(one)) for one in rows],
        "drafts": sum(one.is_draft for one in rows),
        "offered": offered,
    }
    return render(request, "certifier/declarations/list.html", page)


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Where a dossier stands, criterion by criterion: as its registers are today, or as it was frozen."""
    held = found(request, code)
    content: Any = operations.content_now(held, today=timezone.localdate())
    counts = counts_in(content)
    page = {
        "held": held,
        "content": content,
        "state": state_chip(held),
        "criteria": [(one, STANDINGS[one["standing"]], lacking_in(one)) for one in content["criteria"]],
        "places": [row | {"until": date.fromisoformat(row["until"])} for row in content["places"]],
        "counts": counts,
        "total": len(content["criteria"]),
        "segments": [Segment(counts["shown"] + counts["moot"], "ok"), Segment(counts["partial"], "warn")],
        "who": names_of([held.started_by_code, held.ended_by_code]),
        "events": told(queries.life_of(held)[:EVENTS]) if parties.can_see_journal(request.actor) else [],
        "may_edit": policies.can_edit_dossier(request.actor, held),
        "may_close": policies.can_close_dossier(request.actor, held),
    }
    return render(request, "certifier/declarations/one.html", page)


class AnswerForm(forms.Form):
    """What the house says of a criterion."""

    text = forms.CharField(
        label=_("Votre réponse"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Elle est imprimée telle quelle dans le dossier. Une ligne qui commence par un tiret fait une liste."
        ),
    )
    is_moot = forms.BooleanField(
        label=_("Ce critère est sans objet pour nous"), required=False, help_text=_("Dites au-dessus pourquoi.")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *given: Any, may_be_moot: bool, **named: Any) -> None:
        """Offer «sans objet» only where the article does."""
        super().__init__(*given, **named)
        if not may_be_moot:
            del self.fields["is_moot"]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def criterion(request: Asked, certifier: str, code: str, key: str) -> HttpResponse:
    """What a criterion asks, what is shown of it and what lacks; the answer is written here."""
    held = found(request, code)
    if key not in BY_KEY:
        raise Http404
    answer = held.answers.filter(criterion=key).first()
    kept = {"text": answer.text, "is_moot": answer.is_moot, "revision": answer.revision} if answer else {"revision": 0}
    form = AnswerForm(request.POST or None, initial=kept, may_be_moot=BY_KEY[key].may_be_moot)
    if request.method == "POST":
        require(policies.can_edit_dossier(request.actor, held))
        if form.is_valid():
            with refusing(request, form, about="text"):
                operations.write_answer(
                    dossier=held, criterion=key, actor=request.actor, now=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("La réponse est enregistrée."))
                return redirect("certifier:dossiers-criterion", certifier, code, key)
    clashes = form.is_bound and form["revision"].value() != str(kept["revision"])
    if clashes:
        # What somebody else wrote is shown above what was typed: saving again is then done knowingly.
        typed = request.POST.copy()
        typed["revision"] = str(kept["revision"])
        form.data = typed
    page = _criterion_page(request, held, key) | {"form": form, "answer": answer, "clashes": clashes}
    return render(request, "certifier/declarations/criterion.html", page)


def _criterion_page(request: Asked, held: Any, key: str) -> dict[str, Any]:
    content: Any = operations.content_now(held, today=timezone.localdate())
    shown = next(one for one in content["criteria"] if one["key"] == key)
    keys = [one.key for one in CRITERIA]
    at, arguments = keys.index(key), [held.certifier.code, held.code]
    before, after = (keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else "")

    def address(of: str) -> str:
        return reverse("certifier:dossiers-criterion", args=[*arguments, of]) if of else ""

    return {
        "held": held,
        "criterion": BY_KEY[key],
        "shown": shown,
        "status": STANDINGS[shown["standing"]],
        "evidence": [(one, STANDINGS[one["standing"]]) for one in shown["evidence"]],
        "may_edit": policies.can_edit_dossier(request.actor, held),
        "before": BY_KEY.get(before),
        "before_url": address(before),
        "after": BY_KEY.get(after),
        "after_url": address(after),
    }
