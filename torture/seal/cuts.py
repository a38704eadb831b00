"""Power cuts: the whole home on a disk that forgets, cut again and again under load, each image started anew."""

from __future__ import annotations

import copy
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from torture.seal import driver
from torture.seal.faults import Impossible, Missing
from torture.seal.house import Broken, House
from torture.seal.outside import Ledger

PAUSE_SECONDS = (0.02, 0.25)


class Disk:
    """The file system of `power.py`, mounted on `mount` until `close`."""

    def __init__(self, mount: Path) -> None:
        self.mount = mount
        self.process = subprocess.Popen(
            [sys.executable, "-m", "torture.seal.power", str(mount)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while not os.path.ismount(mount):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                _, said = self.process.communicate()
                raise Impossible(f"FUSE n’a pas le droit de monter un disque ici : {said.strip()[-500:]}")
            time.sleep(0.01)

    def cut(self, image: Path, *, seed: int, torn: bool) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"cut\t{image}\t{seed}\t{int(torn)}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "cut\n", "the disk did not answer"

    def close(self) -> None:
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=True, capture_output=True)
        self.process.communicate(timeout=20)


def demand_fuse() -> None:
    """:raises Missing: FUSE is not installed. :raises Impossible: the machine has no such device."""
    if not Path("/dev/fuse").exists():
        raise Impossible("cette machine n’a pas /dev/fuse")
    if shutil.which("fusermount3") is None:
        raise Missing("fusermount3 est absent (Debian : apt install fuse3)")
    if find_spec("mfusepy") is None:
        raise Missing("mfusepy est absent (requirements/dev.lock)")


def copy_durably(source: Path, target: Path) -> None:
    """Copy what is in `source` into `target`, and synchronise every file and folder."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for path in [target, *target.rglob("*")]:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


@dataclass(frozen=True)
class Image:
    """What a cut left on the disk, and what had been heard when it came."""

    folder: Path
    ledger: Ledger
    torn: bool


def cut_power(house: House, times: int, chance: random.Random) -> int:
    """Cut the power `times` times under load; start each image and judge it; return how many cuts there were.

    A PostgreSQL server is not in the home, and loses no power: there the files alone go back to the cut, while the rows
    are those of the end of the load, and the files are made again from them.
    :raises Broken: an image does not hold all that had been acknowledged before the cut.
    """
    demand_fuse()
    before = house.aside / "before"
    before.mkdir()
    house.empty_into(before)
    images = cut_under_load(house, before, times, chance)
    everything = house.ledger
    if not everything.acknowledged:
        raise Broken("nothing was acknowledged under load: nothing was proved")
    for number, image in enumerate(images):
        house.fill_from(image.folder)
        house.ledger = everything if house.database_url else image.ledger
        kind = "torn" if image.torn else "clean"
        what = f"power cut {number} ({kind}, {image.ledger.acknowledged} acknowledged)"
        house.recover(what, repair=bool(house.database_url))
        house.clear()
    house.ledger = everything
    return len(images)


def cut_under_load(house: House, before: Path, times: int, chance: random.Random) -> list[Image]:
    images: list[Image] = []
    disk = Disk(house.home)
    children = []
    try:
        copy_durably(before, house.home)
        children = [
            *(house.start(driver.clerk(f"cut{number}", seed=chance.random())) for number in range(2)),
            house.start(driver.worker),
        ]
        while len(images) < times:
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            house.hear(*children)
            ledger, folder, torn = (
                copy.deepcopy(house.ledger),
                house.aside / f"image{len(images)}",
                chance.random() < 0.5,
            )
            disk.cut(folder, seed=chance.getrandbits(32), torn=torn)
            images.append(Image(folder, ledger, torn))
            assert all(child.is_alive() for child in children), house.last_words()
    finally:
        for child in children:
            child.kill()
            house.hear(child)
        disk.close()
    return images
