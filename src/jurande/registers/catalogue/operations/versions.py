"""Versions of a référentiel: begun, framed, published, replaced. A published one never changes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from jurande.core.france import referentiels as core
from jurande.core.france.microcertifications import micro_gaps
from jurande.core.france.referentiels import TRAINING_LIMITS, Gap, gaps
from jurande.core.france.wording import findings_in
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.facts import micro_elements_of, referentiel_of
from jurande.registers.catalogue.models import (
    Activity,
    Alignment,
    Bloc,
    CatalogueChoices,
    Certification,
    Competency,
    Criterion,
    JuryRule,
    MicroElements,
    Referentiel,
)
from jurande.registers.catalogue.operations.lines import LineRefused, clean, opened, told
from jurande.registers.catalogue.states import CERTIFICATION_LIFE, REFERENTIEL_LIFE, ReferentielState
from jurande.registers.catalogue.states import CertificationAct as Act
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor

# A version that takes effect years from now, or took effect a century ago, is a slip of the keyboard.
FARTHEST = timedelta(days=5 * 366)


class VersionRefused(Refused):
    """This version cannot be begun, framed, published or discarded so."""


class PublicationRefused(VersionRefused):
    """Something is missing, or a word is kept by law; ``gaps`` is the whole list."""

    def __init__(self, found: Sequence[Gap]) -> None:
        """Keep the list."""
        super().__init__(_("La publication est refusée\u00a0: il reste des points à compléter, listés ci-dessous."))
        self.gaps = tuple(found)


@dataclass(frozen=True)
class Frame:
    """What a certifier sets around the lines. ``limits``: keys of TRAINING_LIMITS; a missing one is not set."""

    title: str
    valid_from: date | None
    regulation: str = ""
    optional_min: int = 0
    limits: Mapping[str, int] | None = None
    juries: Sequence[core.Jury] = ()


def begin(certification: Certification, whole: core.Referentiel, *, actor: Actor, now: datetime) -> Referentiel:
    """Write a new draft that says what ``whole`` says; lines without a key get one of their own.

    In the caller's transaction, for who is allowed already.
    """
    last = certification.versions.order_by("-number").values_list("number", flat=True).first() or 0
    draft = Referentiel(
        certification=certification,
        number=last + 1,
        title=whole.title,
        regulation=whole.regulation,
        valid_from=whole.valid_from,
        optional_min=whole.combination.optional_min,
        author_codes=[actor.code],
        started_at=now,
        started_by_code=actor.code,
        changed_at=now,
        changed_by_code=actor.code,
        **{limit.key: whole.limits.get(limit.key) for limit in TRAINING_LIMITS},
    )
    draft.save(force_insert=True)
    _write_lines(draft, whole, actor, now)
    _write_juries(draft, whole.juries)
    return draft


@transaction.atomic
def start_version(*, certification: Certification, actor: Actor, now: datetime) -> Referentiel:
    """Begin the next version as a copy of the published one.

    :raises NotAllowed: who may not prepare. :raises VersionRefused: retired, nothing published, or a draft is open.
    """
    held = (
        Certification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certifier")
        .get(pk=certification.pk)
    )
    require(policies.can_prepare_certification(actor, held.certifier))
    if held.is_retired:
        raise VersionRefused(_("Cette certification est retirée\u00a0: elle n’a plus de nouvelle version."))
    if held.versions.in_states(ReferentielState.DRAFT).exists():
        raise VersionRefused(_("Un brouillon est déjà ouvert. Terminez-le, ou abandonnez-le."))
    published = held.versions.in_states(ReferentielState.PUBLISHED).first()
    if published is None:
        raise VersionRefused(_("Aucune version n’est publiée\u00a0: il n’y a rien à reprendre."))
    whole = referentiel_of(published)
    draft = begin(held, core.Referentiel(**{**vars(whole), "valid_from": None}), actor=actor, now=now)
    if held.is_micro:
        _copy_elements(published, draft)
    told(Act.REFERENTIEL_STARTED, draft, actor, now)
    return draft


@transaction.atomic
def discard_draft(*, referentiel: Referentiel, actor: Actor, now: datetime) -> None:
    """Throw a draft away: what was published stays as it is.

    :raises NotAllowed: who may not prepare, or a published version. :raises VersionRefused: it is the only version.
    """
    draft = opened(referentiel, actor)
    if not draft.certification.versions.exclude(pk=draft.pk).exists():
        raise VersionRefused(_("C’est la seule version. Pour renoncer à cette certification, retirez-la."))
    certification = draft.certification
    draft.delete()
    record(
        chain=certification.certifier.code,
        actor_code=actor.code,
        action=Act.REFERENTIEL_DISCARDED,
        subject_kind="certification",
        subject_code=certification.code,
        now=now,
    )


@transaction.atomic
def set_frame(*, referentiel: Referentiel, frame: Frame, revision: int, actor: Actor, now: datetime) -> Referentiel:
    """Set title, date of effect, règlement, limits of training and rules of juries.

    :raises NotAllowed: who may not prepare, or a published version. :raises VersionRefused: written by somebody else
    since ``revision``, or numbers that cannot be met.
    """
    draft = opened(referentiel, actor)
    if draft.revision != revision:
        raise VersionRefused(
            _("Quelqu’un a changé ce cadre pendant que vous écriviez. Relisez-le, puis enregistrez de nouveau.")
        )
    limits = dict(frame.limits or {})
    _demand_possible(frame, limits, localdate(now))
    title = clean(frame.title)
    if not title:
        raise VersionRefused(_("Donnez un intitulé."), field="title")
    draft.title = title
    draft.valid_from = frame.valid_from
    draft.regulation = clean_long(frame.regulation)
    draft.optional_min = frame.optional_min
    for limit in TRAINING_LIMITS:
        setattr(draft, limit.key, limits.get(limit.key))
    draft.revision += 1
    draft.save()
    if draft.certification.is_micro:
        draft.blocs.update(text=title)
    draft.juries.all().delete()
    _write_juries(draft, frame.juries)
    told(Act.FRAME_CHANGED, draft, actor, now)
    return draft


@transaction.atomic
def publish(*, referentiel: Referentiel, seen_digest: str, actor: Actor, now: datetime) -> Referentiel:
    """Freeze a draft for ever and make it the version in force; the former one is replaced.

    ``seen_digest``: the fingerprint of what the publisher read; another one means that somebody wrote since.

    :raises NotAllowed: who may not publish, or who wrote in it. :raises VersionRefused: not a draft, retired, or
    changed since it was read. :raises PublicationRefused: with everything that is missing or forbidden.
    """
    draft = (
        Referentiel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certification__certifier")
        .get(pk=referentiel.pk)
    )
    certification = draft.certification
    if not draft.is_draft or certification.is_retired:
        raise VersionRefused(_("Cette version n’est plus un brouillon. Rechargez la page."))
    require(policies.can_publish_referentiel(actor, draft))
    digest = referentiel_of(draft).digest()
    if digest != seen_digest:
        raise VersionRefused(_("Le brouillon a changé depuis que vous l’avez relu. Relisez-le avant de publier."))
    if found := gaps_of(draft):
        raise PublicationRefused(found)
    for former in certification.versions.in_states(ReferentielState.PUBLISHED):
        former.state = REFERENTIEL_LIFE.after(former.state, "replace")
        former.replaced_at = now
        former.save(update_fields=["state", "replaced_at"])
    draft.state = REFERENTIEL_LIFE.after(draft.state, "publish")
    draft.published_at, draft.published_by_code, draft.digest = now, actor.code, digest
    draft.save(update_fields=["state", "published_at", "published_by_code", "digest"])
    certification.state = CERTIFICATION_LIFE.after(certification.state, "publish")
    certification.title = draft.title
    certification.save(update_fields=["state", "title"])
    record(
        chain=certification.certifier.code,
        actor_code=actor.code,
        action=Act.REFERENTIEL_PUBLISHED,
        subject_kind="certification",
        subject_code=certification.code,
        digest=digest,
        now=now,
    )
    return draft


def gaps_of(draft: Referentiel) -> list[Gap]:
    """Everything that stops a publication: what is missing, and the words that the law keeps for others."""
    whole = referentiel_of(draft)
    elements = micro_elements_of(draft)
    if elements is None:
        return gaps(whole)
    choices = CatalogueChoices.objects.filter(certifier=draft.certification.certifier).first() or CatalogueChoices()
    found = micro_gaps(whole, elements, demanded=choices.demanded)
    texts = {"title": whole.title, "regulation": whole.regulation, **elements.texts()}
    for one in whole.competencies:
        texts[one.key] = one.text
        texts |= {criterion.key: criterion.text for criterion in one.criteria}
    reserved = [
        Gap(name, f"«\u00a0{word.quote}\u00a0» est réservé", word.word.reason, word.word.article)
        for name, word in findings_in(texts, tolerated=choices.tolerated)
    ]
    return reserved + found


def clean_long(text: str, most: int = 100_000) -> str:
    """Like ``clean``, for texts of several pages.

    :raises LineRefused: longer than ``most`` characters.
    """
    if len(text) > most:
        raise LineRefused(_("Ce texte est trop long. Gardez l’essentiel."))
    return "\n".join(clean(line) for line in text.replace("\r\n", "\n").strip().split("\n"))


def _demand_possible(frame: Frame, limits: Mapping[str, int], today: date) -> None:
    if frame.valid_from is not None and abs(frame.valid_from - today) > FARTHEST:
        raise VersionRefused(_("Cette date d’effet n’est pas vraisemblable. Vérifiez l’année."), field="valid_from")
    for key, value in limits.items():
        if value < 0 or (key == "in_person_percent" and value > 100) or value > 100_000:
            raise VersionRefused(_("Ce nombre n’est pas possible."), field=key)
    least, most = limits.get("internship_min_hours"), limits.get("internship_max_hours")
    if least is not None and most is not None and least > most:
        raise VersionRefused(_("Le stage minimal dépasse le stage maximal."), field="internship_min_hours")
    for jury in frame.juries:
        if (
            not 1 <= jury.min_members <= 30
            or jury.min_qualified > jury.min_members
            or not 0 <= jury.external_percent <= 100
        ):
            raise VersionRefused(
                _(
                    "Un jury ne compte pas plus de membres qualifiés que de membres, "
                    "ni plus de 100\u00a0% d’extérieurs."
                ),
                field=f"jury_{jury.route}_members",
            )


def _write_lines(draft: Referentiel, whole: core.Referentiel, actor: Actor, now: datetime) -> None:
    def line(key: str, text: str, rank: int) -> dict[str, object]:
        code = new_code()
        return {
            "code": code,
            "lineage": key or code,
            "referentiel": draft,
            "position": rank,
            "text": text,
            "changed_at": now,
            "changed_by_code": actor.code,
        }

    Activity.objects.bulk_create(
        Activity(**line(one.key, one.text, rank)) for rank, one in enumerate(whole.activities, start=1)
    )
    blocs = [
        Bloc(
            **line(one.key, one.text, rank),
            number=one.number,
            assessment=one.assessment,
            prerequisites=one.prerequisites,
            is_optional=bool(one.key) and one.key in whole.combination.optional,
        )
        for rank, one in enumerate(whole.blocs, start=1)
    ]
    Bloc.objects.bulk_create(blocs)
    pairs = [
        (Competency(**line(one.key, one.text, rank), bloc=row, tags=list(one.tags)), one)
        for row, bloc in zip(blocs, whole.blocs, strict=True)
        for rank, one in enumerate(bloc.competencies, start=1)
    ]
    Competency.objects.bulk_create(row for row, _one in pairs)
    Criterion.objects.bulk_create(
        Criterion(**line(criterion.key, criterion.text, rank), competency=row)
        for row, one in pairs
        for rank, criterion in enumerate(one.criteria, start=1)
    )


def _write_juries(draft: Referentiel, juries: Sequence[core.Jury]) -> None:
    JuryRule.objects.bulk_create(
        JuryRule(
            referentiel=draft,
            route=jury.route,
            min_members=jury.min_members,
            min_qualified=jury.min_qualified,
            external_percent=jury.external_percent,
            excluded=jury.excluded,
            article=jury.article,
        )
        for jury in juries
    )


def _copy_elements(published: Referentiel, draft: Referentiel) -> None:
    held = published.elements
    kept = {
        field.name: getattr(held, field.name)
        for field in MicroElements._meta.concrete_fields
        if field.name not in ("id", "referentiel", "revision")
    }
    MicroElements(referentiel=draft, **kept).save(force_insert=True)
    Alignment.objects.bulk_create(
        Alignment(referentiel=draft, framework=one.framework, entry=one.entry, label=one.label)
        for one in published.alignments.all()
    )
