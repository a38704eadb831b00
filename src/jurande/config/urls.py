"""Every address of the application. tests/web/matrix.py says who may do what at each of them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

handler400 = "jurande.web.errors.bad_request"
handler403 = "jurande.web.errors.forbidden"
handler404 = "jurande.web.errors.not_found"
handler500 = "jurande.web.errors.server_error"
