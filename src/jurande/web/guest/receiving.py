"""Receiving what was issued, from the link of its letter: who gives what, in plain words, then one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.integrations.typesetting.ornaments import wax_seal
from jurande.registers.awards.facts.receiving import door_of, masked
from jurande.registers.awards.operations import keeping
from jurande.registers.awards.operations import receiving as operations
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries import receiving as queries
from jurande.registers.awards.queries.proofs import look_of
from jurande.registers.awards.states.receiving import Door
from jurande.registers.common.refusals import Refused
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.web.access import Asked, audience, client_address, has_been_too_frequent, is_too_frequent, person_of
from jurande.web.guest.applications.entrances import LINKS_MOST
from jurande.web.language import bilingual, language_of
from jurande.web.sign_in import sign_in
from jurande.web.ui import spoken
from jurande.web.ui.forms import refusing

if TYPE_CHECKING:
    from jurande.registers.awards.models import Award
    from jurande.registers.parties.models import Person

MISSES_MOST = 20
_DEAD = _("Il ne peut plus servir\u00a0: l’adresse a pu être corrigée depuis, ou le lien a été mal recopié.")
_STALE: dict[Door, tuple[Promise, Promise]] = {
    Door.COLLECTED: (
        _("C’est déjà reçu."),
        _("Ce lien a servi une fois. Pour revenir dans votre espace, recevez un nouveau lien d’entrée."),
    ),
    Door.REFUSED: (
        _("Vous avez choisi de ne pas la recevoir."),
        _("Vous pouvez encore changer d’avis."),
    ),
    Door.LATE: (
        _("Ce lien est trop ancien."),
        _("Ce qui vous a été délivré vous attend toujours. Recevez un nouveau lien d’entrée."),
    ),
}


@dataclass(frozen=True)
class Gift:
    """What is given, ready to be laid out. ``others``: how many more wait at the same address."""

    award: Award
    title: str
    house: str
    day: str
    until: str
    by: str
    others: int
    seal: SafeString
    ornament_url: str


def _gift(held: Award) -> Gift:
    colour, accent, emblem = look_of(held)
    return Gift(
        award=held,
        title=holders.title_of(held),
        house=_starting(spoken.named(held.certifier.name)),
        day=spoken.day(held.awarded_on),
        until=spoken.day(held.valid_until) if held.valid_until else "",
        by=held.partnership.name if held.partnership else "",
        others=holders.waiting_at(held.email).exclude(pk=held.pk).count(),
        seal=mark_safe(wax_seal(held.certifier.name, accent, emblem)),  # noqa: S308 - our own drawing, its text escaped
        ornament_url=reverse("public:award-ornament", args=[colour.removeprefix("#")]),
    )


def _starting(name: str) -> str:
    """A name as it stands at the head of a sentence: «L’Institut des métiers»."""
    return name[:1].upper() + name[1:]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def receive(request: Asked, number: str, token: str) -> HttpResponse:
    """Show who gives what; the button receives it. Looking changes nothing: mail scanners look too."""
    held = _offered(request, number, token)
    if held is None:
        return _dead(request)
    now = timezone.now()
    person = person_of(request) if request.user.is_authenticated else None
    door = door_of(held, now)
    if door != Door.OPEN:
        return _stale(request, held, token, door, person)
    theirs = person is not None and held.email.lower() in holders.addresses_of(person)
    has_space = people.person_proved_at(held.email) is not None
    if request.method == "POST":
        act = request.POST.get("act", "")
        answer = _refuse(request, held) if act == "refuse" else None
        if answer is None and act != "refuse":
            joining = person if act == "join" and not theirs and not has_space else None
            answer = _receive(request, held, token, person if theirs else None, joining)
        if answer is not None:
            return answer
    page = {
        "gift": _gift(held),
        "person": person,
        "is_theirs": theirs,
        "may_join": person is not None and not theirs and not has_space,
        "masked": masked(held.email),
    }
    return render(request, "guest/receiving/receive.html", page)


def _offered(request: Asked, number: str, token: str) -> Award | None:
    address = client_address(request)
    if has_been_too_frequent("receive_miss", address, most=MISSES_MOST):
        return None
    held = queries.offered(number, token)
    if held is None:
        is_too_frequent("receive_miss", address, most=MISSES_MOST)
    return held


def _receive(
    request: Asked, held: Award, token: str, mine: Person | None, joining: Person | None
) -> HttpResponse | None:
    now = timezone.now()
    with refusing(request):
        language = language_of(request)
        done = operations.receive(award=held, token=token, joining=joining, now=now, language=language)
        if mine is not None or joining is not None:
            messages.success(request, _("C’est dans votre espace."))
            return redirect("holder:home")
        if done.may_enter:
            return sign_in(request, done.person, to=reverse("holder:welcome"))
        operations.send_entrance_of(award=held, now=now)
        return render(request, "guest/receiving/entrance.html", {"email": masked(held.email), "received": True})
    return None


def _refuse(request: Asked, held: Award) -> HttpResponse | None:
    with refusing(request):
        keeping.refuse_by_link(award=held, note=request.POST.get("note", ""), now=timezone.now())
        return render(request, "guest/receiving/refused.html", {"house": _starting(spoken.named(held.certifier.name))})
    return None


def _stale(request: Asked, held: Award, token: str, door: Door, person: Person | None) -> HttpResponse:
    if person is not None and held.holder == person:
        return redirect("holder:award", held.code)
    if request.method == "POST" and door == Door.REFUSED and held.holder is None:
        with refusing(request):
            operations.reconsider(award=held, token=token, now=timezone.now())
            return redirect(request.get_full_path())
    if request.method == "POST":
        email = held.email.lower()
        if is_too_frequent("magic_link", client_address(request), most=LINKS_MOST) or is_too_frequent(
            "magic_link", email, most=LINKS_MOST
        ):
            messages.error(request, _("Trop de demandes en peu de temps. Attendez une minute, puis recommencez."))
        else:
            operations.send_entrance_of(award=held, now=timezone.now())
            return render(request, "guest/receiving/entrance.html", {"email": masked(email)})
    title, sentence = _STALE[door]
    page = {
        "title": title,
        "sentence": sentence,
        "email": masked(held.email),
        "may_reconsider": door == Door.REFUSED and held.holder is None,
    }
    return render(request, "guest/receiving/stale.html", page, status=410)


def _dead(request: Asked) -> HttpResponse:
    return render(request, "guest/receiving/dead.html", {"sentence": _DEAD}, status=410)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def contest(request: Asked, number: str, token: str) -> HttpResponse:
    """Whoever reads the mailbox says that it was not them who received: the button takes all back."""
    address = client_address(request)
    now = timezone.now()
    if has_been_too_frequent("receive_miss", address, most=MISSES_MOST):
        return _dead(request)
    held = queries.contestable(number, token, now=now)
    if held is None:
        is_too_frequent("receive_miss", address, most=MISSES_MOST)
        return _dead(request)
    if request.method == "POST":
        with refusing(request):
            operations.contest_receiving(award=held, token=token, now=now)
            return render(request, "guest/receiving/entrance.html", {"email": masked(held.email), "contested": True})
    return render(request, "guest/receiving/contest.html", {"title": holders.title_of(held)})


# --- an address to add to one's space -------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
@bilingual
def address(request: Asked, token: str) -> HttpResponse:
    """Say what confirming an address will do, and do it: only for who asked, signed in, in this browser."""
    now = timezone.now()
    wanted = parties.wanted_address(token, now=now)
    if wanted is None:
        return render(request, "guest/receiving/address_dead.html", status=410)
    person = person_of(request) if request.user.is_authenticated else None
    if person is None or person.pk != wanted.person.pk:
        page: dict[str, Any] = {"someone_else": person is not None}
        return render(request, "guest/receiving/address_elsewhere.html", page, status=403)
    if request.method == "POST":
        try:
            parties.use_address_link(
                token=token, person=person, joining="join" in request.POST, actor=request.actor, now=now
            )
        except Refused as refusal:
            messages.error(request, str(refusal.sentence))
        else:
            messages.success(request, _JOINED if wanted.joins else _ADDED)
            return redirect("holder:me")
    count = holders.held_by(people.person_proved_at(wanted.email)).count() if wanted.joins else 0  # type: ignore[arg-type]
    return render(request, "guest/receiving/address.html", {"wanted": wanted, "count": count})


_ADDED = _("Cette adresse ouvre maintenant votre espace.")
_JOINED = _("Vos deux espaces n’en font plus qu’un.")
