"""What one does with an award that is theirs: receive it, choose who sees it, take its files, refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.awards.facts.addresses import document_url
from jurande.registers.awards.operations import keeping, kits, receiving, rendering
from jurande.registers.awards.queries import holders
from jurande.registers.awards.queries.proofs import skills_of
from jurande.registers.awards.states import AwardState
from jurande.registers.awards.states.awards import Origin
from jurande.registers.awards.states.designs import Subject
from jurande.registers.awards.states.holding import Exposure
from jurande.registers.seal.queries.credentials import signed_bytes
from jurande.web.access import Asked, audience, person_of
from jurande.web.holder.cards import cards_of, seals_of
from jurande.web.ui import spoken
from jurande.web.ui.downloads import SANDBOX, disposition
from jurande.web.ui.formats import typo
from jurande.web.ui.forms import refusing

if TYPE_CHECKING:
    from collections.abc import Callable

    from jurande.registers.awards.models import Award

# What still holds is drawn anew; of the rest, the signed proof alone is given.
DRAWN = (AwardState.ISSUED, AwardState.SUSPENDED)
GIVEN = {
    "document.pdf": "application/pdf",
    "image.png": "image/png",
    "image.svg": "image/svg+xml",
    "attestation.json": "application/vc+ld+json",
    "preuve.zip": "application/zip",
}


# --- which part of the home it is in --------------------------------------------------------------


def is_waiting(award: Award) -> bool:
    """Whether it waits to be received."""
    return award.holder_id is None and award.refused_at is None


def is_hidden(award: Award) -> bool:
    """Whether its holder folded it away."""
    return award.holder_id is not None and award.refused_at is None and award.exposure == Exposure.HIDDEN


def is_shown(award: Award) -> bool:
    """Whether it stands in the portfolio."""
    return award.holder_id is not None and award.refused_at is None and award.exposure != Exposure.HIDDEN


# --- what the page of an award says ---------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What an award says of its holder: in what capacity, given by whom, what they can do, how it was assessed."""

    kind: str
    house: str
    facts: list[tuple[str, str]]
    skills: list[str]
    assessed: list[str]
    page_url: str


@dataclass(frozen=True)
class Sight:
    """One answer to «who can see it»: its key, what it is called, what follows."""

    key: str
    title: str
    said: str
    is_chosen: bool


@dataclass(frozen=True)
class File:
    """Something to download: its address, what it is, what it is for."""

    url: str
    icon: str
    title: str
    said: str


def said_of(award: Award) -> Said:
    """Everything the award says, in the words of who issued it."""
    partner = award.partnership
    facts = [(_("Obtenue le"), spoken.day(award.awarded_on))]
    if award.valid_until is not None:
        facts.append((_("Valable jusqu’au"), spoken.day(award.valid_until)))
    facts.append((_("Délivrée par"), award.certifier.name))
    if partner is not None:
        facts.append((_("Évaluée par"), partner.name))
    facts += [(_("À votre nom"), award.full_name), (_("Numéro"), award.shown_number)]
    skills: list[str] = []
    if award.referentiel is not None:
        skills = skills_of(award.referentiel).of(award.blocs if award.subject == Subject.BLOC else [])
    elements = getattr(award.referentiel, "elements", None) if award.referentiel is not None else None
    told = [elements.protocol, elements.assessors, elements.pass_rule] if elements is not None else []
    return Said(
        kind=spoken.kind(award),
        house=award.certifier.name,
        facts=facts,
        skills=[typo(text) for text in skills],
        assessed=[typo(text) for text in told if text],
        page_url=document_url(award.number),
    )


def sight_of(award: Award) -> list[Sight]:
    """The three answers, each in a sentence that says what will happen."""
    told = (
        (
            Exposure.DOCUMENT,
            _("Seulement ceux à qui je la montre"),
            _("Votre nom se lit avec le document, son code carré ou un lien de vous. Le numéro seul ne le dit pas."),
        ),
        (
            Exposure.PUBLIC,
            _("Tous ceux qui ont son numéro"),
            _("Utile si le numéro est sur votre CV\u00a0: qui le tape lit votre nom et vérifie aussitôt."),
        ),
        (
            Exposure.HIDDEN,
            _("Personne"),
            _("Même avec le document, la page ne dit plus votre nom, et vos liens s’arrêtent. Cela se change."),
        ),
    )
    return [Sight(key.value, title, said, award.exposure == key) for key, title, said in told]


def files_of(award: Award) -> list[File]:
    """What can be downloaded of it today."""
    if award.origin == Origin.ELSEWHERE:
        return []
    drawn = (
        ("document.pdf", "file-text", _("Le document, en PDF"), _("À imprimer ou à joindre à une candidature.")),
        ("image.png", "photo", _("L’image"), _("Pour un message ou un site\u00a0: la preuve est dedans.")),
        ("image.svg", "photo", _("L’image, sans perte"), _("La même, pour l’agrandir ou l’imprimer en grand.")),
    )
    kept = (
        (
            "preuve.zip",
            "archive",
            _("De quoi vérifier sans internet"),
            _("À garder\u00a0: la preuve se contrôle même si ce site n’existe plus."),
        ),
        (
            "attestation.json",
            "file",
            _("La preuve signée, pour un logiciel"),
            _("Ce que lisent les portefeuilles numériques et les outils de recrutement (JSON)."),
        ),
    )
    wanted = (drawn if award.state in DRAWN else ()) + kept
    return [
        File(reverse("holder:file", args=[award.code, name]), icon, title, said) for name, icon, title, said in wanted
    ]


# --- acts -----------------------------------------------------------------------------------------


@require_safe
@audience("holder")
def file(request: Asked, code: str, name: str) -> HttpResponse:
    """One file of an award: nobody else gets it here, nothing keeps it on the way."""
    award = holders.whole_of(person_of(request), code)
    if award is None or name not in GIVEN:
        raise Http404
    if name in ("document.pdf", "image.png", "image.svg") and award.state not in DRAWN:
        raise Http404
    content: bytes | None = None
    with refusing(request):
        content = _MADE[name](award)
    if content is None:
        return redirect("holder:award", code)
    response = HttpResponse(content, content_type=GIVEN[name])
    stem, _dot, ending = name.rpartition(".")
    response["Content-Disposition"] = disposition(f"{stem}-{award.shown_number}.{ending}")
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _signed(award: Award) -> bytes:
    content = signed_bytes(award.credential) if award.credential is not None else None
    if content is None:
        raise kits.NoKit(_("La signature de ce document est en cours. Revenez dans quelques instants."))
    return content


_MADE: dict[str, Callable[[Award], bytes]] = {
    "document.pdf": rendering.parchment_pdf,
    "image.png": rendering.badge_png,
    "image.svg": rendering.badge_svg,
    "attestation.json": _signed,
    "preuve.zip": lambda award: kits.proof_kit(award, now=timezone.now()),
}


@require_POST
@audience("holder")
def expose(request: Asked, code: str) -> HttpResponse:
    """Choose who sees it."""
    award = holders.one_of(person_of(request), code)
    if award is None:
        raise Http404
    with refusing(request):
        chosen = keeping.choose_exposure(
            award=award, exposure=request.POST.get("exposure", ""), actor=request.actor, now=timezone.now()
        )
        messages.success(request, _CHOSEN[Exposure(chosen.exposure)]())
    return redirect(f"{reverse('holder:award', args=[code])}#visible")


_CHOSEN: dict[Exposure, Callable[[], str]] = {
    Exposure.DOCUMENT: lambda: _("C’est noté\u00a0: seuls ceux à qui vous la montrez y lisent votre nom."),
    Exposure.PUBLIC: lambda: _("C’est noté\u00a0: votre nom se lit maintenant avec le numéro."),
    Exposure.HIDDEN: lambda: _("C’est noté\u00a0: plus personne n’y lit votre nom."),
}


@require_POST
@audience("holder")
def receive(request: Asked, code: str) -> HttpResponse:
    """Receive what waits at one of my addresses."""
    person = person_of(request)
    award = holders.waiting_for(person).filter(code=code).first()
    if award is None:
        raise Http404
    taken = receiving.collect_waiting(person=person, award=award, actor=request.actor, now=timezone.now())
    if taken:
        messages.success(request, _("C’est reçu. C’est vous qui décidez à qui la montrer."))
    return redirect("holder:award", code) if taken else redirect("holder:home")


@require_http_methods(["GET", "HEAD", "POST"])
@audience("holder")
def refuse(request: Asked, code: str) -> HttpResponse:
    """Say first what will happen, then refuse it; why is one's own business."""
    award = _theirs(request, code)
    if request.method == "POST":
        with refusing(request):
            keeping.refuse_award(
                award=award, note=request.POST.get("note", ""), actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("C’est refusé. Vous pouvez la reprendre, en bas de cette page."))
            return redirect("holder:home")
    (card,) = cards_of([award], today=timezone.localdate())
    context = {"card": card, "award": award, "note": request.POST.get("note", ""), "seals": seals_of([award])}
    return render(request, "holder/keeping_refuse.html", context)


@require_POST
@audience("holder")
def take_back(request: Asked, code: str) -> HttpResponse:
    """Have again what I refused."""
    award = _theirs(request, code)
    with refusing(request):
        row = keeping.take_back_refusal(award=award, actor=request.actor, now=timezone.now())
        messages.success(request, _("C’est repris. Elle est privée, comme au premier jour."))
        if row.holder_id is not None:
            return redirect("holder:award", code)
    return redirect("holder:home")


def _theirs(request: Asked, code: str) -> Award:
    """One of theirs, or one sent to an address of theirs that nobody received.

    :raises Http404: it is somebody else's.
    """
    person = person_of(request)
    award = holders.one_of(person, code) or holders.sent_to(person).filter(code=code).first()
    if award is None:
        raise Http404
    return award
