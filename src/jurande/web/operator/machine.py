"""The machine: jobs, the installation's own journal, what protects it and what is missing."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from jurande import __version__
from jurande.registers.common import crypto
from jurande.registers.common import jobs as background
from jurande.registers.common import queries as common
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.journal import queries as journals
from jurande.registers.journal.states import INSTALLATION
from jurande.registers.parties import policies
from jurande.web.access import Asked, audience
from jurande.web.ui.marks import chip
from jurande.web.ui.sentences import told
from jurande.web.ui.tables import Column, Filter, Table
from jurande.web.ui.work import STATUS, job_label, job_states

PAGE_JOBS = 50
WORKER_SILENCE = timedelta(minutes=1)

JOBS: Table[Any] = Table(
    name="travaux",
    columns=(
        Column("travail", str(_("Travail")), lambda job: job_label(job.name)),
        Column("demande", str(_("Demandé le")), lambda job: job.requested_at, order=("requested_at",)),
        Column("fini", str(_("Fini le")), lambda job: job.finished_at, order=("finished_at",)),
        Column("essais", str(_("Essais")), lambda job: job.attempts, order=("attempts",), numeric=True),
        Column(
            "etat",
            str(_("État")),
            lambda job: job.get_state_display(),
            show=lambda job: chip(STATUS[job.state], job.get_state_display()),
            order=("state",),
        ),
        Column("erreur", str(_("Erreur")), lambda job: job.error_code.rsplit(".", 1)[-1]),
        Column("code", str(_("Code")), lambda job: job.code, at_first=False),
    ),
    filters=(Filter("etat", str(_("état")), job_states(), lambda rows, chosen: rows.filter(state__in=chosen)),),
    order="-demande",
    unit=str(_("travail,travaux")),
)


@require_safe
@audience("operator")
def jobs(request: Asked) -> HttpResponse:
    """What runs in the background: codes and counts, nothing of any certifier's matter."""
    require(policies.can_run_installation(request.actor))
    listing = JOBS.read(request.GET, common.every_job())
    seen_at = background.worker_seen_at()
    silent = seen_at is None or seen_at < timezone.now() - WORKER_SILENCE
    page = {"listing": listing, "counts": common.job_counts(), "silent": silent}
    return listing.sheet() or render(request, "operator/jobs.html", page)


@require_POST
@audience("operator")
def cancel(request: Asked, code: str) -> HttpResponse:
    """Cancel a job that waits or runs."""
    require(policies.can_run_installation(request.actor))
    if background.cancel(code, now=timezone.now()):
        messages.success(request, _("Ce travail est annulé."))
    else:
        messages.info(request, _("Ce travail est déjà fini."))
    return redirect("operator:jobs")


@require_safe
@audience("operator")
def journal(request: Asked) -> HttpResponse:
    """The journal of the installation: accounts, certifiers created, keys changed."""
    require(policies.can_see_journal(request.actor))
    older_than = request.GET.get("avant", "")
    page = journals.listing(
        INSTALLATION, older_than=int(older_than) if older_than.isdecimal() and len(older_than) < 16 else None
    )
    shown = {
        "events": told(page.entries),
        "older_than": page.older_than,
        "newest": not older_than,
        "verified": journals.last_verification(INSTALLATION),
    }
    return render(request, "operator/journal.html", shown)


@require_safe
@audience("operator")
def installation(request: Asked) -> HttpResponse:
    """How this installation is set, and what its operator should mend."""
    require(policies.can_run_installation(request.actor))
    postgres = connection.vendor == "postgresql"
    page = {
        "version": __version__,
        "public_url": settings.PUBLIC_URL,
        "secure": settings.SECURE,
        "demo": settings.DEMO,
        "database": "PostgreSQL" if postgres else f"SQLite {sqlite3.sqlite_version}",
        "keys_protected": crypto.is_protected(),
        "mail_leaves": bool(settings.JURANDE_SMTP_URL),
        "letters": correspondence.delivery_counts(""),
        "legal_missing": settings.LEGAL == {},
        "seen_at": background.worker_seen_at(),
        "counts": common.job_counts(),
    }
    return render(request, "operator/installation.html", page)
