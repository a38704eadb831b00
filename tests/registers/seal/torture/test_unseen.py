"""Alterations that the torture made and that the check must see: each was missed once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Value
from django.db.models.functions import Replace

from jurande.registers.seal.models import SealedCredential, Skeleton, StatusList, StatusPlaces
from jurande.registers.seal.operations import checking, projection
from jurande.registers.seal.operations.credentials import IssueRefused
from jurande.registers.seal.operations.standing import SealingStopped
from tests import factories
from tests.registers.seal.conftest import LATER, NOW


def bad() -> int:
    return checking.check(now=NOW).bad


class TestTheCheck:
    @pytest.mark.usefixtures("sealed")
    def test_finds_nothing_where_nothing_was_altered(self) -> None:
        assert bad() == 0

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("purpose", ["revocation", "suspension"])
    def test_sees_that_a_status_list_is_gone(self, purpose: str) -> None:
        StatusList.objects.filter(purpose=purpose).delete()
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_a_status_list_given_to_another_certifier(self) -> None:
        StatusList.objects.update(certifier=factories.certifier())
        assert bad()

    @pytest.mark.usefixtures("sealed")
    @pytest.mark.parametrize("altered", [{"given": 0}, {"given": 312}, {"number": 8}])
    def test_sees_a_count_of_places_that_was_changed(self, altered: dict[str, int]) -> None:
        StatusPlaces.objects.update(**altered)
        assert bad()

    @pytest.mark.usefixtures("sealed")
    def test_sees_a_skeleton_that_was_changed(self) -> None:
        Skeleton.objects.update(content=Replace("content", Value("vélo"), Value("avion")))
        assert bad()


class TestIssuing:
    def test_signs_nothing_from_a_skeleton_changed_since(
        self, sealed: SealedCredential, intend: Callable[..., SealedCredential]
    ) -> None:
        """The skeleton is found by its digest: a row that says so and holds another text must never be signed."""
        Skeleton.objects.update(content=sealed.skeleton.content.replace("Réparer un vélo", "Piloter un avion"))
        try:
            row = intend(2, now=LATER)
        except (IssueRefused, SealingStopped):
            return
        projection.settle(now=LATER)
        row.refresh_from_db()
        assert not row.signed
