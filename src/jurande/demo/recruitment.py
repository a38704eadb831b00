"""The story of recruitment: two calls, a dozen applications at every stage, and the colleagues who judge them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.demo import applicants
from jurande.demo.applicants import CANDIDATES, Candidate, Teacher
from jurande.demo.certifications import MICRO
from jurande.registers.catalogue.queries import certifications as catalogue
from jurande.registers.correspondence import queries as correspondence
from jurande.registers.network.operations import appeals, calls, deciding, exchanges, fees, reviewing
from jurande.registers.network.operations.applications import withdraw_application
from jurande.registers.network.operations.calls import Terms, Wanted
from jurande.registers.network.operations.deciding import Ruling, Rulings
from jurande.registers.network.operations.fees import Price
from jurande.registers.network.operations.reviewing import Given
from jurande.registers.network.queries.deciding import people_to_rule_on
from jurande.registers.network.queries.scores import asked_in
from jurande.registers.network.states import DecisionVerdict, FeeKind, HabilitationKind, StaffFunction
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.registers.parties.states import DocumentKind, Role

if TYPE_CHECKING:
    from jurande.demo.world import World

PASSWORD = "demonstration-jurande"  # noqa: S105 - invented world: everybody enters by a button
COLLEAGUES = (
    ("lucie", "Lucie", "Garnier", Role.REVIEWER),
    ("bertrand", "Bertrand", "Soulier", Role.SIGNATORY),
)
_BOTH = (StaffFunction.TRAINER, StaffFunction.ASSESSOR)


def _candidate(name: str, stem: int, where: tuple[str, str, str], head: tuple[str, str], teacher: str) -> Candidate:
    address, postcode, city = where
    first_name, last_name = teacher.split(" ", 1)
    one = Teacher(first_name, last_name, _BOTH, "Titre professionnel et douze ans d’atelier.", 12)
    return Candidate(
        name,
        stem,
        address,
        postcode,
        city,
        head,
        "Responsable",
        "Une équipe qui forme au métier depuis dix ans.",
        (one,),
    )


OTHERS: dict[str, Candidate] = {
    "touraine": _candidate(
        "Réparer en Touraine", 70111, ("5 rue de la Scellerie", "37000", "Tours"), ("Gilles", "Amiot"), "Odette Briand"
    ),
    "sarthe": _candidate(
        "Atelier Sarthe", 70112, ("18 rue du Tunnel", "72000", "Le Mans"), ("Léa", "Chartier"), "Noël Pavard"
    ),
    "bocage": _candidate(
        "Formation Bocage", 70113, ("2 place du Poids", "79300", "Bressuire"), ("Rémi", "Gaborit"), "Anaïs Texier"
    ),
    "adour": _candidate(
        "Les Mains de l’Adour", 70114, ("9 quai Dubourdieu", "64100", "Bayonne"), ("Maia", "Etxeberri"), "Jon Lasserre"
    ),
    "ardennes": _candidate(
        "Centre ardennais du geste", 70115, ("31 rue Bayard", "08000", "Charleville"), ("Yvon", "Thomé"), "Rose Lambin"
    ),
    "cevennes": _candidate(
        "Cévennes Réparation", 70116, ("6 rue Jan-Castagno", "30100", "Alès"), ("Sylvie", "Roux"), "Malik Saïdi"
    ),
    "lys": _candidate(
        "La Lys Technique",
        70117,
        ("44 rue de Lille", "59280", "Armentières"),
        ("Ombeline", "Cuvelier"),
        "Jules Dewaele",
    ),
    "aubrac": _candidate(
        "Aubrac Savoir-faire",
        70118,
        ("1 place du Foirail", "12210", "Laguiole"),
        ("Paulin", "Vaissière"),
        "Lise Calmels",
    ),
}


def plan(world: World) -> None:
    """Put the story in the world's agenda: a first call that is nearly over, a second that has just begun."""
    for key, first_name, last_name, role in COLLEAGUES:
        world.on(600, partial(_colleague, world, key, first_name, last_name, role), 10, 30)
    told: dict[Any, Any] = {}
    world.on(97, partial(_schedule, world, told), 11)
    world.on(96, partial(_call, world, told, "first", MICRO, 200), 14)
    world.on(26, partial(_call, world, told, "second", "RNCP49021", 60), 10, 20)
    _first_call(world, told)
    _second_call(world, told)


def _first_call(world: World, told: dict[Any, Any]) -> None:
    for key, submitted, scored, points in (
        ("littoral", 80, 68, (3, 3)),
        ("vosges", 74, 55, (1, 2)),
        ("touraine", 70, 58, (4, 3)),
        ("limousin", 52, 36, (2, 3)),
    ):
        world.on(submitted, partial(_submit, world, told, "first", key), 15)
        world.on(submitted - 2, partial(_assign, world, told, key), 9, 40)
        for rank, (who, given) in enumerate(zip(("mehdi", "lucie"), points, strict=True)):
            world.on(scored + 3 - 3 * rank, partial(_score, world, told, key, who, given), 16, 10)
    world.on(60, partial(_approve_with_conditions, world, told), 11, 15)
    world.on(50, partial(_approve, world, told), 10, 5)
    world.on(40, partial(_refuse, world, told), 17)
    world.on(58, partial(_head_comes, world, told, "littoral"), 8, 50)
    world.on(49, partial(_head_comes, world, told, "touraine"), 17, 5)
    world.on(33, partial(_meet, world, told), 14, 30)
    world.on(20, partial(_defer, world, told), 12)
    world.on(15, partial(_appeal, world, told), 18, 40)


def _second_call(world: World, told: dict[Any, Any]) -> None:
    for key, submitted in (
        ("sarthe", 23),
        ("adour", 20),
        ("bocage", 18),
        ("cevennes", 15),
        ("ardennes", 10),
        ("lys", 2),
    ):
        world.on(submitted, partial(_submit, world, told, "second", key), 14, 20)
        if key not in {"lys", "cevennes"}:
            world.on(submitted - 2, partial(_assign, world, told, key), 9, 15)
    world.on(12, partial(_score, world, told, "sarthe", "mehdi", 4), 17, 20)
    world.on(9, partial(_score, world, told, "sarthe", "lucie", 2), 11, 45)
    world.on(11, partial(_score, world, told, "adour", "lucie", 3), 10, 50)
    world.on(8, partial(_ask_visit, world, told, "adour"), 16)
    world.on(6, partial(_plan_visit, world, told, "adour"), 9, 10)
    world.on(4, partial(_question, world, told, "bocage"), 15, 35)
    world.on(5, partial(_withdraw, world, told, "cevennes"), 11, 20)
    world.on(3, partial(_score, world, told, "ardennes", "lucie", 3), 18, 5)
    world.on(6, partial(_draft, world, told, "fabrique"), 19, 30)
    world.on(1, partial(_draft, world, told, "aubrac"), 20, 10)


# --- the house and its calls --------------------------------------------------------------------


def _imr(world: World, who: str) -> Any:
    return world.actor(who, certifier=world.houses["imr"])


def _colleague(world: World, key: str, first_name: str, last_name: str, role: Role, at: datetime) -> None:
    """Somebody joins the house: invited by Hélène, come the next hour."""
    house = world.houses["imr"]
    email = f"{key}.{last_name.lower()}@imr.exemple.fr"
    parties.invite_member(
        role=role,
        email=email,
        first_name=first_name,
        last_name=last_name,
        certifier=house,
        actor=_imr(world, "helene"),
        now=at,
    )
    letter = correspondence.deliveries(house.code).addressed_to(email).newest_first()[0]
    token = letter.action_url.rstrip("/").rsplit("/", 1)[-1]
    came = parties.accept_invitation(token=token, person=None, now=at + timedelta(minutes=40), password=PASSWORD)
    world.people[key] = came.person


def _schedule(world: World, told: dict[Any, Any], at: datetime) -> None:
    prices = (
        Price(FeeKind.ENTRY, "Instruction du dossier", 90_000, 2000),
        Price(FeeKind.ANNUAL, "Redevance annuelle", 60_000, 2000),
        Price(FeeKind.PER_TRAINEE, "Par stagiaire formé", 4_500, 2000),
        Price(FeeKind.PER_CANDIDATE, "Par candidat présenté", 9_000, 2000),
    )
    actor = _imr(world, "claire")
    draft = fees.start_schedule(
        certifier=world.houses["imr"], title="Barème des partenaires", prices=prices, actor=actor, now=at
    )
    told["fees"] = fees.freeze_schedule(schedule=draft, revision=draft.revision, actor=actor, now=at)


def _call(world: World, told: dict[Any, Any], name: str, certification: str, open_days: int, at: datetime) -> None:
    """Claire writes a call; Hélène publishes it the same day."""
    claire, today = _imr(world, "claire"), timezone.localdate(at)
    held = catalogue.certifications(claire).matching(certification).get()
    call = calls.start_call(certification=held, title="Former et évaluer en notre nom", actor=claire, now=at)
    terms = Terms(
        title="Former et évaluer des réparateurs en notre nom",
        text="Nous cherchons des organismes installés, avec un atelier et des formateurs du métier.",
        kinds=[HabilitationKind.FORMER, HabilitationKind.BOTH],
        opens_on=today,
        closes_on=today + timedelta(days=open_days),
        places=12,
        probation_sittings=2,
        first_limit=24,
        growth="Douze stagiaires par session pendant le rodage, puis sans limite.",
        fee_schedule=told["fees"],
        charter=[
            "Former à toutes les compétences, sans en omettre.",
            "Présenter à l’examen toutes les personnes formées.",
            "Laisser le certificateur entrer sans prévenir.",
        ],
        charter_weight=2,
    )
    call = calls.write_call(call=call, terms=terms, revision=call.revision, actor=claire, now=at)
    for wanted in (
        Wanted(
            "Un atelier équipé et sûr",
            help="Au moins six postes, l’outillage de mesure, les consignations possibles.",
            weight=4,
            is_knockout=True,
            evidence="Photos de l’atelier et liste du matériel",
            evidence_kinds=[DocumentKind.PREMISES],
            needs_document=True,
        ),
        Wanted(
            "Des formateurs du métier",
            help="Cinq ans de pratique au moins, une expérience de la formation.",
            weight=3,
            evidence="CV et titres",
            evidence_kinds=[DocumentKind.STAFF],
        ),
        Wanted(
            "Une organisation des examens",
            help="Qui convoque, qui surveille, où.",
            weight=2,
            evidence="Une note d’organisation, ou un règlement d’examen",
        ),
    ):
        calls.add_criterion(call=call, wanted=wanted, revision=call.revision, actor=claire, now=at)
        call.refresh_from_db()
    later = at + timedelta(hours=2)
    told[name] = calls.publish_call(call=call, revision=call.revision, actor=_imr(world, "helene"), now=later)


# --- the applications ---------------------------------------------------------------------------


def _who(key: str) -> Candidate:
    return CANDIDATES.get(key) or OTHERS[key]


def _applicant(told: dict[Any, Any], key: str) -> Any:
    return people.actor_for(told[key].applicant)


def _draft(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    told[key] = applicants.begin(told["second"], _who(key), now=at)
    if key == "fabrique":
        applicants.fill(told[key], _who(key), now=at + timedelta(minutes=50))


def _submit(world: World, told: dict[Any, Any], call: str, key: str, at: datetime) -> None:
    told[key] = applicants.submitted(told[call], _who(key), now=at)


def _assign(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    reviewers = [world.people["mehdi"], world.people["lucie"]]
    due_on = timezone.localdate(at) + timedelta(days=21)
    made = reviewing.assign(
        application=told[key], reviewers=reviewers, due_on=due_on, actor=_imr(world, "claire"), now=at
    )
    told[key, "mehdi"], told[key, "lucie"] = made


def _score(world: World, told: dict[Any, Any], key: str, who: str, points: int, at: datetime) -> None:
    """One review, the same points everywhere but the last, where everybody is a little kinder."""
    review, actor = told[key, who], _imr(world, who)
    reviewing.begin(review=review, actor=actor, now=at)
    asked = asked_in(told[key])
    given = {
        one.key: Given(min(4, points + (one is asked[-1])), REMARKS[min(4, points + (one is asked[-1]))])
        for one in asked
    }
    kept = reviewing.keep_scores(review=review, given=given, opinion=OPINIONS[points], actor=actor, now=at)
    reviewing.submit(review=kept, actor=actor, now=at + timedelta(minutes=35))


REMARKS = {
    0: "Rien ne le montre dans le dossier.",
    1: "Les pièces datent de plus de trois ans et ne correspondent plus au lieu déclaré.",
    2: "Présent, mais une partie reste à mettre en place.",
    3: "Conforme aux pièces jointes.",
    4: "Très au-dessus de ce qui est demandé.",
}
OPINIONS = {
    1: "Le dossier ne permet pas de confier des examens à cet organisme.",
    2: "Un dossier honnête, qui demande encore du travail sur l’atelier.",
    3: "Un organisme sérieux, prêt à commencer.",
    4: "Une des meilleures candidatures reçues cette année.",
}


def _rulings(told: dict[Any, Any], key: str, at: datetime, refused: str = "") -> Rulings:
    """Everything granted for three years; the person of ``refused`` is not, for want of proof."""
    today = timezone.localdate(at)
    until = today + timedelta(days=3 * 365)
    yes = Ruling(granted=True, valid_until=until)
    no = Ruling(granted=False, reasons="Aucune expérience d’évaluation n’est attestée : à revoir après un co-jury.")
    return Rulings(
        valid_from=today,
        organisation_until=until,
        targets={target.code: yes for target in told[key].targets.all()},
        people={
            (staff.code, role.value): no if staff.last_name == refused else yes
            for staff, role in people_to_rule_on(told[key])
        },
    )


def _approve_with_conditions(world: World, told: dict[Any, Any], at: datetime) -> None:
    today = timezone.localdate(world.now)
    told["conditional"] = deciding.decide(
        application=told["littoral"],
        verdict=DecisionVerdict.APPROVED_WITH_CONDITIONS,
        reasons="Le programme couvre tout le référentiel et l’équipe connaît le métier. L’atelier doit encore être "
        "complété, et un des deux évaluateurs n’a pas l’expérience demandée.",
        rulings=_rulings(told, "littoral", at, refused="Vigneau"),
        conditions=[
            ("Installer le second banc d’essai", timezone.localdate(at) + timedelta(days=30)),
            ("Faire suivre à l’équipe la formation des évaluateurs", today + timedelta(days=12)),
        ],
        actor=_imr(world, "helene"),
        now=at,
    )


def _approve(world: World, told: dict[Any, Any], at: datetime) -> None:
    deciding.decide(
        application=told["touraine"],
        verdict=DecisionVerdict.APPROVED,
        reasons="Un dossier complet, un atelier en ordre, une équipe expérimentée.",
        rulings=_rulings(told, "touraine", at),
        actor=_imr(world, "helene"),
        now=at,
    )


def _head_comes(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    """The head of an approved applicant opens the invitation, and finds the space of a partner."""
    person = told[key].applicant
    letters = correspondence.deliveries(world.houses["imr"].code).addressed_to(person.email).newest_first()
    letter = next(one for one in letters if one.kind == "parties.partnership_opened")
    token = letter.action_url.rstrip("/").rsplit("/", 1)[-1]
    parties.accept_invitation(token=token, person=person, now=at, password=PASSWORD)


def _refuse(world: World, told: dict[Any, Any], at: datetime) -> None:
    deciding.decide(
        application=told["vosges"],
        verdict=DecisionVerdict.REFUSED,
        reasons="L’atelier déclaré n’est pas montré par les pièces, et une compétence n’est travaillée nulle part.",
        actor=_imr(world, "helene"),
        now=at,
    )


def _defer(world: World, told: dict[Any, Any], at: datetime) -> None:
    deciding.decide(
        application=told["limousin"],
        verdict=DecisionVerdict.DEFERRED,
        reasons="Le déménagement de l’atelier est annoncé pour le mois prochain : nous déciderons sur le nouveau lieu.",
        review_again_on=timezone.localdate(world.now) + timedelta(days=25),
        actor=_imr(world, "helene"),
        now=at,
    )


def _meet(world: World, told: dict[Any, Any], at: datetime) -> None:
    deciding.meet_condition(
        condition=told["conditional"].conditions.get(position=1),
        evidence="Facture et photo du banc d’essai, reçues par courrier.",
        actor=_imr(world, "claire"),
        now=at,
    )


def _appeal(world: World, told: dict[Any, Any], at: datetime) -> None:
    appeals.lodge(
        application=told["vosges"],
        text="Les photos jointes étaient celles de l’ancien local. Le nouvel atelier est ouvert depuis le printemps et "
        "nous pouvons le faire visiter.",
        actor=_applicant(told, "vosges"),
        now=at,
    )


# --- what is under way --------------------------------------------------------------------------


def _ask_visit(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    told[key, "visit"] = exchanges.ask_visit(
        application=told[key],
        reason="Voir les postes de consignation et la réserve de pièces.",
        actor=_imr(world, "lucie"),
        now=at,
    )


def _plan_visit(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    candidate = _who(key)
    exchanges.plan_visit(
        visit=told[key, "visit"],
        planned_on=timezone.localdate(world.now) + timedelta(days=5),
        place=f"{candidate.address}, {candidate.postcode} {candidate.city}",
        actor=_imr(world, "claire"),
        now=at,
    )


def _question(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    exchanges.ask(
        application=told[key],
        text="Qui assurera les évaluations quand votre évaluateur est aussi le formateur du groupe ?",
        answer_by=timezone.localdate(world.now) + timedelta(days=6),
        actor=_imr(world, "lucie"),
        now=at,
    )


def _withdraw(world: World, told: dict[Any, Any], key: str, at: datetime) -> None:
    withdraw_application(
        application=told[key],
        reason="Notre formatrice principale quitte l’équipe : nous candidaterons l’an prochain.",
        actor=_applicant(told, key),
        now=at,
    )
