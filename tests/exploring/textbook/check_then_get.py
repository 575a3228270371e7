"""Two who take what is left, if something is left, in one operation."""

from queue import Empty, Queue
from threading import Thread


def take(left: Queue) -> None:
    try:
        taken.append(left.get_nowait())
    except Empty:
        taken.append("nothing")


taken: list[str] = []
left: Queue = Queue()
left.put("the last one")
threads = [Thread(target=take, args=(left,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sorted(taken) == ["nothing", "the last one"]
