"""Writing the lines of a draft: one act, one journal entry. Nobody overwrites what they have not read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jurande.core.france.pasting import Proposed
from jurande.core.france.referentiels import MOST_CHARACTERS, MOST_LINES, TAGS
from jurande.registers.catalogue import policies
from jurande.registers.catalogue.models import Activity, Bloc, Competency, Criterion, Referentiel
from jurande.registers.catalogue.states import CertificationAct as Act
from jurande.registers.catalogue.states import LineKind
from jurande.registers.common.codes import new_code
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import require
from jurande.registers.journal.operations import record
from jurande.registers.parties.policies import Actor

type AnyLine = Activity | Bloc | Competency | Criterion

MODELS: dict[LineKind, type[AnyLine]] = {
    LineKind.ACTIVITY: Activity,
    LineKind.BLOC: Bloc,
    LineKind.COMPETENCY: Competency,
    LineKind.CRITERION: Criterion,
}
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff]")


class LineRefused(Refused):
    """This line cannot be written so."""


class LineChanged(LineRefused):
    """Somebody else wrote it since it was read; ``line`` is what it is now."""

    def __init__(self, line: AnyLine) -> None:
        """Keep the line as it is now."""
        super().__init__(
            _(
                "Quelqu’un a modifié cette ligne pendant que vous écriviez. Rien n’est perdu\u00a0: "
                "comparez les deux textes, puis choisissez."
            ),
            field="text",
        )
        self.line = line


@transaction.atomic
def add_line(
    *,
    referentiel: Referentiel,
    kind: LineKind,
    actor: Actor,
    now: datetime,
    text: str = "",
    parent: AnyLine | None = None,
    after: AnyLine | None = None,
) -> AnyLine:
    """Add a line at the end of its parent, or just after another. A bloc or an activity has no parent.

    :raises NotAllowed: who may not prepare, or a published version. :raises LineRefused: too long, too many, or a
    second bloc in a micro-certification.
    """
    draft = opened(referentiel, actor)
    _demand_room(draft, kind, 1)
    line = _new(draft, kind, text, parent, actor, now)
    siblings = _siblings(line)
    place = next((rank for rank, one in enumerate(siblings, start=1) if after and one.pk == after.pk), len(siblings))
    line.position = place + 1
    line.save(force_insert=True)
    _renumber([*siblings[:place], line, *siblings[place:]])
    told(Act.LINE_ADDED, draft, actor, now, text=line.text)
    return line


@transaction.atomic
def reword_line(*, line: AnyLine, text: str, revision: int, actor: Actor, now: datetime) -> AnyLine:
    """Replace the text of a line. ``revision``: the one that was read; the same text again writes nothing.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: it is no longer that revision.
    :raises LineRefused: too long, or the title of a micro-certification.
    """
    draft, held = _locked(line, actor)
    wanted = clean(text)
    if held.text == wanted:
        return held
    _demand_revision(held, revision)
    if isinstance(held, Bloc) and draft.certification.is_micro:
        raise LineRefused(_("L’intitulé d’une micro-certification se change dans sa fiche."), field="text")
    held.text = wanted
    _changed(held, actor, now, "text")
    told(Act.LINE_REWORDED, draft, actor, now, text=wanted)
    return held


@transaction.atomic
def describe_bloc(
    *,
    bloc: Bloc,
    number: str,
    assessment: str,
    prerequisites: str,
    is_optional: bool,
    revision: int,
    actor: Actor,
    now: datetime,
) -> Bloc:
    """Say how a bloc is assessed, its code at the RNCP, what must be known before, and whether it is one of a choice.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: written by somebody else meanwhile.
    """
    draft, held = _locked(bloc, actor)
    assert isinstance(held, Bloc)  # noqa: S101  of its own class
    _demand_revision(held, revision)
    held.number = clean(number)[:30]
    held.assessment = clean(assessment, lines=True)
    held.prerequisites = clean(prerequisites, lines=True)
    held.is_optional = is_optional
    _changed(held, actor, now, "number", "assessment", "prerequisites", "is_optional")
    told(Act.LINE_DESCRIBED, draft, actor, now, text=held.assessment)
    return held


@transaction.atomic
def tag_competency(
    *, competency: Competency, tags: Sequence[str], revision: int, actor: Actor, now: datetime
) -> Competency:
    """Say what else a competency serves; unknown tags are left out.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: written by somebody else meanwhile.
    """
    draft, held = _locked(competency, actor)
    assert isinstance(held, Competency)  # noqa: S101
    _demand_revision(held, revision)
    held.tags = [tag.key for tag in TAGS if tag.key in set(tags)]
    _changed(held, actor, now, "tags")
    told(Act.LINE_DESCRIBED, draft, actor, now, text=" ".join(held.tags))
    return held


@transaction.atomic
def move_line(*, line: AnyLine, place: int, actor: Actor, now: datetime, parent: AnyLine | None = None) -> AnyLine:
    """Put a line at ``place`` (from 1) under its parent, or under another; beyond the ends is the nearest end.

    :raises NotAllowed: as ``add_line``. :raises LineRefused: a parent of another version or of another kind.
    """
    draft, held = _locked(line, actor)
    if parent is not None:
        _put_under(held, parent, draft)
    others = [one for one in _siblings(held) if one.pk != held.pk]
    at = min(max(place, 1), len(others) + 1) - 1
    _changed(held, actor, now, f"{held.parent_field}_id")
    _renumber([*others[:at], held, *others[at:]])
    told(Act.LINE_MOVED, draft, actor, now)
    return held


@transaction.atomic
def split_line(*, line: AnyLine, text: str, at: int, revision: int, actor: Actor, now: datetime) -> AnyLine:
    """Cut ``text``, what the writer sees, in two at ``at`` characters: the rest becomes the next line, which is given.

    At the end of the text, the next line is empty: that is how one goes on writing.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: written by somebody else meanwhile.
    """
    draft, held = _locked(line, actor)
    _demand_revision(held, revision)
    kind = kind_of(held)
    _demand_room(draft, kind, 1)
    cut = min(max(at, 0), len(text))
    held.text = clean(text[:cut])
    _changed(held, actor, now, "text")
    rest = _new(draft, kind, text[cut:], _parent_of(held), actor, now)
    siblings = _siblings(held)
    place = next(rank for rank, one in enumerate(siblings, start=1) if one.pk == held.pk)
    rest.position = place + 1
    rest.save(force_insert=True)
    _renumber([*siblings[:place], rest, *siblings[place:]])
    told(Act.LINE_SPLIT, draft, actor, now, text=f"{held.text}\n{rest.text}")
    return rest


@transaction.atomic
def merge_line(*, line: AnyLine, text: str, revision: int, actor: Actor, now: datetime) -> AnyLine:
    """Append ``text``, what the writer sees of this line, to the one before, which is given; its criteria follow.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: written by somebody else meanwhile.
    :raises LineRefused: the first line has none before it, and blocs are not merged.
    """
    draft, held = _locked(line, actor)
    _demand_revision(held, revision)
    siblings = _siblings(held)
    place = next(rank for rank, one in enumerate(siblings) if one.pk == held.pk)
    if place == 0 or isinstance(held, Bloc):
        raise LineRefused(_("Cette ligne n’en a pas d’autre au-dessus d’elle à laquelle se joindre."))
    before = siblings[place - 1]
    before.text = clean(f"{before.text} {text}")
    _changed(before, actor, now, "text")
    if isinstance(held, Competency) and isinstance(before, Competency):
        Criterion.objects.filter(competency=held).update(competency=before)
        before.tags = [tag.key for tag in TAGS if tag.key in {*before.tags, *held.tags}]
        before.save(update_fields=["tags"])
        _renumber(list(before.criteria.order_by("position", "pk")))
    held.delete()
    _renumber([one for rank, one in enumerate(siblings) if rank != place])
    told(Act.LINES_MERGED, draft, actor, now, text=before.text)
    return before


@transaction.atomic
def remove_line(*, line: AnyLine, revision: int, actor: Actor, now: datetime) -> None:
    """Remove a line and what is under it, from this draft only: published versions keep theirs.

    :raises NotAllowed: as ``add_line``. :raises LineChanged: written by somebody else meanwhile.
    :raises LineRefused: the only bloc of a micro-certification.
    """
    draft, held = _locked(line, actor)
    _demand_revision(held, revision)
    if isinstance(held, Bloc) and draft.certification.is_micro:
        raise LineRefused(_("Une micro-certification est un bloc\u00a0: il se complète, il ne se retire pas."))
    others = [one for one in _siblings(held) if one.pk != held.pk]
    text = held.text
    held.delete()
    _renumber(others)
    told(Act.LINE_REMOVED, draft, actor, now, text=text)


@transaction.atomic
def paste_lines(*, bloc: Bloc, items: Sequence[Proposed], actor: Actor, now: datetime) -> int:
    """Add a proposed list at the end of a bloc; a heading opens a new bloc, except in a micro-certification.

    Gives how many lines were added, in one act of the journal.

    :raises NotAllowed: as ``add_line``. :raises LineRefused: nothing in it, or too many lines.
    """
    draft, held = _locked(bloc, actor)
    if not items:
        raise LineRefused(_("Rien à ajouter\u00a0: collez une liste de compétences, puis relisez-la."), field="text")
    _demand_room(draft, LineKind.COMPETENCY, len(items))
    into: AnyLine = held
    place = Competency.objects.filter(bloc_id=held.pk).count()
    last = Bloc.objects.filter(referentiel=draft).count()
    for item in items:
        if item.kind == "bloc" and not draft.certification.is_micro:
            last, place = last + 1, 0
            into = _new(draft, LineKind.BLOC, item.text, None, actor, now)
            into.position = last
            into.save(force_insert=True)
            continue
        place += 1
        line = _new(draft, LineKind.COMPETENCY, item.text, into, actor, now)
        line.position = place
        line.save(force_insert=True)
    told(Act.LINES_PASTED, draft, actor, now, text="\n".join(item.text for item in items))
    return len(items)


# --- what every act does ------------------------------------------------------------------------


def opened(referentiel: Referentiel, actor: Actor) -> Referentiel:
    """Lock the version for writing: acts on one référentiel follow one another.

    :raises NotAllowed: who may not prepare, or a published version.
    """
    held = (
        Referentiel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("certification__certifier")
        .get(pk=referentiel.pk)
    )
    require(policies.can_edit_referentiel(actor, held))
    return held


def told(act: Act, draft: Referentiel, actor: Actor, now: datetime, *, text: str = "") -> None:
    """Write the author on the draft and the act in the journal, which keeps of the text its fingerprint only."""
    if actor.code not in draft.author_codes:
        draft.author_codes = [*draft.author_codes, actor.code]
    draft.changed_at, draft.changed_by_code = now, actor.code
    draft.save(update_fields=["author_codes", "changed_at", "changed_by_code"])
    record(
        chain=draft.certification.certifier.code,
        actor_code=actor.code,
        action=act,
        subject_kind="certification",
        subject_code=draft.certification.code,
        digest=hashlib.sha256(text.encode()).hexdigest() if text else "",
        now=now,
    )


def clean(text: str, *, lines: bool = False) -> str:
    """Take out what cannot be seen and, unless ``lines``, line ends.

    :raises LineRefused: longer than 4 000 characters.
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
    text = text.strip() if lines else " ".join(text.split())
    if len(text) > MOST_CHARACTERS:
        raise LineRefused(
            _("Ce texte est trop long\u00a0: %(most)d caractères au plus. Coupez-le en plusieurs lignes.")
            % {"most": MOST_CHARACTERS},
            field="text",
        )
    return text


def kind_of(line: AnyLine) -> LineKind:
    """What a line is."""
    return next(kind for kind, model in MODELS.items() if isinstance(line, model))


def _locked(line: AnyLine, actor: Actor) -> tuple[Referentiel, AnyLine]:
    draft = opened(line.referentiel, actor)
    held = type(line).objects.filter(pk=line.pk, referentiel=draft).first()
    if held is None:
        raise LineRefused(_("Cette ligne n’est plus là\u00a0: quelqu’un l’a retirée. Rechargez la page."), field="text")
    return draft, held


def _new(draft: Referentiel, kind: LineKind, text: str, parent: AnyLine | None, actor: Actor, now: datetime) -> AnyLine:
    code = new_code()
    line = MODELS[kind](
        code=code,
        lineage=code,
        referentiel=draft,
        position=1,
        text=clean(text),
        changed_at=now,
        changed_by_code=actor.code,
    )
    if line.parent_field != "referentiel":
        if parent is None:
            raise LineRefused(_("Dites où ajouter cette ligne."))
        _put_under(line, parent, draft)
    return line


def _put_under(line: AnyLine, parent: AnyLine, draft: Referentiel) -> None:
    fits = (isinstance(line, Competency) and isinstance(parent, Bloc)) or (
        isinstance(line, Criterion) and isinstance(parent, Competency)
    )
    if not fits or parent.referentiel_id != draft.pk:
        raise LineRefused(_("Cette ligne ne peut pas aller là. Rechargez la page."))
    setattr(line, line.parent_field, parent)


def _parent_of(line: AnyLine) -> AnyLine | None:
    return None if line.parent_field == "referentiel" else getattr(line, line.parent_field)


def _siblings(line: AnyLine) -> list[AnyLine]:
    under = {line.parent_field: getattr(line, f"{line.parent_field}_id")}
    return list(type(line).objects.filter(**under).order_by("position", "pk"))


def _renumber(lines: Sequence[AnyLine]) -> None:
    for rank, line in enumerate(lines, start=1):
        if line.position != rank:
            line.position = rank
            line.save(update_fields=["position"])


def _changed(line: AnyLine, actor: Actor, now: datetime, *names: str) -> None:
    line.revision += 1
    line.changed_at, line.changed_by_code = now, actor.code
    line.save(update_fields=[*names, "revision", "changed_at", "changed_by_code"])


def _demand_revision(line: AnyLine, revision: int) -> None:
    if line.revision != revision:
        raise LineChanged(line)


def _demand_room(draft: Referentiel, kind: LineKind, more: int) -> None:
    if kind == LineKind.BLOC and draft.certification.is_micro and draft.blocs.exists():
        raise LineRefused(_("Une micro-certification est un seul bloc de compétences. Ajoutez-y des compétences."))
    if MODELS[kind].objects.filter(referentiel=draft).count() + more > MOST_LINES:
        raise LineRefused(_("Ce référentiel a déjà trop de lignes\u00a0: %(most)d au plus.") % {"most": MOST_LINES})
