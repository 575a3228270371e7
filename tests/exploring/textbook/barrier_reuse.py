"""Two go through two rounds, and meet after each at the barrier of the standard library."""

from threading import Barrier, Thread

barrier = Barrier(2)
rounds = [0, 0]


def go(me: int) -> None:
    for number in (1, 2):
        rounds[me] = number
        barrier.wait()
        assert rounds[1 - me] >= number, "the other one has not come"


threads = [Thread(target=go, args=(me,)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
