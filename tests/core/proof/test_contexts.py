# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import hashlib
import json
from importlib import resources

import pytest

from jurande.core.proof import contexts

PUBLISHED = {
    # Printed in the Recommendations themselves (VC Data Model 2.0, VC Data Integrity 1.0).
    contexts.CREDENTIALS_V2: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    contexts.DATA_INTEGRITY_V2: "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    contexts.MULTIKEY_V1: "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
}


class TestDefinition:
    @pytest.mark.parametrize("url", contexts.FILES)
    def test_is_the_file_that_was_shipped(self, url: str) -> None:
        name, digest = contexts.FILES[url]
        octets = resources.files(contexts).joinpath(name).read_bytes()
        assert hashlib.sha256(octets).hexdigest() == digest == PUBLISHED.get(url, digest)
        assert contexts.definition(url) == json.loads(octets)["@context"]

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://www.w3.org/ns/credentials/v2/",
            "http://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/v2#",
            "HTTPS://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/%76%32",
            "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
            "https://example.org/",
        ],
    )
    def test_refuses_every_other_address(self, url: str) -> None:
        with pytest.raises(contexts.ContextRefused) as refusal:
            contexts.definition(url)
        assert refusal.value.code == "context.unknown"

    def test_refuses_a_damaged_file(self) -> None:
        with pytest.raises(contexts.ContextRefused) as refusal:
            contexts._read("credentials-v2.json", PUBLISHED[contexts.MULTIKEY_V1])
        assert refusal.value.code == "context.damaged"

    def test_is_listed_with_its_origin_and_licence(self) -> None:
        readme = resources.files(contexts).joinpath("README.md").read_text(encoding="utf-8")
        assert all(url in readme or "3.0.N" in readme for url in contexts.FILES)

    def test_of_open_badges_3_0_3_adds_two_words_to_the_copy_that_others_keep(self) -> None:
        older = copy.deepcopy(contexts.definition(contexts.OPEN_BADGES_3_0_3))
        del older["endorsementJwt"], older["jti"]
        text = json.dumps({"@context": older}, indent=2) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        assert digest == "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"


class TestAccepted:
    def test_has_no_context_that_defines_every_word(self) -> None:
        for url in {url for urls in contexts.ACCEPTED for url in urls}:
            assert "@vocab" not in contexts.definition(url)

    def test_begins_with_the_context_of_credentials(self) -> None:
        assert all(urls[0] == contexts.CREDENTIALS_V2 for urls in contexts.ACCEPTED)
