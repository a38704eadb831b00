"""An award given again: corrected, it replaces the former, which is revoked; renewed, it follows the former."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france.award_sheets import FIRST_DAY, LAST_DAY, Frame, read_row
from jurande.integrations.typesetting.coverage import undrawable
from jurande.registers.awards.emails import life as emails
from jurande.registers.awards.facts import credentials as facts
from jurande.registers.awards.facts.credentials import Results
from jurande.registers.awards.facts.delegation import Authority, authority_in
from jurande.registers.awards.facts.receiving import holder_url
from jurande.registers.awards.models import Award, AwardRule, Renewal, new_number
from jurande.registers.awards.models.people import email_digest, person_digest
from jurande.registers.awards.operations import life
from jurande.registers.awards.operations.following import carry_over
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.policies.life import can_correct_award, can_renew_award
from jurande.registers.awards.queries.languages import language_of
from jurande.registers.awards.states.awards import AwardState, Origin
from jurande.registers.awards.states.corrections import CorrectionKind
from jurande.registers.awards.states.designs import Subject
from jurande.registers.awards.states.life import LifeAct, LifeMove
from jurande.registers.common.codes import new_code
from jurande.registers.common.verdicts import require
from jurande.registers.network.states import HabilitationState
from jurande.registers.parties.policies import Actor
from jurande.registers.seal.operations.credentials import hold_places, issue
from jurande.registers.seal.states import Reason


@dataclass(frozen=True)
class Said:
    """What an award says of its holder and of its days; ``birth_on``: ISO or empty. ``grade``: note or mention."""

    first_name: str
    last_name: str
    birth_on: str
    birth_place: str
    email: str
    grade: str
    awarded_on: date
    valid_until: date | None

    @classmethod
    def by(cls, award: Award) -> Said:
        """What it says now."""
        return cls(
            first_name=award.first_name,
            last_name=award.last_name,
            birth_on=award.birth_on,
            birth_place=award.birth_place,
            email=award.email,
            grade=Results.from_text(award.results).grade,
            awarded_on=award.awarded_on,
            valid_until=award.valid_until,
        )


@transaction.atomic
def correct_award(
    *,
    award: Award,
    said: Said,
    reason: Reason,
    note: str,
    asked: CorrectionKind | None = None,
    actor: Actor,
    now: datetime,
) -> Award:
    """Issue a corrected award, revoke the former as superseded, link the two, write to the holder: one act.

    The public page of the former leads to the new one, which stands as the former stood: one that is over stays over,
    one that is suspended stays suspended; links, renewals and the showcase follow (``following``). ``note``: what was
    corrected, which the holder reads. ``asked``: what they asked for, None when the house corrects of itself.
    :raises NotAllowed: who may withdraw, and somebody else than who issued it, unless the house relaxed that.
    :raises LifeRefused: revoked or replaced, issued elsewhere, nothing changed, or something said wrong.
    :raises IssueRefused: it cannot be signed. :raises SealingStopped: nothing can.
    """
    require(can_correct_award(actor, award))
    given = life.checked_note(note)
    life.check_reason(LifeMove.REPLACE, reason)
    former = _reissuable(award, AwardState.ISSUED, AwardState.SUSPENDED)
    # Before the journal, which the revocation holds: whoever issues meanwhile has places and waits for the journal.
    hold_places(former.certifier)
    today, suspended_on = localdate(now), former.suspended_on
    checked = _checked(said, former, today)
    if checked == Said.by(former):
        raise LifeRefused(_("Rien ne change\u00a0: corrigez au moins une chose, ou revenez à l’attestation."))
    if checked.valid_until is not None and checked.valid_until < today and checked.valid_until != former.valid_until:
        raise LifeRefused(
            _("Cette fin est déjà passée. Gardez celle d’aujourd’hui, ou choisissez un jour à venir."),
            field="valid_until",
        )
    life.decide(LifeMove.REPLACE, former, reason, given, actor, now)
    made = _issued_again(former, checked, actor, now, replaces=former)
    followed = carry_over(former=former, made=made, suspended_on=suspended_on, asked=asked, actor=actor, now=now)
    letters = emails.replaced(former, made, followed, url=holder_url(made), note=given, language=language_of(made))
    life.write(letters, now=now)
    life.tell(LifeAct.REPLACED, former, actor, now, reason=reason, note=given)
    life.settle_after_commit(now)
    return made


@transaction.atomic
def renew_award(*, award: Award, awarded_on: date, valid_until: date, actor: Actor, now: datetime) -> Award:
    """Issue the same once more, from ``awarded_on``, until ``valid_until`` (its last day); the former stays as it is.

    :raises NotAllowed: who approves or issues, and somebody else than who issued it, unless the house relaxed that.
    :raises LifeRefused: without an end, not in force, renewed already, issued elsewhere, or days that cannot be.
    :raises IssueRefused: it cannot be signed. :raises SealingStopped: nothing can.
    """
    require(can_renew_award(actor, award))
    former = _reissuable(award, AwardState.ISSUED)
    today = localdate(now)
    if former.valid_until is None:
        raise LifeRefused(_("Cette attestation n’a pas de fin\u00a0: il n’y a rien à renouveler."))
    if Renewal.objects.filter(former=former).exists():
        raise LifeRefused(_("Cette attestation est déjà renouvelée\u00a0: agissez sur la nouvelle."))
    if not former.awarded_on <= awarded_on <= today:
        raise LifeRefused(
            _("Le renouvellement date d’aujourd’hui ou d’avant, et d’après l’obtention."), field="awarded_on"
        )
    if valid_until <= max(former.valid_until, today):
        raise LifeRefused(_("La nouvelle fin doit être après l’ancienne, et après aujourd’hui."), field="valid_until")
    _demand_an_end(valid_until)
    said = replace(Said.by(former), awarded_on=awarded_on, valid_until=valid_until)
    made = _issued_again(former, said, actor, now)
    Renewal(former=former, award=made, decided_at=now, decided_by_code=actor.code).save(force_insert=True)
    letters = emails.renewed(former, made, url=holder_url(made), until=valid_until, language=language_of(made))
    life.write(letters, now=now)
    life.tell(LifeAct.RENEWED, former, actor, now)
    life.settle_after_commit(now)
    return made


def may_be_replaced(award: Award) -> bool:
    """Whether a corrected one can be made of it: issued here, not withdrawn for good; it may be over."""
    return award.origin != Origin.ELSEWHERE and award.state in (AwardState.ISSUED, AwardState.SUSPENDED)


def may_be_renewed(award: Award) -> bool:
    """Whether it can be given again: issued here, not withdrawn, with an end, not given again yet."""
    is_open = award.origin != Origin.ELSEWHERE and award.state == AwardState.ISSUED
    return is_open and award.valid_until is not None and not Renewal.objects.filter(former=award).exists()


# --- parts ----------------------------------------------------------------------------------------


def _reissuable(award: Award, *states: AwardState) -> Award:
    """The award, locked, when another can be made of it in one of these states."""
    life.locked(award)
    row = Award.objects.select_related(
        "certifier__organisation",
        "certification__certifier__organisation",
        "certification__fiche",
        "referentiel__certification__certifier__organisation",
        "referentiel__certification__fiche",
        "credential__certifier",
        "design",
        "partnership__site__organisation",
        "habilitation__credential",
        "habilitation__partnership__site__organisation",
        "holder",
    ).get(pk=award.pk)
    if row.origin == Origin.ELSEWHERE:
        raise LifeRefused(
            _("Elle a été délivrée ailleurs\u00a0: délivrez-la ici comme une nouvelle, puis révoquez celle-ci.")
        )
    if row.state in states:
        return row
    if row.state == AwardState.SUSPENDED:
        raise LifeRefused(_("Cette attestation est suspendue\u00a0: levez d’abord la suspension, ou révoquez-la."))
    raise LifeRefused(_("Cette attestation n’est plus en vigueur\u00a0: rien ne peut en être tiré."))


def _checked(said: Said, former: Award, today: date) -> Said:
    """Read what was typed as the rows of a sheet are read.

    :raises LifeRefused: beside the field, with what to mend.
    """
    texts: Mapping[str, str] = {
        name: text.strip() for name, text in asdict(said).items() if isinstance(text, str) and text.strip()
    }
    frame = Frame(
        today=today,
        awarded_on=said.awarded_on,
        needs_birth=former.design is not None and former.design.subject == Subject.CERTIFICATION,
        undrawable=undrawable,
    )
    read = read_row(texts, frame)
    for fault in read.faults:
        raise LifeRefused(fault.sentence(texts.get(fault.column, "")), field=fault.column)
    if said.awarded_on > today:
        raise LifeRefused(_("La date d’obtention est dans l’avenir. Vérifiez-la."), field="awarded_on")
    if said.awarded_on < min(FIRST_DAY, former.awarded_on):
        raise LifeRefused(_("Cette date d’obtention n’est pas vraisemblable. Vérifiez l’année."), field="awarded_on")
    if former.decided_on is not None and said.awarded_on < former.decided_on:
        raise LifeRefused(_("L’obtention ne peut pas précéder la décision. Vérifiez la date."), field="awarded_on")
    if said.valid_until is not None:
        _demand_an_end(said.valid_until)
    if said.valid_until is not None and said.valid_until < said.awarded_on:
        raise LifeRefused(_("La fin de validité est avant l’obtention. Vérifiez les deux dates."), field="valid_until")
    return Said(
        first_name=read.values["first_name"],
        last_name=read.values["last_name"],
        birth_on=read.values.get("birth_on", ""),
        birth_place=read.values.get("birth_place", ""),
        email=read.values.get("email", ""),
        grade=read.values.get("grade", ""),
        awarded_on=said.awarded_on,
        valid_until=said.valid_until,
    )


def _demand_an_end(valid_until: date) -> None:
    if valid_until > LAST_DAY:
        raise LifeRefused(
            _("Cette fin est trop loin\u00a0: vérifiez l’année. Une attestation sans fin n’en porte aucune."),
            field="valid_until",
        )


def _authority(former: Award) -> Authority | None:
    """What the new credential holds of the partner that assessed, as long as its habilitation is active."""
    held = former.habilitation
    return authority_in(held) if held is not None and held.state == HabilitationState.ACTIVE else None


def _issued_again(former: Award, said: Said, actor: Actor, now: datetime, replaces: Award | None = None) -> Award:
    """Make and seal an award with the terms of another: its design, its version, who assessed."""
    assert former.design is not None and former.referentiel is not None  # noqa: S101, PT018  issued here
    results = replace(Results.from_text(former.results), grade=said.grade)
    about = facts.achieved(
        design=former.design,
        referentiel=former.referentiel,
        blocs=former.blocs,
        rule=AwardRule.objects.filter(certification=former.certification).first(),
        partnership=former.partnership,
    )
    if about.rule is None:
        # The rule was removed since: the criterion is no longer worded, the share reached cannot be told.
        results = replace(results, attendance=None)
    code, number = new_code(), new_number()
    credential = issue(
        certifier=former.certifier,
        kind=facts.KIND,
        business_key=f"{facts.KIND}:{code}",
        idempotency_key=f"{facts.KIND}:{code}",
        skeleton=facts.skeleton_of(
            about, results=results.shape, has_email=bool(said.email), authority=_authority(former)
        ),
        values=facts.values_of(
            number=number,
            holder=f"{said.first_name} {said.last_name}".strip(),
            email=said.email,
            awarded_on=said.awarded_on,
            results=results,
        ),
        subject=code,
        valid_until=facts.end_of(said.valid_until) if said.valid_until else None,
        may_be_over=replaces is not None,
        actor=actor,
        now=now,
    )
    values = {
        "first_name": said.first_name,
        "last_name": said.last_name,
        "birth_on": said.birth_on,
        "email": said.email,
    }
    made = Award(
        code=code,
        number=number,
        certifier=former.certifier,
        certification=former.certification,
        referentiel=former.referentiel,
        design=former.design,
        lot=former.lot,
        subject=former.subject,
        blocs=former.blocs,
        first_name=said.first_name,
        last_name=said.last_name,
        birth_on=said.birth_on,
        birth_place=said.birth_place,
        email=said.email,
        email_digest=email_digest(said.email),
        holder_digest=person_digest(former.certifier, values),
        holder=former.holder,
        awarded_on=said.awarded_on,
        decided_on=former.decided_on,
        place=former.place,
        valid_until=said.valid_until,
        results=results.to_text(),
        partnership=former.partnership,
        habilitation=former.habilitation,
        credential=credential,
        replaces=replaces,
        issued_at=now,
        issued_by_code=actor.code,
        # What is in somebody's space stays in it, seen by whom they chose.
        collected_at=now if former.collected_at else None,
        exposure=former.exposure,
    )
    made.save(force_insert=True)
    return made
