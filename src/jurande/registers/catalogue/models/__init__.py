from jurande.registers.catalogue.models.certifications import CatalogueChoices, Certification
from jurande.registers.catalogue.models.claims import Claim
from jurande.registers.catalogue.models.national import (
    Fiche,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    NationalPartner,
    TrainingBody,
)
from jurande.registers.catalogue.models.referentiels import (
    Activity,
    Alignment,
    Bloc,
    Competency,
    Criterion,
    JuryRule,
    MicroElements,
    Referentiel,
)
from jurande.registers.catalogue.models.search import SearchEntry, SearchWord
from jurande.registers.catalogue.models.snapshots import Delivery, Reject, Snapshot

__all__ = [
    "Activity",
    "Alignment",
    "Bloc",
    "CatalogueChoices",
    "Certification",
    "Claim",
    "Competency",
    "Criterion",
    "Delivery",
    "Fiche",
    "FicheVersion",
    "JuryRule",
    "MicroElements",
    "NationalBloc",
    "NationalCertifier",
    "NationalPartner",
    "Referentiel",
    "Reject",
    "SearchEntry",
    "SearchWord",
    "Snapshot",
    "TrainingBody",
]
