"""Combinations: begun from the last version, written, published by somebody else, then frozen; closed one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jurande.core.france.combinations import CHOICES_MOST, CombinationRefused, check
from jurande.registers.awards.models import Combination, CombinationPart
from jurande.registers.awards.policies import combinations as policies
from jurande.registers.awards.queries import combinations as queries
from jurande.registers.awards.states import COMBINATION_LIFE, CombinationAct, CombinationState
from jurande.registers.catalogue.models import Certification
from jurande.registers.catalogue.states import CertificationKind
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor

TITLE_MOST, WORDS_MOST, GRADE_MOST = 150, 2_000, 30
# By the codes of ``core.france.combinations.check``.
SENTENCES: Mapping[str, str | Promise] = {
    "combination.single": _("Une combinaison réunit deux micro-certifications au moins. Ajoutez-en."),
    "combination.many": _("Une combinaison réunit vingt micro-certifications au plus. Ôtez-en."),
    "combination.twice": _("La même micro-certification est là deux fois. Gardez-la une seule fois."),
    "combination.months": _("L’ancienneté se compte de 1 à 240 mois. Corrigez-la, ou laissez la case vide."),
    "combination.grade": _(
        "Écrivez une note comme 12/20 ou 60\u00a0%, ou une mention\u00a0: passable, assez bien, bien, très bien, "
        "excellent."
    ),
    "combination.choice": _("Dites combien il en faut dans chaque choix."),
    "combination.count": _(
        "Un choix ne peut demander ni zéro, ni plus de micro-certifications qu’il n’en a. Corrigez le nombre."
    ),
}


class CombinationNotPossible(Refused):
    """This combination cannot be begun, written, published or closed so."""


@dataclass(frozen=True)
class Asked:
    """What is asked of one part; ``certification``: its code. See ``CombinationPart``."""

    certification: str
    choice: int = 0
    minimum_grade: str = ""
    minimum_level: str = ""
    identity_checked: bool = False
    max_age_months: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is written in a combination. ``choices``: how many are needed of each choice, in order."""

    title: str
    words: str
    choices: Sequence[int]
    parts: Sequence[Asked]


@transaction.atomic
def start_combination(*, certification: Certification, bloc: str, actor: Actor, now: datetime) -> Combination:
    """Begin the next version of the way to a bloc, or to a micro-certification: a copy of the last one, or empty.

    :raises NotAllowed: who may not write. :raises CombinationNotPossible: a draft is open, or nothing is awarded so.
    """
    held = (
        Certification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "fiche")
        .get(pk=certification.pk)
    )
    require(policies.can_write_combinations(actor, held.certifier))
    target = _target(held, bloc)
    versions = Combination.objects.filter(certification=held, bloc=bloc)
    if versions.in_states(CombinationState.DRAFT).exists():
        raise CombinationNotPossible(
            _("Un brouillon de cette combinaison est déjà ouvert. Terminez-le, ou jetez-le."), field="target"
        )
    last = versions.order_by("-number").first()
    draft = Combination(
        certifier=held.certifier,
        certification=held,
        bloc=bloc,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=last.title if last else target.title[:TITLE_MOST],
        words=last.words if last else "",
        choices=last.choices if last else [],
        author_codes=[actor.code],
        started_at=now,
        started_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
    )
    draft.save(force_insert=True)
    for part in queries.parts_of(last) if last else ():
        if not part.certification.is_retired:
            part.pk, part.combination = None, draft
            part.code = CombinationPart._meta.get_field("code").get_default()
            part.save(force_insert=True)
    _told(CombinationAct.STARTED, draft, actor, now)
    return draft


@transaction.atomic
def write_combination(
    *, combination: Combination, terms: Terms, revision: int, actor: Actor, now: datetime
) -> Combination:
    """Write a draft anew: its name, what it says, its parts. What cannot be met is refused at once.

    :raises NotAllowed: who may not write, or a published version. :raises CombinationNotPossible: written by somebody
        else since ``revision``, a part that is none of the house's, one that leads to itself, or a rule that
        ``core.france.combinations.check`` refuses; beside the field.
    """
    draft = _locked(combination)
    require(policies.can_write_combination(actor, draft))
    if draft.revision != revision:
        raise CombinationNotPossible(
            _(
                "Quelqu’un a modifié cette combinaison pendant que vous écriviez. "
                "Rechargez la page pour voir ce qu’elle est devenue."
            )
        )
    title, words = " ".join(terms.title.split()), terms.words.strip()
    if not 1 <= len(title) <= TITLE_MOST:
        raise CombinationNotPossible(
            _("Donnez un nom, de %(most)d caractères au plus.") % {"most": TITLE_MOST}, field="title"
        )
    if len(words) > WORDS_MOST:
        raise CombinationNotPossible(
            _("Ce texte est trop long\u00a0: %(most)d caractères au plus.") % {"most": WORDS_MOST}, field="words"
        )
    draft.title, draft.words = title, words
    draft.choices = [int(one) for one in terms.choices[:CHOICES_MOST]]
    parts = _parts(draft, terms.parts)
    try:
        check(queries.rule_of(draft, parts))
    except CombinationRefused as error:
        raise CombinationNotPossible(SENTENCES[error.code], field="parts") from error
    draft.parts.all().delete()
    CombinationPart.objects.bulk_create(parts)
    if actor.code not in draft.author_codes:
        draft.author_codes = [*draft.author_codes, actor.code]
    draft.revision += 1
    draft.changed_at, draft.changed_by_code = now, actor.code
    draft.save()
    _told(CombinationAct.WRITTEN, draft, actor, now)
    return draft


@transaction.atomic
def discard_combination(*, combination: Combination, actor: Actor, now: datetime) -> None:
    """Throw a draft away: what was published stays as it is.

    :raises NotAllowed: who may not write, or a published version.
    """
    draft = _locked(combination)
    require(policies.can_write_combination(actor, draft))
    _told(CombinationAct.DISCARDED, draft, actor, now)
    draft.delete()


@transaction.atomic
def publish_combination(*, combination: Combination, revision: int, actor: Actor, now: datetime) -> Combination:
    """Freeze a draft for ever and show it to holders; the former version closes, what was asked under it stays.

    ``revision``: of what the publisher read.
    :raises NotAllowed: who may not publish, or who wrote in it. :raises CombinationNotPossible: not a draft, changed
        since it was read, without parts, or with one that was retired; or the bloc is no longer in the référentiel.
    """
    draft = _locked(combination)
    if not draft.is_draft:
        raise CombinationNotPossible(_("Cette combinaison n’est plus un brouillon. Rechargez la page."))
    require(policies.can_publish_combination(actor, draft))
    if draft.revision != revision:
        raise CombinationNotPossible(
            _("La combinaison a changé depuis que vous l’avez relue. Relisez-la avant de publier.")
        )
    parts = queries.parts_of(draft)
    retired = next((part.certification for part in parts if part.certification.is_retired), None)
    if retired is not None:
        raise CombinationNotPossible(
            _("«\u00a0%(title)s\u00a0» est retirée\u00a0: ôtez-la de la combinaison.") % {"title": retired.title}
        )
    try:
        check(queries.rule_of(draft, parts))
    except CombinationRefused as error:
        raise CombinationNotPossible(SENTENCES[error.code]) from error
    _target(draft.certification, draft.bloc)
    for former in Combination.objects.published().filter(certification=draft.certification_id, bloc=draft.bloc):
        _close(former, actor, now)
    draft.state = COMBINATION_LIFE.after(draft.state, "publish")
    draft.published_at, draft.published_by_code = now, actor.code
    draft.save()
    _told(CombinationAct.PUBLISHED, draft, actor, now)
    return draft


@transaction.atomic
def close_combination(*, combination: Combination, actor: Actor, now: datetime) -> Combination:
    """Show it to holders no more, and find nobody by it; what was asked before is still answered.

    :raises NotAllowed: who may not write. :raises CombinationNotPossible: not published.
    """
    held = _locked(combination)
    require(policies.can_write_combinations(actor, held.certifier))
    if held.state != CombinationState.PUBLISHED:
        raise CombinationNotPossible(_("Seule une combinaison publiée se clôt. Rechargez la page."))
    _close(held, actor, now)
    return held


# --- parts ----------------------------------------------------------------------------------------


def _close(held: Combination, actor: Actor, now: datetime) -> None:
    held.state = COMBINATION_LIFE.after(held.state, "close")
    held.closed_at, held.closed_by_code = now, actor.code
    held.save(update_fields=["state", "closed_at", "closed_by_code"])
    _told(CombinationAct.CLOSED, held, actor, now)


def _locked(combination: Combination) -> Combination:
    return (
        Combination.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier__organisation", "certification__fiche", "certification__certifier")
        .get(pk=combination.pk)
    )


def _target(certification: Certification, bloc: str) -> queries.Target:
    """What is led to, when it is in force."""
    if certification.is_retired:
        raise CombinationNotPossible(
            _("Cette certification est retirée\u00a0: rien ne peut plus y mener."), field="target"
        )
    if certification.is_micro:
        if not bloc:
            return queries.Target(certification)
    else:
        for rank, one in enumerate(queries.blocs_of([certification.pk]).get(certification.pk, ()), start=1):
            if one.lineage == bloc:
                return queries.Target(certification, bloc, rank, one.text)
    raise CombinationNotPossible(
        _("Choisissez un bloc du référentiel publié, ou une micro-certification."), field="target"
    )


def _parts(draft: Combination, asked: Sequence[Asked]) -> list[CombinationPart]:
    codes = {one.certification for one in asked}
    known = {
        one.code: one
        for one in Certification.objects.in_force().filter(
            certifier=draft.certifier_id, kind=CertificationKind.MICRO, code__in=codes
        )
    }
    if codes - set(known):
        raise CombinationNotPossible(
            _("Choisissez des micro-certifications de votre organisme qui ne sont pas retirées."), field="parts"
        )
    if any(known[one.certification].pk == draft.certification_id for one in asked):
        raise CombinationNotPossible(
            _("Une micro-certification ne peut pas mener à elle-même. Ôtez-la."), field="parts"
        )
    return [
        CombinationPart(
            combination=draft,
            position=at,
            certification=known[one.certification],
            choice=one.choice,
            minimum_grade=one.minimum_grade.strip()[:GRADE_MOST],
            minimum_level=one.minimum_level,
            identity_checked=one.identity_checked,
            max_age_months=one.max_age_months,
        )
        for at, one in enumerate(asked)
    ]


def _told(act: CombinationAct, held: Combination, actor: Actor, now: datetime) -> None:
    record(
        chain=held.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="combination",
        subject_code=held.code,
        now=now,
    )
