"""Requests for erasure or a copy that came by letter, telephone or e-mail: noted, decided by another, answered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.rights import DELAY, GROUNDS, extended_until, ground_of
from jurande.registers.awards.operations import rights as operations
from jurande.registers.awards.policies import erasure as policies
from jurande.registers.awards.queries import rights as queries
from jurande.registers.awards.queries.life import awards_numbered
from jurande.registers.awards.states.rights import Channel, RightKind, RightState
from jurande.registers.common.together import Asking, Short
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.states import Language
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.ui.downloads import SANDBOX, disposition, serve
from jurande.web.ui.formats import day_plain
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Due
from jurande.web.ui.radar import Reader

if TYPE_CHECKING:
    from jurande.registers.awards.models import RightRequest

CHIPS = {
    RightState.RECORDED: "run",
    RightState.ACCEPTED: "warn",
    RightState.REFUSED: "warn",
    RightState.CLOSED: "ok",
}
UNKNOWN_SHOWN = 5
IN_ENGLISH = lazy(
    "Écrivez en anglais, que la personne lit. Vide\u00a0: le texte proposé pour ce motif, en anglais. La lettre dit "
    "aussi comment se plaindre."
)


class RecordForm(forms.Form):
    """What was asked, by whom, how we know that it is them."""

    kind = forms.ChoiceField(label=lazy("La personne demande de"), choices=RightKind, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=lazy("Arrivée par"), choices=Channel)
    received_on = forms.DateField(
        label=lazy("Reçue le"), widget=day_input(), help_text=lazy("Le mois pour répondre part de ce jour.")
    )
    numbers = forms.CharField(
        label=lazy("Numéros des attestations"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Cherchez-les par le nom dans «\u00a0Délivrances\u00a0», et collez-les ici."),
    )
    who = forms.CharField(label=lazy("Nom de la personne"), max_length=200)
    language = forms.ChoiceField(
        label=lazy("Elle lit"),
        choices=[(one.value, one.label) for one in (Language.FR, Language.EN)],
        widget=forms.RadioSelect,
        help_text=lazy("La réponse et les lettres qui la précèdent sont dans cette langue."),
    )
    reply_email = forms.CharField(label=lazy("Répondre par courriel à"), required=False, max_length=254)
    reply_address = forms.CharField(
        label=lazy("Ou par courrier, à"),
        required=False,
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    identity = forms.CharField(
        label=lazy("Comment son identité a été vérifiée"),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy(
            "Ne demandez pas plus qu’il n’en faut\u00a0: naissance, date et lieu de l’épreuve, rappel au numéro connu."
        ),
    )
    document = forms.FileField(
        label=lazy("Ce qui la montre"),
        required=False,
        help_text=lazy("PDF ou image. Jeté dès que la réponse est partie."),
    )


class DecideForm(forms.Form):
    """Why not, in the words that the person reads."""

    ground = forms.ChoiceField(label=lazy("Motif, pour refuser"), required=False)
    words = forms.CharField(
        label=lazy("Ce que la personne lira, pour refuser"),
        required=False,
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("Vide\u00a0: le texte proposé pour ce motif. La lettre dit aussi comment se plaindre."),
    )

    def __init__(self, *args: Any, kind: str, language: str, **kwargs: Any) -> None:
        """Offer the grounds that hold for what is asked, and words in the language of the person."""
        super().__init__(*args, **kwargs)
        self.language = language
        if language == Language.EN:
            self.fields["words"].help_text = IN_ENGLISH
        grounds = [one for one in GROUNDS if (one.erasing if kind == RightKind.ERASURE else one.access)]
        choices: Any = self.fields["ground"]
        choices.choices = [("", "")] + [(one.code, f"{one.source} — {one.words[:70]}…") for one in grounds]

    def words_said(self) -> str:
        """What was typed, or what is proposed."""
        ground = self.cleaned_data["ground"]
        return self.cleaned_data["words"] or (ground_of(ground).words_in(self.language) if ground else "")


class ExtendForm(forms.Form):
    """Why two more months are needed, in the words that the person reads."""

    why = forms.CharField(
        label=lazy("La raison, que la personne lira"),
        max_length=operations.TEXT_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=lazy("La loi admet la complexité de la demande, ou le nombre des demandes."),
        error_messages={"required": lazy("Dites pourquoi il faut plus de temps\u00a0: la personne le lira.")},
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        """Ask for words in the language of the person."""
        super().__init__(*args, **kwargs)
        if language == Language.EN:
            self.fields["why"].help_text = lazy(
                "Écrivez en anglais. La loi admet la complexité de la demande, ou le nombre des demandes."
            )


def rights_to_answer(reader: Reader, today: date) -> Asking[list[Due]]:
    """What waits for who may decide it or send its answer, as deadlines of the first page."""
    house = reader.certifier.code
    asked = queries.requests_of(reader.actor).open()
    [waiting] = yield [Short(asked, ("code", "state", "kind", "due_on", "received_on"))]
    return [
        Due(
            title=str(
                _("Décider une demande\u00a0: %(kind)s")
                if one.state == RightState.RECORDED
                else _("Envoyer la réponse à une demande\u00a0: %(kind)s")
            )
            % {"kind": one.get_kind_display().lower()},
            due_on=one.due_on,
            today=today,
            opened_on=one.received_on,
            url=reverse("certifier:right", args=[house, one.code]),
            law=DELAY,
        )
        for one in waiting
    ]


def lines_of(request: Asked) -> list[dict[str, Any]]:
    """What the page of retention lists, for who may open them."""
    return [{"held": one, "state": state_of(one)} for one in queries.requests_of(request.actor)[:50]]


def state_of(row: RightRequest) -> Any:
    """Where it stands, as a mark."""
    return chip(CHIPS[RightState(row.state)], row.get_state_display(), bare=True)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def new(request: Asked, certifier: str) -> HttpResponse:
    """Note what somebody asks for."""
    require(policies.can_record_right(request.actor, request.certifier))
    initial = {
        "kind": RightKind.ERASURE,
        "language": Language.FR,
        "received_on": timezone.localdate(),
        "numbers": request.GET.get("numero", ""),
    }
    form = RecordForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        found, unknown = awards_numbered(request.actor, given.pop("numbers"))
        sent = given.pop("document")
        if unknown:
            shown = ", ".join(unknown[:UNKNOWN_SHOWN])
            form.add_error(
                "numbers",
                _("Ces numéros ne sont pas chez vous\u00a0: %(list)s. Corrigez-les ou ôtez-les.") % {"list": shown},
            )
        else:
            with refusing(request, form):
                made = operations.record_right(
                    certifier=request.certifier,
                    awards=found,
                    file=(sent.file, sent.name) if sent else None,
                    actor=request.actor,
                    now=timezone.now(),
                    **given
                    | {
                        "kind": RightKind(given["kind"]),
                        "channel": Channel(given["channel"]),
                        "language": Language(given["language"]),
                    },
                )
                messages.success(request, _("La demande est notée. Une autre personne la décide."))
                return redirect("certifier:right", certifier, made.code)
    return render(request, "certifier/awards/right_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, code: str) -> HttpResponse:
    """One request: accept it or refuse it, then send the answer."""
    held = _found(request, code)
    form = DecideForm(request.POST or None, kind=held.kind, language=held.language)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        with refusing(request, form):
            if "refuse" in request.POST:
                ground = form.cleaned_data["ground"]
                operations.refuse_right(
                    request=held, ground=ground, words=form.words_said(), actor=request.actor, now=now
                )
                messages.success(request, _("C’est refusé, et la réponse dit pourquoi."))
                return redirect("certifier:right", certifier, code)
            if "accept" in request.POST:
                operations.accept_right(request=held, actor=request.actor, now=now)
                messages.success(request, _("C’est accepté."))
                return redirect("certifier:right", certifier, code)
    may_decide = policies.can_decide_right(request.actor, held)
    is_waiting = held.state == RightState.RECORDED
    names = names_of([held.recorded_by_code, held.extended_by_code, held.decided_by_code])
    page = {
        "held": held,
        "state": state_of(held),
        "awards": queries.awards_of(held),
        "frozen": queries.frozen_in(held, today=timezone.localdate()) if is_waiting else 0,
        "recorded_by": names.get(held.recorded_by_code, ""),
        "extended_by": names.get(held.extended_by_code, ""),
        "decided_by": names.get(held.decided_by_code, ""),
        "is_waiting": is_waiting,
        "may_extend": may_decide and operations.refusal_to_extend(held, today=timezone.localdate()) is None,
        "is_to_send": held.state in (RightState.ACCEPTED, RightState.REFUSED),
        "gives_copy": held.kind == RightKind.ACCESS and held.state == RightState.ACCEPTED,
        "is_erasure": held.kind == RightKind.ERASURE,
        "form": form if is_waiting and may_decide else None,
        "why_not": "" if may_decide else may_decide.reason,
        "law": DELAY,
        "source": ground_of(held.ground).source if held.ground else "",
    }
    return render(request, "certifier/awards/right.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def extend(request: Asked, certifier: str, code: str) -> HttpResponse:
    """Take two more months, once, and say why."""
    held, now = _found(request, code), timezone.now()
    require(policies.can_decide_right(request.actor, held))
    form = ExtendForm(request.POST or None, language=held.language)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            held = operations.extend_right(request=held, why=form.cleaned_data["why"], actor=request.actor, now=now)
            messages.success(
                request, _("La réponse est due au plus tard le %(day)s.") % {"day": day_plain(held.due_on)}
            )
            return redirect("certifier:right", certifier, code)
    refused = operations.refusal_to_extend(held, today=timezone.localdate(now))
    page = {
        "held": held,
        "form": None if refused else form,
        "why_not": refused.sentence if refused else "",
        "until": extended_until(held.received_on),
        "law": DELAY,
    }
    return render(request, "certifier/awards/right_extend.html", page)


@require_safe
@audience("certifier")
def letter(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The answer, to print, as long as it has not left; before it, what says that it comes later."""
    held = _found(request, code)
    is_decided = held.state in (RightState.ACCEPTED, RightState.REFUSED)
    if not is_decided and (held.state != RightState.RECORDED or held.extended_at is None):
        raise Http404
    words = operations.answer_of(held) if is_decided else operations.delay_of(held)
    page = {"held": held, "is_decided": is_decided, "words": words, "today": timezone.localdate()}
    return render(request, "certifier/awards/right_letter.html", page)


@require_safe
@audience("certifier")
def evidence(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """What showed the identity."""
    held = _found(request, code)
    if held.document is None:
        raise Http404
    return serve(held.document)


@require_POST
@audience("certifier")
def copy(request: Asked, certifier: str, code: str) -> HttpResponseBase:
    """The copy to send: the journal remembers that it was made."""
    held, now = _found(request, code), timezone.now()
    with refusing(request):
        made = operations.copy_for(request=held, actor=request.actor, now=now)
        response = FileResponse(made, content_type="application/zip")
        response["Content-Disposition"] = disposition(f"copie-{held.code}.zip")
        response["Content-Security-Policy"] = SANDBOX
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response
    return redirect("certifier:right", certifier, code)


@require_POST
@audience("certifier")
def close(request: Asked, certifier: str, code: str) -> HttpResponse:
    """The answer has left: forget who asked."""
    held = _found(request, code)
    with refusing(request):
        operations.close_right(request=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("C’est noté. Le nom, l’adresse et la pièce sont effacés d’ici."))
    return redirect("certifier:right", certifier, code)


def _found(request: Asked, code: str) -> RightRequest:
    require(policies.can_record_right(request.actor, request.certifier))
    held = queries.request_of(request.actor, code)
    if held is None:
        raise Http404
    return held
