"""What is decided of an award once it is issued: each act shows first what it will do, and asks why."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from jurande.core.france.ledger import later
from jurande.registers.awards.operations import expiring, life, replacing
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.policies import life as policies
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.queries import awards, elsewhere
from jurande.registers.awards.queries import life as queries
from jurande.registers.awards.states import AWARD_LIFE
from jurande.registers.awards.states.life import REASONS, LifeMove
from jurande.registers.common.verdicts import require
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.queries import names_of
from jurande.registers.seal.states import Reason
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.corrections import kept_of
from jurande.web.ui.formats import day_plain
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.partner_file import day_input
from jurande.web.ui.parts import Effect, Link
from jurande.web.ui.tables import BulkAct, Column, Filter, Table

QUESTIONS: dict[LifeMove, tuple[Any, Any, Any]] = {
    LifeMove.SUSPEND: (
        lazy("Suspendre l’attestation %(n)s ?"),
        lazy("Suspendre"),
        lazy("L’attestation est suspendue."),
    ),
    LifeMove.RESTORE: (
        lazy("Rétablir l’attestation %(n)s ?"),
        lazy("Rétablir"),
        lazy("L’attestation compte de nouveau."),
    ),
    LifeMove.REVOKE: (lazy("Révoquer l’attestation %(n)s ?"), lazy("Révoquer"), lazy("L’attestation est révoquée.")),
}
DO = {
    LifeMove.SUSPEND: life.suspend_award,
    LifeMove.RESTORE: life.restore_award,
    LifeMove.REVOKE: life.revoke_award,
}
PUBLIC_EFFECT: dict[LifeMove, tuple[str, str | Promise]] = {
    LifeMove.SUSPEND: (
        "ban",
        lazy(
            "Dès aujourd’hui, sa page publique dit «\u00a0suspendue\u00a0», sans donner la raison\u00a0; une copie "
            "gardée par son titulaire ne passe plus la vérification."
        ),
    ),
    LifeMove.RESTORE: ("check", lazy("Dès aujourd’hui, elle compte de nouveau, partout où elle a été montrée.")),
    LifeMove.REVOKE: (
        "ban",
        lazy(
            "Dès aujourd’hui et pour de bon, sa page publique dit «\u00a0révoquée\u00a0», sans donner la raison\u00a0; "
            "aucune copie ne passe plus la vérification. Cela ne se défait pas."
        ),
    ),
}


def found(request: Asked, code: str) -> Any:
    """The award of this address.

    :raises NotAllowed: who may not see awards. :raises Http404: not of this house.
    """
    require(can_see_awards(request.actor))
    row = awards.award(request.actor, code)
    if row is None:
        raise Http404
    return row


class WhyForm(forms.Form):
    """Why, from a list and in words."""

    reason = forms.ChoiceField(label=lazy("Motif"))
    note = forms.CharField(
        label=lazy("Pourquoi, en clair"),
        help_text=lazy("Le titulaire le lira. La page publique ne le dit jamais."),
        max_length=life.NOTE_CHARS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, move: LifeMove, **kwargs: Any) -> None:
        """Offer the reasons that go with the act."""
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["reason"]
        choices.choices = [(each.value, each.label) for each in REASONS[move]]

    def why(self) -> dict[str, Any]:
        """What an operation takes."""
        return {"reason": Reason(self.cleaned_data["reason"]), "note": self.cleaned_data["note"]}


def _told(row: Any) -> Effect:
    if not row.email:
        return Effect("mail", _("Personne n’est prévenu\u00a0: cette attestation n’a pas d’adresse."))
    return Effect(
        "mail", _("%(name)s reçoit une lettre à %(address)s.") % {"name": row.full_name, "address": row.email}
    )


def _collected(row: Any) -> Effect:
    if row.collected_at is None:
        return Effect("clock", _("Son titulaire ne l’a pas encore recueillie."))
    return Effect("clock", _("Son titulaire l’a recueillie le %(day)s.") % {"day": day_plain(row.collected_at)})


def _written() -> Effect:
    return Effect("book-2", _("Une écriture au journal, à votre nom, pour toujours."))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def decide(request: Asked, certifier: str, award: str, move: LifeMove) -> HttpResponse:
    """Suspend, restore or revoke one award."""
    row = found(request, award)
    require(policies.can_withdraw_awards(request.actor, row.certifier))
    question, label, done = QUESTIONS[move]
    back = reverse("certifier:awards-one", args=[certifier, award])
    form = WhyForm(request.POST or None, move=move)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            DO[move](award=row, actor=request.actor, now=timezone.now(), **form.why())
            messages.success(request, str(done))
            return redirect(back)
    page = {
        "row": row,
        "form": form,
        "question": str(question) % {"n": row.shown_number},
        "label": label,
        "effects": [Effect(*map(str, PUBLIC_EFFECT[move])), _collected(row), _told(row), _written()],
        "back": back,
    }
    return render(request, "certifier/awards/act.html", page)


# --- corrected, renewed ---------------------------------------------------------------------------


class CorrectForm(WhyForm):
    """Everything that an award says of its holder and of its days, then why it changes."""

    field_order = (
        "first_name",
        "last_name",
        "birth_on",
        "birth_place",
        "email",
        "grade",
        "awarded_on",
        "valid_until",
        "reason",
        "note",
    )
    first_name = forms.CharField(label=lazy("Prénom"), max_length=100)
    last_name = forms.CharField(label=lazy("Nom"), max_length=100)
    birth_on = forms.DateField(label=lazy("Date de naissance"), required=False, widget=day_input())
    birth_place = forms.CharField(label=lazy("Lieu de naissance"), max_length=100, required=False)
    email = forms.EmailField(label=lazy("Adresse électronique"), required=False)
    grade = forms.CharField(label=lazy("Note ou mention"), max_length=100, required=False)
    awarded_on = forms.DateField(label=lazy("Date d’obtention"), widget=day_input())
    valid_until = forms.DateField(
        label=lazy("Dernier jour de validité"),
        required=False,
        widget=day_input(),
        help_text=lazy("Vide\u00a0: sans fin."),
    )

    def said(self) -> Said:
        """What the new award will say."""
        given = {name: self.cleaned_data[name] for name in Said.__dataclass_fields__}
        given["birth_on"] = given["birth_on"].isoformat() if given["birth_on"] else ""
        return Said(**given)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def correct(request: Asked, certifier: str, award: str) -> HttpResponse:
    """Replace it by a corrected one."""
    row = found(request, award)
    require(policies.can_correct_award(request.actor, row))
    form = CorrectForm(request.POST or None, move=LifeMove.REPLACE, initial=asdict(Said.by(row)))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = replacing.correct_award(
                award=row, said=form.said(), actor=request.actor, now=timezone.now(), **form.why()
            )
            messages.success(
                request, _("La nouvelle attestation, n° %(n)s, remplace la précédente.") % {"n": made.shown_number}
            )
            return redirect("certifier:awards-one", certifier, made.code)
    page = {
        "row": row,
        "form": form,
        "question": _("Que faut-il corriger sur l’attestation %(n)s ?") % {"n": row.shown_number},
        "label": _("Corriger et remplacer"),
        "effects": [
            Effect("certificate", _("Une nouvelle attestation est signée, avec un nouveau numéro.")),
            Effect(
                "ban",
                _("L’ancienne est révoquée comme remplacée\u00a0; qui ouvre sa page est conduit à la nouvelle."),
            ),
            *kept_of(row),
            _told(row),
            _written(),
        ],
        "back": reverse("certifier:awards-one", args=[certifier, award]),
    }
    return render(request, "certifier/awards/act.html", page)


class RenewForm(forms.Form):
    """When it was obtained again, and until when it is valid."""

    awarded_on = forms.DateField(label=lazy("Obtenue de nouveau le"), widget=day_input())
    valid_until = forms.DateField(label=lazy("Valable jusqu’au"), widget=day_input())


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def renew(request: Asked, certifier: str, award: str) -> HttpResponse:
    """Give it again, for some more time."""
    row = found(request, award)
    require(policies.can_renew_award(request.actor, row))
    today = timezone.localdate()
    form = RenewForm(request.POST or None, initial={"awarded_on": today, "valid_until": _as_long(row)})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            made = replacing.renew_award(award=row, actor=request.actor, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("L’attestation est renouvelée, sous le n° %(n)s.") % {"n": made.shown_number})
            return redirect("certifier:awards-one", certifier, made.code)
    page = {
        "row": row,
        "form": form,
        "question": _("Renouveler l’attestation %(n)s ?") % {"n": row.shown_number},
        "label": _("Renouveler"),
        "effects": [
            Effect(
                "certificate", _("Une nouvelle attestation est signée, avec un nouveau numéro et les nouvelles dates.")
            ),
            Effect("history", _("L’ancienne garde son numéro et ses dates\u00a0: elle reste vraie.")),
            _told(row),
            _written(),
        ],
        "back": reverse("certifier:awards-one", args=[certifier, award]),
    }
    return render(request, "certifier/awards/act.html", page)


def _as_long(row: Any) -> Any:
    """The same number of months once more, from the end of the former or from today."""
    if row.valid_until is None:
        return None
    lasted = row.valid_until - row.awarded_on
    return later(max(row.valid_until, timezone.localdate()), max(1, round(lasted.days / 30.44)))


# --- what ends ------------------------------------------------------------------------------------


class RemindersForm(forms.Form):
    """How many days before."""

    days = forms.CharField(
        label=lazy("Rappeler, en jours avant la fin"),
        help_text=lazy("Cinq délais au plus, par exemple 90, 30, 7. Vide\u00a0: aucun rappel."),
        required=False,
        max_length=60,
    )

    def given(self) -> list[int]:
        """The delays; one that cannot be read is out of bounds, and refused as such."""
        words = [word for word in re.split(r"[\s,;]+", self.cleaned_data["days"]) if word]
        return [int(word) if word.isdecimal() and len(word) < 5 else 0 for word in words]


def _expiring_table(certifier: str, actor: Actor) -> Table[Any]:
    today = timezone.localdate()
    return Table(
        name="echeances",
        columns=(
            Column(
                "nom",
                str(_("Titulaire")),
                lambda row: row.full_name,
                url=lambda row: reverse("certifier:awards-one", args=[certifier, row.code]),
                order=("last_name", "first_name"),
            ),
            Column("intitule", str(_("Intitulé")), lambda row: row.certification.title, on_phone=False),
            Column("numero", str(_("Numéro")), lambda row: row.shown_number, on_phone=False),
            Column("fin", str(_("Fin")), lambda row: row.valid_until, order=("valid_until", "pk")),
            Column(
                "etat",
                str(_("État")),
                lambda row: _("Terminée") if row.valid_until < today else _("À renouveler"),
                show=lambda row: (
                    chip("end", _("Terminée"), bare=True)
                    if row.valid_until < today
                    else chip("warn", _("À renouveler"), bare=True)
                ),
            ),
            Column(
                "agir",
                str(_("Agir")),
                lambda row: _("Renouveler") if policies.can_renew_award(actor, row) else "",
                url=lambda row: (
                    reverse("certifier:awards-renew", args=[certifier, row.code])
                    if policies.can_renew_award(actor, row)
                    else ""
                ),
            ),
        ),
        filters=(
            Filter(
                "etat",
                str(_("état")),
                [("fini", str(_("Terminée"))), ("bientot", str(_("À renouveler")))],
                lambda rows, kept: (
                    rows
                    if len(kept) != 1
                    else (
                        rows.filter(valid_until__lt=today) if kept == ["fini"] else rows.filter(valid_until__gte=today)
                    )
                ),
            ),
        ),
        search=awards.matching,
        order="fin",
        unit=str(_("attestation,attestations")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def ending(request: Asked, certifier: str) -> HttpResponse:
    """What ends soon or has just ended; when holders are reminded of it."""
    house = request.certifier
    assert house is not None  # noqa: S101  the audience says so
    require(policies.can_see_expiring(request.actor, house))
    may_set = policies.can_set_reminders(request.actor, house)
    days = queries.reminder_days(house)
    form = RemindersForm(request.POST or None, initial={"days": ", ".join(map(str, days))})
    if request.method == "POST":
        require(may_set)
        if form.is_valid():
            with refusing(request, form):
                expiring.set_reminders(certifier=house, days=form.given(), actor=request.actor, now=timezone.now())
                messages.success(request, _("Les rappels sont réglés."))
                return redirect("certifier:awards-ending", certifier)
    today = timezone.localdate()
    rows = queries.expiring(request.actor, today)
    listing = _expiring_table(certifier, request.actor).read(request.GET, rows)
    if sheet := listing.sheet():
        return sheet
    page = {
        "listing": listing,
        "count": rows.filter(valid_until__gte=today).count(),
        "form": form,
        "days": days,
        "may_set": may_set,
        "tabs": tabs(request, "certifier:awards-ending"),
    }
    return render(request, "certifier/awards/ending.html", page)


# --- the part of an award's own page ----------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """One decision, as the page of an award tells it."""

    move: str
    day: date
    reason: str
    note: str
    who: str


def life_of(request: Asked, certifier: str, row: Any) -> dict[str, Any]:
    """What the page of an award shows of its life: decisions, where it comes from, what may be decided now."""
    decisions = list(queries.decisions_of(row))
    names = names_of([one.decided_by_code for one in decisions])
    former = elsewhere.former_of(row)
    return {
        "decisions": [
            Decided(
                one.get_move_display(),
                one.effective_on,
                one.get_reason_code_display(),
                one.note,
                names.get(one.decided_by_code, ""),
            )
            for one in decisions
        ],
        "former": former,
        "addresses": elsewhere.addresses_of(former) if former else [],
        "renewed_by": queries.renewed_by(row),
        "renewal_of": queries.renewal_of(row),
        "acts": _acts(request, certifier, row),
    }


def _acts(request: Asked, certifier: str, row: Any) -> list[Link]:
    """Each act that this person may do on it today."""
    actor, may = request.actor, []
    if policies.can_correct_award(actor, row) and replacing.may_be_replaced(row):
        may.append((_("Corriger et remplacer"), "awards-correct"))
    if policies.can_renew_award(actor, row) and replacing.may_be_renewed(row):
        may.append((_("Renouveler"), "awards-renew"))
    if policies.can_withdraw_awards(actor, row.certifier):
        may += [(str(QUESTIONS[move][1]), f"awards-{move}") for move in QUESTIONS if AWARD_LIFE.allows(row.state, move)]
    return [Link(label, reverse(f"certifier:{name}", args=[certifier, row.code])) for label, name in may]


def bulk_acts(request: Asked, certifier: str) -> list[BulkAct]:
    """What may be asked for rows chosen in a list of awards: one page asks which act, and why."""
    house = request.certifier
    if house is None or not policies.can_withdraw_awards(request.actor, house):
        return []
    return [BulkAct(_("Suspendre, rétablir ou révoquer…"), reverse("certifier:awards-bulk-new", args=[certifier]))]
