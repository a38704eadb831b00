from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jurande.core.france.corrections import Identity, answer_by
from jurande.registers.awards.models import Award, Correction
from jurande.registers.awards.operations import answering, life
from jurande.registers.awards.operations import corrections as operations
from jurande.registers.awards.operations.corrections import CorrectionRefused
from jurande.registers.awards.operations.delegation import end_mandate
from jurande.registers.awards.operations.life import LifeRefused
from jurande.registers.awards.operations.replacing import Said
from jurande.registers.awards.queries import corrections as queries
from jurande.registers.awards.states import AwardState, Exposure, MandateEndReason
from jurande.registers.awards.states.corrections import (
    CorrectionAct,
    CorrectionKind,
    CorrectionState,
    Desk,
    PassedOn,
)
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.documents.models import Document
from jurande.registers.documents.operations import DocumentRefused
from jurande.registers.journal.models import Entry
from jurande.registers.parties.operations import end_partnership
from jurande.registers.parties.policies import Actor
from jurande.registers.parties.states import EndReason, Role
from jurande.registers.seal.states import Reason
from tests import factories
from tests.factories import NOW
from tests.registers.awards import claims, corrections, held, mandates
from tests.registers.seal.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, tmp_path: Path) -> None:
    own_home(settings, tmp_path / "home")


def letters(kind: str) -> int:
    return Message.objects.filter(kind=f"awards.correction_{kind}").count()


def decider(correction: Correction) -> Actor:
    return claims.issuer(correction.award.certifier)


@pytest.fixture
def at_partner() -> tuple[Correction, Actor, Actor]:
    """A request on the desk of a partner that issues by delegation; who prepares there, who heads it."""
    place = factories.partnership(mandates.house())
    clerk, head = (
        factories.actor_of(factories.member(role, of=place), place) for role in (Role.EXAM_MANAGER, Role.HEAD)
    )
    return corrections.asked(corrections.delegated(place, clerk, head)), clerk, head


class TestAsking:
    def test_goes_to_the_certifier_that_prepared_it_with_a_month_to_answer(self) -> None:
        made = corrections.asked()
        assert (made.addressed_to, made.prepared_by, made.partner_due_on) == (Desk.CERTIFIER, None, None)
        assert made.due_on == answer_by(localdate(NOW))
        assert letters("received") == 1
        assert {one.subject_code for one in Entry.objects.filter(action=CorrectionAct.ASKED)} == {made.code}

    def test_goes_first_to_the_partner_that_prepared_it(self, at_partner: tuple[Correction, Actor, Actor]) -> None:
        made, clerk, head = at_partner
        assert made.addressed_to == Desk.PARTNER
        assert made.partner_due_on == localdate(NOW) + timedelta(days=10)
        assert set(Message.objects.filter(kind="awards.correction_to_answer").values_list("to_code", flat=True)) == {
            clerk.code,
            head.code,
        }
        assert list(queries.waiting_at(clerk)) == [made]

    @pytest.mark.parametrize("name", ["Søren", "Łucja", "Ñusta", "Großẞ", "D’Août", "D'Août"])
    def test_keeps_the_letters_exactly(self, name: str) -> None:
        made = corrections.asked(kind=CorrectionKind.NAME_CHANGE, first_name=name, files=[corrections.paper()])
        assert Identity.from_text(Correction.objects.get(pk=made.pk).wanted).first_name == name

    def test_keeps_nothing_in_clear(self) -> None:
        award = corrections.received()
        award.birth_place = ""
        made = corrections.asked(award, words="Mon prénom a un accent.")
        row = (
            Correction.objects.filter(pk=made.pk).extra(select={"raw": "wanted", "said": "words"}).values("raw", "said")
        )
        assert award.last_name not in str(row[0]["raw"])
        assert "accent" not in str(row[0]["said"])

    @pytest.mark.parametrize(
        ("changed", "match"),
        [
            ({"first_name": "Jean 3"}, "n’entre pas dans un nom"),
            ({"first_name": "<script>"}, "n’entre pas dans un nom"),
            ({"last_name": ""}, "Le nom manque"),
            ({"first_name": "a\u202eb"}, "invisible"),
            ({"birth_on": "2999-01-01"}, "vraisemblable"),
            ({"kind": CorrectionKind.OTHER}, "quelques mots"),
            ({"kind": CorrectionKind.NAME_CHANGE}, "Joignez un document"),
        ],
    )
    def test_is_refused_with_what_to_mend(self, changed: dict[str, Any], match: str) -> None:
        with pytest.raises(CorrectionRefused, match=match):
            corrections.asked(**changed)
        assert not Correction.objects.exists()

    def test_is_told_which_file_is_refused(self) -> None:
        files = [corrections.paper(), (io.BytesIO(b"<svg onload='alert(1)'/>"), "photo.svg")]
        with pytest.raises(DocumentRefused, match="«\u00a0photo.svg\u00a0»"):
            corrections.asked(files=files)
        assert not Correction.objects.exists()

    def test_is_refused_when_nothing_changes(self) -> None:
        award = corrections.received()
        with pytest.raises(CorrectionRefused, match="exactement"):
            corrections.asked(award, first_name=award.first_name)

    def test_waits_once(self) -> None:
        made = corrections.asked()
        with pytest.raises(CorrectionRefused, match="déjà demandée"):
            corrections.asked(made.award)
        with pytest.raises(IntegrityError), transaction.atomic():
            Correction.objects.filter(pk=made.pk).update(state=CorrectionState.ACCEPTED)

    def test_is_not_for_another_person_s_name(self) -> None:
        with pytest.raises(CorrectionRefused, match="plus le même nom"):
            corrections.asked(first_name="Quentin", last_name="Bxw")

    def test_does_not_write_to_everybody_all_day_long(self) -> None:
        award = corrections.received()
        for _time in range(operations.MOST_A_DAY):
            made = corrections.asked(award)
            operations.withdraw_correction(correction=made, actor=held.acting(made.holder), now=NOW)
        with pytest.raises(CorrectionRefused, match="Attendez demain"):
            corrections.asked(award)
        corrections.asked(award, now=NOW + timedelta(days=2))

    def test_is_its_holder_s_alone(self) -> None:
        award = corrections.received()
        other = factories.holder(by=award.certifier)
        with pytest.raises(NotAllowed):
            corrections.asked(award, person=other, actor=held.acting(other))

    def test_is_not_about_what_is_no_longer_in_force(self) -> None:
        award = corrections.received()
        life.revoke_award(
            award=award, reason=Reason.MISTAKE, note="Erreur.", actor=claims.issuer(award.certifier), now=NOW
        )
        with pytest.raises(NotAllowed, match="plus en vigueur"):
            corrections.asked(award)

    def test_takes_only_files_that_show_something(self) -> None:
        with pytest.raises(DocumentRefused):
            corrections.asked(files=[(io.BytesIO(b"MZ\x90"), "acte.exe")])
        assert not Correction.objects.exists()

    def test_is_taken_back_with_its_evidence(self) -> None:
        made = corrections.asked(files=[corrections.paper()])
        document = made.evidence.get().document
        with pytest.raises(NotAllowed):
            operations.withdraw_correction(correction=made, actor=decider(made), now=NOW)
        back = operations.withdraw_correction(correction=made, actor=held.acting(made.holder), now=NOW)
        assert back.state == CorrectionState.WITHDRAWN
        assert not Document.objects.filter(pk=document.pk).exists()
        corrections.asked(made.award)


class TestAccepting:
    def test_replaces_the_award_in_the_same_act(self) -> None:
        award = corrections.received()
        name = f"{award.first_name}-Élodie"
        asked = corrections.asked(award, first_name=name)
        made = answering.accept_correction(correction=asked, note="L’accent y est.", actor=decider(asked), now=NOW)
        asked.refresh_from_db()
        assert (asked.state, asked.made, made.first_name, made.holder) == (
            CorrectionState.ACCEPTED,
            made,
            name,
            asked.holder,
        )
        assert Award.objects.get(pk=asked.award.pk).state == AwardState.REPLACED
        assert Message.objects.filter(kind="awards.replaced").count() == 1
        assert letters("accepted") == 0
        assert asked.holder.__class__.objects.get(pk=asked.holder.pk).first_name == name

    def test_writes_to_a_holder_whom_the_letter_of_the_new_one_does_not_reach(self) -> None:
        award = corrections.received(email="", email_digest="")
        asked = corrections.asked(award)
        answering.accept_correction(correction=asked, actor=decider(asked), now=NOW)
        assert letters("accepted") == 1

    def test_leaves_nothing_half_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = corrections.asked()

        def stop(*args: object, **kwargs: object) -> None:
            raise LifeRefused("La machine s’arrête.")

        monkeypatch.setattr(answering, "close", stop)
        with pytest.raises(LifeRefused):
            answering.accept_correction(correction=asked, actor=decider(asked), now=NOW)
        assert Award.objects.get(pk=asked.award.pk).state == AwardState.ISSUED
        assert not Award.objects.filter(replaces=asked.award).exists()
        assert not Message.objects.filter(kind="awards.replaced").exists()

    def test_happens_once(self) -> None:
        asked = corrections.asked()
        by = decider(asked)
        answering.accept_correction(correction=asked, actor=by, now=NOW)
        with pytest.raises(NotAllowed, match="déjà reçu"):
            answering.accept_correction(correction=asked, actor=by, now=NOW)
        assert Award.objects.filter(replaces=asked.award).count() == 1

    def test_hides_the_former_name_after_a_change(self) -> None:
        award = corrections.received()
        Award.objects.filter(pk=award.pk).update(exposure=Exposure.PUBLIC)
        asked = corrections.asked(
            award, kind=CorrectionKind.NAME_CHANGE, first_name="Camille", last_name="Ñandú", files=[corrections.paper()]
        )
        made = answering.accept_correction(correction=asked, actor=decider(asked), now=NOW)
        former = Award.objects.get(pk=award.pk)
        assert (former.exposure, made.exposure) == (Exposure.HIDDEN, Exposure.PUBLIC)
        assert not asked.evidence.exists()

    def test_is_for_the_certifier_when_it_is_about_something_else(self) -> None:
        asked = corrections.asked(kind=CorrectionKind.OTHER, words="Ma mention est «\u00a0bien\u00a0».")
        by = decider(asked)
        with pytest.raises(CorrectionRefused, match="Dites ce que"):
            answering.accept_correction(correction=asked, actor=by, now=NOW)
        said = Said(**(vars(Said.by(asked.award)) | {"grade": "bien"}))
        made = answering.accept_correction(correction=asked, said=said, actor=by, now=NOW)
        assert Said.by(made).grade == "bien"

    def test_is_for_whoever_may_withdraw_and_never_for_oneself(self) -> None:
        asked = corrections.asked()
        house = asked.award.certifier
        reader = factories.actor_of(factories.member(Role.READER, of=house), house)
        with pytest.raises(NotAllowed):
            answering.accept_correction(correction=asked, actor=reader, now=NOW)
        with pytest.raises(NotAllowed):
            answering.accept_correction(correction=asked, actor=claims.issuer(mandates.house()), now=NOW)
        own = Actor(code=asked.holder.code, certifier_code=house.code, rights=decider(asked).rights)
        with pytest.raises(NotAllowed, match="sa propre demande"):
            answering.accept_correction(correction=asked, actor=own, now=NOW)


class TestRefusing:
    def test_says_why(self) -> None:
        asked = corrections.asked()
        with pytest.raises(CorrectionRefused, match="pourquoi"):
            answering.refuse_correction(correction=asked, reason=" ", actor=decider(asked), now=NOW)
        made = answering.refuse_correction(correction=asked, reason="C’est exact.", actor=decider(asked), now=NOW)
        assert (made.state, letters("refused")) == (CorrectionState.REFUSED, 1)
        with pytest.raises(NotAllowed):
            operations.appeal_correction(correction=made, words="Non.", actor=held.acting(made.holder), now=NOW)

    def test_by_the_partner_is_contested_once_before_the_certifier(
        self, at_partner: tuple[Correction, Actor, Actor]
    ) -> None:
        asked, clerk, _head = at_partner
        made = answering.refuse_correction(correction=asked, reason="Non.", actor=clerk, now=NOW)
        later = NOW + timedelta(days=20)
        with pytest.raises(CorrectionRefused, match="pourquoi"):
            operations.appeal_correction(correction=made, words="", actor=held.acting(made.holder), now=later)
        put = operations.appeal_correction(correction=made, words="Voici.", actor=held.acting(made.holder), now=later)
        assert (put.addressed_to, put.passed_on_because, put.opinion) == (Desk.CERTIFIER, PassedOn.APPEAL, "Non.")
        assert put.due_on == answer_by(localdate(later))
        with pytest.raises(NotAllowed):
            answering.refuse_correction(correction=put, reason="Non.", actor=clerk, now=later)
        answering.refuse_correction(correction=put, reason="Non plus.", actor=decider(put), now=later)
        with pytest.raises(NotAllowed):
            operations.appeal_correction(correction=put, words="Encore.", actor=held.acting(put.holder), now=later)


class TestPartner:
    def test_accepts_within_its_mandate_but_not_its_own_work(self, at_partner: tuple[Correction, Actor, Actor]) -> None:
        asked, clerk, head = at_partner
        with pytest.raises(NotAllowed, match="vous-même"):
            answering.accept_correction(correction=asked, actor=clerk, now=NOW)
        made = answering.accept_correction(correction=asked, actor=head, now=NOW)
        assert made.issued_by_code == head.code
        assert made.credential is not None

    def test_passes_on_what_it_may_not_accept(self, at_partner: tuple[Correction, Actor, Actor]) -> None:
        asked, clerk, head = at_partner
        mandate, _standing = queries.mandate_for(asked, on=localdate(NOW))
        assert mandate is not None
        by = mandates.signatory(asked.award.certifier)
        end_mandate(mandate=mandate, reason=MandateEndReason.CERTIFIER, actor=by, now=NOW)
        with pytest.raises(NotAllowed, match="transmettez"):
            answering.accept_correction(correction=asked, actor=head, now=NOW)
        with pytest.raises(CorrectionRefused):
            operations.pass_on_correction(correction=asked, opinion="", actor=clerk, now=NOW)
        put = operations.pass_on_correction(correction=asked, opinion="D’accord.", actor=clerk, now=NOW)
        assert (put.addressed_to, put.opinion, letters("passed_on")) == (Desk.CERTIFIER, "D’accord.", 1)
        answering.accept_correction(correction=put, actor=by, now=NOW)

    def test_sees_nothing_of_another_s(self, at_partner: tuple[Correction, Actor, Actor]) -> None:
        asked, _clerk, _head = at_partner
        place = factories.partnership(asked.award.certifier)
        other = factories.actor_of(factories.member(Role.HEAD, of=place), place)
        assert queries.correction_of(other, asked.code) is None
        with pytest.raises(NotAllowed):
            answering.refuse_correction(correction=asked, reason="Non.", actor=other, now=NOW)


class TestFollowing:
    def test_hands_over_what_the_partner_left_and_reminds_once(
        self, at_partner: tuple[Correction, Actor, Actor]
    ) -> None:
        asked, _clerk, _head = at_partner
        assert operations.follow_corrections(now=NOW + timedelta(days=4)) == 0
        soon = NOW + timedelta(days=6)
        assert [operations.follow_corrections(now=soon) for _ in range(2)] == [1, 0]
        assert letters("reminder") == 2
        late = NOW + timedelta(days=11)
        assert [operations.follow_corrections(now=late) for _ in range(2)] == [1, 0]
        asked.refresh_from_db()
        assert (asked.addressed_to, asked.passed_on_because) == (Desk.CERTIFIER, PassedOn.LATE)
        claims.issuer(asked.award.certifier)
        before = letters("reminder")
        assert operations.follow_corrections(now=NOW + timedelta(days=26)) == 1
        assert letters("reminder") > before

    def test_hands_over_at_once_what_a_partner_that_left_had(self, at_partner: tuple[Correction, Actor, Actor]) -> None:
        asked, _clerk, _head = at_partner
        place = asked.prepared_by
        assert place is not None
        end_partnership(
            partnership=place,
            reason=EndReason.AGREED,
            note="",
            ended_on=localdate(NOW),
            actor=factories.actor_of(factories.administrator(place.certifier), place.certifier),
            now=NOW,
        )
        assert operations.follow_corrections(now=NOW + timedelta(days=1)) == 1
        asked.refresh_from_db()
        assert asked.addressed_to == Desk.CERTIFIER

    def test_lets_evidence_go_after_the_answer(self) -> None:
        asked = corrections.asked(files=[corrections.paper()])
        answering.refuse_correction(correction=asked, reason="Non.", actor=decider(asked), now=NOW)
        operations.follow_corrections(now=NOW + timedelta(days=operations.EVIDENCE_DAYS))
        assert asked.evidence.exists()
        operations.follow_corrections(now=NOW + timedelta(days=operations.EVIDENCE_DAYS + 2))
        assert not asked.evidence.exists()

    def test_goes_by_the_delay_that_the_house_promises(self) -> None:
        house = mandates.house()
        by = claims.issuer(house)
        for wrong in ({"days": 0, "partner_days": 0}, {"days": 40, "partner_days": 5}, {"days": 5, "partner_days": 6}):
            with pytest.raises(CorrectionRefused):
                operations.set_correction_rule(certifier=house, **wrong, actor=by, now=NOW)
        operations.set_correction_rule(certifier=house, days=8, partner_days=3, actor=by, now=NOW)
        assert corrections.asked(corrections.received(house)).due_on == localdate(NOW) + timedelta(days=8)


class TestKeeping:
    def test_names_the_space_and_touches_no_award(self) -> None:
        award = corrections.received()
        assert award.holder is not None
        answering.keep_as_it_was(
            person=award.holder, first_name="Camille", last_name="Roy", actor=held.acting(award.holder), now=NOW
        )
        assert award.holder.__class__.objects.get(pk=award.holder.pk).full_name == "Camille Roy"
        assert not Correction.objects.exists()
