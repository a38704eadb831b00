"""What a check can find."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_TOLD = 200

SENTENCES: dict[str, str | Promise] = {
    "head_missing": _("la tête du registre manque, alors que quelque chose a été scellé"),
    "entry_missing": _("il manque une entrée du registre à cette place"),
    "entry_form": _("cette entrée n’est pas de la forme prévue"),
    "entry_leaf": _("l’empreinte de cette entrée n’est pas la sienne"),
    "entry_orphan": _("cette entrée ne correspond à aucune ligne"),
    "entry_differs": _("cette ligne n’est plus celle que le registre engage"),
    "row_unlogged": _("cette ligne n’a pas d’entrée au registre"),
    "row_altered": _("cette ligne a été modifiée hors de l’application"),
    "row_unreadable": _("cette ligne ne peut pas être déchiffrée"),
    "row_state": _("l’état de cette ligne ne correspond pas à ce qui a été décidé"),
    "signature": _("la signature de cette attestation n’est pas bonne"),
    "document": _("l’attestation signée ne dit pas ce que dit sa ligne"),
    "checkpoint_root": _("ce point de contrôle n’est pas celui des entrées"),
    "checkpoint_signature": _("ce point de contrôle n’est pas signé par la clé du registre"),
    "checkpoint_order": _("ce point de contrôle n’est pas à sa place"),
    "list_missing": _("cette liste de statuts manque"),
    "list_bits": _("cette liste de statuts ne dit pas ce qui a été décidé"),
    "list_signature": _("la signature de cette liste de statuts n’est pas bonne"),
    "file": _("ce fichier public n’est pas celui que donne la base"),
    "file_missing": _("ce fichier public manque"),
    "unlocked": _("cette table n’est plus protégée contre les modifications"),
    "key": _("la clé de signature ne peut pas servir"),
    "stopped": _("le scellement est arrêté"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the code of what, and which row or file it is about."""

    code: str
    about: str

    @property
    def sentence(self) -> str:
        """Say it in French."""
        return f"{self.about}\u00a0: {SENTENCES[self.code]}"


@dataclass(slots=True)
class Report:
    """What a check read and found. ``bad`` counts every fault; ``faults`` holds the first ones."""

    entries: int = 0
    credentials: int = 0
    erased: int = 0
    waiting: int = 0
    changes: int = 0
    checkpoints: int = 0
    lists: int = 0
    files: int = 0
    bad: int = 0
    faults: list[Fault] = field(default_factory=list)

    def absorb(self, other: Report) -> None:
        """Add what another report counted and found."""
        self.lists, self.files, self.bad = self.lists + other.lists, self.files + other.files, self.bad + other.bad
        self.faults += other.faults[: MOST_TOLD - len(self.faults)]

    def add(self, code: str, about: str) -> None:
        """Count a fault."""
        self.bad += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(code, about[:200]))
