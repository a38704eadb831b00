"""Acts on several partners or habilitations at once: each shows first what it will do, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed, require
from jurande.registers.network.operations import habilitations, keeping
from jurande.registers.network.policies.ledger import can_suspend_several
from jurande.registers.network.queries import imports, network
from jurande.registers.network.states import HabilitationState, HabilitationSuspendReason
from jurande.registers.parties import operations, policies, queries
from jurande.web.access import Asked, audience
from jurande.web.certifier.network import HABILITATIONS, habilitations_table, table
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing

MOST = 200


def _chosen_partners(request: Asked, certifier: str) -> list[Any]:
    rows = queries.partners(request.actor)
    if request.POST.get("tout"):
        return list(table(certifier, queries.network_choices(request.actor)).read(request.GET, rows).rows)
    return list(rows.filter(code__in=request.POST.getlist("choix")))


def _nothing_chosen(request: Asked, certifier: str) -> HttpResponse:
    messages.warning(request, _("Aucune ligne n’est choisie. Cochez-en au moins une, puis recommencez."))
    return redirect("certifier:partners", certifier)


@require_POST
@audience("certifier")
def follow(request: Asked, certifier: str) -> HttpResponse:
    """Choose who follows the chosen partners: first a preview, then the act."""
    actor = request.actor
    require(policies.can_open_partnership(actor, request.certifier))
    chosen = _chosen_partners(request, certifier)
    if not chosen:
        return _nothing_chosen(request, certifier)
    people = {person.code: person for person in queries.followers(actor)}
    follower = people.get(request.POST.get("personne", ""))
    if follower is not None:
        with refusing(request), transaction.atomic():
            for partnership in chosen:
                operations.follow_partnership(
                    partnership=partnership, followed_by=follower, actor=actor, now=timezone.now()
                )
            said = ngettext(
                "%(who)s suit maintenant %(n)d partenaire.", "%(who)s suit maintenant %(n)d partenaires.", len(chosen)
            )
            messages.success(request, said % {"who": follower.full_name, "n": len(chosen)})
        return redirect("certifier:partners", certifier)
    return render(request, "certifier/follow.html", {"chosen": chosen, "people": people.values()})


@require_POST
@audience("certifier")
def remind(request: Asked, certifier: str) -> HttpResponse:
    """Write to the chosen partners what their file lacks, after saying to whom and what."""
    actor = request.actor
    require(policies.can_open_partnership(actor, request.certifier))
    chosen = _chosen_partners(request, certifier)
    if not chosen:
        return _nothing_chosen(request, certifier)
    if request.POST.get("do") == "remind":
        with refusing(request):
            sent = keeping.remind_partners(partnerships=chosen, actor=actor, now=timezone.now())
            said = ngettext("%(n)d courriel est parti.", "%(n)d courriels sont partis.", sent)
            messages.success(request, said % {"n": sent})
        return redirect("certifier:partners", certifier)
    missing = {one.code: one for one in imports.files_progress(actor, timezone.localdate())}
    lines = [{"partner": one, "progress": missing[one.code]} for one in chosen if one.code in missing]
    page = {
        "chosen": chosen,
        "to_write": [
            {**line, "missing": [imports.FILE_ITEMS[key] for key in line["progress"].missing if key != "person"]}
            for line in lines
            if line["progress"].missing and (line["partner"].people_count or line["partner"].invited_count)
        ],
        "complete": [line["partner"] for line in lines if not line["progress"].missing],
        "nobody": [one for one in chosen if not one.people_count and not one.invited_count and not one.is_ended],
    }
    return render(request, "certifier/partners_remind.html", page)


@dataclass(frozen=True)
class Head:
    """Somebody to invite, as it was typed; the fields are named after the partner's code."""

    partner: Any
    email: str
    first_name: str
    last_name: str


@require_POST
@audience("certifier")
def invite(request: Asked, certifier: str) -> HttpResponse:
    """Invite the heads of the chosen partners where nobody came: their names and addresses, then the letters."""
    actor = request.actor
    require(policies.can_open_partnership(actor, request.certifier))
    chosen = [one for one in _chosen_partners(request, certifier) if not one.is_ended]
    lines = [
        Head(one, *(request.POST.get(f"{name}-{one.code}", "").strip() for name in ("courriel", "prenom", "nom")))
        for one in chosen
        if not one.people_count and not one.invited_count
    ]
    if not lines:
        messages.warning(request, _("Chacun de ces partenaires a déjà quelqu’un, ou une invitation en attente."))
        return redirect("certifier:partners", certifier)
    if request.POST.get("do") == "invite":
        given = [(one.partner, one.email, one.first_name, one.last_name) for one in lines if one.email]
        if not given:
            messages.warning(
                request, _("Écrivez au moins une adresse. Les partenaires laissés vides ne reçoivent rien.")
            )
        else:
            with refusing(request):
                keeping.invite_heads(given=given, actor=actor, now=timezone.now())
                said = ngettext("%(n)d invitation est partie.", "%(n)d invitations sont parties.", len(given))
                messages.success(request, said % {"n": len(given)})
                return redirect("certifier:partners", certifier)
    return render(request, "certifier/partners_invite.html", {"lines": lines})


class SuspendForm(forms.Form):
    """One reason for all."""

    reason = forms.ChoiceField(
        label=_("Pourquoi"),
        choices=[(one.value, one.label) for one in habilitations.SUSPEND_REASONS],
    )
    effective_on = forms.DateField(label=_("À partir du"), widget=DayInput())
    note = forms.CharField(
        label=_("Motif, que chaque partenaire lira"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_POST
@audience("certifier")
def suspend(request: Asked, certifier: str) -> HttpResponse:
    """Suspend the chosen habilitations for one reason: who is concerned and who is not, then the act."""
    actor, today = request.actor, timezone.localdate()
    require(can_suspend_several(actor, request.certifier))
    rows = network.habilitations(actor, today)
    if request.POST.get("tout"):
        found = habilitations_table(certifier, network.choices(actor), today).read(request.GET, rows).rows
    else:
        found = rows.filter(code__in=request.POST.getlist("choix")).order_by("pk")
    chosen = list(found[: MOST + 1])
    back = f"{reverse('certifier:partners', args=[certifier])}?vue={HABILITATIONS}"
    if not chosen or len(chosen) > MOST:
        messages.warning(request, _("Choisissez au moins une habilitation, et deux cents au plus à la fois."))
        return redirect(back)
    able = [one for one in chosen if one.state == HabilitationState.ACTIVE]
    form = SuspendForm(request.POST if request.POST.get("do") == "suspend" else None, initial={"effective_on": today})
    if form.is_bound and form.is_valid():
        done, refusals = _suspended(able, request, form)
        said = ngettext("%(n)d habilitation est suspendue.", "%(n)d habilitations sont suspendues.", done)
        if done:
            messages.success(request, said % {"n": done})
        for sentence in dict.fromkeys(refusals):
            messages.error(request, sentence)
        return redirect(back)
    page = {"able": able, "unable": [one for one in chosen if one not in able], "form": form, "back": back}
    return render(request, "certifier/habilitations_suspend.html", page)


def _suspended(able: Sequence[Any], request: Asked, form: SuspendForm) -> tuple[int, list[str]]:
    """Each in its own transaction: one that changed meanwhile does not undo the others."""
    done, refusals = 0, []
    given = {
        **form.cleaned_data,
        "reason": HabilitationSuspendReason(form.cleaned_data["reason"]),
    }
    for one in able:
        try:
            habilitations.suspend(habilitation=one, actor=request.actor, now=timezone.now(), **given)
            done += 1
        except (Refused, NotAllowed) as refusal:
            said = refusal.sentence if isinstance(refusal, Refused) else refusal.reason
            refusals.append(f"{one.reference}\u00a0: {said}")
    return done, refusals


@require_POST
@audience("certifier")
def save_view(request: Asked, certifier: str) -> HttpResponse:
    """Keep the filters of the list under a name."""
    query = request.POST.get("query", "")
    with refusing(request):
        view = keeping.save_view(
            certifier=request.certifier,
            name=request.POST.get("nom", ""),
            query=query,
            is_shared=bool(request.POST.get("partagee")),
            actor=request.actor,
            now=timezone.now(),
        )
        messages.success(request, _("La vue «\u00a0%(name)s\u00a0» est enregistrée.") % {"name": view.name})
    return redirect(f"{reverse('certifier:partners', args=[certifier])}?{query}")


@require_POST
@audience("certifier")
def remove_view(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Remove a view of one's own."""
    view = network.saved_view(request.actor, code)
    if view is None:
        raise Http404
    with refusing(request):
        keeping.remove_view(view=view, actor=request.actor)
        messages.success(request, _("La vue «\u00a0%(name)s\u00a0» est retirée.") % {"name": view.name})
    return redirect("certifier:partners", certifier)
