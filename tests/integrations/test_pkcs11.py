"""Keys inside a module, tried with SoftHSM where it is installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jurande.core.proof.signer import SigningFailed

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
pkcs11 = pytest.importorskip(
    "jurande.integrations.pkcs11", reason="python-pkcs11 n’est pas installé (requirements/pkcs11.lock)"
)
if not LIBRARY.exists():
    pytest.skip("SoftHSM n’est pas installé (paquet Debian softhsm2)", allow_module_level=True)

TOKEN, PIN, ADDRESS = "jurande", "314159", "did:web:imr.example#hsm"


@pytest.fixture(scope="module")
def key_label(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # SoftHSM reads its configuration once for each process: one token serves the whole file.
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    former = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "271828"]
    subprocess.run(command, check=True, capture_output=True)
    pkcs11.make_key_in_module(str(LIBRARY), token=TOKEN, pin=PIN, key_label="sceau")
    yield "sceau"
    if former is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = former


def opened(**changes: str) -> Any:
    asked = {"token": TOKEN, "pin": PIN, "key_label": "sceau", "verification_method": ADDRESS} | changes
    return pkcs11.open_module(str(LIBRARY), **asked)


class TestModuleSigner:
    def test_signs_what_the_public_key_verifies(self, key_label: str) -> None:
        signer = opened(key_label=key_label)
        signer.public_key.verify(signer.sign(b"message"), b"message")
        signer.close()

    def test_says_so_when_its_session_has_ended(self, key_label: str) -> None:
        signer = opened(key_label=key_label)
        signer.close()
        with pytest.raises(SigningFailed):
            signer.sign(b"message")

    def test_never_draws_a_second_key_under_one_label(self, key_label: str) -> None:
        with pytest.raises(pkcs11.ModuleRefused) as refusal:
            pkcs11.make_key_in_module(str(LIBRARY), token=TOKEN, pin=PIN, key_label=key_label)
        assert refusal.value.code == "pkcs11.exists"

    @pytest.mark.parametrize("changes", [{"pin": "000000"}, {"token": "autre"}, {"key_label": "autre"}])
    def test_refuses_another_pin_token_or_key(self, key_label: str, changes: dict[str, str]) -> None:
        with pytest.raises(pkcs11.ModuleRefused):
            opened(**changes)
