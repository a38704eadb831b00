"""The house's seal: which key signs, those that signed before, whether all that was decided is public; a new key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.policies.record import can_copy_record
from jurande.registers.common.verdicts import require
from jurande.registers.journal import queries as journal
from jurande.registers.seal import policies, queries
from jurande.registers.seal.operations import keys, projection
from jurande.registers.seal.operations.standing import sentence_of
from jurande.web.access import Asked, audience, confirmed
from jurande.web.ui.formats import moment, number
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Stat
from jurande.web.ui.sentences import told


@require_safe
@audience("certifier")
def seal(request: Asked, certifier: str) -> HttpResponse:
    """What signs in the name of this house, since when, and what it signed."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(policies.can_see_seal(request.actor, house))
    now = timezone.now()
    seen = queries.house_seal(house)
    subjects = [("signing_key", key.code) for key, _used in seen.keys]
    page = {
        "seen": seen,
        "age": seen.active.age_days(now) if seen.active else 0,
        "stop": sentence_of(seen.stop_code, seen.stop_about) if seen.stop_code else "",
        "stats": _stats(seen),
        "may_copy": can_copy_record(request.actor, house),
        "may_rotate": policies.can_rotate_key(request.actor, house),
        "events": told(journal.timeline_of(subjects, certifier).reverse()) if subjects else [],
    }
    return render(request, "certifier/seal.html", page)


def _stats(seen: queries.HouseSeal) -> list[Stat]:
    return [
        Stat(
            str(_("Attestations signées")), number(seen.credentials), note=str(_("diplômes, badges et habilitations"))
        ),
        Stat(str(_("Suspendues")), number(seen.suspended), note=str(_("à ce jour"))),
        Stat(str(_("Révoquées")), number(seen.revoked), note=str(_("remplacées comprises"))),
        Stat(str(_("En attente")), number(seen.waiting), note=moment(seen.published_at) if seen.published_at else ""),
    ]


class RotateForm(forms.Form):
    """That one read what will happen."""

    understood = forms.BooleanField(
        label=_("J’ai lu ce qui va se passer, et la clé actuelle n’a pas été volée."),
        error_messages={"required": _("Cochez la case si vous êtes d’accord, ou revenez à la page du sceau.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
@confirmed
def rotate(request: Asked, certifier: str) -> HttpResponse:
    """Replace the key that signs, once its holder proved who they are and read what will happen."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(policies.can_rotate_key(request.actor, house))
    seen = queries.house_seal(house)
    if seen.active is None:
        messages.info(request, _("Cette maison n’a pas encore de clé\u00a0: demandez à l’exploitant de la créer."))
        return redirect("certifier:seal", certifier)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            now = timezone.now()
            keys.rotate_key(certifier=house, actor=request.actor, now=now)
            projection.settle_soon(now=now)
            messages.success(request, _("La nouvelle clé signe désormais. Ce que l’ancienne a signé reste valable."))
            return redirect("certifier:seal", certifier)
    page: dict[str, Any] = {"form": form, "seen": seen, "age": seen.active.age_days(timezone.now())}
    return render(request, "certifier/seal_key.html", page)
