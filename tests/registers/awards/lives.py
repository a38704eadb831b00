"""What becomes of awards, for the tests of pages: an act on many shown, an export read."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from jurande.registers.awards.models import Award
from jurande.registers.awards.operations import bulk, elsewhere
from jurande.registers.awards.states import LifeMove, Platform
from jurande.registers.parties.models import Certifier
from jurande.registers.seal.states import Reason
from tests import factories
from tests.factories import NOW

EXPORT = "Intitulé;Nom;Délivré le;Numéro;Url\nRéparer un vélo;Ada Lovelace;31/05/2024;7;https://badges.fr/7\n"


def addresses(mine: Certifier, people: dict[str, Any]) -> dict[str, list[str]]:
    """What the addresses of decisions and of takeovers have in their path; an award is there already."""
    award = Award.objects.filter(certifier=mine).order_by("pk").first()
    assert award is not None, "nothing was issued in this house"
    actor = factories.actor_of(people["issuer"], mine)
    shown = bulk.prepare_bulk(
        certifier=mine,
        move=LifeMove.SUSPEND,
        reason=Reason.INQUIRY,
        note="Une vérification.",
        title="Une liste",
        awards=[award],
        actor=actor,
        now=NOW,
    )
    content = BytesIO(EXPORT.encode())
    held = elsewhere.read_export(
        certifier=mine, platform=Platform.SHEET, content=content, filename="export.csv", actor=actor, now=NOW
    )
    other = BytesIO(EXPORT.replace("7", "8").encode())
    known = elsewhere.read_export(
        certifier=mine, platform=Platform.SHEET, content=other, filename="autre.csv", actor=actor, now=NOW
    )
    titles = {"Réparer un vélo": award.certification.code}
    known = elsewhere.start_takeover(held=known, titles=titles, actor=actor, now=NOW)
    elsewhere.run_takeover(held=known, report=lambda *counts: None, now=lambda: NOW)
    acts = ("suspend", "restore", "revoke", "correct", "renew")
    takeover = ("one", "columns", "discard", "rejected")
    return {
        **{f"certifier:awards-{act}": [mine.code, award.code] for act in acts},
        **{f"certifier:awards-bulk{page}": [mine.code, shown.code] for page in ("", "-launch", "-resume", "-discard")},
        **{f"certifier:awards-elsewhere-{page}": [mine.code, held.code] for page in takeover},
        "public:former-address": ["badges.fr/8"],
    }
