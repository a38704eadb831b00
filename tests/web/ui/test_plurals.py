from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import ngettext

COUNTED = "{% load i18n %}{% blocktranslate count n=n %}{{ n }} rôle tenu{% plural %}{{ n }} rôles tenus{% endblocktranslate %}"


@pytest.mark.parametrize(("n", "said"), [(0, "0 rôle tenu"), (1, "1 rôle tenu"), (2, "2 rôles tenus")])
def test_what_is_less_than_two_is_singular_as_in_french(n: int, said: str) -> None:
    assert Template(COUNTED).render(Context({"n": n})) == said
    assert ngettext("%d rôle tenu", "%d rôles tenus", n) % n == said
