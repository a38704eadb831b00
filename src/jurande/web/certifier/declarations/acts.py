"""What is done with a registration dossier: begun, joined to, closed, given up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from jurande.core.france.specific_register import BY_KEY, PIECES, Criterion
from jurande.registers.common.verdicts import require
from jurande.registers.declarations import operations, policies, queries
from jurande.web.access import Asked, audience
from jurande.web.certifier.declarations.parts import counts_in, found
from jurande.web.ui.formats import count
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect


@require_POST
@audience("certifier")
def start(request: Asked, certifier: str, certification: str) -> HttpResponse:
    """Begin a dossier, or come back to the one being prepared."""
    held = queries.certification_to_request(request.actor, certification)
    if held is None:
        raise Http404
    made = operations.start_dossier(certification=held, actor=request.actor, now=timezone.now())
    return redirect("certifier:dossiers-one", certifier, made.code)


class AnnexForm(forms.Form):
    """What is joined to a criterion."""

    piece = forms.ChoiceField(label=_("Nature"))
    title = forms.CharField(label=_("Titre"), max_length=operations.MOST_TITLE)
    file = forms.FileField(label=_("Fichier"), help_text=_("PDF, image, document ou tableur."))

    def __init__(self, *given: Any, criterion: Criterion, is_first: bool, **named: Any) -> None:
        """Offer the pieces of this criterion."""
        super().__init__(*given, **named)
        offered = [
            (one.key, one.label)
            for one in PIECES
            if one.criterion in ("", criterion.key) and not (one.only_again and is_first)
        ]
        self.fields["piece"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def join(request: Asked, certifier: str, code: str, key: str) -> HttpResponse:
    """Join a file to a criterion."""
    held = found(request, code)
    criterion = BY_KEY.get(key)
    if criterion is None:
        raise Http404
    require(policies.can_edit_dossier(request.actor, held))
    form = AnnexForm(request.POST or None, request.FILES or None, criterion=criterion, is_first=held.kind == "first")
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            operations.add_annex(
                dossier=held,
                criterion=key,
                piece=form.cleaned_data["piece"],
                title=form.cleaned_data["title"],
                content=upload.file,
                filename=upload.name,
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La pièce est jointe."))
            return redirect("certifier:dossiers-criterion", certifier, code, key)
    return render(request, "certifier/declarations/join.html", {"held": held, "form": form, "criterion": criterion})


@require_POST
@audience("certifier")
def remove(request: Asked, certifier: str, code: str, annex: str) -> HttpResponse:
    """Take a file away from a draft."""
    held = found(request, code)
    joined = queries.annex(held, annex)
    if joined is None:
        raise Http404
    operations.remove_annex(annex=joined, actor=request.actor, now=timezone.now())
    messages.success(request, _("La pièce est retirée."))
    return redirect("certifier:dossiers-criterion", certifier, code, joined.criterion)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Freeze a dossier, after saying what it lacks."""
    held = found(request, code)
    require(policies.can_close_dossier(request.actor, held))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.close_dossier(dossier=held, actor=request.actor, now=timezone.now())
            messages.success(
                request, _("Le dossier est arrêté. Déposez-le par la téléprocédure de France compétences.")
            )
            return redirect("certifier:dossiers-one", certifier, code)
    content: Any = operations.content_now(held, today=timezone.localdate())
    counts = counts_in(content)
    lacking = counts["missing"] + counts["partial"]
    words = _("critère n’est pas entièrement montré,critères ne sont pas entièrement montrés")
    effects = [
        Effect(
            "alert-octagon", str(_("%(lacking)s\u00a0: le dossier le dira.")) % {"lacking": count(lacking, str(words))}
        )
        if lacking
        else Effect("clipboard-check", str(_("Chaque critère est montré, ou dit sans objet."))),
        Effect("lock", str(_("Les chiffres d’aujourd’hui, vos réponses et la liste des pièces sont figés."))),
        Effect("file-text", str(_("Le document est fait une fois pour toutes, avec son empreinte sur chaque page."))),
        Effect(
            "send", str(_("Rien n’est envoyé\u00a0: c’est vous qui déposez la demande auprès de France compétences."))
        ),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    page = {
        "held": held,
        "form": form,
        "effects": effects,
        "question": _("Arrêter ce dossier\u00a0?"),
        "label": _("Arrêter"),
    }
    return render(request, "certifier/declarations/act.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give up a dossier, after saying what follows."""
    held = found(request, code)
    require(policies.can_edit_dossier(request.actor, held))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.discard_dossier(dossier=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le dossier est abandonné."))
            return redirect("certifier:dossiers", certifier)
    effects = [
        Effect("ban", str(_("Plus rien ne s’y écrit\u00a0; vous pourrez en commencer un autre."))),
        Effect("file-text", str(_("Ce qui y est écrit et joint reste à lire."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    page = {
        "held": held,
        "form": form,
        "effects": effects,
        "question": _("Abandonner ce dossier\u00a0?"),
        "label": _("Abandonner"),
    }
    return render(request, "certifier/declarations/act.html", page)
