"""The certifier's house: everything under /c/<code>/."""

from django.urls import include, path

from jurande.web.certifier import home, journal, mail, network, partner, rules, state_network, team, work

app_name = "certifier"
urlpatterns = [
    path("", home.home, name="home"),
    path("reseau/", network.partners, name="partners"),
    path("reseau/suivi/", network.follow, name="partners-follow"),
    path("reseau/nouveau/", network.new, name="partners-new"),
    path("reseau/<str:code>/", partner.overview, name="partners-one"),
    path("reseau/<str:code>/identite/", partner.identity, name="partners-identity"),
    path("reseau/<str:code>/qualiopi/", partner.qualiopi, name="partners-qualiopi"),
    path("reseau/<str:code>/pieces/", partner.attach, name="partners-attach"),
    path("reseau/<str:code>/pieces/<str:piece>/", partner.piece, name="partners-piece"),
    path("reseau/<str:code>/pieces/<str:piece>/retirer/", partner.detach, name="partners-detach"),
    path("reseau/<str:code>/personnes/inviter/", partner.invite, name="partners-invite"),
    path("reseau/<str:code>/fin/", partner.end, name="partners-end"),
    path("reseau/<str:code>/journal/", partner.journal, name="partners-journal"),
    path("etat/", state_network.overview, name="state"),
    path("etat/rattacher/", state_network.claim, name="state-claim"),
    path("etat/<str:code>/detacher/", state_network.release, name="state-release"),
    path("certifications/", include("jurande.web.certifier.certifications.urls")),
    path("recrutement/", include("jurande.web.certifier.recruitment.urls")),
    path("conventions/", include("jurande.web.certifier.conventions.urls")),
    path("equipe/", team.team, name="team"),
    path("equipe/inviter/", team.invite, name="team-invite"),
    path("equipe/invitations/<str:code>/renouveler/", team.renew, name="team-renew"),
    path("equipe/invitations/<str:code>/retirer/", team.revoke, name="team-revoke"),
    path("equipe/<str:code>/role/", team.change, name="team-change"),
    path("equipe/<str:code>/fin/", team.end, name="team-end"),
    path("equipe/<str:code>/second-facteur/", team.clear_second_factor, name="team-second-factor"),
    path("courrier/", mail.mail, name="mail"),
    path("courrier/mots/", mail.wordings, name="mail-wordings"),
    path("courrier/mots/<str:kind>/", mail.wording, name="mail-wording"),
    path("courrier/mots/<str:kind>/origine/", mail.restore, name="mail-restore"),
    path("courrier/<str:code>/", mail.letter, name="mail-letter"),
    path("courrier/<str:code>/renvoyer/", mail.resend, name="mail-resend"),
    path("journal/", journal.journal, name="journal"),
    path("journal/verifier/", journal.check, name="journal-check"),
    path("travaux/<str:code>/", work.job, name="work"),
    path("reglages/", rules.settings, name="settings"),
    path("reglages/regles/<str:rule>/", rules.rule, name="settings-rule"),
    path("reglages/cles/", rules.new_key, name="settings-key"),
    path("reglages/cles/<str:code>/revoquer/", rules.revoke_key, name="settings-key-revoke"),
]
