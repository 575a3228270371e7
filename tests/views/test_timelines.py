"""Time in buckets: what a mark says, and that old time costs nothing."""

from __future__ import annotations

from pyqdemo.views.charts import bars
from pyqdemo.views.scene import Mark
from pyqdemo.views.timelines import BUCKETS, Series, Strip

MS = 1_000_000
BUCKET = 100 * MS


def test_a_bucket_shows_an_operation_before_the_state_around_it() -> None:
    """Sleeps from the start, one operation at 150 ms, sleeps on: - o -."""
    strip = Strip(0, BUCKET)
    strip.move(1, Mark.SLEEPING, False)
    strip.move(150 * MS, Mark.SLEEPING, True)
    strip.advance(250 * MS)
    assert strip.last(3) == [Mark.SLEEPING, Mark.OPERATION, Mark.SLEEPING]


def test_a_bucket_blocked_for_half_of_its_time_is_blocked() -> None:
    """Blocked from 40 to 95 ms, then asleep: 55 of 100 ms."""
    strip = Strip(0, BUCKET)
    strip.move(40 * MS, Mark.BLOCKED, False)
    strip.move(95 * MS, Mark.SLEEPING, False)
    strip.advance(100 * MS)
    assert strip.last(2)[0] is Mark.BLOCKED


def test_an_operation_shows_however_long_its_bucket_was_blocked() -> None:
    """Who takes an item and waits for the next at once has still taken one."""
    strip = Strip(0, BUCKET)
    strip.move(0, Mark.BLOCKED, False)
    strip.move(95 * MS, Mark.BLOCKED, True)
    strip.advance(100 * MS)
    assert strip.last(2)[0] is Mark.OPERATION


def test_before_and_after_its_life_a_task_leaves_blanks() -> None:
    strip = Strip(250 * MS, BUCKET)
    strip.move(250 * MS, Mark.RUNNING, False)
    strip.move(350 * MS, Mark.NONE, True)
    strip.advance(550 * MS)
    nothing = Mark.NONE
    assert strip.last(6) == [nothing, nothing, Mark.RUNNING, Mark.OPERATION, nothing, nothing]


def test_an_hour_of_silence_is_one_step() -> None:
    """Only the buckets that are kept are written, however long the gap."""
    strip = Strip(0, BUCKET)
    strip.move(1, Mark.BLOCKED, False)
    strip.advance(3_600_000 * MS)
    assert set(strip.last(BUCKETS)) == {Mark.BLOCKED}
    assert len(strip.last(10 * BUCKETS)) == BUCKETS


def test_a_moment_that_comes_late_counts_as_the_present() -> None:
    strip = Strip(0, BUCKET)
    strip.advance(250 * MS)
    strip.move(120 * MS, Mark.SLEEPING, True)
    assert strip.last(3) == [Mark.NONE, Mark.NONE, Mark.OPERATION]


def test_a_series_keeps_the_largest_value_of_a_step_and_holds_it() -> None:
    """Steps of 50 ms: 3 then 1 in the first, nothing told in the second, 5 in the third."""
    series = Series(BUCKET)
    for at, value in ((10, 3), (40, 1), (120, 5)):
        series.add(at * MS, value)
    assert series.last(3) == [3, 3, 5]


def test_a_sum_adds_up_within_a_step_and_is_nothing_between() -> None:
    series = Series(BUCKET, summed=True)
    for at, value in ((10, 3), (40, 1), (120, 5)):
        series.add(at * MS, value)
    assert series.last(3) == [4, 0, 5]


def test_a_rate_counts_whole_steps_only() -> None:
    """Twenty steps of 50 ms with two each are 40 a second; the present step is not over."""
    series = Series(BUCKET, summed=True)
    for step in range(21):
        series.add(step * 50 * MS, 2 if step < 20 else 999)
    assert series.rate(1) == 40.0


def test_bars_rise_with_their_value_and_only_the_top_fills_them() -> None:
    """0, 1, 5, 9, 10 of 10 in quarters: nothing, 1, 2, 3, 4 dots."""
    (drawn,) = bars([0, 1, 5, 9, 10, None], 10, 3, 1, braille=True)
    assert [bin(ord(cell) - 0x2800).count("1") if cell != " " else 0 for cell in drawn] == [1, 5, 4]


def test_without_braille_bars_are_ascii() -> None:
    (drawn,) = bars([0, 0, 10, 10], 10, 3, 1, braille=False)
    assert drawn == "  #"
