from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jurande.registers.parties import queries
from jurande.registers.parties.states import (
    CERTIFIER_ROLES,
    INSTALLATION_ROLES,
    INVITATION_LIFE,
    PARTNER_ROLES,
    PARTNERSHIP_LIFE,
    ROLE_RIGHTS,
    SCOPE_RIGHTS,
    InvitationState,
    PartnershipState,
    Right,
    Role,
    Scope,
)
from tests import factories


def output(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestFirstOperatorLink:
    def test_prints_a_link_that_works(self) -> None:
        token = factories.token_in(output("first-operator-link").strip())
        assert queries.open_invitation(token, now=timezone.now()).role == Role.OPERATOR
        again = json.loads(output("first-operator-link", "--json"))["link"]
        assert again.startswith("http://localhost:8000/invite/")
        with pytest.raises(queries.InvitationClosed):
            queries.open_invitation(token, now=timezone.now())

    def test_refuses_once_somebody_runs_the_installation(self) -> None:
        factories.operator()
        with pytest.raises(CommandError, match="déjà un exploitant"):
            call_command("first-operator-link")


class TestRoles:
    def test_page_is_the_one_that_is_committed(self) -> None:
        call_command("print-roles", "--check", stdout=StringIO())

    def test_belong_to_one_kind_of_place(self) -> None:
        assert sorted([*INSTALLATION_ROLES, *CERTIFIER_ROLES, *PARTNER_ROLES]) == sorted(Role)
        assert set(ROLE_RIGHTS) == set(Role)

    def test_leave_no_right_to_nobody_and_no_scope_to_nothing(self) -> None:
        assert frozenset().union(*ROLE_RIGHTS.values()) == set(Right)
        assert set(SCOPE_RIGHTS) == set(Scope)
        assert all(rights <= ROLE_RIGHTS[Role.ADMINISTRATOR] for rights in SCOPE_RIGHTS.values())

    def test_keep_the_two_sides_apart(self) -> None:
        inside = {Right.SEE_NETWORK, Right.MANAGE_TEAM, Right.SET_RULES, Right.END_PARTNERSHIPS, Right.SEE_JOURNAL}
        for role in PARTNER_ROLES:
            assert not ROLE_RIGHTS[role] & inside
        assert not ROLE_RIGHTS[Role.OPERATOR] & {Right.SEE_NETWORK, Right.SEE_DOCUMENTS, Right.SEE_LETTERS}


class TestLives:
    def test_name_every_state(self) -> None:
        assert PARTNERSHIP_LIFE.states == set(PartnershipState)
        assert INVITATION_LIFE.states == set(InvitationState)
