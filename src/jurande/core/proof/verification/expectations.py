# SPDX-License-Identifier: Apache-2.0
"""What a verifier asks for, beyond a valid credential of a trusted issuer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from jurande.core.proof.contexts import ACCEPTED
from jurande.core.proof.sd_jwt import BindingExpected


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is demanded; the default demands nothing particular.

    ``domain`` and ``challenge`` are those given to who signs, and empty when none were. ``binding`` demands that the
    holder of an SD-JWT proves its key. ``log_required`` refuses what is not shown in the log. A status list signed
    longer than ``status_max_age`` ago leaves the status unknown: an older list may have been served on purpose.
    ``tolerance`` is for clocks that differ, and only ever excuses what comes a little early. ``contexts`` are the
    arrays of JSON-LD contexts accepted.
    """

    domain: str = ""
    challenge: str = ""
    binding: BindingExpected | None = None
    log_required: bool = False
    status_max_age: timedelta = timedelta(days=7)
    tolerance: timedelta = timedelta(minutes=5)
    contexts: Collection[tuple[str, ...]] = ACCEPTED


DEFAULT_EXPECTATIONS = Expectations()
