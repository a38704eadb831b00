"""Every address of the application. tests/web/matrix.py says who may do what at each of them."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from jurande.config.health import sante
from jurande.web.access import audience
from jurande.web.account.demonstration import become, letters
from jurande.web.api.urls import urls as api_urls
from jurande.web.ui.gallery import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jurande.web.public.urls")),
    path("sante", audience("public")(sante), name="sante"),
    path("ui/", audience("public")(require_safe(gallery)), name="gallery"),
    path("", include("jurande.web.guest.urls")),
    path("demonstration/courriels/", letters, name="demonstration-letters"),
    path("demonstration/<str:key>/", become, name="demonstration"),
    path("acces/", include("jurande.web.account.signin")),
    path("compte/", include("jurande.web.account.urls")),
    path("exploitation/", include("jurande.web.operator.urls")),
    path("c/<str:certifier>/", include("jurande.web.certifier.urls")),
    path("p/<str:partnership>/", include("jurande.web.partner.urls")),
    path("titulaire/", include("jurande.web.holder.urls")),
    path("api/v1/", api_urls()),
]

if settings.CONFORMANCE:
    urlpatterns.append(path("conformance/", include("jurande.web.api.conformance")))

handler400 = "jurande.web.errors.bad_request"
handler403 = "jurande.web.errors.forbidden"
handler404 = "jurande.web.errors.not_found"
handler429 = "jurande.web.errors.too_many_requests"
handler500 = "jurande.web.errors.server_error"
