"""The holder's own space."""

from django.urls import path

from jurande.web.holder import language, portfolio, space

app_name = "holder"
urlpatterns = [
    path("", portfolio.home, name="home"),
    path("langue/", language.speak, name="language"),
    path("reussites/<str:code>/", portfolio.one, name="award"),
    path("moi/", space.me, name="me"),
]
