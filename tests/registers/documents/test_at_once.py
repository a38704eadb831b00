from __future__ import annotations

from functools import partial

import pytest

from jurande.registers.documents import operations, queries
from jurande.registers.documents.models import Blob, Document
from jurande.registers.documents.operations import DocumentRefused
from tests.integrations.inspection.builders import pdf
from tests.registers.documents.builders import NOW, keep
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("own_store", "shared_rows")


class TestUploadsAtOnce:
    def test_of_the_same_content_give_one_file(self) -> None:
        at_once(*(partial(keep, pdf(), f"{number}.pdf") for number in range(4)))
        assert Blob.objects.count() == 1
        assert Document.objects.count() == 4
        assert not queries.check_store().findings

    def test_do_not_pass_the_quota_together(self) -> None:
        operations.set_quota(certifier_code="IMR0000001", limit_bytes=len(pdf(3)) + 5, actor_code="", now=NOW)
        refused: list[str] = []

        def upload(pages: int) -> None:
            try:
                keep(pdf(pages), "a.pdf")
            except DocumentRefused as refusal:
                refused.append(refusal.code)

        at_once(*(partial(upload, pages) for pages in (1, 2, 3)))
        usage = queries.usage("IMR0000001")
        assert 0 < usage.used_bytes <= usage.limit_bytes
        assert set(refused) == {"quota"}

    def test_and_a_removal_of_the_same_content_never_lose_it(self) -> None:
        for _ in range(6):
            first = keep(pdf(), "a.pdf")
            removal = partial(operations.discard, document_code=first.code, actor_code="", now=NOW)
            at_once(partial(keep, pdf(), "b.pdf"), removal, partial(operations.sweep, now=NOW))
            assert Document.objects.count() == 1
            assert not queries.check_store().findings
            operations.discard(document_code=Document.objects.get().code, actor_code="", now=NOW)
            assert not list(queries.store().names())
