"""The pages that gather what waits in a whole house ask few questions, as many for three rows of a kind as for one."""

from __future__ import annotations

import io
import itertools
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import approving, issuing
from jurande.registers.correspondence.models import Message
from jurande.registers.network.models import Call, RegisterDifference
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.operations import attach_document, invite_member
from jurande.registers.parties.states import DocumentKind, Role
from tests import factories
from tests.registers.awards import claims, combined, corrections, holds, lots, proved, rights
from tests.registers.conventions import conventions, signed
from tests.registers.network import applications, calls, existing, habilitations
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db

MOST = 15
GATHERED = ("home", "radar")
OF_ISSUING = ("awards", "awards-issued", "awards-addresses", "awards-corrections", "retention")


class House:
    """A house where something of each kind waits for who opens its pages."""

    def __init__(self) -> None:
        """Everything happens now: pages read the clock."""
        self.now: datetime = timezone.now()
        self.today: date = timezone.localdate(self.now)
        self.certifier: Certifier = proved.house()
        self.design = proved.designed(self.certifier)
        self.combination = combined.published(self.certifier)
        self.opening = claims.opened(self.certifier)
        self.call = applications.open_call(self.certifier, number="RNCP38123")
        self.difference = existing.difference(self.certifier)
        self.numbers = itertools.count()
        self.reader = factories.administrator(self.certifier)
        Authenticator.objects.create(user=self.reader, type=Authenticator.Type.TOTP, data={"secret": "x"})

    def grow(self) -> None:
        """One more of each."""
        of, now = self.certifier, self.now
        place = factories.partnership(of, followed_by=factories.member(Role.NETWORK_MANAGER, of=of))
        actor = factories.actor_of(self.reader, of)
        given: dict[str, Any] = {"partnership": place, "actor": actor, "now": now}
        attach_document(
            kind=DocumentKind.INSURANCE,
            content=io.BytesIO("Attestation d’assurance".encode()),
            filename="assurance.txt",
            expires_on=self.today + timedelta(days=3),
            **given,
        )
        invited: dict[str, Any] = {"email": factories.email(), "first_name": "A", "last_name": "B"}
        invite_member(role=Role.HEAD, **invited, **given)
        invite_member(role=Role.SIGNATORY, **invited, **(given | {"partnership": None, "certifier": of}))
        factories.api_key(of, now=now - timedelta(days=80))
        one = RegisterDifference(fiche=self.difference.fiche, certifier=of, siret=place.site.siret, name=place.name)
        one.kind, one.listed, one.seen_on, one.raised_at = "not_here", "both", self.today, now
        one.save()
        calls.flag(place, of)
        soon = {"first": self.today, "last": self.today + timedelta(days=30)}
        habilitations.opened(place, now=now, **soon)
        conventions.sent(place, now=now)
        procedure = conventions.in_force(factories.partnership(of), now=now)
        signed.griefs(procedure, at=now)
        applications.submitted(self.call)
        self._issue()

    def _issue(self) -> None:
        award = corrections.received(self.certifier)
        corrections.asked(award)
        rights.recorded(award)
        holds.held(award)
        combined.asked(self.combination)
        claims.submitted(self.opening)
        issuer = lots.issuer(self.certifier)
        issued = lots.prepared(self.design, lots.person(next(self.numbers)), actor=issuer)
        approving.approve_lot(held=issued, actor=lots.signatory(self.certifier), now=factories.NOW)
        issuing.issue_lot(held=issued, actor=issuer, now=factories.NOW)
        lots.run(issued)
        lots.prepared(self.design, lots.person(next(self.numbers)))
        # None of its letters arrives: those about awards are addresses to mend.
        letters = Message.objects.of_certifier(self.certifier.code)
        letters.update(state="bounced", failure_code="smtp.550", sent_at=self.now, next_attempt_at=None)


def asked(client: Client, house: House, name: str, *args: str) -> list[str]:
    """The questions of one page, asked for once before."""
    address = reverse(f"certifier:{name}", args=[house.certifier.code, *args])
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as questions:
        client.get(address)
    return [one["sql"] for one in questions]


class TestPagesThatGather:
    def test_ask_fifteen_questions_at_most_however_much_waits(
        self, client: Client, settings: Any, tmp_path: Path
    ) -> None:
        own_home(settings, tmp_path / "home")
        house = House()
        factories.enter(client, house.reader)
        house.grow()
        house.grow()
        Call.objects.filter(pk=house.call.pk).update(closes_on=house.today - timedelta(days=1))
        pages = [(name,) for name in (*GATHERED, *OF_ISSUING)] + [("micro-life", house.design.certification.code)]
        two = {page: asked(client, house, *page) for page in pages}
        assert {page[0]: len(questions) for page, questions in two.items() if len(questions) > MOST} == {}
        assert Award.objects.filter(certification=house.design.certification).count() == 2
        house.grow()
        three = {page: asked(client, house, *page) for page in pages}
        assert {page: len(questions) for page, questions in three.items()} == {
            page: len(questions) for page, questions in two.items()
        }
