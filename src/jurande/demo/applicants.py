"""Training bodies of the fiction that apply: who they are, what they show, how far their file is."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jurande.core.france.spelling import fold
from jurande.demo.fiction import with_check_digit
from jurande.demo.papers import pdf
from jurande.registers.network.models import Application, Call, Target
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.operations import parts, programme
from jurande.registers.network.operations.application_documents import add_document
from jurande.registers.network.queries import applications as queries
from jurande.registers.network.queries import completeness
from jurande.registers.network.queries.completeness import TRAINING_KINDS
from jurande.registers.network.queries.programmes import sheet_of
from jurande.registers.network.states import HabilitationKind, StaffFunction
from jurande.registers.parties.operations import welcome_guest
from jurande.registers.parties.queries import actor_for
from jurande.registers.parties.states import DocumentKind


@dataclass(frozen=True)
class Teacher:
    """Somebody who trains or assesses."""

    first_name: str
    last_name: str
    functions: tuple[StaffFunction, ...]
    qualifications: str
    years: int


@dataclass(frozen=True)
class Candidate:
    """Who applies. ``holes``: how many competencies no module works on; each is explained."""

    name: str
    stem: int
    address: str
    postcode: str
    city: str
    head: tuple[str, str]
    quality: str
    presentation: str
    teachers: tuple[Teacher, ...]
    holes: int = 0

    @property
    def siret(self) -> str:
        """In the 999 range, which names nobody."""
        return with_check_digit(with_check_digit(f"999{self.stem:05d}") + "0001")

    @property
    def email(self) -> str:
        first, last = (fold(part).replace(" ", "-") for part in self.head)
        return f"{first}.{last}@candidat.exemple.fr"


_BOTH = (StaffFunction.TRAINER, StaffFunction.ASSESSOR)
CANDIDATES: dict[str, Candidate] = {
    "fabrique": Candidate(
        "La Bonne Fabrique",
        70101,
        "12 rue des Chantiers",
        "44200",
        "Nantes",
        ("Yann", "Le Goff"),
        "Gérant",
        "Depuis 2017, nous formons des adultes en reconversion dans deux ateliers nantais.",
        (
            Teacher("Maëlle", "Kerbrat", _BOTH, "CAP et BP d’électroménagiste, formatrice depuis 2018.", 14),
            Teacher(
                "Driss", "Amrani", (StaffFunction.TRAINER,), "Titre de technicien de maintenance, neuf ans de SAV.", 9
            ),
        ),
        holes=2,
    ),
    "limousin": Candidate(
        "Réemploi Limousin",
        70102,
        "3 avenue des Bénédictins",
        "87000",
        "Limoges",
        ("Solène", "Aubrun"),
        "Présidente",
        "Une ressourcerie qui répare 1 200 appareils par an et veut transmettre ce qu’elle sait.",
        (Teacher("Karim", "Bensaïd", _BOTH, "BTS électrotechnique, jury de CAP depuis 2020.", 11),),
    ),
    "littoral": Candidate(
        "Atelier du Littoral",
        70103,
        "40 quai des Salines",
        "17000",
        "La Rochelle",
        ("Baptiste", "Rivoal"),
        "Directeur",
        "Centre de formation associatif, ouvert à tous les âges.",
        (
            Teacher("Ondine", "Marsac", (StaffFunction.TRAINER,), "Bac pro SN, dix ans d’atelier.", 10),
            Teacher("Paul", "Vigneau", (StaffFunction.ASSESSOR,), "Artisan, maître d’apprentissage.", 22),
        ),
    ),
    "vosges": Candidate(
        "Vosges Dépannage Formation",
        70104,
        "8 rue de la Filature",
        "88000",
        "Épinal",
        ("Coralie", "Husson"),
        "Gérante",
        "Une école d’entreprise ouverte aux demandeurs d’emploi de la vallée.",
        (Teacher("Luc", "Thiriet", _BOTH, "CAP, vingt ans de dépannage à domicile.", 20),),
        holes=1,
    ),
}

# A module's title and what it holds; its hours follow from what the référentiel asks for.
MODULES: tuple[tuple[str, str], ...] = (
    ("Électricité et mesure", "Consignation, absence de tension, mesures de continuité et d’isolement."),
    ("Froid et chaud", "Contrôle d’étanchéité du circuit frigorifique au détecteur, thermostats, résistances."),
    ("Lavage", "Pompes, cartes, organes mécaniques, essais après remplacement."),
    ("Client et devis", "Accueil, écoute des symptômes, devis, conseil d’usage."),
    ("Atelier et stock", "Tri des déchets électriques, pièces de réemploi, sécurité au poste."),
)
SUMMARY = "Pièce de démonstration, sans valeur."


def begin(call: Call, candidate: Candidate, *, now: datetime) -> Application:
    """Somebody comes by the public page and begins; their identity is written, the rest is not."""
    first_name, last_name = candidate.head
    person = welcome_guest(
        email=candidate.email, first_name=first_name, last_name=last_name, chain=call.certifier.code, now=now
    )
    actor = actor_for(person)
    held = operations.start_application(call=call, person=person, actor=actor, now=now)
    return operations.set_identity(
        application=held,
        siret=candidate.siret,
        legal_name=candidate.name,
        address=candidate.address,
        postcode=candidate.postcode,
        city=candidate.city,
        nda=f"93{candidate.postcode[:2]}{candidate.stem:05d}13",
        presentation=candidate.presentation,
        actor=actor,
        now=now,
    )


def fill(held: Application, candidate: Candidate, *, now: datetime) -> Application:
    """Everything that submission asks for, with documents, but what the head signs."""
    given: dict[str, Any] = {"application": held, "actor": actor_for(held.applicant), "now": now}
    for target in queries.targets_of(held):
        offered = target.call.kinds
        kind = HabilitationKind.BOTH if HabilitationKind.BOTH in offered else offered[0]
        asked = operations.set_request(target=target, kind=kind, blocs=[], territory=[], actor=given["actor"], now=now)
        target.kind = asked.kind
        if kind in TRAINING_KINDS:
            _programme(target, candidate, given["actor"], now)
        for criterion in target.call.criteria.order_by("position"):
            kinds = criterion.evidence_kinds or [DocumentKind.OTHER]
            _paper(held, criterion.title, kinds[0], given, criterion=criterion)
    _people(held, candidate, given)
    place = parts.save_part(
        kind="premises",
        values={
            "label": f"Atelier de {candidate.city}",
            "address": candidate.address,
            "postcode": candidate.postcode,
            "city": candidate.city,
            "capacity": 12,
            "equipment": "Huit postes de dépannage, deux bancs d’essai, un détecteur de fuite, établis réglables.",
        },
        **given,
    )
    _paper(held, f"L’atelier de {candidate.city}", DocumentKind.PREMISES, given, premises_code=place.code)
    parts.save_part(
        kind="reference",
        values={
            "name": f"Mission locale de {candidate.city}",
            "what": "Deux sessions de découverte du métier, quatorze personnes.",
            "year": now.year - 1,
            "contact": "Service insertion",
        },
        **given,
    )
    return held


def sign(held: Application, candidate: Candidate, *, now: datetime) -> Application:
    """Commit to every line of the charter."""
    ticks = [one.key for one in completeness.charter_of(held)]
    name, actor = " ".join(candidate.head), actor_for(held.applicant)
    return operations.sign_charter(
        application=held, name=name, quality=candidate.quality, ticks=ticks, actor=actor, now=now
    )


def send(held: Application, *, now: datetime) -> Application:
    """Submit what was filled."""
    return operations.submit_application(application=held, actor=actor_for(held.applicant), now=now)


def submitted(call: Call, candidate: Candidate, *, now: datetime) -> Application:
    """The whole way, in one day."""
    return send(sign(fill(begin(call, candidate, now=now), candidate, now=now), candidate, now=now), now=now)


def _people(held: Application, candidate: Candidate, given: dict[str, Any]) -> None:
    first_name, last_name = candidate.head
    answers_for = (StaffFunction.HEAD, StaffFunction.TRAINING, StaffFunction.EXAMS, StaffFunction.QUALITY)
    parts.save_part(
        kind="staff",
        values={
            "first_name": first_name,
            "last_name": last_name,
            "email": candidate.email,
            "functions": list(answers_for),
        },
        **given,
    )
    for one in candidate.teachers:
        row = parts.save_part(
            kind="staff",
            values={
                "first_name": one.first_name,
                "last_name": one.last_name,
                "functions": list(one.functions),
                "qualifications": one.qualifications,
                "experience_years": one.years,
            },
            **given,
        )
        _paper(held, f"CV de {row.name}", DocumentKind.STAFF, given, staff_code=row.code)


def _programme(target: Target, candidate: Candidate, actor: Any, now: datetime) -> None:
    sheet = sheet_of(target)
    least = sheet.whole.limits.get("minimum_hours", 300)
    minutes = 60 * -(-max(least, len(MODULES)) // len(MODULES))
    in_person = minutes * max(sheet.whole.limits.get("in_person_percent", 0), 60) // 100
    rows = [
        programme.save_module(
            target=target,
            title=title,
            content=content,
            minutes=minutes,
            in_person_minutes=min(minutes, -(-in_person // 60) * 60),
            actor=actor,
            now=now,
        )
        for title, content in MODULES
    ]
    holes = sheet.aims[len(sheet.aims) - candidate.holes :] if candidate.holes else ()
    ticks = {
        (rows[(rank + shift) % len(rows)].code, aim.key)
        for rank, aim in enumerate(sheet.aims)
        if aim not in holes
        for shift in (0, 2)
    }
    programme.set_matrix(target=target, ticks=ticks, actor=actor, now=now)
    if holes:
        notes = {aim.key: "Une demi-journée ajoutée au module Client et devis dès le prochain groupe." for aim in holes}
        programme.note_holes(target=target, notes=notes, actor=actor, now=now)


def _paper(held: Application, title: str, kind: str, given: dict[str, Any], **about: Any) -> None:
    content = io.BytesIO(pdf(title, _lines(held)))
    add_document(kind=kind, content=content, filename=f"{title[:60]}.pdf", **given, **about)


def _lines(held: Application) -> list[str]:
    return [held.legal_name, f"{held.postcode} {held.city}", SUMMARY]
