"""What is added to one convention: clauses written for it alone, and files joined to it."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from jurande.core.france.clauses import FIELDS_OF_MENTION, fields_in
from jurande.registers.conventions.models import Annex, Clause, Convention, FreeClause
from jurande.registers.conventions.operations.clauses import checked_body, clean_text
from jurande.registers.conventions.operations.drafting import ConventionRefused, opened, told, touched
from jurande.registers.conventions.states import MADE_ANNEXES, AnnexKind
from jurande.registers.conventions.states import ConventionAct as Act
from jurande.registers.documents import operations as documents
from jurande.registers.documents.models import Document
from jurande.registers.parties.policies import Actor

MOST_ANNEXES, MOST_FREE_CLAUSES = 20, 40


@transaction.atomic
def write_free_clause(
    *, convention: Convention, replaces: Clause | None, title: str, body: str, actor: Actor, now: datetime
) -> FreeClause | None:
    """Write a clause for this convention alone: added, or in the place of ``replaces``.

    A text that is the same as the standard undoes the replacement and gives None; an empty one takes the clause out.
    :raises NotAllowed: who may not prepare. :raises ConventionRefused: an unknown field, no words, or a clause that may
    not be taken out; one of a mention must keep its fields.
    """
    draft = opened(convention, actor)
    body, title = checked_body(body), " ".join(clean_text(title, most=160, field="title").split())
    if replaces is not None:
        _demand_replaceable(draft, replaces, body)
        FreeClause.objects.filter(convention=draft, replaces=replaces).delete()
        title = title or replaces.title
        if (title, body) == (replaces.title, replaces.body):
            _touch(draft, actor, now)
            told(Act.FREE_CLAUSE_REMOVED, draft, actor, now)
            return None
    elif not body or not title:
        raise ConventionRefused(_("Donnez un titre et un texte."), field="title" if not title else "body")
    if draft.free_clauses.count() >= MOST_FREE_CLAUSES:
        raise ConventionRefused(_("Trop de clauses particulières\u00a0: écrivez plutôt une autre version des clauses."))
    last = draft.free_clauses.aggregate(last=Max("position"))["last"] or 0
    clause = FreeClause(
        convention=draft,
        replaces=replaces,
        position=last + 1,
        title=title,
        body=body,
        written_by_code=actor.code,
        written_at=now,
    )
    clause.save(force_insert=True)
    _touch(draft, actor, now)
    told(Act.FREE_CLAUSE_WRITTEN, draft, actor, now, digest_of=f"{title}\n{body}")
    return clause


@transaction.atomic
def remove_free_clause(*, clause: FreeClause, actor: Actor, now: datetime) -> None:
    """Undo a clause written for this convention; the standard one is back in its place.

    :raises NotAllowed: who may not prepare, or a convention already sent.
    """
    draft = opened(clause.convention, actor)
    FreeClause.objects.filter(pk=clause.pk).delete()
    _touch(draft, actor, now)
    told(Act.FREE_CLAUSE_REMOVED, draft, actor, now)


@transaction.atomic
def add_annex(
    *,
    convention: Convention,
    kind: AnnexKind | str,
    title: str,
    content: BinaryIO,
    filename: str,
    actor: Actor,
    now: datetime,
) -> Annex:
    """Join a file to a draft.

    :raises NotAllowed: who may not prepare. :raises ConventionRefused: no title, or too many. :raises DocumentRefused:
    what the file is.
    """
    draft = opened(convention, actor)
    title = " ".join(clean_text(title, most=160, field="title").split())
    if not title:
        raise ConventionRefused(_("Donnez un titre à l’annexe."), field="title")
    if kind in MADE_ANNEXES:
        raise ConventionRefused(_("Cette annexe est faite à l’envoi, d’après ce que vise la convention."), field="kind")
    if draft.annexes.count() >= MOST_ANNEXES:
        raise ConventionRefused(_("Une convention a %(most)d annexes au plus.") % {"most": MOST_ANNEXES})
    kept = documents.keep(
        content=content, filename=filename, certifier_code=draft.certifier.code, actor_code=actor.code, now=now
    )
    annex = joined(draft, AnnexKind(kind), title, kept, actor, now)
    _touch(draft, actor, now)
    told(Act.ANNEX_ADDED, draft, actor, now, digest=annex.digest)
    return annex


@transaction.atomic
def remove_annex(*, annex: Annex, actor: Actor, now: datetime) -> None:
    """Take a file away from a draft.

    :raises NotAllowed: who may not prepare, or a convention already sent.
    """
    draft = opened(annex.convention, actor)
    Annex.objects.filter(pk=annex.pk).delete()
    _touch(draft, actor, now)
    told(Act.ANNEX_REMOVED, draft, actor, now, digest=annex.digest)


def joined(draft: Convention, kind: AnnexKind, title: str, document: Document, actor: Actor, now: datetime) -> Annex:
    """Write the row of an annex whose file is kept."""
    last = draft.annexes.aggregate(last=Max("position"))["last"] or 0
    annex = Annex(
        convention=draft,
        position=last + 1,
        kind=kind,
        title=title,
        document=document,
        digest=document.blob.sha256,
        added_at=now,
        added_by_code=actor.code,
    )
    annex.save(force_insert=True)
    return annex


def _demand_replaceable(draft: Convention, replaces: Clause, body: str) -> None:
    if replaces.clause_set_id != draft.clause_set_id:
        raise ConventionRefused(_("Cette clause n’est pas de la version que suit la convention."))
    if not body and replaces.is_required:
        raise ConventionRefused(_("Cette clause ne peut pas être retirée\u00a0: écrivez-la autrement."), field="body")
    missing = [name for name in FIELDS_OF_MENTION.get(replaces.mention, ()) if name not in fields_in(body)]
    if missing:
        named = ", ".join(f"{{{name}}}" for name in missing)
        raise ConventionRefused(
            words("Cette clause porte la mention %(mention)d° de R. 6113-16-2\u00a0: elle doit garder %(named)s.")
            % {"mention": replaces.mention, "named": named},
            field="body",
        )


def _touch(draft: Convention, actor: Actor, now: datetime) -> None:
    touched(draft, actor, now)
    draft.save(update_fields=["revision", "changed_at", "changed_by_code"])
