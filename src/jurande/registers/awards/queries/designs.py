"""What screens and operations read about designs and brands."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from jurande.registers.awards.models import Award, Brand, Design
from jurande.registers.awards.models.designs import DesignQuerySet
from jurande.registers.awards.states import Subject
from jurande.registers.catalogue.models import Certification, Referentiel
from jurande.registers.catalogue.queries.certifications import certifications
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


@dataclass(frozen=True)
class Startable:
    """Something that may be awarded and has no design yet."""

    certification: Certification
    subject: Subject


def designs(actor: Actor) -> DesignQuerySet:
    """Those of this house, by certification, the last version of each first; ``issued``: how many were made with it."""
    made = Award.objects.filter(design=OuterRef("pk"), design__isnull=False).order_by().values("design")
    return (
        Design.objects.visible_to(actor)
        .select_related("certification", "certifier__organisation")
        .annotate(issued=Coalesce(Subquery(made.annotate(number=Count("pk")).values("number")), 0))
        .order_by("certification__title", "subject", "-number")
    )


def design(actor: Actor, code: str) -> Design | None:
    """One design of this house."""
    return (
        Design.objects.visible_to(actor)
        .select_related("certification__certifier__organisation", "certification__fiche", "certifier__organisation")
        .select_related("logo__blob")
        .filter(code=code)
        .first()
    )


def versions_of(held: Design) -> DesignQuerySet:
    """Every version of this design, the last first."""
    return Design.objects.filter(certification=held.certification_id, subject=held.subject).order_by("-number")


def published_design(certification: Certification, subject: str) -> Design | None:
    """The design by which something is awarded today; None when it cannot be."""
    return Design.objects.published().filter(certification=certification, subject=subject).first()


def brand_of(certifier: Certifier) -> Brand:
    """What the house's designs begin with; what is usual when it chose nothing."""
    return Brand.objects.select_related("logo__blob").filter(certifier=certifier).first() or Brand(certifier=certifier)


def certification_of(actor: Actor, code: str) -> Certification | None:
    """One certification of this house, to be designed."""
    return certifications(actor).filter(code=code).first()


def startable(actor: Actor) -> list[Startable]:
    """What may be awarded and has no design at all, by title."""
    known = set(Design.objects.visible_to(actor).values_list("certification_id", "subject"))
    found = []
    for one in certifications(actor).in_force().order_by("title"):
        subjects = (Subject.MICRO,) if one.is_micro else (Subject.CERTIFICATION, Subject.BLOC)
        found += [Startable(one, subject) for subject in subjects if (one.pk, subject) not in known]
    return found


def referentiel_for(held: Design) -> Referentiel | None:
    """The version that what is awarded today follows; of a certification never published, its draft."""
    versions = held.certification.versions.select_related("elements")
    published = versions.in_states(ReferentielState.PUBLISHED).first()
    return published or versions.order_by("-number").first()
