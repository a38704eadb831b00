"""The radar: every legal clock of a house on one page, in a calendar that programs read, in a letter each week."""

from __future__ import annotations

from datetime import date
from itertools import chain

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from jurande.registers.common.together import Asking, together
from jurande.registers.common.verdicts import require
from jurande.registers.network.operations import keeping
from jurande.registers.network.policies.ledger import can_see_ledger
from jurande.registers.network.queries import deadlines as network
from jurande.registers.network.queries import keeping as kept
from jurande.registers.network.queries.deadlines import Deadline, DeadlineKind
from jurande.registers.parties import queries
from jurande.registers.parties.queries import Waiting
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.combinations import combination_dues
from jurande.web.certifier.awards.corrections import corrections_to_answer
from jurande.web.certifier.awards.rights import rights_to_answer
from jurande.web.certifier.certifications.parts import clock_dues
from jurande.web.certifier.conventions.parts import convention_dues
from jurande.web.certifier.recruitment.flags import recruitment_dues
from jurande.web.certifier.recruitment.pipeline import judging_dues
from jurande.web.ui.conventions import house_dues
from jurande.web.ui.formats import of_name
from jurande.web.ui.mending import certifier_dues
from jurande.web.ui.parts import Due, Tab
from jurande.web.ui.radar import Provider, Reader
from jurande.web.ui.tables import Column, Table
from jurande.web.ui.waiting import dues

SOON_DAYS = 30


def waiting_dues(reader: Reader, today: date) -> Asking[list[Due]]:
    """What awaits in the files of partners, invitations, letters and keys."""
    certifier = reader.certifier.code

    def url(line: Waiting) -> str:
        if line.partnership_code:
            return reverse("certifier:partners-one", args=[certifier, line.partnership_code])
        if line.subject_kind == "message":
            return reverse("certifier:mail-letter", args=[certifier, line.subject_code])
        name = "certifier:settings" if line.subject_kind == "api_key" else "certifier:team"
        return reverse(name, args=[certifier])

    return dues((yield from queries.waiting_in_house(reader.actor, today)), today, url)


def network_dues(reader: Reader, today: date) -> Asking[list[Due]]:
    """What the network waits for: declaring, looking at differences, renewing, attaching, approving again."""
    return [
        Due(
            title=_title(line),
            due_on=line.due_on,
            today=today,
            opened_on=line.opened_on,
            url=_url(reader.certifier.code, line),
            law=line.law,
            who=line.owner,
        )
        for line in (yield from network.deadlines(reader.actor, today))
    ]


def _title(line: Deadline) -> str:
    named = {"n": line.count, "name": line.names[0], "of": of_name(line.names[0])}
    if len(line.names) == 1:
        alone = {
            DeadlineKind.DECLARE: _now("Déclarer à France compétences l’habilitation %(of)s"),
            DeadlineKind.DIFFERENCE: _now("Regarder un écart avec le registre national\u00a0: %(name)s"),
            DeadlineKind.ENDING: _now("Décider de la suite de l’habilitation %(of)s"),
            DeadlineKind.DOCUMENT: _now("Joindre la convention antérieure %(of)s"),
            DeadlineKind.APPROVAL: ngettext(
                "Renouveler l’agrément %(of)s", "Renouveler %(n)d agréments %(of)s", line.count
            ),
        }
        return alone[line.kind] % named
    many = {
        DeadlineKind.DECLARE: _now("Déclarer %(n)d changements à France compétences"),
        DeadlineKind.DIFFERENCE: _now("Regarder %(n)d écarts avec le registre national"),
        DeadlineKind.ENDING: _now("Décider de la suite de %(n)d habilitations"),
        DeadlineKind.DOCUMENT: _now("Joindre %(n)d conventions antérieures"),
    }
    return many[line.kind] % named


def _url(certifier: str, line: Deadline) -> str:
    if line.kind == DeadlineKind.DECLARE:
        return reverse("certifier:ledger", args=[certifier])
    if line.kind == DeadlineKind.DIFFERENCE:
        return f"{reverse('certifier:ledger', args=[certifier])}?vue=ecarts"
    if line.partnership_code:
        return reverse("certifier:partners-one", args=[certifier, line.partnership_code])
    lacking = "manque=convention" if line.kind == DeadlineKind.DOCUMENT else "fin=90"
    return f"{reverse('certifier:partners', args=[certifier])}?vue=habilitations&{lacking}"


# Every register feeds the radar here; the first page, the calendar and the weekly letter read the same list.
PROVIDERS: tuple[Provider, ...] = (
    waiting_dues,
    clock_dues,
    recruitment_dues,
    judging_dues,
    house_dues,
    convention_dues,
    network_dues,
    combination_dues,
    corrections_to_answer,
    rights_to_answer,
)


def every_due(reader: Reader, today: date) -> list[Due]:
    """Everything that waits for this reader, the first due first."""
    given = together(*(give(reader, today) for give in PROVIDERS))
    # Addresses are looked for among letters that came back, which are many: read apart.
    lines = chain(*given, certifier_dues(reader, today))
    return sorted(lines, key=lambda line: line.due_on)


def _table(today: date) -> Table[Due]:
    return Table(
        name="echeances",
        columns=(
            Column("titre", str(_("Quoi")), lambda line: str(line.title), url=lambda line: line.url),
            Column("jour", str(_("Avant la fin du")), lambda line: line.due_on),
            Column("reste", str(_("Jours")), lambda line: line.days_left, numeric=True),
            Column("texte", str(_("Texte")), lambda line: line.law),
            Column("qui", str(_("Suivi par")), lambda line: line.who),
        ),
        search=lambda rows, words: [line for line in rows if words.casefold() in str(line.title).casefold()],
        order="jour",
        unit=str(_("échéance,échéances")),
    )


@require_safe
@audience("certifier")
def radar(request: Asked, certifier: str) -> HttpResponse:
    """Answer «qu’est-ce qui arrive à échéance ?»: mine or everybody’s, legal clocks or all."""
    actor, today = request.actor, timezone.localdate()
    require(can_see_ledger(actor))
    every = every_due(request, today)
    mine = _of(every, _my_name(request))
    legal = [line for line in every if line.law]
    view = request.GET.get("vue", "")
    lines = {"moi": mine, "loi": legal}.get(view, every)
    listing = _table(today).read(request.GET, lines)
    if sheet := listing.sheet():
        return sheet
    address = reverse("certifier:radar", args=[certifier])
    page = {
        "lines": lines,
        "listing": listing,
        "as_table": view == "tableau",
        "late": sum(line.over for line in lines),
        "soon": sum(0 <= line.days_left <= SOON_DAYS for line in lines),
        "tabs": [
            Tab(str(_("Toutes")), address, view not in ("moi", "loi", "tableau"), len(every)),
            Tab(str(_("Les miennes")), f"{address}?vue=moi", view == "moi", len(mine)),
            Tab(str(_("Fixées par un texte")), f"{address}?vue=loi", view == "loi", len(legal)),
            Tab(str(_("En tableau")), f"{address}?vue=tableau", view == "tableau"),
        ],
        "feed": kept.calendar_of(actor),
    }
    return render(request, "certifier/radar.html", page)


def _my_name(request: Asked) -> str:
    return str(getattr(request.user, "full_name", ""))


def _of(lines: list[Due], name: str) -> list[Due]:
    return [line for line in lines if line.who == name]


@require_POST
@audience("certifier")
def open_calendar(request: Asked, certifier: str) -> HttpResponse:
    """Draw a new secret address, shown once."""
    token = keeping.open_calendar(certifier=request.certifier, actor=request.actor, now=timezone.now())
    address = request.build_absolute_uri(reverse("certifier:radar-feed", args=[certifier, token]))
    return render(request, "certifier/calendar_opened.html", {"address": address})


@require_POST
@audience("certifier")
def revoke_calendar(request: Asked, certifier: str) -> HttpResponse:
    """Stop the address."""
    feed = kept.calendar_of(request.actor)
    if feed is not None:
        keeping.revoke_calendar(feed=feed, actor=request.actor, now=timezone.now())
        messages.success(request, _("L’adresse du calendrier ne répond plus."))
    return redirect("certifier:radar", certifier)


def summary_of(lines: list[Due]) -> str:
    """How many are late, how many come within thirty days."""
    late = sum(line.over for line in lines)
    soon = sum(0 <= line.days_left <= SOON_DAYS for line in lines)
    parts = []
    if late:
        parts.append(ngettext("%(n)d échéance passée", "%(n)d échéances passées", late) % {"n": late})
    if soon:
        parts.append(ngettext("%(n)d dans les trente jours", "%(n)d dans les trente jours", soon) % {"n": soon})
    return ", ".join(parts)
