"""A counter that threads share, as it is written first.

No tutorial's program: sooner or later everybody writes this one. counter.py
beside this file is the repaired program.

A thread reads the counter, adds one and writes it back. Between the read and the
write another thread may go, and what that one counts is overwritten: an update is
lost. In a few turns it hardly ever happens, and so such programs pass for right.
Put 500_000 in the place of 3, and a good part of the updates is lost.
"""

from threading import Thread

value = 0


def count(times):
    global value
    for _ in range(times):
        seen = value
        value = one_more(seen)


def one_more(number):
    return number + 1


def main(threads: int = 2, times: int = 3) -> None:
    counting = [Thread(target=count, args=(times,)) for _ in range(threads)]
    for thread in counting:
        thread.start()
    for thread in counting:
        thread.join()
    expected = threads * times
    print(f"expected {expected}, counted {value}, lost {expected - value}")
    assert value == expected


if __name__ == "__main__":
    main()
