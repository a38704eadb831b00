"""One convention: what it says, its pages, its PDF and its annexes; sending it, taking it back, what follows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.integrations.typesetting import TooMuchText, pictures, typeset
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.facts import missing_of, paper
from jurande.registers.conventions.operations import drafting, recording, sending
from jurande.registers.conventions.queries import conventions as queries
from jurande.registers.conventions.states import ConventionKind, Origin
from jurande.registers.parties import policies as parties
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import found, mention_lines, state_chip, tabs_of
from jurande.web.ui.downloads import SANDBOX, disposition, serve
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect
from jurande.web.ui.sentences import told

EVENTS = 12


@require_safe
@audience("certifier")
def overview(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Where a convention stands: its mentions, what it covers, its annexes, what was done."""
    actor, today = request.actor, timezone.localdate()
    held = found(request, code)
    editable = bool(policies.can_edit_convention(actor, held))
    mentions = mention_lines(held, editable=editable)
    page = {
        "held": held,
        "state": state_chip(held),
        "tabs": tabs_of(held, "one"),
        "mentions": mentions,
        "lacking": sum(bool(one.lacks) for one in mentions),
        "scopes": queries.scopes_of(held, today=today),
        "annexes": queries.annexes_of(held),
        "free": queries.free_clauses_of(held),
        "followers": queries.followers_of(held),
        "editable": editable,
        "written_here": held.origin == Origin.JURANDE,
        "may_take_back": policies.can_take_back_convention(actor, held),
        "may_follow": policies.can_follow_convention(actor, held) and not held.partnership.is_ended,
        "events": told(queries.acts_of(held)[:EVENTS]) if parties.can_see_journal(actor) else [],
    }
    return render(request, "certifier/conventions/one.html", page)


@require_safe
@audience("certifier")
def look(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Every page as it will be printed, or as it was sent."""
    held = found(request, code)
    if held.origin != Origin.JURANDE:
        raise Http404
    try:
        pages = range(1, len(pictures("convention", paper(held))) + 1)
    except TooMuchText:
        return _too_long(request, held)
    return render(request, "certifier/conventions/look.html", {"held": held, "pages": pages})


@require_safe
@audience("certifier")
def page_picture(request: Asked, certifier: str, code: str, number: int) -> HttpResponse:
    """One page as a picture."""
    held = found(request, code)
    pages = pictures("convention", paper(held)) if held.origin == Origin.JURANDE else []
    if not 1 <= number <= len(pages):
        raise Http404
    response = HttpResponse(pages[number - 1], content_type="image/svg+xml")
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@audience("certifier")
def pdf(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """The PDF that was sent; before that, the draft, marked so on each page."""
    held = found(request, code)
    if held.text is not None:
        return serve(held.text.pdf)
    if held.origin != Origin.JURANDE:
        raise Http404
    try:
        response = HttpResponse(typeset("convention", paper(held)), content_type="application/pdf")
    except TooMuchText:
        return _too_long(request, held)
    response["Content-Disposition"] = disposition(f"{held.reference}-projet.pdf")
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


def _too_long(request: Asked, held: Any) -> HttpResponse:
    messages.error(request, _("Ce texte est trop long pour être mis en pages. Raccourcissez les clauses."))
    return redirect("certifier:conventions-one", held.certifier.code, held.code)


@require_safe
@audience("certifier")
def annex_file(request: Asked, certifier: str, code: str, annex: str) -> HttpResponseBase:
    """The file of an annex."""
    held = queries.annex(found(request, code), annex)
    if held is None or held.document is None:
        raise Http404
    return serve(held.document)


class SeenForm(forms.Form):
    """Which state of the draft was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def send(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Send a convention to be signed, after saying what follows; with a mention missing, say which."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    if held.origin != Origin.JURANDE:
        raise Http404
    form = SeenForm(request.POST or None, initial={"revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            sending.send(
                convention=held,
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La convention est envoyée. Son texte ne change plus."))
            return redirect("certifier:conventions-one", certifier, code)
    page = {
        "held": held,
        "form": form,
        "mentions": [one for one in mention_lines(held, editable=True) if one.lacks],
        "ready": not missing_of(held),
        "effects": [
            Effect("lock", str(_("Le texte, le barème et les annexes sont figés tels que vous les avez lus."))),
            Effect(
                "mail",
                str(
                    _("%(theirs)s et %(ours)s reçoivent de quoi lire et signer.")
                    % {
                        "theirs": held.partner_signer_name or _("Le signataire du partenaire"),
                        "ours": held.certifier_signer_name or _("le nôtre"),
                    }
                ),
            ),
            Effect("pencil", str(_("Tant que tous deux n’ont pas signé, vous pouvez la reprendre."))),
        ],
    }
    return render(request, "certifier/conventions/send.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def take_back(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Bring a convention back to a draft, after saying what follows."""
    held = found(request, code)
    require(policies.can_take_back_convention(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            sending.take_back(convention=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("La convention est de nouveau en rédaction."))
            return redirect("certifier:conventions-one", certifier, code)
    effects = [
        Effect("ban", str(_("Les liens de signature déjà envoyés ne s’ouvrent plus."))),
        Effect("file-text", str(_("Le texte qui avait été envoyé est gardé, et n’engage personne."))),
        Effect("pencil", str(_("Vous pourrez la corriger, puis l’envoyer de nouveau."))),
    ]
    return _act(request, held, form, _("Reprendre cette convention\u00a0?"), _("Reprendre"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def abandon(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Give up a draft, after saying what follows."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            drafting.abandon(convention=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("La convention est abandonnée."))
            return redirect("certifier:conventions", certifier)
    effects = [
        Effect("ban", str(_("Elle ne sera pas envoyée. Son numéro ne servira pas à une autre."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
    ]
    return _act(request, held, form, _("Abandonner cette convention\u00a0?"), _("Abandonner"), effects)


class FollowForm(forms.Form):
    """What comes after: an amendment or a renewal."""

    kind = forms.ChoiceField(
        label=_("Que préparer\u00a0?"),
        widget=forms.RadioSelect,
        choices=[
            (ConventionKind.RENEWAL, _("Un renouvellement, qui commence quand celle-ci finit")),
            (ConventionKind.AMENDMENT, _("Un avenant, qui remplace celle-ci pendant sa durée")),
        ],
        initial=ConventionKind.RENEWAL,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def follow(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Begin the amendment or the renewal of a convention."""
    held = found(request, code)
    require(policies.can_follow_convention(request.actor, held))
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            new = drafting.follow(
                convention=held,
                kind=ConventionKind(form.cleaned_data["kind"]),
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("%(r)s est commencée.") % {"r": new.reference})
            return redirect("certifier:conventions-one", certifier, new.code)
    effects = [
        Effect("file-text", str(_("Un brouillon reprend ce que dit celle-ci, avec la version des clauses en cours."))),
        Effect("check", str(_("Rien ne change pour le partenaire tant qu’il n’est pas signé des deux parties."))),
    ]
    return _act(request, held, form, _("Que préparer après cette convention\u00a0?"), _("Préparer"), effects)


class RecordForm(forms.Form):
    """A convention signed elsewhere: its file and its date."""

    concluded_on = forms.DateField(label=_("Date de la dernière signature"), widget=DayInput())
    file = forms.FileField(label=_("Convention signée"), help_text=_("Le PDF tel qu’il a été signé."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def record(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Keep the PDF of a convention signed elsewhere: it takes effect as any other."""
    held = found(request, code)
    require(policies.can_edit_convention(request.actor, held))
    if held.origin != Origin.ELSEWHERE:
        raise Http404
    form = RecordForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form, about="file"):
            upload = form.cleaned_data["file"]
            recording.record_elsewhere(
                convention=held,
                concluded_on=form.cleaned_data["concluded_on"],
                content=upload.file,
                filename=upload.name,
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La convention est enregistrée."))
            return redirect("certifier:conventions-one", certifier, code)
    page = {"held": held, "form": form, "mentions": [one for one in mention_lines(held, editable=True) if one.lacks]}
    return render(request, "certifier/conventions/record.html", page)


def _act(
    request: Asked, held: Any, form: forms.Form, question: object, label: object, effects: list[Effect]
) -> HttpResponse:
    page = {
        "held": held,
        "form": form,
        "question": question,
        "label": label,
        "effects": effects,
        "back": reverse("certifier:conventions-one", args=[held.certifier.code, held.code]),
    }
    return render(request, "certifier/conventions/act.html", page)
