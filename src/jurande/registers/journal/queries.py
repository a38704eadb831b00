from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurande.registers.journal.models import Entry, EntryQuerySet, Head, Verification
from jurande.registers.journal.states import Fault

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some entries of a chain, the latest first; ``older_than`` is what to ask the next page with, None at the end."""

    entries: list[Entry]
    older_than: int | None


def timeline(subject_kind: str, subject_code: str, chain: str | None = None) -> EntryQuerySet:
    """What was done about one row, in order; of one chain when it is given."""
    return timeline_of([(subject_kind, subject_code)], chain)


def timeline_of(subjects: Iterable[tuple[str, str]], chain: str | None = None) -> EntryQuerySet:
    """What was done about any of these (kind, code), in order; for a record that shows its parts' acts too."""
    entries = Entry.objects.about_any(subjects).order_by("at", "pk")
    return entries if chain is None else entries.on_chain(chain)


def latest(chain: str, limit: int = PAGE_SIZE) -> list[Entry]:
    """The last acts of a chain, the latest first."""
    return list(Entry.objects.on_chain(chain).order_by("-seq")[:limit])


def listing(
    chain: str,
    *,
    action: str = "",
    actor_code: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    subject: tuple[str, str] | None = None,
    older_than: int | None = None,
    limit: int = PAGE_SIZE,
) -> Page:
    """One page of a chain, the latest first, of the entries that meet every condition given.

    ``action`` is a whole code or its beginning up to a dot. ``since`` is included, ``until`` is not.
    """
    found = Entry.objects.on_chain(chain).between(since, until)
    if action:
        found = found.of_action(action)
    if actor_code:
        found = found.by(actor_code)
    if subject is not None:
        found = found.about(*subject)
    if older_than is not None:
        found = found.filter(seq__lt=older_than)
    # One more than shown tells whether there is a next page.
    entries = list(found.order_by("-seq")[: limit + 1])
    return Page(entries[:limit], entries[limit - 1].seq if len(entries) > limit else None)


def chains() -> list[str]:
    """Every chain that has a head or an entry: a chain whose head was removed is still seen."""
    named = set(Head.objects.values_list("chain", flat=True))
    return sorted(named | set(Entry.objects.order_by().values_list("chain", flat=True).distinct()))


def last_verification(chain: str) -> Verification | None:
    """The verdict of the last complete reading of a chain; None before the first."""
    return Verification.objects.filter(chain=chain).order_by("-at", "-pk").first()


def last_sound_verification(chain: str) -> Verification | None:
    """The last complete reading that found nothing wrong; None if there is none."""
    return Verification.objects.filter(chain=chain, ok=True).order_by("-at", "-pk").first()


def explain(kind: Fault | str, seq: int, *, last_seq: int | None = None, origin: str = "") -> str:
    """Say in French what is wrong at entry ``seq``, or from it to ``last_seq``.

    ``origin`` is where a moved or foreign entry comes from. A ``Verification`` only keeps the kind and the place.
    """
    fault = Fault(kind)
    if fault is Fault.MISSING and last_seq not in (None, seq):
        return _("Les écritures %(seq)d à %(last)d manquent : elles ont été supprimées.") % {
            "seq": seq,
            "last": last_seq,
        }
    if fault in (Fault.MOVED, Fault.FOREIGN) and not origin:
        fault = Fault.ALTERED
    return str(EXPLANATIONS[fault]) % {"seq": seq, "origin": origin}


EXPLANATIONS = {
    Fault.ALTERED: gettext_lazy("L’écriture %(seq)d a été modifiée : son contenu ne correspond plus à son empreinte."),
    Fault.MISSING: gettext_lazy("L’écriture %(seq)d manque : elle a été supprimée."),
    Fault.MOVED: gettext_lazy("L’écriture %(seq)d a été déplacée : elle portait le numéro %(origin)s."),
    Fault.FOREIGN: gettext_lazy("L’écriture %(seq)d a été prise à une autre chaîne, %(origin)s."),
    Fault.UNLINKED: gettext_lazy(
        "L’écriture %(seq)d ne suit pas celle d’avant : l’une des deux a été réécrite, empreinte comprise."
    ),
    Fault.ADDED: gettext_lazy(
        "L’écriture %(seq)d a été ajoutée hors de l’application : la tête de la chaîne ne la connaît pas."
    ),
    Fault.HEAD_ALTERED: gettext_lazy(
        "La tête de la chaîne a été modifiée ou supprimée : elle ne correspond pas à l’écriture %(seq)d."
    ),
    Fault.REWRITTEN: gettext_lazy(
        "L’écriture %(seq)d n’est plus celle que la dernière vérification a lue : la chaîne a été réécrite depuis."
    ),
    Fault.UNLOCKED: gettext_lazy(
        "La base n’interdit plus de modifier le journal : ses déclencheurs ont été retirés. Prévenez la personne qui "
        "exploite l’installation."
    ),
}
