"""What may be said of a card's promises, and in which words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hand_made import ALL, COMPLETED, COOKS, QUEUE, WORDS, Story

from pyqdemo.analysis.promises import PromiseResult, Standing, check, promise_name
from pyqdemo.card import Made, Promises, Used
from pyqdemo.languages import Text
from pyqdemo.trace import Loss, Outcome, OutcomeKind, TaskKind

KEPT, BROKEN, OPEN = Standing.KEPT, Standing.BROKEN, Standing.NOT_CHECKABLE


def results(
    story: Story, outcome: Outcome | None = COMPLETED, promises: Promises = COOKS
) -> dict[str, PromiseResult]:
    found = check(promises, WORDS, story.records, outcome)
    return {result.promise: result for result in found}


def standings(story: Story, outcome: Outcome | None = COMPLETED) -> list[Standing]:
    return [result.standing for result in results(story, outcome).values()]


def whole() -> Story:
    """Two dishes cooked and eaten, everybody ends."""
    story = Story("Cook", "Eater").begin("0", "0.1", "0.2")
    story.put("0.1", "7").put("0.1", "8").end("0.1")
    story.get("0.2", "0.1#1", "7").get("0.2", "0.1#2", "8")
    return story.put("0", "None").get("0.2", "0#1", "None").end("0.2", "0").done("0", "exit")


def test_a_whole_run_keeps_all_four() -> None:
    assert standings(whole()) == [KEPT] * 4


def test_a_kept_promise_needs_no_words() -> None:
    assert [result.told for result in results(whole()).values()] == [None] * 4


def test_an_item_never_used_is_lost_and_named() -> None:
    """The mock-up's own sentence: the third item of Thread-1, here of T1."""
    story = Story("Cook", "Eater").put("0.1", "5").put("0.1", "6").put("0.1", "1")
    story.get("0.2", "0.1#1", "5").get("0.2", "0.1#2", "6")
    lost = results(story)["nothing_lost"]
    assert lost.standing is BROKEN
    assert lost.told == Text(
        "nothing lost: 1 (put by T1, item 3) was made, never eaten",
        "不丢：1（T1 放入的第 3 件）做了，却没有人吃",
    )


def test_of_many_lost_items_the_first_is_named_and_the_rest_counted() -> None:
    story = Story("Cook").put("0.1", "5").put("0.1", "6").put("0.1", "1")
    assert results(story)["nothing_lost"].told == Text(
        "nothing lost: 5 (put by T1, item 1) and 2 more were made, never eaten",
        "不丢：5（T1 放入的第 1 件）等 3 件做了，却没有人吃",
    )


def test_an_item_that_was_sent_is_told_as_sent() -> None:
    promises = Promises(ALL, Made("send", ("Cook",)), Used("recv", ("Eater",)))
    story = Story("Cook", queue=None).resource("0/pipe_end/1", "pipe_end", "left")
    story.done("0.1", "send", "0/pipe_end/1", item="0.1#1", value="3")
    told = results(story, promises=promises)["nothing_lost"].told
    assert told is not None
    assert told.en == "nothing lost: 3 (sent by T1, item 1) was made, never eaten"
    assert told.zh == "不丢：3（T1 发送的第 1 件）做了，却没有人吃"


@pytest.mark.parametrize(
    "kind",
    [
        OutcomeKind.TIME_BOUND,
        OutcomeKind.STEP_BOUND,
        OutcomeKind.INTERRUPTED,
        OutcomeKind.ABORTED,
        None,
    ],
)
def test_a_run_stopped_from_outside_loses_nothing(kind: OutcomeKind | None) -> None:
    """What is left might still have been used, and the end was not its own."""
    story = Story("Cook", "Eater").begin("0.1", "0.2").put("0.1", "7")
    outcome = Outcome(kind) if kind else None
    assert standings(story, outcome) == [OPEN, KEPT, KEPT, OPEN]


@pytest.mark.parametrize("kind", [OutcomeKind.STUCK, OutcomeKind.DEADLOCK, OutcomeKind.LIVELOCK])
def test_a_run_that_cannot_go_on_has_lost_what_is_left(kind: OutcomeKind) -> None:
    story = Story("Cook", "Eater").begin("0.1", "0.2").put("0.1", "7")
    assert standings(story, Outcome(kind)) == [BROKEN, KEPT, KEPT, BROKEN]


def test_a_run_that_goes_on_for_ever_may_still_use_what_is_left() -> None:
    story = Story("Cook").put("0.1", "7")
    assert standings(story, Outcome(OutcomeKind.RUNS_FOR_EVER)) == [OPEN, KEPT, KEPT, BROKEN]


def test_with_records_missing_nothing_about_items_is_claimed() -> None:
    outcome = replace(COMPLETED, losses=(Loss("the disk was full", events=3),))
    assert standings(whole(), outcome) == [OPEN, OPEN, OPEN, KEPT]


def test_with_items_unknown_nothing_about_items_is_claimed() -> None:
    story = whole()
    story.done("0.2", "get", QUEUE)
    assert standings(story) == [OPEN, OPEN, OPEN, KEPT]


def test_an_item_used_twice_is_named_with_its_users() -> None:
    story = Story("Cook", "Eater", "Eater").put("0.1", "7")
    story.get("0.2", "0.1#1", "7").get("0.3", "0.1#1", "7")
    twice = results(story)["nothing_twice"]
    assert twice.standing is BROKEN
    assert twice.told is not None
    assert twice.told.en.startswith("nothing twice: 7 (put by ")
    assert twice.told.en.endswith(" was eaten twice, by T3")
    assert twice.told.zh.endswith("吃了两次：T3")


def test_an_item_overtaken_on_its_way_to_one_user_breaks_the_order() -> None:
    """T2 eats the second dish of T1 before the first."""
    story = Story("Cook", "Eater").put("0.1", "7").put("0.1", "8")
    story.get("0.2", "0.1#2", "8").get("0.2", "0.1#1", "7")
    assert results(story)["producer_order"].told == Text(
        "each cook's order: 7 (put by T1, item 1) reached T2 after item 2",
        "每位厨师的次序不变：7（T1 放入的第 1 件）比第 2 件更晚到 T2",
    )


def test_items_that_go_to_different_users_have_no_order() -> None:
    story = Story("Cook", "Eater", "Eater").put("0.1", "7").put("0.1", "8")
    story.get("0.3", "0.1#2", "8").get("0.2", "0.1#1", "7")
    assert results(story)["producer_order"].standing is KEPT


def test_items_of_different_makers_have_no_order() -> None:
    """T2's first dish comes after T1's second."""
    story = Story("Cook", "Cook", "Eater").put("0.2", "5").put("0.1", "7").put("0.1", "8")
    story.get("0.3", "0.1#1", "7").get("0.3", "0.1#2", "8").get("0.3", "0.2#1", "5")
    assert results(story)["producer_order"].standing is KEPT


def test_an_item_put_back_may_be_overtaken_and_so_break_the_order() -> None:
    """As published: T2 takes 1, puts it back behind 3, takes 3 and prints it, then 1."""
    used = Used("get", ("Eater",), r"^eats ")
    promises = Promises(("producer_order",), Made("put", ("Cook",)), used)
    story = Story("Cook", "Eater").put("0.1", "1").put("0.1", "3")
    story.get("0.2", "0.1#1", "1").put("0.2", "1")
    story.get("0.2", "0.1#2", "3").prints("0.2", "eats 3")
    story.get("0.2", "0.2#1", "1").prints("0.2", "eats 1")
    assert results(story, promises=promises)["producer_order"].standing is BROKEN


def end_told(story: Story, outcome: Outcome | None = COMPLETED) -> Text | None:
    return results(story, outcome)["clean_end"].told


def test_a_task_that_ended_by_an_exception_is_named() -> None:
    story = Story("Cook").begin("0.1").done("0.1", "end", result="raised ValueError: no rice")
    assert end_told(story, Outcome(OutcomeKind.EXCEPTION)) == Text(
        "ended by itself: T1 raised ValueError: no rice",
        "自己结束：T1 抛出了 ValueError: no rice",
    )


def test_an_exception_counts_even_in_a_run_that_was_stopped() -> None:
    story = Story("Cook").begin("0.1").done("0.1", "end", result="raised ValueError")
    assert standings(story, Outcome(OutcomeKind.TIME_BOUND))[3] is BROKEN


@pytest.mark.parametrize("result", ["raised KeyboardInterrupt", "raised SystemExit: 143"])
def test_what_stopping_a_run_does_to_its_tasks_does_not_count(result: str) -> None:
    story = Story("Cook").begin("0.1").done("0.1", "end", result=result)
    assert standings(story, Outcome(OutcomeKind.INTERRUPTED))[3] is OPEN


def test_a_process_stopped_by_another_did_not_end_by_itself() -> None:
    """As in writer-reader as published."""
    story = Story().task("0.1", TaskKind.PROCESS, "Process-1").begin("0.1")
    story.done("0", "terminate", "0.1").end("0").done("0", "exit")
    assert end_told(story) == Text(
        "ended by itself: Process-1 was stopped by MainThread",
        "自己结束：Process-1 被 MainThread 终止",
    )


def test_a_task_that_never_ended_is_named() -> None:
    story = Story("Cook").begin("0", "0.1").end("0")
    assert end_told(story) == Text("ended by itself: T1 never ended", "自己结束：T1 一直没有结束")


def test_a_daemon_need_not_end() -> None:
    story = Story().task("0.1", TaskKind.THREAD, "D", daemon=True).begin("0", "0.1").end("0")
    assert standings(story)[3] is KEPT


def test_an_exit_code_is_told() -> None:
    story = Story().begin("0").end("0")
    assert end_told(story, replace(COMPLETED, exit_code=3)) == Text(
        "ended by itself: its exit code is 3", "自己结束：退出码是 3"
    )


def test_an_order_is_named_after_its_maker_with_the_right_measure_word() -> None:
    """位 is for people, 个 for processes."""
    assert promise_name("producer_order", COOKS, WORDS).zh == "每位厨师的次序不变"
    words = replace(WORDS, roles={"Cook": Text("writer", "写进程")})
    assert promise_name("producer_order", COOKS, words).zh == "每个写进程的次序不变"
    both = replace(COOKS, made=Made("put", ("Cook", "Eater")))
    assert promise_name("producer_order", both, WORDS) == Text(
        "each producer's order", "每个生产者的次序不变"
    )
