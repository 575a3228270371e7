"""From printed lines to a run that prints them, or to the certainty that none does."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.errors import UsageError
from pyqdemo.explaining import explain
from pyqdemo.explanation import Explanation
from pyqdemo.lessons import lesson

TRANSCRIPTS = Path(__file__).parent.parent / "fixtures" / "transcripts"

TWO = """
from threading import Thread

def say(word):
    print(word)

def main():
    for word in ("a", "b"):
        Thread(target=say, args=(word,)).start()
"""
DICE = """
import random
from threading import Thread

def main():
    print(random.randint(1, 6) * 10)
"""
FOR_EVER = """
from threading import Thread
from time import sleep

def tick(word):
    while True:
        print(word)
        sleep(1)

def main():
    for word in ("tick", "tock"):
        Thread(target=tick, args=(word,)).start()
"""


@pytest.fixture
def program(tmp_path: Path):
    def written(text: str) -> Path:
        file = tmp_path / "program.py"
        if "def main" in text:
            text += "\nif __name__ == '__main__':\n    main()\n"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def printed(explanation: Explanation) -> str:
    assert explanation.found is not None
    return explanation.found.printed()


@pytest.mark.parametrize("lines", ["a\nb\n", "b\na\n", "ab\n\n", "ba\n\n"])
def test_every_order_of_two_prints_is_explained_whole(program, lines: str) -> None:
    """Two texts and their newlines: either first, and both before the first newline."""
    told = explain(program(TWO), lines)
    assert (printed(told), told.whole) == (lines, True)


def test_a_line_that_two_prints_cannot_make_is_proved_impossible(program) -> None:
    """Behind ``a`` comes ``b``; the newline of ``a`` has been printed with it."""
    told = explain(program(TWO), "a\nc\n")
    assert (told.found, told.impossible, told.matched, set(told.next)) == (None, True, 1, {"b"})


def test_the_run_that_is_found_can_be_replayed(program) -> None:
    file = program(TWO)
    found = explain(file, "ba\n\n").found
    assert found is not None
    assert pyqdemo.replay(found, file) == found


def test_a_beginning_that_is_found_can_be_replayed(program) -> None:
    file = program(FOR_EVER)
    told = explain(file, "tock\ntick\ntick\ntock\n")
    assert told.found is not None
    assert (printed(told), told.whole) == ("tock\ntick\ntick\ntock\n", False)
    assert pyqdemo.replay(told.found, file) == told.found


def test_values_of_random_draws_are_found_though_other_numbers_are_printed(program) -> None:
    told = explain(program(DICE), "50\n")
    assert (printed(told), told.whole) == ("50\n", True)


def test_a_value_that_no_draw_gives_is_impossible_and_all_that_are_possible_are_told(
    program,
) -> None:
    """Six sides, each tried: nothing but 10, 20, ... 60 can be printed."""
    told = explain(program(DICE), "70\n")
    assert told.impossible
    assert set(told.next) == {"10", "20", "30", "40", "50", "60"}


def test_a_draw_that_follows_the_seed_proves_nothing(program) -> None:
    told = explain(program("import random\nprint(random.random() < 2)\n"), "False\n")
    assert (told.found, told.impossible) == (None, False)
    assert [reason.kind for reason in told.reasons] == ["seeded"]


def test_plain_data_touched_without_order_proves_nothing(program) -> None:
    """Both threads add to ``count`` without a lock: inside the lines there is more."""
    racy = """
from threading import Thread

count = 0

def add():
    global count
    count += 1

def main():
    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(count)
"""
    told = explain(program(racy), "1\n")
    assert (told.found, told.impossible) == (None, False)
    assert {reason.kind for reason in told.reasons} == {"race"}


LOSING = """
from threading import Thread

count = 0

def add():
    global count
    seen = count
    count = seen + 1

def main():
    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(count)
"""


def test_a_lost_update_is_explained_between_the_lines(program) -> None:
    """At operation granularity the read and the write are one step: there it is not found."""
    file = program(LOSING)
    told = explain(file, "1\n")
    assert (told.found, {reason.kind for reason in told.reasons}) == (None, {"race"})
    told = explain(file, "1\n", granularity="line")
    assert (printed(told), told.whole, told.granularity) == ("1\n", True, "line")
    assert pyqdemo.replay(told.found, file).printed() == "1\n"


def test_what_no_order_of_lines_can_count_is_impossible(program) -> None:
    """Each thread writes a number that is one more than what it read: 1 or 2 at the end."""
    told = explain(program(LOSING), "0\n", granularity="line")
    assert (told.impossible, set(told.next)) == (True, {"1", "2"})


def test_what_lies_within_a_line_proves_nothing(program) -> None:
    """``count += 1`` reads and writes in one step even there."""
    text = LOSING.replace("    seen = count\n    count = seen + 1\n", "    count += 1\n")
    told = explain(program(text), "1\n", granularity="line")
    assert (told.found, told.impossible) == (None, False)
    assert {reason.kind for reason in told.reasons} == {"race"}


def test_the_text_of_a_process_does_not_part_from_its_end_of_line(program) -> None:
    """Each process has a buffer of its own that goes out line by line."""
    processes = """
from multiprocessing import Process

def say(word):
    print(word)

def main():
    for word in ("a", "b"):
        Process(target=say, args=(word,)).start()
"""
    file = program(processes)
    assert printed(explain(file, "b\na\n")) == "b\na\n"
    assert explain(file, "ab\n\n").found is None


@pytest.mark.parametrize("name", ["chefs", "chefs-merged", "pipe", "writer-reader", "odd-even"])
def test_what_a_published_program_printed_natively_is_explained(name: str) -> None:
    """Recorded on a pseudo-terminal: ``benchmarks/explaining.py --keep``; merged: ``python -u``."""
    card = lesson(name.removesuffix("-merged"))
    assert card.published is not None
    text = (TRANSCRIPTS / f"{name}.txt").read_text(encoding="utf-8")
    told = explain(card.published, text, parameters={})
    assert told.found is not None
    assert told.found.printed().split("\n")[: len(told.lines)] == list(told.lines)


def test_a_time_that_is_over_is_not_taken_for_impossible(program) -> None:
    """The counter never comes back to where it was: there is always more to try."""
    counts = """
from time import sleep
from threading import Thread

def count():
    number = 0
    while True:
        number += 1
        sleep(1)

def main():
    Thread(target=count).start()
    print("a")
"""
    told = explain(program(counts), "a\nb\n", time_s=0.5)
    assert (told.found, told.impossible, told.matched) == (None, False, 1)
    assert told.reasons[0].kind == "time"


def test_what_an_endless_program_cannot_print_is_proved_impossible(program) -> None:
    """Whoever wants to print anything else is held back, so there are few states."""
    told = explain(program(FOR_EVER), "tick\ntack\n")
    assert (told.impossible, set(told.next)) == (True, {"tick", "tock"})


@pytest.mark.parametrize(
    ("text", "happened"),
    [
        ("", "transcript_empty"),
        ("\n \n", "transcript_empty"),
        ("$ python program.py\n^C\n", "transcript_empty"),
        ("a\0b", "transcript_binary"),
        ("a\n" * 10_000, "transcript_long"),
        ("a" * 10_000_000, "transcript_long"),
    ],
)
def test_what_is_no_transcript_is_refused(program, text: str, happened: str) -> None:
    with pytest.raises(UsageError) as refused:
        explain(program(TWO), text)
    assert refused.value.happened == happened


@pytest.mark.parametrize(
    ("transcript", "options", "happened"),
    [
        (b"a\n", {}, "plan_type"),
        (None, {}, "plan_type"),
        ("a\n", {"time_s": "a"}, "explore_time"),
        ("a\n", {"time_s": float("nan")}, "explore_time"),
        ("a\n", {"time_s": True}, "explore_time"),
        ("a\n", {"time_s": 0}, "explore_time"),
        ("a\n", {"seed": "a"}, "plan_seed"),
        ("a\n", {"parameters": 3}, "plan_type"),
        ("a\n", {"stdout": 3}, "plan_stdout"),
    ],
)
def test_an_argument_of_a_wrong_type_is_refused(
    program, transcript: object, options: dict, happened: str
) -> None:
    with pytest.raises(UsageError) as refused:
        explain(program(TWO), transcript, **options)  # type: ignore[arg-type]
    assert refused.value.happened == happened


# ── what is pasted ───────────────────────────────────────────────────────────

ENDS_OTHERWISE = {
    "a carriage return before the end of a line": r"print('a', end='\r\n')",
    "a colour": r"print('\x1b[1ma\x1b[0m')",
    "a colour in pieces": r"print('\x1b[', end='1'); print('ma')",
    "a byte order mark": r"print('\ufeffa')",
    "a bell": r"print('a\a')",
}


@pytest.mark.parametrize("text", ENDS_OTHERWISE.values(), ids=ENDS_OTHERWISE)
@pytest.mark.parametrize("lines", ["a\n", "a\r\n", "\x1b[1ma\x1b[0m\n", "\ufeffa\n"])
def test_what_no_screen_shows_counts_on_neither_side(program, text: str, lines: str) -> None:
    assert explain(program(text), lines).whole


@pytest.mark.parametrize("text", [r"print('a', end='\r'); print('b')", r"print('ab\bc')"])
def test_what_writes_over_a_line_proves_nothing(program, text: str) -> None:
    told = explain(program(text), "other\n")
    assert (told.found, {reason.kind for reason in told.reasons}) == (None, {"cursor"})


def test_what_goes_to_stderr_proves_nothing(program) -> None:
    told = explain(program("import sys\nprint('b', file=sys.stderr)\nprint('a')\n"), "b\na\n")
    assert (told.found, {reason.kind for reason in told.reasons}) == (None, {"stderr"})


@pytest.mark.parametrize(
    "line", ["$ python x.py", "    indented", "Process finished with exit code 0", ">>>", "```"]
)
def test_a_line_of_the_programs_own_is_taken_as_it_stands(program, line: str) -> None:
    """Though a shell or an editor could have put it there."""
    told = explain(program(f"print({line!r})\nprint('a')\n"), f"{line}\na\n")
    assert (told.whole, told.lines, told.left_out) == (True, (line, "a"), 0)


def test_what_others_have_put_there_is_left_out_and_told(program) -> None:
    text = "```\n    (base) ➜  ~ python x.py\n\n    b\n    a\n\n    (base) ➜  ~\n```\n"
    told = explain(program(TWO), text)
    assert (told.whole, told.lines, told.left_out) == (True, ("b", "a"), 4)
    assert told.tidied == ("fence", "indent")


def test_a_text_that_breaks_off_in_a_line_is_a_beginning(program) -> None:
    """Unless it can be the whole line."""
    told = explain(program("print('hello')\nprint('hell')\n"), "hel")
    assert (told.found is not None, told.whole, told.cut) == (True, False, True)
    told = explain(program("print('hello')\n"), "hel\n")
    assert (told.impossible, told.next) == (True, ("hello",))
    told = explain(program("import random\nprint(random.choice(['hello', 'hell']))\n"), "hell")
    assert (told.whole, told.cut) == (True, False)
    assert explain(program("print('hello')\n"), "hex").impossible


def test_a_search_that_gets_no_further_gives_up_early(program) -> None:
    """One thread counts for ever, so that no state comes again: by itself it would not end."""
    text = """
from threading import Thread
from time import sleep

def count():
    number = 0
    while True:
        number += 1
        sleep(1)

def main():
    Thread(target=count).start()
    print("a")
"""
    told = explain(program(text), "a\nb\n", time_s=100)
    assert (told.found, told.matched) == (None, 1)
    assert told.reasons[0].kind == "no_further"
