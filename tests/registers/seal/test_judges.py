"""Judges written by others, and our own commands, on the log and the credentials that the application serves."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aics_tlog
import aics_witness.service
import aics_witness.store
import pytest
from aics_tlog.verified import audit_tiles
from aics_witness.config import LogConfig
from django.db import connection

from jurande.config.cli.log import audit
from jurande.config.cli.seal.verify import verify
from jurande.config.home import Home
from jurande.registers.common.immutability import unseal
from jurande.registers.parties.policies import Actor
from jurande.registers.seal import queries
from jurande.registers.seal.models import Cosignature, LogEntry, SealedCredential, SealLog, SignedCheckpoint, Witness
from jurande.registers.seal.operations import checking, projection, statuses, witnesses
from jurande.registers.seal.operations.resuming import resume
from jurande.registers.seal.operations.standing import log_folder, public_folder
from jurande.registers.seal.policies import MACHINE
from jurande.registers.seal.states import Reason, Stop
from tests import factories
from tests.conftest import Served
from tests.core.log.samples import witness as sample_witness
from tests.registers.seal.conftest import LATER, NOW
from tests.registers.seal.homes import one_published, own_home

Intend = Callable[..., SealedCredential]


class TestAnotherVerifierOfLogs:
    def test_accepts_every_file_as_the_log_grows(self, sealed: SealedCredential, intend: Intend) -> None:
        for n in range(2, 6):
            intend(n)
            projection.settle(now=LATER)
            note = aics_tlog.parse_note((log_folder() / "checkpoint").read_bytes())
            key = aics_tlog.parse_vkey(queries.overview().public_key)
            assert aics_tlog.verify_checkpoint(note, key, [], quorum=0).ok
            checkpoint = aics_tlog.parse_checkpoint(note.text)
            assert checkpoint.size == n + 1
            audit_tiles(aics_tlog.FileSystemTileReader(log_folder()), checkpoint.size, checkpoint.root)


class TestAWitnessOfOthers:
    @pytest.fixture
    def theirs(self, sealed: SealedCredential, tmp_path: Path) -> Iterator[Witness]:
        _, secret = sample_witness()
        store = aics_witness.store.WitnessStore(tmp_path / "witness.db", create=True)
        head = SealLog.objects.get()
        log = LogConfig.from_strings(head.origin, [queries.overview().public_key])
        judge = aics_witness.service.Witness("temoin.example.org/theirs", secret, store, [log])
        server = aics_witness.service.make_server(judge)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield witnesses.add_witness(vkey=judge.vkey_text, url=server.url, actor=MACHINE, now=NOW)
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()

    def test_cosigns_what_we_publish(self, theirs: Witness, intend: Intend) -> None:
        assert witnesses.ask_all(now=LATER) == 1
        assert theirs.name in (log_folder() / "checkpoint").read_text()
        intend(2)
        projection.settle(now=LATER)
        assert theirs.name not in (log_folder() / "checkpoint").read_text()
        assert witnesses.ask_all(now=LATER.replace(minute=40)) == 1
        theirs.refresh_from_db()
        assert theirs.known_size == 3
        assert theirs.name in (log_folder() / "checkpoint").read_text()

    def test_refuses_a_fork_and_nothing_is_signed_any_more(
        self, theirs: Witness, sealed: SealedCredential, intend: Intend, home: Home
    ) -> None:
        intend(2)
        projection.settle(now=LATER)
        witnesses.ask_all(now=LATER)
        # An older copy of everything is put back, guard included, and goes on its own way.
        for model in (LogEntry, SignedCheckpoint, Cosignature):
            unseal(connection, model._meta.db_table)
        old = SignedCheckpoint.objects.get(size=2)
        Cosignature.objects.all().delete()
        LogEntry.objects.filter(seq__gte=2).delete()
        SignedCheckpoint.objects.filter(size__gt=2).delete()
        SealedCredential.objects.filter(business_key="session-1:2").delete()
        SealLog.objects.update(size=2, signed_size=2, root=bytes(old.root), note=bytes(old.note))
        shutil.rmtree(home.path / "guard")
        shutil.rmtree(public_folder())
        with pytest.raises(Exception, match="2 < 3"):
            resume(published_size=2, actor=MACHINE, now=LATER)
        # The operator lies about it and the witness is asked after the fact.
        url, theirs.url = theirs.url, "http://127.0.0.1:9/"
        theirs.save(update_fields=["url"])
        checking.repair(actor=MACHINE, now=LATER)
        resume(published_size=2, actor=MACHINE, now=LATER)
        intend(3, values={"holder": "00000000-0000-0000-0000-000000000009", "name": "Autre"})
        intend(4)
        assert projection.settle(now=LATER).size == 4
        theirs.url = url
        theirs.asked_at = None
        theirs.save(update_fields=["url", "asked_at"])
        assert witnesses.ask_all(now=LATER.replace(minute=50)) == 0
        settled = projection.settle(now=LATER.replace(minute=51))
        assert (settled.stop, settled.about) == (Stop.WITNESS_ALARM, theirs.name)


@pytest.mark.django_db(transaction=True)
class TestOurOwnCommands:
    def test_agree_on_what_the_application_serves(
        self, served: Served, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own_home(settings, tmp_path / "home")
        settings.PUBLIC_URL = served.url
        certifier = factories.certifier()
        row = one_published(certifier)
        report = audit(f"{served.url}/registre", queries.overview().public_key)
        assert report["valid"] is True, report
        assert report["size"] == 2

        credential = tmp_path / "attestation.json"
        credential.write_bytes(queries.signed_bytes(row) or b"")
        proof = tmp_path / "attestation.tlog-proof"
        proof.write_bytes(queries.log_proof(row.code) or b"")
        trust = tmp_path / "confiance.json"
        trust.write_bytes((public_folder() / "c" / certifier.code / "confiance.json").read_bytes())
        command = [str(credential), "--trust", str(trust), "--log-proof", str(proof), "--json"]
        assert verify(command, now=factories.NOW) == 0
        assert json.loads(capsys.readouterr().out)["valid"] is True

        actor = Actor(code="ANNESOPHIE", certifier_code=certifier.code)
        statuses.revoke(credential=row, reason=Reason.FRAUD, actor=actor, now=factories.NOW)
        projection.settle(now=factories.NOW)
        assert verify(command, now=factories.NOW) == 1
