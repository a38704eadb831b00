"""What surrounds the lines of a draft, and the two ways out of it: published for ever, or thrown away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jurande.core.france.comparison import compare
from jurande.core.france.referentiels import ACCESS_ROUTES, TRAINING_LIMITS, USUAL_JURIES, Jury
from jurande.core.france.wording import DISCLAIMER
from jurande.registers.catalogue import facts, policies
from jurande.registers.catalogue.operations import versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.certifications.parts import missing, version_of
from jurande.web.ui.fields import DayInput
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect

_ARTICLES = {jury.route: jury.article for jury in USUAL_JURIES}


class FrameForm(forms.Form):
    """Title, date of effect, limits of training, règlement, and one line of numbers for each jury."""

    title = forms.CharField(
        label=_("Intitulé exact"), max_length=1000, help_text=_("Celui que les partenaires doivent reprendre partout.")
    )
    valid_from = forms.DateField(label=_("Date d’effet"), widget=DayInput(), required=False)
    optional_min = forms.IntegerField(
        label=_("Blocs au choix\u00a0: combien, au moins\u00a0?"), min_value=0, max_value=50, required=False
    )
    regulation = forms.CharField(
        label=_("Règlement"),
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=100_000,
        required=False,
        help_text=_("Ce qui vaut pour tous\u00a0: absences, rattrapage, fraude, recours, aménagements."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add a field for each limit, and four for each access route."""
        super().__init__(*args, **kwargs)
        for limit in TRAINING_LIMITS:
            self.fields[limit.key] = forms.IntegerField(
                label=limit.label, min_value=0, max_value=100_000, required=False, help_text=limit.article
            )
        for route in ACCESS_ROUTES:
            self.fields[f"jury_{route.key}_members"] = forms.IntegerField(
                label=_("Membres, au moins"), min_value=0, max_value=30, required=False
            )
            self.fields[f"jury_{route.key}_qualified"] = forms.IntegerField(
                label=_("dont qualifiés"), min_value=0, max_value=30, required=False
            )
            self.fields[f"jury_{route.key}_external"] = forms.IntegerField(
                label=_("Extérieurs, en %"), min_value=0, max_value=100, required=False
            )
            self.fields[f"jury_{route.key}_excluded"] = forms.CharField(
                label=_("Ne peuvent siéger"), max_length=400, required=False
            )

    @classmethod
    def of(cls, held: Any) -> dict[str, Any]:
        """What the version says now."""
        said = {name: getattr(held, name) for name in cls.base_fields}
        said |= {limit.key: getattr(held, limit.key) for limit in TRAINING_LIMITS}
        for jury in held.juries.order_by("route"):
            said |= {
                f"jury_{jury.route}_members": jury.min_members,
                f"jury_{jury.route}_qualified": jury.min_qualified,
                f"jury_{jury.route}_external": jury.external_percent,
                f"jury_{jury.route}_excluded": jury.excluded,
            }
        return said

    def say_nothing_is_optional(self) -> None:
        """The page says once that an empty field sets nothing: its fields need not each say so."""
        for field in self.fields.values():
            field.required = True

    def routes(self) -> list[tuple[str, str, list[Any]]]:
        """The fields of each access route: its label, its usual source, its four fields."""
        names = ("members", "qualified", "external", "excluded")
        return [
            (route.label, _ARTICLES.get(route.key, ""), [self[f"jury_{route.key}_{name}"] for name in names])
            for route in ACCESS_ROUTES
        ]

    def limit_fields(self) -> list[tuple[Any, str]]:
        """The fields of the limits of training, with their units."""
        return [(self[limit.key], limit.unit) for limit in TRAINING_LIMITS]

    def frame(self) -> versions.Frame:
        """What was typed, as the operation takes it; a route without members has no jury."""
        given = self.cleaned_data
        return versions.Frame(
            title=given["title"],
            valid_from=given["valid_from"],
            regulation=given["regulation"],
            optional_min=given["optional_min"] or 0,
            limits={limit.key: given[limit.key] for limit in TRAINING_LIMITS if given[limit.key] is not None},
            juries=[
                Jury(
                    route.key,
                    given[f"jury_{route.key}_members"],
                    given[f"jury_{route.key}_qualified"] or 0,
                    given[f"jury_{route.key}_external"] or 0,
                    given[f"jury_{route.key}_excluded"],
                    _ARTICLES.get(route.key, str(_("choix du certificateur"))),
                )
                for route in ACCESS_ROUTES
                if given[f"jury_{route.key}_members"]
            ],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def frame(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """Set title, date, limits of training, juries and règlement of a draft."""
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    if held.certification.is_micro:
        return redirect("certifier:certifications-sheet", certifier, code, version)
    form = FrameForm(request.POST or None, initial=FrameForm.of(held))
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            versions.set_frame(
                referentiel=held,
                frame=form.frame(),
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("Le cadre est enregistré."))
            return redirect("certifier:certifications-one", certifier, code)
    form.say_nothing_is_optional()
    page = {
        "held": held,
        "certification": held.certification,
        "form": form,
        "keep": f"cadre-{held.code}-{held.revision}",
    }
    return render(request, "certifier/certifications/frame.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def publish(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """Show what publishing will do and what stops it; then publish."""
    held = version_of(request, code, version)
    actor = request.actor
    if not held.is_draft:
        raise Http404
    verdict = policies.can_publish_referentiel(actor, held)
    if not verdict and not policies.can_edit_referentiel(actor, held):
        require(verdict)
    if request.method == "POST":
        require(verdict)
        with refusing(request):
            versions.publish(
                referentiel=held, seen_digest=request.POST.get("seen", ""), actor=actor, now=timezone.now()
            )
            messages.success(request, _("La version est publiée. Elle ne changera plus."))
            return redirect("certifier:certifications-one", certifier, code)
        return redirect("certifier:certifications-publish", certifier, code, version)
    whole = facts.referentiel_of(held)
    former = next(
        (row for row in queries.versions_of(held.certification) if row.state == ReferentielState.PUBLISHED), None
    )
    page = {
        "held": held,
        "certification": held.certification,
        "gaps": missing(versions.gaps_of(held), held),
        "verdict": verdict,
        "seen": whole.digest(),
        "whole": whole,
        "changes": len(compare(facts.referentiel_of(former), whole).changed) if former else None,
        "former": former,
        "effects": _effects(held, former),
        "disclaimer": DISCLAIMER if held.certification.is_micro else "",
    }
    return render(request, "certifier/certifications/publish.html", page)


def _effects(held: Any, former: Any) -> list[Effect]:
    effects = [
        Effect(
            "lock", str(_("La version %(n)d ne changera plus jamais, ni ses lignes ni son cadre.") % {"n": held.number})
        )
    ]
    if former is not None:
        effects.append(
            Effect(
                "archive", str(_("La version %(n)d est remplacée\u00a0; elle reste lisible.") % {"n": former.number})
            )
        )
    effects.append(Effect("book-2", str(_("Une écriture au journal, à votre nom, avec l’empreinte de la version."))))
    return effects


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, code: str, version: str) -> HttpResponse:
    """Throw a draft away, after saying what is lost."""
    held = version_of(request, code, version)
    require(policies.can_edit_referentiel(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            versions.discard_draft(referentiel=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le brouillon est abandonné."))
        return redirect("certifier:certifications-one", certifier, code)
    effects = [
        Effect("trash", str(_("Tout ce qui a été écrit dans ce brouillon est perdu."))),
        Effect("file-text", str(_("La version publiée ne bouge pas."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom."))),
    ]
    page = {
        "held": held.certification,
        "form": form,
        "question": _("Abandonner ce brouillon\u00a0?"),
        "label": _("Abandonner"),
        "effects": effects,
        "back": reverse("certifier:certifications-one", args=[certifier, code]),
    }
    return render(request, "certifier/certifications/act.html", page)
