from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import Invitation, Organisation, Partnership, QualiopiCategory, Site
from jurande.registers.parties.operations import (
    CertifierRefused,
    IdentityRefused,
    InvitationRefused,
    PartnershipRefused,
)
from jurande.registers.parties.states import PARTNERSHIP_LIFE, EndReason, PartnershipState, QualiopiAction, Role
from tests import factories
from tests.factories import NOW, TODAY, actor_of

pytestmark = pytest.mark.django_db


def manager_of(certifier):
    return actor_of(factories.member(Role.NETWORK_MANAGER, of=certifier), certifier)


class TestRegisterCertifier:
    def test_opens_a_house_with_nobody_in_it(self) -> None:
        certifier = factories.certifier(name="Institut des métiers de la réparation", prefix="imr")
        assert certifier.name == "Institut des métiers de la réparation"
        assert certifier.reference_prefix == "IMR"
        assert not certifier.memberships.exists()

    def test_is_written_in_the_journal_of_the_installation(self) -> None:
        certifier = factories.certifier()
        entry = Entry.objects.order_by("-pk").first()
        assert (entry.chain, entry.action) == ("installation", "parties.certifier.registered")
        assert entry.subject_code == certifier.code

    def test_refuses_an_organisation_that_is_one_already(self) -> None:
        known = factories.certifier()
        number = known.organisation.sites.get().siret
        with pytest.raises(CertifierRefused):
            operations.register_certifier(
                siret=number,
                legal_name="Un autre nom",
                postcode="75011",
                city="Paris",
                actor=actor_of(factories.any_operator()),
                now=NOW,
            )

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("siret", "12345678901234"),
            ("siret", "123"),
            ("postcode", "99000"),
            ("city", " "),
            ("legal_name", ""),
            ("nda", "12"),
        ],
    )
    def test_refuses_a_wrong_number_beside_its_field(self, field: str, wrong: str) -> None:
        words = {"siret": factories.siret(), "legal_name": "X", "postcode": "75011", "city": "Paris", "nda": ""}
        with pytest.raises(IdentityRefused) as refusal:
            operations.register_certifier(**{**words, field: wrong}, actor=actor_of(factories.any_operator()), now=NOW)
        assert refusal.value.field == field
        assert not Site.objects.filter(siret=words["siret"]).exists()

    def test_is_for_operators_only(self) -> None:
        certifier = factories.certifier()
        with pytest.raises(NotAllowed):
            operations.register_certifier(
                siret=factories.siret(),
                legal_name="X",
                postcode="75011",
                city="Paris",
                actor=manager_of(certifier),
                now=NOW,
            )


class TestOpenPartnership:
    def test_begins_as_invited_with_a_reference(self) -> None:
        opened = factories.partnership()
        assert opened.state == PARTNERSHIP_LIFE.initial
        assert opened.reference == "PART-2026-0001"
        assert opened.since_on == TODAY
        assert opened.site.departement == "13"

    def test_numbers_each_certifier_apart(self) -> None:
        first, second = factories.certifier(), factories.certifier(prefix="ABC")
        references = [factories.partnership(of=house).reference for house in (first, first, second)]
        assert references == ["PART-2026-0001", "PART-2026-0002", "ABC-PART-2026-0001"]

    def test_writes_to_the_head_and_tells_the_journal_once(self) -> None:
        certifier = factories.certifier()
        actor = manager_of(certifier)
        before = Entry.objects.count()
        opened = operations.open_partnership(
            certifier=certifier,
            siret=factories.siret(),
            legal_name="Ateliers Mistral Formation",
            postcode="13015",
            city="Marseille",
            head_email="Jocelyn.Paoli@mistral.exemple.fr",
            head_first_name="Jocelyn",
            head_last_name="Paoli",
            actor=actor,
            now=NOW,
        )
        assert Entry.objects.count() == before + 1
        message = Message.objects.addressed_to("jocelyn.paoli@mistral.exemple.fr").get()
        assert message.kind == "parties.partnership_opened"
        assert opened.reference in message.body
        assert message.certifier_code == certifier.code

    def test_keeps_the_identity_that_another_certifier_wrote(self) -> None:
        first = factories.partnership(name="Ateliers Mistral Formation")
        second = factories.partnership(name="ATELIERS MISTRAL", at_siret=first.site.siret)
        assert second.site == first.site
        assert second.name == "Ateliers Mistral Formation"
        assert second.certifier != first.certifier

    def test_refuses_a_second_one_with_the_same_place(self) -> None:
        opened = factories.partnership()
        with pytest.raises(PartnershipRefused) as refusal:
            factories.partnership(of=opened.certifier, at_siret=opened.site.siret)
        assert refusal.value.field == "siret"

    def test_can_begin_again_after_its_end(self) -> None:
        opened = factories.partnership()
        actor = manager_of(opened.certifier)
        operations.end_partnership(partnership=opened, reason=EndReason.AGREED, actor=actor, now=NOW)
        again = factories.partnership(of=opened.certifier, at_siret=opened.site.siret)
        assert again.reference == "PART-2026-0002"

    def test_refuses_to_begin_in_the_future(self) -> None:
        with pytest.raises(PartnershipRefused):
            factories.partnership(since_on=TODAY + timedelta(days=1))

    def test_refuses_a_follower_from_elsewhere(self) -> None:
        stranger = factories.member(Role.NETWORK_MANAGER)
        with pytest.raises(PartnershipRefused) as refusal:
            factories.partnership(followed_by=stranger)
        assert refusal.value.field == "followed_by"

    def test_leaves_no_number_behind_when_it_fails(self) -> None:
        certifier = factories.certifier()
        words = {
            "legal_name": "X",
            "postcode": "13015",
            "city": "Marseille",
            "actor": manager_of(certifier),
            "now": NOW,
        }
        with pytest.raises(InvitationRefused):
            operations.open_partnership(
                certifier=certifier, siret=factories.siret(), head_email="pas une adresse", **words
            )
        opened = operations.open_partnership(certifier=certifier, siret=factories.siret(), **words)
        assert opened.reference == "PART-2026-0001"

    def test_is_for_its_network_managers_only(self) -> None:
        certifier, other = factories.certifier(), factories.certifier()
        words = {"siret": factories.siret(), "legal_name": "X", "postcode": "13015", "city": "Marseille", "now": NOW}
        reader = actor_of(factories.member(Role.READER, of=certifier), certifier)
        for actor in (reader, manager_of(other), actor_of(factories.any_operator())):
            with pytest.raises(NotAllowed):
                operations.open_partnership(certifier=certifier, actor=actor, **words)


class TestPartnershipRows:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"state": "active"},
            {"state": "ended"},
            {"state": "ended", "ended_on": TODAY},
            {"ended_on": TODAY},
            {"end_reason": "agreed"},
            {"state": "ended", "ended_on": date(2020, 1, 1), "end_reason": "agreed"},
        ],
    )
    def test_cannot_say_a_state_without_its_dates(self, wrong: dict) -> None:
        opened = factories.partnership()
        with pytest.raises(IntegrityError), transaction.atomic():
            Partnership.objects.filter(pk=opened.pk).update(**wrong)


class TestJoin:
    def test_makes_the_partnership_active_when_the_first_person_comes(self) -> None:
        opened = factories.partnership(with_head=True)
        assert opened.state == PartnershipState.ACTIVE
        assert opened.joined_at == NOW
        entry = Entry.objects.order_by("-pk").first()
        assert (entry.action, entry.subject_code) == ("parties.partnership.joined", opened.code)

    def test_changes_nothing_for_the_second_person(self) -> None:
        opened = factories.partnership(with_head=True)
        factories.member(Role.TRAINER, of=opened, now=NOW + timedelta(days=3))
        opened.refresh_from_db()
        assert opened.joined_at == NOW


class TestEndPartnership:
    def test_leaves_its_people_their_file_to_read(self) -> None:
        opened = factories.partnership(with_head=True)
        head = opened.memberships.get().person
        operations.end_partnership(
            partnership=opened,
            reason=EndReason.PARTNER_LEFT,
            note="Cessation",
            actor=manager_of(opened.certifier),
            now=NOW,
        )
        opened.refresh_from_db()
        actor = actor_of(head, opened)
        assert queries.partners(actor).get() == opened
        assert {str(right) for right in actor.rights} == {
            "see_partnership",
            "see_documents",
            "see_applications",
            "see_conventions",
            "see_awards",
        }

    def test_closes_the_invitations_not_answered(self) -> None:
        opened = factories.partnership()
        actor = manager_of(opened.certifier)
        operations.invite_member(
            role=Role.HEAD,
            email="a@exemple.fr",
            first_name="A",
            last_name="B",
            partnership=opened,
            actor=actor,
            now=NOW,
        )
        token = factories.token_sent_to("a@exemple.fr")
        operations.end_partnership(partnership=opened, reason=EndReason.MISTAKE, actor=actor, now=NOW)
        with pytest.raises(queries.InvitationClosed):
            queries.open_invitation(token, now=NOW)
        assert Invitation.objects.get(email="a@exemple.fr").state == "revoked"

    def test_happens_once(self) -> None:
        opened = factories.partnership()
        words = {"reason": EndReason.AGREED, "actor": manager_of(opened.certifier), "now": NOW}
        operations.end_partnership(partnership=opened, **words)
        with pytest.raises(PartnershipRefused):
            operations.end_partnership(partnership=opened, **words)

    def test_refuses_a_last_day_outside_its_life(self) -> None:
        opened = factories.partnership()
        for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
            with pytest.raises(PartnershipRefused):
                operations.end_partnership(
                    partnership=opened,
                    reason=EndReason.AGREED,
                    ended_on=day,
                    actor=manager_of(opened.certifier),
                    now=NOW,
                )

    def test_is_not_for_the_partner_itself(self) -> None:
        opened = factories.partnership(with_head=True)
        head = actor_of(opened.memberships.get().person, opened)
        with pytest.raises(NotAllowed):
            operations.end_partnership(partnership=opened, reason=EndReason.AGREED, actor=head, now=NOW)


class TestIdentity:
    def test_is_corrected_by_the_head_and_by_the_certifier(self) -> None:
        opened = factories.partnership(with_head=True)
        head = actor_of(opened.memberships.get().person, opened)
        for actor, name in ((head, "Mistral Un"), (manager_of(opened.certifier), "Mistral Deux")):
            operations.update_organisation(house=opened, legal_name=name, usual_name="", nda="", actor=actor, now=NOW)
            assert Organisation.objects.get(pk=opened.organisation.pk).name == name

    def test_is_found_under_its_new_name(self) -> None:
        opened = factories.partnership()
        actor = manager_of(opened.certifier)
        operations.update_organisation(
            house=opened, legal_name="Société X", usual_name="L’Établi toulousain", nda="", actor=actor, now=NOW
        )
        assert queries.partners(actor).matching("etabli  TOULOUSAIN").get() == opened
        assert not queries.partners(actor).matching("mistral").exists()

    def test_takes_a_new_place_of_the_same_organisation_only(self) -> None:
        opened = factories.partnership()
        words = {
            "house": opened,
            "postcode": "20200",
            "city": "Bastia",
            "actor": manager_of(opened.certifier),
            "now": NOW,
        }
        added = operations.add_site(siret=factories.siret(opened.organisation.siren), **words)
        assert added.departement == "2B"
        for wrong in (factories.siret(), added.siret):
            with pytest.raises(IdentityRefused) as refusal:
                operations.add_site(siret=wrong, **words)
            assert refusal.value.field == "siret"

    def test_moves_a_place_but_not_somebody_elses(self) -> None:
        opened, other = factories.partnership(), factories.partnership()
        words = {"address": "", "postcode": "97410", "city": "Saint-Pierre", "now": NOW}
        actor = manager_of(opened.certifier)
        assert operations.update_site(house=opened, site=opened.site, actor=actor, **words).departement == "974"
        with pytest.raises(IdentityRefused):
            operations.update_site(house=opened, site=other.site, actor=actor, **words)
        with pytest.raises(NotAllowed):
            operations.update_site(house=other, site=other.site, actor=actor, **words)


class TestQualiopi:
    def test_is_kept_by_category_with_its_history(self) -> None:
        opened = factories.partnership(with_expired_qualiopi=True)
        words = {"house": opened, "actor": manager_of(opened.certifier), "now": NOW}
        operations.record_qualiopi(
            actions=[QualiopiAction.TRAINING, QualiopiAction.VAE],
            since_on=TODAY,
            until_on=TODAY + timedelta(days=1095),
            certificate="Q-1",
            **words,
        )
        assert len(queries.qualiopi_of(opened.organisation)) == 3
        assert QualiopiCategory.objects.valid_on(TODAY).count() == 2
        assert queries.partners(words["actor"]).get().qualiopi_until_on == TODAY + timedelta(days=1095)

    def test_is_corrected_when_it_begins_the_same_day(self) -> None:
        opened = factories.partnership()
        words = {"house": opened, "actor": manager_of(opened.certifier), "now": NOW, "since_on": TODAY}
        for days in (1000, 900):
            operations.record_qualiopi(actions=["training"], until_on=TODAY + timedelta(days=days), **words)
        assert QualiopiCategory.objects.get().until_on == TODAY + timedelta(days=900)

    @pytest.mark.parametrize(
        ("days", "actions"), [(0, ["training"]), (-5, ["training"]), (1500, ["training"]), (900, [])]
    )
    def test_refuses_what_no_certificate_says(self, days: int, actions: list[str]) -> None:
        opened = factories.partnership()
        with pytest.raises(IdentityRefused):
            operations.record_qualiopi(
                house=opened,
                actions=actions,
                since_on=TODAY,
                until_on=TODAY + timedelta(days=days),
                actor=manager_of(opened.certifier),
                now=NOW,
            )


class TestFollow:
    def test_names_a_colleague_or_nobody(self) -> None:
        opened = factories.partnership()
        person = factories.member(Role.READER, of=opened.certifier)
        actor = manager_of(opened.certifier)
        operations.follow_partnership(partnership=opened, followed_by=person, actor=actor, now=NOW)
        assert queries.partners(actor).followed_by_any([person.code]).get() == opened
        operations.follow_partnership(partnership=opened, followed_by=None, actor=actor, now=NOW)
        assert not queries.partners(actor).followed_by_any([person.code]).exists()

    def test_falls_to_nobody_when_the_follower_leaves(self) -> None:
        certifier = factories.certifier()
        person = factories.member(Role.NETWORK_MANAGER, of=certifier)
        opened = factories.partnership(of=certifier, followed_by=person)
        membership = person.memberships.get()
        operations.end_membership(
            membership=membership, actor=actor_of(factories.administrator(certifier), certifier), now=NOW
        )
        opened.refresh_from_db()
        assert opened.followed_by is None
