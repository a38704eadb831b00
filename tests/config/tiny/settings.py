"""The smallest project that the two commands can serve: the real ones are tested without the registers."""

from jurande.config.settings import DATABASES, HOME, SECRET_KEY, STORAGES  # noqa: F401

ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django_tasks_db", "tests.config.tiny"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.config.tiny.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
