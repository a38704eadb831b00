"""Acts, crashes, restarts and old backups in any order, as Hypothesis draws them; everything is judged after each.

The model is what the machine heard: which credential was answered, and where its status stands. The invariants I1 to
I10 are those that `check-seal` and the judgement outside verify after every step.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from torture.seal import driver
from torture.seal.house import Broken, House

from jurande.registers.seal.states import STANDINGS, Move, Standing

STEPS = 15


class Life(RuleBasedStateMachine):
    """One installation, from its opening."""

    house: ClassVar[House]
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.house.begin_again()
        self.house.recover("a new life")
        self.standings = dict(self.house.standings)
        self.number = 0
        self.copy_size: int | None = None
        self.is_judged = True

    def new_key(self) -> str:
        self.number += 1
        return f"life.{self.number}"

    def act(self, name: str, role: driver.Role, *, crash_at: str = "") -> None:
        """Play a role; it must neither be refused nor die, unless it is told to."""
        self.done[name] += 1
        self.is_judged = False
        child = self.house.run(role, crash_at=crash_at)
        if self.house.ledger.refusals or (child.status and not crash_at):
            raise Broken(f"{name}: {dict(self.house.ledger.refusals)} {self.house.last_words()}")

    # --- acts -----------------------------------------------------------------------------------

    @rule()
    def issue(self) -> None:
        key = self.new_key()
        self.act("issue", driver.issue_many(key, 1))
        self.standings[self.house.ledger.intended[f"{key}.0"]] = Standing.VALID.value

    @rule()
    def issue_batch(self) -> None:
        key = self.new_key()
        self.act("batch", driver.issue_batch(key, 3))
        for number in range(3):
            self.standings[self.house.ledger.intended[f"{key}.{number}"]] = Standing.VALID.value

    @precondition(lambda self: self.house.ledger.intended)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """The same request again gives the same credential: the ledger sees two answers for one key."""
        key = data.draw(st.sampled_from(sorted(self.house.ledger.intended)))
        self.act("again", driver.issue_same(key, 0))

    @precondition(lambda self: self.standings)
    @rule(data=st.data(), move=st.sampled_from(list(Move)))
    def change_status(self, data: st.DataObject, move: Move) -> None:
        """A move that the life cycle allows is done; any other is refused and changes nothing."""
        code = data.draw(st.sampled_from(sorted(self.standings)))
        self.done[move.value] += 1
        self.is_judged = False
        before = Counter(self.house.ledger.refusals)
        self.house.run(driver.change_one(code, move))
        was_refused = self.house.ledger.refusals != before
        self.house.ledger.refusals.clear()
        if was_refused == STANDINGS.allows(self.standings[code], move):
            raise Broken(f"{move} of a credential that is {self.standings[code]}: refused = {was_refused}")
        if not was_refused:
            self.standings[code] = str(STANDINGS.after(self.standings[code], move))

    @rule()
    def rotate_key(self) -> None:
        self.act("rotate", driver.rotate)

    @rule()
    def commit_document(self) -> None:
        self.act("document", driver.commit_document(self.new_key()))

    # --- faults ---------------------------------------------------------------------------------

    @rule(point=st.sampled_from(driver.CRASH_POINTS))
    def crash(self, point: str) -> None:
        """Die while issuing and revoking; what was not heard before may be or not, and is learnt from the rows."""
        self.act("crash", driver.every_act(self.new_key()), crash_at=point)
        self.house.recover(f"a crash at {point}")
        self.standings, self.is_judged = dict(self.house.standings), True

    @rule()
    def back_up(self) -> None:
        self.done["backup"] += 1
        self.house.keep_copy("backup")
        self.copy_size = self.house.published_size

    @precondition(lambda self: self.copy_size is not None)
    @rule()
    def restore(self) -> None:
        """An older copy must refuse to sign, and be refused when it resumes; an up-to-date one resumes."""
        self.done["restore"] += 1
        size = self.house.published_size
        self.house.keep_copy("present", with_guard=True)
        self.house.put_copy("backup")
        stop, resumed = self.house.try_to_resume(size)
        if not stop:
            raise Broken("a restored copy signs without asking")
        if resumed != (self.copy_size == size):
            raise Broken(f"a copy of {self.copy_size} entries, {size} published: resumed = {resumed}")
        self.house.put_copy("present")

    # --- after each -----------------------------------------------------------------------------

    @invariant()
    def judge(self) -> None:
        if not self.is_judged:
            self.house.recover("a step of the model")
            self.is_judged = True
            if self.house.standings != self.standings:
                raise Broken(f"standings: {self.house.standings}, and the model has {self.standings}")


def live(house: House, examples: int, chance_seed: int) -> Counter[str]:
    """Live `examples` lives; return how often each act was done. :raises Broken: an invariant did not hold."""
    Life.house, Life.done = house, Counter()
    run_state_machine_as_test(
        seed(chance_seed)(Life),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    if not Life.done["crash"] + Life.done["restore"]:
        raise Broken(f"no crash and no restoration was drawn: {dict(Life.done)}")
    return Life.done
