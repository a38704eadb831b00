"""Django's settings, read from the home and from a few variables of the environment (docs/reference/settings.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.csp import CSP

from jurande import __version__
from jurande.config.home import ROOT, current_home, secret_key
from jurande.config.jobs import JOBS
from jurande.config.mails import MAILS
from jurande.config.schedule import SCHEDULE
from jurande.demo.personas import PERSONAS as DEMO_PERSONAS

HOME = current_home()
_kept: dict[str, Any] = json.loads(HOME.settings.read_text()) if HOME.settings.exists() else {}

SECRET_KEY = secret_key(HOME)
LEGAL: dict[str, str] = _kept.get("legal", {})  # docs/howto/operate.md: what the legal pages say
DEBUG = os.environ.get("JURANDE_DEBUG") == "1"
DEMO = os.environ.get("JURANDE_DEMO") == "1"
CONFORMANCE = os.environ.get("JURANDE_CONFORMANCE") == "1"
PERSONAS = DEMO_PERSONAS if DEMO else ()
PUBLIC_URL = (_kept.get("public_url") or os.environ.get("JURANDE_PUBLIC_URL") or "http://localhost:8000").rstrip("/")
PUBLIC_URL_IS_SET = bool(_kept.get("public_url") or os.environ.get("JURANDE_PUBLIC_URL"))
SECURE = PUBLIC_URL.startswith("https://")
_host = PUBLIC_URL.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
ALLOWED_HOSTS = sorted({_host, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("JURANDE_BEHIND_PROXY") == "1" else None

INSTALLED_APPS = [
    "jurande.registers.common.apps.Common",
    "jurande.registers.journal.apps.Journal",
    "jurande.registers.documents.apps.Documents",
    "jurande.registers.correspondence.apps.Correspondence",
    "jurande.registers.parties.apps.Parties",
    "jurande.registers.seal.apps.Seal",
    "jurande.registers.catalogue.apps.Catalogue",
    "jurande.registers.network.apps.Network",
    "jurande.registers.conventions.apps.Conventions",
    "jurande.registers.awards.apps.Awards",
    "jurande.registers.declarations.apps.Declarations",
    "jurande.web.ui.apps.Ui",
    "jurande.web.public.apps.Public",
    "jurande.demo.apps.Demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jurande.web.compression.LightStatic",
    "jurande.web.compression.LightPages",
    "jurande.web.readonly.ReadOnlyGet",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "jurande.web.language.SpokenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jurande.web.access.CurrentActor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "jurande.config.urls"
WSGI_APPLICATION = "jurande.config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((ROOT / "src/jurande/web").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "jurande.web.ui.context.frame",
            ],
            "builtins": ["jurande.web.ui.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- database -----------------------------------------------------------------------------------
# SQLite: docs/adr/0002-sqlite-durability.md says why each of these is here.
if url := os.environ.get("DATABASE_URL"):
    DATABASES = {"default": dj_database_url.parse(url)}
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 12}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME.database),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;"
                    # What is erased is overwritten, and the log is cut when it starts again: docs/howto/retention.md.
                    "PRAGMA wal_autocheckpoint=0;PRAGMA journal_size_limit=0;PRAGMA secure_delete=ON;"
                    "PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME.cache,
        "TIMEOUT": 3600,
        # Limits on attempts live here: with the default of 300, a flood of names would wipe its own traces.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # Parchments drawn lately, encrypted; apart, so that those who ask for many wipe no limit.
    "parchments": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME.cache / "parchments",
        "TIMEOUT": 7 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}

# Where files of the State wait to be read (docs/howto/registers.md).
JURANDE_IMPORTS = HOME.path / "imports"

# --- jobs ---------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
JURANDE_JOBS = JOBS
JURANDE_SCHEDULE = SCHEDULE

# --- mail: without a server, letters stay in the in-app mailbox (docs/howto/mail.md) --------------
JURANDE_MAILS = MAILS
JURANDE_SMTP_URL = os.environ.get("JURANDE_SMTP_URL", "")
JURANDE_MAIL_FROM = os.environ.get("JURANDE_MAIL_FROM") or f"jurande@{_host}"

# --- cachet: with the address of a time stamping authority, sealed PDFs are time-stamped (RFC 3161) ---
JURANDE_TSA_URL = os.environ.get("JURANDE_TSA_URL", "")

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "jurande.demo.passwords.QuickScrypt" if DEMO else "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# allauth: docs/adr/0009-people-and-access.md says why of each.
ACCOUNT_ADAPTER = "jurande.web.sign_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "jurande.web.sign_in.SecondFactors"
MFA_FORMS = {
    "add_webauthn": "jurande.web.account.passkeys.AddForm",
    "login_webauthn": "jurande.web.account.passkeys.LoginForm",
    "authenticate_webauthn": "jurande.web.account.passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "jurande.web.account.passkeys.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Jurande"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SESSION_COOKIE_NAME = "jurande"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "jurande_csrf"
CSRF_FAILURE_VIEW = "jurande.web.errors.csrf_failure"

# In a cookie: reading a notice must not write in the database.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- pages --------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
LOCALE_PATHS = [ROOT / "src/jurande/locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
STATIC_URL = f"/static/{__version__}/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG or DEMO else 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME.documents}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 86400 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- logs: codes and counts, never a name, an address or a body ----------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "logging.Formatter" if DEBUG else "jurande.config.logs.CodesOnly",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"jurande": {"level": "INFO"}, "django.tasks": {"level": "WARNING"}},
}
