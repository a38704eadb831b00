"""The holder's own space."""

from django.urls import path

from jurande.web.holder import space

app_name = "holder"
urlpatterns = [
    path("", space.home, name="home"),
    path("moi/", space.me, name="me"),
]
