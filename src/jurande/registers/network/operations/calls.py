"""Calls: written as drafts, published by somebody else, prolonged, closed; and copied to make the next one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.departements import DEPARTEMENTS
from jurande.core.france.referentiels import Gap
from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.operations.lines import clean
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.network.emails.calls import call_closed
from jurande.registers.network.models import Application, Call, CallCriterion, FeeSchedule
from jurande.registers.network.policies import calls as policies
from jurande.registers.network.queries.calls import missing_of, published_version
from jurande.registers.network.states import CALL_LIFE, CallState, CloseReason, HabilitationKind
from jurande.registers.network.states import CallAct as Act
from jurande.registers.parties.operations import next_reference
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import DocumentKind

SERIES = "APPEL"
MOST_CRITERIA = 40
MOST_COMMITMENTS = 20
MOST_COMMITMENT = 300
FARTHEST = timedelta(days=5 * 366)
# Field → the least and the most it may be; None is allowed where it says «without limit».
BOUNDS = {
    "places": (1, 10_000),
    "probation_sittings": (0, 50),
    "first_limit": (1, 100_000),
    "charter_weight": (0, 10),
    "appeal_days": (0, 365),
    "divergence_points": (1, 4),
}


class CallRefused(Refused):
    """This call cannot be written, published, prolonged or closed so."""


class CallChanged(CallRefused):
    """Somebody else wrote in it since it was read."""


class CallIncomplete(CallRefused):
    """Everything that a call lacks before it can be published is in ``gaps``."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        """Keep the list for the screen."""
        super().__init__(
            _("Cet appel n’est pas complet\u00a0: %(what)s.") % {"what": "\u00a0; ".join(gap.what for gap in gaps)}
        )
        self.gaps = list(gaps)


@dataclass(frozen=True)
class Terms:
    """What a call says, its criteria aside; the fields are those of ``Call``."""

    title: str
    text: str = ""
    kinds: Sequence[str] = ()
    blocs: Sequence[str] = ()
    territory: Sequence[str] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    places: int | None = None
    probation_sittings: int = 0
    first_limit: int | None = None
    growth: str = ""
    fee_schedule: FeeSchedule | None = None
    charter: Sequence[str] = ()
    charter_weight: int = 0
    appeal_days: int = 30
    divergence_points: int = 2


@dataclass(frozen=True)
class Wanted:
    """One criterion as it is given; the fields are those of ``CallCriterion``."""

    title: str
    help: str = ""
    weight: int = 1
    is_knockout: bool = False
    evidence: str = ""
    evidence_kinds: Sequence[str] = ()
    needs_document: bool = False


# --- drafts -------------------------------------------------------------------------------------


@transaction.atomic
def start_call(*, certification: Certification, title: str, actor: Actor, now: datetime) -> Call:
    """Begin a call for a certification, with nothing in it yet; it opens today unless it is said otherwise.

    :raises NotAllowed: who may not manage calls. :raises CallRefused: no title, or a certification that is retired or
    whose référentiel was never published.
    """
    require(policies.can_manage_calls(actor, certification.certifier))
    version = published_version(certification)
    if version is None or certification.is_retired:
        raise CallRefused(
            _("Un appel se juge sur un référentiel publié. Publiez d’abord celui de %(reference)s.")
            % {"reference": certification.reference},
            field="certification",
        )
    call = _new(certification, title, actor, now)
    call.opens_on = localdate(now)
    call.kinds = [HabilitationKind.BOTH]
    call.save(force_insert=True)
    _told(Act.CALL_STARTED, call, actor, now)
    return call


@transaction.atomic
def copy_call(*, call: Call, actor: Actor, now: datetime) -> Call:
    """Begin a call like another one, its dates aside; what is no longer possible in it is left out.

    :raises NotAllowed: who may not manage calls. :raises CallRefused: the certification is retired.
    """
    require(policies.can_manage_calls(actor, call.certifier))
    if call.certification.is_retired:
        raise CallRefused(_("Cette certification est retirée\u00a0: elle ne recrute plus."))
    copied = _new(call.certification, call.title, actor, now)
    known = _lineages(call.certification)
    for one in fields(Terms):
        setattr(copied, one.name, getattr(call, one.name))
    copied.blocs = [lineage for lineage in call.blocs if lineage in known]
    copied.opens_on, copied.closes_on = localdate(now), None
    if copied.fee_schedule is not None and not copied.fee_schedule.is_frozen:
        copied.fee_schedule = None
    copied.save(force_insert=True)
    for criterion in call.criteria.order_by("position"):
        _criterion(copied, criterion.position, wanted_of(criterion)).save(force_insert=True)
    _told(Act.CALL_STARTED, copied, actor, now)
    return copied


@transaction.atomic
def write_call(*, call: Call, terms: Terms, revision: int, actor: Actor, now: datetime) -> Call:
    """Replace what a draft says, its criteria aside.

    :raises NotAllowed: who may not manage calls, or a published call. :raises CallRefused: what cannot be: a bloc or
    a département that does not exist, dates reversed, a number out of bounds, a schedule that is not frozen.
    :raises CallChanged: written by somebody else since ``revision``.
    """
    draft = _opened(call, actor, revision)
    _demand_possible(draft, terms, localdate(now))
    for name, value in _cleaned(terms).items():
        setattr(draft, name, value)
    return _written(draft, actor, now)


@transaction.atomic
def discard_call(*, call: Call, actor: Actor, now: datetime) -> None:
    """Throw a draft away.

    :raises NotAllowed: as ``write_call``.
    """
    draft = _opened(call, actor)
    _told(Act.CALL_DISCARDED, draft, actor, now)
    draft.delete()


@transaction.atomic
def add_criterion(*, call: Call, wanted: Wanted, revision: int, actor: Actor, now: datetime) -> CallCriterion:
    """Add a criterion at the end.

    :raises NotAllowed: as ``write_call``. :raises CallRefused: no title, too many, a weight out of bounds.
    :raises CallChanged: as ``write_call``.
    """
    draft = _opened(call, actor, revision)
    count = draft.criteria.count()
    if count >= MOST_CRITERIA:
        raise CallRefused(_("Un appel a %(most)d conditions au plus.") % {"most": MOST_CRITERIA})
    criterion = _criterion(draft, count + 1, wanted)
    criterion.save(force_insert=True)
    _written(draft, actor, now)
    return criterion


@transaction.atomic
def change_criterion(
    *, criterion: CallCriterion, wanted: Wanted, revision: int, actor: Actor, now: datetime
) -> CallCriterion:
    """Replace a criterion of a draft.

    :raises NotAllowed, CallRefused, CallChanged: as ``add_criterion``.
    """
    draft = _opened(criterion.call, actor, revision)
    held = draft.criteria.filter(pk=criterion.pk).first()
    if held is None:
        raise CallRefused(_("Cette condition a été retirée. Rechargez la page."))
    changed = _criterion(draft, held.position, wanted)
    changed.pk, changed.code = held.pk, held.code
    changed.save(force_update=True)
    _written(draft, actor, now)
    return changed


@transaction.atomic
def remove_criterion(*, criterion: CallCriterion, actor: Actor, now: datetime) -> None:
    """Take a criterion out of a draft; one that is gone already is gone.

    :raises NotAllowed: as ``write_call``.
    """
    draft = _opened(criterion.call, actor)
    draft.criteria.filter(pk=criterion.pk).delete()
    _renumber(list(draft.criteria.order_by("position")))
    _written(draft, actor, now)


@transaction.atomic
def move_criterion(*, criterion: CallCriterion, place: int, actor: Actor, now: datetime) -> None:
    """Put a criterion of a draft at ``place`` (from 1); beyond the ends is the nearest end.

    :raises NotAllowed: as ``write_call``.
    """
    draft = _opened(criterion.call, actor)
    others = list(draft.criteria.exclude(pk=criterion.pk).order_by("position"))
    held = draft.criteria.filter(pk=criterion.pk).first()
    if held is None:
        return
    where = min(max(place, 1), len(others) + 1) - 1
    _renumber([*others[:where], held, *others[where:]])
    _written(draft, actor, now)


# --- published calls ----------------------------------------------------------------------------


@transaction.atomic
def publish_call(*, call: Call, revision: int, actor: Actor, now: datetime) -> Call:
    """Open a call: everybody may read it, and what it asks no longer changes.

    :raises NotAllowed: who may not manage calls, or who wrote in it. :raises CallChanged: it is no longer what was
    read, or somebody published it meanwhile. :raises CallIncomplete: with everything that is missing.
    """
    draft = _locked(call)
    if not draft.is_draft:
        raise CallChanged(_("Cet appel est déjà publié. Rien n’a été changé."))
    require(policies.can_publish_call(actor, draft))
    _demand_revision(draft, revision)
    if gaps := missing_of(draft, localdate(now)):
        raise CallIncomplete(gaps)
    draft.state = CALL_LIFE.after(draft.state, "publish")
    draft.referentiel = published_version(draft.certification)
    draft.published_at, draft.published_by_code = now, actor.code
    draft.save(update_fields=["state", "referentiel", "published_at", "published_by_code"])
    _told(Act.CALL_PUBLISHED, draft, actor, now, digest=digest_of(draft))
    return draft


@transaction.atomic
def extend_call(*, call: Call, closes_on: date | None, text: str, revision: int, actor: Actor, now: datetime) -> Call:
    """Give more time (None: no last day), and explain better; nothing that is judged changes.

    :raises NotAllowed: who may not manage calls. :raises CallRefused: not open, or a day before the one announced.
    :raises CallChanged: written by somebody else since ``revision``.
    """
    held = _locked(call)
    require(policies.can_close_call(actor, held))
    _demand_open(held)
    _demand_revision(held, revision)
    if closes_on is not None:
        former = held.closes_on
        if closes_on < localdate(now) or (former is not None and closes_on < former):
            raise CallRefused(
                _("La clôture peut être repoussée, jamais avancée\u00a0: des candidats comptent sur cette date."),
                field="closes_on",
            )
        _demand_near(closes_on, localdate(now), "closes_on")
    if not (said := clean(text, lines=True)):
        raise CallRefused(_("Gardez une présentation\u00a0: c’est ce que les candidats lisent d’abord."), field="text")
    held.closes_on, held.text = closes_on, said
    held.revision += 1
    held.save(update_fields=["closes_on", "text", "revision"])
    _told(Act.CALL_EXTENDED, held, actor, now, digest=hashlib.sha256(said.encode()).hexdigest())
    return held


@transaction.atomic
def close_call(*, call: Call, reason: CloseReason, note: str, actor: Actor, now: datetime) -> Call:
    """Take no more applications; those submitted go on, and whoever was still writing one is told.

    :raises NotAllowed: who may not manage calls. :raises CallRefused: not open, or closed by somebody else meanwhile.
    """
    held = _locked(call)
    require(policies.can_close_call(actor, held))
    _demand_open(held)
    held.state = CALL_LIFE.after(held.state, "close")
    held.closed_at, held.closed_by_code = now, actor.code
    held.close_reason, held.close_note = CloseReason(reason), clean(note, lines=True)
    held.save(update_fields=["state", "closed_at", "closed_by_code", "close_reason", "close_note"])
    for draft in Application.objects.drafts().filter(targets__call=held).select_related("applicant").order_by("pk"):
        correspondence.send(call_closed(held, draft), now=now)
    _told(Act.CALL_CLOSED, held, actor, now, reason_code=held.close_reason)
    return held


# --- what both need -----------------------------------------------------------------------------


def wanted_of(criterion: CallCriterion) -> Wanted:
    """A criterion as it would be given."""
    return Wanted(**{one.name: getattr(criterion, one.name) for one in fields(Wanted)})


def digest_of(call: Call) -> str:
    """The SHA-256 of what applicants are judged on, for the journal."""
    terms: dict[str, Any] = {one.name: getattr(call, one.name) for one in fields(Terms)}
    terms["fee_schedule"] = call.fee_schedule.code if call.fee_schedule else ""
    terms["referentiel"] = call.referentiel.digest if call.referentiel else ""
    terms["criteria"] = [asdict(wanted_of(one)) for one in call.criteria.order_by("position")]
    return hashlib.sha256(json.dumps(terms, sort_keys=True, default=str).encode()).hexdigest()


def _new(certification: Certification, title: str, actor: Actor, now: datetime) -> Call:
    return Call(
        certifier=certification.certifier,
        certification=certification,
        reference=next_reference(certifier=certification.certifier, series=SERIES, on=localdate(now)),
        title=_titled(title),
        author_codes=[actor.code],
        started_at=now,
        started_by_code=actor.code,
    )


def _titled(title: str) -> str:
    named = clean(title)
    if not named or len(named) > 200:
        raise CallRefused(_("Donnez un intitulé, de 200 caractères au plus."), field="title")
    return named


def _demand_possible(call: Call, terms: Terms, today: date) -> None:
    if unknown := [kind for kind in terms.kinds if kind not in HabilitationKind.values]:
        raise CallRefused(
            _("«\u00a0%(kind)s\u00a0» n’est pas une habilitation.") % {"kind": unknown[0][:20]}, field="kinds"
        )
    if unknown := [code for code in terms.territory if code not in DEPARTEMENTS]:
        raise CallRefused(
            _("«\u00a0%(code)s\u00a0» n’est pas un département. Écrivez par exemple 13, 2A ou 974.")
            % {"code": unknown[0][:20]},
            field="territory",
        )
    if set(terms.blocs) - _lineages(call.certification):
        raise CallRefused(_("Un bloc choisi n’est pas dans la version publiée. Rechargez la page."), field="blocs")
    if terms.opens_on and terms.closes_on and terms.closes_on < terms.opens_on:
        raise CallRefused(_("La clôture vient avant l’ouverture. Vérifiez les deux dates."), field="closes_on")
    for name in ("opens_on", "closes_on"):
        if (day := getattr(terms, name)) is not None:
            _demand_near(day, today, name)
    for name, (least, most) in BOUNDS.items():
        value = getattr(terms, name)
        if value is not None and not least <= value <= most:
            raise CallRefused(
                _("Un nombre de %(least)d à %(most)d est attendu.") % {"least": least, "most": most}, field=name
            )
    chosen = terms.fee_schedule
    if chosen is not None and (chosen.certifier_id != call.certifier_id or not chosen.is_frozen):
        raise CallRefused(
            _("Ce barème n’est pas figé, ou ne l’est plus. Choisissez-en un autre."), field="fee_schedule"
        )
    if len(terms.charter) > MOST_COMMITMENTS or any(len(line) > MOST_COMMITMENT for line in terms.charter):
        raise CallRefused(
            _("La charte a %(most)d engagements au plus, de %(long)d caractères chacun.")
            % {"most": MOST_COMMITMENTS, "long": MOST_COMMITMENT},
            field="charter",
        )


def _demand_near(day: date, today: date, name: str) -> None:
    if abs(day - today) > FARTHEST:
        raise CallRefused(_("Cette date n’est pas vraisemblable. Vérifiez l’année."), field=name)


def _cleaned(terms: Terms) -> dict[str, Any]:
    said = {one.name: getattr(terms, one.name) for one in fields(Terms)}
    said["title"] = _titled(terms.title)
    said["text"], said["growth"] = clean(terms.text, lines=True), clean(terms.growth, lines=True)
    said["kinds"] = [kind for kind in HabilitationKind.values if kind in set(terms.kinds)]
    said["blocs"] = list(dict.fromkeys(terms.blocs))
    said["territory"] = [code for code in DEPARTEMENTS if code in set(terms.territory)]
    said["charter"] = [line for line in (clean(line) for line in terms.charter) if line]
    return said


def _lineages(certification: Certification) -> set[str]:
    version = published_version(certification)
    return set(version.blocs.values_list("lineage", flat=True)) if version else set()


def _criterion(call: Call, position: int, wanted: Wanted) -> CallCriterion:
    title = clean(wanted.title)
    if not title or len(title) > 200:
        raise CallRefused(_("Dites ce qui est demandé, en 200 caractères au plus."), field="title")
    if not 1 <= wanted.weight <= 10:
        raise CallRefused(_("Un poids va de 1 à 10."), field="weight")
    if unknown := [kind for kind in wanted.evidence_kinds if kind not in DocumentKind.values]:
        raise CallRefused(
            _("«\u00a0%(kind)s\u00a0» n’est pas une nature de pièce.") % {"kind": unknown[0][:20]},
            field="evidence_kinds",
        )
    if wanted.needs_document and not wanted.evidence_kinds:
        raise CallRefused(
            _("Une pièce est obligatoire\u00a0: dites au moins une nature de pièce qui répond."), field="evidence_kinds"
        )
    return CallCriterion(
        call=call,
        position=position,
        title=title,
        help=clean(wanted.help, lines=True),
        weight=wanted.weight,
        is_knockout=wanted.is_knockout,
        evidence=clean(wanted.evidence, lines=True),
        evidence_kinds=[kind for kind in DocumentKind.values if kind in set(wanted.evidence_kinds)],
        needs_document=wanted.needs_document,
    )


def _renumber(criteria: Sequence[CallCriterion]) -> None:
    """Number them from 1; through numbers that nobody has, as two may never share one."""
    for base in (len(criteria) + MOST_CRITERIA, 0):
        for position, criterion in enumerate(criteria, start=base + 1):
            criterion.position = position
            criterion.save(update_fields=["position"])


def _locked(call: Call) -> Call:
    held = (
        Call.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier", "certification__certifier", "fee_schedule", "referentiel")
        .filter(pk=call.pk)
        .first()
    )
    if held is None:
        raise CallRefused(_("Cet appel a été abandonné par quelqu’un d’autre."))
    return held


def _opened(call: Call, actor: Actor, revision: int | None = None) -> Call:
    draft = _locked(call)
    require(policies.can_edit_call(actor, draft))
    if revision is not None:
        _demand_revision(draft, revision)
    return draft


def _demand_revision(call: Call, revision: int) -> None:
    if call.revision != revision:
        raise CallChanged(
            _("Quelqu’un a changé cet appel pendant que vous le lisiez. Relisez-le, puis enregistrez de nouveau.")
        )


def _demand_open(call: Call) -> None:
    if call.state != CallState.OPEN:
        raise CallRefused(_("Cet appel n’est pas ouvert. Rechargez la page."))


def _written(draft: Call, actor: Actor, now: datetime) -> Call:
    draft.revision += 1
    if actor.code not in draft.author_codes:
        draft.author_codes = [*draft.author_codes, actor.code]
    draft.save()
    _told(Act.CALL_CHANGED, draft, actor, now)
    return draft


def _told(act: Act, call: Call, actor: Actor, now: datetime, *, digest: str = "", reason_code: str = "") -> None:
    record(
        chain=call.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="call",
        subject_code=call.code,
        reason_code=reason_code,
        digest=digest,
        now=now,
    )
