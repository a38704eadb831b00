"""What somebody hands over, judged: is it signed, by whom, does it still count, and is it what was issued?

Nothing is kept. The file itself may say anything: only what a known key signed is believed, and the page around a
signed file is compared, word by word, with the page that was issued.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from jurande.core.encoding import jcs
from jurande.core.errors import CoreError
from jurande.core.proof.carriers.detection import Carrier, Form, read_carrier
from jurande.core.proof.comparison import Difference, PageComparison, Said, compare_documents, compare_pages
from jurande.core.proof.trust import Trust, TrustedIssuer, did_key_issuer
from jurande.core.proof.verification.examination import Examination, Outcome, examine
from jurande.core.proof.verification.signatures import claimed_issuer
from jurande.integrations.issuers import fetch_keys
from jurande.integrations.outbound import Unreachable
from jurande.integrations.pdf_text import Handed, NoText, page_text, read_handed
from jurande.integrations.status_lists import fetch_status_list
from jurande.registers.awards.models import Award
from jurande.registers.awards.models.awards import NUMBER_ALPHABET
from jurande.registers.awards.queries import proofs
from jurande.registers.awards.queries.proofs import Proof, Signed, Standing, read_signed
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.facts import credential_url, did_of
from jurande.registers.seal.states import STATUSES

MOST_BYTES = 10 * 1024 * 1024
MOST_FETCHES = 4
_ONE = f"[{NUMBER_ALPHABET}]"
_NUMBER = re.compile(rf"(?<![0-9A-Za-z]){_ONE}{{4}}[-\u2010\u2011]{_ONE}{{4}}(?![0-9A-Za-z])")

#: Draws the page of an award as it was issued; None when it cannot be.
type Redraw = Callable[[Award], bytes | None]


@dataclass(frozen=True)
class Judgment:
    """What was found. ``unreadable``: the code of why nothing could be read, «» otherwise.

    ``examination``: of the file that was handed over, None when it holds no credential. ``is_ours``: it says that a
    house of this installation signed it. ``proof``: the award that it is, or says it is, as it stands now; None when
    there is none here. ``page``: what differs on the page of a PDF; ``members``: what differs in the signed file.
    ``names_holder``: whether the name on the record may be told to who handed the file over: they have the credential,
    whose code no number gives, or the holder shows their name to everybody.
    """

    unreadable: str = ""
    carrier: Carrier | None = None
    issuer_id: str = ""
    is_ours: bool = False
    examination: Examination | None = None
    proof: Proof | None = None
    page: PageComparison | None = None
    members: tuple[Difference, ...] = ()
    has_credential: bool = False
    has_no_text: bool = False
    names_holder: bool = False

    @property
    def signed(self) -> Signed | None:
        """What the verified bytes say; None when they are not verified."""
        document = self.examination.document if self.examination is not None else None
        return read_signed(document) if document is not None else None

    @property
    def differs(self) -> bool:
        """Whether something is not as it was issued."""
        return bool(self.members) or (self.page is not None and bool(self.page.differences))

    @property
    def is_forged(self) -> bool:
        """Whether a check of the file itself refused, for another reason than what was decided since."""
        if self.examination is None:
            return False
        since = {"status.revoked", "status.suspended", "dates.expired"}
        return any(
            finding.outcome is Outcome.REFUSED and finding.code not in since for finding in self.examination.findings
        )


def judge(content: bytes, *, redraw: Redraw, now: datetime, may_fetch: bool = True) -> Judgment:
    """Judge a file: JSON, JWT or SD-JWT, alone or in a PNG, an SVG or a PDF; never raises for what it holds.

    ``may_fetch``: keys and status lists of an issuer that is not ours may be asked for, on the public Internet.
    """
    if not content.strip():
        return Judgment(unreadable="empty")
    if len(content) > MOST_BYTES:
        return Judgment(unreadable="size")
    # Whoever opens a PDF of a stranger may be kept busy by it: another process does, once for all that is asked of it.
    opened = read_handed(content) if content.startswith(b"%PDF-") else None
    try:
        carried = read_carrier(content) if opened is None else read_carrier(content, pdf=lambda _pdf: opened.attached())
        issuer_id = claimed_issuer(carried.text)
    except CoreError as refusal:
        if refusal.code in _SEVERAL:
            # A page of ours says nothing of the proofs of somebody else beside it.
            return Judgment(unreadable=refusal.code)
        # A PDF without its attachment, printed or scanned again: its number still leads to what was issued.
        found = _judge_page(Judgment(carrier=Carrier.PDF), opened, redraw, now) if opened is not None else None
        is_ours = found is not None and found.proof is not None
        if found is not None and is_ours:
            return _discreet(found)
        return Judgment(unreadable=_other_file(content) or refusal.code)
    judged = Judgment(carrier=carried.carrier, issuer_id=issuer_id, has_credential=True)
    house = _house(issuer_id)
    judged = (
        _judge_ours(judged, carried.text, house, now) if house else _judge_other(judged, carried.text, now, may_fetch)
    )
    if carried.form is Form.JSON and judged.proof is not None:
        judged = _judge_members(judged, carried.text)
    if opened is not None and judged.proof is not None:
        judged = _judge_page(judged, opened, redraw, now) or judged
    return _discreet(judged)


def _other_file(content: bytes) -> str:
    """The code of a kind of file that people often send instead of a proof, «» for any other."""
    if content.startswith(b"PK\x03\x04"):
        return "folder"
    if content.startswith(b"\xff\xd8\xff") or content[8:12] == b"WEBP" or content[4:8] == b"ftyp":
        return "photo"
    return "locked" if content.startswith(b"%PDF-") and b"/Encrypt" in content else ""


def _discreet(judged: Judgment) -> Judgment:
    """Keep what is on record from somebody who has the number alone: a page made up around it must not tell the name.

    What differs is still said, without what was issued, but for what the number says by itself.
    """
    if judged.proof is None or judged.names_holder:
        return judged
    if proofs.names_holder(judged.proof.award, with_document=False):
        return replace(judged, names_holder=True)
    page = judged.page
    if page is not None:
        page = replace(page, differences=tuple(_without_record(one) for one in page.differences))
    return replace(judged, page=page, members=tuple(_without_record(one) for one in judged.members))


def _without_record(difference: Difference) -> Difference:
    return difference if difference.field in _SAID_BY_THE_NUMBER else replace(difference, recorded="")


# Codes of what carries several proofs: none may be chosen for whoever reads.
_SEVERAL = ("carrier.duplicate", "carrier.attachments")
_SAID_BY_THE_NUMBER = (
    "title",
    "number",
    "name",
    "credentialSubject.achievement.name",
    "credentialSubject.licenseNumber",
)

# --- who signed ---------------------------------------------------------------------------------


def _house(issuer_id: str) -> str:
    """The code of the house of this installation that has this identifier, «» when there is none."""
    code = issuer_id.rpartition(":")[2]
    if issuer_id != did_of(settings.PUBLIC_URL, code or "-"):
        return ""
    return code if Certifier.objects.filter(code=code).exists() else ""


def _judge_ours(judged: Judgment, text: str, house: str, now: datetime) -> Judgment:
    code = _credential_code(text)
    award = proofs.find_by_credential(code) if code else None
    # A forger may have changed the identifier too: the number that is written inside says what it was made from.
    proof = proofs.prove(award, now=now) if award is not None else _named_in(text, now)
    if proof is not None and proof.award.certifier.code == house:
        found = proofs.examined(proof.award, text, now=now)
        return replace(judged, is_ours=True, examination=found, proof=proof, names_holder=award is not None)
    paths = {found for found in _LIST.findall(text[:2_000_000]) if found.startswith(f"{STATUSES}/{house}/")}
    lists = proofs.lists_at(house, sorted(paths)[:8], now=now)
    found = examine(text, trust=proofs.trust_in(house), now=now, status_lists=lists, expected=proofs.EXPECTED)
    return replace(judged, is_ours=True, examination=found)


def _judge_other(judged: Judgment, text: str, now: datetime, may_fetch: bool) -> Judgment:
    """Verify what somebody else signed, with the keys that they publish; who they are is not ours to say."""
    trust, lists = Trust.of(), dict[str, bytes]()
    try:
        if judged.issuer_id.startswith("did:key:"):
            trust = Trust.of(did_key_issuer(judged.issuer_id))
        elif judged.issuer_id.startswith("did:web:") and may_fetch:
            trust = Trust.of(TrustedIssuer(judged.issuer_id, fetch_keys(judged.issuer_id)))
    except (Unreachable, CoreError):
        trust = Trust.of()
    found = examine(text, trust=trust, now=now, status_lists=lists)
    for _attempt in range(MOST_FETCHES if may_fetch else 0):
        if not found.needs or found.needs in lists:
            break
        try:
            lists[found.needs] = fetch_status_list(found.needs)
        except (Unreachable, OSError, ValueError):
            break
        found = examine(text, trust=trust, now=now, status_lists=lists)
    return replace(judged, examination=found)


_LIST = re.compile(rf"/({STATUSES}/[0-9A-Z]{{1,16}}/(?:revocation|suspension)-[1-9][0-9]{{0,8}}\.json)", re.ASCII)


def _credential_code(text: str) -> str:
    """The code of the credential that a JSON text says it is, «» when it is none of ours."""
    try:
        document = jcs.parse(text.encode())
    except CoreError:
        return ""
    identifier = document.get("id") if isinstance(document, dict) else None
    code = identifier.rpartition("/")[2] if isinstance(identifier, str) else ""
    return code if identifier == credential_url(settings.PUBLIC_URL, code) else ""


# --- what differs -------------------------------------------------------------------------------


def _judge_members(judged: Judgment, text: str) -> Judgment:
    """Compare with what was signed, member by member."""
    sealed = judged.proof.award.credential if judged.proof is not None else None
    if sealed is None or sealed.signed is None:
        return judged
    try:
        ours, theirs = jcs.parse(sealed.signed.encode()), jcs.parse(text.encode())
    except CoreError:
        return judged
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return judged
    return replace(judged, members=compare_documents(ours, theirs))


def _judge_page(judged: Judgment, opened: Handed, redraw: Redraw, now: datetime) -> Judgment | None:
    """Compare the words of a page with those that were issued; None when it says nothing of ours."""
    try:
        handed = opened.text()
    except NoText:
        return replace(judged, has_no_text=True)
    proof = judged.proof or _named_in(handed, now)
    if proof is None or proof.standing is Standing.ERASED:
        return None
    if not handed.strip():
        return replace(judged, proof=proof, has_no_text=True)
    original = redraw(proof.award)
    try:
        issued = page_text(original) if original else ""
    except NoText:
        issued = ""
    return replace(judged, proof=proof, page=compare_pages(said_of(proof), issued, handed))


def _named_in(text: str, now: datetime) -> Proof | None:
    numbers = {found for one in _NUMBER.findall(text)[:3] if (found := proofs.read_number(one)) is not None}
    awards = (proofs.find(number) for number in sorted(numbers))
    return next((proofs.prove(award, now=now) for award in awards if award is not None), None)


def said_of(proof: Proof) -> list[Said]:
    """What the page of an award must say, as signed where it is signed."""
    award, signed = proof.award, proof.signed
    holder = (signed.holder if signed else "") or award.full_name
    title = (signed.title if signed else "") or award.certification.title
    return [
        Said("holder", holder, (f"{award.last_name} {award.first_name}",)),
        Said("title", title),
        Said("number", award.shown_number, (award.number,)),
    ]
