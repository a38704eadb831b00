"""One certification of the national registers, as its public page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jurande.core.france.identifiers import IdentifierRefused, rncp_code, rs_code
from jurande.core.france.registers import FicheRecord
from jurande.registers.catalogue.models import FicheVersion, NationalBloc, NationalCertifier


@dataclass(frozen=True)
class FichePage:
    """``titles``: of the certifications that this one replaced or that replace it, by number; unknown ones missing."""

    version: FicheVersion
    record: FicheRecord
    certifiers: Sequence[NationalCertifier]
    blocs: Sequence[NationalBloc]
    titles: Mapping[str, str]

    @property
    def number(self) -> str:
        """The number of the fiche."""
        return self.version.fiche.number

    @property
    def is_gone(self) -> bool:
        """Whether the register no longer holds it: this is what it last said."""
        return self.version.seen_until is not None


def fiche_number(typed: str) -> str | None:
    """Return the number that was typed, in its one spelling; None when it is none."""
    for read in (rncp_code, rs_code):
        try:
            return read(typed)
        except IdentifierRefused:
            continue
    return None


def fiche_page(number: str) -> FichePage | None:
    """Return what the register says of a certification, or last said; None when it was never there. Four queries."""
    versions = FicheVersion.objects.filter(fiche__number=number).select_related("fiche")
    version = versions.order_by("-seen_from").first()
    if version is None:
        return None
    record = FicheRecord.from_content(version.content)
    certifiers = NationalCertifier.objects.filter(fiche=version.fiche_id, seen_until=version.seen_until)
    blocs = NationalBloc.objects.filter(fiche=version.fiche_id, seen_until=version.seen_until)
    kin = FicheVersion.objects.current().filter(fiche__number__in=(*record.replaced, *record.replacing))
    return FichePage(
        version=version,
        record=record,
        certifiers=list(certifiers.order_by("name", "pk")),
        blocs=list(blocs.order_by("position", "code")),
        titles=dict(kin.order_by("pk").values_list("fiche__number", "title")),
    )
