"""Sets of clauses: begun from the standard or from the last one, written, published by somebody else, then frozen."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import (
    MERGE_FIELDS,
    MOST_CHARS,
    ClauseFact,
    FieldsRefused,
    check_fields,
    set_faults,
)
from jurande.core.france.spelling import fold
from jurande.core.france.standard_clauses import STANDARD_CLAUSES, STANDARD_TITLE
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.models import Clause, ClauseSet, ConventionChoices
from jurande.registers.conventions.states import CLAUSE_SET_LIFE, ClauseSetState
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.journal.operations import record
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

MOST_CLAUSES = 60
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff]")


class ClauseRefused(Refused):
    """This clause or this set cannot be written, published or thrown away so."""


class ClauseChanged(ClauseRefused):
    """Somebody wrote it since it was read; ``clause`` is what it is now."""

    def __init__(self, clause: Clause) -> None:
        """Keep the clause as it is now."""
        super().__init__(
            _(
                "Quelqu’un a modifié cette clause pendant que vous écriviez. Rien n’est perdu\u00a0: "
                "comparez les deux textes, puis enregistrez de nouveau."
            ),
            field="body",
        )
        self.clause = clause


@dataclass(frozen=True)
class Wording:
    """What is written in a clause. ``mention``: 1 to 7, 0 for none; ``only_for``: former, organiser or empty."""

    title: str
    body: str
    mention: int = 0
    duty: str = ""
    is_required: bool = False
    only_for: str = ""


def clean_text(text: str, *, most: int = MOST_CHARS, field: str = "body") -> str:
    """Take out what cannot be seen and the spaces at the ends of lines; what is left is what was typed.

    :raises ClauseRefused: longer than ``most`` characters.
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip()
    if len(text) > most:
        raise ClauseRefused(
            _("Ce texte est trop long\u00a0: %(most)d caractères au plus.") % {"most": most}, field=field
        )
    return text


def checked_body(text: str, *, field: str = "body") -> str:
    """Return the cleaned text of a clause, whose fields all exist.

    :raises ClauseRefused: too long, or a field that does not exist; the sentence lists those that do.
    """
    text = clean_text(text, field=field)
    try:
        check_fields(text)
    except FieldsRefused as error:
        known = ", ".join(f"{{{name}}}" for name in MERGE_FIELDS)
        if error.unknown:
            named = ", ".join(f"{{{name}}}" for name in error.unknown)
            said = words("Champ inconnu\u00a0: %(named)s. Les champs possibles sont %(known)s.")
            raise ClauseRefused(said % {"named": named, "known": known}, field=field) from error
        said = words("Une accolade est seule. Un champ s’écrit entre deux accolades. Les champs sont %(known)s.")
        raise ClauseRefused(said % {"known": known}, field=field) from error
    return text


@transaction.atomic
def start_clause_set(*, certifier: Certifier, actor: Actor, now: datetime) -> ClauseSet:
    """Begin the next set: a copy of the one in use, or the standard of the product when there is none.

    :raises NotAllowed: who may not prepare. :raises ClauseRefused: a draft is open already.
    """
    held = Certifier.objects.select_for_update(of=("self",), no_key=True).get(pk=certifier.pk)
    require(policies.can_prepare_conventions(actor, held))
    mine = ClauseSet.objects.filter(certifier=held)
    if mine.filter(state=ClauseSetState.DRAFT).exists():
        raise ClauseRefused(_("Un brouillon de clauses est déjà ouvert. Terminez-le, ou abandonnez-le."))
    used = mine.published().first()
    draft = ClauseSet(
        certifier=held,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=used.title if used else STANDARD_TITLE,
        author_codes=[actor.code],
        started_at=now,
        started_by_code=actor.code,
    )
    draft.save(force_insert=True)
    source = used.clauses.order_by("position", "pk") if used else STANDARD_CLAUSES
    names = ("key", "title", "body", "mention", "duty", "is_required", "only_for")
    Clause.objects.bulk_create(
        Clause(clause_set=draft, position=place, **{name: getattr(one, name) for name in names})
        for place, one in enumerate(source, start=1)
    )
    _told(Act.CLAUSES_STARTED, draft, actor, now)
    return draft


@transaction.atomic
def add_clause(*, clause_set: ClauseSet, wording: Wording, actor: Actor, now: datetime) -> Clause:
    """Write a new clause at the end of a draft.

    :raises NotAllowed: who may not write. :raises ClauseRefused: words missing, an unknown field, too many clauses.
    """
    draft = _opened(clause_set, actor)
    values = _checked(wording)
    held = list(draft.clauses.values_list("key", "position"))
    if len(held) >= MOST_CLAUSES:
        raise ClauseRefused(_("Un jeu a %(most)d clauses au plus.") % {"most": MOST_CLAUSES})
    clause = Clause(
        clause_set=draft,
        key=_new_key(wording.title, {key for key, _place in held}),
        position=max((place for _key, place in held), default=0) + 1,
        **values,
    )
    clause.save(force_insert=True)
    _signed(draft, actor)
    _told(Act.CLAUSE_WRITTEN, draft, actor, now, digest_of=clause.body)
    return clause


@transaction.atomic
def write_clause(*, clause: Clause, wording: Wording, revision: int, actor: Actor, now: datetime) -> Clause:
    """Write a clause of a draft anew.

    :raises NotAllowed: who may not write, or a published set. :raises ClauseChanged: written since ``revision``.
    :raises ClauseRefused: words missing, or an unknown field.
    """
    draft = _opened(clause.clause_set, actor)
    held = Clause.objects.select_for_update(of=("self",), no_key=True).get(pk=clause.pk)
    if held.revision != revision:
        raise ClauseChanged(held)
    for name, value in _checked(wording).items():
        setattr(held, name, value)
    held.revision += 1
    held.save()
    _signed(draft, actor)
    _told(Act.CLAUSE_WRITTEN, draft, actor, now, digest_of=held.body)
    return held


@transaction.atomic
def move_clause(*, clause: Clause, up: bool, actor: Actor) -> None:
    """Put a clause before the one that precedes it, or after the one that follows; at an end, nothing changes.

    :raises NotAllowed: who may not write, or a published set.
    """
    draft = _opened(clause.clause_set, actor)
    order = list(draft.clauses.order_by("position", "pk"))
    place = next(i for i, one in enumerate(order) if one.pk == clause.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        for position, one in enumerate(order, start=1):
            one.position = position
        Clause.objects.bulk_update(order, ["position"])
        _signed(draft, actor)


@transaction.atomic
def remove_clause(*, clause: Clause, actor: Actor, now: datetime) -> None:
    """Take a clause out of a draft; the check before publication says if a mention lost its own.

    :raises NotAllowed: who may not write, or a published set.
    """
    draft = _opened(clause.clause_set, actor)
    text = clause.body
    Clause.objects.filter(pk=clause.pk).delete()
    _signed(draft, actor)
    _told(Act.CLAUSE_REMOVED, draft, actor, now, digest_of=text)


@transaction.atomic
def discard_clause_set(*, clause_set: ClauseSet, actor: Actor, now: datetime) -> None:
    """Throw a draft away: what was published stays as it is.

    :raises NotAllowed: who may not write, or a published set.
    """
    draft = _opened(clause_set, actor)
    _told(Act.CLAUSES_DISCARDED, draft, actor, now)
    draft.delete()


@transaction.atomic
def publish_clause_set(*, clause_set: ClauseSet, actor: Actor, now: datetime) -> ClauseSet:
    """Freeze a draft for ever and make it the set of the conventions to come; the former one is replaced.

    :raises NotAllowed: who may not publish, or who wrote in it. :raises ClauseRefused: not a draft, or a mention has no
    clause to carry it.
    """
    draft = (
        ClauseSet.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=clause_set.pk)
    )
    if not draft.is_draft:
        raise ClauseRefused(_("Ces clauses ne sont plus un brouillon. Rechargez la page."))
    require(policies.can_publish_clauses(actor, draft))
    faults = set_faults(ClauseFact(one.title, one.body, one.mention) for one in draft.clauses.all())
    if faults:
        raise ClauseRefused(" ".join(fault.sentence for fault in faults))
    for former in ClauseSet.objects.filter(certifier=draft.certifier).published():
        former.state = CLAUSE_SET_LIFE.after(former.state, "replace")
        former.replaced_at = now
        former.save(update_fields=["state", "replaced_at"])
    draft.state = CLAUSE_SET_LIFE.after(draft.state, "publish")
    draft.published_at, draft.published_by_code = now, actor.code
    draft.save(update_fields=["state", "published_at", "published_by_code"])
    _told(Act.CLAUSES_PUBLISHED, draft, actor, now)
    return draft


@transaction.atomic
def set_convention_choices(
    *,
    certifier: Certifier,
    subcontract_percent: int,
    observation_days: int,
    notice_days: int,
    actor: Actor,
    now: datetime,
) -> ConventionChoices:
    """Set what the law leaves to the house; conventions already sent keep what they say.

    :raises NotAllowed: who may not prepare. :raises ClauseRefused: a number that cannot be.
    """
    require(policies.can_prepare_conventions(actor, certifier))
    for field, value, least, most in (
        ("subcontract_percent", subcontract_percent, 0, 100),
        ("observation_days", observation_days, 1, 365),
        ("notice_days", notice_days, 0, 90),
    ):
        if not least <= value <= most:
            raise ClauseRefused(
                words("Donnez un nombre entre %(least)d et %(most)d.") % {"least": least, "most": most}, field=field
            )
    choices, _new = ConventionChoices.objects.update_or_create(
        certifier=certifier,
        defaults={
            "subcontract_percent": subcontract_percent,
            "observation_days": observation_days,
            "notice_days": notice_days,
        },
    )
    record(
        chain=certifier.code,
        actor_code=actor.code,
        action=Act.CHOICES_CHANGED,
        subject_kind="certifier",
        subject_code=certifier.code,
        now=now,
    )
    return choices


def _opened(clause_set: ClauseSet, actor: Actor) -> ClauseSet:
    """Hold the draft until the transaction ends, for who may write in it."""
    draft = (
        ClauseSet.objects.select_for_update(of=("self",), no_key=True).select_related("certifier").get(pk=clause_set.pk)
    )
    require(policies.can_write_clauses(actor, draft))
    return draft


def _checked(wording: Wording) -> dict[str, object]:
    title = " ".join(clean_text(wording.title, most=160, field="title").split())
    body = checked_body(wording.body)
    if not title:
        raise ClauseRefused(_("Donnez un titre à la clause."), field="title")
    if not body:
        raise ClauseRefused(_("Écrivez le texte de la clause."), field="body")
    if not 0 <= wording.mention <= 7:
        raise ClauseRefused(_("Choisissez une mention de 1° à 7°, ou aucune."), field="mention")
    return {
        "title": title,
        "body": body,
        "mention": wording.mention,
        "duty": " ".join(clean_text(wording.duty, most=120, field="duty").split()),
        "is_required": wording.is_required or wording.mention > 0,
        "only_for": wording.only_for if wording.only_for in ("former", "organiser") else "",
    }


def _new_key(title: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", fold(title).lower()).strip("-")[:34] or "clause"
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, MOST_CLAUSES + 3))) if key not in taken)


def _signed(draft: ClauseSet, actor: Actor) -> None:
    if actor.code not in draft.author_codes:
        draft.author_codes = [*draft.author_codes, actor.code]
        draft.save(update_fields=["author_codes"])


def _told(act: Act, clause_set: ClauseSet, actor: Actor, now: datetime, *, digest_of: str = "") -> None:
    record(
        chain=clause_set.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="clause_set",
        subject_code=clause_set.code,
        digest=hashlib.sha256(digest_of.encode()).hexdigest() if digest_of else "",
        now=now,
    )
