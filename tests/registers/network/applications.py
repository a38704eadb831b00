"""Applications for tests, in the words of the field: made through the operations, complete unless said otherwise."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from jurande.registers.journal.states import INSTALLATION
from jurande.registers.network.models import Application, Call, CallCriterion, Condition, Decision, Question, Target
from jurande.registers.network.operations import applications as operations
from jurande.registers.network.operations import parts, programme
from jurande.registers.network.operations.application_documents import add_document
from jurande.registers.network.queries import completeness
from jurande.registers.network.queries.programmes import sheet_of
from jurande.registers.network.states import CallState, DecisionVerdict, HabilitationKind, StaffFunction
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.operations import welcome_guest
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import DocumentKind
from tests import factories
from tests.factories import NOW
from tests.registers.catalogue import certifications
from tests.replay import replayed

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n160\n"
    b"%%EOF\n"
)
CHARTER = ["Former à toutes les compétences, sans en omettre.", "Prévenir avant chaque session."]


@replayed
def open_call(
    of: Certifier | None = None,
    *,
    number: str = "RNCP49021",
    reference: str = "APPEL-2026-0001",
    closes_on: date | None = None,
    kinds: tuple[str, ...] = tuple(HabilitationKind.values),
    **limits: int,
) -> Call:
    """A call of this certifier, open today, with a knock-out condition that asks for a document."""
    house = of or factories.certifier()
    writer = certifications.writer(house)
    held = certifications.registered(house, number=number, by=writer)
    certifications.framed(certifications.draft_of(held), writer, **limits)
    version = certifications.published(held, certifications.publisher(house))
    call = Call.objects.create(
        certifier=house,
        certification=held,
        reference=reference,
        title="Réparateur d’électroménager, Ouest",
        kinds=list(kinds),
        charter=CHARTER,
        opens_on=date(2025, 1, 1),
        closes_on=closes_on,
        started_at=NOW,
        started_by_code=writer.code,
    )
    CallCriterion.objects.create(
        call=call,
        position=0,
        title="Un atelier équipé de deux postes",
        weight=3,
        is_knockout=True,
        needs_document=True,
        evidence="Photos de l’atelier",
        evidence_kinds=[DocumentKind.PREMISES],
    )
    # Frozen from now on: its conditions first, its publication last.
    call.referentiel, call.state = version, CallState.OPEN
    call.published_at, call.published_by_code = NOW, writer.code
    call.save()
    return call


@replayed
def applicant(*, email: str = "", first_name: str = "Yann", last_name: str = "Le Goff") -> Person:
    """Somebody who came by a link and has no role anywhere."""
    return welcome_guest(
        email=email or factories.email(), first_name=first_name, last_name=last_name, chain=INSTALLATION, now=NOW
    )


@replayed
def actor(person: Person) -> Actor:
    """The person as a guest."""
    return factories.actor_of(person)


@replayed
def by(held: Application) -> dict[str, Any]:
    """Its applicant, at this moment: what operations on its parts take."""
    return {"actor": actor(held.applicant), "now": NOW}


@replayed
def draft(to: Call | None = None, *, by: Person | None = None, now: datetime = NOW) -> Application:
    """An application just begun."""
    person = by or applicant()
    return operations.start_application(call=to or open_call(), person=person, actor=actor(person), now=now)


@replayed
def target_of(application: Application) -> Target:
    """What it asks for of its first call."""
    return (
        application.targets.select_related("call__referentiel", "application__applicant", "application__certifier")
        .order_by("pk")
        .first()
    )


@replayed
def complete(
    to: Call | None = None,
    *,
    by: Person | None = None,
    at_siret: str = "",
    name: str = "La Bonne Fabrique",
    now: datetime = NOW,
) -> Application:
    """A draft that lacks nothing: two people, one place, one module on every competency, the charter signed."""
    person = by or applicant()
    held = draft(to, by=person, now=now)
    given: dict[str, Any] = {"application": held, "actor": actor(person), "now": now}
    operations.set_identity(
        siret=at_siret or factories.siret(),
        legal_name=name,
        postcode="44000",
        city="Nantes",
        nda="93131234513",
        **given,
    )
    for target in held.targets.select_related("call__referentiel", "application__applicant", "application__certifier"):
        kind = HabilitationKind.BOTH if HabilitationKind.BOTH in target.call.kinds else target.call.kinds[0]
        operations.set_request(target=target, kind=kind, blocs=[], territory=[], actor=given["actor"], now=now)
        module = programme.save_module(
            target=target,
            title="Électricité et mesure",
            content="Consignation, mesures, diagnostic.",
            minutes=4_200,
            in_person_minutes=4_200,
            actor=given["actor"],
            now=now,
        )
        ticks = {(module.code, aim.key) for aim in sheet_of(target).aims}
        programme.set_matrix(target=target, ticks=ticks, actor=given["actor"], now=now)
        for criterion in target.call.criteria.order_by("position"):
            evidence(held, person, kind=DocumentKind.PREMISES, criterion=criterion, now=now)
    head = (StaffFunction.HEAD, StaffFunction.TRAINING, StaffFunction.EXAMS, StaffFunction.QUALITY)
    staff(held, person, functions=head, now=now)
    teacher = staff(
        held,
        person,
        first_name="Maëlle",
        last_name="Kerbrat",
        functions=(StaffFunction.TRAINER, StaffFunction.ASSESSOR),
        now=now,
    )
    evidence(held, person, kind=DocumentKind.STAFF, staff_code=teacher.code, now=now)
    parts.save_part(kind="premises", values={"label": "Atelier de Nantes", "capacity": 12}, **given)
    sign(held, person, now=now)
    held.refresh_from_db()
    return held


@replayed
def staff(
    held: Application,
    person: Person,
    *,
    first_name: str = "Yann",
    last_name: str = "Le Goff",
    functions: tuple[str, ...] = (StaffFunction.HEAD,),
    now: datetime = NOW,
) -> Any:
    """Somebody of the applicant's."""
    values = {"first_name": first_name, "last_name": last_name, "functions": list(functions)}
    return parts.save_part(application=held, kind="staff", values=values, actor=actor(person), now=now)


@replayed
def evidence(held: Application, person: Person, *, kind: str, now: datetime = NOW, **about: Any) -> Any:
    """A document of the file."""
    return add_document(
        application=held,
        kind=kind,
        content=io.BytesIO(PDF),
        filename="pièce.pdf",
        actor=actor(person),
        now=now,
        **about,
    )


@replayed
def sign(held: Application, person: Person, *, name: str = "Yann Le Goff", now: datetime = NOW) -> None:
    """The charter, every commitment ticked."""
    ticks = [one.key for one in completeness.charter_of(held)]
    operations.sign_charter(application=held, name=name, quality="Gérant", ticks=ticks, actor=actor(person), now=now)


@replayed
def submitted(
    to: Call | None = None,
    *,
    by: Person | None = None,
    at_siret: str = "",
    name: str = "La Bonne Fabrique",
    now: datetime = NOW,
) -> Application:
    """A complete application, sent."""
    person = by or applicant()
    held = complete(to, by=person, at_siret=at_siret, name=name, now=now)
    return operations.submit_application(application=held, actor=actor(person), now=now)


def addresses(theirs: Partnership, head: Person) -> dict[str, list[str]]:
    """What each address of an applicant needs in its path: a draft and a submitted file of this partner."""
    call = open_call(theirs.certifier, number="RNCP49077", reference="APPEL-2026-0077")
    place = theirs.site.siret
    sent = submitted(call, by=head, at_siret=place)
    question = Question.objects.create(
        application=sent, text="Qui ?", asked_at=NOW, asked_by_code=head.code, answer_by=date(2030, 1, 1)
    )
    decision = Decision.objects.create(
        application=sent,
        verdict=DecisionVerdict.APPROVED_WITH_CONDITIONS,
        reasons="Un dossier solide.",
        decided_at=NOW,
        decided_by_code=head.code,
    )
    condition = Condition.objects.create(decision=decision, text="Un extincteur", due_on=date(2030, 1, 1))
    begun = draft(call, by=head)
    operations.set_identity(application=begun, siret=place, legal_name="Maison", actor=actor(head), now=NOW)
    return {
        "guest:applications-start": [call.code],
        "guest:applications-one": [sent.code],
        "guest:applications-step": [begun.code, "personnes"],
        "guest:applications-import": [begun.code],
        "guest:applications-sent": [sent.code],
        "guest:applications-add": [sent.code],
        "guest:applications-piece": [sent.code, sent.documents.order_by("pk")[0].code],
        "guest:applications-answer": [sent.code, question.code],
        "guest:applications-condition": [sent.code, condition.code],
        "guest:applications-appeal": [sent.code],
        "guest:applications-withdraw": [sent.code],
        "guest:applications-discard": [begun.code],
    }
