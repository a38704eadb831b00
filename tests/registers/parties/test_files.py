from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import PartnershipDocument
from jurande.registers.parties.operations import FilingRefused
from jurande.registers.parties.states import DocumentKind, EndReason, Role, WaitingReason
from tests import factories
from tests.factories import NOW, TODAY, actor_of

pytestmark = pytest.mark.django_db
TEXT = b"Attestation d'assurance de l'organisme.\n"


@pytest.fixture
def opened() -> Any:
    return factories.partnership(with_head=True, with_valid_qualiopi=True)


@pytest.fixture
def head(opened) -> Any:
    return actor_of(opened.memberships.get().person, opened)


@pytest.fixture
def manager(opened) -> Any:
    return actor_of(factories.member(Role.NETWORK_MANAGER, of=opened.certifier), opened.certifier)


def file(opened, actor, *, kind=DocumentKind.INSURANCE, expires_on=None, content=TEXT, filename="assurance.txt"):
    return operations.attach_document(
        partnership=opened,
        kind=kind,
        content=BytesIO(content),
        filename=filename,
        expires_on=expires_on,
        actor=actor,
        now=NOW,
    )


class TestAttach:
    def test_shows_the_document_to_both_sides(self, opened, head, manager) -> None:
        mine = file(opened, head)
        theirs = file(opened, manager, filename="note.txt")
        for actor in (head, manager):
            assert set(queries.documents_of(opened, actor)) == {mine, theirs}
            assert queries.document(actor, mine.code) == mine
        assert mine.document.certifier_code == opened.certifier.code

    def test_hides_it_from_trainers_readers_and_other_houses(self, opened, head) -> None:
        piece = file(opened, head)
        other = factories.partnership(at_siret=opened.site.siret, with_head=True)
        strangers = [
            actor_of(factories.member(Role.TRAINER, of=opened), opened),
            actor_of(factories.member(Role.READER, of=opened.certifier), opened.certifier),
            actor_of(other.memberships.get().person, other),
            actor_of(factories.administrator(other.certifier), other.certifier),
            actor_of(factories.any_operator()),
        ]
        for actor in strangers:
            assert queries.document(actor, piece.code) is None
            with pytest.raises(NotAllowed):
                file(opened, actor)

    def test_refuses_the_file_that_documents_refuse_and_leaves_nothing(self, opened, head) -> None:
        before = Entry.objects.count()
        with pytest.raises(DocumentRefused):
            file(opened, head, content=b"<svg onload='alert(1)'/>", filename="logo.svg")
        assert not PartnershipDocument.objects.exists()
        assert not Document.objects.exists()
        assert Entry.objects.count() == before

    @pytest.mark.parametrize("days", [-20 * 366, 30 * 366])
    def test_refuses_a_day_that_cannot_be(self, opened, head, days) -> None:
        with pytest.raises(FilingRefused) as refusal:
            file(opened, head, expires_on=TODAY + timedelta(days=days))
        assert refusal.value.field == "expires_on"

    def test_stops_with_the_partnership(self, opened, head, manager) -> None:
        piece = file(opened, head)
        operations.end_partnership(partnership=opened, reason=EndReason.AGREED, actor=manager, now=NOW)
        opened.refresh_from_db()
        piece = queries.document(manager, piece.code)
        with pytest.raises(FilingRefused):
            file(opened, manager)
        with pytest.raises(FilingRefused):
            operations.detach_document(document=piece, reason="Erreur", actor=manager, now=NOW)

    def test_keeps_the_document_for_as_long_as_the_row(self, opened, head) -> None:
        piece = file(opened, head)
        with pytest.raises(ProtectedError):
            piece.document.delete()


class TestDetach:
    def test_takes_it_out_with_its_reason(self, opened, head, manager) -> None:
        piece = file(opened, head)
        operations.detach_document(document=piece, reason="Mauvais fichier de Mme Untel", actor=head, now=NOW)
        assert not queries.documents_of(opened, manager).exists()
        entry = Entry.objects.order_by("-pk").first()
        assert (entry.action, entry.subject_code, entry.reason_code) == (
            "parties.partnership.document_detached",
            opened.code,
            "insurance",
        )
        assert len(entry.digest) == 64
        assert PartnershipDocument.objects.get().detach_reason == "Mauvais fichier de Mme Untel"

    def test_needs_a_reason_and_happens_once(self, opened, head) -> None:
        piece = file(opened, head)
        with pytest.raises(FilingRefused) as refusal:
            operations.detach_document(document=piece, reason="  ", actor=head, now=NOW)
        assert refusal.value.field == "reason"
        operations.detach_document(document=piece, reason="Erreur", actor=head, now=NOW)
        with pytest.raises(FilingRefused):
            operations.detach_document(document=piece, reason="Erreur", actor=head, now=NOW)

    @pytest.mark.parametrize(
        "wrong", [{"detached_at": NOW}, {"detach_reason": "x"}, {"detached_by_code": "X"}, {"kind": "pape"}]
    )
    def test_cannot_be_half_said(self, opened, head, wrong) -> None:
        piece = file(opened, head)
        with pytest.raises(IntegrityError), transaction.atomic():
            PartnershipDocument.objects.filter(pk=piece.pk).update(**wrong)


class TestWaiting:
    def reasons(self, actor, today=TODAY):
        return [(line.reason, line.due_on, line.detail) for line in queries.waiting_for(actor, today)]

    def test_follows_a_document_to_its_end(self, opened, head, manager) -> None:
        end = TODAY + timedelta(days=100)
        file(opened, head, expires_on=end)
        for actor in (head, manager):
            assert self.reasons(actor, end - timedelta(days=31)) == []
            soon = [(WaitingReason.DOCUMENT_EXPIRING, end, "Attestation d’assurance")]
            assert self.reasons(actor, end - timedelta(days=30)) == soon
            assert self.reasons(actor, end) == soon
            assert self.reasons(actor, end + timedelta(days=1)) == [
                (WaitingReason.DOCUMENT_EXPIRED, end, "Attestation d’assurance")
            ]

    def test_is_over_once_renewed_or_withdrawn(self, opened, head) -> None:
        late = file(opened, head, expires_on=TODAY - timedelta(days=1))
        assert len(self.reasons(head)) == 1
        file(opened, head, expires_on=TODAY + timedelta(days=300))
        assert self.reasons(head) == []
        other = file(opened, head, kind=DocumentKind.OTHER, expires_on=TODAY)
        file(opened, head, kind=DocumentKind.OTHER, expires_on=TODAY + timedelta(days=300))
        assert len(self.reasons(head)) == 1
        for piece in (late, other):
            operations.detach_document(document=piece, reason="Remplacée", actor=head, now=NOW)
        assert self.reasons(head) == []
