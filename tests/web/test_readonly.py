"""A GET may not write, whatever the view does."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from jurande.registers.common.models import Worker
from jurande.web.readonly import WRITES_ON_GET, ReadOnlyGet, WroteOnGet
from tests import factories
from tests.web.test_matrix import addresses

pytestmark = pytest.mark.django_db


def rename(request: HttpRequest) -> HttpResponse:
    Worker.objects.filter(pk=0).update(host="ailleurs")
    return HttpResponse()


def rename_hidden(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("WITH gone AS (SELECT 1) DELETE FROM common_worker WHERE pid IN (SELECT * FROM gone)")
    return HttpResponse()


def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Worker.objects.count()))


class TestReadOnlyGet:
    @pytest.mark.parametrize("view", [rename, rename_hidden])
    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_refuses_a_page_that_writes(self, view: Any, method: str) -> None:
        request = getattr(RequestFactory(), method)("/")
        with pytest.raises(WroteOnGet), transaction.atomic():
            ReadOnlyGet(view)(request)

    def test_lets_a_page_look_and_a_post_write(self) -> None:
        assert ReadOnlyGet(look)(RequestFactory().get("/")).content == b"0"
        assert ReadOnlyGet(rename)(RequestFactory().post("/")).status_code == 200

    def test_names_only_addresses_that_exist(self) -> None:
        assert set(WRITES_ON_GET) <= set(addresses())

    def test_leaves_nothing_behind_a_whole_visit(self, client: Any) -> None:
        person = factories.member()
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        assert client.get("/compte/").status_code == 200
