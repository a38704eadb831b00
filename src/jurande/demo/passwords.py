"""Forty people open their account in the demonstration: with the real cost of a password, one would wait for it."""

from __future__ import annotations

from django.contrib.auth.hashers import ScryptPasswordHasher


class QuickScrypt(ScryptPasswordHasher):
    """The same function, at almost no cost: for an invented world whose passwords protect nothing."""

    work_factor = 2**4
