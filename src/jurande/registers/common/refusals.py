"""The one family of business refusals: a decision that cannot be taken, said in French."""

from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """What was asked cannot be done. ``sentence``: what happened, why, what to do. ``field``: where in the form."""

    def __init__(self, sentence: str | Promise, *, field: str = "") -> None:
        """Keep the sentence for the screen and the field it is about."""
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
