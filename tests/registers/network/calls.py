"""Fee schedules and calls for tests, made through the operations, in the words of the field."""

from __future__ import annotations

from datetime import date, datetime

from jurande.registers.catalogue.models import Certification
from jurande.registers.network.models import Call, Check, FeeSchedule, Flag
from jurande.registers.network.operations import calls, fees
from jurande.registers.network.operations.calls import Terms, Wanted
from jurande.registers.network.operations.fees import Price
from jurande.registers.network.states import FeeKind, HabilitationKind
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import DocumentKind, Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import certifications
from tests.replay import replayed

PRICES = (
    Price(FeeKind.ENTRY, "Instruction du dossier", 120_000, 2000),
    Price(FeeKind.ANNUAL, "Redevance annuelle", 60_000, 2000),
    Price(FeeKind.PER_CANDIDATE, "Inscription d’un candidat", 9_000, 0, "CGI, art. 261-4-4° a"),
)
TRAINERS = Wanted(
    "Des formateurs du métier",
    help="Cinq ans de pratique au moins.",
    weight=4,
    is_knockout=True,
    evidence="Le CV et le diplôme de chaque formateur",
    evidence_kinds=[DocumentKind.STAFF],
    needs_document=True,
)
PREMISES = Wanted("Un atelier équipé", weight=2, evidence="Photographies et inventaire de l’atelier", evidence_kinds=[])
TEXT = "Nous cherchons des organismes qui forment des réparateurs."


@replayed
def manager(certifier: Certifier, role: Role = Role.NETWORK_MANAGER) -> Actor:
    """Somebody who prepares calls."""
    return factories.actor_of(factories.member(role, of=certifier), certifier)


@replayed
def schedule(of: Certifier, *, by: Actor | None = None, prices: tuple[Price, ...] = PRICES) -> FeeSchedule:
    """A draft with these prices."""
    actor = by or manager(of)
    return fees.start_schedule(certifier=of, title="Barème 2026", prices=prices, actor=actor, now=NOW)


@replayed
def frozen_schedule(of: Certifier, *, by: Actor | None = None, prices: tuple[Price, ...] = PRICES) -> FeeSchedule:
    """A schedule that calls may refer to."""
    actor = by or manager(of)
    made = schedule(of, by=actor, prices=prices)
    return fees.freeze_schedule(schedule=made, revision=made.revision, actor=actor, now=NOW)


@replayed
def certification(of: Certifier | None = None, *, number: str = "RNCP49021") -> Certification:
    """A registered certification whose référentiel is published."""
    house = of or factories.certifier()
    held = certifications.registered(house, number=number)
    certifications.framed(certifications.draft_of(held), certifications.writer(house))
    certifications.published(held, certifications.publisher(house))
    held.refresh_from_db()
    return held


@replayed
def terms(of: Call, **changed: object) -> Terms:
    """What a complete call says, these words aside."""
    said: dict[str, object] = {
        "title": of.title,
        "text": TEXT,
        "kinds": [HabilitationKind.FORMER, HabilitationKind.BOTH],
        "opens_on": TODAY,
        "closes_on": date(2026, 6, 30),
        "places": 10,
        "fee_schedule": of.fee_schedule,
        "charter": ["Nous présentons à l’examen toutes les personnes que nous formons."],
        "charter_weight": 2,
    }
    return Terms(**{**said, **changed})  # type: ignore[arg-type]  # tests name fields freely


@replayed
def draft_call(of: Certification, *, by: Actor, **changed: object) -> Call:
    """A call that lacks nothing: priced, with two criteria; ``changed``: terms that differ."""
    call = calls.start_call(certification=of, title="Devenir partenaire", actor=by, now=NOW)
    call.fee_schedule = frozen_schedule(of.certifier, by=by)
    call = calls.write_call(call=call, terms=terms(call, **changed), revision=call.revision, actor=by, now=NOW)
    for wanted in (TRAINERS, PREMISES):
        calls.add_criterion(call=call, wanted=wanted, revision=call.revision, actor=by, now=NOW)
        call.refresh_from_db()
    return call


@replayed
def open_call(
    of: Certification | None = None, *, by: Actor | None = None, now: datetime = NOW, **changed: object
) -> Call:
    """A published call: written by one, published by another; ``changed``: terms that differ."""
    held = of or certification()
    draft = draft_call(held, by=by or manager(held.certifier), **changed)
    other = manager(held.certifier, Role.ADMINISTRATOR)
    return calls.publish_call(call=draft, revision=draft.revision, actor=other, now=now)


@replayed
def flag(of: Partnership, by: Certifier) -> Flag:
    """A partner that no list knows any more."""
    check = Check.objects.create(
        certifier=by,
        siret=of.site.siret,
        siren=of.site.siret[:9],
        kind="known",
        outcome="warning",
        source="training_bodies",
        source_on=TODAY,
        facts={"case": "known.absent"},
        checked_at=NOW,
    )
    return Flag.objects.create(certifier=by, partnership=of, cause=check, kind="known", raised_at=NOW)


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[str]]:
    """What the addresses of calls, fee schedules and flags have in their path; prepared by nobody of the house."""
    actor = manager(mine)
    held = certification(mine, number="RNCP49099")
    draft = draft_call(held, by=actor)
    opened = open_call(held, by=actor)
    unfrozen = schedule(mine, by=actor)
    line = unfrozen.lines.get(position=1)
    criterion = draft.criteria.get(position=1)
    calls_of = "certifier:recruitment-calls"
    fees_of = "certifier:recruitment-fees"
    drafts = ("-one", "-write", "-criterion-new", "-publish", "-copy", "-discard")
    return {
        **{f"{calls_of}{name}": [mine.code, draft.code] for name in drafts},
        **{f"{calls_of}{name}": [mine.code, opened.code] for name in ("-extend", "-close")},
        **{f"{calls_of}-criterion{name}": [mine.code, draft.code, criterion.code] for name in ("", "-remove", "-move")},
        **{
            f"{fees_of}{name}": [mine.code, unfrozen.code]
            for name in ("-one", "-title", "-line-new", "-freeze", "-discard")
        },
        **{f"{fees_of}-line{name}": [mine.code, unfrozen.code, line.code] for name in ("", "-remove")},
        "certifier:recruitment-flag": [mine.code, flag(theirs, mine).code],
        "public:calls-one": [opened.code],
    }
