"""Certifications for tests, in the words of the field: made through the operations, on rows of an invented register."""

from __future__ import annotations

from datetime import date, datetime

from jurande.core.france.referentiels import Jury
from jurande.registers.catalogue import facts, queries
from jurande.registers.catalogue.models import (
    Bloc,
    Certification,
    Competency,
    Fiche,
    FicheVersion,
    NationalBloc,
    NationalCertifier,
    Referentiel,
)
from jurande.registers.catalogue.operations import certifications as operations
from jurande.registers.catalogue.operations import elements, lines, versions
from jurande.registers.catalogue.queries import certifications as reading
from jurande.registers.catalogue.states import LineKind
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.replay import replayed

__all__ = ["facts", "queries", "reading"]

WHOLE = {
    "description": "La personne trouve seule la panne électrique d’un lave-linge et dit si la réparation vaut la peine.",
    "country": "FR",
    "workload_hours": 21,
    "ects": "1",
    "level": "4",
    "field": "071",
    "assessment_type": "practical",
    "protocol": "Mise en situation d’une heure trente sur deux lave-linge en panne.",
    "assessors": "Deux évaluateurs qui n’ont pas formé la personne.",
    "pass_rule": "Les huit critères sont observés.",
    "participation": "onsite",
    "quality": "Qualiopi, et un comité qui relit chaque épreuve une fois par an.",
}


@replayed
def fiche(
    certifier: Certifier,
    number: str = "RNCP49021",
    *,
    until: date | None = date(2028, 12, 31),
    last_issue_on: date | None = None,
    with_blocs: bool = True,
) -> Fiche:
    """A fiche of the national register that names this certifier, with two blocs or, for the RS, capacities."""
    made = Fiche.objects.create(number=number, register="rncp" if number.startswith("RNCP") else "rs", digest="0" * 32)
    FicheVersion.objects.create(
        fiche=made,
        digest="0" * 32,
        title="Technicien de maintenance en électroménager",
        level=4,
        status="Publiée",
        is_active=True,
        registered_until=until,
        last_issue_on=last_issue_on,
        seen_from=date(2026, 1, 1),
        content={
            "activities": ["Diagnostic et réparation en atelier"],
            "capacities": ["- Accueillir  - Conseiller  - Établir un devis"],
            "rome": [["I1402", "Réparation de biens électrodomestiques"]],
            "nsf": [["255", "Électricité, électronique"]],
            "routes": [["FC", True, "Deux professionnels"], ["VAE", True, ""], ["CA", False, ""]],
        },
    )
    NationalCertifier.objects.create(
        fiche=made, siren=certifier.organisation.siren, name="IMR", state="Actif", seen_from=date(2026, 1, 1)
    )
    if with_blocs:
        for position, (title, texts) in enumerate(
            (
                ("Diagnostiquer la panne", ["Recueillir les symptômes", "Consigner l’appareil", "Mesurer les écarts"]),
                ("Réparer et remettre en service", ["Remplacer un organe", "Contrôler la sécurité électrique"]),
            ),
            start=1,
        ):
            NationalBloc.objects.create(
                fiche=made,
                code=f"{number}BC0{position}",
                position=position,
                title=title,
                competencies=texts,
                assessment="Mise en situation devant un jury",
                seen_from=date(2026, 1, 1),
            )
    return made


@replayed
def writer(certifier: Certifier) -> Actor:
    """Somebody who may prepare and publish."""
    return factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=certifier), certifier)


@replayed
def publisher(certifier: Certifier) -> Actor:
    """Somebody else, who may publish only."""
    return factories.actor_of(factories.member(Role.SIGNATORY, of=certifier), certifier)


@replayed
def registered(of: Certifier | None = None, *, number: str = "RNCP49021", by: Actor | None = None) -> Certification:
    """A registered certification with a draft straight from its fiche."""
    house = of or factories.certifier()
    fiche(house, number)
    return operations.start_from_fiche(certifier=house, number=number, actor=by or writer(house), now=NOW)


@replayed
def micro(of: Certifier | None = None, *, by: Actor | None = None, whole: bool = False) -> Certification:
    """A micro-certification: just opened, or with everything that its publication asks for."""
    house = of or factories.certifier()
    actor = by or writer(house)
    made = operations.start_micro(
        certifier=house, title="Diagnostiquer une panne électrique sur un lave-linge", actor=actor, now=NOW
    )
    if whole:
        complete(draft_of(made), actor)
    return made


@replayed
def complete(draft: Referentiel, actor: Actor) -> None:
    """Write all that a micro-certification needs."""
    bloc = draft.blocs.get()
    one = lines.add_line(
        referentiel=draft,
        kind=LineKind.COMPETENCY,
        parent=bloc,
        text="Consigner l’appareil et vérifier l’absence de tension",
        actor=actor,
        now=NOW,
    )
    lines.add_line(
        referentiel=draft,
        kind=LineKind.CRITERION,
        parent=one,
        text="La consignation est complète avant toute mesure",
        actor=actor,
        now=NOW,
    )
    elements.set_elements(referentiel=draft, given=WHOLE, revision=1, actor=actor, now=NOW)
    framed(draft, actor)


@replayed
def framed(draft: Referentiel, actor: Actor, *, valid_from: date | None = TODAY, **limits: int) -> Referentiel:
    """Set the date of effect, and limits when given."""
    draft.refresh_from_db()
    frame = versions.Frame(
        title=draft.title,
        valid_from=valid_from,
        limits=limits,
        juries=[
            Jury(one.route, one.min_members, one.min_qualified, one.external_percent, one.excluded, one.article)
            for one in draft.juries.all()
        ],
    )
    return versions.set_frame(referentiel=draft, frame=frame, revision=draft.revision, actor=actor, now=NOW)


@replayed
def published(held: Certification, by: Actor, *, now: datetime = NOW) -> Referentiel:
    """Publish its draft as somebody who read it."""
    draft = draft_of(held)
    digest = facts.referentiel_of(draft).digest()
    return versions.publish(referentiel=draft, seen_digest=digest, actor=by, now=now)


@replayed
def draft_of(held: Certification) -> Referentiel:
    """Its draft."""
    return held.versions.get(state="draft")


@replayed
def competencies(bloc: Bloc) -> list[Competency]:
    """Those of a bloc, in order."""
    return list(Competency.objects.filter(bloc=bloc).order_by("position"))
