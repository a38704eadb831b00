# SPDX-License-Identifier: Apache-2.0
"""The national registers RNCP and RS as the State exports them every day (XML, version 4.1).

``spans`` cuts a stream into fiches and proves the whole of it well formed; ``read_fiche`` reads one of them.
"""

from jurande.core.france.registers.reading import FicheRead, read_fiche
from jurande.core.france.registers.records import (
    BlocRecord,
    CertifierRecord,
    Coded,
    Correspondence,
    FicheRecord,
    PartnerRecord,
    Promotion,
    Publication,
    Rejected,
    Route,
)
from jurande.core.france.registers.splitting import ExportRefused, Span, spans

__all__ = [
    "BlocRecord",
    "CertifierRecord",
    "Coded",
    "Correspondence",
    "ExportRefused",
    "FicheRead",
    "FicheRecord",
    "PartnerRecord",
    "Promotion",
    "Publication",
    "Rejected",
    "Route",
    "Span",
    "read_fiche",
    "spans",
]
