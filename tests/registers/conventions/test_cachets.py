from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from jurande.integrations import cachet as port
from jurande.registers.conventions.operations import cachets
from jurande.registers.journal.models import Entry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "RSA_BITS", 2048)


class TestRotateCachet:
    def test_replaces_it_keeps_the_former_and_says_so_in_the_journal(self):
        house = factories.certifier()
        first = cachets.cachet_of(house, now=NOW)
        assert cachets.cachet_of(house, now=NOW).fingerprint == first.fingerprint
        out = StringIO()
        call_command("rotate-cachet", house.code, stdout=out)
        second = cachets.cachet_of(house, now=NOW)
        assert second.fingerprint in out.getvalue()
        assert {port.fingerprint_of(each) for each in cachets.files_of(house).certificates()} == {
            first.fingerprint,
            second.fingerprint,
        }
        assert Entry.objects.get(action="conventions.cachet.changed").digest == second.fingerprint

    def test_refuses_a_file_that_is_none_and_changes_nothing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        house = factories.certifier()
        first = cachets.cachet_of(house, now=NOW)
        (tmp_path / "cachet.p12").write_bytes(b"nothing")
        monkeypatch.setenv("JURANDE_CACHET_PASSWORD", "secret")
        with pytest.raises(CommandError, match="PKCS #12"):
            call_command("rotate-cachet", house.code, file=tmp_path / "cachet.p12")
        assert cachets.cachet_of(house, now=NOW).fingerprint == first.fingerprint

    def test_refuses_an_unknown_certifier(self):
        with pytest.raises(CommandError, match="code"):
            call_command("rotate-cachet", "INCONNU")
