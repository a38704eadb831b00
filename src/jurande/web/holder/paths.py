"""Where what one holds leads: how far, what is missing and why, where to get it, and asking for the bloc."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from jurande.core.france.combinations import Met, Outcome
from jurande.registers.awards.operations import completing
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries.combinations import Path, Trade, Ways
from jurande.registers.awards.queries.places import Places, places_of
from jurande.registers.awards.states import CombinationState, LotRowState, RequestState
from jurande.web.access import Asked, audience, person_of
from jurande.web.ui import spoken
from jurande.web.ui.combinations import Ring, asks_of, ring, why_not
from jurande.web.ui.formats import typo
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Link

if TYPE_CHECKING:
    from datetime import date

    from jurande.registers.awards.models import Award, CombinationPart, CombinationRequest
    from jurande.registers.parties.models import Person

_MARKS = {Met.MET: "ok", Met.UNMET: "warn", Met.MISSING: "draft"}


@dataclass(frozen=True)
class Step:
    """One part. ``said``: its day, or that it is to begin; ``why``: why what is held does not count."""

    key: str
    title: str
    mark: str
    said: str
    why: tuple[str, ...]
    asks: str
    places: tuple[Link, ...]
    more: int

    @property
    def is_met(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.mark == "ok"


@dataclass(frozen=True)
class Group:
    """Parts that stand together; ``label``: how many of them are needed, empty when all are."""

    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Way:
    """One path, laid out. ``find``: what the button that leads to the places says, empty when nothing is missing."""

    code: str
    heading: str
    words: str
    house: str
    ring: Ring
    groups: tuple[Group, ...]
    find: str
    status: tuple[str, str]
    reasons: str
    may_ask: bool
    take_back_code: str
    until: str


@dataclass(frozen=True)
class Bar:
    """One bloc of a trade, as a bar of small segments."""

    title: str
    said: str
    segments: tuple[bool, ...]


@dataclass(frozen=True)
class Shown:
    """What the home and the page of paths lay out."""

    ways: tuple[Way, ...]
    trades: tuple[tuple[str, str, tuple[Bar, ...]], ...]

    @property
    def first(self) -> Way | None:
        """The nearest one."""
        return self.ways[0] if self.ways else None


# --- what other pages show ------------------------------------------------------------------------


def shown_of(person: Person, awards: Iterable[Award], waiting: Iterable[Award], *, today: date) -> Shown:
    """What a home shows: where its awards lead. Three queries at most, none when there is no award.

    ``waiting``: what they were given and have not received yet.
    """
    return _shown(queries.ways_of(person, awards, today), {}, waiting)


def leads_of(person: Person, award: Award, *, today: date) -> list[tuple[str, str]]:
    """For the page of one award: each thing that it brings nearer, and how far one is."""
    if award.holder_id is None:
        return []
    found = queries.ways_of(person, holders.held_by(person), today)
    return [
        (_name_of(path), _of(path.progress.met, path.progress.needed))
        for path in found.paths
        if any(part.certification_id == award.certification_id for part in path.parts)
    ]


# --- pages ----------------------------------------------------------------------------------------


@require_safe
@audience("holder")
def listing(request: Asked) -> HttpResponse:
    """Everything that what I hold leads to."""
    person, today = person_of(request), timezone.localdate()
    found = queries.ways_of(person, holders.held_by(person), today)
    places = places_of(
        {
            part.certification_id
            for path in found.paths
            if not path.is_obtained
            for part, outcome in zip(path.parts, path.progress.outcomes, strict=True)
            if outcome.met is not Met.MET
        },
        today,
    )
    return render(request, "holder/paths.html", {"shown": _shown(found, places, holders.waiting_for(person))})


@require_POST
@audience("holder")
def ask(request: Asked, code: str) -> HttpResponse:
    """Ask for what a whole set leads to."""
    held = queries.open_to_holders(person_of(request), code)
    if held is None:
        raise Http404
    with refusing(request):
        completing.ask_for_bloc(combination=held, person=person_of(request), actor=request.actor, now=timezone.now())
        messages.success(
            request,
            _("Votre demande est partie à %(house)s. Vous suivez sa réponse ici.")
            % {"house": spoken.named(held.certifier.name)},
        )
    return redirect("holder:path")


@require_POST
@audience("holder")
def take_back(request: Asked, code: str) -> HttpResponse:
    """Take my request back."""
    held = queries.request_by(person_of(request), code)
    if held is None:
        raise Http404
    with refusing(request):
        completing.take_back(request=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Votre demande est reprise. Vous pourrez la refaire quand vous voudrez."))
    return redirect("holder:path")


# --- laying out -----------------------------------------------------------------------------------


def _shown(found: Ways, places: Mapping[int, Places], waiting: Iterable[Award]) -> Shown:
    sent = frozenset(award.certification_id for award in waiting)
    return Shown(tuple(_way(path, places, sent) for path in found.paths), tuple(_trade(one) for one in found.trades))


def _way(path: Path, places: Mapping[int, Places], sent: frozenset[int]) -> Way:
    progress, request = path.progress, path.request
    is_asked = request is not None and request.state in (RequestState.ASKED, RequestState.PREPARED)
    is_open = path.combination.state == CombinationState.PUBLISHED
    is_waiting = is_asked and request is not None and not completing.is_undone(request)
    return Way(
        code=path.combination.code,
        heading=_heading(path, is_asked=is_waiting),
        words=_words(path),
        house=spoken.named(path.combination.certifier.name),
        ring=ring(progress.met, progress.needed),
        groups=_groups(path, places, sent),
        find="" if progress.is_complete or path.is_obtained else _find(progress.met),
        status=_status(path, request),
        reasons=request.reasons if request is not None and request.state == RequestState.DECLINED else "",
        may_ask=progress.is_complete and is_open and not path.is_obtained and not is_waiting,
        take_back_code=request.code if request is not None and request.state == RequestState.ASKED else "",
        until=spoken.day(progress.until) if progress.is_complete and not path.is_obtained else "",
    )


def _name_of(path: Path) -> str:
    """«le bloc 1», or the title of a larger micro-certification."""
    if path.target.rank:
        return _("le bloc %(rank)s") % {"rank": path.target.rank}
    return typo(f"«\u00a0{path.target.title}\u00a0»")


def _heading(path: Path, *, is_asked: bool) -> str:
    name = _name_of(path)
    if path.is_obtained:
        said = _("C’est fait\u00a0: %(name)s est à vous") % {"name": name}
    elif is_asked:
        said = _("Vous avez demandé %(name)s") % {"name": name}
    elif path.progress.is_complete:
        said = _("Tout y est\u00a0: demandez %(name)s") % {"name": name}
    else:
        left = path.progress.needed - path.progress.met
        said = ngettext("Encore une, et %(name)s est à portée", "Encore %(count)s, et %(name)s est à portée", left) % {
            "count": spoken.in_letters(left),
            "name": name,
        }
    return str(typo(said[:1].upper() + said[1:]))


def _words(path: Path) -> str:
    count, needed = spoken.in_letters(path.progress.needed), path.progress.needed
    title = path.target.title
    if not path.target.bloc:
        said = ngettext(
            "%(count)s micro-certification permet de demander «\u00a0%(title)s\u00a0».",
            "%(count)s micro-certifications permettent de demander «\u00a0%(title)s\u00a0».",
            needed,
        ) % {"count": count, "title": title}
    else:
        said = ngettext(
            "%(count)s micro-certification permet de demander l’attestation du bloc «\u00a0%(title)s\u00a0» de "
            "%(reference)s.",
            "%(count)s micro-certifications permettent de demander l’attestation du bloc «\u00a0%(title)s\u00a0» de "
            "%(reference)s.",
            needed,
        ) % {"count": count, "title": title, "reference": path.combination.certification.reference}
    return str(typo(said[:1].upper() + said[1:]))


def _find(met: int) -> str:
    """What the button says; the first one is never looked for from here: one at least is held."""
    ordinals = {
        2: pgettext("rang", "la deuxième"),
        3: pgettext("rang", "la troisième"),
        4: pgettext("rang", "la quatrième"),
        5: pgettext("rang", "la cinquième"),
        6: pgettext("rang", "la sixième"),
        7: pgettext("rang", "la septième"),
    }
    return _("Trouver où passer %(which)s") % {"which": ordinals.get(met + 1, pgettext("rang", "la prochaine"))}


def _status(path: Path, request: CombinationRequest | None) -> tuple[str, str]:
    """Where the request stands: a status of the kit and a sentence; empty when nothing was asked."""
    if path.is_obtained or request is None:
        return "", ""
    if request.state == RequestState.ASKED:
        return "run", _("Demandée le %(day)s à %(house)s, qui doit répondre.") % {
            "day": spoken.day(request.asked_at),
            "house": spoken.named(path.combination.certifier.name),
        }
    if request.state == RequestState.DECLINED:
        return "end", _("Refusée le %(day)s.") % {"day": spoken.day(request.decided_at)}
    if request.state == RequestState.PREPARED and not completing.is_undone(request):
        if request.row is not None and request.row.state == LotRowState.ISSUED:
            return "ok", _("Elle est délivrée\u00a0: recevez-la depuis vos réussites.")
        return "run", _("Préparée le %(day)s\u00a0: une autre personne doit l’approuver.") % {
            "day": spoken.day(request.decided_at)
        }
    return "", ""


def _groups(path: Path, places: Mapping[int, Places], sent: frozenset[int]) -> tuple[Group, ...]:
    steps: dict[int, list[Step]] = {}
    for part, outcome in zip(path.parts, path.progress.outcomes, strict=True):
        step = _step(part, outcome, path, places.get(part.certification_id))
        if not step.is_met and part.certification_id in sent:
            step = replace(step, mark="run", said=_("à recevoir"), places=(), more=0)
        steps.setdefault(part.choice, []).append(step)
    choices = path.combination.choices
    return tuple(
        Group(_choice_label(choices[choice - 1]) if choice else "", tuple(listed))
        for choice, listed in sorted(steps.items())
    )


def _choice_label(wanted: int) -> str:
    return ngettext("Une au choix parmi\u00a0:", "%(count)s au choix parmi\u00a0:", wanted) % {
        "count": spoken.in_letters(wanted).capitalize()
    }


def _step(part: CombinationPart, outcome: Outcome, path: Path, places: Places | None) -> Step:
    held = outcome.held
    said = spoken.day(held.awarded_on) if held is not None else _("à commencer")
    return Step(
        key=part.code,
        title=typo(part.certification.title),
        mark=_MARKS[outcome.met],
        said=said if outcome.met is not Met.UNMET else _("ne compte pas"),
        why=tuple(why_not(outcome)),
        asks=", ".join(asks_of(part)),
        places=_places(path, places) if places is not None else (),
        more=places.more if places is not None else 0,
    )


def _places(path: Path, places: Places) -> tuple[Link, ...]:
    found = []
    if places.opening_code:
        label = _("La demander avec des preuves de ce que vous savez faire")
        found.append(Link(label, reverse("guest:claim", args=[places.opening_code])))
    if places.training_url:
        found.append(Link(_("La page de la formation"), places.training_url))
    for one in places.partners:
        label = f"{one.name}, {one.site.city}"
        found.append(Link(label, reverse("public:partners-one", args=[one.site.organisation.siren])))
    if not found:
        house = spoken.named(path.combination.certifier.name)
        found.append(
            Link(_("Personne ne l’annonce pour le moment\u00a0: demandez à %(house)s.") % {"house": house}, "")
        )
    return tuple(found)


def _trade(trade: Trade) -> tuple[str, str, tuple[Bar, ...]]:
    bars = []
    for one in trade.blocs:
        title = _("Bloc %(rank)s. %(title)s") % {"rank": one.rank, "title": one.title}
        if one.is_obtained:
            bars.append(Bar(typo(title), _("obtenu"), (True,) * max(one.needed, 1)))
        elif not one.needed:
            bars.append(Bar(typo(title), _("pas encore de parcours"), ()))
        else:
            segments = tuple(at < one.met for at in range(one.needed))
            bars.append(Bar(typo(title), _of(one.met, one.needed), segments))
    return typo(trade.certification.title), trade.certification.reference, tuple(bars)


def _of(met: int, needed: int) -> str:
    return _("%(met)s sur %(needed)s") % {"met": met, "needed": needed}
