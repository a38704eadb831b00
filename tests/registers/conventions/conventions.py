"""Clauses and conventions for tests, in the words of the field, made through the operations."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.conventions.models import ClauseSet, Convention
from jurande.registers.conventions.operations import additions, clauses, drafting, recording, renewing, sending
from jurande.registers.conventions.operations.drafting import Mentions, Scope
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.network import calls
from tests.replay import replayed

WHOLE = Mentions(
    purpose="both",
    valid_from=date(2026, 4, 1),
    valid_until=date(2029, 3, 31),
    counterpart="schedule",
    counterpart_terms="Le droit d’entrée est dû une fois.",
    subcontracting="allowed",
    subcontracting_terms="Le partenaire demande l’accord écrit du certificateur avant chaque sous-traitance.",
    technical_means="Un atelier de douze postes, outillé comme le référentiel le demande.",
    teaching_means="Deux formateurs agréés, des supports relus chaque année.",
    supervision_means="Une responsable pédagogique présente chaque jour.",
    apprenticeship="none",
    partner_signer_name="Karim Benali",
    partner_signer_quality="président",
    partner_signer_email="karim.benali@exemple.fr",
    certifier_signer_name="Hélène Rouvière",
    certifier_signer_quality="directrice générale",
)


@replayed
def preparer(house: Certifier) -> Actor:
    """A network manager of this house, new each time."""
    return factories.actor_of(factories.member(Role.NETWORK_MANAGER, of=house), house)


@replayed
def signatory(house: Certifier) -> Person:
    """Somebody who signs for this house, the one there is when there is one."""
    held = house.memberships.in_force().filter(role=Role.SIGNATORY).select_related("person").first()
    return held.person if held else factories.member(Role.SIGNATORY, of=house)


@replayed
def published_clauses(house: Certifier) -> ClauseSet:
    """The standard clauses, published by another person; those in use when there are some."""
    used = ClauseSet.objects.filter(certifier=house).published().first()
    if used is not None:
        return used
    draft = clauses.start_clause_set(certifier=house, actor=preparer(house), now=NOW)
    publisher = factories.actor_of(signatory(house), house)
    return clauses.publish_clause_set(clause_set=draft, actor=publisher, now=NOW)


@replayed
def certification(house: Certifier, number: str = "RNCP49021") -> Certification:
    """A certification whose référentiel is published, the one there is when there is one."""
    held = house.certifications.filter(versions__state=ReferentielState.PUBLISHED).order_by("pk").first()
    return held or calls.certification(house, number=number)


@replayed
def draft(
    partnership: Partnership | None = None, *, by: Actor | None = None, now: datetime = NOW, **changed: object
) -> Convention:
    """A convention with nothing missing, not sent; ``changed``: mentions written otherwise."""
    partnership = partnership or factories.partnership()
    house = partnership.certifier
    by = by or preparer(house)
    published_clauses(house)
    convention = drafting.prepare(partnership=partnership, actor=by, now=now)
    certified = certification(house)
    version = certified.versions.get(state=ReferentielState.PUBLISHED)
    drafting.set_scopes(
        convention=convention, scopes=[Scope(certified, version, "both", (), ("13", "84"))], actor=by, now=now
    )
    convention.refresh_from_db()
    said = {**vars(WHOLE), "certifier_signer_email": signatory(house).email, **changed}
    needs_fees = said["counterpart"] == "schedule"
    return drafting.set_mentions(
        convention=convention,
        mentions=Mentions(**said),
        fee_schedule=(house.fee_schedules.filter(state="frozen").first() or calls.frozen_schedule(house))
        if needs_fees
        else None,
        revision=convention.revision,
        actor=by,
        now=now,
    )


@replayed
def sent(partnership: Partnership | None = None, *, now: datetime = NOW, **changed: object) -> Convention:
    """A convention that waits for its signatures."""
    partnership = partnership or factories.partnership()
    by = preparer(partnership.certifier)
    convention = draft(partnership, by=by, now=now, **changed)
    return sending.send(convention=convention, revision=convention.revision, actor=by, now=now)


@replayed
def in_force(partnership: Partnership | None = None, **changed: object) -> Convention:
    """A convention that binds both, as if both had signed: the signatures are another module's affair."""
    convention = sent(partnership, **changed)
    Convention.objects.filter(pk=convention.pk).update(
        state="in_force", concluded_on=convention.valid_from, in_force_on=convention.valid_from
    )
    convention.refresh_from_db()
    return convention


def addresses(mine: Certifier, theirs: Partnership) -> dict[str, list[object]]:
    """The codes in the addresses of the certifier's pages: a convention at each stage, and a draft of clauses."""
    by = preparer(mine)
    held, waiting, alive = draft(theirs, by=by), sent(theirs), in_force(theirs)
    abroad = recording.prepare_elsewhere(partnership=theirs, actor=by, now=NOW)
    written = clauses.start_clause_set(certifier=mine, actor=by, now=NOW)
    clause = written.clauses.get(key="qualite")
    standard = held.clause_set.clauses.get(key="qualite")
    own = additions.write_free_clause(
        convention=held, replaces=standard, title="Qualité", body="Autrement.", actor=by, now=NOW
    )
    annex = additions.add_annex(
        convention=held,
        kind="other",
        title="Note",
        content=BytesIO(b"Une ligne."),
        filename="note.txt",
        actor=by,
        now=NOW,
    )
    run = renewing.request_renewals(
        certifier=mine,
        conventions=[alive],
        valid_from=date(2029, 4, 1),
        valid_until=date(2032, 3, 31),
        sends=False,
        actor=by,
        now=NOW,
    )
    pages = {name: [mine.code, held.code] for name in OF_A_DRAFT}
    in_clauses = {name: [mine.code, written.code] for name in ("one", "add", "publish", "discard")}
    on_a_clause = {name: [mine.code, written.code, clause.code] for name in ("write", "move", "remove")}
    of_clauses = {f"clauses-{name}": codes for name, codes in {**in_clauses, **on_a_clause}.items()}
    others = {
        "renewal": [mine.code, run.code],
        "page": [mine.code, held.code, 1],
        "own-restore": [mine.code, held.code, own.code],
        "annex": [mine.code, held.code, annex.code],
        "annex-remove": [mine.code, held.code, annex.code],
        "take-back": [mine.code, waiting.code],
        "follow": [mine.code, alive.code],
        "record": [mine.code, abroad.code],
    }
    return {f"certifier:conventions-{name}": codes for name, codes in {**pages, **of_clauses, **others}.items()}


OF_A_DRAFT = ("one", "look", "pdf", "mentions", "scopes", "own", "own-write", "annex-add", "send", "abandon")
