"""Is this place habilitated, today or on a date? For anyone, without an account or a cookie; and its badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jurande.registers.catalogue.queries import national
from jurande.registers.catalogue.queries.national import Because, Known
from jurande.registers.conventions.queries.standing import standing_of
from jurande.registers.conventions.states import ConventionState
from jurande.registers.network.operations.habilitations.credentials import NAMES, bloc_words
from jurande.registers.network.queries import habilitations as queries
from jurande.registers.network.queries.habilitations import Standing
from jurande.registers.network.queries.proofs import Proven, proven
from jurande.registers.network.states import Action, Basis, SpellState
from jurande.registers.seal.queries.credentials import signed_bytes
from jurande.web.access import audience
from jurande.web.ui.badges import badge_svg
from jurande.web.ui.formats import MONTHS, WEEKDAYS, day_plain, hour, siret, span
from jurande.web.ui.habilitations import embed_of, strip_of, where
from jurande.web.ui.lives import STANDINGS, month_of

# How long a copy may be kept: a suspension shows everywhere within five seconds.
KEPT_SECONDS = 2
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Checked:
    """One thing that was checked, in words."""

    status: str
    title: str
    said: str


@require_safe
@audience("public")
def habilitation(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for one day, show the days on which it was true, and say what was checked."""
    row = _one(code)
    now = timezone.now()
    today = timezone.localdate(now)
    asked, is_wrong = day_asked(request, today)
    standing = queries.standing_on(row, asked)
    others = [other for other in queries.of_place(row.partnership) if other.pk != row.pk]
    life = queries.life_of(row)
    page = {
        "row": row,
        "asked": asked,
        "today": today,
        "now": now,
        "is_wrong": is_wrong,
        "standing": standing,
        "verdict": verdict(row, standing, today),
        "name": NAMES[row.actions],
        "can": _can(row, standing),
        "blocs": bloc_words(row),
        "where": where(row),
        "others": [(other, STANDINGS[queries.standing_on(other, asked).state]) for other in others],
        "strip": strip_of([row, *others], day=asked),
        "suspensions": [one for one in life if one.state == SpellState.SUSPENDED and one.until_on < today],
        "month": month_of(asked, is_on=lambda day: queries.standing_on(row, day).is_active),
        "month_name": f"{MONTHS[asked.month - 1]} {asked.year}",
        "weekdays": [(name[:2], name) for name in WEEKDAYS],
        "checks": _checks(row, standing, asked, today, now),
        "following": getattr(row, "followed_by", None),
        **_links(row),
    }
    return _fresh(render(request, "public/habilitation.html", page))


@require_safe
@audience("public")
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """The picture for the partner's site: grey as soon as it no longer counts; its successor's, once replaced."""
    row = _current(_one(code))
    standing = queries.standing_on(row, timezone.localdate())
    titles = {
        "active": _("Habilité par %(house)s"),
        "suspended": _("Habilitation suspendue par %(house)s"),
        "not_yet": _("Pas encore habilité par %(house)s"),
    }
    title = titles.get(standing.state, _("N’est plus habilité par %(house)s")) % {"house": row.certifier.name}
    svg = badge_svg(
        title=title,
        line=f"{row.certification.reference}, {row.get_kind_display().lower()}",
        place=f"{row.partnership.name}, {row.partnership.site.city}",
        is_alive=standing.is_active,
    )
    response = _fresh(HttpResponse(svg, content_type="image/svg+xml"))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@audience("public")
def credential(request: HttpRequest, code: str) -> HttpResponse:
    """The signed attestation, as a file: whoever has it checks it, here or with the command."""
    row = _one(code)
    content = signed_bytes(row.credential) if row.credential is not None else None
    if content is None:
        raise Http404
    response = _fresh(HttpResponse(content, content_type="application/vc+ld+json"))
    response["Content-Disposition"] = f'attachment; filename="{row.reference}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def day_asked(request: HttpRequest, today: date) -> tuple[date, bool]:
    """The day of the address, today without one; and whether what was asked is no day."""
    text = request.GET.get("jour", "").strip()
    if not text:
        return today, False
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return (day, False) if day is not None and EARLIEST <= day <= LATEST else (today, True)


def verdict(row: Any, standing: Standing, today: date) -> tuple[str, str, str]:
    """The answer: its status, a sentence, and why when it is no."""
    name, day = row.partnership.name, day_plain(standing.day)
    is_today, is_past = standing.day == today, standing.day < today
    told = {"name": name, "day": day}
    if standing.is_active:
        if is_today:
            return "ok", _("%(name)s est habilité aujourd’hui.") % told, ""
        if is_past:
            return "ok", _("Oui, %(name)s était habilité le %(day)s.") % told, ""
        later = _("C’est ce qui est décidé aujourd’hui\u00a0; une suspension reste possible d’ici là.")
        return "ok", _("%(name)s sera habilité le %(day)s.") % told, later
    if is_today:
        said = _("%(name)s n’est pas habilité aujourd’hui.") % told
    elif is_past:
        said = _("Non, %(name)s n’était pas habilité le %(day)s.") % told
    else:
        said = _("%(name)s ne sera pas habilité le %(day)s.") % told
    return STANDINGS[standing.state][0], said, _why(row, standing, today)


def _why(row: Any, standing: Standing, today: date) -> str:
    since = day_plain(standing.since)
    if standing.state == "suspended":
        until = standing.until
        if until is not None and until < today:
            return _("Son habilitation a été suspendue du %(since)s au %(until)s.") % {
                "since": since,
                "until": day_plain(until),
            }
        return _("Son habilitation est suspendue depuis le %(since)s.") % {"since": since}
    if standing.state == "not_yet":
        return _("Son habilitation commence le %(day)s.") % {"day": day_plain(row.valid_from)}
    last = day_plain(row.last_day)
    if standing.state == "expired":
        return _("Son habilitation est arrivée à son terme le %(last)s.") % {"last": last}
    return _("Son habilitation a pris fin\u00a0: son dernier jour a été le %(last)s.") % {"last": last}


def _can(row: Any, standing: Standing) -> list[tuple[str, str]]:
    words = {
        Action.TRAIN: (_("Peut former"), _("Ne forme pas")),
        Action.ASSESS: (_("Peut évaluer"), _("N’évalue pas")),
    }
    if not standing.is_active:
        return [STANDINGS[standing.state]]
    return [("ok", yes) if action in row.actions else ("end", no) for action, (yes, no) in words.items()]


# --- what is checked ----------------------------------------------------------------------------


def _checks(row: Any, standing: Standing, asked: date, today: date, now: datetime) -> list[Checked]:
    shown = proven(row, now=now)
    return [_signature(row, shown), _status(row, standing, today), _log(shown), _act(row), *_national(row, asked)]


def _signature(row: Any, shown: Proven) -> Checked:
    if shown.is_intact is None:
        return Checked("draft", _("L’attestation n’est pas encore signée"), _("Elle le sera dès que le sceau le peut."))
    if not shown.is_intact:
        return Checked("late", _("La signature ne correspond pas"), _("Ne vous fiez pas à cette attestation."))
    at = {"house": row.certifier.name, "day": day_plain(shown.issued_at), "hour": hour(shown.issued_at)}
    said = _("Signée par %(house)s le %(day)s à %(hour)s.") % at
    return Checked("ok", _("La signature est intacte"), said)


def _status(row: Any, standing: Standing, today: date) -> Checked:
    now = queries.standing_on(row, today)
    if now.is_active:
        return Checked("ok", _("Ni suspendue ni terminée"), _("D’après le registre, à l’instant."))
    status, word = STANDINGS[now.state]
    since = _("Depuis le %(day)s.") % {"day": day_plain(now.since)} if now.since else ""
    return Checked(status, word, since or _why(row, now, today))


def _log(shown: Proven) -> Checked:
    if shown.entry is None:
        return Checked("draft", _("Pas encore au registre public"), _("Elle y entre quand elle est signée."))
    number = {"entry": shown.entry}
    if not shown.is_shown:
        return Checked("run", _("Entre au registre public"), _("Écriture %(entry)d, publiée sous peu.") % number)
    said = _("Écriture %(entry)d, que personne ne peut retirer.") % number
    return Checked("ok", _("Inscrite au registre public"), said)


def _act(row: Any) -> Checked:
    told = {"reference": row.basis_reference, "day": day_plain(row.basis_on)}
    if row.basis == Basis.OWN_SITE:
        said = _("Le certificateur forme lui-même ici\u00a0: %(reference)s, du %(day)s.") % told
        return Checked("ok", _("C’est un établissement du certificateur"), said)
    if row.basis == Basis.EARLIER_CONVENTION:
        said = _("%(reference)s, du %(day)s, antérieure à ce registre.") % told
        if row.basis_document_id is None:
            return Checked("warn", _("La convention est déclarée"), said)
        return Checked("ok", _("La convention est versée au dossier"), said)
    held = standing_of(row.basis_code)
    if held is None:
        return Checked("warn", _("La convention est déclarée"), _("%(reference)s, du %(day)s.") % told)
    said = _("%(reference)s, signée par les deux parties le %(day)s. Son texte n’est pas public.") % told
    if held.state == ConventionState.IN_FORCE:
        return Checked("ok", _("La convention est en vigueur"), said)
    if held.state == ConventionState.SUSPENDED:
        return Checked("stop", _("La convention est suspendue"), said)
    return Checked("end", _("La convention n’est plus en vigueur"), said)


def _national(row: Any, asked: date) -> list[Checked]:
    fiche = row.certification.fiche
    if fiche is None:
        return []
    place = row.partnership.site.siret
    said = national.was_habilitated(siret=place, fiche_number=fiche.number, day=asked)
    if said.because == Because.AFTER_LATEST and said.snapshot_on is not None:
        said = national.was_habilitated(siret=place, fiche_number=fiche.number, day=said.snapshot_on)
    read = _("publication du %(day)s (France compétences)") % {"day": day_plain(said.snapshot_on)}
    if said.answer == Known.YES:
        return [Checked("ok", _("Connue de l’État"), _("Lue au répertoire national, %(read)s.") % {"read": read})]
    if said.answer == Known.NO:
        told = _("Absente du répertoire national, %(read)s. Le certificateur a deux mois pour déclarer un changement.")
        return [Checked("warn", _("Pas encore connue de l’État"), told % {"read": read})]
    return [Checked("draft", _("L’État n’a rien publié ici"), _("Aucune publication de cette époque n’a été lue."))]


# --- around -------------------------------------------------------------------------------------


def _one(code: str) -> Any:
    row = queries.public_one(code)
    if row is None:
        raise Http404
    return row


def _current(row: Any) -> Any:
    """Itself, or what took its place, as long as that counts."""
    for _step in range(20):
        following = queries.public_one(row.followed_by.code) if hasattr(row, "followed_by") else None
        if following is None:
            return row
        row = following
    return row


def _links(row: Any) -> dict[str, Any]:
    return {
        "page_url": settings.PUBLIC_URL + reverse("public:habilitation", args=[row.code]),
        "embed": embed_of(row),
        "has_file": row.credential is not None and row.credential.signed is not None,
        "siret": siret(row.partnership.site.siret),
        "span": span(row.valid_from, row.valid_until),
    }


def _fresh(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
