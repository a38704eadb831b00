from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from jurande.core.france.comparison import Change, compare
from jurande.core.france.referentiels import Jury
from jurande.registers.catalogue import facts, policies
from jurande.registers.catalogue.models import Bloc, Certification, Competency, Criterion, Referentiel
from jurande.registers.catalogue.operations import certifications, lines, versions
from jurande.registers.catalogue.queries import certifications as queries
from jurande.registers.catalogue.states import LineKind, RetireReason
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.journal.models import Entry
from jurande.registers.parties.states import Role
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import certifications as build

pytestmark = pytest.mark.django_db


class TestStartFromFiche:
    def test_takes_blocs_and_competencies_as_the_register_has_them(self) -> None:
        house = factories.certifier()
        made = build.registered(house)
        draft = build.draft_of(made)
        whole = facts.referentiel_of(draft)
        assert [bloc.number for bloc in whole.blocs] == ["RNCP49021BC01", "RNCP49021BC02"]
        assert [one.text for one in whole.blocs[0].competencies] == [
            "Recueillir les symptômes",
            "Consigner l’appareil",
            "Mesurer les écarts",
        ]
        assert [one.text for one in whole.activities] == ["Diagnostic et réparation en atelier"]
        assert [(jury.route, jury.article) for jury in whole.juries] == [
            ("FC", "doctrine de France compétences"),
            ("VAE", "C. trav. D. 6412-6"),
        ]
        acts = list(Entry.objects.filter(subject_code=made.code).values_list("action", flat=True))
        assert acts == ["catalogue.certification.started"]

    def test_splits_the_capacities_of_a_fiche_without_blocs(self) -> None:
        house = factories.certifier()
        build.fiche(house, "RS7423", with_blocs=False)
        made = certifications.start_from_fiche(certifier=house, number=" rs7423 ", actor=build.writer(house), now=NOW)
        whole = facts.referentiel_of(build.draft_of(made))
        assert [one.text for one in whole.competencies] == ["Accueillir", "Conseiller", "Établir un devis"]

    def test_refuses_a_fiche_that_names_somebody_else(self) -> None:
        house = factories.certifier()
        build.fiche(factories.certifier(name="Autre"), "RNCP40001")
        with pytest.raises(certifications.CertificationRefused, match="ne vous nomme pas"):
            certifications.start_from_fiche(certifier=house, number="RNCP40001", actor=build.writer(house), now=NOW)

    def test_refuses_the_same_fiche_twice(self) -> None:
        house = factories.certifier()
        build.registered(house)
        with pytest.raises(certifications.CertificationRefused, match="déjà ouverte"):
            certifications.start_from_fiche(certifier=house, number="RNCP49021", actor=build.writer(house), now=NOW)

    def test_is_not_for_a_reader(self) -> None:
        house = factories.certifier()
        build.fiche(house)
        reader = factories.actor_of(factories.member(Role.READER, of=house), house)
        with pytest.raises(NotAllowed):
            certifications.start_from_fiche(certifier=house, number="RNCP49021", actor=reader, now=NOW)


class TestPublish:
    def test_freezes_and_keeps_the_fingerprint(self) -> None:
        house = factories.certifier()
        author, other = build.writer(house), build.publisher(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author, minimum_hours=490, trainees_per_trainer=12)
        done = build.published(made, other)
        made.refresh_from_db()
        assert (made.state, done.state, done.published_by_code) == ("open", "published", other.code)
        assert facts.referentiel_of(done).digest() == done.digest
        entry = Entry.objects.get(action="catalogue.referentiel.published")
        assert entry.digest == done.digest

    def test_refuses_ones_own_work(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        with pytest.raises(NotAllowed, match="préparé ce travail"):
            build.published(made, author)

    def test_lets_one_publish_ones_own_work_where_the_rule_is_relaxed(self) -> None:
        house = factories.certifier()
        factories.relaxed(house)
        author = build.writer(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        assert build.published(made, author).state == "published"

    def test_refuses_with_the_whole_list_of_what_is_missing(self) -> None:
        house = factories.certifier()
        made = build.registered(house)
        Bloc.objects.filter(position=1).update(assessment="")
        with pytest.raises(versions.PublicationRefused) as refused:
            build.published(made, build.publisher(house))
        assert [gap.field for gap in refused.value.gaps][-1] == "valid_from"
        assert "modalités d’évaluation" in refused.value.gaps[0].what

    def test_refuses_what_changed_since_it_was_read(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        made = build.registered(house, by=author)
        draft = build.framed(build.draft_of(made), author)
        seen = facts.referentiel_of(draft).digest()
        lines.add_line(referentiel=draft, kind=LineKind.ACTIVITY, text="Conseil", actor=author, now=NOW)
        with pytest.raises(versions.VersionRefused, match="a changé"):
            versions.publish(referentiel=draft, seen_digest=seen, actor=build.publisher(house), now=NOW)

    def test_replaces_the_former_version_whose_lines_are_recognised(self) -> None:
        house = factories.certifier()
        author, other = build.writer(house), build.publisher(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        former = build.published(made, other)
        draft = versions.start_version(certification=made, actor=author, now=NOW)
        one = draft.competencies.get(text="Mesurer les écarts")
        lines.reword_line(line=one, text="Mesurer et interpréter les écarts", revision=1, actor=author, now=NOW)
        build.framed(draft, author)
        new = build.published(made, other)
        former.refresh_from_db()
        assert (former.state, former.replaced_at) == ("replaced", NOW)
        changed = compare(facts.referentiel_of(former), facts.referentiel_of(new)).changed
        assert [(one.change, one.after.text if one.after else "") for one in changed] == [
            (Change.REWORDED, "Mesurer et interpréter les écarts")
        ]


def _frozen(referentiel: Referentiel) -> None:
    """Try everything that would change a published version behind the operations' back."""
    bloc = Bloc.objects.filter(referentiel=referentiel).order_by("pk").first()
    one = Competency.objects.filter(referentiel=referentiel).order_by("pk").first()
    assert bloc is not None
    assert one is not None
    attempts = [
        lambda: Bloc.objects.filter(pk=bloc.pk).update(text="Autre"),
        lambda: Competency.objects.filter(pk=one.pk).delete(),
        lambda: Criterion.objects.create(
            referentiel=referentiel, competency=one, position=1, changed_at=NOW, changed_by_code="X", lineage="X"
        ),
        lambda: referentiel.juries.update(min_members=1),
        lambda: Referentiel.objects.filter(pk=referentiel.pk).update(title="Autre"),
        lambda: Referentiel.objects.filter(pk=referentiel.pk).update(digest="1" * 64),
        lambda: Referentiel.objects.filter(pk=referentiel.pk).update(
            state="draft", published_at=None, published_by_code="", digest=""
        ),
        lambda: Referentiel.objects.filter(pk=referentiel.pk)._raw_delete("default"),
    ]
    for number, attempt in enumerate(attempts):
        try:
            with transaction.atomic():
                attempt()
        except DatabaseError:
            continue
        raise AssertionError(f"attempt {number} changed a published version")


class TestPublished:
    def test_is_frozen_by_the_database(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        done = build.published(made, build.publisher(house))
        _frozen(done)
        assert facts.referentiel_of(Referentiel.objects.get(pk=done.pk)).digest() == done.digest

    def test_takes_no_line_of_a_draft(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        done = build.published(made, build.publisher(house))
        draft = versions.start_version(certification=made, actor=author, now=NOW)
        stray = draft.activities.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            type(stray).objects.filter(pk=stray.pk).update(referentiel=done)

    def test_refuses_the_operations_too(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        made = build.registered(house, by=author)
        build.framed(build.draft_of(made), author)
        done = build.published(made, build.publisher(house))
        one = done.competencies.order_by("pk").first()
        assert one is not None
        with pytest.raises(NotAllowed, match="ne change plus"):
            lines.reword_line(line=one, text="Autre", revision=1, actor=author, now=NOW)


class TestSetFrame:
    def test_refuses_a_jury_that_cannot_be_met(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        draft = build.draft_of(build.registered(house, by=author))
        frame = versions.Frame(title="T", valid_from=TODAY, juries=[Jury("FC", 2, 3, 50, "", "doctrine")])
        with pytest.raises(versions.VersionRefused, match="qualifiés"):
            versions.set_frame(referentiel=draft, frame=frame, revision=1, actor=author, now=NOW)

    def test_refuses_to_overwrite_what_was_not_read(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        draft = build.draft_of(build.registered(house, by=author))
        build.framed(draft, author)
        frame = versions.Frame(title="Autre", valid_from=TODAY)
        with pytest.raises(versions.VersionRefused, match="pendant que vous"):
            versions.set_frame(referentiel=draft, frame=frame, revision=1, actor=build.writer(house), now=NOW)


class TestRetire:
    def test_keeps_everything_and_says_why(self) -> None:
        house = factories.certifier()
        made = build.registered(house)
        certifications.retire(certification=made, reason=RetireReason.UNUSED, actor=build.publisher(house), now=NOW)
        made.refresh_from_db()
        assert (made.state, made.retire_reason, made.versions.count()) == ("retired", "unused", 1)

    def test_lets_the_fiche_be_opened_again(self) -> None:
        house = factories.certifier()
        made = build.registered(house)
        certifications.retire(certification=made, reason=RetireReason.MISTAKE, actor=build.publisher(house), now=NOW)
        again = certifications.start_from_fiche(certifier=house, number="RNCP49021", actor=build.writer(house), now=NOW)
        assert again.reference == "RNCP49021-2"


class TestVisibleTo:
    def test_shows_ones_own_house_only(self) -> None:
        mine, other = factories.certifier(), factories.certifier(name="Autre")
        build.registered(mine)
        partner = factories.partnership(mine, with_head=True)
        head = factories.actor_of(factories.member(Role.HEAD, of=partner), partner)
        seen = [
            Certification.objects.visible_to(actor).count() for actor in (build.writer(mine), build.writer(other), head)
        ]
        assert seen == [1, 0, 0]


class TestClocksDue:
    def test_calls_for_the_dossier_from_eighteen_months_before_the_end(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        build.registered(house, by=author)
        assert queries.clocks_due(author, house, date(2027, 6, 29)) == []
        due = queries.clocks_due(author, house, date(2027, 6, 30))
        assert [(one.due_on, one.opened_on) for one in due] == [(date(2028, 12, 31), date(2027, 6, 30))]

    def test_follows_the_choice_of_the_certifier(self) -> None:
        house = factories.certifier()
        author = build.writer(house)
        build.registered(house, by=author)
        certifications.set_choices(certifier=house, dossier_months=24, demanded=[], tolerated=[], actor=author, now=NOW)
        assert len(queries.clocks_due(author, house, date(2026, 12, 31))) == 1


def test_publishing_is_a_right_of_its_own() -> None:
    house = factories.certifier()
    draft = build.draft_of(build.registered(house))
    reviewer = factories.actor_of(factories.member(Role.REVIEWER, of=house), house)
    assert policies.can_edit_referentiel(reviewer, draft)
    assert not policies.can_publish_referentiel(reviewer, draft)
    assert not policies.can_edit_referentiel(build.publisher(house), draft)


def test_the_vendor_has_its_triggers() -> None:
    with connection.cursor() as cursor:
        catalogue = (
            "sqlite_master WHERE type = 'trigger' AND name"
            if connection.vendor == "sqlite"
            else "pg_trigger WHERE tgname"
        )
        cursor.execute(f"SELECT count(*) FROM {catalogue} LIKE 'catalogue_%%_frozen_%%'", [])
        assert cursor.fetchone()[0] == 23


@pytest.mark.django_db(transaction=True)
def test_a_published_version_does_not_outlive_a_test_with_real_transactions() -> None:
    house = factories.certifier()
    author = build.writer(house)
    made = build.registered(house, by=author)
    build.framed(build.draft_of(made), author)
    assert build.published(made, build.publisher(house)).state == "published"
