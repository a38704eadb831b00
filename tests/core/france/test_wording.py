from __future__ import annotations

import pytest

from jurande.core.france.wording import DISCLAIMER, RESERVED_WORDS, findings


def keys(text: str, **given: tuple[str, ...]) -> list[str]:
    return [one.word.key for one in findings(text, **given)]


def quotes(text: str) -> list[str]:
    return [one.quote for one in findings(text)]


class TestTitles:
    @pytest.mark.parametrize(
        "text",
        [
            "Obtenez un titre",
            "Les TITRES reconnus",
            "une certification professionnelle",
            "Certifications\u00a0 professionnelles",
            "certifi-\ncation professionnelle",
            "t\u00ad\u200bitre",
            "t i t r e",
            "ti-tre",
            "\uff54itre",
            "ti\u0301tre",
            "\u0442\u0456\u0442\u0433\u0435".replace("\u0433", "r"),
        ],
    )
    def test_l_6113_1_keeps_titles_for_what_is_registered(self, text: str) -> None:
        assert keys(text) in (["titre"], ["certification_professionnelle"])

    @pytest.mark.parametrize(
        "text",
        [
            "La titulaire du poste",
            "Un titrage acide-base",
            "l’intitulé et le sous-titre",
            "à titre gratuit, et à ce titre",
            "un titre-restaurant",
            "une certification d’aptitude",
            "petit, rester",
            "une activité professionnelle",
        ],
    )
    def test_l_6113_1_raises_no_false_alarm(self, text: str) -> None:
        assert keys(text) == []


class TestCertificates:
    def test_l_6113_4_keeps_the_certificate_of_qualification(self) -> None:
        assert keys("un certificat de qualification professionnelle, ou C.Q.P.") == ["cqp", "cqp"]


class TestClaims:
    @pytest.mark.parametrize(
        "text",
        ["enregistrée au RNCP", "inscrite au Répertoire national", "reconnue par l’État", "certifiés par l'Etat"],
    )
    def test_l_6352_13_refuses_what_would_deceive(self, text: str) -> None:
        assert len(keys(text)) == 1

    def test_l_6352_13_lets_a_bloc_be_named(self) -> None:
        assert keys("prépare au bloc RNCP49021BC01") == []

    def test_l_6352_13_lets_a_certifier_answer_for_what_no_text_reserves(self) -> None:
        assert keys("le diplôme") == ["diplome"]
        assert keys("le diplôme", tolerated=("diplome",)) == []
        assert keys("le titre", tolerated=("titre",)) == ["titre"]


class TestPublicMoney:
    @pytest.mark.parametrize(
        "text",
        ["éligible au CPF", "ELIGIBLE CPF", "finançable par votre CPF", "payez avec Mon Compte Formation", "C. P. F."],
    )
    def test_l_6323_6_refuses_any_promise_of_public_money(self, text: str) -> None:
        assert keys(text) == ["cpf"]


class TestFindings:
    def test_quotes_where_each_was_found(self) -> None:
        text = "Un Titre, éligible au CPF."
        assert [(one.quote, text[one.start : one.end]) for one in findings(text)] == [
            ("Titre", "Titre"),
            ("éligible au CPF", "éligible au CPF"),
        ]

    def test_quotes_the_trick_as_it_stands(self) -> None:
        assert quotes("un t i t r e") == ["t i t r e"]

    def test_stays_quick_on_hostile_text(self) -> None:
        assert keys("t-" * 20_000) == []

    def test_finds_the_words_of_the_disclaimer_nowhere_but_the_account(self) -> None:
        assert keys(DISCLAIMER) == ["cpf"]

    def test_rests_on_an_article_each(self) -> None:
        assert all(word.article.startswith("C. trav. L. 6") and word.reason for word in RESERVED_WORDS)
