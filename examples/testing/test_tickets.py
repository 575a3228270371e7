"""What no amount of running shows for certain, shown for every interleaving.

    pytest examples/testing

Change ``assert_failed("exception")`` to ``assert_proved()`` to see what a failure looks like.
"""

from threading import Thread

from tickets import Tickets


def two_buyers(way):
    """The program: two people want the last ticket. It is loaded afresh for each run."""
    tickets = Tickets(1)
    got = []
    buyers = [Thread(target=lambda: got.append(getattr(tickets, way)())) for _ in range(2)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    assert sorted(got, key=str) == [0, None]


def test_asking_first_can_fail(lab):
    lab.explore(two_buyers, parameters={"way": "ask_then_take"}).assert_failed("exception")


def test_taking_never_fails(lab):
    lab.explore(two_buyers, parameters={"way": "take"}, granularity="line").assert_proved()
