"""Background work in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.states import JobState
from jurande.web.ui.parts import Progress

LABELS: dict[str, str | Promise] = {
    "awards.fold_visits": _("Compter les visites des pages de preuve"),
    "catalogue.forget_files": _("Jeter les fichiers d’import oubliés"),
    "catalogue.import": _("Lire un répertoire national"),
    "network.keep_habilitations": _("Suivre les dates des habilitations"),
    "network.recheck": _("Vérifier de nouveau chaque partenaire"),
    "network.remind_applicants": _("Rappeler les candidatures commencées"),
    "network.bring_back_deferred": _("Reprendre les candidatures ajournées dont le jour est venu"),
    "network.remind_answers": _("Rappeler aux candidats les questions et les conditions"),
    "network.warn_of_approvals": _("Prévenir de la fin des agréments"),
    "network.import": _("Reprendre un réseau existant"),
    "network.reconcile": _("Comparer nos habilitations avec le registre national"),
    "network.week": _("Écrire à chacun ses échéances de la semaine"),
    "network.forget_imports": _("Oublier les tableurs déjà repris"),
    "awards.diagnose_lot": _("Lire un tableur de délivrance"),
    "awards.look_for_complete": _("Chercher qui a réuni toutes les micro-certifications d’un bloc"),
    "awards.pack_parchments": _("Réunir les documents d’un lot"),
    "awards.forget_packs": _("Jeter les documents réunis il y a plus de deux jours"),
    "awards.take_away": _("Réunir les preuves d’un titulaire"),
    "awards.forget_bundles": _("Jeter les preuves réunies depuis plus d’un jour"),
    "awards.forget_rows": _("Oublier les lignes écartées des lots anciens"),
    "awards.issue_lot": _("Délivrer un lot"),
    "awards.decide_many": _("Suspendre, rétablir ou révoquer plusieurs attestations"),
    "awards.take_over": _("Reprendre ce qui a été délivré ailleurs"),
    "awards.copy_record": _("Copier le registre public"),
    "awards.forget_copies": _("Jeter les copies du registre public"),
    "awards.forget_exports": _("Oublier les exports déjà repris"),
    "awards.follow_corrections": _("Suivre les demandes de correction"),
    "awards.remind_expiring": _("Prévenir les titulaires avant l’échéance"),
    "awards.remind_uncollected": _("Rappeler aux titulaires ce qui les attend"),
    "awards.sweep_erased": _("Jeter les copies de ce qui a été effacé"),
    "awards.keep_counts": _("Compter ce qu’ont délivré les maisons qui délivrent beaucoup"),
    "awards.purge": _("Laisser partir ce qui a été gardé assez longtemps"),
    "common.purge": _("Oublier les vieux travaux"),
    "common.reencrypt": _("Chiffrer de nouveau avec la nouvelle clé"),
    "conventions.seal": _("Sceller une convention signée"),
    "conventions.keep_dates": _("Mettre en vigueur ou terminer les conventions à leur date"),
    "conventions.remind": _("Rappeler les conventions qui finissent"),
    "conventions.renew": _("Renouveler des conventions"),
    "correspondence.deliver": _("Remettre un courrier"),
    "correspondence.deliver_many": _("Remettre les courriers d’un envoi"),
    "correspondence.recover": _("Relancer les courriers oubliés"),
    "correspondence.erase": _("Effacer les courriers arrivés à terme"),
    "documents.sweep": _("Jeter les documents arrivés à terme"),
    "journal.verify": _("Relire la chaîne du journal"),
    "seal.settle": _("Sceller et publier ce qui attend"),
    "seal.issue_batch": _("Délivrer un lot d’attestations"),
    "seal.check": _("Vérifier tout ce qui a été scellé"),
    "parties.warn_api_keys": _("Prévenir des clés qui expirent"),
    "parties.note_api_key_use": _("Noter l’usage des clés"),
    "parties.forget_the_dead": _("Oublier les liens et sessions périmés"),
}
# Where a job's own page is, when its subject has one.
FOLLOWING = {
    "awards.decide_many": "certifier:awards-bulk",
    "awards.take_over": "certifier:awards-elsewhere-one",
}
STATUS = {
    JobState.WAITING: "draft",
    JobState.RUNNING: "run",
    JobState.DONE: "ok",
    JobState.FAILED: "late",
    JobState.CANCELLED: "end",
}


def job_label(name: str) -> str:
    """What a job does, in words."""
    return str(LABELS.get(name, name))


def job_states() -> list[tuple[str, str]]:
    """The states a job can be in, for a filter."""
    return [(state.value, str(state.label)) for state in JobState]


def told_again(request: HttpRequest, job: Any, progress: Progress) -> HttpResponse:
    """Answer htmx while a job runs: its progress alone; once it is done, the order to read the whole page anew."""
    if job.state == JobState.DONE:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/job.html", {"job": progress})


def progress_of(job: Any, url: str, certifier: str) -> Progress:
    """A job's row as the progress component shows it."""
    failed = job.state == JobState.FAILED
    following, following_label = "", ""
    if job.name == "journal.verify":
        following, following_label = reverse("certifier:journal", args=[certifier]), str(_("Voir le journal"))
    elif job.name == "awards.copy_record":
        following, following_label = reverse("certifier:awards-record", args=[certifier]), str(_("Voir la copie"))
    elif job.name == "network.import":
        following = reverse("certifier:network-import", args=[certifier, job.subject_code])
        following_label = str(_("Voir ce qui a été repris"))
    elif job.name in FOLLOWING:
        following = reverse(FOLLOWING[job.name], args=[certifier, job.subject_code])
        following_label = str(_("Voir ce qui a été fait"))
    return Progress(
        title=job_label(job.name),
        state=job.state,
        url=url,
        done=job.done_count,
        failed=job.failed_count,
        total=job.total_count or 0,
        unit="Ko,Ko" if job.name == "catalogue.import" else "ligne,lignes",
        done_word="lus" if job.name == "catalogue.import" else "faites",
        reason=str(_("Le travail s’est arrêté après plusieurs essais. Prévenez l’exploitant, code %(code)s."))
        % {"code": job.error_digest}
        if failed
        else "",
        next_url=following,
        next_label=following_label,
    )
