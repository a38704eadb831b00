"""The plural of French, for sentences that are French from the start and have no catalogue."""

from __future__ import annotations

from gettext import NullTranslations

from django.utils.translation.trans_real import translation


class FrenchSource(NullTranslations):
    """Gives each sentence as it was written, in the singular below two: «0 partenaire», «1,5 jour», «2 jours»."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Choose as French does; without this, gettext would choose as English does."""
        return msgid1 if abs(n) < 2 else msgid2


def speak_french() -> None:
    """Have what no catalogue translates follow French, whose words it is written in."""
    translation("fr").add_fallback(FrenchSource())
