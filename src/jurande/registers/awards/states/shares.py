"""What holders do with the links by which they show what they hold: the acts of the journal."""

from __future__ import annotations

from enum import StrEnum


class ShareAct(StrEnum):
    """What is written in the journal about links; they hold neither the link nor a name."""

    OPENED = "awards.share.opened"
    CHANGED = "awards.share.changed"
    WITHDRAWN = "awards.share.withdrawn"
    SETTINGS_CHANGED = "awards.sharing_settings.changed"
