# SPDX-License-Identifier: Apache-2.0
"""Why the log, or something read from it, is not believed."""

from __future__ import annotations

from jurande.core.errors import CoreError


class LogError(CoreError):
    """Base of every refusal of the log."""

    code = "log.error"


class EntryRefused(LogError):
    """Something may not be an entry, or bytes are not one."""

    code = "log.entry"


class TileRefused(LogError):
    """A path, a tile or a bundle is missing or malformed; ``path`` names it."""

    code = "log.tile"

    def __init__(self, message: str, *, path: str, code: str | None = None) -> None:
        """Keep which file."""
        super().__init__(f"{path}: {message}", code=code)
        self.path = path


class ProofRefused(LogError):
    """An inclusion or consistency proof proves nothing."""

    code = "log.proof"


class NoteRefused(LogError):
    """A signed note, a checkpoint, a cosignature or a verifier key is malformed or not signed by who it should be."""

    code = "log.note"


class QuorumMissing(NoteRefused):
    """The log signed, but not enough witnesses did."""

    code = "log.quorum"


class PolicyRefused(LogError):
    """A trust policy is malformed."""

    code = "log.policy"


class Unavailable(LogError):
    """The store could not answer: nothing can be concluded about the log."""

    code = "log.unavailable"


class SigningRefused(LogError):
    """The next checkpoint must not be signed. Signing it could kill the log for ever: a human decides."""

    code = "log.signing"


class Rollback(SigningRefused):
    """The tree is smaller than one that was already signed: a backup was restored, or rows were lost."""

    code = "log.signing.rollback"


class Fork(SigningRefused):
    """The tree does not extend one that was already signed: two histories exist."""

    code = "log.signing.fork"


class Altered(SigningRefused):
    """What was read again is not what was computed: a row or a file was edited, or a bit flipped."""

    code = "log.signing.altered"
