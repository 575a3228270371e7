"""Two go through two rounds, and meet after each.

Wrong: the barrier is open for the next round while somebody has not left it yet, so that the
fast one counts the slow one twice, and goes on alone.
"""

from threading import Lock, Semaphore, Thread


class Barrier:
    def __init__(self, parties: int) -> None:
        self.parties = parties
        self.inside = 0
        self.guard = Lock()
        self.gate = Semaphore(0)

    def wait(self) -> None:
        with self.guard:
            self.inside += 1
            if self.inside == self.parties:
                self.gate.release(self.parties)
        self.gate.acquire()
        with self.guard:
            self.inside -= 1


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
