"""The page of an award and the verifier: what is true is said calmly, what was altered is shown, nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from jurande.registers.awards.models import Award
from tests.registers.awards import proved
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    own_home(settings, tmp_path / "home")
    monkeypatch.setattr("jurande.registers.seal.operations.credentials.secrets.token_hex", lambda size: "5e" * size)


@pytest.fixture
def award() -> Award:
    return proved.awarded()


def text_of(award: Award, client: Client, language: str = "") -> str:
    answer = client.get(f"/p/{award.shown_number}{language}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestThePage:
    def test_says_in_a_sentence_what_each_check_found(self, award: Award, client: Client) -> None:
        page = text_of(award, client)
        for said in (
            "Micro-certification authentique",
            "La signature est intacte",
            "a signé",
            "Non révoquée à ce jour",
            "Inscrite au registre public",
            "Inès Carvalho",
        ):
            assert said in page
