"""Which partners issue in the certifier's name: granting it, taking it back, seeing what it was used for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.operations import delegation as operations
from jurande.registers.awards.policies import delegation as policies
from jurande.registers.awards.queries import delegation as queries
from jurande.registers.awards.states import MandateEndReason
from jurande.registers.common.verdicts import require
from jurande.registers.network.queries import habilitations
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.delegation import line_of
from jurande.web.ui.formats import day_plain
from jurande.web.ui.forms import refusing
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect


class GrantForm(forms.Form):
    """From which day on."""

    granted_on = forms.DateField(
        label=lazy("À compter du"), required=False, widget=day_input(), help_text=lazy("Aujourd’hui si rien n’est dit.")
    )


class EndForm(forms.Form):
    """Why."""

    reason = forms.ChoiceField(label=lazy("Motif"), choices=MandateEndReason.choices)


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Every partner that issues, or issued, in our name."""
    require(policies.can_see_delegation(request.actor))
    today = timezone.localdate()
    lines = [line_of(row, today) for row in queries.mandates_of(request.actor)]
    may_decide = policies.can_decide_delegation(request.actor, request.certifier).allowed
    page = {
        "lines": lines,
        "active": sum(line.is_active for line in lines),
        "may_decide": may_decide,
        "tabs": tabs(request, "certifier:awards-mandates"),
    }
    return render(request, "certifier/awards/mandates.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def grant(request: Asked, certifier: str, habilitation: str) -> HttpResponse:
    """Let the partner of a habilitation issue in our name."""
    row = habilitations.one_of(request.actor, habilitation)
    if row is None:
        raise Http404
    require(policies.can_decide_delegation(request.actor, row.certifier))
    back = reverse("certifier:habilitations-one", args=[certifier, row.code])
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.grant_mandate(
                habilitation=row,
                granted_on=form.cleaned_data["granted_on"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La délivrance est déléguée."))
            return redirect(back)
    effects = [
        (
            "certificate",
            _("%(name)s prépare, approuve et délivre %(title)s au nom de %(house)s.")
            % {"name": row.partnership.name, "title": row.certification.title, "house": row.certifier.name},
        ),
        (
            "shield-check",
            _(
                "Chaque attestation est signée de votre clé, nomme ce partenaire et contient l’empreinte de son "
                "habilitation\u00a0: chacun peut vérifier qu’elle était en vigueur."
            ),
        ),
        ("clock", _("Habilitation suspendue ou terminée\u00a0: la délivrance s’arrête aussitôt, sans rien à faire.")),
        ("mail", _("Les dirigeants du partenaire reçoivent une lettre.")),
        ("book-2", _("Une écriture au journal, à votre nom, pour toujours.")),
    ]
    question = _("Laisser %(name)s délivrer en votre nom ?") % {"name": row.partnership.name}
    return _confirm(request, row, form, question, _("Déléguer la délivrance"), effects, back)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def end(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take it back."""
    require(policies.can_see_delegation(request.actor))
    mandate = queries.mandate_of(request.actor, code)
    if mandate is None:
        raise Http404
    require(policies.can_end_mandate(request.actor, mandate))
    back = reverse("certifier:habilitations-one", args=[certifier, mandate.habilitation.code])
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.end_mandate(
                mandate=mandate,
                reason=MandateEndReason(form.cleaned_data["reason"]),
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La délivrance n’est plus déléguée."))
            return redirect(back)
    effects = [
        ("certificate", _("%(name)s ne délivre plus rien, dès maintenant.") % {"name": mandate.partnership.name}),
        ("shield-check", _("Ce qui a été délivré avant reste valable, et se vérifie comme avant.")),
        ("mail", _("Les dirigeants du partenaire reçoivent une lettre.")),
        ("book-2", _("Une écriture au journal, à votre nom, pour toujours.")),
    ]
    question = _("Mettre fin à la délivrance par %(name)s ?") % {"name": mandate.partnership.name}
    return _confirm(request, mandate.habilitation, form, question, _("Mettre fin à la délégation"), effects, back)


def shown_on_habilitation(request: Asked, row: Any) -> dict[str, Any]:
    """What the page of a habilitation says of issuing, and what may be decided of it."""
    if not policies.can_see_delegation(request.actor).allowed:
        return {}
    mandate = queries.mandate_on(row)
    may_decide = policies.can_decide_delegation(request.actor, row.certifier).allowed
    may_grant = mandate is None and policies.can_grant_mandate(request.actor, row).allowed
    return {
        "shows_mandate": True,
        "mandate": mandate,
        "mandate_since": day_plain(mandate.granted_on) if mandate is not None else "",
        "may_grant": may_grant and row.state in ("active", "suspended"),
        "may_end_mandate": mandate is not None and may_decide,
    }


def _confirm(
    request: Asked, row: Any, form: forms.Form, question: str, label: str, effects: list[tuple[str, str]], back: str
) -> HttpResponse:
    shown = [Effect(icon, sentence) for icon, sentence in effects]
    page = {"row": row, "form": form, "question": question, "label": label, "effects": shown, "back": back}
    return render(request, "certifier/habilitation_act.html", page)
