"""The settings of tests. pytest-django reads them before any conftest: the home must be set apart here."""

from __future__ import annotations

import os
import tempfile

# Nothing a test writes may land in the real home.
os.environ["JURANDE_HOME"] = tempfile.mkdtemp(prefix="jurande-tests-")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
for name in ("JURANDE_PUBLIC_URL", "JURANDE_DEMO", "JURANDE_KEY_PASSPHRASE", "JURANDE_SMTP_URL"):
    os.environ.pop(name, None)

from jurande.config.settings import *  # noqa: E402, F403

# The real hash is slow on purpose: a second for every ten people that a test makes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
