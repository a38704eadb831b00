"""The addresses these tests need: the gallery, failures on demand, and allauth's pages."""

from __future__ import annotations

from allauth.core.ratelimit import respond_429
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from jurande.web import errors
from jurande.web.access import audience
from jurande.web.ui.gallery import gallery


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Approuver son propre travail est refusé\u00a0: demandez à quelqu’un d’autre.")


def garble(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("on purpose")


def hurry(request: HttpRequest) -> HttpResponse:
    return respond_429(request)


def receive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reçu", content_type="text/plain")


urlpatterns = [
    path("ui/", audience("public")(gallery), name="gallery"),
    path("fail/", audience("public")(fail)),
    path("refuse/", audience("public")(refuse)),
    path("garble/", audience("public")(garble)),
    path("hurry/", audience("public")(hurry)),
    path("receive/", audience("public")(receive)),
    path("maintenance/", audience("public")(errors.maintenance)),
    path("compte/", include("allauth.urls")),
]
handler400 = "jurande.web.errors.bad_request"
handler403 = "jurande.web.errors.forbidden"
handler404 = "jurande.web.errors.not_found"
handler429 = "jurande.web.errors.too_many_requests"
handler500 = "jurande.web.errors.server_error"
