"""The torture itself, in a process whose environment says which home and which database: see `torture.seal`."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from torture.seal import Size

django.setup()

from torture.seal import cuts, damage, strikes  # noqa: E402 - the settings are read when the registers are imported
from torture.seal import model as life  # noqa: E402
from torture.seal.faults import Impossible, Missing  # noqa: E402
from torture.seal.house import Broken, House  # noqa: E402

type Part = Callable[[House, Size, random.Random], str]


def kills(house: House, size: Size, chance: random.Random) -> str:
    points = strikes.kill_at_points(house) + strikes.kill_backup(house)
    points += strikes.kill_upgrades(house, size.kills // 30, chance)
    kills = points + strikes.kill_at_random(house, size.kills - points, chance)
    return f"{kills} arrêts brutaux, dont {points} à un point numéroté"


def syscalls(house: House, size: Size, chance: random.Random) -> str:
    struck, there_are = strikes.fail_calls(house, size.syscalls)
    return f"{struck} pannes d’appels système, pour {there_are} possibles"


def power(house: House, size: Size, chance: random.Random) -> str:
    return f"{cuts.cut_power(house, size.cuts, chance)} coupures de courant"


def disk(house: House, size: Size, chance: random.Random) -> str:
    return f"disque plein à {strikes.fill_disk(house, size.disk)} endroits"


def clock(house: House, size: Size, chance: random.Random) -> str:
    return f"{strikes.jump_clock(house)} sauts d’horloge"


def writers(house: House, size: Size, chance: random.Random) -> str:
    return f"{strikes.write_together(house, size.each)} écritures simultanées"


def model(house: House, size: Size, chance: random.Random) -> str:
    done = life.live(house, size.examples, chance.getrandbits(32))
    faults = f"{done['crash']} arrêts, {done['restore']} sauvegardes remises"
    return f"{size.examples} vies de {life.STEPS} actes au plus, {done.total()} actes, dont {faults}"


def damages(house: House, size: Size, chance: random.Random) -> str:
    noticed = damage.damage_everything(house, size.damages, chance)
    return f"{noticed.total()} dégâts, tous remarqués ({', '.join(f'{n} {kind}' for kind, n in noticed.items())})"


PARTS: dict[str, Part] = {
    "kills": kills,
    "syscalls": syscalls,
    "power": power,
    "disk": disk,
    "clock": clock,
    "writers": writers,
    "model": model,
    "damage": damages,
}


def main() -> int:
    order = json.loads(sys.argv[1])
    size, failed, undone = Size(**order["size"]), False, 0
    house = House(settings.HOME.path, Path(order["folder"]) / "aside", os.environ.get("DATABASE_URL", ""))
    house.prepare()
    for name in order["parts"]:
        chance = random.Random(f"{order['seed']} {name}")
        began = time.monotonic()
        house.begin_again()
        house.heard = 0
        try:
            done = PARTS[name](house, size, chance)
            house.heard += house.ledger.acknowledged
            said = f"{done}, {house.heard} confirmations : bad = 0"
        except Missing as missing:
            said, failed = f"PAS FAIT : {missing}", True
        except Impossible as impossible:
            said, undone = f"PAS FAIT, impossible ici : {impossible}", undone + 1
        except (Broken, AssertionError) as fault:
            said, failed = f"A CÉDÉ {fault}", True
        print(f"{name:9} {time.monotonic() - began:4.0f} s  {said}", flush=True)
    if undone:
        print(f"{undone} partie(s) n’ont pas été faites sur cette machine : rien n’y est prouvé.", flush=True)
    return 1 if failed or undone == len(order["parts"]) else 0


if __name__ == "__main__":
    sys.exit(main())
