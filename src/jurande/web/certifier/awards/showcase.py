"""The house's own showcase: what it says, what it lists, where one trains; opened and closed by one act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from jurande.registers.awards.operations import showcase as operations
from jurande.registers.awards.policies.lots import can_see_awards
from jurande.registers.awards.policies.showcase import can_edit_showcase
from jurande.registers.awards.queries import showcase as queries
from jurande.registers.common.verdicts import require
from jurande.web.access import Asked, audience
from jurande.web.certifier.awards.parts import tabs
from jurande.web.ui.forms import refusing


class ShowcaseForm(forms.Form):
    """What the house says of itself, then three answers for each certification."""

    presentation = forms.CharField(
        label=_("Qui nous sommes"),
        required=False,
        max_length=operations.MOST_CHARS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Quelques phrases, pour qui ne vous connaît pas."),
    )
    presentation_en = forms.CharField(
        label=_("Qui nous sommes, en anglais"),
        required=False,
        max_length=operations.MOST_CHARS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    site_url = forms.CharField(
        label=_("Votre site"),
        required=False,
        max_length=operations.ADDRESS_CHARS,
        help_text=_("Commence par https://."),
    )

    def __init__(self, *given: Any, certifications: list[Any], **named: Any) -> None:
        """Ask about each certification that the house may show."""
        super().__init__(*given, **named)
        self.certifications = certifications
        for certification, shown in certifications:
            self.fields[f"listed_{certification.code}"] = forms.BooleanField(
                label=_("Dans la vitrine"), required=False, initial=shown.is_listed if shown else False
            )
            self.fields[f"figures_{certification.code}"] = forms.BooleanField(
                label=_("Avec ses chiffres"), required=False, initial=shown.shows_figures if shown else True
            )
            self.fields[f"training_{certification.code}"] = forms.CharField(
                label=_("Page où l’on s’y forme"),
                required=False,
                max_length=operations.ADDRESS_CHARS,
                initial=shown.training_url if shown else "",
            )

    def groups(self) -> list[dict[str, Any]]:
        """The answers about each certification, together."""
        return [
            {
                "certification": certification,
                "listed": self[f"listed_{certification.code}"],
                "figures": self[f"figures_{certification.code}"],
                "training": self[f"training_{certification.code}"],
            }
            for certification, _shown in self.certifications
        ]

    def lines(self) -> list[operations.Line]:
        """What was answered about each certification."""
        said = self.cleaned_data
        return [
            operations.Line(
                one.code, said[f"listed_{one.code}"], said[f"figures_{one.code}"], said[f"training_{one.code}"]
            )
            for one, _shown in self.certifications
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def edit(request: Asked, certifier: str) -> HttpResponse:
    """What the showcase says; whoever may not change it sees whether it is open."""
    may_edit = can_edit_showcase(request.actor, request.certifier)
    require(can_see_awards(request.actor) if request.method != "POST" else may_edit)
    held = queries.showcase_of(request.certifier)
    form = ShowcaseForm(
        request.POST or None,
        certifications=queries.editable(request.certifier),
        initial={
            "presentation": held.presentation if held else "",
            "presentation_en": held.presentation_en if held else "",
            "site_url": held.site_url if held else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.write_showcase(
                certifier=request.certifier,
                presentation=form.cleaned_data["presentation"],
                presentation_en=form.cleaned_data["presentation_en"],
                site_url=form.cleaned_data["site_url"],
                lines=form.lines(),
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("C’est enregistré."))
            return redirect("certifier:showcase", certifier)
    page = {
        "form": form,
        "held": held,
        "is_open": held is not None and held.opened_at is not None,
        "may_edit": may_edit.allowed,
        "address": settings.PUBLIC_URL + reverse("public:showcase", args=[certifier]),
        "tabs": tabs(request, "certifier:showcase"),
    }
    return render(request, "certifier/awards/showcase.html", page)


@require_POST
@audience("certifier")
def open_up(request: Asked, certifier: str) -> HttpResponse:
    """Let everybody see it."""
    require(can_edit_showcase(request.actor, request.certifier))
    with refusing(request):
        operations.open_showcase(certifier=request.certifier, actor=request.actor, now=timezone.now())
        messages.success(request, _("La vitrine est ouverte à tous."))
    return redirect("certifier:showcase", certifier)


@require_POST
@audience("certifier")
def close(request: Asked, certifier: str) -> HttpResponse:
    """Let nobody see it any more."""
    require(can_edit_showcase(request.actor, request.certifier))
    with refusing(request):
        operations.close_showcase(certifier=request.certifier, actor=request.actor, now=timezone.now())
        messages.success(request, _("La vitrine est fermée\u00a0: plus personne ne la voit."))
    return redirect("certifier:showcase", certifier)
