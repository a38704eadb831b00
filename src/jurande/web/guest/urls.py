"""Those who come by a link: an invitation, or a single-use way in."""

from django.urls import path

from jurande.web.guest import entrances

app_name = "guest"
urlpatterns = [
    path("invite/<str:token>/", entrances.invitation, name="invitation"),
    path("lien/", entrances.ask_link, name="ask-link"),
    path("lien/<str:token>/", entrances.link, name="link"),
]
