"""The seal of the installation: is what is decided public, who keeps watch, which keys sign; and the acts that mend."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common import jobs
from jurande.registers.common.verdicts import require
from jurande.registers.seal import policies, queries
from jurande.registers.seal.operations import keys, projection
from jurande.registers.seal.operations.standing import SealingBusy, sentence_of
from jurande.web.access import Asked, audience, confirmed
from jurande.web.ui.formats import moment, number
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Stat


@require_safe
@audience("operator")
def seal(request: Asked) -> HttpResponse:
    """What the log holds, what waits, what stops it, who watches, which keys sign."""
    require(policies.can_keep_seal(request.actor))
    now = timezone.now()
    seen = queries.overview()
    stop = sentence_of(seen.log.stop_code, seen.log.stop_about) if seen.log and seen.log.stop_code else ""
    page = {
        "seen": seen,
        "stop": stop,
        "stats": _stats(seen),
        "keys": [(key, key.age_days(now)) for key in seen.keys],
        "now": now,
    }
    return render(request, "operator/seal.html", page)


def _stats(seen: queries.Overview) -> list[Stat]:
    if seen.log is None:
        return []
    return [
        Stat(str(_("Entrées signées")), number(seen.log.signed_size), note=str(_("au registre public"))),
        Stat(str(_("Attestations")), number(seen.credentials), note=str(_("tous états confondus"))),
        Stat(str(_("En attente")), number(seen.waiting), note=str(_("décidées, pas encore publiques"))),
        Stat(str(_("Points de contrôle")), number(seen.checkpoints), note=moment(seen.log.signed_at)),
    ]


@require_POST
@audience("operator")
def settle(request: Asked) -> HttpResponse:
    """Seal and publish now whatever waits."""
    require(policies.can_keep_seal(request.actor))
    try:
        settled = projection.settle(now=timezone.now(), wait_seconds=projection.REQUEST_WAIT_SECONDS)
    except SealingBusy as busy:
        messages.info(request, str(busy.sentence))
        return redirect("operator:seal")
    if settled.stop:
        messages.error(request, sentence_of(settled.stop, settled.about))
    else:
        messages.success(request, _("Tout ce qui attendait est scellé et publié."))
    return redirect("operator:seal")


@require_POST
@audience("operator")
def check(request: Asked) -> HttpResponse:
    """Ask for a complete check, which runs in the background."""
    require(policies.can_keep_seal(request.actor))
    jobs.request("seal.check", requested_by=request.actor.code, now=timezone.now())
    messages.success(request, _("La vérification est lancée : son résultat s’affichera ici."))
    return redirect("operator:seal")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("operator")
@confirmed
def key(request: Asked, code: str) -> HttpResponse:
    """Make the first key of a certifier, or replace the one it has, once the operator has read what will happen."""
    require(policies.can_keep_seal(request.actor))
    certifier = queries.certifier_of_code(code)
    if certifier is None:
        raise Http404
    seen = queries.overview()
    is_first = certifier in seen.keyless
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusing(request, form):
            act = keys.create_key if is_first else keys.rotate_key
            made = act(certifier=certifier, actor=request.actor, now=timezone.now())
            projection.settle_soon(now=timezone.now())
            messages.success(request, _("Nouvelle clé en service : %(key)s") % {"key": made.multikey})
            return redirect("operator:seal")
    page: dict[str, Any] = {"form": form, "certifier": certifier, "is_first": is_first}
    return render(request, "operator/seal_key.html", page)
