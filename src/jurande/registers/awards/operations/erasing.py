"""Erasing what was issued: nothing of its holder is left in any row; the log, the status and the dates stay.

Rows go in the caller's transaction. Copies in files go right after, by a job that is run again until it is done: the
list of what was erased is kept in a file of the home, codes only, to be replayed on an older backup.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.spelling import fold
from jurande.integrations.inspection import Kind
from jurande.registers.awards.models import (
    Appearance,
    Award,
    AwardClaim,
    BulkAct,
    BulkItem,
    ClaimEvidence,
    Correction,
    CorrectionEvidence,
    Erasure,
    FormerAddress,
    FormerRecord,
    LegalHold,
    LotRow,
    Share,
    ShareItem,
    TakeoverRow,
    Withdrawal,
)
from jurande.registers.awards.models.claims import AwardClaimQuerySet
from jurande.registers.awards.operations.locking import lock_awards, lock_rows
from jurande.registers.awards.operations.shares import drop_from_shares
from jurande.registers.awards.operations.taking_away import forget_bundles_of
from jurande.registers.awards.policies.erasure import can_erase_award
from jurande.registers.awards.queries.retention import frozen_among, hold_on
from jurande.registers.awards.states.awards import AwardState, LotSource, LotState
from jurande.registers.awards.states.corrections import CorrectionState
from jurande.registers.awards.states.erasure import ErasureAct, ErasureCause
from jurande.registers.common import jobs
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence.models import Message
from jurande.registers.correspondence.operations import erase_letters_about
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations.retention import discard
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations.erasure import erase_many

SWEEP = "awards.sweep_erased"
_TABLES = (Kind.XLSX.value, Kind.ODS.value, Kind.CSV.value)
_OF_ONE = (LotSource.ONE, LotSource.APPLICATION)
_READ = (
    "pk",
    "code",
    "last_name",
    "certifier__code",
    "credential_id",
    "row_id",
    "holder_digest",
    "holder__code",
    "lot__reference",
    "lot__title",
    "lot__source",
)
_NOBODY = {
    "state": AwardState.ERASED,
    "first_name": "",
    "last_name": "",
    "birth_on": "",
    "birth_place": "",
    "email": "",
    "email_digest": "",
    "holder_digest": "",
    "results": "",
    "holder": None,
    "suspended_on": None,
    "shown_since_at": None,
}


class ErasureRefused(Refused):
    """This cannot be erased now."""


@transaction.atomic
def erase_award(*, award: Award, actor: Actor, now: datetime) -> list[Award]:
    """Erase it, and what it replaced: its holder wants it, for good. Give back all that was erased.

    Its number answers that it was withdrawn at its holder's request; a copy of it still tells whether it was revoked.
    :raises NotAllowed: not theirs, or erased already. :raises ErasureRefused: frozen by a procedure, or under way.
    """
    lock_awards([award.pk])
    row = Award.objects.select_related("holder", "certifier__organisation").get(pk=award.pk)
    require(can_erase_award(actor, row))
    return erase_wanted([row], by_code=actor.code, now=now)


def erase_wanted(wanted: Sequence[Award], *, by_code: str, now: datetime) -> list[Award]:
    """Erase these, locked by ``lock_awards``, and all that they replaced, in the transaction of who decided.

    Give back all that went.
    :raises ErasureRefused: one is frozen by a procedure, or under way: nothing goes.
    """
    rows = list({one.pk: one for row in wanted for one in (row, *_replaced_by(row))}.values())
    demand_free(rows, now=now)
    forget_awards([one.pk for one in rows], cause=ErasureCause.HOLDER, by_code=by_code, now=now)
    for one in rows:
        tell(one, ErasureAct.AWARD_ERASED, by_code=by_code, now=now)
    return rows


def demand_free(rows: Collection[Award], *, now: datetime) -> None:
    """Refuse as long as a procedure keeps one of these, or the lot of one is being issued. ``certifier`` is loaded.

    :raises ErasureRefused: then; it says until when, or whom to ask.
    """
    frozen = frozen_among([row.pk for row in rows], today=localdate(now))
    for row in rows:
        if row.pk in frozen:
            hold = hold_on(row, today=localdate(now))
            raise ErasureRefused(_frozen_until(row, hold))
        if row.lot is not None and row.lot.state == LotState.ISSUING:
            raise ErasureRefused(
                _("Le lot dont elle fait partie est encore en cours de délivrance. Réessayez dans quelques minutes.")
            )


def _frozen_until(row: Award, hold: LegalHold | None) -> str:
    words = {"house": row.certifier.name}
    if hold is None or hold.until_on is None:
        return str(
            _(
                "%(house)s doit la conserver tant qu’une procédure est en cours (règlement européen 2016/679, "
                "art. 17-3-e). Rien n’a été effacé. Réessayez plus tard, ou demandez-lui où elle en est."
            )
            % words
        )
    words["day"] = date_format(hold.until_on, "j F Y")
    return str(
        _(
            "%(house)s doit la conserver jusqu’au %(day)s, à cause d’une procédure en cours (règlement européen "
            "2016/679, art. 17-3-e). Rien n’a été effacé. Revenez après cette date."
        )
        % words
    )


def _replaced_by(row: Award) -> list[Award]:
    """All those that this one replaced, the last first: they say the same of the same person."""
    found: list[Award] = []
    former = row.replaces
    while former is not None:
        if former.state != AwardState.ERASED:
            found.append(former)
        former = former.replaces
    return found


def forget_awards(keys: Sequence[int], *, cause: ErasureCause, by_code: str, now: datetime) -> int:
    """Empty these awards, and every row that says something of their holders; the job that clears files is asked for.

    In the caller's transaction, who decided, checked what is frozen, and tells the journal. Those that are erased
    already stay so. Some thirty queries, whatever their number; tell how many went.
    :raises jurande.registers.seal.operations.erasure.ErasureRefused: one is not sealed yet.
    """
    rows = list(
        Award.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .exclude(state=AwardState.ERASED)
        .only(*_READ)
        .select_related("certifier", "holder", "lot")
        .order_by("pk")
    )
    if not rows:
        return 0
    found = [row.pk for row in rows]
    lock_what_is_said_of(found)
    erase_many(keys=[row.credential_id for row in rows if row.credential_id is not None], now=now)
    _forget_rows(rows)
    _forget_titles(rows)
    _forget_shares(found, by_code=by_code, now=now)
    forget_corrections(list(_corrections_of(found).values_list("pk", flat=True)), now=now)
    Withdrawal.objects.filter(award__in=found).update(note="")
    BulkItem.objects.filter(award__in=found).exclude(refusal="").update(refusal=str(_("Attestation effacée depuis.")))
    Appearance.objects.filter(award__in=found).delete()
    _forget_origins(found)
    forget_claims(list(_claims_of(found).values_list("pk", flat=True)), now=now)
    erase_letters_about(subject_kind="award", subject_codes=[row.code for row in rows], now=now)
    for certifier_code in {row.certifier.code for row in rows}:
        _discard_sheets(certifier_code, by_code=by_code, now=now)
    Award.objects.filter(pk__in=found).update(**_NOBODY, erased_at=now)
    Erasure.objects.bulk_create(
        [Erasure(award_id=pk, cause=cause, erased_at=now, erased_by_code=by_code) for pk in found], batch_size=500
    )
    for holder_code in {row.holder.code for row in rows if row.holder is not None}:
        transaction.on_commit(partial(forget_bundles_of, holder_code), robust=True)
    jobs.request(SWEEP, now=now)
    return len(found)


def lock_what_is_said_of(keys: Collection[int]) -> None:
    """Lock the links to these awards, what was asked about them and the letters: before the journal, which ends all."""
    items = ShareItem.objects.filter(award__in=keys)
    corrections, claims = _corrections_of(keys), _claims_of(keys)
    lock_rows(Share.objects.filter(pk__in=items.values("share")), corrections, claims)
    for kind, rows in (
        ("award", Award.objects.filter(pk__in=keys)),
        ("correction", corrections),
        ("award_claim", claims),
    ):
        lock_rows(Message.objects.filter(about_kind=kind, about_code__in=rows.values("code")).readable())


def tell(row: Award, act: ErasureAct, *, by_code: str, now: datetime) -> None:
    """One entry of the journal of its house."""
    record(
        chain=row.certifier.code,
        actor_code=by_code,
        action=act,
        subject_kind="award",
        subject_code=row.code,
        now=now,
    )


# --- what other rows say of them ------------------------------------------------------------------


def _forget_shares(keys: Sequence[int], *, by_code: str, now: datetime) -> None:
    """Take them out of the links that show them; one that shows nothing any more is stopped, and forgets its name."""
    items = ShareItem.objects.filter(award__in=keys).order_by("pk").select_related("award__certifier")
    shown = {item.award_id: item.award for item in items}
    shares = {item.share_id for item in items}
    for award in shown.values():
        drop_from_shares(award=award, actor=Actor(code=by_code), now=now)
    Share.objects.filter(pk__in=shares, items=None).update(title="")


def _corrections_of(keys: Collection[int]) -> QuerySet[Correction]:
    """What was asked to be mended in them, or made them."""
    return Correction.objects.filter(award__in=keys) | Correction.objects.filter(made__in=keys)


def forget_corrections(keys: Sequence[int], *, now: datetime) -> None:
    """Empty these requests, and throw away what was sent with them; what was still waiting is withdrawn."""
    rows = Correction.objects.filter(pk__in=keys)
    lock_rows(rows)
    for row in rows.filter(state=CorrectionState.ASKED).select_related("holder"):
        row.state, row.decided_at, row.decided_by_code = CorrectionState.WITHDRAWN, now, row.holder.code
        row.save(update_fields=["state", "decided_at", "decided_by_code"])
    rows.update(wanted="", words="", opinion="", reason="")
    discard_evidence(CorrectionEvidence.objects.filter(correction__in=keys), now=now)
    codes = list(rows.values_list("code", flat=True))
    erase_letters_about(subject_kind="correction", subject_codes=codes, now=now)


def _claims_of(keys: Collection[int]) -> AwardClaimQuerySet:
    """The claims that became these: each made a lot of its own, of one row."""
    lots = Award.objects.filter(pk__in=keys, lot__source=LotSource.APPLICATION).values("lot")
    return AwardClaim.objects.filter(lot__in=lots)


def forget_claims(keys: Sequence[int], *, now: datetime) -> None:
    """Empty these claims, which have their answer, and throw away the evidence given."""
    rows = AwardClaim.objects.filter(pk__in=keys)
    lock_rows(rows)
    rows.update(statement="", birth="", reasons="")
    discard_evidence(ClaimEvidence.objects.filter(claim__in=keys), now=now)
    codes = list(rows.values_list("code", flat=True))
    erase_letters_about(subject_kind="award_claim", subject_codes=codes, now=now)


def discard_evidence(rows: QuerySet[ClaimEvidence] | QuerySet[CorrectionEvidence], *, now: datetime) -> None:
    """Throw away for good what was sent to support these."""
    codes = list(rows.values_list("document__code", flat=True))
    rows.delete()
    for code in codes:
        discard(document_code=code, actor_code="", now=now)


def _forget_origins(keys: Sequence[int]) -> None:
    """What another platform said of them; their former addresses still answer, by their digest."""
    for row in FormerRecord.objects.filter(award__in=keys):
        row.external_id, row.record = "", ""
        row.save(update_fields=["external_id", "record"])
    FormerAddress.objects.filter(former__award__in=keys).update(address="")
    TakeoverRow.objects.filter(award__in=keys).update(cells="", plan="")


def _forget_rows(rows: Sequence[Award]) -> None:
    """The rows they were made from, and those about the same person in other lots that are over."""
    LotRow.objects.filter(pk__in=[row.row_id for row in rows if row.row_id]).update(holder_digest="", note="")
    digests = {row.holder_digest for row in rows if row.holder_digest}
    others = LotRow.objects.filter(holder_digest__in=digests, lot__state__in=(LotState.ISSUED, LotState.ABANDONED))
    others.update(cells="", values="", holder_digest="", note="")


def _forget_titles(rows: Sequence[Award]) -> None:
    """What people called a lot or a list of awards may be the name of somebody in it."""
    for row in rows:
        lot = row.lot
        if lot is None or lot.title == lot.reference:
            continue
        if lot.source in _OF_ONE or (row.last_name and fold(row.last_name) in fold(lot.title)):
            lot.title = lot.reference
            lot.save(update_fields=["title"])
    keys = [row.pk for row in rows]
    for bulk in BulkAct.objects.filter(items__award__in=keys).distinct():
        if any(row.last_name and fold(row.last_name) in fold(bulk.title) for row in rows):
            bulk.title = str(_("Une sélection"))
            bulk.save(update_fields=["title"])


def _discard_sheets(certifier_code: str, *, by_code: str, now: datetime) -> None:
    """The spreadsheets of lots that ended, which would go in the night: they name the person and many others."""
    ended = Document.objects.of_certifier(certifier_code).filter(kind__in=_TABLES, retention_until__isnull=False)
    for code in list(ended.held_by_nothing().values_list("code", flat=True)):
        discard(document_code=code, actor_code=by_code, now=now)
