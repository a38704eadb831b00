"""One's own account, whatever house one works in."""

from django.urls import path

from jurande.web.account import mailbox, me

app_name = "account"
urlpatterns = [
    path("", me.home, name="home"),
    path("maisons/", me.places, name="places"),
    path("sessions/", me.sessions, name="sessions"),
    path("sessions/fermer/", me.close_all, name="sessions-close-all"),
    path("sessions/<str:session>/fermer/", me.close, name="sessions-close"),
    path("messages/", mailbox.mailbox, name="mailbox"),
    path("messages/<str:code>/", mailbox.letter, name="letter"),
    path("messages/<str:code>/lu/", mailbox.mark, name="mark"),
]
