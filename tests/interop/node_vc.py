# SPDX-License-Identifier: Apache-2.0
"""@digitalbazaar/vc as a Python object: one Node process, one line of JSON each way.

``npm ci`` in ``tests/interop/node`` installs it; the tests that need it are skipped, and say so, when it is not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from jurande.core.proof import contexts
from jurande.core.proof.instants import instant_text

FOLDER = Path(__file__).parent / "node"
IS_INSTALLED = shutil.which("node") is not None and (FOLDER / "node_modules").is_dir()

needs_node_vc = pytest.mark.skipif(
    not IS_INSTALLED, reason="@digitalbazaar/vc is not installed: run «npm ci --ignore-scripts» in tests/interop/node"
)


class NodeRefused(Exception):
    """The other program raised."""


class NodeVc:
    """A running @digitalbazaar/vc, that reads our frozen contexts and whatever ``documents`` are given."""

    def __init__(self, documents: Mapping[str, object] | None = None) -> None:
        self.process = subprocess.Popen(
            ["node", "vc.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        frozen = {url: {"@context": contexts.definition(url)} for url in contexts.FILES}
        self.ask("documents", documents={**frozen, **(documents or {})})

    def __enter__(self) -> NodeVc:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process.wait(timeout=10)

    def ask(self, operation: str, **values: object) -> Any:
        """Return what one operation of ``vc.mjs`` answers.

        :raises NodeRefused: it raised.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"operation": operation, **values}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise NodeRefused(answer["error"])
        return answer["result"]

    def issue(self, credential: Mapping[str, object], *, key: Mapping[str, str], created: datetime) -> dict[str, Any]:
        """Return ``credential`` signed by the other program; ``key`` is a Multikey with its secret."""
        signed: dict[str, Any] = self.ask("issue", credential=credential, key=key, created=instant_text(created))
        return signed

    def verify(self, credential: Mapping[str, object], *, now: datetime) -> list[str]:
        """Return why the other program refuses ``credential``: an empty list when it accepts it."""
        found = self.ask("verify", credential=credential, now=instant_text(now))
        return [] if found["verified"] else found["errors"] or ["refused"]
