"""Settings of a worker that tests start as a process of its own: the two lowest registers, and the chores."""

from __future__ import annotations

from jurande.config.settings import *  # noqa: F403
from tests.registers.common.declared import JOBS

INSTALLED_APPS = [
    "jurande.registers.common.apps.Common",
    "jurande.registers.journal.apps.Journal",
    "django.contrib.contenttypes",
    "django_tasks_db",
]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS: list[str] = []
MIDDLEWARE: list[str] = []
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
TEMPLATES: list[object] = []
ROOT_URLCONF = __name__
urlpatterns: list[object] = []
JURANDE_JOBS = JOBS
JURANDE_SCHEDULE: list[object] = []
