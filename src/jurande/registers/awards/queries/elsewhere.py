"""What was issued elsewhere: exports read, what they would make, the award that answers for an old address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db.models import Count, Min, Q, QuerySet

from jurande.core.france.former_awards import address_key
from jurande.core.france.spelling import fold
from jurande.registers.awards.models import Award, FormerRecord, Takeover, TakeoverRow
from jurande.registers.awards.states.life import TakeoverRowState
from jurande.registers.catalogue.models import Certification
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor

ADDRESS_CHARS = 1_000


def address_digest(text: str) -> str:
    """What is looked for when somebody gives an old address or number."""
    return hashlib.sha256(address_key(text).encode()).hexdigest()


def record_digest(platform: str, external_id: str) -> str:
    """What tells that something was taken over already."""
    return hashlib.sha256(f"{platform}\n{address_key(external_id)}".encode()).hexdigest()


def awards_formerly(text: str) -> list[Award]:
    """The awards that an old address or number was about: one, nearly always; at most ten."""
    if not text.strip() or len(text) > ADDRESS_CHARS:
        return []
    found = Award.objects.filter(former__addresses__digest=address_digest(text)).distinct()
    return list(found.select_related("certifier__organisation", "certification").order_by("pk")[:10])


def former_of(award: Award) -> FormerRecord | None:
    """Where an award taken over comes from; None: it was issued here."""
    return FormerRecord.objects.filter(award=award).first()


def addresses_of(record: FormerRecord) -> list[str]:
    """Where it could be seen."""
    return list(record.addresses.order_by("pk").values_list("address", flat=True))


# --- exports --------------------------------------------------------------------------------------


def takeovers(actor: Actor) -> QuerySet[Takeover]:
    """Those of the house, the latest first."""
    return Takeover.objects.visible_to(actor).select_related("certifier__organisation").order_by("-read_at", "-pk")


def takeover(actor: Actor, code: str) -> Takeover | None:
    """One of them; None: not of this house."""
    return takeovers(actor).filter(code=code).first()


def outcome_of(held: Takeover) -> dict[str, int]:
    """How many lines are in each state."""
    counts = dict(held.rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counts.get(state.value, 0) for state in TakeoverRowState}


def titles_of(held: Takeover) -> list[tuple[str, int]]:
    """The name of each thing that the lines to take over are about, and how many lines, in the file's order."""
    rows = held.rows.filter(state=TakeoverRowState.READY).order_by()
    counted = rows.values("title").annotate(n=Count("pk"), at=Min("number")).order_by("at")
    return [(one["title"], one["n"]) for one in counted]


def rejected_rows(held: Takeover) -> QuerySet[TakeoverRow]:
    """The lines left out, in the file's order."""
    return held.rows.filter(state=TakeoverRowState.REJECTED).order_by("number")


def certifications_of(certifier: Certifier) -> QuerySet[Certification]:
    """Everything that something taken over may be: what is no longer awarded too."""
    return Certification.objects.filter(certifier=certifier).select_related("fiche").order_by("title", "pk")


def guessed_titles(held: Takeover) -> dict[str, str]:
    """The certification that has the very name of what was issued there, or that was told for it last time."""
    named = {fold(one.title): one.code for one in certifications_of(held.certifier)}
    told: dict[str, str] = {}
    for titles in (
        Takeover.objects.filter(certifier=held.certifier).order_by("read_at").values_list("titles", flat=True)
    ):
        told |= titles
    wanted = [title for title, _count in titles_of(held)]
    guessed = {title: told.get(title) or named.get(fold(title), "") for title in wanted}
    return {title: code for title, code in guessed.items() if code in named.values()}


def known_digests(certifier: Certifier, digests: Iterable[str]) -> set[str]:
    """Those of these records that are here already."""
    return set(
        FormerRecord.objects.filter(Q(certifier=certifier), digest__in=list(digests)).values_list("digest", flat=True)
    )
