"""What a parchment must say before it is used, what it may not say, and how its texts are filled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jurande.core.france.parchments import (
    BLOC,
    CERTIFICATION,
    LANGUAGES,
    MENTIONS,
    MICRO,
    TEXTS,
    WAIVABLE,
    Page,
    Registration,
    Signatory,
    contrast,
    day,
    facts_in_words,
    fill,
    lint,
    scope_in_words,
    usual_text,
)

REGISTERED = Registration(
    certifier="Institut des métiers de la réparation",
    title="Technicien réparateur en électroménager",
    register="rncp",
    number="RNCP49021",
    exact_title="Technicien réparateur en électroménager",
    level="4",
    nsf=("255",),
    decision_on=date(2024, 12, 18),
    registered_until=date(2027, 12, 18),
    duration="3.0",
)
SMALL = Registration(
    certifier="Institut des métiers de la réparation",
    title="Diagnostiquer une panne électrique sur un lave-linge",
    level="4",
    protocol="Mise en situation d’une heure trente.",
    hours=21,
)


def page(subject: str = CERTIFICATION, **changed: object) -> Page:
    """A page that lacks nothing, but for what is changed."""
    whole = Page(
        subject=subject,
        languages=("fr", "en"),
        texts={},
        place="Lyon",
        signatories=(Signatory("Hélène Rouvière", "directrice générale"),),
        accent="#A4262C",
        registration=SMALL if subject == MICRO else REGISTERED,
    )
    return replace(whole, **changed)  # type: ignore[arg-type]  # the keys are those of the class


def keys(of: Page, **given: object) -> list[str]:
    """What the linter finds."""
    return [gap.key for gap in lint(of, **given)]  # type: ignore[arg-type]  # collections of keys


class TestWhatIsUsual:
    @pytest.mark.parametrize("subject", [MICRO, CERTIFICATION, BLOC])
    def test_lacks_nothing(self, subject):
        assert keys(page(subject)) == []

    def test_of_the_specific_register_does_not_say_what_is_kept_for_the_rncp(self):
        facts = replace(REGISTERED, register="rs", number="RS7423", level="", nsf=())
        assert keys(page(registration=facts)) == []
        assert "professionnelle" not in usual_text("overline", CERTIFICATION, "fr", "rs")

    def test_has_every_line_in_both_languages(self):
        assert all(set(texts) == set(LANGUAGES) for line in TEXTS for texts in line.usual.values())


class TestMentions:
    def test_l_6113_5_the_title_is_that_of_the_registration(self):
        wrong = replace(REGISTERED, title="Technicien en électroménager")
        assert keys(page(registration=wrong)) == ["title"]
        spelt = replace(REGISTERED, title="TECHNICIEN  réparateur en électroménager")
        assert keys(page(registration=spelt)) == []

    def test_d_6113_18_the_level_is_said_when_there_is_one(self):
        bare = {"overline": {"fr": "Certification professionnelle", "en": "Professional qualification"}}
        assert keys(page(texts=bare)) == ["level"]
        assert keys(page(texts=bare, registration=replace(REGISTERED, level=""))) == []

    @pytest.mark.parametrize("key", ["nsf", "number", "decision", "duration"])
    def test_of_the_registration_are_looked_for_in_each_language(self, key):
        field = {"nsf": "nsf", "number": "numero_fiche", "decision": "decision", "duration": "duree"}[key]
        english = usual_text("registration", CERTIFICATION, "en").replace(f"{{{field}}}", "?")
        (gap,) = lint(page(texts={"registration": {"en": english}}))
        assert gap.key == key
        assert gap.field == "registration"
        assert "en anglais" in gap.sentence

    def test_of_who_signs_where_and_when_are_looked_for(self):
        assert keys(page(place="", signatories=())) == ["place", "signatory"]
        assert keys(page(signatories=(Signatory("Hélène Rouvière", ""),))) == ["signatory"]
        undated = {"made": {"fr": "Fait à {lieu}", "en": "Done in {lieu}"}}
        assert keys(page(texts=undated)) == ["date"]

    def test_of_blocs_say_that_they_are_blocs(self):
        bare = {"overline": {"fr": "Certification de niveau {niveau}", "en": "Qualification, level {niveau}"}}
        assert keys(page(BLOC, texts=bare)) == ["scope"]

    def test_2022_c_243_02_the_assessment_is_described(self):
        assert keys(page(MICRO, texts={"assessment": {"fr": " ", "en": ""}})) == ["assessment"]

    def test_l_6352_13_nothing_lets_a_micro_certification_pass_for_registered(self):
        assert keys(page(MICRO, texts={"note": {"fr": "Bravo.", "en": "Well done."}})) == ["disclaimer"]

    def test_that_rest_on_usage_may_be_waived_and_no_other(self):
        bare = page(place="", signatories=())
        assert keys(bare, waived=("place", "signatory")) == []
        wrong = page(registration=replace(REGISTERED, title="Autre"))
        assert keys(wrong, waived=("title", "certifier", "date")) == ["title"]
        assert {key for key, _label in WAIVABLE} >= {one.key for one in MENTIONS if one.waivable}


class TestReservedWords:
    @pytest.mark.parametrize("text", ["Certification professionnelle", "T i t r e de réparateur", "éligible au CPF"])
    def test_l_6113_1_are_refused_on_a_micro_certification(self, text):
        assert keys(page(MICRO, texts={"given": {"fr": text, "en": "to"}})) == ["word"]

    def test_r_338_1_titre_professionnel_is_the_ministers(self):
        (gap,) = lint(page(texts={"given": {"fr": "ce Titre professionnel est délivré à", "en": "to"}}))
        assert gap.source == "C. éduc. R. 338-1"
        assert (
            keys(page(texts={"given": {"fr": "ce titre professionnel", "en": "to"}}), waived=("titre_professionnel",))
            == []
        )

    def test_of_the_rncp_are_refused_on_what_is_in_the_specific_register(self):
        facts = replace(REGISTERED, register="rs", level="", nsf=())
        texts = {"overline": {"fr": "Certification professionnelle", "en": "Certificate"}}
        assert keys(page(registration=facts, texts=texts)) == ["word"]

    def test_that_the_house_answers_for_already_pass(self):
        texts = {"given": {"fr": "ce diplôme maison", "en": "to"}}
        assert keys(page(texts=texts)) == ["word"]
        assert keys(page(texts=texts), tolerated=("diplome",)) == []


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "key"),
        [("{inconnu}", "fields"), ("{prenom", "braces"), ("a ] b", "braces"), ("x" * 700, "long")],
    )
    def test_that_cannot_be_filled_are_told(self, text, key):
        assert keys(page(texts={"given": {"fr": text, "en": "to"}})) == [key]

    def test_lose_a_bracketed_part_of_which_a_field_is_empty(self):
        text = "né(e) le {naissance}[ à {lieu_naissance}]"
        assert (
            fill(text, {"naissance": "4 mai 1998", "lieu_naissance": "Thionville"})
            == "né(e) le 4 mai 1998 à Thionville"
        )
        assert fill(text, {"naissance": "4 mai 1998", "lieu_naissance": ""}) == "né(e) le 4 mai 1998"
        assert fill(text, {"naissance": "", "lieu_naissance": "Thionville"}) == ""

    def test_never_read_what_somebody_is_called_as_a_field(self):
        assert fill("[à {nom}] {prenom}", {"nom": "{prenom} [x]", "prenom": "Inès"}) == "à {prenom} [x] Inès"

    def test_say_days_durations_and_scopes_in_words(self):
        assert day(date(2026, 10, 1), "fr") == "1er\u00a0octobre\u00a02026"
        assert day(date(2026, 10, 1), "en") == "1\u00a0October\u00a02026"
        assert facts_in_words(REGISTERED, "fr")["duree"] == "trois\u00a0ans"
        assert facts_in_words(replace(REGISTERED, duration="2.5"), "fr")["duree"] == "2,5\u00a0ans"
        assert scope_in_words(4, "fr") == "les quatre blocs de compétences étant validés"
        assert scope_in_words(0, "fr") == ""


class TestColours:
    def test_of_a_seal_let_its_letters_be_read(self):
        assert keys(page(accent="#FFD0D0")) == ["accent"]
        assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
