"""The edition by which published designs are drawn: what was issued must look tomorrow as it does today."""

from __future__ import annotations

import hashlib
import json

from jurande.integrations.typesetting import FOLDER, FONTS, SHEETS
from jurande.registers.awards.operations.designs import EDITION

# What draws each edition. To draw otherwise what is designed from now on, add an edition that keeps the former ones
# beside it; to mend a fault of drawing that changes no word, look at every layout again, then write the new digest.
EDITIONS = {1: "b24bb252f4a03111437562f2e3ae2c12ce2436a172206079e317a741dc793626"}


def test_an_edition_is_drawn_by_the_same_sheets_ornaments_and_faces():
    seen = hashlib.sha256()
    for name in ("parchment.typ", "badge.typ", "seal.typ"):
        seen.update((SHEETS / name).read_bytes())
    seen.update((FOLDER / "ornaments.py").read_bytes())
    faces = {one["file"]: one["sha256"] for one in json.loads((FONTS / "VENDOR.json").read_text())}
    seen.update(json.dumps(faces, sort_keys=True).encode())
    assert seen.hexdigest() == EDITIONS[EDITION]
