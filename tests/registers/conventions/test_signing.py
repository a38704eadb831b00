import json
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from pyhanko.pdf_utils.misc import PdfError

from jurande.integrations import cachet as port
from jurande.integrations import pdf_signatures
from jurande.registers.common.models import JobRequest
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.conventions.models import ProofFile, SealedPdf, Signatory
from jurande.registers.conventions.operations import choosing, effects, outside, sealing, sending, signing
from jurande.registers.conventions.operations.signing import LinkNotOpen, SigningRefused
from jurande.registers.conventions.states import ConventionState, SignatoryState
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.queries import open_content
from jurande.registers.parties.states import Role
from jurande.registers.seal.models import Commitment
from tests import factories
from tests.factories import NOW
from tests.registers.conventions import conventions as made
from tests.registers.conventions import signed as s
from tests.registers.conventions.signed import HAND, MINUTE
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of 3,072 bits takes up to a second to find; every house of the tests has one."""
    monkeypatch.setattr(port, "RSA_BITS", 2048)


@pytest.fixture(autouse=True)
def _read_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process for each PDF takes a second to start; that it is bounded is said in test_pdf_signatures."""

    def read(content: bytes, *, trusted_pem: bytes = b"") -> pdf_signatures.PdfFindings:
        try:
            return pdf_signatures.judge(content, trusted_pem=trusted_pem)
        except PdfError as error:
            raise pdf_signatures.PdfUnreadable(str(error)) from error

    monkeypatch.setattr(outside, "read_pdf", read)


class TestALink:
    def test_opened_by_a_mail_scanner_does_nothing(self):
        partner = s.side(made.sent(), "partner")
        signing.signatory_of(token=s.token_of(partner), now=NOW)
        partner.refresh_from_db()
        assert partner.state == SignatoryState.INVITED

    def test_keeps_only_a_digest(self):
        partner = s.side(made.sent(), "partner")
        assert s.token_of(partner) not in str(Signatory.objects.values().get(pk=partner.pk))

    def test_opens_twice_and_says_the_same(self):
        partner = s.side(made.sent(), "partner")
        first = signing.open_text(signatory=partner, now=NOW)
        again = signing.open_text(signatory=partner, now=NOW + MINUTE)
        assert again.opened_at == first.opened_at

    @pytest.mark.parametrize("case", ["unknown", "too late", "reminded since", "replaced since", "taken back"])
    def test_that_no_longer_opens_says_what_to_do(self, case):
        convention = made.sent()
        partner = s.side(convention, "partner")
        token, now = s.token_of(partner), NOW + MINUTE
        by = made.preparer(convention.certifier)
        if case == "unknown":
            token = "x" * 43
        elif case == "too late":
            now = NOW + timedelta(days=16)
        elif case == "reminded since":
            signing.remind(signatory=partner, actor=by, now=now)
        elif case == "replaced since":
            signing.replace(
                signatory=partner, name="Odile Kuntz", email="odile@exemple.fr", quality="gérante",
                reason="Nouvelle gérante.", actor=by, now=now,
            )  # fmt: skip
        else:
            sending.take_back(convention=convention, actor=by, now=now)
        with pytest.raises(LinkNotOpen, match="Demandez-en un nouveau"):
            signing.signatory_of(token=token, now=now)


class TestReading:
    def test_comes_before_signing(self):
        partner = s.side(made.sent(), "partner")
        with pytest.raises(SigningRefused, match="Ouvrez d’abord"):
            signing.confirm_reading(signatory=partner, text_sha256=partner.text.sha256, now=NOW)
        signing.open_text(signatory=partner, now=NOW)
        with pytest.raises(SigningRefused, match="Lisez d’abord"):
            signing.send_code(signatory=partner, now=NOW)

    def test_of_another_text_than_the_frozen_one_is_refused(self):
        partner = s.side(made.sent(), "partner")
        signing.open_text(signatory=partner, now=NOW)
        with pytest.raises(SigningRefused, match="n’est pas celui"):
            signing.confirm_reading(signatory=partner, text_sha256="ab" * 32, now=NOW)


class TestACode:
    def test_signs_once_for_the_text_that_was_read(self):
        convention = made.sent()
        row = s.sign(s.side(convention, "partner"))
        assert (row.state, row.method, row.text_sha256) == ("signed", "email_code", convention.text.sha256)
        with pytest.raises(SigningRefused, match="déjà signé"):
            signing.sign(signatory=row, text_sha256=row.text.sha256, code="000000", hand=HAND, now=NOW + 4 * MINUTE)

    def test_wrong_five_times_is_dead_even_when_right_the_sixth(self):
        partner = s.side(made.sent(), "partner")
        code = s.read(partner)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _try in range(5):
            with pytest.raises(SigningRefused):
                signing.sign(
                    signatory=partner, text_sha256=partner.text.sha256, code=wrong, hand=HAND, now=NOW + 3 * MINUTE
                )
        with pytest.raises(SigningRefused, match="Trop d’essais"):
            signing.sign(signatory=partner, text_sha256=partner.text.sha256, code=code, hand=HAND, now=NOW + 3 * MINUTE)

    def test_of_more_than_ten_minutes_is_dead(self):
        partner = s.side(made.sent(), "partner")
        code = s.read(partner)
        with pytest.raises(SigningRefused, match="dix minutes"):
            signing.sign(
                signatory=partner, text_sha256=partner.text.sha256, code=code, hand=HAND, now=NOW + 12 * MINUTE
            )

    def test_is_sent_once_a_minute_and_ten_times_in_all(self):
        partner = s.side(made.sent(), "partner")
        s.read(partner)
        with pytest.raises(SigningRefused, match="une minute"):
            signing.send_code(signatory=partner, now=NOW + 2 * MINUTE)
        for count in range(9):
            signing.send_code(signatory=partner, now=NOW + (4 + 2 * count) * MINUTE)
        with pytest.raises(SigningRefused, match="Trop de codes"):
            signing.send_code(signatory=partner, now=NOW + 60 * MINUTE)

    def test_of_another_signatory_does_not_sign(self):
        convention = made.sent()
        partner, ours = s.side(convention, "partner"), s.side(convention, "certifier")
        s.read(partner)
        other = s.read(ours)
        if other != s.code_of(partner):
            with pytest.raises(SigningRefused, match="pas le bon"):
                signing.sign(
                    signatory=partner, text_sha256=partner.text.sha256, code=other, hand=HAND, now=NOW + 3 * MINUTE
                )


class TestAnAuthenticator:
    def test_signs_for_who_has_one_set_up(self, monkeypatch: pytest.MonkeyPatch):
        ours = s.side(made.sent(), "certifier")
        Authenticator.objects.create(user=ours.person, type=Authenticator.Type.TOTP, data={"secret": "x"})
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP.validate_code", lambda _, code: code == "123456")
        signing.open_text(signatory=ours, now=NOW)
        signing.confirm_reading(signatory=ours, text_sha256=ours.text.sha256, now=NOW)
        given = {"signatory": ours, "text_sha256": ours.text.sha256, "hand": HAND, "now": NOW}
        with pytest.raises(SigningRefused, match="pas le bon"):
            signing.sign(code="654321", **given)
        assert signing.sign(code="123456", **given).method == "totp"


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_sign_once_each_and_ask_for_one_seal(self, shared_rows: None):
        convention = made.sent()
        partner, ours = s.side(convention, "partner"), s.side(convention, "certifier")
        codes = {partner.pk: s.read(partner), ours.pk: s.read(ours)}

        def signs(row):
            def act():
                try:
                    return signing.sign(
                        signatory=row,
                        text_sha256=row.text.sha256,
                        code=codes[row.pk],
                        hand=HAND,
                        now=NOW + 3 * MINUTE,
                    ).state
                except SigningRefused as refused:
                    return str(refused.sentence)

            return act

        outcomes = at_once(signs(partner), signs(partner), signs(ours))
        assert outcomes.count("signed") == 2
        assert sum("déjà signé" in each for each in outcomes) == 1
        assert JobRequest.objects.filter(name="conventions.seal").count() == 1


class TestTheCertifiersSignatory:
    def test_is_a_person_of_the_house_who_may_sign(self):
        convention = made.sent()
        stranger = factories.member(Role.READER, of=convention.certifier)
        with pytest.raises(SigningRefused, match="faire partie de l’équipe"):
            signing.replace(
                signatory=s.side(convention, "certifier"), name="X", email=stranger.email, quality="lectrice",
                reason="Absence.", actor=made.preparer(convention.certifier), now=NOW,
            )  # fmt: skip

    def test_is_not_somebody_else_nor_who_prepared_it(self):
        convention = made.sent()
        ours = s.side(convention, "certifier")
        code = s.read(ours)
        other = factories.actor_of(factories.administrator(convention.certifier), convention.certifier)
        with pytest.raises(NotAllowed, match="personne désignée"):
            signing.sign_here(
                signatory=ours, text_sha256=ours.text.sha256, code=code, hand=HAND, actor=other, now=NOW + 3 * MINUTE
            )
        type(convention).objects.filter(pk=convention.pk).update(prepared_by_code=ours.person.code)
        convention.refresh_from_db()
        ours = s.side(convention, "certifier")
        with pytest.raises(NotAllowed, match="une autre personne"):
            signing.sign_here(
                signatory=ours, text_sha256=ours.text.sha256, code=code, hand=HAND,
                actor=factories.actor_of(ours.person, convention.certifier), now=NOW + 3 * MINUTE,
            )  # fmt: skip

    def test_waits_for_the_partner_when_the_house_chose_so(self):
        partnership = factories.partnership()
        house = partnership.certifier
        by = made.preparer(house)
        choosing.choose_signing(certifier=house, link_days=10, order="partner_first", actor=by, now=NOW)
        convention = made.sent(partnership)
        ours = s.side(convention, "certifier")
        assert not Message.objects.about("signatory", ours.code).exists()
        signing.open_text(signatory=ours, now=NOW)
        signing.confirm_reading(signatory=ours, text_sha256=ours.text.sha256, now=NOW)
        with pytest.raises(SigningRefused, match="signe d’abord"):
            signing.send_code(signatory=ours, now=NOW)
        s.sign(s.side(convention, "partner"))
        assert Message.objects.about("signatory", ours.code).of_kind("conventions.to_sign_here").count() == 1


class TestDeclining:
    def test_says_why_and_tells_who_sent_it(self):
        convention = made.sent()
        partner = s.side(convention, "partner")
        signing.open_text(signatory=partner, now=NOW)
        with pytest.raises(SigningRefused, match="pourquoi"):
            signing.decline(signatory=partner, reason=" ", now=NOW)
        signing.decline(signatory=partner, reason="La durée ne convient pas.", now=NOW)
        told = Message.objects.of_kind("conventions.declined").get()
        assert "La durée ne convient pas." in told.body
        with pytest.raises(SigningRefused, match="n’est plus à signer"):
            signing.send_code(signatory=partner, now=NOW)


class TestSealing:
    def test_makes_one_file_that_begins_with_the_text_that_was_signed(self, tmp_path: Path):
        convention = s.sealed()
        sealed = SealedPdf.objects.get(convention=convention)
        with open_content(sealed.document) as file:
            content = file.read()
        with open_content(convention.text.pdf) as file:
            assert content.startswith(file.read())
        assert convention.state == ConventionState.SIGNED
        assert Commitment.objects.filter(business_key=f"convention:{convention.code}").count() == 1
        found = outside.findings_in(content, convention.certifier)
        (cachet,) = found.signatures
        assert (cachet.intact, cachet.whole, cachet.certified, cachet.trusted) == (True, True, True, True)
        assert {name for name, _digest in found.files} == {"contenu.json", sealing.PROOF_NAME}
        if shutil.which("pdfsig"):
            (tmp_path / "c.pdf").write_bytes(content)
            said = subprocess.run(["pdfsig", "c.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
            assert "Signature is Valid" in said
            assert "isn't Trusted" in said
            assert "Total document signed" in said

    def test_keeps_who_signed_what_when_and_how(self):
        convention = s.sealed()
        with open_content(ProofFile.objects.get(convention=convention).document) as file:
            proof = json.load(file)
        assert proof["text"]["pdf_sha256"] == convention.text.sha256
        ours, theirs = sorted(proof["signatories"], key=lambda each: each["side"])
        assert (theirs["method"], theirs["address"]) == ("email_code", "192.0.2.7")
        assert [each["kind"] for each in theirs["letters"]] == ["conventions.to_sign", "conventions.signing_code"]
        assert ours["signed_at"] > theirs["signed_at"]

    def test_happens_once_whatever_the_number_of_tries(self):
        convention = s.sealed()
        again = sealing.seal(convention_code=convention.code, now=NOW + 20 * MINUTE)
        assert again == SealedPdf.objects.get(convention=convention)
        assert Message.objects.of_kind("conventions.sealed").count() == 2

    def test_begins_again_after_a_crash_and_leaves_nothing_half_done(self, monkeypatch: pytest.MonkeyPatch):
        convention = s.signed()

        def broken(**_: object) -> None:
            raise RuntimeError("the machine stops")

        with monkeypatch.context() as patch:
            patch.setattr(sealing, "commit_document", broken)
            with pytest.raises(RuntimeError):
                sealing.seal(convention_code=convention.code, now=NOW + 10 * MINUTE)
        assert not ProofFile.objects.filter(convention=convention).exists()
        sealing.seal(convention_code=convention.code, now=NOW + 11 * MINUTE)
        assert SealedPdf.objects.filter(convention=convention).count() == 1

    def test_waits_for_both(self):
        convention = made.sent()
        s.sign(s.side(convention, "partner"))
        with pytest.raises(SigningRefused, match="deux parties"):
            sealing.seal(convention_code=convention.code, now=NOW)

    def test_puts_in_force_on_the_first_day_and_ends_after_the_last(self):
        convention = s.sealed(valid_from=date(2026, 4, 1), valid_until=date(2026, 12, 31))
        assert effects.keep_dates(now=NOW) == 0
        assert effects.keep_dates(now=NOW.replace(month=4, day=1)) == 1
        assert effects.keep_dates(now=NOW.replace(year=2027, month=1, day=1)) == 1
        convention.refresh_from_db()
        assert (convention.state, convention.end_reason, convention.ended_on) == (
            ConventionState.ENDED,
            "expired",
            date(2026, 12, 31),
        )


class TestIsThisPdfOurs:
    def test_tells_what_differs(self):
        convention = s.sealed()
        with open_content(convention.sealed.document) as file:
            ours = file.read()
        with open_content(convention.text.pdf) as file:
            frozen = file.read()
        assert outside.compare(convention=convention, content=ours).verdict == "same"
        assert outside.compare(convention=convention, content=frozen).verdict == "unsigned"
        added = outside.compare(convention=convention, content=ours + b"\n% added\n")
        assert (added.verdict, added.added_bytes) == ("added", 9)
        place = len(frozen) // 2
        altered = outside.compare(
            convention=convention, content=ours[:place] + bytes([ours[place] ^ 1]) + ours[place + 1 :]
        )
        assert altered.verdict in ("altered", "other")
        assert not altered.findings.signatures[0].intact

    def test_refuses_what_is_no_pdf(self):
        with pytest.raises(outside.PdfNotReadable, match="pas un PDF lisible"):
            outside.compare(convention=made.sent(), content=b"GIF89a")
