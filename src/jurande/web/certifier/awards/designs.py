"""Designs: every version of each, written beside what it looks like, published by somebody else."""

from __future__ import annotations

import base64
from copy import copy
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.parchments import (
    MERGE_FIELDS,
    TEXTS,
    Gap,
    lint,
)
from jurande.registers.awards.facts.parchments import (
    ParchmentContent,
    Signed,
    content_of,
    frame_of,
    page_of,
    registration_of,
)
from jurande.registers.awards.facts.specimens import BY_KEY, SPECIMENS, specimen_bearer
from jurande.registers.awards.operations import designs as operations
from jurande.registers.awards.operations import rendering
from jurande.registers.awards.operations.designs import Appearance, DesignRefused
from jurande.registers.awards.operations.linting import gaps_of
from jurande.registers.awards.policies import designs as policies
from jurande.registers.awards.queries import designs as queries
from jurande.registers.awards.states import DesignState, Language
from jurande.registers.catalogue.queries.certifications import choices_of
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.design_forms import BrandForm, DesignForm, RevisionForm, StartForm
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.forms import refusing
from jurande.web.ui.marks import chip
from jurande.web.ui.parts import Effect

STATES = {DesignState.DRAFT: "draft", DesignState.PUBLISHED: "ok", DesignState.REPLACED: "end"}
MARK = "SPÉCIMEN"
# Small enough for a wall of them, and large enough to be read by who writes one.
THUMBNAIL, SCREEN = 40, 96


@require_safe
@audience("certifier")
def listing(request: Asked, certifier: str) -> HttpResponse:
    """Every design of the house, and what has none yet."""
    require(policies.can_see_designs(request.actor))
    rows = list(queries.designs(request.actor))
    shown = [row for row in rows if row.state != DesignState.REPLACED]
    page = {
        "rows": [(row, _state(row)) for row in shown],
        "former": [(row, _state(row)) for row in rows if row.state == DesignState.REPLACED],
        "startable": queries.startable(request.actor),
        "may_write": policies.can_write_designs(request.actor, request.certifier),
        "tabs": tabs(request, "certifier:awards-designs"),
    }
    return render(request, "certifier/awards/designs.html", page)


@require_POST
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Begin a design, or the next version of one."""
    require(policies.can_write_designs(request.actor, request.certifier))
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez ce que vous voulez dessiner dans la liste."))
        return redirect("certifier:awards-designs", certifier)
    certification = queries.certification_of(request.actor, form.cleaned_data["certification"])
    if certification is None:
        raise Http404
    with refusing(request):
        draft = operations.start_design(
            certification=certification, subject=form.cleaned_data["subject"], actor=request.actor, now=timezone.now()
        )
        return redirect("certifier:awards-designs-one", certifier, draft.code)
    return redirect("certifier:awards-designs", certifier)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def one(request: Asked, certifier: str, design: str) -> HttpResponse:
    """One version: written while it is a draft, read once it is published."""
    held = _found(request, design)
    editable = policies.can_write_design(request.actor, held)
    form = DesignForm(held, request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(editable)
        if form.is_valid():
            with refusing(request, form):
                _save(held, form, request)
                messages.success(request, _("Le modèle est enregistré."))
                return redirect("certifier:awards-designs-one", certifier, design)
    gaps = gaps_of(held)
    page = {
        "held": held,
        "state": _state(held),
        "form": form if editable else None,
        "editable": editable,
        "gaps": gaps,
        "publishing": policies.can_publish_design(request.actor, held) if held.is_draft else None,
        "may_start": policies.can_write_designs(request.actor, request.certifier)
        and held.state == DesignState.PUBLISHED
        and not queries.versions_of(held).in_states(DesignState.DRAFT).exists(),
        "specimens": SPECIMENS,
        "merge_fields": [(f"{{{name}}}", said) for name, said in MERGE_FIELDS.items()],
        "versions": [(row, _state(row)) for row in queries.versions_of(held)],
        "texts": _read(held),
        "who": names_of([held.published_by_code, held.started_by_code]),
    }
    return render(
        request, "certifier/awards/design.html", page, status=200 if form.is_valid() or not form.is_bound else 422
    )


@require_POST
@audience("certifier")
def preview(request: Asked, certifier: str, design: str) -> HttpResponse:
    """What is being typed would look like, and what it lacks; nothing is saved."""
    held = _found(request, design)
    require(policies.can_write_design(request.actor, held))
    if not request.headers.get("HX-Request"):
        # A part of a page is for the page that holds it.
        return redirect("certifier:awards-designs-one", certifier, design)
    form = DesignForm(held, request.POST)
    page: dict[str, Any] = {"gaps": gaps_of(held), "picture": "", "refused": "", "held": held}
    if form.is_valid():
        try:
            tried = _tried(held, form.appearance())
            page["gaps"] = _gaps(tried, form)
            drawn = rendering.draw_png(_content(tried, request.POST.get("nom", ""), _signed(tried, form)), ppi=SCREEN)
            page["picture"] = base64.b64encode(drawn).decode()
        except Refused as refused:
            page["refused"] = refused.sentence
    else:
        page["refused"] = next(iter(form.errors.values()))[0]
    return render(request, "certifier/awards/_preview.html", page)


@require_safe
@audience("certifier")
def picture(request: Asked, certifier: str, design: str, form: str) -> HttpResponse:
    """A saved design with the name of a specimen: a picture of the page or of the badge, or its PDF."""
    held = _found(request, design)
    content = _content(held, request.GET.get("nom", ""))
    if form == "apercu.pdf":
        response = HttpResponse(rendering.draw_pdf(content, ""), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="specimen-{held.code}.pdf"'
    elif form == "badge.png":
        response = HttpResponse(rendering.draw_badge(content), content_type="image/png")
    else:
        size = THUMBNAIL if form == "vignette.png" else SCREEN
        response = HttpResponse(rendering.draw_png(content, ppi=size), content_type="image/png")
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def publish(request: Asked, certifier: str, design: str) -> HttpResponse:
    """Publish a draft that somebody else wrote, after saying what follows."""
    held = _found(request, design)
    require(policies.can_publish_design(request.actor, held))
    if not held.is_draft:
        return redirect("certifier:awards-designs-one", certifier, design)
    form = RevisionForm(request.POST or None, initial={"revision": held.revision})
    if request.method == "POST" and form.is_valid():
        with refusing(request):
            operations.publish_design(
                design=held, revision=form.cleaned_data["revision"], actor=request.actor, now=timezone.now()
            )
            messages.success(request, _("Le modèle est publié\u00a0: vous pouvez délivrer avec lui."))
        return redirect("certifier:awards-designs-one", certifier, design)
    effects = [
        Effect(
            "lock",
            str(_("Cette version ne changera plus jamais\u00a0: ni ses textes, ni ses couleurs, ni ses images.")),
        ),
        Effect("certificate", str(_("Ce qui sera délivré désormais la suivra."))),
        Effect("history", str(_("Ce qui est déjà délivré garde la sienne, à l’identique."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    return _act(request, held, form, _("Publier ce modèle\u00a0?"), _("Publier"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, design: str) -> HttpResponse:
    """Throw a draft away, after saying what follows."""
    held = _found(request, design)
    require(policies.can_write_design(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.discard_design(design=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le brouillon est abandonné."))
            return redirect("certifier:awards-designs", certifier)
    effects = [
        Effect("ban", str(_("Ce qui y était écrit est perdu."))),
        Effect("check", str(_("La version publiée, s’il y en a une, reste celle avec laquelle vous délivrez."))),
    ]
    return _act(request, held, form, _("Abandonner ce brouillon\u00a0?"), _("Abandonner"), effects)


@require_POST
@audience("certifier")
def take_brand(request: Asked, certifier: str, design: str) -> HttpResponse:
    """Give a draft the logo and the colours that the house has now."""
    held = _found(request, design)
    require(policies.can_write_design(request.actor, held))
    with refusing(request):
        operations.take_brand(design=held, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le brouillon a le logo et les couleurs de votre identité."))
    return redirect("certifier:awards-designs-one", certifier, design)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def brand(request: Asked, certifier: str) -> HttpResponse:
    """The logo and the colours that designs begin with, and the mentions that the house does without."""
    require(policies.can_write_designs(request.actor, request.certifier))
    held = queries.brand_of(request.certifier)
    names = ("colour", "accent", "emblem", "waived")
    form = BrandForm(request.POST or None, request.FILES or None, initial={name: getattr(held, name) for name in names})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusing(request, form):
            operations.set_brand(
                certifier=request.certifier,
                logo=(given["logo"].file, given["logo"].name) if given["logo"] else None,
                drop_logo=given["drop_logo"],
                **{name: given[name] for name in names},
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(
                request, _("Votre identité est enregistrée\u00a0: les prochains modèles commenceront avec elle.")
            )
            return redirect("certifier:awards-designs", certifier)
    return render(request, "certifier/awards/brand.html", {"form": form, "held": held})


def _found(request: Asked, code: str) -> Any:
    require(policies.can_see_designs(request.actor))
    held = queries.design(request.actor, code)
    if held is None:
        raise Http404
    return held


def _state(held: Any) -> str:
    return chip(STATES[DesignState(held.state)], str(DesignState(held.state).label))


def _save(held: Any, form: DesignForm, request: Asked) -> None:
    operations.write_design(
        design=held,
        appearance=form.appearance(),
        signings=form.signings(),
        revision=form.cleaned_data["revision"],
        actor=request.actor,
        now=timezone.now(),
    )


def _tried(held: Any, appearance: Appearance) -> Any:
    """The draft as it would be, saved nowhere.

    :raises DesignRefused: what could not be saved.
    """
    tried = copy(held)
    for name in ("layout", "language", "place", "emblem"):
        setattr(tried, name, getattr(appearance, name))
    tried.colour = operations.checked_colour(appearance.colour, "colour")
    tried.accent = operations.checked_colour(appearance.accent, "accent")
    tried.texts = operations.checked_texts(appearance.texts, held.subject)
    return tried


def _content(held: Any, name: str, signed: tuple[Signed, ...] | None = None) -> ParchmentContent:
    referentiel = queries.referentiel_for(held)
    if referentiel is None:
        raise DesignRefused(_("La certification n’a pas encore de référentiel\u00a0: il n’y a rien à montrer."))
    frame = frame_of(held, referentiel)
    if signed is not None:
        images = [one.image for one in frame.signatories]
        frame = replace(
            frame,
            signatories=tuple(
                replace(one, image=images[rank] if rank < len(images) else None) for rank, one in enumerate(signed)
            ),
        )
    elements = getattr(referentiel, "elements", None)
    bearer = specimen_bearer(
        BY_KEY.get(name, SPECIMENS[0]),
        on=timezone.localdate(),
        validity_months=elements.validity_months if elements else None,
    )
    return content_of(frame, bearer, mark=MARK)


def _signed(tried: Any, form: DesignForm) -> tuple[Signed, ...]:
    """Who signs as typed, in the languages of the page."""
    languages = Language(tried.language).split("_")
    return tuple(
        Signed(one.name, tuple((one.quality_en or one.quality) if code == "en" else one.quality for code in languages))
        for one in form.signings()
        if one.name.strip()
    )


def _gaps(tried: Any, form: DesignForm) -> list[Gap]:
    referentiel = queries.referentiel_for(tried)
    if referentiel is None:
        return []
    page = replace(
        page_of(tried, registration_of(tried.certification, referentiel)),
        signatories=tuple(operations.signatory_of(one) for one in form.signings() if one.name.strip()),
    )
    return lint(
        page,
        waived=queries.brand_of(tried.certifier).waived,
        tolerated=choices_of(tried.certifier).tolerated,
    )


def _read(held: Any) -> list[tuple[str, list[str]]]:
    """What a published design says, line by line."""
    languages = Language(held.language).split("_")
    return [
        (line.label, [held.texts.get(line.key, {}).get(one, "") for one in languages])
        for line in TEXTS
        if line.key in held.texts
    ]


def _act(request: Asked, held: Any, form: forms.Form, question: Any, label: Any, effects: list[Effect]) -> HttpResponse:
    page = {"held": held, "form": form, "question": question, "label": label, "effects": effects}
    return render(request, "certifier/awards/design_act.html", page)
