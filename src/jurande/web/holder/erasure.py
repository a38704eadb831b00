"""Erasing one thing, closing one's space, taking all that concerns one: what will happen is said first, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.awards.operations import closing, erasing, exporting
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries.retention import hold_on
from jurande.web.access import Asked, audience, person_of
from jurande.web.holder.portfolio import held_here
from jurande.web.language import bilingual
from jurande.web.ui import spoken
from jurande.web.ui.downloads import SANDBOX, disposition
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award


class SureForm(forms.Form):
    """One box to tick: nothing to type on a phone."""

    sure = forms.BooleanField(
        label=lazy("Oui, effacer pour toujours"),
        error_messages={"required": lazy("Cochez la case si vous êtes sûr. Sinon, revenez en arrière.")},
    )


class CloseForm(SureForm):
    """The same, in other words."""

    sure = forms.BooleanField(
        label=lazy("Oui, tout effacer et fermer mon espace"),
        error_messages={"required": lazy("Cochez la case si vous êtes sûr. Sinon, revenez en arrière.")},
    )


@require_safe
@audience("holder")
def erase(request: Asked, code: str) -> HttpResponse:
    """Say what erasing does, before anything is asked."""
    award = held_here(request, code)
    hold = hold_on(award, today=timezone.localdate())
    page = {"award": award, "title": holders.title_of(award), "effects": _effects(award), "hold": hold}
    return render(request, "holder/erase.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def erase_sure(request: Asked, code: str) -> HttpResponse:
    """Ask once more, and erase."""
    award = held_here(request, code)
    form = SureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            erasing.erase_award(award=award, actor=request.actor, now=timezone.now())
            messages.success(request, _("C’est effacé. Ses copies partent dans la minute."))
            return redirect("holder:home")
    page = {"award": award, "title": holders.title_of(award), "form": form}
    return render(request, "holder/erase_sure.html", page)


def _effects(award: Award) -> list[Effect]:
    house = {"house": spoken.named(award.certifier.name)}
    said = [
        Effect(
            "eye-off",
            _("Votre nom, votre naissance, votre note et votre adresse disparaissent d’ici, et de chez %(house)s.")
            % house,
        ),
        Effect("link", _("Vos liens de partage ne la montrent plus, les demandes à son sujet s’effacent aussi.")),
        Effect(
            "external-link",
            _("Sa page publique dira qu’elle a été retirée à la demande de son titulaire, sans dire qui c’était."),
        ),
        Effect(
            "file-text",
            _(
                "Les fichiers que vous avez déjà téléchargés ou envoyés restent où ils sont, mais plus rien ici ne les "
                "confirme."
            ),
        ),
        Effect("ban", _("Personne ne pourra revenir en arrière, ni vous, ni %(house)s.") % house),
    ]
    if award.replaces_id is not None:
        said.insert(1, Effect("copy", _("Celle qu’elle avait remplacée est effacée avec elle.")))
    return said


# --- the whole space ------------------------------------------------------------------------------


@require_safe
@audience("holder")
def close(request: Asked) -> HttpResponse:
    """Say what closing does, before anything is asked."""
    person = person_of(request)
    page = {
        "held": holders.held_by(person).count(),
        "waiting": holders.waiting_for(person).count(),
        "works_here": closing.works_here(person),
    }
    return render(request, "holder/close.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def close_sure(request: Asked) -> HttpResponse:
    """Ask once more, and close; whoever works here stays signed in to their work."""
    person = person_of(request)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        stays = closing.works_here(person)
        with refusing(request, form):
            closing.close_space(person=person, actor=request.actor, now=timezone.now())
            if not stays:
                request.session.flush()
            return redirect("holder:closed")
    return render(request, "holder/close_sure.html", {"form": form})


@require_safe
@audience("public")
@bilingual
def closed(request: Asked) -> HttpResponse:
    """It is done; nobody is signed in any more."""
    return render(request, "holder/closed.html")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def export(request: Asked) -> HttpResponseBase:
    """Say what is in the file, then give it."""
    if request.method != "POST":
        return render(request, "holder/export.html")
    now = timezone.now()
    made = exporting.export_all(person=person_of(request), actor=request.actor, now=now)
    response = FileResponse(made, content_type="application/zip")
    response["Content-Disposition"] = disposition(f"tout-ce-qui-me-concerne-{timezone.localdate(now)}.zip")
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
