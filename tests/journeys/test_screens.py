"""Every screen of every audience, as its persona, at 1440 and 390 px: it answers, fits, and axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest

from jurande.demo.fiction import BODIES
from tests.axe import OF_WIDTH, faults

# Persona → addresses below their first page ("/…" is absolute). PARTNER is replaced by a partner's own address.
SCREENS: dict[str, tuple[str, ...]] = {
    "": ("/", "/certifications/?q=ia+rh", "/certifications/?q=introuvable", "/certifications/?niveau=4&etat=active",
         "/certifications/RNCP49021/", "/certifications/RNCP47310/", "/certifications/RNCP49021/?siret=1&jour=",
         "/appels/", "/annuaire/", "/annuaire/?certification=RNCP49021", "/annuaire/?certification=RNCP49021&vue=carte",
         "/annuaire/?departement=67", f"/annuaire/{BODIES[0].siren}/",
         "/acces/entrer/", "/lien/", "/mentions-legales/", "/donnees-personnelles/", "/accessibilite/",
         "/invite/inconnu/", "/lien/inconnu/", "/demonstration/courriels/", "/acces/mot-de-passe/oublie/", "/nulle-part/"),
    "claire": ("", "?tout", "reseau/", "reseau/?vue=carte", "reseau/?q=introuvable", "reseau/nouveau/",
               "recrutement/appels/", "recrutement/appels/nouveau/", "recrutement/baremes/", "recrutement/baremes/nouveau/",
               "etat/", "etat/?vue=carte",
               "etat/?vue=changements", "etat/?vue=certifications", "etat/?point=double", "etat/rattacher/", "PARTNER",
               "PARTNERidentite/", "PARTNERqualiopi/", "PARTNERpieces/", "PARTNERpersonnes/inviter/", "PARTNERfin/",
               "PARTNERjournal/", "equipe/", "courrier/", "courrier/mots/", "courrier/mots/parties.invitation/",
               "journal/", "reglages/", "/compte/", "/compte/maisons/", "/compte/sessions/", "/compte/messages/",
               "/acces/securite/", "/acces/adresse/", "/acces/mot-de-passe/changer/"),
    "helene": ("", "equipe/inviter/", "reglages/", "reglages/regles/separation/", "reglages/cles/"),
    "mehdi": ("", "/compte/maisons/"),
    "anne-sophie": ("", "PARTNER", "equipe/"),
    "jocelyn": ("", "pieces/", "pieces/deposer/", "equipe/", "equipe/inviter/", "organisme/", "organisme/qualiopi/"),
    "nadege": ("", "pieces/", "organisme/"),
    "ines": ("", "/titulaire/moi/"),
    "samir": ("", "certificateurs/nouveau/", "exploitants/", "exploitants/inviter/", "travaux/", "journal/", "installation/",
              "registres-nationaux/", "sceau/"),
}  # fmt: skip
WIDTHS = (1440, 390)
EXPECTED = {"/nulle-part/": 404, "/invite/inconnu/": 410, "/lien/inconnu/": 200}


def faults_at_each_width(page: Any, where: str, *, colours: bool = False) -> list[str]:
    """What is wrong with the page that is open, on a desk and in a hand."""
    wrong = []
    page.wait_for_load_state()  # a click that opens a page comes back as soon as it begins to arrive
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if spill > 0:
            wrong.append(f"{where}: {spill} px wider than a screen of {width} px")
        # As high as the page: what a bar at the bottom of a screen covers, scrolling uncovers.
        # Once its letters are there: another width may ask for faces that make lines wrap elsewhere.
        whole = page.evaluate("document.fonts.ready.then(() => document.documentElement.scrollHeight)")
        page.set_viewport_size({"width": width, "height": max(900, whole)})
        found = faults(page, colours=colours) if width == WIDTHS[0] else faults(page, only=OF_WIDTH)
        wrong += [f"{where}, {width} px: {fault}" for fault in found]
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("persona", sorted(SCREENS))
def test_every_screen_holds(visitor: Any, persona: str) -> None:
    here = visitor()
    page = here.page
    home = here.address + "/"
    if persona:
        page = here.become(persona)
        home = page.url
    wrong = []
    partner = ""
    for path in SCREENS[persona]:
        if "PARTNER" in path and not partner:
            page.goto(f"{home}reseau/?q=mistral+marseille")
            partner = page.locator("table a.name").first.get_attribute("href")
        where = path.replace("PARTNER", partner)
        answer = page.goto(where if where.startswith("/") else home + where)
        if answer.status != EXPECTED.get(path, 200):
            wrong.append(f"{path}: {answer.status}")
        # Colours: on the first page of each audience, whose frame and tokens are those of its other pages.
        wrong += faults_at_each_width(page, path, colours=path == SCREENS[persona][0])
    here.said[:] = [said for said in here.said if "status of 404" not in said and "status of 410" not in said]
    assert not wrong, "\n".join(wrong)


def test_the_night_is_as_readable(visitor: Any) -> None:
    here = visitor()
    page = here.become("claire")
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert not faults(page)
