"""Intervals derived from events, and the tables by which runs are compared."""

from __future__ import annotations

from hand_made import FIXTURES, QUEUE, Story, fed

from pyqdemo.analysis.now import State
from pyqdemo.analysis.sentences import filled
from pyqdemo.analysis.spans import Spans, tables
from pyqdemo.codec import read_trace
from pyqdemo.languages import Text
from pyqdemo.trace import TaskKind

READY, BLOCKED, SLEEPING = State.READY, State.BLOCKED, State.SLEEPING


def spans_of(story: Story) -> list[tuple[object, ...]]:
    spans = fed(Spans(), story.records).result()
    return [(span.task, span.state, span.operation, span.from_seq, span.to_seq) for span in spans]


def test_a_life_is_cut_where_the_state_changes() -> None:
    """1 begin, 2 put, 3 blocked, 4 put done, 5 asleep, 6 awake, 7 end: events 1 and 2 are one
    span, and nothing follows the end."""
    story = Story("Cook", queue=1).begin("0.1").put("0.1", "7").blocked("0.1", "put", QUEUE)
    story.put("0.1", "8").blocked("0.1", "sleep").done("0.1", "sleep").end("0.1")
    assert spans_of(story) == [
        ("0.1", READY, None, 1, 3),
        ("0.1", BLOCKED, "put", 3, 4),
        ("0.1", READY, None, 4, 5),
        ("0.1", SLEEPING, "sleep", 5, 6),
        ("0.1", READY, None, 6, 7),
    ]


def test_a_state_that_lasts_to_the_end_of_the_record_has_no_last_event() -> None:
    story = Story("Eater").begin("0.1").blocked("0.1", "get", QUEUE)
    assert spans_of(story)[-1] == ("0.1", BLOCKED, "get", 2, None)


def test_the_exit_of_a_process_ends_the_spans_of_its_daemons() -> None:
    story = Story().task("0.1", TaskKind.THREAD, "D", daemon=True).begin("0.1", "0")
    story.end("0").done("0", "exit")
    assert spans_of(story) == [("0", READY, None, 2, 3), ("0.1", READY, None, 1, 4)]


def relay(*, controlled: bool) -> Story:
    """One item from T1 to T2, told with other times and in another order of unrelated events:
    natively T2 begins first, under control T1."""
    story = Story("Cook", "Eater", controlled=controlled)
    story.begin("0", "0.1", "0.2") if controlled else story.begin("0", "0.2", "0.1")
    story.blocked("0.2", "get", QUEUE, at_ms=9 if controlled else 4)
    story.put("0.1", "7").get("0.2", "0.1#1", "7")
    ends = ("0.1", "0.2") if controlled else ("0.2", "0.1")
    return story.end(*ends).end("0").done("0", "exit")


def test_a_native_and_a_controlled_run_of_the_same_have_equal_tables() -> None:
    assert tables(relay(controlled=False).trace()) == tables(relay(controlled=True).trace())


def test_the_tables_of_a_run() -> None:
    """Each task begins and ends; T2 waits once; the one item goes from T1 to T2."""
    found = tables(relay(controlled=True).trace())
    assert [(row.id, row.role, row.how) for row in found.tasks] == [
        ("0", None, State.ENDED),
        ("0.1", "Cook", State.ENDED),
        ("0.2", "Eater", State.ENDED),
    ]
    (item,) = found.items
    assert (item.value, item.maker, item.users) == ("7", "0.1", ("0.2",))
    assert item.moves == (("0.1", "put", QUEUE), ("0.2", "get", QUEUE))
    assert [(row.task, row.state, row.resource) for row in found.spans] == [
        ("0", READY, None),
        ("0.1", READY, None),
        ("0.2", READY, None),
        ("0.2", BLOCKED, QUEUE),
        ("0.2", READY, None),
    ]


def test_a_different_wait_is_a_different_table() -> None:
    story = Story("Cook", "Eater", controlled=True).begin("0", "0.1", "0.2")
    story.put("0.1", "7").get("0.2", "0.1#1", "7")
    found = tables(story.end("0.1", "0.2", "0").done("0", "exit").trace())
    other = tables(relay(controlled=True).trace())
    assert found.items == other.items
    assert found.spans != other.spans


def test_tables_are_in_the_order_the_ids_were_given() -> None:
    """0.10 is the tenth, not the second."""
    story = Story(*["x"] * 10, controlled=True)
    assert [row.id for row in tables(story.trace()).tasks][-2:] == ["0.9", "0.10"]


def test_the_fixture_s_waits_are_those_of_its_program() -> None:
    """main joins the process, the thread, and gets once in vain; the thread gets twice from an
    empty queue; the process puts into a full one, and waits at its exit for its feeder."""
    found = tables(read_trace(FIXTURES / "trace-1.jsonl"))
    waited = [(row.task, row.operation) for row in found.spans if row.state is BLOCKED]
    assert waited == [
        ("0", "join"),
        ("0", "join"),
        ("0", "get"),
        ("0.1", "put"),
        ("0.1", "exit"),
        ("0.2", "get"),
        ("0.2", "get"),
    ]


def test_a_chinese_sentence_has_a_space_only_between_chinese_and_latin() -> None:
    template = Text("{a} waits for {b}.", "{a} 等 {b}（它满了）")
    chinese = Text("the queue", "队列")
    assert filled(template, a="T1", b=chinese).zh == "T1 等队列（它满了）"
    assert filled(template, a=chinese, b="q 1").zh == "队列等 q 1（它满了）"
