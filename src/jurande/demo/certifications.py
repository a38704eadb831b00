"""The story of what is certified: a référentiel in two versions, micro-certifications whole and unfinished."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.core.france.pasting import proposed
from jurande.core.france.referentiels import Jury
from jurande.registers.catalogue import facts
from jurande.registers.catalogue.operations import certifications, elements, lines, versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import LineKind

if TYPE_CHECKING:
    from jurande.demo.world import World

MICRO = "Diagnostiquer une panne électrique sur un lave-linge"
MICRO_COMPETENCIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Consigner l’appareil et vérifier l’absence de tension avant toute mesure",
        ("La consignation est complète avant le premier geste", "L’absence de tension est vérifiée à l’instrument"),
    ),
    (
        "Lire le schéma électrique d’un lave-linge de marque courante",
        ("Le circuit en cause est suivi du doigt sur le schéma", "Chaque symbole montré est nommé"),
    ),
    (
        "Mesurer résistance, pompe, moteur et électrovanne, juger les écarts",
        ("Le calibre choisi convient à la mesure", "L’écart avec la valeur du constructeur est dit et jugé"),
    ),
    (
        "Nommer la pièce en cause et dire si la réparation vaut la peine",
        ("La pièce nommée est la bonne", "Le coût de la réparation est comparé à celui du remplacement"),
    ),
)
MICRO_ELEMENTS: dict[str, object] = {
    "description": "La personne trouve seule la panne électrique d’un lave-linge, en sécurité, et conseille le client "
    "sur la suite.",
    "assessment_type": "practical",
    "protocol": "Mise en situation d’une heure trente sur deux lave-linge en panne, avec schémas et multimètre. Une "
    "panne est électrique, l’autre peut ne pas l’être. La personne explique chaque mesure à voix haute.",
    "assessors": "Deux évaluateurs de métier, qui n’ont pas formé la personne et n’ont aucun lien avec elle.",
    "pass_rule": "Les huit critères sont observés par les deux évaluateurs. Un second essai est possible sous un mois.",
    "workload_hours": 21,
    "ects": "1",
    "level": "4",
    "participation": "onsite",
    "quality": "Certificat Qualiopi, et relecture de chaque épreuve une fois par an par un comité de professionnels.",
    "field": "071",
    "prerequisites": "Habilitation électrique BS en cours.",
    "supervision": "identified",
    "stackability": "stackable",
    "validity_months": 36,
}


ASSESSMENTS = (
    "Mise en situation d’une heure trente sur deux appareils en panne, devant deux évaluateurs.",
    "Réparation complète d’un appareil tiré au sort, en trois heures, avec contrôle électrique final.",
    "Jeu de rôle avec un client, puis devis écrit en vingt minutes.",
)
# Begins of competencies, and what else each serves.
SERVED = {
    "Mesurer": ["safety"],
    "Choisir entre": ["transition"],
    "Contrôler": ["safety"],
    "Expliquer": ["transversal"],
}
PASTED = """• Gérer le stock de pièces neuves et de réemploi
• Trier et tracer les déchets
électriques
• Organiser le poste pour prévenir les troubles musculo-
squelettiques
• Accueillir une personne en situation de handicap"""


def plan(world: World) -> None:
    """Put the story in the world's agenda: the fiches are read thirty-one days ago."""
    world.on(120, lambda at: _micro(world, at), 14, 20)
    world.on(112, lambda at: _publish(world, MICRO, at), 17, 2)
    world.on(30, lambda at: _first_version(world, at), 10, 12)
    world.on(28, lambda at: _publish(world, "RNCP49021", at), 16, 40)
    world.on(14, lambda at: _second_version(world, at), 11, 5)
    world.on(12, lambda at: _publish(world, "RNCP49021", at), 9, 30)
    world.on(9, lambda at: _unfinished(world, at), 15, 45)
    world.on(3, lambda at: _start(world, "RNCP49022", at), 11, 50)


def _start(world: World, number: str, at: datetime) -> Any:
    house = world.houses["imr"]
    return certifications.start_from_fiche(
        certifier=house, number=number, actor=world.actor("claire", certifier=house), now=at
    )


def _draft(world: World, key: str) -> Any:
    actor = world.actor("claire", certifier=world.houses["imr"])
    held = queries.certifications(actor).matching(key).get()
    return next(row for row in queries.versions_of(held) if row.is_draft)


def _first_version(world: World, at: datetime) -> None:
    _start(world, "RNCP49021", at)
    draft = _draft(world, "RNCP49021")
    actor = world.actor("claire", certifier=world.houses["imr"])
    for bloc, assessment in zip(queries.blocs_of(draft), ASSESSMENTS, strict=True):
        lines.describe_bloc(
            bloc=bloc,
            number=bloc.number,
            assessment=assessment,
            prerequisites="",
            is_optional=False,
            revision=bloc.revision,
            actor=actor,
            now=at,
        )
        for one in bloc.competencies.all():
            chosen = next((keys for words, keys in SERVED.items() if one.text.startswith(words)), None)
            if chosen:
                lines.tag_competency(competency=one, tags=chosen, revision=one.revision, actor=actor, now=at)
    _frame(draft, actor, at, timezone.localdate(at) + timedelta(days=6))


def _frame(draft: Any, actor: Any, at: datetime, valid_from: date) -> None:
    draft.refresh_from_db()
    frame = versions.Frame(
        title=draft.title,
        valid_from=valid_from,
        regulation="Le candidat absent sans motif est ajourné. Un rattrapage est offert bloc par bloc, une fois.\n"
        "La fraude est constatée au procès-verbal et entraîne le refus du bloc.\n"
        "Un recours peut être déposé dans les deux mois.",
        limits={
            "minimum_hours": 490,
            "internship_min_hours": 140,
            "internship_max_hours": 280,
            "in_person_percent": 70,
            "trainees_per_trainer": 12,
        },
        juries=[
            Jury("FC", 3, 2, 50, "Le formateur du candidat", "doctrine de France compétences"),
            Jury("VAE", 2, 1, 50, "Qui a accompagné le candidat", "C. trav. D. 6412-6"),
        ],
    )
    versions.set_frame(referentiel=draft, frame=frame, revision=draft.revision, actor=actor, now=at)


def _second_version(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    actor = world.actor("claire", certifier=house)
    held = queries.certifications(actor).matching("RNCP49021").get()
    draft = versions.start_version(certification=held, actor=actor, now=at)
    first, second, third = queries.blocs_of(draft)
    measure = first.competencies.all()[1]
    lines.reword_line(
        line=measure,
        text="Mesurer une grandeur électrique sans danger et juger l’écart avec la valeur du constructeur",
        revision=1,
        actor=actor,
        now=at,
    )
    lines.add_line(
        referentiel=draft,
        kind=LineKind.CRITERION,
        parent=measure,
        text="L’appareil est consigné avant le premier geste",
        actor=actor,
        now=at,
    )
    lines.move_line(line=first.competencies.all()[2], parent=third, place=1, actor=actor, now=at)
    lines.add_line(
        referentiel=draft,
        kind=LineKind.COMPETENCY,
        parent=second,
        text="Choisir une pièce de réemploi et en tracer l’origine",
        actor=actor,
        now=at,
    )
    lines.add_line(referentiel=draft, kind=LineKind.BLOC, text="Tenir un atelier", actor=actor, now=at)
    workshop = queries.blocs_of(draft)[3]
    lines.paste_lines(bloc=workshop, items=proposed(PASTED), actor=actor, now=at)
    lines.describe_bloc(
        bloc=workshop,
        number="",
        assessment="Étude de cas sur un atelier décrit, puis entretien d’une demi-heure.",
        prerequisites="",
        is_optional=False,
        revision=1,
        actor=actor,
        now=at,
    )
    for one in queries.blocs_of(draft)[3].competencies.all()[1:]:
        key = {"Trier": "transition", "Organiser": "safety", "Accueillir": "disability"}[one.text.split()[0]]
        lines.tag_competency(competency=one, tags=[key], revision=1, actor=actor, now=at)
    _frame(draft, actor, at, timezone.localdate(at) + timedelta(days=10))


def _publish(world: World, key: str, at: datetime) -> None:
    """Hélène reads what Claire wrote, and publishes."""
    draft = _draft(world, key)
    versions.publish(
        referentiel=draft,
        seen_digest=facts.referentiel_of(draft).digest(),
        actor=world.actor("helene", certifier=world.houses["imr"]),
        now=at,
    )


def _micro(world: World, at: datetime) -> None:
    house = world.houses["imr"]
    actor = world.actor("claire", certifier=house)
    held = certifications.start_micro(certifier=house, title=MICRO, actor=actor, now=at)
    draft = queries.versions_of(held)[0]
    bloc = queries.blocs_of(draft)[0]
    for text, criteria in MICRO_COMPETENCIES:
        one = lines.add_line(referentiel=draft, kind=LineKind.COMPETENCY, parent=bloc, text=text, actor=actor, now=at)
        for criterion in criteria:
            lines.add_line(referentiel=draft, kind=LineKind.CRITERION, parent=one, text=criterion, actor=actor, now=at)
    elements.set_elements(referentiel=draft, given=MICRO_ELEMENTS, revision=1, actor=actor, now=at)
    for framework, entry, label in (
        ("rome", "I1402", "Réparation de biens électrodomestiques et multimédia"),
        ("nsf", "255", "Électricité, électronique"),
        ("rncp_bloc", "RNCP49021BC01", "Diagnostiquer la panne d’un appareil électroménager"),
    ):
        elements.align(referentiel=draft, framework=framework, entry=entry, label=label, actor=actor, now=at)
    frame = versions.Frame(title=MICRO, valid_from=timezone.localdate(at) + timedelta(days=10))
    versions.set_frame(referentiel=draft, frame=frame, revision=1, actor=actor, now=at)


def _unfinished(world: World, at: datetime) -> None:
    """One that cannot be published yet: no protocol, no level, and a word that the law keeps for others."""
    house = world.houses["imr"]
    actor = world.actor("claire", certifier=house)
    held = certifications.start_micro(
        certifier=house, title="Accueillir un client et établir un devis de réparation", actor=actor, now=at
    )
    draft = queries.versions_of(held)[0]
    bloc = queries.blocs_of(draft)[0]
    for text in ("Écouter la demande et la reformuler", "Chiffrer pièces et main-d’œuvre", "Expliquer le devis"):
        lines.add_line(referentiel=draft, kind=LineKind.COMPETENCY, parent=bloc, text=text, actor=actor, now=at)
    given = {
        "description": "Une étape vers le titre de réparateur, éligible au CPF.",
        "workload_hours": 7,
        "participation": "blended",
    }
    elements.set_elements(referentiel=draft, given=given, revision=1, actor=actor, now=at)
