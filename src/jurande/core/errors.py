# SPDX-License-Identifier: Apache-2.0
"""The one family of errors of the core."""


class CoreError(Exception):
    """Nothing in the core answers False for «invalid»: it raises this, with a reason.

    ``code`` is a stable dotted identifier that callers may test and screens may translate;
    the message is for the engineer who reads a log.
    """

    code = "core.error"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        """Keep the reason; ``code`` overrides the class's own when one class has several reasons."""
        super().__init__(message or code or self.code)
        if code is not None:
            self.code = code
