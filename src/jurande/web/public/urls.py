"""Pages that anyone may read, without an account or a cookie."""

from django.urls import path

from jurande.web.public import views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
]
