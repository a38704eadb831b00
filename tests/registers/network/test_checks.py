from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jurande.registers.catalogue.models import TrainingBody
from jurande.registers.catalogue.states import HabilitationState, Source
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.journal.models import Entry
from jurande.registers.network.models import Check, Flag
from jurande.registers.network.operations import checks as operations
from jurande.registers.network.operations.checks import FlagRefused, Rechecked
from jurande.registers.network.queries import checks as queries
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW
from tests.registers.catalogue import fiches
from tests.registers.network import calls as made

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def nda_of(siret: str) -> str:
    """A number that this place could have."""
    return f"9313{siret[2:9]}"


def listed(siret: str, *, qualiopi: bool = True) -> None:
    """Put a place in the public list, under that number."""
    body = fiches.training_body(siret, qualiopi=qualiopi)
    body.nda = nda_of(siret)
    body.save()


def partner(of: Certifier, *, known: bool = True, qualiopi: bool = True) -> Partnership:
    """A partner whose number is the list's own."""
    siret = factories.siret()
    if known:
        listed(siret, qualiopi=qualiopi)
    return factories.partnership(of, at_siret=siret, nda=nda_of(siret))


def raised(house: Certifier) -> list[str]:
    return sorted(Flag.objects.filter(certifier=house, settled_at=None).values_list("kind", flat=True))


class TestCheckingAPlace:
    def test_answers_each_question_with_its_source_and_day(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        siret = factories.siret()
        listed(siret)
        found = operations.check_site(certifier=house, siret=siret, nda=nda_of(siret), now=NOW)
        assert [(one.kind, one.outcome) for one in found] == [
            ("siret", "good"),
            ("known", "good"),
            ("nda", "good"),
            ("qualiopi", "good"),
            ("other_sites", "good"),
            ("habilitated_here", "unknown"),
            ("habilitated_elsewhere", "unknown"),
            ("withdrawn", "unknown"),
        ]
        assert [one.source_on for one in found[:3]] == [None, fiches.SEEN, fiches.SEEN]
        assert all(one.sentence for one in found)

    def test_without_any_list_is_unknown_and_not_bad(self) -> None:
        found = operations.check_site(
            certifier=factories.certifier(), siret=factories.siret(), nda="93131234513", now=NOW
        )
        assert {one.outcome for one in found[1:]} == {"unknown"}

    def test_of_a_wrong_number_says_only_that(self) -> None:
        for typed in ("123", "99912345800006", "' OR 1=1 --", "9" * 400):
            (only,) = operations.check_site(certifier=factories.certifier(), siret=typed, nda="", now=NOW)
            assert (only.kind, only.outcome) == ("siret", "bad")

    def test_knows_who_habilitated_it_and_who_withdrew(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.RNCP)
        siret = factories.siret()
        held = made.certification(house)
        assert held.fiche is not None
        fiches.partner(held.fiche, siret=siret)
        theirs = fiches.fiche("RS7423", "IA", certifier=("", "Une autre maison"), indexed=False)
        fiches.partner(theirs, siret=siret, state=HabilitationState.WITHDRAWN)
        said = {one.kind: one for one in operations.check_site(certifier=house, siret=siret, nda="", now=NOW)}
        assert "RNCP49021 former et évaluer" in said["habilitated_here"].sentence
        assert said["habilitated_elsewhere"].outcome == "good"
        assert "par Une autre maison" in said["withdrawn"].sentence

    def test_writes_nothing_again_on_the_same_day(self) -> None:
        house, siret = factories.certifier(), factories.siret()
        first = operations.check_site(certifier=house, siret=siret, nda="", now=NOW)
        again = operations.check_site(certifier=house, siret=siret, nda="", now=NOW)
        assert again == first
        later = operations.check_site(certifier=house, siret=siret, nda="", now=NOW + DAY)
        assert len(later) == len(first)
        assert Check.objects.count() == 2 * len(first)

    def test_is_never_rewritten(self) -> None:
        operations.check_site(certifier=factories.certifier(), siret=factories.siret(), nda="", now=NOW)
        for attempt in (lambda: Check.objects.update(outcome="good"), lambda: Check.objects.all().delete()):
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()

    def test_belongs_to_the_house_that_asked(self) -> None:
        house, other = factories.certifier(), factories.certifier()
        operations.check_site(certifier=house, siret=factories.siret(), nda="", now=NOW)
        assert not Check.objects.visible_to(made.manager(other)).exists()
        assert Check.objects.visible_to(made.manager(house)).exists()


class TestEveryNight:
    def test_r_6113_16_6_a_difference_is_signalled_and_nothing_is_suspended(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        partner(house)
        gone = partner(house, known=False)
        without = partner(house, qualiopi=False)
        assert operations.recheck_partners(now=NOW) == Rechecked(partners=3, raised=2)
        assert raised(house) == ["known", "qualiopi"]
        for one in (gone, without):
            state = one.state
            one.refresh_from_db()
            assert one.state == state

    def test_signals_once(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        partner(house, known=False)
        operations.recheck_partners(now=NOW)
        assert operations.recheck_partners(now=NOW + DAY) == Rechecked(partners=1)
        assert raised(house) == ["known"]
        # And it keeps no second copy of what has not changed.
        assert Check.objects.filter(kind="known").count() == 1

    def test_settles_by_itself_what_is_right_again(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        back = partner(house, known=False)
        operations.recheck_partners(now=NOW)
        listed(back.site.siret)
        assert operations.recheck_partners(now=NOW + DAY).settled == 1
        flag = Flag.objects.get()
        assert (flag.settled_at, flag.settled_by_code, flag.note) == (NOW + DAY, "", "")

    def test_leaves_alone_what_somebody_settled_until_the_list_changes(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        theirs = partner(house, known=False)
        operations.recheck_partners(now=NOW)
        settled = operations.settle_flag(
            flag=Flag.objects.get(), note="Récépissé vu.", actor=made.manager(house), now=NOW
        )
        assert operations.recheck_partners(now=NOW + DAY).raised == 0
        listed(theirs.site.siret)
        operations.recheck_partners(now=NOW + 2 * DAY)
        TrainingBody.objects.update(seen_until=fiches.SEEN + DAY)
        assert operations.recheck_partners(now=NOW + 3 * DAY).raised == 1
        assert Flag.objects.exclude(pk=settled.pk).get().kind == "known"

    def test_without_any_list_signals_and_settles_nothing(self) -> None:
        house = factories.certifier()
        partner(house, known=False)
        assert operations.recheck_partners(now=NOW) == Rechecked(partners=1)

    def test_says_where_it_is(self) -> None:
        house = factories.certifier()
        for _ in range(3):
            partner(house)
        told: list[tuple[int, int]] = []
        operations.recheck_partners(now=NOW, report=lambda done, total: told.append((done, total)))
        assert told == [(3, 3)]

    def test_asks_as_many_questions_for_ten_partners_as_for_two(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        for _ in range(2):
            partner(house, known=False)
        with CaptureQueriesContext(
            connection,
        ) as few:
            operations.recheck_partners(now=NOW)
        for _ in range(8):
            partner(house, known=False)
        with CaptureQueriesContext(connection) as many:
            operations.recheck_partners(now=NOW + DAY)
        assert len(many) <= len(few)

    def test_is_told_in_the_journal_only_when_something_changed(self) -> None:
        house = factories.certifier()
        fiches.snapshot(Source.TRAINING_BODIES)
        partner(house, known=False)
        for days in range(3):
            operations.recheck_partners(now=NOW + days * DAY)
        assert Entry.objects.filter(action="network.partners.rechecked").count() == 1


class TestAFlag:
    def flag(self) -> Flag:
        house = factories.certifier()
        return made.flag(partner(house), house)

    def test_is_settled_once_by_those_who_review_with_what_they_saw(self) -> None:
        flag = self.flag()
        with pytest.raises(NotAllowed):
            operations.settle_flag(flag=flag, note="x", actor=made.manager(flag.certifier, Role.SIGNATORY), now=NOW)
        with pytest.raises(NotAllowed):
            operations.settle_flag(flag=flag, note="x", actor=made.manager(factories.certifier()), now=NOW)
        auditor = made.manager(flag.certifier, Role.AUDITOR)
        with pytest.raises(FlagRefused):
            operations.settle_flag(flag=flag, note=" \n", actor=auditor, now=NOW)
        operations.settle_flag(flag=flag, note="Récépissé vu.", actor=auditor, now=NOW)
        with pytest.raises(FlagRefused, match="déjà"):
            operations.settle_flag(flag=flag, note="Encore.", actor=auditor, now=NOW)

    def test_is_raised_once_by_kind(self) -> None:
        flag = self.flag()
        with pytest.raises(IntegrityError), transaction.atomic():
            made.flag(flag.partnership, flag.certifier)

    def test_is_seen_in_its_house_only(self) -> None:
        flag = self.flag()
        assert queries.flag(made.manager(factories.certifier()), flag.code) is None
        assert queries.flag(made.manager(flag.certifier), flag.code) == flag
        head = factories.actor_of(factories.member(Role.HEAD, of=flag.partnership), flag.partnership)
        assert not queries.flags(head).exists()
