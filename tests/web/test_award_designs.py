"""The pages of designs: what is typed is seen before it is saved, what is missing is listed, what is sent is served."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jurande.registers.awards.models import Brand, Design
from jurande.registers.awards.states import DesignState
from jurande.registers.parties.states import Role
from tests import factories
from tests.registers.awards import designs

pytestmark = pytest.mark.django_db


def entered(of: Any, role: Role = Role.ISSUER) -> Client:
    return factories.enter(Client(), factories.member(role, of=of))


def typed(client: Client, design: Design, **changed: str) -> dict[str, str]:
    """The form as the page gives it, but for what is changed."""
    page = client.get(address("one", design))
    form = page.context["form"]
    given = {
        bound.html_name: bound.value() or "" for bound in form if "image" not in bound.name and "drop" not in bound.name
    }
    return {**{name: str(value) for name, value in given.items()}, **changed}


def address(page: str, design: Design, *rest: str) -> str:
    return reverse(f"certifier:awards-designs-{page}", args=[design.certifier.code, design.code, *rest])


class TestTheEditor:
    def test_saves_what_is_typed_and_who_signs(self):
        draft = designs.drafted()
        client = entered(draft.certifier)
        answer = client.post(
            address("one", draft),
            {**typed(client, draft, place="Lyon", layout="sober"), "image_1": designs.png()},
        )
        assert answer.status_code == 302
        draft.refresh_from_db()
        assert (draft.place, draft.layout) == ("Lyon", "sober")
        assert draft.signatories.get().image is not None

    def test_keeps_what_was_typed_when_it_is_refused(self):
        draft = designs.drafted()
        client = entered(draft.certifier)
        answer = client.post(address("one", draft), typed(client, draft, colour="rouge", place="Lyon"))
        assert answer.status_code == 422
        assert 'value="Lyon"' in answer.content.decode()
        draft.refresh_from_db()
        assert draft.place == "Strasbourg"

    def test_of_a_published_design_has_no_form(self):
        design = designs.published()
        page = entered(design.certifier).get(address("one", design)).content.decode()
        assert 'name="layout"' not in page
        assert design.digest in page


class TestThePreview:
    def test_shows_what_is_typed_and_what_it_lacks_without_saving(self):
        draft = designs.drafted()
        client = entered(draft.certifier)
        shown = client.post(
            address("preview", draft),
            typed(client, draft, place="", name_1="", nom="arabic"),
            headers={"HX-Request": "true"},
        ).content.decode()
        (picture,) = re.findall(r"data:image/png;base64,([^\"]+)", shown)
        assert base64.b64decode(picture).startswith(b"\x89PNG")
        assert "Le lieu de délivrance manque" in shown
        assert "Le signataire manque" in shown
        draft.refresh_from_db()
        assert draft.place == "Strasbourg"

    def test_says_what_cannot_be_drawn(self):
        draft = designs.drafted()
        client = entered(draft.certifier)
        shown = client.post(
            address("preview", draft), typed(client, draft, colour="rouge"), headers={"HX-Request": "true"}
        ).content.decode()
        assert "Écrivez une couleur ainsi" in shown
        assert "data:image" not in shown


class TestPublishing:
    def test_by_who_did_not_write_puts_it_in_use(self):
        draft = designs.drafted()
        client = entered(draft.certifier, Role.SIGNATORY)
        client.post(address("publish", draft), {"revision": draft.revision})
        draft.refresh_from_db()
        assert draft.state == DesignState.PUBLISHED

    def test_of_what_lacks_something_says_what(self):
        draft = designs.drafted()
        writer = entered(draft.certifier)
        writer.post(address("one", draft), typed(writer, draft, place=""))
        draft.refresh_from_db()
        answer = entered(draft.certifier, Role.SIGNATORY).post(
            address("publish", draft), {"revision": draft.revision}, follow=True
        )
        assert "Le lieu de délivrance manque" in answer.content.decode()
        draft.refresh_from_db()
        assert draft.is_draft


class TestTheBrand:
    def test_is_what_the_next_design_begins_with(self):
        held = designs.offered()
        client = entered(held.certifier)
        given = {"colour": "#123456", "accent": "#1E6B48", "emblem": "book", "waived": ["nsf"], "logo": designs.png()}
        client.post(reverse("certifier:awards-designs-brand", args=[held.certifier.code]), given)
        brand = Brand.objects.get(certifier=held.certifier)
        assert (brand.colour, brand.waived) == ("#123456", ["nsf"])
        client.post(
            reverse("certifier:awards-designs-start", args=[held.certifier.code]),
            {"certification": held.code, "subject": "micro"},
        )
        assert held.designs.get().colour == "#123456"

    def test_refuses_a_seal_on_which_nothing_could_be_read(self):
        held = designs.offered()
        answer = entered(held.certifier).post(
            reverse("certifier:awards-designs-brand", args=[held.certifier.code]),
            {"colour": "#123456", "accent": "#FFD0D0", "emblem": "book"},
        )
        assert "trop claire" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("apercu.png", b"\x89PNG"), ("vignette.png", b"\x89PNG"), ("badge.png", b"\x89PNG"), ("apercu.pdf", b"%PDF")],
)
def test_pictures_of_a_design_are_served_to_its_house(name, beginning):
    draft = designs.drafted()
    assert entered(draft.certifier).get(address("picture", draft, name)).content.startswith(beginning)
    assert entered(factories.certifier()).get(address("picture", draft, name)).status_code == 404
