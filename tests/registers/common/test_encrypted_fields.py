from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from jurande.registers.common import crypto, jobs
from jurande.registers.common.codes import new_code
from jurande.registers.common.crypto import EncryptedTextField, Keyring, Sealed, Unreadable
from jurande.registers.common.crypto.active import current_keyring
from jurande.registers.common.crypto.fields import decrypt, encrypt
from jurande.registers.common.models import JobRequest, JobState
from jurande.registers.parties.models import Person

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
PLACE = {"label": "parties.person", "column": "phone", "code": "7KQ2MZ0000"}


@pytest.fixture(autouse=True)
def keyring() -> Iterator[Keyring]:
    """Keys of the test's own, in memory."""
    keys = Keyring.generate()
    crypto.install(keys)
    yield keys
    crypto.install(None)


def person(phone: str = "06 12 34 56 78", **values: Any) -> Person:
    made = Person(email=f"{new_code().lower()}@exemple.fr", phone=phone, **values)
    made.save()
    return Person.objects.get(pk=made.pk)


def stored(row: Person) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM parties_person WHERE id = %s", [row.pk])
        return str(cursor.fetchone()[0])


def store(row: Person, text: str) -> Person:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_person SET phone = %s WHERE id = %s", [text, row.pk])
    return Person.objects.get(pk=row.pk)


class TestEncrypt:
    @given(st.text(min_size=1).filter(lambda text: max(text) < "\ud800" or min(text) > "\udfff"))
    def test_gives_the_same_text_back(self, text: str) -> None:
        crypto.install(Keyring.generate())
        assert decrypt(encrypt(text, **PLACE), **PLACE) == text

    @pytest.mark.parametrize("part", ["label", "column", "code"])
    def test_binds_the_value_to_its_place(self, part: str) -> None:
        sealed = encrypt("06 12 34 56 78", **PLACE)
        with pytest.raises(Unreadable, match="modifiée hors de l’application"):
            decrypt(sealed, **{**PLACE, part: PLACE[part] + "0"})

    def test_does_not_confuse_places_whose_letters_follow_each_other(self) -> None:
        sealed = encrypt("texte", label="a", column="bc", code="d")
        with pytest.raises(Unreadable):
            decrypt(sealed, label="ab", column="c", code="d")

    def test_never_writes_the_same_bytes_twice(self) -> None:
        assert len({encrypt("texte", **PLACE).text for _ in range(100)}) == 100

    def test_notices_every_changed_character(self) -> None:
        text = encrypt("texte", **PLACE).text
        # The last characters only pad: base64 ignores their last bits, and the value is the same.
        for index, character in enumerate(text.rstrip("=")[:-1]):
            changed = text[:index] + ("A" if character != "A" else "B") + text[index + 1 :]
            with pytest.raises(Unreadable):
                decrypt(Sealed(changed), **PLACE)

    def test_says_that_the_key_is_missing(self) -> None:
        sealed = encrypt("texte", **PLACE)
        crypto.install(Keyring.generate())
        with pytest.raises(Unreadable, match="la clé qui l’ouvre manque"):
            decrypt(sealed, **PLACE)

    @pytest.mark.parametrize("text", ["06 12 34 56 78", "v1.x", "v1..", "v1.abc.é", "v1.{key}.", "v1.{key}.AAAA"])
    def test_refuses_what_was_never_encrypted(self, keyring: Keyring, text: str) -> None:
        with pytest.raises(Unreadable):
            decrypt(Sealed(text.format(key=keyring.current)), **PLACE)


@pytest.mark.django_db
class TestEncryptedTextField:
    def test_stores_nothing_in_clear(self, keyring: Keyring) -> None:
        row = person("06 12 34 56 78")
        assert stored(row).startswith(f"v1.{keyring.current}.")
        assert "06 12" not in stored(row)
        assert row.phone == "06 12 34 56 78"

    def test_decrypts_only_when_read(self) -> None:
        row = person()
        assert repr(row.__dict__["phone"]) == "<Sealed>"
        assert row.phone == "06 12 34 56 78"

    def test_keeps_its_bytes_when_the_text_does_not_change(self) -> None:
        row = person()
        former = stored(row)
        row.save()
        assert stored(row) == former
        assert row.phone == "06 12 34 56 78"
        row.save()
        assert stored(row) == former
        row.phone = "07 00 00 00 00"
        row.save()
        assert stored(row) != former
        assert Person.objects.get(pk=row.pk).phone == "07 00 00 00 00"

    def test_can_be_deferred_refreshed_and_pickled(self) -> None:
        row = person()
        assert Person.objects.defer("phone", "code").get(pk=row.pk).phone == "06 12 34 56 78"
        row.phone = "autre"
        row.refresh_from_db()
        assert row.phone == "06 12 34 56 78"
        assert pickle.loads(pickle.dumps(Person.objects.get(pk=row.pk))).phone == "06 12 34 56 78"

    def test_stays_empty_when_empty(self) -> None:
        row = person(phone="")
        assert stored(row) == ""
        assert row.phone == ""

    def test_is_written_in_bulk(self) -> None:
        Person.objects.bulk_create([Person(email=f"p{n}@exemple.fr", phone=f"06 {n}") for n in range(3)])
        assert [row.phone for row in Person.objects.exclude(phone="").order_by("email")] == ["06 0", "06 1", "06 2"]

    @pytest.mark.parametrize(
        "write",
        [
            lambda row: Person.objects.filter(pk=row.pk).update(phone="06 12"),
            lambda row: Person.objects.filter(phone="06 12").exists(),
            lambda row: Person.objects.filter(phone__in=["06 12"]).exists(),
            lambda row: (setattr(row, "phone", "06 12"), Person.objects.bulk_update([row], ["phone"])),
        ],
        ids=["update", "filter", "in", "bulk_update"],
    )
    def test_refuses_to_let_clear_text_reach_the_database(self, write: Any) -> None:
        row = person()
        with pytest.raises(TypeError, match="encrypted for its row"), transaction.atomic():
            write(row)
        assert "06 12" not in stored(row)

    @pytest.mark.parametrize("lookup", ["contains", "icontains", "gt", "regex", "iexact"])
    def test_refuses_to_be_searched(self, lookup: str) -> None:
        with pytest.raises(FieldError, match="Unsupported lookup"):
            Person.objects.filter(**{f"phone__{lookup}": "06"}).exists()

    def test_refuses_a_value_copied_from_another_row(self) -> None:
        thief = store(person(), stored(person("secret")))
        with pytest.raises(Unreadable):
            assert thief.phone

    def test_refuses_to_copy_a_row_under_another_code_unread(self) -> None:
        row = person()
        row.pk, row.code, row.email = None, new_code(), "copie@exemple.fr"
        with pytest.raises(Unreadable):
            row.save(force_insert=True)

    def test_is_not_decrypted_by_values(self) -> None:
        person()
        assert repr(Person.objects.values_list("phone", flat=True).get()) == "<Sealed>"

    def test_demands_a_code_beside_it(self) -> None:
        with isolate_apps("jurande.registers.common"):

            class Codeless(models.Model):  # noqa: DJ008 - never shown
                secret = EncryptedTextField()

                class Meta:
                    app_label = "common"

            assert [error.id for error in Codeless._meta.get_field("secret").check()] == ["common.E001"]


class TestLookupDigest:
    def test_is_the_same_for_the_same_value_and_purpose_only(self) -> None:
        digests = {
            crypto.lookup_digest(value, purpose)
            for value, purpose in [("a", "x"), ("a", "x"), ("b", "x"), ("a", "y"), ("ya", ""), ("xa", "")]
        }
        assert len(digests) == 5
        assert {len(digest) for digest in digests} == {64}

    def test_survives_a_turn_of_the_key(self, keyring: Keyring) -> None:
        former = crypto.lookup_digest("a", "x")
        crypto.install(keyring.with_new_key())
        assert crypto.lookup_digest("a", "x") == former

    def test_depends_on_the_installation(self) -> None:
        former = crypto.lookup_digest("a", "x")
        crypto.install(Keyring.generate())
        assert crypto.lookup_digest("a", "x") != former


@pytest.mark.django_db
class TestReencrypt:
    def run(self) -> JobRequest:
        job = jobs.request("common.reencrypt", now=NOW)
        assert jobs.execute(job.code, worker_code="test", clock=lambda: NOW)
        job.refresh_from_db()
        return job

    def test_puts_every_value_under_the_key_in_use(self, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jurande.registers.common.crypto.rotation.BATCH", 2)
        rows = [person(f"06 {n}") for n in range(5)] + [person(phone="")]
        turned = keyring.with_new_key()
        crypto.install(turned)
        job = self.run()
        assert (job.state, job.done_count, job.failed_count, job.total_count) == (JobState.DONE, 5, 0, 5)
        assert all(stored(row).startswith(f"v1.{turned.current}.") for row in rows[:5])
        assert stored(rows[5]) == ""
        # What was under the former key can be thrown away now.
        crypto.install(Keyring(turned.current, {turned.current: turned.keys[turned.current]}, turned.lookup))
        assert [Person.objects.get(pk=row.pk).phone for row in rows] == [f"06 {n}" for n in range(5)] + [""]

    def test_finds_nothing_left_the_second_time(self, keyring: Keyring) -> None:
        row = person()
        crypto.install(keyring.with_new_key())
        self.run()
        former = stored(row)
        assert self.run().total_count == 0
        assert stored(row) == former

    def test_leaves_and_counts_what_cannot_be_read(self, keyring: Keyring) -> None:
        broken = store(person(), "v1.0000.AAAA")
        sound = person()
        crypto.install(keyring.with_new_key())
        job = self.run()
        assert (job.state, job.done_count, job.failed_count) == (JobState.DONE, 1, 1)
        assert stored(broken) == "v1.0000.AAAA"
        assert Person.objects.get(pk=sound.pk).phone == "06 12 34 56 78"

    def test_does_not_overwrite_what_is_written_meanwhile(
        self, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = person("avant")
        crypto.install(keyring.with_new_key())

        def slow(*args: Any, **place: Any) -> Sealed:
            if Person.objects.get(pk=row.pk).phone == "avant":
                Person(pk=row.pk, code=row.code, email=row.email, phone="après").save(force_update=True)
            return encrypt(*args, **place)

        monkeypatch.setattr("jurande.registers.common.crypto.rotation.encrypt", slow)
        self.run()
        assert Person.objects.get(pk=row.pk).phone == "après"

    def test_reaches_every_encrypted_column_of_the_house(self) -> None:
        columns = [
            f"{model._meta.label_lower}.{field.name}"
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if isinstance(field, EncryptedTextField)
        ]
        assert "parties.person.phone" in columns


@pytest.mark.django_db
class TestRotateFieldKey:
    def test_adds_a_key_and_asks_for_the_job(self, capsys: pytest.CaptureFixture[str]) -> None:
        crypto.install(None)
        former = current_keyring()
        call_command("rotate-field-key")
        turned = current_keyring()
        assert turned.current != former.current
        assert turned.keys[former.current] == former.keys[former.current]
        assert JobRequest.objects.get().name == "common.reencrypt"
        assert f"La clé {turned.current} chiffre désormais" in capsys.readouterr().out
        assert not crypto.is_protected()
