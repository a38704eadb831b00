from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils.timezone import localdate

from jurande.core.encoding import jcs
from jurande.core.proof.verification.authority import digest_sri
from jurande.registers.awards.facts.delegation import authority_in
from jurande.registers.awards.operations import delegation as operations
from jurande.registers.awards.queries import delegation as queries
from jurande.registers.awards.states import MandateEndReason
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Habilitation
from jurande.registers.parties.states import Right, Role
from jurande.registers.seal.operations import projection
from jurande.registers.seal.queries import authority_bytes
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards.mandates import granted, head_of, signatory
from tests.registers.network import habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


class TestGranting:
    def test_lets_a_partner_issue_and_writes_to_its_heads(self) -> None:
        row = habilitations.opened()
        head = factories.member(Role.HEAD, of=row.partnership)
        mandate = granted(row)
        assert (mandate.partnership, mandate.certification) == (row.partnership, row.certification)
        assert Message.objects.filter(kind="awards.mandate_granted", to_code=head.code).count() == 1
        assert list(queries.mandates_of(factories.actor_of(head, row.partnership))) == [mandate]

    def test_is_for_those_who_approve_what_is_issued(self) -> None:
        row = habilitations.opened()
        with pytest.raises(NotAllowed):
            granted(row, actor=habilitations.manager(row.certifier))
        with pytest.raises(NotAllowed):
            granted(row, actor=signatory(factories.certifier()))

    def test_needs_a_habilitation_that_lets_assess(self) -> None:
        with pytest.raises(NotAllowed, match="évaluation"):
            granted(habilitations.opened(kind="former"))

    def test_needs_one_that_is_open(self) -> None:
        with pytest.raises(operations.DelegationRefused, match="pas ouverte"):
            granted(habilitations.prepared())

    def test_happens_once_under_a_habilitation(self) -> None:
        mandate = granted()
        with pytest.raises(operations.DelegationRefused, match="déjà"):
            granted(mandate.habilitation)

    def test_does_not_begin_in_the_past(self) -> None:
        with pytest.raises(operations.DelegationRefused, match="aujourd’hui"):
            granted(granted_on=TODAY - timedelta(days=1))

    def test_is_not_seen_by_another_house(self) -> None:
        granted()
        other = factories.certifier()
        assert not queries.mandates_of(signatory(other)).exists()


class TestEnding:
    def test_stops_the_partner_at_once_and_may_be_granted_again(self) -> None:
        mandate = granted()
        by = signatory(mandate.certifier)
        ended = operations.end_mandate(mandate=mandate, reason=MandateEndReason.QUALITY, actor=by, now=TOMORROW)
        with pytest.raises(NotAllowed, match="pris fin"):
            operations.demand_delegation(ended, right=Right.PREPARE_AWARDS, actor=head_of(ended), now=TOMORROW)
        with pytest.raises(operations.DelegationRefused):
            operations.end_mandate(mandate=ended, reason=MandateEndReason.QUALITY, actor=by, now=TOMORROW)
        assert granted(mandate.habilitation, now=TOMORROW).pk != mandate.pk

    def test_is_not_for_the_partner(self) -> None:
        mandate = granted()
        with pytest.raises(NotAllowed):
            operations.end_mandate(
                mandate=mandate, reason=MandateEndReason.PARTNER, actor=head_of(mandate), now=TOMORROW
            )


class TestAuthority:
    def test_is_that_of_the_partner_with_its_rights(self) -> None:
        mandate = granted()
        operations.demand_delegation(mandate, right=Right.APPROVE_AWARDS, actor=head_of(mandate), now=NOW)
        exam = factories.actor_of(factories.member(Role.EXAM_MANAGER, of=mandate.partnership), mandate.partnership)
        with pytest.raises(NotAllowed, match="dirigeant"):
            operations.demand_delegation(mandate, right=Right.APPROVE_AWARDS, actor=exam, now=NOW)
        with pytest.raises(NotAllowed, match="pas celle"):
            operations.demand_delegation(mandate, right=Right.ISSUE_AWARDS, actor=head_of(granted()), now=NOW)

    @pytest.mark.parametrize(
        ("stop", "sentence"), [(habilitations.suspend, "suspendue depuis"), (habilitations.end, "a pris fin")]
    )
    def test_stops_with_the_habilitation(self, stop: Callable[..., Habilitation], sentence: str) -> None:
        mandate = granted()
        actor = head_of(mandate)
        stop(mandate.habilitation, on=localdate(TOMORROW), now=NOW)
        found = queries.mandate_of(actor, mandate.code)
        assert found is not None
        operations.demand_delegation(found, right=Right.ISSUE_AWARDS, actor=actor, now=NOW)
        with pytest.raises(NotAllowed, match=sentence):
            operations.demand_delegation(found, right=Right.ISSUE_AWARDS, actor=actor, now=TOMORROW)

    def test_is_bound_by_the_digest_of_what_everybody_may_read(self, settings: LazySettings, tmp_path: Path) -> None:
        own_home(settings, tmp_path / "home")
        place = factories.partnership()
        habilitations.key(place.certifier)
        row = habilitations.opened(place)
        assert authority_in(row) is None
        projection.settle(now=NOW)
        assert row.credential is not None
        row.credential.refresh_from_db()
        held = authority_in(row)
        octets = authority_bytes(row.credential.code)
        assert held is not None
        assert octets is not None
        signed: Any = jcs.parse(octets)
        assert held.related[0] == {
            "id": signed["id"],
            "mediaType": "application/vc",
            "digestSRI": digest_sri(octets),
        }
        assert held.source["id"] == signed["credentialSubject"]["id"]
