from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.correspondence.models import Message
from jurande.registers.journal.models import Entry
from jurande.registers.parties import operations, queries
from jurande.registers.parties.models import ApiKey, MagicLink, Person
from jurande.registers.parties.operations import ApiKeyRefused, LinkRefused, SecondFactorRefused
from jurande.registers.parties.states import SCOPE_RIGHTS, LinkPurpose, Role, Scope
from tests import factories
from tests.factories import NOW, TODAY, actor_of

pytestmark = pytest.mark.django_db


class TestMagicLink:
    def test_is_used_once(self) -> None:
        person = factories.holder()
        token = factories.magic_token(person)
        link = operations.use_magic_link(token=token, now=NOW)
        assert (link.person, link.used_at) == (person, NOW)
        with pytest.raises(LinkRefused):
            operations.use_magic_link(token=token, now=NOW)

    @pytest.mark.parametrize(
        ("purpose", "life"),
        [(LinkPurpose.HOLDER, timedelta(minutes=20)), (LinkPurpose.JUROR, timedelta(days=7))],
    )
    def test_dies_in_time(self, purpose, life) -> None:
        person = factories.holder()
        token = factories.magic_token(person, purpose)
        with pytest.raises(LinkRefused):
            operations.use_magic_link(token=token, now=NOW + life)
        assert operations.use_magic_link(token=token, now=NOW + life - timedelta(seconds=1))

    def test_replaces_the_one_before_for_the_same_thing_only(self) -> None:
        person = factories.holder()
        former, juror = factories.magic_token(person), factories.magic_token(person, LinkPurpose.JUROR)
        latter = factories.magic_token(person)
        with pytest.raises(LinkRefused):
            operations.use_magic_link(token=former, now=NOW)
        for token in (latter, juror):
            assert operations.use_magic_link(token=token, now=NOW)

    def test_opens_nothing_once_the_account_is_closed(self) -> None:
        person = factories.holder()
        token = factories.magic_token(person)
        Person.objects.filter(pk=person.pk).update(is_active=False)
        with pytest.raises(LinkRefused):
            operations.use_magic_link(token=token, now=NOW)

    def test_says_the_same_whatever_closed_it(self) -> None:
        sentences = set()
        used = factories.magic_token(factories.holder())
        operations.use_magic_link(token=used, now=NOW)
        for token in (used, "", "inconnu", factories.magic_token(factories.holder()) + "x"):
            with pytest.raises(LinkRefused) as refusal:
                operations.use_magic_link(token=token, now=NOW)
            sentences.add(str(refusal.value.sentence))
        assert len(sentences) == 1

    def test_is_asked_for_by_holders_and_nobody_learns_who_they_are(self) -> None:
        holder, colleague = factories.holder(), factories.member(Role.READER)
        before = Message.objects.count()
        for address in (colleague.email, "inconnu@exemple.fr", "pas une adresse", ""):
            assert operations.request_magic_link(email=address, now=NOW) is None
        assert Message.objects.count() == before
        assert operations.request_magic_link(email=f"  {holder.email.upper()} ", now=NOW) is None
        assert operations.use_magic_link(token=factories.token_sent_to(holder.email), now=NOW).person == holder

    def test_is_kept_as_a_digest(self) -> None:
        token = factories.magic_token(factories.holder())
        with connection.cursor() as cursor:
            for table in ("parties_magiclink", "correspondence_message"):
                cursor.execute(f"SELECT * FROM {table}")
                assert token not in repr(cursor.fetchall())

    def test_is_told_to_the_journal_twice_when_used(self) -> None:
        token = factories.magic_token(factories.holder())
        operations.use_magic_link(token=token, now=NOW)
        actions = list(Entry.objects.order_by("-pk").values_list("action", flat=True)[:2])
        assert actions == ["parties.magic_link.used", "parties.magic_link.sent"]


class TestApiKey:
    def test_acts_for_its_certifier_within_its_scopes(self) -> None:
        key, token = factories.api_key(scopes=(Scope.READ_PARTNERS, Scope.READ_JOURNAL))
        found = queries.api_key_of(token, now=NOW)
        assert found == key
        actor = queries.actor_for_api_key(found)
        assert actor.certifier_code == key.certifier.code
        assert actor.rights == SCOPE_RIGHTS[Scope.READ_PARTNERS] | SCOPE_RIGHTS[Scope.READ_JOURNAL]

    def test_sees_its_own_network_only(self) -> None:
        mine, other = factories.partnership(), factories.partnership()
        key, _token = factories.api_key(mine.certifier)
        actor = queries.actor_for_api_key(key)
        assert list(queries.partners(actor)) == [mine]
        with pytest.raises(NotAllowed):
            operations.end_partnership(partnership=other, reason="agreed", actor=actor, now=NOW)

    def test_is_shown_once_and_kept_as_a_digest(self) -> None:
        key, token = factories.api_key()
        secret = token.split("_", 2)[2]
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM parties_apikey")
            assert secret not in repr(cursor.fetchall())
        assert str(key) == f"jur_{key.prefix}_…"

    def test_is_refused_when_anything_is_wrong(self) -> None:
        key, token = factories.api_key()
        mark, prefix, secret = token.split("_", 2)
        wrong = [
            "",
            "_",
            "__",
            prefix,
            secret,
            f"{mark}_{prefix}_",
            f"{mark}_{prefix}_{secret}x",
            f"{mark}_{prefix}_{secret[:-1]}",
            f"{mark}_{prefix.lower()}x_{secret}",
            f"abc_{prefix}_{secret}",
            f"{mark}__{secret}",
            f"{mark}_{prefix}_{key.secret_digest}",
            f"{mark}_é\x00_{secret}",
        ]
        assert [queries.api_key_of(text, now=NOW) for text in wrong] == [None] * len(wrong)

    def test_dies_at_its_hour_and_when_it_is_revoked(self) -> None:
        key, token = factories.api_key()
        assert queries.api_key_of(token, now=key.expires_at) is None
        assert queries.api_key_of(token, now=key.expires_at - timedelta(seconds=1)) == key
        actor = actor_of(factories.administrator(key.certifier), key.certifier)
        operations.revoke_api_key(key=key, actor=actor, now=NOW)
        assert queries.api_key_of(token, now=NOW) is None
        with pytest.raises(ApiKeyRefused):
            operations.revoke_api_key(key=key, actor=actor, now=NOW)

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("label", " "),
            ("scopes", ()),
            ("expires_at", NOW),
            ("expires_at", NOW + timedelta(days=367)),
        ],
    )
    def test_is_not_issued_without_a_purpose_a_scope_and_an_end(self, field, wrong) -> None:
        house = factories.certifier()
        words = {"label": "Site", "scopes": [Scope.READ_PARTNERS], "expires_at": NOW + timedelta(days=9), field: wrong}
        with pytest.raises(ApiKeyRefused) as refusal:
            operations.issue_api_key(
                certifier=house, actor=actor_of(factories.administrator(house), house), now=NOW, **words
            )
        assert refusal.value.field == field

    def test_is_issued_and_revoked_by_administrators_of_the_house(self) -> None:
        key, _token = factories.api_key()
        manager = actor_of(factories.member(Role.NETWORK_MANAGER, of=key.certifier), key.certifier)
        other = factories.certifier()
        stranger = actor_of(factories.administrator(other), other)
        for actor in (manager, stranger):
            with pytest.raises(NotAllowed):
                operations.revoke_api_key(key=key, actor=actor, now=NOW)
        assert queries.api_key(stranger, key.code) is None

    def test_says_the_last_day_it_served_and_days_never_go_back(self) -> None:
        key, _token = factories.api_key()
        operations.remember_api_key_use(key=key, on=TODAY)
        assert operations.note_api_key_use(now=NOW) == 1
        operations.remember_api_key_use(key=key, on=TODAY - timedelta(days=1))
        assert operations.note_api_key_use(now=NOW) == 0
        key.refresh_from_db()
        assert key.last_used_on == TODAY

    def test_is_announced_before_it_dies_once_to_each_administrator(self) -> None:
        key, _token = factories.api_key()
        factories.member(Role.ADMINISTRATOR, of=key.certifier)
        soon = key.expires_at - timedelta(days=14)
        assert operations.warn_of_expiring_api_keys(now=soon - timedelta(seconds=1)) == 0
        assert operations.warn_of_expiring_api_keys(now=soon) == 1
        assert operations.warn_of_expiring_api_keys(now=soon) == 0
        letters = Message.objects.of_kind("parties.api_key_expiring")
        assert letters.count() == 2
        assert key.certifier.code == letters.first().certifier_code


class TestClearSecondFactor:
    def protected(self, person: Person) -> Person:
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=person, type=kind, data={})
        return person

    def test_takes_all_of_it_away_tells_the_person_and_the_journal(self) -> None:
        house = factories.certifier()
        person = self.protected(factories.member(Role.READER, of=house))
        administrator = actor_of(factories.administrator(house), house)
        (membership,) = [row for row in queries.team(administrator) if row.person == person]
        operations.clear_second_factor(membership=membership, actor=administrator, now=NOW)
        assert not Authenticator.objects.filter(user=person).exists()
        assert Message.objects.of_kind("parties.security_notice").get().to_code == person.code
        entry = Entry.objects.filter(chain=house.code).latest("seq")
        assert (entry.action, entry.subject_code) == ("parties.second_factor.cleared", person.code)
        with pytest.raises(SecondFactorRefused):
            operations.clear_second_factor(membership=membership, actor=administrator, now=NOW)

    def test_is_for_somebody_else_and_for_those_who_may_take_the_role(self) -> None:
        house = factories.certifier()
        administrator = factories.administrator(house)
        self.protected(administrator)
        own = administrator.memberships.get()
        for actor in (actor_of(administrator, house), actor_of(factories.member(Role.READER, of=house), house)):
            with pytest.raises(NotAllowed):
                operations.clear_second_factor(membership=own, actor=actor, now=NOW)
        assert Authenticator.objects.filter(user=administrator).count() == 2

    def test_never_weakens_the_door_of_another_house(self) -> None:
        house, other = factories.certifier(), factories.certifier()
        person = self.protected(factories.member(Role.READER, of=house))
        factories.member(Role.READER, of=other, address=person.email)
        membership = person.memberships.get(certifier=house)
        with pytest.raises(SecondFactorRefused):
            operations.clear_second_factor(
                membership=membership, actor=actor_of(factories.administrator(house), house), now=NOW
            )
        operations.clear_second_factor_of(email=person.email, now=NOW)
        assert not queries.has_second_factor(person)

    def test_is_refused_for_nobody(self) -> None:
        with pytest.raises(SecondFactorRefused):
            operations.clear_second_factor_of(email="personne@exemple.fr", now=NOW)


class TestForgetTheDead:
    def test_deletes_links_a_month_after_they_died(self) -> None:
        factories.magic_token(factories.holder())
        died = MagicLink.objects.get().expires_at
        assert operations.forget_the_dead(now=died + timedelta(days=30)) == 0
        assert operations.forget_the_dead(now=died + timedelta(days=30, seconds=1)) == 1
        assert ApiKey.objects.count() == 0
