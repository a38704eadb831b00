from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurande.core.france.pasting import Proposed, proposed
from jurande.registers.catalogue import facts
from jurande.registers.catalogue.models import Bloc, Competency, Criterion, Referentiel
from jurande.registers.catalogue.operations import elements, lines, versions
from jurande.registers.catalogue.states import LineKind
from jurande.registers.journal.models import Entry
from jurande.registers.parties.policies import Actor
from tests import factories
from tests.factories import NOW
from tests.registers.catalogue import certifications as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Actor:
    return build.writer(factories.certifier())


@pytest.fixture
def draft(author: Actor) -> Referentiel:
    from jurande.registers.parties.models import Certifier

    house = Certifier.objects.get(code=author.certifier_code)
    return build.draft_of(build.registered(house, by=author))


def first(draft: Referentiel) -> Bloc:
    return draft.blocs.get(position=1)


def texts(draft: Referentiel) -> list[str]:
    return [one.text for one in build.competencies(first(draft))]


class TestSplitLine:
    def test_cuts_what_the_writer_sees(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        made = lines.split_line(
            line=line, text="Recueillir  et noter les symptômes", at=11, revision=1, actor=author, now=NOW
        )
        assert made.text == "et noter les symptômes"
        assert texts(draft)[:3] == ["Recueillir", "et noter les symptômes", "Consigner l’appareil"]

    def test_opens_an_empty_line_at_the_end(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        lines.split_line(line=line, text=line.text, at=10_000, revision=1, actor=author, now=NOW)
        assert texts(draft)[1] == ""

    def test_refuses_who_has_not_read_the_last_text(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        lines.reword_line(line=line, text="Autre", revision=1, actor=author, now=NOW)
        with pytest.raises(lines.LineChanged) as refused:
            lines.split_line(line=line, text="Recueillir", at=3, revision=1, actor=author, now=NOW)
        assert refused.value.line.text == "Autre"


class TestMergeLine:
    def test_joins_the_one_before_with_its_criteria_and_tags(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[1]
        lines.tag_competency(competency=line, tags=["safety"], revision=1, actor=author, now=NOW)
        lines.add_line(referentiel=draft, kind=LineKind.CRITERION, parent=line, text="Complète", actor=author, now=NOW)
        lines.merge_line(line=line, text=line.text, revision=2, actor=author, now=NOW)
        joined = build.competencies(first(draft))[0]
        assert (joined.text, joined.tags) == ("Recueillir les symptômes Consigner l’appareil", ["safety"])
        assert Criterion.objects.get(competency=joined).text == "Complète"

    def test_has_nothing_to_join_for_the_first(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        with pytest.raises(lines.LineRefused, match="au-dessus"):
            lines.merge_line(line=line, text=line.text, revision=1, actor=author, now=NOW)


class TestMoveLine:
    def test_goes_to_another_bloc(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        other = draft.blocs.get(position=2)
        lines.move_line(line=line, place=2, parent=other, actor=author, now=NOW)
        assert [one.text for one in build.competencies(other)][1] == "Recueillir les symptômes"

    def test_never_leaves_its_version(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        foreign = build.draft_of(build.registered(number="RNCP40001")).blocs.get(position=1)
        with pytest.raises(lines.LineRefused, match="ne peut pas aller là"):
            lines.move_line(line=line, place=1, parent=foreign, actor=author, now=NOW)


class TestRewordLine:
    def test_writes_nothing_when_nothing_changed(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        before = Entry.objects.count()
        lines.reword_line(line=line, text=f"  {line.text}\n", revision=99, actor=author, now=NOW)
        assert Entry.objects.count() == before

    def test_journals_the_fingerprint_and_never_the_text(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        lines.reword_line(line=line, text="Écouter", revision=1, actor=author, now=NOW)
        entry = Entry.objects.order_by("-pk")[0]
        assert (entry.action, len(entry.digest)) == ("catalogue.line.reworded", 64)

    @pytest.mark.parametrize("text", ["x" * 4001, "mot " * 2000])
    def test_refuses_what_is_too_long(self, draft: Referentiel, author: Actor, text: str) -> None:
        with pytest.raises(lines.LineRefused, match="trop long"):
            lines.reword_line(line=build.competencies(first(draft))[0], text=text, revision=1, actor=author, now=NOW)

    def test_drops_what_cannot_be_seen(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        done = lines.reword_line(line=line, text="Écou\x00ter\ud800 \x07bien", revision=1, actor=author, now=NOW)
        assert done.text == "Écouter bien"


class TestRemoveLine:
    def test_takes_what_is_under_it_and_renumbers(self, draft: Referentiel, author: Actor) -> None:
        lines.remove_line(line=first(draft), revision=1, actor=author, now=NOW)
        assert [(one.text, one.position) for one in draft.blocs.all()] == [("Réparer et remettre en service", 1)]

    def test_says_so_when_it_is_gone_already(self, draft: Referentiel, author: Actor) -> None:
        line = build.competencies(first(draft))[0]
        lines.remove_line(line=line, revision=1, actor=author, now=NOW)
        with pytest.raises(lines.LineRefused, match="n’est plus là"):
            lines.reword_line(line=line, text="Écouter", revision=1, actor=author, now=NOW)


class TestPasteLines:
    def test_opens_a_bloc_at_each_heading(self, draft: Referentiel, author: Actor) -> None:
        items = proposed("• Mesurer\nBloc 3 : Conseiller\n• Chiffrer\n• Expliquer")
        assert lines.paste_lines(bloc=first(draft), items=items, actor=author, now=NOW) == 4
        assert texts(draft)[-1] == "Mesurer"
        new = draft.blocs.get(position=3)
        assert [one.text for one in build.competencies(new)] == ["Chiffrer", "Expliquer"]

    def test_is_one_bloc_only_in_a_micro_certification(self, author: Actor, draft: Referentiel) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author))
        items = [Proposed("bloc", "Conseiller"), Proposed("competency", "Chiffrer")]
        lines.paste_lines(bloc=sheet.blocs.get(), items=items, actor=author, now=NOW)
        assert sheet.blocs.count() == 1
        with pytest.raises(lines.LineRefused, match="un seul bloc"):
            lines.add_line(referentiel=sheet, kind=LineKind.BLOC, text="Autre", actor=author, now=NOW)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.sampled_from("splitmergemove"), st.integers(0, 9), st.integers(0, 30)), max_size=8))
def test_places_stay_whole_and_words_are_never_lost(
    draft: Referentiel, author: Actor, acts: list[tuple[str, int, int]]
) -> None:
    """Split, merged and moved in any order, lines are numbered from 1 and the letters are all there."""

    def letters() -> list[str]:
        return sorted("".join("".join(texts(draft)).split()))

    before = letters()
    for kind, which, number in acts:
        rows = build.competencies(first(draft))
        line = rows[which % len(rows)]
        if kind in "spli":
            lines.split_line(line=line, text=line.text, at=number, revision=line.revision, actor=author, now=NOW)
        elif kind in "merg" and which % len(rows):
            lines.merge_line(line=line, text=line.text, revision=line.revision, actor=author, now=NOW)
        else:
            lines.move_line(line=line, place=number, actor=author, now=NOW)
    assert [one.position for one in build.competencies(first(draft))] == list(range(1, len(texts(draft)) + 1))
    assert letters() == before


class TestMicroCertification:
    def test_lists_everything_it_lacks(self, author: Actor, draft: Referentiel) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author))
        fields = [gap.field for gap in versions.gaps_of(sheet)]
        assert fields == [
            *("blocs", "workload_hours", "level", "assessment_type", "participation", "quality"),
            *("description", "protocol", "assessors", "pass_rule", "valid_from"),
        ]

    def test_lacks_nothing_once_whole(self, author: Actor, draft: Referentiel) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author, whole=True))
        assert versions.gaps_of(sheet) == []

    def test_asks_for_the_optional_elements_its_certifier_demands(self, author: Actor, draft: Referentiel) -> None:
        from jurande.registers.catalogue.operations import certifications

        house = draft.certification.certifier
        sheet = build.draft_of(build.micro(house, by=author, whole=True))
        certifications.set_choices(
            certifier=house, dossier_months=18, demanded=["supervision"], tolerated=[], actor=author, now=NOW
        )
        assert [gap.field for gap in versions.gaps_of(sheet)] == ["supervision"]

    def test_is_refused_a_word_kept_by_law_wherever_it_is(self, author: Actor, draft: Referentiel) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author, whole=True))
        criterion = Criterion.objects.get(referentiel=sheet)
        lines.reword_line(line=criterion, text="Vaut un t\u00adi\u200btre", revision=1, actor=author, now=NOW)
        elements.set_elements(
            referentiel=sheet, given={"quality": "Éligible au CPF"}, revision=2, actor=author, now=NOW
        )
        found = versions.gaps_of(sheet)
        assert [(gap.field, gap.article) for gap in found] == [
            ("quality", "C. trav. L. 6323-6 et L. 6352-13"),
            (criterion.lineage, "C. trav. L. 6113-1"),
        ]

    def test_changes_its_title_in_its_sheet_only(self, author: Actor, draft: Referentiel) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author))
        with pytest.raises(lines.LineRefused, match="dans sa fiche"):
            lines.reword_line(line=sheet.blocs.get(), text="Autre", revision=1, actor=author, now=NOW)

    def test_copies_its_elements_to_the_next_version(self, author: Actor, draft: Referentiel) -> None:
        house = draft.certification.certifier
        held = build.micro(house, by=author, whole=True)
        elements.align(
            referentiel=build.draft_of(held), framework="nsf", entry="255", label="Élec", actor=author, now=NOW
        )
        former = build.published(held, build.publisher(house))
        new = versions.start_version(certification=held, actor=author, now=NOW)
        was, now = facts.referentiel_of(former), facts.referentiel_of(new)
        assert dict(was.elements) == dict(now.elements)
        assert was.competencies == now.competencies

    @pytest.mark.parametrize(
        ("framework", "entry", "fine"),
        [
            ("rome", " i1402 ", "I1402"),
            ("nsf", "255A", "255a"),
            ("rncp_bloc", "rncp37674bc01", "RNCP37674BC01"),
            (
                "esco",
                "https://data.europa.eu/esco/skill/00064735-8fad-454b-90c7-ed858cc993f2",
                "http://data.europa.eu/esco/skill/00064735-8fad-454b-90c7-ed858cc993f2",
            ),
        ],
    )
    def test_is_tied_to_lists_by_well_shaped_codes(
        self, author: Actor, draft: Referentiel, framework: str, entry: str, fine: str
    ) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author))
        tie = elements.align(referentiel=sheet, framework=framework, entry=entry, label="Nom", actor=author, now=NOW)
        assert tie.entry == fine
        with pytest.raises(versions.VersionRefused, match="y est déjà"):
            elements.align(referentiel=sheet, framework=framework, entry=entry, label="Nom", actor=author, now=NOW)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"level": "9"}, "level"),
            ({"country": "France"}, "country"),
            ({"workload_hours": -1}, "workload_hours"),
            ({"ects": "un"}, "ects"),
        ],
    )
    def test_refuses_what_is_not_in_its_list(
        self, author: Actor, draft: Referentiel, given: dict[str, object], field: str
    ) -> None:
        sheet = build.draft_of(build.micro(draft.certification.certifier, by=author))
        with pytest.raises(versions.VersionRefused) as refused:
            elements.set_elements(referentiel=sheet, given=given, revision=1, actor=author, now=NOW)
        assert refused.value.field == field


def test_a_competency_keeps_its_code_for_the_registers_above(draft: Referentiel, author: Actor) -> None:
    line = build.competencies(first(draft))[0]
    lines.move_line(line=line, place=3, actor=author, now=NOW)
    assert Competency.objects.get(pk=line.pk).lineage == line.lineage
