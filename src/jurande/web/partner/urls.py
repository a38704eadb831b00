"""The partner's house: everything under /p/<code>/."""

from django.urls import path

from jurande.web.partner import house

app_name = "partner"
urlpatterns = [
    path("", house.home, name="home"),
    path("pieces/", house.documents, name="documents"),
    path("pieces/deposer/", house.attach, name="documents-attach"),
    path("pieces/<str:piece>/", house.piece, name="documents-piece"),
    path("pieces/<str:piece>/retirer/", house.detach, name="documents-detach"),
    path("equipe/", house.team, name="team"),
    path("equipe/inviter/", house.invite, name="team-invite"),
    path("equipe/invitations/<str:code>/renouveler/", house.renew, name="team-renew"),
    path("equipe/invitations/<str:code>/retirer/", house.revoke, name="team-revoke"),
    path("equipe/<str:code>/fin/", house.end, name="team-end"),
    path("organisme/", house.identity, name="settings"),
    path("organisme/qualiopi/", house.qualiopi, name="settings-qualiopi"),
]
