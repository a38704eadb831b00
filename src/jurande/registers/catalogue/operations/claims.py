"""A certifier says which certifications of the national registers are its own, or no longer are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.registers.catalogue import policies
from jurande.registers.catalogue.models import Claim, Fiche
from jurande.registers.catalogue.queries.claims import basis_of
from jurande.registers.catalogue.states import ClaimAct
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


class ClaimRefused(Refused):
    """This certification cannot be claimed, or released, so."""


@transaction.atomic
def claim_fiches(*, certifier: Certifier, numbers: Sequence[str], actor: Actor, now: datetime) -> list[Claim]:
    """Attach these fiches to the certifier: all of them or none. One that is attached already stays so.

    What shows it is on the fiche: our SIREN among its certifiers or, for a certifier whose SIRET the State left out,
    our very name.

    :raises NotAllowed: only network managers. :raises ClaimRefused: no such fiche, or nothing on it names us.
    """
    require(policies.can_claim_fiche(actor, certifier))
    if not numbers:
        raise ClaimRefused(_("Aucune certification n’est choisie. Cochez-en au moins une, puis recommencez."))
    # The certifier's row is the lock: two colleagues who claim at once make one claim, not an error.
    Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    wanted = sorted(set(numbers))
    fiches = {fiche.number: fiche for fiche in Fiche.objects.filter(number__in=wanted)}
    held = set(Claim.objects.held().filter(certifier=certifier).values_list("fiche__number", flat=True))
    made = []
    for number in wanted:
        if number in held:
            continue
        fiche = fiches.get(number)
        if fiche is None:
            raise ClaimRefused(
                _(
                    "%(number)s n’est pas dans les répertoires lus ici. Vérifiez le numéro, ou faites lire la dernière "
                    "publication de France compétences."
                )
                % {"number": number[:20]},
                field="number",
            )
        basis = basis_of(certifier, fiche)
        if basis is None:
            raise ClaimRefused(
                _(
                    "%(number)s n’est pas à vous selon le répertoire\u00a0: ni votre SIREN %(siren)s ni votre nom n’y "
                    "figurent parmi les certificateurs. S’il manque, demandez à France compétences de corriger la "
                    "fiche\u00a0; si votre SIREN est faux ici, corrigez l’identité du certificateur."
                )
                % {"number": number, "siren": certifier.organisation.siren},
                field="number",
            )
        claim = Claim(certifier=certifier, fiche=fiche, basis=basis, claimed_at=now, claimed_by=actor.code)
        claim.save(force_insert=True)
        _told(ClaimAct.CERTIFICATION_CLAIMED, claim, actor, now)
        made.append(claim)
    return made


@transaction.atomic
def release_fiche(*, claim: Claim, actor: Actor, now: datetime) -> None:
    """Let a certification go: its partners leave the network that is shown. It may be claimed again.

    :raises NotAllowed: only network managers. :raises ClaimRefused: it was let go already.
    """
    require(policies.can_claim_fiche(actor, claim.certifier))
    released = Claim.objects.held().filter(pk=claim.pk).update(released_at=now, released_by=actor.code)
    if not released:
        raise ClaimRefused(_("Cette certification est déjà détachée. Rechargez la page pour voir où elle en est."))
    _told(ClaimAct.CERTIFICATION_RELEASED, claim, actor, now)


def _told(action: ClaimAct, claim: Claim, actor: Actor, now: datetime) -> None:
    record(
        chain=claim.certifier.code,
        actor_code=actor.code,
        action=action,
        subject_kind="fiche",
        subject_code=claim.fiche.number,
        now=now,
    )
