from jurande.registers.catalogue.models.national import (
    Fiche,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    NationalPartner,
    TrainingBody,
)
from jurande.registers.catalogue.models.snapshots import Reject, Snapshot

__all__ = [
    "Fiche",
    "FicheVersion",
    "NationalBloc",
    "NationalCertifier",
    "NationalPartner",
    "Reject",
    "Snapshot",
    "TrainingBody",
]
