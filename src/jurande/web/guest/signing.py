"""Signing by a link, on a telephone first. Looking at a link does nothing: each step is a button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from jurande.registers.conventions.operations import signing as operations
from jurande.registers.conventions.operations.signing import LinkNotOpen
from jurande.registers.conventions.queries import signing as queries
from jurande.web.access import audience, client_address
from jurande.web.ui.downloads import serve
from jurande.web.ui.forms import refusing
from jurande.web.ui.signing import CodeForm, DeclineForm, steps_page, take_step


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def signer(request: HttpRequest, token: str) -> HttpResponse:
    """Read a convention to its end, then sign it."""
    now = timezone.now()
    try:
        signatory = operations.signatory_of(token=token, now=now)
    except LinkNotOpen as refused:
        return _closed(request, refused)
    form = CodeForm(request.POST if request.POST.get("step") == "sign" else None)
    if request.method == "POST" and take_step(
        request, signatory, form, operations.sign, address=client_address(request)
    ):
        return redirect(request.path)
    sealed = queries.sealed_of(signatory.convention)
    page = {
        **steps_page(signatory, form, now),
        "pdf_url": reverse("guest:signer-pdf", args=[token]),
        "decline_url": reverse("guest:signer-decline", args=[token]),
        "kept_url": reverse("guest:signer-pdf", args=[token]) if sealed is not None else "",
        "somebody_else": _somebody_else(request, signatory.email),
    }
    return render(request, "guest/signing/signer.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("guest")
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Refuse to sign, and say why."""
    now = timezone.now()
    try:
        signatory = operations.signatory_of(token=token, now=now)
    except LinkNotOpen as refused:
        return _closed(request, refused)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.decline(signatory=signatory, reason=form.cleaned_data["reason"], now=now)
            messages.success(request, _("Votre refus et son motif sont transmis. Vous pouvez fermer cette page."))
            return redirect("guest:signer", token)
    page = {"form": form, "held": signatory.convention, "back": reverse("guest:signer", args=[token])}
    return render(request, "guest/signing/decline.html", page)


@require_safe
@audience("guest")
def pdf(request: HttpRequest, token: str) -> HttpResponseBase:
    """The frozen text; once both have signed, the sealed convention."""
    try:
        signatory = operations.signatory_of(token=token, now=timezone.now())
    except LinkNotOpen as refused:
        return _closed(request, refused)
    sealed = queries.sealed_of(signatory.convention)
    if sealed is not None:
        return serve(sealed.document)
    return serve(signatory.text.pdf)


def _closed(request: HttpRequest, refused: LinkNotOpen) -> HttpResponse:
    return render(request, "guest/signing/closed.html", {"sentence": refused.sentence}, status=410)


def _somebody_else(request: HttpRequest, email: str) -> str:
    """The name of whoever is signed in here, when the link is for another address."""
    if not request.user.is_authenticated or request.user.email == email:
        return ""
    return str(request.user)
