from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from jurande.core.france.former_awards import (
    COLUMNS,
    ExportRefused,
    FormerAward,
    LineRefused,
    address_key,
    read_assertion,
    read_cells,
    read_documents,
    split_name,
)
from jurande.core.france.programme_sheets import guessed_columns

TODAY = date(2026, 11, 22)
# As Accredible exports a group.
ACCREDIBLE = {
    "Credential ID": "8153290",
    "Group Name": "Réparer un vélo",
    "Recipient Name": "Ada King Lovelace",
    "Recipient Email": "ada@exemple.fr",
    "Issued On": "2024-05-31",
    "Expired On": "2027-05-31",
    "Credential URL": "https://www.credential.net/8153290",
}
# As Badgr's API gives an assertion.
BADGR = {
    "entityType": "Assertion",
    "entityId": "JaV-LGNOR8GKCtopiK-xTQ",
    "openBadgeId": "https://api.badgr.io/public/assertions/JaV-LGNOR8GKCtopiK-xTQ",
    "badgeclassName": "Réparer un vélo",
    "issuer": {"name": "Institut des métiers de la réparation"},
    "recipient": {"identity": "sha256$ab12", "hashed": True, "plaintextIdentity": "ada@exemple.fr"},
    "extensions:recipientProfile": {"name": "Ada Lovelace"},
    "issuedOn": "2022-12-31T16:57:02.523147Z",
    "revoked": False,
}
HOSTED = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.exemple.fr/a/12",
    "recipient": {"type": "email", "hashed": False, "identity": "ada@exemple.fr", "name": "LOVELACE Ada"},
    "badge": {"name": "Réparer un vélo", "issuer": {"name": "Institut"}},
    "issuedOn": 1417392000,
    "expires": "2030-01-31",
    "revoked": True,
}
EVENT = {
    "id": "E7",
    "name": "Réparer un vélo",
    "issued_on": 1417392000,
    "recipient": [{"email": "ada@exemple.fr", "name": "Ada Lovelace"}, {"email": "inès@exemple.fr", "name": "Inès C"}],
    "revoked": {"inès@exemple.fr": 1500000000},
}


def row(**changed: str) -> FormerAward:
    cells = {**ACCREDIBLE, **{name.replace("_", " "): value for name, value in changed.items()}}
    return read_cells(list(cells.values()), guessed_columns(list(cells), COLUMNS), TODAY)


class TestReadCells:
    def test_reads_an_export_of_accredible_without_help(self) -> None:
        assert row() == FormerAward(
            external_id="8153290",
            title="Réparer un vélo",
            first_name="Ada King",
            last_name="Lovelace",
            email="ada@exemple.fr",
            awarded_on=date(2024, 5, 31),
            valid_until=date(2027, 5, 31),
            addresses=("https://www.credential.net/8153290",),
        )

    def test_takes_the_address_where_there_is_no_number(self) -> None:
        assert row(Credential_ID="").external_id == "https://www.credential.net/8153290"

    @pytest.mark.parametrize(
        ("said", "is_revoked"),
        [("Revoked", True), ("Révoqué", True), ("vrai", True), ("Not revoked", False), ("", False)],
    )
    def test_sees_what_was_revoked_there(self, said: str, is_revoked: bool) -> None:
        assert row(Status=said).is_revoked is is_revoked

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"Group_Name": ""}, "title.missing"),
            ({"Recipient_Name": ""}, "name.missing"),
            ({"Recipient_Email": "ada chez exemple"}, "email.form"),
            ({"Issued_On": ""}, "date.missing"),
            ({"Issued_On": "05/31/2024"}, "date"),
            ({"Issued_On": "2027-01-01"}, "date.future"),
            ({"Expired_On": "2020-01-01"}, "until.order"),
            ({"Credential_ID": "", "Credential_URL": ""}, "id.missing"),
            ({"Credential_URL": "javascript:alert(1)"}, "address.form"),
            ({"Recipient_Name": "#REF!"}, "formula"),
            *(({title: "#N/A"}, "formula") for title in ("Issued_On", "Expired_On", "Credential_ID")),
        ],
    )
    def test_refuses_each_way_to_be_wrong(self, changed: dict[str, str], code: str) -> None:
        with pytest.raises(LineRefused) as refused:
            row(**changed)
        assert refused.value.code == code
        assert refused.value.sentence

    def test_keeps_no_character_that_nobody_sees(self) -> None:
        assert row(Recipient_Name="Ada\x00 Love\u202elace").last_name == "Lovelace"


class TestSplitName:
    @pytest.mark.parametrize(
        ("full", "split"),
        [
            ("CURIE Marie", ("Marie", "CURIE")),
            ("Marie CURIE", ("Marie", "CURIE")),
            ("Jean DE LA FONTAINE", ("Jean", "DE LA FONTAINE")),
            ("Ada King Lovelace", ("Ada King", "Lovelace")),
            ("Sukarno", ("", "Sukarno")),
            ("", ("", "")),
        ],
    )
    def test_finds_the_last_name(self, full: str, split: tuple[str, str]) -> None:
        assert split_name(full) == split


class TestReadAssertion:
    def test_reads_what_the_api_of_badgr_gives(self) -> None:
        read = read_assertion(BADGR, TODAY)
        assert (read.first_name, read.last_name, read.email) == ("Ada", "Lovelace", "ada@exemple.fr")
        assert read.awarded_on == date(2022, 12, 31)
        assert (
            read.addresses == (read.external_id,) == ("https://api.badgr.io/public/assertions/JaV-LGNOR8GKCtopiK-xTQ",)
        )
        assert read.issuer_name == "Institut des métiers de la réparation"

    def test_reads_a_hosted_assertion_with_its_end_and_its_revocation(self) -> None:
        read = read_assertion(HOSTED, TODAY)
        assert (read.first_name, read.last_name) == ("Ada", "LOVELACE")
        assert (read.awarded_on, read.valid_until, read.is_revoked) == (date(2014, 12, 1), date(2030, 1, 31), True)

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"recipient": None}, "shape"),
            ({"recipient": 12}, "shape"),
            ({"badge": None}, "shape"),
            ({"recipient": {"identity": "sha256$ab", "hashed": True}}, "hashed"),
            ({"recipient": {"identity": "ada@exemple.fr", "hashed": False}}, "name.missing"),
            ({"issuedOn": None}, "date.missing"),
            ({"issuedOn": "hier"}, "date"),
            ({"issuedOn": 10**30}, "date"),
            ({"id": ""}, "id.missing"),
            ({"type": ["VerifiableCredential"]}, "newer"),
        ],
    )
    def test_refuses_each_way_to_be_wrong(self, changed: dict[str, Any], code: str) -> None:
        with pytest.raises(LineRefused) as refused:
            read_assertion({**HOSTED, **changed}, TODAY)
        assert refused.value.code == code


class TestReadDocuments:
    @pytest.mark.parametrize(
        "text",
        [
            json.dumps(HOSTED),
            json.dumps([HOSTED]),
            json.dumps({"status": {}, "result": [HOSTED]}),
            "\ufeff" + json.dumps(HOSTED) + "\n\n",
        ],
    )
    def test_finds_an_assertion_however_it_is_wrapped(self, text: str) -> None:
        assert read_documents(text) == [HOSTED]

    def test_makes_a_line_of_each_recipient_of_an_event(self) -> None:
        lines = read_documents(json.dumps(EVENT) + "\n" + json.dumps({**EVENT, "id": "E8"}))
        read: list[Mapping[str, Any]] = list(lines)
        assert [read_assertion(line, TODAY).external_id for line in read] == [
            f"{event}:{who}" for event in ("E7", "E8") for who in ("ada@exemple.fr", "inès@exemple.fr")
        ]
        assert [read_assertion(line, TODAY).is_revoked for line in read[:2]] == [False, True]

    @pytest.mark.parametrize("text", ["", "[]", "12", "{", "<html>", "[" * 100_000, '["a"]'])
    def test_refuses_what_holds_nothing(self, text: str) -> None:
        with pytest.raises(ExportRefused):
            read_documents(text)


class TestAddressKey:
    @pytest.mark.parametrize(
        "same",
        [
            "https://www.badges.fr/b/12/?utm_source=x&identity__email=ada%40exemple.fr#top",
            "http://badges.fr/b/12",
            "BADGES.fr/b/12/",
            " https://badges.fr:443/b/12 ",
        ],
    )
    def test_finds_an_address_however_it_was_shared(self, same: str) -> None:
        assert address_key(same) == "badges.fr/b/12"

    def test_tells_two_pages_apart(self) -> None:
        assert address_key("https://badges.fr/b?id=1") != address_key("https://badges.fr/b?id=2")
        assert address_key("https://badges.fr/b/Ab") != address_key("https://badges.fr/b/aB")

    def test_reads_a_number_however_it_was_typed(self) -> None:
        assert address_key("ab 12-c") == address_key("AB12C") == "AB12C"
