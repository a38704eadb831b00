"""Whoever runs the installation: certifiers, jobs, the journal of the installation, the machine."""

from django.urls import path

from jurande.web.operator import houses, machine, registers, seal

app_name = "operator"
urlpatterns = [
    path("", houses.home, name="home"),
    path("certificateurs/nouveau/", houses.new, name="home-new"),
    path("certificateurs/<str:code>/inviter/", houses.invite_administrator, name="home-invite"),
    path("exploitants/", houses.operators, name="home-operators"),
    path("exploitants/inviter/", houses.invite_operator, name="home-operators-invite"),
    path("exploitants/invitations/<str:code>/renouveler/", houses.renew, name="home-renew"),
    path("exploitants/invitations/<str:code>/retirer/", houses.revoke, name="home-revoke"),
    path("exploitants/<str:code>/fin/", houses.end_operator, name="home-operators-end"),
    path("exploitants/<str:code>/second-facteur/", houses.clear_second_factor, name="home-operators-second-factor"),
    path("travaux/", machine.jobs, name="jobs"),
    path("travaux/<str:code>/annuler/", machine.cancel, name="jobs-cancel"),
    path("journal/", machine.journal, name="journal"),
    path("sceau/", seal.seal, name="seal"),
    path("sceau/publier/", seal.settle, name="seal-settle"),
    path("sceau/verifier/", seal.check, name="seal-check"),
    path("sceau/cles/<str:code>/", seal.key, name="seal-key"),
    path("registres-nationaux/", registers.home, name="registers"),
    path("registres-nationaux/lectures/<str:code>/", registers.snapshot, name="registers-snapshot"),
    path("registres-nationaux/travaux/<str:code>/", registers.job, name="registers-job"),
    path("installation/", machine.installation, name="installation"),
]
