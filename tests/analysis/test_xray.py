"""Every item's way, every handle and every death of a run, and what is said of them."""

from __future__ import annotations

from hand_made import COMPLETED, QUEUE, Story

from pyqdemo.analysis.hidden import Fate, Way
from pyqdemo.analysis.xray import xray
from pyqdemo.analysis.xray_in_full import MOST_WAYS, tell_in_full
from pyqdemo.analysis.xray_words import tell_in_short
from pyqdemo.languages import Text
from pyqdemo.trace import Outcome, OutcomeKind, TaskKind, Wait

READ, WRITE = "0/pipe_end/1", "0/pipe_end/2"
A = "0.1#1"
DEADLOCK = Outcome(OutcomeKind.DEADLOCK)


def story(kind: str = "mp_queue") -> Story:
    told = Story(controlled=True, kind=kind)
    for n in (1, 2):
        told.task(f"0.{n}", TaskKind.PROCESS, f"Process-{n}", role="r", parent="0")
    return told.task(
        "0.1~1", TaskKind.FEEDER, "QueueFeederThread", process="0.1", parent="0.1", daemon=True
    )


def put(told: Story, *values: str) -> Story:
    for value in values:
        told.put("0.1", value, step=told.seq)
    return told


def killed(told: Story, *lost: str) -> Story:
    told.done("0", "kill", "0.1", step=8).done("0.1", "die", value="-9", step=8)
    for item in lost:
        told.done("0.1", "lost", QUEUE, item=item, step=8)
    return told


def short(told: Story, outcome: Outcome = COMPLETED) -> list[Text]:
    return tell_in_short(xray(told.trace(outcome)))


def only(told: Story, outcome: Outcome = COMPLETED) -> Text:
    (text,) = short(told, outcome)
    return text


def way_of(told: Story) -> Way:
    (way,) = xray(told.trace()).ways
    return way


def test_a_way_has_each_stage_with_who_came_there_and_at_which_step() -> None:
    """The read lock was there before the item; on the item's way it comes behind the pipe."""
    told = story().done("0.2", "read_lock", QUEUE, step=1).put("0.1", "'a'", step=2)
    told.done("0.1~1", "feed", QUEUE, item=A, step=3)
    told.done("0.1~1", "deliver_part", QUEUE, item=A, step=4)
    told.done("0.2", "get_part", QUEUE, item=A, step=5)
    told.done("0.1~1", "deliver", QUEUE, item=A, step=6)
    told.done("0.2", "get", QUEUE, item=A, value="'a'", step=7)
    way = way_of(told)
    assert [(stage.operation, stage.task, stage.step) for stage in way.stages] == [
        ("put", "0.1", 2),
        ("feed", "0.1~1", 3),
        ("deliver_part", "0.1~1", 4),
        ("read_lock", "0.2", 1),
        ("get_part", "0.2", 5),
        ("deliver", "0.1~1", 6),
        ("get", "0.2", 7),
    ]
    assert (way.fate, way.value) == (Fate.GOT, "'a'")


def test_a_read_lock_that_found_nothing_belongs_to_no_item() -> None:
    told = story().done("0.2", "read_lock", QUEUE).done("0.2", "get", QUEUE, result="raised Empty")
    told.put("0.1", "'a'").done("0.1~1", "feed", QUEUE, item=A)
    told.done("0.1~1", "deliver", QUEUE, item=A).get("0.2", A, "'a'")
    assert "read_lock" not in [stage.operation for stage in way_of(told).stages]


def test_what_was_still_in_the_buffer_went_with_its_process() -> None:
    told = killed(put(story(), "'a'", "'b'", "'c'"), "0.1#1", "0.1#2", "0.1#3")
    assert only(told) == Text(
        "'a', 'b' and 'c' went with Process-1: put into the queue, but still in its buffer",
        "'a'、'b' 和 'c' 随 Process-1 一起丢失：虽已放入队列，却还在它自己的缓冲区里",
    )


def test_a_death_that_nobody_in_the_program_asked_for_is_told_first() -> None:
    """Process-1 was killed by the program: that it ended is no news."""
    told = killed(put(story(), "'a'"), A).done("0.2", "die", value="-11", step=9)
    assert [text.en for text in short(told, DEADLOCK)] == [
        "Process-2 died at step 9: exit code -11 (SIGSEGV)",
        "'a' went with Process-1: put into the queue, but still in its buffer",
    ]
    assert short(told)[0].zh == "Process-2 在第 9 步意外死亡：退出码 -11（SIGSEGV）"


def test_deaths_are_told_in_their_order_and_a_code_that_is_no_known_signal_s_as_it_is() -> None:
    told = story().done("0.2", "die", value="11", step=3).done("0.1", "die", value="-60", step=4)
    assert [text.en for text in short(told)] == [
        "Process-2 died at step 3: exit code 11",
        "Process-1 died at step 4: exit code -60",
    ]


def test_a_value_that_is_cut_keeps_what_closes_it() -> None:
    """24 characters, the quote, the bracket or nothing among them."""
    long = "x" * 40
    told = put(story(), f"'{long}'", f'b"{long}"', f"[{long}]", long)
    items = [f"0.1#{n}" for n in range(1, 5)]
    assert only(killed(told, *items)).en.partition(" went ")[0] == (
        f"'{'x' * 20}..', b\"{'x' * 19}..\", [{'x' * 20}..] and {'x' * 22}.."
    )


def test_in_full_a_way_is_told_in_the_order_of_its_steps() -> None:
    told = story().done("0.2", "read_lock", QUEUE, step=1).put("0.1", "'a'", step=2)
    told.done("0.1~1", "feed", QUEUE, item=A, step=3)
    told.done("0.1~1", "deliver", QUEUE, item=A, step=4)
    told.done("0.2", "get", QUEUE, item=A, value="'a'", step=5)
    _, (_, way) = tell_in_full(xray(told.trace()))
    assert way == Text(
        "'a'  Process-2 has the read lock (1), put by Process-1 (2), out of the buffer (3),"
        " in the pipe (4), got by Process-2 (5)",
        "'a'  Process-2 拿到读锁（1），Process-1 放入（2），离开缓冲区（3），"
        "进了管道（4），Process-2 取出（5）",
    )


def test_of_many_items_the_first_are_named() -> None:
    items = [f"0.1#{n}" for n in range(1, 8)]
    told = killed(put(story(), *"1234567"), *items)
    assert only(told).en.startswith("1, 2, 3, 4 and 3 more went with Process-1")
    assert only(told).zh.startswith("1、2、3、4 等 7 件随 Process-1 一起丢失")


def test_what_the_feeder_had_taken_went_with_its_process() -> None:
    told = put(story(), "'a'").done("0.1~1", "feed", QUEUE, item=A)
    assert only(killed(told, A)) == Text(
        "'a' went with Process-1: its feeder had not yet written it into the pipe",
        "'a' 随 Process-1 一起丢失：它的 feeder 线程已经取走，还没写进管道",
    )


def test_what_was_half_in_the_pipe_went_with_its_process_and_the_write_lock_too() -> None:
    told = put(story(), "'a'").done("0.1~1", "feed", QUEUE, item=A)
    told = killed(told.done("0.1~1", "deliver_part", QUEUE, item=A), A)
    told.done("0.1", "kept", QUEUE, value="write lock")
    assert short(told) == [
        Text(
            "'a' went with Process-1, which was in the middle of it",
            "'a' 随 Process-1 一起丢失：正传到一半",
        ),
        Text(
            "Process-1 took the write lock of the queue to the grave:"
            " nothing more gets into the pipe",
            "Process-1 至死占着队列的写锁：再也没有东西能进管道",
        ),
    ]


def test_a_message_that_nobody_is_left_to_read() -> None:
    told = story().resource(READ, "pipe_end", "r").resource(WRITE, "pipe_end", "w", of=READ)
    told.done("0.1", "send", WRITE, item=A, value="1")
    told.done("0", "kill", "0.2").done("0.2", "die", value="-9")
    told.done("0.2", "lost", READ, item=A, value="1")
    assert only(told) == Text(
        "1 lay in the pipe when Process-2 ended, and nobody else can read it",
        "Process-2 结束时 1 还在管道里，而再没有别人能读这条管道",
    )


def test_what_lies_there_when_the_run_is_stopped_is_not_told() -> None:
    """It might have been got."""
    told = put(story(), "'a'")
    assert short(told, Outcome(OutcomeKind.TIME_BOUND)) == []
    assert only(told).en == "'a' still lay in a process's buffer of the queue at the end"


def test_an_item_of_a_simple_queue_is_in_the_pipe_at_once() -> None:
    told = put(story("mp_simple"), "'a'")
    assert only(told).en == "'a' lay in the pipe of the queue at the end, got by nobody"


def test_natively_nothing_is_said_of_what_was_not_seen() -> None:
    """Whether the item had left the buffer."""
    told = Story(kind="mp_queue").put("0", "'a'").done("0", "empty", QUEUE, result="True")
    assert short(told) == []


def test_permits_and_places_that_went_to_the_grave() -> None:
    told = story().resource("0/mp_semaphore/1", "mp_semaphore", "s")
    told.resource("0/mp_barrier/1", "mp_barrier", "b")
    killed(told).done("0.1", "kept", "0/mp_semaphore/1", value="2")
    told.done("0.1", "kept", "0/mp_barrier/1", value="place inside")
    assert short(told) == [
        Text(
            "Process-1 took 2 of s's permits to the grave", "Process-1 至死没有归还 s 的 2 个名额"
        ),
        Text(
            "Process-1 took its place at b to the grave: the others count on it",
            "Process-1 至死占着 b 那里的位置：别人还在指望它",
        ),
    ]


def asked(times: int) -> Story:
    told = put(story(), "'a'")
    for n in range(times):
        told.done("0", "empty", QUEUE, result="True", step=5 + n)
    told.done("0.1~1", "feed", QUEUE, item=A).done("0.1~1", "deliver", QUEUE, item=A)
    return told.done("0", "empty", QUEUE, result="False").get("0.2", A, "'a'")


def test_empty_was_asked_while_an_item_was_on_its_way() -> None:
    assert only(asked(1)) == Text(
        "empty() of the queue said True at step 5 though 'a' had been put:"
        " not yet in the pipe, where empty() looks",
        "第 5 步队列的 empty() 回答 True，其实 'a' 已经放入，只是还没进管道，而 empty() 只看管道",
    )


def test_several_items_on_their_way_are_listed() -> None:
    told = put(story(), "1", "2").done("0", "empty", QUEUE, result="True", step=5)
    told.get("0.2", A, "1").get("0.2", "0.1#2", "2")
    assert " though 1 and 2 had been put:" in only(told).en
    assert "其实 1 和 2 已经放入" in only(told).zh


def test_only_the_first_wrong_answer_is_told_with_how_many_there_were() -> None:
    assert only(asked(3)).en.endswith("where empty() looks; 3 times in all")
    assert only(asked(3)).zh.endswith("只看管道；这样的回答共有 3 次")


def test_a_true_answer_of_empty_is_no_wrong_one() -> None:
    told = story().done("0", "empty", QUEUE, result="True")
    assert short(told) == []


def test_lines_that_were_printed_and_not_seen() -> None:
    told = killed(story()).done("0.1", "lost", "0/stream/stdout", value="a\nb\n")
    assert only(told) == Text(
        "Process-1 had printed 2 lines that nobody saw: lost with its output buffer",
        "Process-1 打印的 2 行谁也没看到：随它的输出缓冲区丢了",
    )


def waiting(outcome: Outcome) -> Story:
    told = story().resource(READ, "pipe_end", "r").resource(WRITE, "pipe_end", "w", of=READ)
    told.done("0", "start", "0.2", value="fork", step=1)
    for end in (READ, WRITE):
        told.done("0.2", "inherit", end, step=1)
    return told.blocked("0.2", "recv", READ, step=2)


def test_in_a_deadlock_it_is_told_who_kept_the_end_of_file_away() -> None:
    assert only(waiting(DEADLOCK), DEADLOCK) == Text(
        "no end of file for Process-2 at r: w is still held by MainThread (who made it)"
        " and Process-2 itself (by fork)",
        "Process-2 在 r 等不到 EOF（文件结束）：w 还在 MainThread（创建者）、"
        "Process-2 自己（fork 时继承）手里",
    )


def test_the_holders_that_the_outcome_names_are_the_true_ones() -> None:
    """What was sent to a spawned process and never used stands in no event."""
    rows = (Wait("0.2", "recv", READ, holders=("0.1",)),)
    outcome = Outcome(OutcomeKind.DEADLOCK, waits=rows)
    assert only(waiting(outcome), outcome).en == (
        "no end of file for Process-2 at r: w is still held by Process-1"
    )


def test_a_run_that_was_stopped_keeps_no_end_of_file_away() -> None:
    outcome = Outcome(OutcomeKind.TIME_BOUND)
    assert short(waiting(outcome), outcome) == []


def test_a_holding_lasts_from_the_step_that_gave_it_to_the_one_that_took_it() -> None:
    told = waiting(COMPLETED).done("0", "close", WRITE, step=3)
    told.done("0.2", "exit", value="0", step=4)
    held = [
        (holding.end, holding.process, holding.gained, holding.from_step, holding.to_step)
        for holding in xray(told.trace()).holdings
    ]
    assert held == [
        (READ, "0", "made", None, None),
        (READ, "0.2", "fork", 1, 4),
        (WRITE, "0", "made", None, 3),
        (WRITE, "0.2", "fork", 1, 4),
    ]


def test_what_was_given_to_a_spawned_process_is_its_own_from_its_start() -> None:
    """It shows when it first uses it."""
    told = story().resource(READ, "pipe_end", "r").resource(WRITE, "pipe_end", "w", of=READ)
    told.done("0", "start", "0.1", value="spawn", step=3)
    told.done("0.1", "send", WRITE, item=A, value="1", step=9)
    held = xray(told.trace()).holdings
    assert [(h.end, h.from_step) for h in held if h.process == "0.1"] == [(WRITE, 3)]


def test_what_a_library_sends_through_its_own_pipes_is_its_own_affair() -> None:
    """A pool's calls and results."""
    told = story().resource("0/pipe_end~1", "pipe_end", "pipe_end-1")
    told.resource("0/pipe_end~2", "pipe_end", "pipe_end-2", of="0/pipe_end~1")
    told.done("0.1", "send", "0/pipe_end~2", item=A, value="1", step=1)
    told.done("0", "kill", "0.1").done("0.1", "die", value="-9")
    told.done("0.1", "kept", "0/mp_simple~1", value="read lock")
    found = xray(told.trace())
    assert (found.ways, found.holdings, tell_in_short(found)) == ((), (), [])


def test_a_run_of_threads_has_no_hidden_parts() -> None:
    told = Story("x", controlled=True).begin("0.1").put("0.1", "7").get("0", A, "7")
    found = xray(told.trace())
    assert (bool(found), tell_in_short(found), list(tell_in_full(found))) == (False, [], [])


def test_of_very_many_items_the_first_ways_are_told_in_full() -> None:
    told = put(story(), *map(str, range(MOST_WAYS + 3)))
    lines = [text.en for deep, text in tell_in_full(xray(told.trace())) if deep == 1]
    assert (len(lines), lines[-1]) == (MOST_WAYS + 1, "and 3 more")


def test_deaths_in_full() -> None:
    told = killed(story()).done("0.2", "die", value="-6", step=9)
    assert [(deep, text) for deep, text in tell_in_full(xray(told.trace()))] == [
        (0, Text("processes that did not leave as they should", "没有正常退出的进程")),
        (
            1,
            Text(
                "Process-1: MainThread called kill() on it; it ended at step 8,"
                " exit code -9 (SIGKILL)",
                "Process-1：MainThread 对它调用 kill()，在第 8 步结束，退出码 -9（SIGKILL）",
            ),
        ),
        (
            1,
            Text(
                "Process-2: died at step 9, exit code -6 (SIGABRT)",
                "Process-2：在第 9 步意外死亡，退出码 -6（SIGABRT）",
            ),
        ),
    ]
