"""Several short lists in one question: as each would be alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Case, F, Value, When

from jurande.registers.common.together import Asking, Short, alone, counts, together
from jurande.registers.parties.models import Certifier, Invitation, Partnership
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

NAMED = (
    "code",
    "since_on",
    "joined_at",
    "site__organisation__legal_name",
    "site__organisation__usual_name",
    "followed_by__first_name",
)


def read(*lists: Any) -> Asking[list[list[Any]]]:
    return list((yield [Short(rows, columns) for rows, columns in lists]))


@pytest.fixture
def house() -> Certifier:
    """With three partners, of which somebody follows one."""
    made = factories.certifier()
    follower = factories.member(Role.NETWORK_MANAGER, of=made)
    for name in ("Bellecombe", "Atelier", "Cordée"):
        factories.partnership(made, name=name, followed_by=follower if name == "Atelier" else None)
    return made


class TestLists:
    def test_say_what_each_would_say_alone(self, house: Certifier) -> None:
        partners = Partnership.objects.filter(certifier=house)
        invited = Invitation.objects.filter(certifier=house)
        [found, invitations] = alone(
            read((partners.order_by("-pk"), NAMED), (invited.order_by("pk"), ("role", "expires_at")))
        )
        expected = list(partners.select_related("site__organisation", "followed_by").order_by("-pk"))
        assert [(one.code, one.since_on, one.joined_at, one.name) for one in found] == [
            (one.code, one.since_on, one.joined_at, one.name) for one in expected
        ]
        assert [one.followed_by and one.followed_by.first_name for one in found] == [
            one.followed_by and one.followed_by.first_name for one in expected
        ]
        assert [(one.role, one.expires_at) for one in invitations] == list(
            invited.order_by("pk").values_list("role", "expires_at")
        )

    def test_ask_one_question(self, house: Certifier, django_assert_num_queries: Any) -> None:
        partners = Partnership.objects.filter(certifier=house)
        with django_assert_num_queries(1):
            [[first], [second, none]] = together(
                read((partners, NAMED)), read((partners.order_by("pk")[:2], NAMED), (partners.none(), NAMED))
            )
            assert (len(first), len(second), none) == (3, 2, [])
            assert {one.followed_by is None for one in first} == {True, False}
            assert all(one.site.organisation.legal_name for one in first)

    def test_ask_nothing_where_there_is_nothing_to_read(self, django_assert_num_queries: Any) -> None:
        def nothing() -> Asking[str]:
            return "nothing"
            yield ()

        with django_assert_num_queries(0):
            assert together(nothing(), read((Partnership.objects.none(), NAMED))) == ["nothing", [[]]]
            assert together() == []

    @pytest.mark.parametrize(
        "order",
        [
            ("-joined_at", "-pk"),
            (F("followed_by").desc(nulls_last=True), "site__organisation__legal_name"),
            (Case(When(followed_by=None, then=Value(1)), default=Value(0)), "site__organisation__legal_name"),
        ],
    )
    def test_keep_their_order(self, house: Certifier, order: Any) -> None:
        partners = Partnership.objects.filter(certifier=house).order_by(*order)
        [found] = alone(read((partners, ("code",))))
        assert [one.code for one in found] == [one.code for one in partners]
        [first] = alone(read((partners.all()[:1], ("code",))))
        assert [one.code for one in first] == [partners[0].code]

    def test_say_instants_to_the_microsecond(self, house: Certifier) -> None:
        late = NOW.replace(hour=23, minute=59, second=59, microsecond=999_999)
        Invitation.objects.update(expires_at=late)
        [found] = alone(read((Invitation.objects.all(), ("expires_at",))))
        assert {one.expires_at for one in found} == {late}

    def test_fetch_a_column_that_was_not_asked_for(self, house: Certifier, django_assert_num_queries: Any) -> None:
        [found] = alone(read((Partnership.objects.filter(certifier=house), NAMED)))
        with django_assert_num_queries(3):
            assert all(one.site.organisation.nda for one in found)

    def test_are_read_once(self, house: Certifier) -> None:
        def twice() -> Asking[None]:
            yield [Short(Partnership.objects.all(), ("code",))]
            yield [Short(Partnership.objects.all(), ("code",))]

        with pytest.raises(TypeError, match="once"):
            alone(twice())


class TestCounts:
    def test_are_those_of_each_alone_in_one_question(self, house: Certifier, django_assert_num_queries: Any) -> None:
        partners = Partnership.objects.filter(certifier=house)
        lists = [partners.none(), partners.order_by("-pk"), Certifier.objects.filter(pk=0), partners.filter(pk=0)]
        with django_assert_num_queries(1):
            assert counts(lists) == [0, 3, 0, 0]
        with django_assert_num_queries(0):
            assert (counts([]), counts([partners.none()])) == ([], [0])
