"""What screens read of signatures, letters and procedures, once the convention was asked of ``visible_to``."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from jurande.registers.conventions.models import (
    ActLetter,
    Convention,
    Ending,
    OutsideSignature,
    ProofFile,
    SealedPdf,
    Signatory,
    SigningChoices,
    Suspension,
    Termination,
)
from jurande.registers.conventions.states import ENDING_STANDS, UNDER_WAY, ConventionState, Side, TerminationState
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.policies import Actor


def choices_of(certifier: Certifier) -> SigningChoices:
    """What this certifier chose, or what is usual."""
    return SigningChoices.objects.filter(certifier=certifier).first() or SigningChoices(certifier=certifier)


def signatories_of(held: Convention) -> list[Signatory]:
    """Everybody who was asked to sign the text of today, those replaced and those who declined too."""
    rows = held.signatories.filter(text=held.text).select_related("person", "text").order_by("side", "pk")
    return [_tied(row, held) for row in rows]


def standing(held: Convention, side: Side) -> Signatory | None:
    """Who stands to sign for that side, or signed."""
    row = held.signatories.standing().filter(side=side).select_related("person", "text__pdf__blob").first()
    return _tied(row, held) if row is not None else None


def mine(actor: Actor, held: Convention) -> Signatory | None:
    """The signature that this person gives, or gave, in this convention."""
    rows = held.signatories.standing().filter(person__code=actor.code)
    row = rows.select_related("person", "text__pdf__blob").first() if actor.code else None
    return _tied(row, held) if row is not None else None


def signatory(held: Convention, code: str) -> Signatory | None:
    """One of those who were asked to sign."""
    row = held.signatories.filter(code=code).select_related("person", "text").first()
    return _tied(row, held) if row is not None else None


def _tied(row: Signatory, held: Convention) -> Signatory:
    row.convention = held
    return row


def sealed_of(held: Convention) -> SealedPdf | None:
    """The sealed file, once made."""
    return SealedPdf.objects.select_related("document__blob", "commitment").filter(convention=held).first()


def proof_of(held: Convention) -> ProofFile | None:
    """The proof file, once made."""
    return ProofFile.objects.select_related("document__blob").filter(convention=held).first()


def outside_of(held: Convention) -> OutsideSignature | None:
    """What was read of the signatures of a convention signed elsewhere, the last time."""
    return held.outside_signatures.order_by("-pk").first()


def letters_of(actor: Actor, held: Convention) -> list[ActLetter]:
    """The letters about this convention, the latest first."""
    rows = ActLetter.objects.visible_to(actor).filter(convention=held)
    return list(rows.select_related("document__blob").order_by("-sent_at", "-pk"))


def letter(actor: Actor, held: Convention, code: str) -> ActLetter | None:
    """One of them."""
    rows = ActLetter.objects.visible_to(actor).filter(convention=held, code=code)
    row = rows.select_related("document__blob", "termination", "suspension", "ending", "postal_document__blob").first()
    if row is not None:
        row.convention = held
    return row


def mails_about(kind: str, codes: Iterable[str]) -> dict[str, list[Message]]:
    """The e-mails that told of each of these records, the first one first."""
    found: dict[str, list[Message]] = {code: [] for code in codes}
    rows = Message.objects.filter(about_kind=kind, about_code__in=found).order_by("written_at", "pk")
    for row in rows:
        found[row.about_code].append(row)
    return found


def suspension_of(held: Convention) -> Suspension | None:
    """The suspension that stands."""
    return held.suspensions.filter(lifted_at=None).first()


def termination_of(held: Convention) -> Termination | None:
    """The procedure that is under way or was decided; else the last that was closed."""
    rows = held.terminations.select_related("observations_document__blob")
    found = rows.exclude(state=TerminationState.CLOSED_WITHOUT_ACTION).first() or rows.order_by("-pk").first()
    if found is not None:
        found.convention = held
    return found


def ending_of(held: Convention) -> Ending | None:
    """The end that is proposed, agreed or notified; else the last that was refused."""
    rows = held.endings.all()
    found = rows.filter(state__in=ENDING_STANDS).first() or rows.order_by("-pk").first()
    if found is not None:
        found.convention = held
    return found


def awaiting_signature(actor: Actor) -> QuerySet[Signatory]:
    """What waits for this very person's signature."""
    return (
        Signatory.objects.visible_to(actor)
        .standing()
        .filter(person__code=actor.code, convention__state=ConventionState.SENT, signed_at=None)
        .select_related("convention__partnership__site__organisation", "convention__certifier__organisation")
        .order_by("invited_at", "pk")
    )


def unopened_letters(actor: Actor) -> QuerySet[ActLetter]:
    """The letters that nobody of the partner took note of yet."""
    return (
        ActLetter.objects.visible_to(actor)
        .filter(opened_at=None)
        .select_related("convention__certifier__organisation", "convention__partnership")
        .order_by("sent_at", "pk")
    )


def under_way(actor: Actor) -> QuerySet[Termination]:
    """The procedures that wait for somebody, in one's house."""
    conventions = Convention.objects.visible_to(actor)
    return (
        Termination.objects.filter(convention__in=conventions, state__in=UNDER_WAY)
        .select_related("convention__partnership__site__organisation", "convention__certifier")
        .order_by("notified_at", "pk")
    )
