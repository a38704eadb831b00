"""Which certifications of the national registers a certifier of this installation answers for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue.models.national import Fiche
from jurande.registers.catalogue.states import ClaimBasis
from jurande.registers.common.codes import CodeField
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, actor: Actor) -> ClaimQuerySet:
        """Those of one's own house; what they lead to is public, who claimed it is not."""
        if actor.partnership_code or not actor.has(Right.SEE_NETWORK):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def held(self) -> ClaimQuerySet:
        return self.filter(released_at=None)


class Claim(models.Model):
    """One certifier × one fiche, from the day somebody said it is ours until somebody says it no longer is.

    ``basis`` is what on the fiche showed it: our SIREN, or, where the State left the SIRET out, our very name, which
    remains to be confirmed.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="claims")
    fiche = models.ForeignKey(Fiche, on_delete=models.PROTECT, related_name="claims")
    basis = models.CharField(_("fondement"), max_length=5, choices=ClaimBasis)
    claimed_at = models.DateTimeField(_("rattachée le"))
    claimed_by = models.CharField(max_length=16)
    released_at = models.DateTimeField(_("détachée le"), null=True)
    released_by = models.CharField(max_length=16, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("certification rattachée")
        verbose_name_plural = _("certifications rattachées")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier", "fiche"], condition=Q(released_at=None), name="claim_held_once"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="") | (Q(released_at__isnull=False) & ~Q(released_by="")),
                name="claim_release_has_its_author",
            ),
            models.CheckConstraint(condition=Q(basis__in=ClaimBasis.values), name="claim_basis_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.certifier_id} {self.fiche_id}"
