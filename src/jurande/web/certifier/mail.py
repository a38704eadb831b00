"""What the house writes: its letters and what became of them, and how each kind is worded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations, queries
from jurande.registers.correspondence.emails import ACTION_CHARS, BODY_CHARS, SUBJECT_CHARS, Words, catalogue, preview
from jurande.registers.correspondence.states import MessageState
from jurande.registers.parties import policies
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.tables import Column, Filter, Table

STATUS = {
    MessageState.QUEUED: "run",
    MessageState.SENDING: "run",
    MessageState.SENT: "ok",
    MessageState.FAILED: "late",
    MessageState.BOUNCED: "late",
    MessageState.WITHHELD: "stop",
}


def state_chip(letter: Any) -> str:
    """The delivery state of a letter, as everywhere."""
    return chip(STATUS[MessageState(letter.state)], letter.get_state_display())


LETTERS: Table[Any] = Table(
    name="courriers",
    columns=(
        Column("objet", _("Objet"), lambda m: m.subject or _("Courrier effacé")),
        Column("a", _("À"), lambda m: m.to_email),
        Column("ecrit", _("Écrit le"), lambda m: m.written_at, order=("written_at",)),
        Column("etat", _("Remise"), lambda m: m.get_state_display(), show=state_chip, order=("state",)),
        Column("lu", _("Lu dans l’application"), lambda m: m.read_at, order=("read_at",), at_first=False),
    ),
    filters=(Filter("etat", _("remise"), MessageState.choices, lambda rows, chosen: rows.in_state(*chosen)),),
    order="-ecrit",
    unit=_("courrier,courriers"),
)


@require_safe
@audience("certifier")
def mail(request: Asked, certifier: str) -> HttpResponse:
    """Every letter the house sent, and whether it arrived."""
    require(policies.can_see_letters(request.actor))
    table = Table(**{**LETTERS.__dict__, "columns": _linked(certifier)})
    listing = table.read(request.GET, queries.deliveries(certifier))
    return listing.sheet() or render(
        request, "certifier/mail.html", {"listing": listing, "counts": queries.delivery_counts(certifier)}
    )


def _linked(certifier: str) -> tuple[Column[Any], ...]:
    first, *others = LETTERS.columns
    return (Column(first.key, first.label, first.value, url=lambda m: f"/c/{certifier}/courrier/{m.code}/"), *others)


@require_safe
@audience("certifier")
def letter(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One letter as it left. Its link is not shown: it may let in whoever holds it."""
    require(policies.can_see_letters(request.actor))
    message = get_object_or_404(queries.deliveries(certifier), code=code)
    kind = catalogue().get(message.kind)
    page = {
        "letter": message,
        "subject": message.subject or _("Courrier effacé"),
        "label": kind.label if kind else "",
        "chip": state_chip(message),
    }
    return render(request, "certifier/letter.html", page)


@require_POST
@audience("certifier")
def resend(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Send the same letter once more."""
    require(policies.can_see_letters(request.actor))
    get_object_or_404(queries.deliveries(certifier), code=code)
    with refusing(request):
        operations.resend(message_code=code, actor_code=request.actor.code, now=timezone.now())
        messages.success(request, _("Le courrier repart. Sa remise s’affichera ici."))
    return redirect("certifier:mail-letter", certifier, code)


class WordsForm(forms.Form):
    """How a kind of letter is worded."""

    subject = forms.CharField(label=_("Objet"), max_length=SUBJECT_CHARS)
    body = forms.CharField(
        label=_("Texte"),
        max_length=BODY_CHARS,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Une ligne vide commence un nouveau paragraphe."),
    )
    action_label = forms.CharField(label=_("Libellé du bouton"), max_length=ACTION_CHARS, required=False)

    def words(self) -> Words:
        """The words typed."""
        given = self.cleaned_data
        return Words(given["subject"], given["body"], given["action_label"])


@require_safe
@audience("certifier")
def wordings(request: Asked, certifier: str) -> HttpResponse:
    """Every kind of letter, and whether the house words it in its own way."""
    require(policies.can_see_letters(request.actor))
    kinds = []
    for kind in catalogue().values():
        own = queries.wording(certifier, kind.key)
        words = Words(own.subject, own.body, own.action_label) if own else kind.words
        kinds.append((kind, own, preview(kind, words).subject))
    return render(request, "certifier/wordings.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def wording(request: Asked, certifier: str, kind: str) -> HttpResponse:
    """Word one kind of letter, with a preview made of example values."""
    require(policies.can_word_letters(request.actor))
    letter_kind = catalogue().get(kind)
    if letter_kind is None:
        raise Http404
    own = queries.wording(certifier, kind)
    words = Words(own.subject, own.body, own.action_label) if own else letter_kind.words
    form = WordsForm(request.POST or None, initial=words.__dict__)
    if not letter_kind.action_label:
        del form.fields["action_label"]
    if request.method == "POST" and form.is_valid():
        typed = Words(
            form.cleaned_data["subject"], form.cleaned_data["body"], form.cleaned_data.get("action_label", "")
        )
        with refusing(request, form):
            operations.reword(
                certifier_code=certifier, kind=kind, words=typed, actor_code=request.actor.code, now=timezone.now()
            )
            messages.success(request, _("Les prochains courriers seront écrits ainsi."))
            return redirect("certifier:mail-wording", certifier, kind)
    author = names_of([own.reworded_by]).get(own.reworded_by, "") if own else ""
    page = {"form": form, "kind": letter_kind, "own": own, "author": author, "shown": preview(letter_kind, words)}
    return render(request, "certifier/wording.html", page)


@require_POST
@audience("certifier")
def restore(request: Asked, certifier: str, kind: str) -> HttpResponse:
    """Go back to the wording that comes with the application."""
    require(policies.can_word_letters(request.actor))
    if kind not in catalogue():
        raise Http404
    operations.restore_wording(certifier_code=certifier, kind=kind, actor_code=request.actor.code, now=timezone.now())
    messages.success(request, _("Les mots d’origine sont rétablis."))
    return redirect("certifier:mail-wording", certifier, kind)
