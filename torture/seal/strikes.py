"""What happens to processes: they are killed, their system calls fail, the disk is full, the clock jumps, all at once.

Each function strikes at least as often as it is asked, judges after each strike, and returns how often it struck.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from torture.seal import driver
from torture.seal.faults import CALLS, DISK_FULL, FILLING, IO_ERROR, KILL, Fault, count_calls, demand_strace, run_with
from torture.seal.house import Broken, House
from torture.seal.stage import Child, Role

from jurande.config.backups import read_manifest
from jurande.config.exits import Stopped

PAUSE_SECONDS = (0.01, 0.25)
WRITERS, SAME_KEY = 20, 50
FEW = 25
LINES = 20


def kill_at_random(house: House, times: int, chance: random.Random) -> int:
    """Kill a screen, a batch, the worker or all at a random instant; the others go on, then all stop at once."""
    for number in range(times):
        clerks = [house.start(driver.clerk(f"kill{number}.{who}", seed=chance.random())) for who in range(2)]
        batch = house.start(driver.issue_batch(f"kill{number}.batch", LINES))
        children = [*clerks, batch, house.start(driver.worker)]
        if chance.random() < 0.7:
            house.wait_for_word(children)
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        victims = children if chance.random() < 0.2 else [chance.choice(children)]
        for child in victims:
            child.kill()
        time.sleep(chance.uniform(0, 0.1))
        for child in children:
            child.kill()
            house.hear(child)
        house.recover(f"kill -9 n° {number}")
    return times


def kill_at_points(house: House) -> int:
    """Kill a screen at each numbered crash point, which it must reach. :raises Broken: it did not."""
    points = driver.CRASH_POINTS
    for point in points:
        child = house.run(driver.every_act(f"point{point}"), crash_at=point)
        if not child.was_killed:
            raise Broken(f"crash point {point} was never reached: {house.last_words()}")
        house.recover(f"crash point {point}")
    return len(points)


def kill_upgrades(house: House, most: int, chance: random.Random) -> int:
    """Kill some migrations of an upgrade, done but not committed. :raises Broken: one was never reached."""
    there_are = len(driver.later_migrations())
    numbers = chance.sample(range(1, there_are + 1), min(most, there_are))
    for number in numbers:
        house.ask(driver.grow_old)
        child = house.run(driver.upgrade(number), crash_at="K8")
        if not child.was_killed:
            raise Broken(f"crash point K8 was never reached: {house.last_words()}")
        house.ask(driver.upgrade())
        house.recover(f"crash point K8, migration n° {number}")
    return len(numbers)


def kill_backup(house: House) -> int:
    """Kill a backup: what it leaves is not taken for one, and the next one is whole."""
    unfinished = house.aside / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    child = house.run(driver.back_up(unfinished), crash_at="K9")
    if not child.was_killed or not any(unfinished.iterdir()):
        raise Broken(f"crash point K9 was never reached: {house.last_words()}")
    try:
        read_manifest(unfinished)
    except Stopped:
        house.recover("crash point K9")
    else:
        raise Broken("a backup that was cut is taken for a whole one")
    with tempfile.TemporaryDirectory(dir=house.aside) as folder:
        house.ask(driver.back_up(Path(folder)))
    return 1


def fail_calls(house: House, most: int) -> tuple[int, int]:
    """Fail, then kill at, the system calls that the acts make; return how many were struck, of how many there are.

    Every occurrence when `most` allows, up to a pass that has nothing left to strike; else some, evenly spread.
    """
    demand_strace()
    calls = count_calls(house.start(driver.every_act("traced"), let_go=False))
    house.recover("a traced run")
    there_are = 2 * sum(calls[call] for call in CALLS)
    # Those that are few are all struck: they are what durability is made of.
    struck = 0
    for what in (IO_ERROR, KILL):
        for call in CALLS:
            step = 1 if calls[call] <= FEW else max(1, calls[call] // (most // 10))
            struck += strike(house, Fault((call,), what, 1), step=step)
    if not struck:
        raise Broken("no system call was struck: nothing was proved")
    return struck, there_are


def fill_disk(house: House, most: int) -> int:
    """Let the disk be full from the n-th write on, for some n up to a pass that is not hindered."""
    demand_strace()
    calls = count_calls(house.start(driver.every_act("traced"), let_go=False))
    step = max(1, max(calls[call] for call in FILLING) // most)
    struck = strike(house, Fault(FILLING, DISK_FULL, 1, lasts=True), step=step)
    if not struck:
        raise Broken("the disk was never full: nothing was proved")
    return struck


def strike(house: House, first: Fault, *, step: int) -> int:
    """Strike the n-th call, for each n from 1 by `step`, until there is none left; judge after each."""
    house.begin_again()
    for times, nth in enumerate(count(1, step)):
        fault = replace(first, nth=nth)
        child = house.start(driver.every_act(str(fault)), let_go=False)
        struck = run_with(fault, child)
        for line in child.lines:
            house.ledger.note(line)
        house.recover(str(fault))
        if not struck:
            return times
    raise AssertionError


def write_together(house: House, each: int) -> int:
    """Twenty processes issue `each` credentials at once, then fifty ask for the same one."""
    run_together(house, [driver.issue_many(f"writer{who}", each) for who in range(WRITERS)])
    house.recover(f"{WRITERS} writers × {each}")
    before = len(house.ledger.intended)
    run_together(house, [driver.issue_same("the same key", who) for who in range(SAME_KEY)])
    if len(house.ledger.intended) != before + 1:
        raise Broken(f"one key gave {len(house.ledger.intended) - before} credentials")
    house.recover(f"one key × {SAME_KEY}")
    return WRITERS * each + SAME_KEY


def run_together(house: House, roles: list[Role]) -> None:
    """Let all these begin at the same instant, and demand that none is refused."""
    children = [house.start(role, let_go=False) for role in roles]
    for child in children:
        child.let_go()
    finished: list[Child] = []
    for child in children:
        for line in child.finish(600):
            house.ledger.note(line)
        finished.append(child)
    if any(child.status for child in finished) or house.ledger.refusals:
        raise Broken(f"a writer was refused: {dict(house.ledger.refusals)} {house.last_words()}")


JUMPS = {
    "two days back": timedelta(days=-2),
    "one hour back": timedelta(hours=-1),
    "one second back": timedelta(seconds=-1),
    "an hour on": timedelta(hours=1),
}
# In this order: what is sealed later than the present makes the present a clock that is late.
INSTANTS = (
    "2027-03-28T00:59:59.999999+00:00",  # the hour that does not exist in Paris
    "2027-10-31T00:30:00+00:00",  # the hour that is there twice
    "2028-02-29T12:00:00+00:00",
    "2029-02-28T22:59:58+00:00",
    "2029-12-31T23:59:59+00:00",
    "2036-11-22T12:00:00+00:00",
)


def jump_clock(house: House) -> int:
    """Issue while the clock jumps, back and on, through the hours and days that trip programs."""
    for name, jump in JUMPS.items():
        now = datetime.now(UTC)
        house.run(driver.issue_at(f"clock {name}", (now, now + jump, now + timedelta(seconds=5))))
        house.recover(f"a clock that jumps {name}", now + max(jump, timedelta(seconds=5)))
    for text in INSTANTS:
        instant = datetime.fromisoformat(text)
        later = instant + timedelta(seconds=3)
        house.run(driver.issue_at(f"clock {text}", (instant, later)))
        house.recover(f"a clock at {text}", later)
    return len(JUMPS) + len(INSTANTS)
