"""Which certifications are a certifier's, and which could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import Claim, Fiche, FicheVersion, NationalCertifier
from jurande.registers.catalogue.states import ClaimBasis
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


@dataclass(frozen=True)
class Claimable:
    """A fiche that names the certifier, not attached yet; ``version`` without its content."""

    version: FicheVersion
    basis: ClaimBasis

    @property
    def number(self) -> str:
        """The number of the fiche."""
        return self.version.fiche.number


def claims(actor: Actor) -> QuerySet[Claim]:
    """The certifications that the actor's house answers for, by number."""
    return Claim.objects.visible_to(actor).held().select_related("fiche", "certifier").order_by("fiche__number")


def claimable(certifier: Certifier) -> Sequence[Claimable]:
    """Every fiche that names this certifier and is not attached to it: those in force first. Four queries."""
    held = Claim.objects.held().filter(certifier=certifier).values("fiche")
    current = NationalCertifier.objects.current().exclude(fiche__in=held)
    bases: dict[int, ClaimBasis] = {}
    names = _names(certifier)
    for fiche, name in current.filter(siren="").values_list("fiche", "name"):
        if fold(name) in names:
            bases[fiche] = ClaimBasis.NAME
    for fiche in current.filter(siren=certifier.organisation.siren).values_list("fiche", flat=True):
        bases[fiche] = ClaimBasis.SIREN
    versions = FicheVersion.objects.current().filter(fiche__in=bases).defer("content").select_related("fiche")
    return [Claimable(version, bases[version.fiche_id]) for version in versions.order_by("-is_active", "fiche__number")]


def basis_of(certifier: Certifier, fiche: Fiche) -> ClaimBasis | None:
    """What on the fiche shows that it is this certifier's; None when nothing does."""
    rows = list(fiche.certifiers.current().values_list("siren", "name"))
    if any(siren == certifier.organisation.siren for siren, _name in rows):
        return ClaimBasis.SIREN
    names = _names(certifier)
    return ClaimBasis.NAME if any(not siren and fold(name) in names for siren, name in rows) else None


def _names(certifier: Certifier) -> set[str]:
    organisation = certifier.organisation
    return {fold(name) for name in (organisation.legal_name, organisation.usual_name) if name}
