"""Designs: what they need before they are used, what stays of them once they are, who may."""

from __future__ import annotations

import io

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from jurande.registers.awards.facts.parchments import content_of, frame_of
from jurande.registers.awards.facts.specimens import SPECIMENS, specimen_bearer
from jurande.registers.awards.models import Design
from jurande.registers.awards.operations import designs as operations
from jurande.registers.awards.operations.designs import DesignNotReady, DesignRefused, Signing
from jurande.registers.awards.operations.linting import gaps_of
from jurande.registers.awards.operations.pictures import plain_png
from jurande.registers.awards.queries import designs as queries
from jurande.registers.awards.states import DesignState, Emblem, Language, Layout, Subject
from jurande.registers.common.refusals import Refused
from jurande.registers.common.verdicts import NotAllowed
from jurande.registers.journal.models import Entry
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.awards import designs
from tests.registers.catalogue import certifications

pytestmark = pytest.mark.django_db


def specimen(design: Design):
    referentiel = queries.referentiel_for(design)
    assert referentiel is not None
    return content_of(frame_of(design, referentiel), specimen_bearer(SPECIMENS[0], on=TODAY))


class TestADraft:
    def test_begins_with_the_brand_of_the_house_and_keeps_its_own_copy(self):
        held = designs.offered()
        actor = designs.designer(held.certifier)

        def branded(colour: str):
            operations.set_brand(
                certifier=held.certifier,
                colour=colour,
                accent="#1e6b48",
                emblem=Emblem.BOOK,
                waived=[],
                logo=(designs.png(), "logo.png"),
                drop_logo=False,
                actor=actor,
                now=NOW,
            )

        branded("#000000")
        draft = operations.start_design(certification=held, subject=Subject.MICRO, actor=actor, now=NOW)
        branded("#FF0000")
        draft.refresh_from_db()
        assert (draft.colour, draft.accent, draft.emblem) == ("#000000", "#1E6B48", Emblem.BOOK)
        assert draft.logo is not None
        assert operations.take_brand(design=draft, actor=actor, now=NOW).colour == "#FF0000"

    def test_is_one_at_a_time(self):
        draft = designs.drafted()
        with pytest.raises(DesignRefused, match="déjà ouvert"):
            operations.start_design(
                certification=draft.certification,
                subject=Subject.MICRO,
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_is_not_of_blocs_for_a_micro_certification(self):
        held = designs.offered()
        with pytest.raises(DesignRefused):
            operations.start_design(
                certification=held, subject=Subject.BLOC, actor=designs.designer(held.certifier), now=NOW
            )

    def test_is_not_written_over_by_who_had_not_read_it(self):
        draft = designs.drafted()
        with pytest.raises(DesignRefused, match="Quelqu’un"):
            operations.write_design(
                design=draft,
                appearance=designs.appearance(draft),
                revision=draft.revision - 1,
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_keeps_the_picture_of_a_signature_until_another_takes_its_place(self):
        draft = designs.drafted()
        actor = designs.designer(draft.certifier)
        signed = Signing("Hélène Rouvière", "directrice", image=(designs.png(), "signature.png"))
        operations.set_signatories(design=draft, signings=[signed], actor=actor, now=NOW)
        operations.set_signatories(design=draft, signings=[designs.SIGNING], actor=actor, now=NOW)
        assert draft.signatories.get().image is not None

    def test_takes_no_picture_that_is_none(self):
        draft = designs.drafted()
        sent = designs.png()
        sent.truncate(30)
        with pytest.raises(Refused):
            operations.set_signatories(
                design=draft,
                signings=[Signing("Hélène Rouvière", "directrice", image=(sent, "signature.png"))],
                actor=designs.designer(draft.certifier),
                now=NOW,
            )

    def test_keeps_the_greys_of_a_picture_of_sixteen_bits(self):
        sent = io.BytesIO()
        Image.new("I;16", (40, 20), 40_000).save(sent, "PNG")
        with Image.open(io.BytesIO(plain_png(sent.getvalue()))) as kept:
            assert kept.getpixel((20, 10)) == (156, 156, 156, 255)

    def test_is_for_its_own_house_alone(self):
        draft = designs.drafted()
        stranger = designs.designer(factories.certifier())
        assert queries.design(stranger, draft.code) is None
        with pytest.raises(NotAllowed):
            operations.discard_design(design=draft, actor=stranger, now=NOW)


class TestPublishing:
    def test_is_refused_with_the_list_of_what_is_missing(self):
        draft = operations.start_design(
            certification=(held := designs.offered()),
            subject=Subject.MICRO,
            actor=designs.designer(held.certifier),
            now=NOW,
        )
        with pytest.raises(DesignNotReady) as refused:
            operations.publish_design(
                design=draft, revision=draft.revision, actor=designs.signatory(held.certifier), now=NOW
            )
        assert {gap.key for gap in refused.value.gaps} == {"place", "signatory"}

    def test_is_refused_while_the_certification_is_not_published(self):
        held = certifications.micro(whole=True)
        draft = designs.drafted(held)
        with pytest.raises(DesignNotReady, match="n’est pas publiée"):
            operations.publish_design(
                design=draft, revision=draft.revision, actor=designs.signatory(held.certifier), now=NOW
            )

    def test_is_not_for_who_wrote_it(self):
        held = designs.offered()
        actor = designs.designer(held.certifier)
        draft = designs.drafted(held, by=actor)
        with pytest.raises(NotAllowed, match="une autre personne"):
            operations.publish_design(design=draft, revision=draft.revision, actor=actor, now=NOW)

    def test_waits_for_a_publisher_who_read_the_last_words(self):
        draft = designs.drafted()
        with pytest.raises(DesignRefused, match="a changé"):
            operations.publish_design(
                design=draft, revision=draft.revision - 1, actor=designs.signatory(draft.certifier), now=NOW
            )

    def test_lets_a_waived_mention_be_missing(self):
        held = designs.offered()
        actor = designs.designer(held.certifier)
        operations.set_brand(
            certifier=held.certifier,
            colour="#2F3E8F",
            accent="#A4262C",
            emblem=Emblem.INITIAL,
            waived=["signatory", "place"],
            logo=None,
            drop_logo=False,
            actor=actor,
            now=NOW,
        )
        draft = operations.start_design(certification=held, subject=Subject.MICRO, actor=actor, now=NOW)
        assert gaps_of(draft) == []

    def test_replaces_the_former_version_and_leaves_it_as_it_was(self):
        first = designs.published()
        before = specimen(first).digest()
        again = designs.drafted(first.certification)
        actor = designs.designer(first.certifier)
        again = operations.write_design(
            design=again,
            appearance=designs.appearance(
                again, layout=Layout.SOBER, language=Language.FR_EN, place="Lyon", texts={"given": {"fr": "à"}}
            ),
            revision=again.revision,
            actor=actor,
            now=NOW,
        )
        second = operations.publish_design(
            design=again, revision=again.revision, actor=designs.signatory(first.certifier), now=NOW
        )
        first.refresh_from_db()
        assert (first.state, second.state) == (DesignState.REPLACED, DesignState.PUBLISHED)
        assert queries.published_design(first.certification, Subject.MICRO) == second
        assert specimen(first).digest() == before
        assert first.digest == operations.digest_of(first) != second.digest

    def test_says_for_ever_what_the_house_was_called_that_day(self):
        design = designs.published()
        before = specimen(design).as_json()
        organisation = design.certifier.organisation
        organisation.usual_name = "Un tout autre nom"
        organisation.save()
        assert specimen(queries.design(designs.designer(design.certifier), design.code)).as_json() == before

    def test_is_written_once_in_the_journal(self):
        design = designs.published()
        assert Entry.objects.filter(action="awards.design.published", subject_code=design.code).count() == 1


class TestAPublishedDesign:
    def test_cannot_be_changed_even_in_the_database(self):
        design = designs.published()
        for changed in ({"place": "Ailleurs"}, {"texts": {}}, {"facts": {}}, {"state": "draft"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Design.objects.filter(pk=design.pk).update(**changed)
        with pytest.raises(DatabaseError), transaction.atomic():
            design.signatories.update(name="Quelqu’un d’autre")
        with pytest.raises(DatabaseError), transaction.atomic():
            design.delete()

    def test_is_no_longer_written_by_anybody(self):
        design = designs.published()
        with pytest.raises(NotAllowed, match="publié"):
            operations.write_design(
                design=design,
                appearance=designs.appearance(design),
                revision=design.revision,
                actor=designs.designer(design.certifier),
                now=NOW,
            )


class TestADesignOfARegisteredCertification:
    def test_says_level_number_and_speciality_of_the_fiche(self):
        held = certifications.registered()
        draft_of_it = certifications.draft_of(held)
        actor = certifications.writer(held.certifier)
        certifications.framed(draft_of_it, actor)
        draft = designs.drafted(held, subject=Subject.CERTIFICATION)
        content = specimen(draft)
        assert content.overline == ("Certification professionnelle de niveau\u00a04",)
        assert content.has_blocs
        assert content.items == ("Diagnostiquer la panne", "Réparer et remettre en service")
        assert "les deux blocs de compétences étant validés" in content.statement[0]
