"""Recruitment: everything under /c/<code>/recrutement/."""

from django.urls import path

from jurande.web.certifier.recruitment import call_editor, calls, fees, flags

urlpatterns = [
    path("appels/", calls.calls, name="recruitment-calls"),
    path("appels/nouveau/", call_editor.new, name="recruitment-calls-new"),
    path("appels/<str:code>/", calls.call, name="recruitment-calls-one"),
    path("appels/<str:code>/ecrire/", call_editor.write, name="recruitment-calls-write"),
    path("appels/<str:code>/conditions/nouvelle/", call_editor.new_criterion, name="recruitment-calls-criterion-new"),
    path("appels/<str:code>/conditions/<str:criterion>/", call_editor.criterion, name="recruitment-calls-criterion"),
    path(
        "appels/<str:code>/conditions/<str:criterion>/retirer/",
        call_editor.remove_criterion,
        name="recruitment-calls-criterion-remove",
    ),
    path(
        "appels/<str:code>/conditions/<str:criterion>/deplacer/",
        call_editor.move_criterion,
        name="recruitment-calls-criterion-move",
    ),
    path("appels/<str:code>/publier/", calls.publish, name="recruitment-calls-publish"),
    path("appels/<str:code>/prolonger/", calls.extend, name="recruitment-calls-extend"),
    path("appels/<str:code>/clore/", calls.close, name="recruitment-calls-close"),
    path("appels/<str:code>/copier/", calls.copy, name="recruitment-calls-copy"),
    path("appels/<str:code>/abandonner/", calls.discard, name="recruitment-calls-discard"),
    path("baremes/", fees.schedules, name="recruitment-fees"),
    path("baremes/nouveau/", fees.new, name="recruitment-fees-new"),
    path("baremes/<str:code>/", fees.schedule, name="recruitment-fees-one"),
    path("baremes/<str:code>/intitule/", fees.title, name="recruitment-fees-title"),
    path("baremes/<str:code>/prix/nouveau/", fees.new_line, name="recruitment-fees-line-new"),
    path("baremes/<str:code>/prix/<str:line>/", fees.line, name="recruitment-fees-line"),
    path("baremes/<str:code>/prix/<str:line>/retirer/", fees.remove_line, name="recruitment-fees-line-remove"),
    path("baremes/<str:code>/figer/", fees.freeze, name="recruitment-fees-freeze"),
    path("baremes/<str:code>/abandonner/", fees.discard, name="recruitment-fees-discard"),
    path("signalements/<str:code>/", flags.flag, name="recruitment-flag"),
]
