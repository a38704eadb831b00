"""The holder's own space."""

from django.urls import path

from jurande.web.holder import language, paths, portfolio, space

app_name = "holder"
urlpatterns = [
    path("", portfolio.home, name="home"),
    path("langue/", language.speak, name="language"),
    path("reussites/<str:code>/", portfolio.one, name="award"),
    path("parcours/", paths.listing, name="path"),
    path("parcours/<str:code>/demander/", paths.ask, name="path-ask"),
    path("parcours/demandes/<str:code>/reprendre/", paths.take_back, name="path-take-back"),
    path("moi/", space.me, name="me"),
]
