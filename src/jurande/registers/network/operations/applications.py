"""An application from its first link to its submission or withdrawal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.encoding.jcs import canonical_bytes
from jurande.core.france import identifiers
from jurande.core.france.departements import DEPARTEMENTS
from jurande.core.france.spelling import fold
from jurande.registers.catalogue.models import TrainingBody
from jurande.registers.common.verdicts import require
from jurande.registers.correspondence import operations as correspondence
from jurande.registers.journal.operations import record
from jurande.registers.network.emails import applications as emails
from jurande.registers.network.models import Application, Call, Target
from jurande.registers.network.operations.checks import check_site
from jurande.registers.network.operations.drafts import ApplicationRefused, demand_unchanged, opened, touched
from jurande.registers.network.operations.stages import settle
from jurande.registers.network.policies import applications as policies
from jurande.registers.network.queries import completeness
from jurande.registers.network.states import (
    APPLICATION_LIFE,
    ApplicationAct,
    StaffFunction,
)
from jurande.registers.parties import operations as parties
from jurande.registers.parties import queries as people
from jurande.registers.parties.models import Partnership, Person
from jurande.registers.parties.operations.identities import read_number
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import PARTNER_ROLES, LinkPurpose

SERIES = "CAND"
REASON_CHARS = 500
LONG_CHARS = 4_000
IDENTITY = ("siret", "legal_name", "usual_name", "address", "postcode", "city", "nda", "presentation")
REQUEST = ("kind", "blocs", "territory")
# A name goes into a letter sent to an address that nobody has proved yet: no link may travel in it.
_NAME = re.compile(r"[^\W\d_][^\W\d_ ’'.\-]*(?:[ ’'.\-]+[^\W\d_]+)*\.?")


# --- coming in ----------------------------------------------------------------------------------


@transaction.atomic
def invite_applicant(*, call: Call, email: str, first_name: str, last_name: str, now: datetime) -> None:
    """Write to whoever wants to apply with the link that opens their form; the same person when they are known.

    :raises ApplicationRefused: the call takes nothing today, or this is no name.
    """
    _demand_open(call, now)
    for field, name in (("first_name", first_name), ("last_name", last_name)):
        if len(name) > 60 or not _NAME.fullmatch(name.strip()):
            raise ApplicationRefused(
                _("Écrivez ce nom avec des lettres seulement, comme sur une pièce d’identité."), field=field
            )
    person = parties.welcome_guest(
        email=email, first_name=first_name, last_name=last_name, chain=call.certifier.code, now=now
    )
    parties.send_magic_link(
        person=person,
        purpose=LinkPurpose.APPLICANT,
        actor=people.actor_for(person),
        certifier=call.certifier,
        subject=("call", call.code),
        now=now,
    )


def send_way_back(*, email: str, now: datetime) -> None:
    """Write to an applicant with a link that lets them in again; do nothing, and say nothing, for other addresses."""
    person = people.person_at(email)
    if person is None:
        return
    latest = (
        Application.objects.filter(applicant=person)
        .select_related("certifier__organisation")
        .order_by("-changed_at")
        .first()
    )
    if latest is None:
        return
    parties.send_magic_link(
        person=person,
        purpose=LinkPurpose.APPLICANT,
        actor=people.actor_for(person),
        certifier=latest.certifier,
        subject=("application", latest.code),
        now=now,
    )


@transaction.atomic
def start_application(*, call: Call, person: Person, actor: Actor, now: datetime) -> Application:
    """Open a draft for this call, or give the one that this person has already begun for it.

    :raises NotAllowed: nobody is signed in. :raises ApplicationRefused: the call takes nothing today.
    """
    require(policies.can_start_application(actor))
    # The person's row is the lock: of two clicks at once, the second finds the draft of the first.
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    begun = Application.objects.drafts().filter(applicant=person, targets__call=call).order_by("pk").first()
    if begun is not None:
        return begun
    _demand_open(call, now)
    application = Application(
        certifier=call.certifier, applicant=person, started_at=now, changed_at=now, changed_by_code=actor.code
    )
    application.save(force_insert=True)
    _target(application, call).save(force_insert=True)
    _told(ApplicationAct.STARTED, application, actor, now)
    return application


def _target(application: Application, call: Call) -> Target:
    kind = call.kinds[0] if len(call.kinds) == 1 else ""
    return Target(application=application, call=call, kind=kind, blocs=list(call.blocs), territory=[])


def _demand_open(call: Call, now: datetime) -> None:
    today = localdate(now)
    if call.takes_applications_on(today):
        return
    if call.opens_on is not None and call.opens_on > today:
        raise ApplicationRefused(_("Cet appel n’est pas encore ouvert. Revenez le jour de son ouverture."))
    raise ApplicationRefused(
        _("L’appel «\u00a0%(title)s\u00a0» ne reçoit plus de candidature. Ce que vous avez préparé est gardé.")
        % {"title": call.title}
    )


# --- who and what -------------------------------------------------------------------------------


@transaction.atomic
def set_identity(
    *,
    application: Application,
    actor: Actor,
    now: datetime,
    seen: str = "",
    siret: str = "",
    legal_name: str = "",
    usual_name: str = "",
    address: str = "",
    postcode: str = "",
    city: str = "",
    nda: str = "",
    presentation: str = "",
) -> Application:
    """Say who applies. Everything may be left for later; what is given must be possible.

    The place is checked at once against the public lists, which also fill the blanks they know.

    :raises NotAllowed: not theirs, or submitted. :raises IdentityRefused: a number that cannot be.
    :raises ApplicationChanged: somebody wrote it since.
    """
    held = opened(application, actor=actor)
    demand_unchanged(held, IDENTITY, seen)
    held.siret = _number("siret", siret)
    held.siren = held.siret[:9]
    held.nda = _number("nda", nda)
    held.postcode = _number("postcode", postcode)
    held.legal_name = _line(legal_name, 250)
    held.usual_name = _line(usual_name, 250)
    held.address = _line(address, 250)
    held.city = _line(city, 100)
    held.presentation = presentation.strip()[:LONG_CHARS]
    _fill_from_public_list(held)
    held.partnership = _own_partnership(held)
    held.save(update_fields=[*IDENTITY, "siren", "partnership"])
    if held.siret:
        check_site(certifier=held.certifier, siret=held.siret, nda=held.nda, now=now)
    touched(held, actor=actor, now=now)
    return held


def _number(kind: str, text: str) -> str:
    return read_number(getattr(identifiers, kind), text, kind) if text.strip() else ""


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _fill_from_public_list(application: Application) -> None:
    """Write what the public list of training bodies says of this place, where the applicant left blanks."""
    if not application.siret or (application.legal_name and application.nda and application.city):
        return
    known = TrainingBody.objects.current().filter(siren=application.siren)
    body = known.filter(siret=application.siret).order_by("pk").first()
    declared = body or known.exclude(nda="").order_by("pk").first()
    if declared is not None:
        application.legal_name = application.legal_name or declared.name[:250]
        application.nda = application.nda or declared.nda
    if body is not None:
        # The address is that of the very place, never of another of the same organisation.
        application.city = application.city or body.city[:100]
        application.postcode = application.postcode or body.postcode


def _own_partnership(application: Application) -> Partnership | None:
    """The partnership at this place, if the applicant works there: typing somebody's SIRET opens nothing to them."""
    return (
        Partnership.objects.in_force()
        .filter(
            certifier=application.certifier,
            site__siret=application.siret,
            memberships__person=application.applicant,
            memberships__ended_at=None,
            memberships__role__in=PARTNER_ROLES,
        )
        .order_by("pk")
        .first()
        if application.siret
        else None
    )


@transaction.atomic
def choose_calls(*, application: Application, calls: Iterable[Call], actor: Actor, now: datetime) -> list[Target]:
    """Say which calls are applied to, of one certifier; the programme of those left out goes with them.

    :raises ApplicationRefused: none, a call of another house, or one that takes nothing today.
    """
    held = opened(application, actor=actor)
    wanted = list(calls)
    if not wanted:
        raise ApplicationRefused(_("Gardez au moins un appel, ou abandonnez cette candidature."), field="calls")
    already = {target.call_id: target for target in held.targets.select_related("call")}
    for call in wanted:
        if call.certifier_id != held.certifier_id:
            raise ApplicationRefused(
                _("Une candidature s’adresse à un seul certificateur. Faites-en une autre pour celui-ci."),
                field="calls",
            )
        if call.pk not in already:
            _demand_open(call, now)
            _target(held, call).save(force_insert=True)
    held.targets.exclude(call__in=wanted).delete()
    touched(held, actor=actor, now=now)
    return list(held.targets.select_related("call").order_by("pk"))


@transaction.atomic
def set_request(
    *,
    target: Target,
    kind: str,
    blocs: Collection[str],
    territory: Collection[str],
    actor: Actor,
    now: datetime,
    seen: str = "",
) -> Target:
    """Say what is asked for of one call: the kind, the blocs and the départements, among those that it offers.

    :raises ApplicationRefused: something that the call does not offer.
    """
    held = opened(target.application, actor=actor)
    row: Target = Target.objects.select_related("call").get(pk=target.pk, application=held)
    demand_unchanged(row, REQUEST, seen)
    call = row.call
    if kind and kind not in call.kinds:
        raise ApplicationRefused(_("Cet appel ne propose pas cette habilitation."), field="kind")
    offered = set(call.blocs) or completeness.bloc_keys(call)
    if not set(blocs) <= offered:
        raise ApplicationRefused(_("Cet appel ne porte pas sur tous ces blocs."), field="blocs")
    if not set(territory) <= (set(call.territory) or set(DEPARTEMENTS)):
        raise ApplicationRefused(_("Cet appel ne couvre pas tous ces départements."), field="territory")
    row.kind = kind
    row.blocs = sorted(blocs)
    row.territory = sorted(territory)
    row.save(update_fields=list(REQUEST))
    touched(held, actor=actor, now=now)
    return row


# --- the charter --------------------------------------------------------------------------------


@transaction.atomic
def sign_charter(
    *, application: Application, name: str, quality: str, ticks: Collection[str], actor: Actor, now: datetime
) -> Application:
    """Keep the head's commitments: each one ticked (``completeness.charter_of``), the name, the quality, a digest.

    :raises ApplicationRefused: a commitment is not ticked, or the name is not that of the declared head.
    """
    held = opened(application, actor=actor)
    commitments = completeness.charter_of(held)
    if not {one.key for one in commitments} <= set(ticks):
        raise ApplicationRefused(_("Cochez chaque engagement\u00a0: ils se prennent un à un."), field="ticks")
    if not quality.strip():
        raise ApplicationRefused(
            _("Dites en quelle qualité vous signez, par exemple «\u00a0gérant\u00a0»."), field="quality"
        )
    heads = [one.name for one in held.staff.order_by("pk") if StaffFunction.HEAD in one.functions]
    if not heads:
        raise ApplicationRefused(
            _("Nommez d’abord le responsable légal, à l’étape Personnes\u00a0: c’est lui qui signe."), field="name"
        )
    if fold(name) not in {fold(head) for head in heads}:
        raise ApplicationRefused(
            _("Le responsable légal que vous avez déclaré est %(head)s. C’est à lui de signer, ou corrigez Personnes.")
            % {"head": heads[0]},
            field="name",
        )
    held.charter_signed_at = now
    held.charter_by_name = _line(name, 200)
    held.charter_by_quality = _line(quality, 200)
    held.charter_ticks = [{"call": one.call_code, "text": one.text} for one in commitments]
    held.charter_digest = hashlib.sha256(
        canonical_bytes(
            {
                "application": held.code,
                "at": now.isoformat(),
                "by": held.charter_by_name,
                "quality": held.charter_by_quality,
                "commitments": held.charter_ticks,
            }
        )
    ).hexdigest()
    held.save(
        update_fields=[
            "charter_signed_at",
            "charter_by_name",
            "charter_by_quality",
            "charter_ticks",
            "charter_digest",
        ]
    )
    touched(held, actor=actor, now=now)
    _told(ApplicationAct.CHARTER_SIGNED, held, actor, now, digest=held.charter_digest)
    return held


# --- submitting and leaving ---------------------------------------------------------------------


@transaction.atomic
def submit_application(*, application: Application, actor: Actor, now: datetime) -> Application:
    """Send the file as it stands: it takes its reference, no longer changes, and a receipt leaves by mail.

    :raises NotAllowed: not theirs, or submitted. :raises ApplicationRefused: something is missing, a call closed
    meanwhile, or another file of the same place is being examined for the same call.
    """
    held = opened(application, actor=actor)
    targets = list(held.targets.select_related("call").order_by("pk"))
    for target in targets:
        _demand_open(target.call, now)
    missing = [gap for step in completeness.steps_of(held, localdate(now)) for gap in step.gaps]
    if missing:
        raise ApplicationRefused(
            _("Il manque encore quelque chose\u00a0: %(what)s")
            % {"what": " ".join(gap.sentence for gap in missing[:3])}
        )
    held.state = APPLICATION_LIFE.after(held.state, "submit")
    held.reference = parties.next_reference(certifier=held.certifier, series=SERIES, on=localdate(now))
    held.submitted_at = now
    held.submitted_by_code = actor.code
    held.revision += 1
    held.save(update_fields=["state", "reference", "submitted_at", "submitted_by_code", "revision"])
    for target in targets:
        target.live_siret = held.siret
        try:
            with transaction.atomic():
                target.save(update_fields=["live_siret"])
        except IntegrityError as fault:
            raise ApplicationRefused(
                _(
                    "Une candidature de cet établissement est déjà à l’étude pour «\u00a0%(title)s\u00a0». "
                    "Attendez sa décision, retirez-la, ou écrivez au certificateur."
                )
                % {"title": target.call.title}
            ) from fault
    settle(held, now=now)
    check_site(certifier=held.certifier, siret=held.siret, nda=held.nda, now=now)
    settle(held, now=now)
    _told(ApplicationAct.SUBMITTED, held, actor, now, digest=held.charter_digest)
    correspondence.send(emails.receipt(held, targets), now=now)
    return held


@transaction.atomic
def withdraw_application(*, application: Application, reason: str, actor: Actor, now: datetime) -> Application:
    """Take a submitted file back before its decision; it stays readable, with the reason.

    :raises NotAllowed: not theirs, or decided. :raises ApplicationRefused: no reason.
    """
    held: Application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("applicant", "certifier__organisation", "partnership")
        .get(pk=application.pk)
    )
    require(policies.can_withdraw_application(actor, held))
    why = reason.strip()[:REASON_CHARS]
    if not why:
        raise ApplicationRefused(_("Dites pourquoi, en une phrase\u00a0: le certificateur la lira."), field="reason")
    held.state = APPLICATION_LIFE.after(held.state, "withdraw")
    held.withdrawn_at, held.withdrawn_by_code, held.withdraw_reason = now, actor.code, why
    held.save(update_fields=["state", "withdrawn_at", "withdrawn_by_code", "withdraw_reason"])
    free_site(application=held)
    settle(held, now=now)
    settle(held, now=now)
    _told(ApplicationAct.WITHDRAWN, held, actor, now, digest=hashlib.sha256(why.encode()).hexdigest())
    correspondence.send(emails.withdrawn(held), now=now)
    return held


@transaction.atomic
def discard_application(*, application: Application, actor: Actor, now: datetime) -> None:
    """Throw a draft away, with everything in it.

    :raises NotAllowed: not theirs, or submitted.
    """
    held = opened(application, actor=actor)
    _told(ApplicationAct.DISCARDED, held, actor, now)
    held.delete()


def free_site(*, application: Application) -> None:
    """Let the place apply again: the certifier answered, or the applicant gave up. In the caller's transaction."""
    application.targets.exclude(live_siret="").update(live_siret="")


def remind_of_drafts(*, now: datetime) -> int:
    """Write once to whoever has a draft whose call closes within a week. Counts the letters."""
    today = localdate(now)
    drafts = completeness.drafts_closing_soon(today)
    return sum(_remind(draft, now=now) for draft in drafts)


@transaction.atomic
def _remind(draft: Application, *, now: datetime) -> bool:
    waiting = Application.objects.drafts().filter(pk=draft.pk, reminded_at=None)
    if not waiting.update(reminded_at=now):
        return False
    correspondence.send(emails.reminder(draft, completeness.first_closing(draft)), now=now)
    return True


def _told(act: ApplicationAct, application: Application, actor: Actor, now: datetime, *, digest: str = "") -> None:
    record(
        chain=application.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="application",
        subject_code=application.code,
        digest=digest,
        now=now,
    )
