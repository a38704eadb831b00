"""Conventions signed, sealed and in trouble, for tests: through the operations, as people would."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from io import BytesIO

from PIL import Image

from jurande.registers.conventions.models import ActLetter, Convention, Signatory, Termination
from jurande.registers.conventions.operations import endings, procedures, sealing, signing
from jurande.registers.conventions.operations.procedures import Piece
from jurande.registers.conventions.operations.signing import Hand
from jurande.registers.correspondence.models import Message
from jurande.registers.parties.models import Certifier, Partnership, Person
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.conventions import conventions as made
from tests.replay import replayed

MINUTE = timedelta(minutes=1)
HAND = Hand("192.0.2.7", "Mozilla/5.0")
DELAY = 15


def _photograph() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


SLIP = _photograph()


@replayed
def side(convention: Convention, which: str) -> Signatory:
    """Who stands to sign for that side."""
    return convention.signatories.standing().select_related("person").get(side=which)


@replayed
def token_of(signatory: Signatory) -> str:
    """The secret of the link in the last letter that carries one."""
    letter = Message.objects.about("signatory", signatory.code).exclude(action_url="").newest_first().first()
    assert letter is not None
    return str(letter.action_url).rstrip("/").rsplit("/", 1)[1]


@replayed
def code_of(signatory: Signatory) -> str:
    """The six digits of the last letter that carries a code."""
    letters = Message.objects.about("signatory", signatory.code).of_kind("conventions.signing_code").newest_first()
    letter = letters.first()
    assert letter is not None
    found = re.search(r"(\d{3})\s(\d{3})", letter.subject)
    assert found is not None
    return "".join(found.groups())


@replayed
def read(signatory: Signatory, *, at: datetime = NOW) -> str:
    """Open the text, read it to the end, ask for a code and give it."""
    signing.open_text(signatory=signatory, now=at)
    signing.confirm_reading(signatory=signatory, text_sha256=signatory.text.sha256, now=at + MINUTE)
    signing.send_code(signatory=signatory, now=at + 2 * MINUTE)
    return code_of(signatory)


@replayed
def sign(signatory: Signatory, *, at: datetime = NOW) -> Signatory:
    """Sign, three minutes after having opened."""
    code = read(signatory, at=at)
    return signing.sign(
        signatory=signatory, text_sha256=signatory.text.sha256, code=code, hand=HAND, now=at + 3 * MINUTE
    )


@replayed
def signed(partnership: Partnership | None = None, **changed: object) -> Convention:
    """Signed by both, not sealed yet."""
    convention = made.sent(partnership, **changed)
    sign(side(convention, "partner"))
    sign(side(convention, "certifier"), at=NOW + 5 * MINUTE)
    convention.refresh_from_db()
    return convention


@replayed
def sealed(partnership: Partnership | None = None, **changed: object) -> Convention:
    """Signed by both, with the cachet."""
    convention = signed(partnership, **changed)
    sealing.seal(convention_code=convention.code, now=NOW + 10 * MINUTE)
    convention.refresh_from_db()
    return convention


@replayed
def in_force(partnership: Partnership | None = None) -> Convention:
    """Binding, and the partner has a head here."""
    partnership = partnership or factories.partnership()
    head(partnership)
    return made.in_force(partnership, valid_from=date(2026, 1, 1))


@replayed
def head(partnership: Partnership) -> Actor:
    """The head of the partner, the one there is when there is one."""
    held = partnership.memberships.in_force().filter(role=Role.HEAD).select_related("person").first()
    person = held.person if held else factories.member(Role.HEAD, of=partnership)
    return factories.actor_of(person, partnership)


@replayed
def decider(convention: Convention) -> Actor:
    """Who decides a termination: a signatory, who notified nothing."""
    return factories.actor_of(made.signatory(convention.certifier), convention.certifier)


@replayed
def griefs(convention: Convention, *, at: datetime = NOW) -> Termination:
    """Griefs notified, with the shortest delay."""
    return procedures.notify_griefs(
        convention=convention,
        griefs="Trois sessions tenues sans second évaluateur.",
        delay_days=max(DELAY, procedures.shortest_delay(convention.certifier)),
        actor=made.preparer(convention.certifier),
        now=at,
    )


@replayed
def letter(convention: Convention, kind: str) -> ActLetter:
    """The last letter of this kind."""
    found = ActLetter.objects.select_related(
        "convention__certifier__organisation",
        "convention__partnership__site__organisation",
        "convention__partnership__certifier",
    ).filter(convention=convention, kind=kind)
    last = found.order_by("-pk").first()
    assert last is not None
    return last


@replayed
def receive(termination: Termination, *, at: datetime = NOW + MINUTE) -> Termination:
    """The head opens the letter of griefs."""
    convention = termination.convention
    procedures.open_letter(letter=letter(convention, "griefs"), actor=head(convention.partnership), now=at)
    return Termination.objects.select_related("convention__certifier", "convention__partnership__certifier").get(
        pk=termination.pk
    )


@replayed
def post(termination: Termination, *, on: date, at: datetime) -> ActLetter:
    """The letter of griefs was delivered by registered post."""
    convention = termination.convention
    return procedures.record_post(
        letter=letter(convention, "griefs"),
        reference="1A 234 567 8901 2",
        received_on=on,
        slip=Piece(BytesIO(SLIP), "avis.png"),
        actor=made.preparer(convention.certifier),
        now=at,
    )


@replayed
def observe(termination: Termination, *, at: datetime = NOW + 2 * MINUTE) -> Termination:
    """The head answers the griefs."""
    return procedures.observe(
        termination=termination,
        observations="Les évaluateurs étaient deux, voici les feuilles.",
        piece=None,
        actor=head(termination.convention.partnership),
        now=at,
    )


@replayed
def terminate(termination: Termination, *, at: datetime = NOW + 3 * MINUTE, by: Actor | None = None) -> Termination:
    """The decision, effective the same day."""
    return procedures.terminate(
        termination=termination,
        decision="Les feuilles produites ne couvrent qu’une session sur trois.",
        learners="Leur session de juin est tenue par le certificateur.",
        effective_on=at.date(),
        actor=by or decider(termination.convention),
        now=at,
    )


def addresses(mine: Certifier, theirs: Partnership, people: dict[str, Person]) -> dict[str, list[str]]:
    """What the addresses of signatures and procedures need in their path: rows at the stage that each asks for."""
    to_sign = made.sent(
        theirs, partner_signer_email=people["head"].email, certifier_signer_email=people["signatory"].email
    )
    partner, ours = side(to_sign, "partner"), side(to_sign, "certifier")
    kept = sealed(theirs)
    bound = in_force(theirs)
    griefs_read = receive(griefs(bound))
    post(griefs_read, on=NOW.date(), at=NOW + MINUTE)
    endings.propose_end(
        convention=bound,
        reasons="Réorganisation.",
        learners="Repris.",
        effective_on=NOW.date(),
        actor=made.preparer(mine),
        now=NOW,
    )
    answered = in_force(theirs)
    procedures.observe(
        termination=receive(griefs(answered)),
        observations="Voici.",
        piece=Piece(BytesIO(SLIP), "feuille.png"),
        actor=head(theirs),
        now=NOW + 2 * MINUTE,
    )
    of_griefs = letter(bound, "griefs")
    house, home = [mine.code, to_sign.code], [theirs.code, to_sign.code]
    follow_up = [mine.code, bound.code]
    return {
        "guest:signer": [token_of(partner)],
        "guest:signer-decline": [token_of(partner)],
        "guest:signer-pdf": [token_of(partner)],
        "certifier:conventions-signing-choices": [mine.code],
        **{f"certifier:conventions-{name}": house for name in ("signatures", "sign", "decline", "verify")},
        "certifier:conventions-remind": [*house, ours.code],
        "certifier:conventions-replace": [*house, ours.code],
        "certifier:conventions-sealed": [mine.code, kept.code],
        "certifier:conventions-proof": [mine.code, kept.code],
        "certifier:conventions-follow-up": follow_up,
        "certifier:conventions-act": [*follow_up, "suspendre"],
        "certifier:conventions-observations": [mine.code, answered.code],
        "certifier:conventions-letter": [*follow_up, of_griefs.code],
        "certifier:conventions-slip": [*follow_up, of_griefs.code],
        "certifier:conventions-post": [*follow_up, of_griefs.code],
        **{f"partner:conventions-{name}": home for name in ("one", "pdf", "sign", "decline", "verify")},
        **{f"partner:conventions-{name}": [theirs.code, bound.code] for name in ("observe", "end")},
        "partner:conventions-letter": [theirs.code, bound.code, of_griefs.code],
        "partner:conventions-letter-pdf": [theirs.code, bound.code, of_griefs.code],
    }
