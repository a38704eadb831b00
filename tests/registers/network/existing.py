"""An existing network and its declared list, for tests: a file that was read, a difference, a view, a calendar."""

from __future__ import annotations

import io
from datetime import timedelta

from jurande.registers.network.models import NetworkImport, RegisterDifference
from jurande.registers.network.operations import imports, keeping
from jurande.registers.parties.models import Certifier, Partnership
from jurande.registers.parties.policies import Actor
from tests import factories
from tests.factories import NOW, TODAY
from tests.registers.catalogue import fiches
from tests.replay import replayed

HEADERS = "SIRET;Dénomination;CP;Ville;Mail;Prénom;Nom du dirigeant;Fiche;Rôle;Début;Fin;Convention;Signée le"


@replayed
def row(siret: str = "", *, fiche: str = "", name: str = "L’Établi", email: str = "", role: str = "former") -> str:
    """A line of a spreadsheet; ``fiche`` empty: a partnership alone."""
    siret = siret or factories.siret()
    return f"{siret};{name};13001;Marseille;{email};Jo;Paoli;{fiche};{role};01/01/2026;31/12/2028;CONV 7;02/01/2026"


@replayed
def read(house: Certifier, actor: Actor, *rows: str, mapped: bool = True) -> NetworkImport:
    """A file that was read, its columns said unless ``mapped`` is false."""
    content = "\r\n".join([HEADERS, *rows]).encode("cp1252")
    held = imports.read_sheet(certifier=house, content=io.BytesIO(content), filename="reseau.csv", actor=actor, now=NOW)
    if mapped:
        imports.set_columns(held=held, columns=imports.guessed(held), actor=actor, now=NOW)
    return held


@replayed
def difference(house: Certifier, *, name: str = "Inconnu au bataillon") -> RegisterDifference:
    """Somebody in the national register whom nobody here habilitated."""
    fiche = fiches.fiche("RS7424", "Réparer un vélo", indexed=False)
    return RegisterDifference.objects.create(
        certifier=house,
        fiche=fiche,
        siret=factories.siret(),
        name=name,
        kind="not_here",
        listed="both",
        seen_on=TODAY - timedelta(days=1),
        raised_at=NOW,
    )


def addresses(house: Certifier, _partner: Partnership, actor: Actor) -> dict[str, list[str]]:
    """What each of our pages needs in its path."""
    held = read(house, actor, row(), "x")
    view = keeping.save_view(
        certifier=house, name="À renouveler", query="vue=habilitations&fin=90", is_shared=True, actor=actor, now=NOW
    )
    token = keeping.open_calendar(certifier=house, actor=actor, now=NOW)
    on_import = ("", "-columns", "-launch", "-discard", "-rejected")
    alone = ("partners-remind", "partners-invite-many", "partners-suspend", "partners-views")
    return {
        **{f"certifier:network-import{suffix}": [house.code, held.code] for suffix in on_import},
        "certifier:network-import-national": [house.code],
        **{f"certifier:{name}": [house.code] for name in alone},
        "certifier:partners-views-remove": [house.code, view.code],
        "certifier:ledger-difference": [house.code, difference(house).code],
        "certifier:radar-feed": [house.code, token],
    }
