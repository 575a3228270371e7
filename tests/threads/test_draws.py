"""Random draws whose values the strategy chooses."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from everything import Next, every, results
from harness import carry

from pyqdemo.kernel.execution import Execution
from pyqdemo.point import Access, Draw, Exhausted, Point, Step
from pyqdemo.trace import Event, OutcomeKind
from pyqdemo.worlds.threads.stand_ins import randoms
from pyqdemo.worlds.threads.stand_ins.threads import Thread

NAMES = randoms.NAMES
TRIES: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "randrange": (lambda it: it.randrange(3), [0, 1, 2]),
    "randrange with a step": (lambda it: it.randrange(10, 0, -4), [10, 6, 2]),
    "randint": (lambda it: it.randint(1, 6), [1, 2, 3, 4, 5, 6]),
    "choice": (lambda it: it.choice(["rice", "soup"]), ["rice", "soup"]),
    "shuffle": (lambda it: shuffled(it, 3), ["abc", "bac", "acb", "cab", "bca", "cba"]),
    "sample": (
        lambda it: it.sample("abc", 2),
        [["a", "b"], ["a", "c"], ["b", "a"], ["b", "c"], ["c", "a"], ["c", "b"]],
    ),
    "sample with counts": (
        lambda it: it.sample("ab", counts=[2, 1], k=2),
        [["a", "a"], ["a", "b"], ["a", "a"], ["a", "b"], ["b", "a"], ["b", "a"]],
    ),
    "choices": (
        lambda it: it.choices("ab", k=2),
        [["a", "a"], ["a", "b"], ["b", "a"], ["b", "b"]],
    ),
    "choices with weights": (lambda it: it.choices("abc", iter([1, 0, 0.5])), [["a"], ["c"]]),
    "choices with sums": (lambda it: it.choices("abc", cum_weights=[0, 1, 3]), [["b"], ["c"]]),
    "two draws": (
        lambda it: (it.randrange(2), it.randrange(2)),
        [(0, 0), (0, 1), (1, 0), (1, 1)],
    ),
}
WRONG: dict[str, Callable[[Any], Any]] = {
    "choice of nothing": lambda it: it.choice([]),
    "randrange of nothing": lambda it: it.randrange(0),
    "randrange without a step": lambda it: it.randrange(1, 5, 0),
    "a sample too big": lambda it: it.sample("ab", 3),
    "a sample of a set": lambda it: it.sample({1, 2}, 1),
    "choices of nothing": lambda it: it.choices([]),
    "weights too few": lambda it: it.choices("ab", [1]),
    "weights without weight": lambda it: it.choices("ab", [0, 0]),
    "both kinds of weights": lambda it: it.choices("ab", [1, 1], cum_weights=[1, 2]),
    "a number for weights": lambda it: it.choices("ab", 3),
}


class Module:
    """The stand-in's names, as the program has them in its module ``random``."""

    def __getattr__(self, name: str) -> Any:
        return NAMES[name]


def shuffled(it: Any, length: int) -> str:
    items = list("abc")[:length]
    it.shuffle(items)
    return "".join(items)


def told(call: Callable[[Any], Any], it: Any) -> str:
    try:
        return repr(call(it))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def draws_of(execution: Execution) -> list[Event]:
    assert execution.log is not None
    records = execution.log.records
    return [each for each in records if isinstance(each, Event) and each.operation == "draw"]


# ---------------------------------------------------------------- the calls


@pytest.mark.parametrize("name", TRIES)
def test_each_value_of_a_small_draw_comes_in_an_execution_of_its_own(name: str) -> None:
    """In the order of the options: of a shuffle of ``abc`` the first chooses what comes last,
    the second what comes second."""
    call, values = TRIES[name]
    found = results(lambda: call(Module()))
    assert sorted(map(repr, found)) == sorted(map(repr, values))
    if not name.startswith(("shuffle", "sample")):
        assert found == values


@pytest.mark.parametrize("name", TRIES)
def test_an_unseeded_generator_of_the_programs_own_chooses_likewise(name: str) -> None:
    call, values = TRIES[name]
    found = results(lambda: call(NAMES["Random"]()))
    assert sorted(map(repr, found)) == sorted(map(repr, values))


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("make", [Module, lambda: NAMES["Random"]()], ids=["module", "own"])
def test_what_is_wrong_raises_what_it_raises_natively(name: str, make: Any) -> None:
    call = WRONG[name]
    assert results(lambda: told(call, make())) == [told(call, random)]


def test_of_one_value_nothing_is_asked() -> None:
    """Each alone, and the last of two that are shuffled: 2 options, then 1."""

    def script() -> Any:
        it = Module()
        items = [1]
        it.shuffle(items)
        return it.randrange(1), it.choice("a"), it.sample([7], 1), it.choices("ab", [0, 1])

    assert results(script) == [(0, "a", [7], ["b"])]


def test_a_draw_is_told_to_the_strategy_with_its_task_its_values_and_its_call() -> None:
    def main() -> None:
        it = Module()
        it.randint(1, 6)
        it.choice([object()] * 3)
        it.sample("abcd", 2)
        it.randrange(stop=9, start=7)

    strategy = Next()
    carry(main, strategy)
    assert strategy.asked == [
        Draw("0", 6, "randint(1, 6)"),
        Draw("0", 3, "choice of 3"),
        Draw("0", 4, "sample of 4"),
        Draw("0", 3, "sample of 3"),
        Draw("0", 2, "randrange of 2"),
    ]


def test_a_draw_is_an_event_of_its_step_with_the_option_and_the_value() -> None:
    """The main task's begin is step 1; each second option is taken."""

    class Second(Next):
        def draw(self, draw: Draw) -> int:
            return 1

    def main() -> None:
        it = Module()
        it.randint(1, 6)
        it.choice(["rice", "soup"])
        it.shuffle([1, 2])
        it.choices("abc", [1, 0, 1])

    done = carry(main, Second())
    assert done.draws == [1, 1, 1, 1]
    seen = [(each.value, each.option, each.result, each.step) for each in draws_of(done)]
    assert seen == [
        ("randint(1, 6)", 1, "2", 1),
        ("choice of 2", 1, "'soup'", 1),
        ("shuffle of 2", 1, None, 1),
        ("choices of 2", 1, "'c'", 1),
    ]
    assert all(each.location is not None for each in draws_of(done))


def test_draws_and_choices_are_asked_for_in_one_order() -> None:
    """Two tasks draw once each, the second one's value of two if the first drew 0. Each task
    takes two steps (begin, with the draw in it, and end) and main waits for both: 6 orders of
    the four steps, each with 2 · 2 values."""

    def main() -> None:
        threads = [Thread(target=Module().randrange, args=(2,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    found = {(tuple(done.choices), tuple(done.draws)) for done in every(main)}
    assert {draws for _, draws in found} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert len(found) == 4 * len({choices for choices, _ in found})


# ---------------------------------------------------------------- what follows the seed


@pytest.mark.parametrize(
    "call",
    [
        lambda it: it.random(),
        lambda it: it.uniform(0, 1),
        lambda it: it.gauss(0, 1),
        lambda it: it.getrandbits(3),
        lambda it: it.randrange(101),
        lambda it: it.choice(range(200)),
        lambda it: it.sample(range(150), 60),
        lambda it: it.choices(range(101), k=3),
        lambda it: it.randbytes(3),
    ],
    ids=[
        *("random", "uniform", "gauss", "getrandbits", "randrange", "choice", "sample"),
        *("choices", "randbytes"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_a_float_or_one_of_more_than_a_hundred_values_follows_the_seed(
    call: Callable[[Any], Any], own: bool
) -> None:
    def script() -> Any:
        return call(NAMES["Random"]() if own else Module())

    seeded: list[Any] = []
    as_ever = carry(lambda: seeded.append(script()))
    found: list[Any] = []
    done = carry(lambda: found.append(script()), Next())
    assert found == seeded
    assert done.draws == [] and draws_of(done) == []
    assert done.drew and done.seeded == as_ever.seeded
    assert len(done.seeded) == 1


def test_a_long_shuffle_follows_the_seed_to_its_end() -> None:
    """Its last hundred draws are from a hundred values and fewer."""
    items = list(range(101))
    done = carry(lambda: NAMES["shuffle"](items), Next())
    again = list(range(101))
    carry(lambda: NAMES["shuffle"](again))
    assert items == again
    assert done.seeded == ["random.shuffle"]


def test_calls_that_followed_the_seed_are_told_once_each() -> None:
    def main() -> None:
        it = Module()
        for _ in range(2):
            it.randrange(9)
            it.random()
        NAMES["Random"]().choice("ab")
        NAMES["Random"](3).choice("ab")

    assert carry(main).seeded == ["random.randrange", "random.random", "random.Random"]
    assert carry(main, Next()).seeded == ["random.random"]


def test_a_program_without_draws_has_drawn_nothing() -> None:
    done = carry(lambda: None)
    assert (done.drew, done.draws, done.chooses_draws) == (False, [], False)


# ---------------------------------------------------------------- seeds of the program's own


def test_behind_a_seed_of_its_own_the_programs_draws_are_those_it_has_natively() -> None:
    """One generator for all tasks: the thread goes on where the main task has stopped."""

    def script(it: Any, thread_class: Any) -> list[Any]:
        found = []
        it.seed(42)
        found.append(it.randrange(9))
        thread = thread_class(target=lambda: found.append(it.randrange(9)))
        thread.start()
        thread.join()
        found.append(it.choice("abc"))
        return found

    import threading

    results_: list[Any] = []
    done = carry(lambda: results_.append(script(Module(), Thread)), Next())
    assert results_ == [script(random, threading.Thread)]
    assert (done.draws, done.drew) == ([], False)


def test_a_seed_without_a_value_lets_draws_be_chosen_again() -> None:
    def script() -> int:
        NAMES["seed"](42)
        NAMES["seed"]()
        return int(NAMES["randrange"](2))

    assert results(script) == [0, 1]


def test_a_seed_without_a_value_leaves_the_draws_to_the_runs_seed() -> None:
    found: list[Any] = []

    def script() -> None:
        NAMES["seed"]()
        found.append(NAMES["random"]())

    assert carry(script).drew
    carry(script)
    assert found[0] == found[1]


@pytest.mark.parametrize("make", [Module, lambda: NAMES["Random"]()], ids=["module", "own"])
def test_draws_behind_a_state_that_the_program_has_kept_come_again(make: Any) -> None:
    """And are no choices, since what was drawn once decides what is drawn again."""

    def script() -> tuple[Any, Any]:
        it = make()
        state = it.getstate()
        first = [it.randrange(50) for _ in range(5)]
        it.setstate(state)
        return first, [it.randrange(50) for _ in range(5)]

    found: list[Any] = []
    done = carry(lambda: found.append(script()), Next())
    first, again = found[0]
    assert first == again
    assert done.draws == []
    assert done.drew


def test_a_seeded_generator_gives_what_it_gives_natively() -> None:
    def script(kind: Any) -> Any:
        own = kind(3)
        return [own.randrange(9), own.sample(range(30), 3), own.gauss(0, 1), own.choice("ab")]

    found: list[Any] = []
    done = carry(lambda: found.append(script(NAMES["Random"])), Next())
    assert found == [script(random.Random)]
    assert (done.draws, done.drew) == ([], False)


def test_a_source_of_chance_that_the_program_has_made_itself_is_not_asked_for() -> None:
    """A subclass with a ``random`` of its own: CPython makes whole numbers of that."""

    def script() -> int:
        class Low(randoms.Random):
            def random(self) -> float:
                return 0.0

        return int(Low().randrange(9))

    assert results(script) == [0]


# ---------------------------------------------------------------- what a draw touches


class Watching(Next):
    """Goes on with the first who can, takes the first value, keeps what it is told."""

    observes = True

    def __init__(self) -> None:
        super().__init__()
        self.touched: set[Access] = set()

    def choose(self, point: Point) -> str:
        if point.last is not None:
            self._keep(point.last)
        return super().choose(point)

    def over(self, last: Step) -> None:
        self._keep(last)

    def _keep(self, step: Step) -> None:
        self.touched |= {each for each in step.accesses if each.part.startswith("random:")}


@pytest.mark.parametrize(
    ("script", "touched"),
    [
        (lambda: NAMES["randrange"](3), {("random:0", "r")}),
        (lambda: (NAMES["seed"](1), NAMES["randrange"](3)), {("random:0", "w")}),
        (lambda: NAMES["Random"]().randrange(3), {("random:0:0/1", "w"), ("random:0:0/1", "r")}),
        (lambda: NAMES["Random"](1).random(), {("random:0:0/1", "w")}),
    ],
    ids=["chosen", "seeded", "own", "own, seeded"],
)
def test_a_draw_touches_the_generator_that_is_shared(
    script: Callable[[], Any], touched: set[tuple[str, str]]
) -> None:
    """A chosen draw reads that nobody has seeded it; to make a generator is to set its state."""
    strategy = Watching()
    carry(script, strategy)
    assert strategy.touched == {Access(*each) for each in touched}


# ---------------------------------------------------------------- how it may end


class Stopping(Next):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def draw(self, draw: Draw) -> int:
        raise self.error


def test_a_strategy_that_has_nothing_more_to_say_stops_the_run_at_a_draw() -> None:
    """What the program does while it is being unwound is no part of the run: it may draw."""
    found: list[Any] = []

    def main() -> None:
        try:
            found.append(NAMES["randrange"](3))
        finally:
            found.append(NAMES["randrange"](3) in (0, 1, 2))

    done = carry(main, Stopping(Exhausted("enough")))
    assert found == [True]
    assert (done.outcome().kind, done.outcome().detail) == (OutcomeKind.STEP_BOUND, "enough")
    assert draws_of(done) == []


def test_a_strategy_that_fails_at_a_draw_fails_the_run_and_not_the_program() -> None:
    caught: list[BaseException] = []

    def main() -> None:
        try:
            NAMES["randrange"](3)
        except Exception as error:
            caught.append(error)

    with pytest.raises(RuntimeError, match="ours"):
        carry(main, Stopping(RuntimeError("ours")))
    assert caught == []


def test_an_option_that_there_is_none_of_is_refused() -> None:
    class Wrong(Next):
        def draw(self, draw: Draw) -> int:
            return draw.options

    with pytest.raises(ValueError, match="step 1: 3 was chosen, of 3 values"):
        carry(lambda: NAMES["randrange"](3), Wrong())


def test_what_is_drawn_to_show_a_value_is_nobodys_affair() -> None:
    """The repr of an item is made for the record."""
    from pyqdemo.worlds.threads.stand_ins.queues import Queue

    class Shy:
        def __repr__(self) -> str:
            return str(NAMES["randrange"](3))

    done = carry(lambda: Queue().put(Shy()), Next())
    assert (done.draws, done.seeded) == ([], [])
