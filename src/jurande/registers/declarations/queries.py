"""What screens read of registration dossiers."""

from __future__ import annotations

from django.db.models import QuerySet

from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.states import Register
from jurande.registers.declarations.models import DossierAnnex, RegistrationDossier
from jurande.registers.declarations.models import RegistrationDossierQuerySet as Dossiers
from jurande.registers.journal.models import EntryQuerySet
from jurande.registers.journal.queries import timeline_of
from jurande.registers.parties.policies import Actor


def dossiers(actor: Actor) -> Dossiers:
    """Those of one's house, the latest first."""
    found: Dossiers = RegistrationDossier.objects.visible_to(actor).order_by("-started_at", "-pk")
    return found.select_related("certification")


def dossier(actor: Actor, code: str) -> RegistrationDossier | None:
    """One of them, with what its pages show."""
    return (
        RegistrationDossier.objects.visible_to(actor)
        .select_related("certifier__organisation", "certification__fiche", "certification__certifier", "pdf__blob")
        .filter(code=code)
        .first()
    )


def draft_of(certification: Certification) -> RegistrationDossier | None:
    """The one being prepared, if there is one."""
    return RegistrationDossier.objects.drafts().filter(certification=certification).first()


def certification_to_request(actor: Actor, code: str) -> Certification | None:
    """One certification of the house."""
    rows = Certification.objects.visible_to(actor).select_related("fiche", "certifier__organisation")
    return rows.filter(code=code).first()


def requestable(actor: Actor) -> QuerySet[Certification]:
    """What a dossier may be started for: in force, not at the RNCP, and not being prepared already."""
    rows = Certification.objects.visible_to(actor).in_force().exclude(fiche__register=Register.RNCP)
    return rows.exclude(pk__in=RegistrationDossier.objects.drafts().values("certification")).order_by("title", "pk")


def annex(held: RegistrationDossier, code: str) -> DossierAnnex | None:
    """One of its files."""
    return held.annexes.select_related("document__blob", "dossier").filter(code=code).first()


def life_of(held: RegistrationDossier) -> EntryQuerySet:
    """What was done with it, the latest first."""
    return timeline_of([("registration_dossier", held.code)], chain=held.certifier.code)
