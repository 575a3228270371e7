"""The queues themselves: what each call does, in a line each.

After the parts of well known Chinese tutorials that go through the queue module.

Watch:
- the same three items leave in three orders;
- put() and get() with a timeout wait first and raise Full or Empty afterwards;
- the cook waits at a queue with two places, as the eater takes his time; at the end
  join() waits for a task_done() for every item, not for an empty queue.
"""

import itertools
import time
from queue import Empty, Full, LifoQueue, PriorityQueue, Queue
from threading import Thread

WHICH_QUEUE = """\
which queue?
  between threads                    queue.Queue, LifoQueue, PriorityQueue, SimpleQueue
  between a parent and its children  multiprocessing.Queue, JoinableQueue, Pipe
  between unrelated programs         a file or database, a socket, a broker
  with task_done() and join()        queue.Queue, JoinableQueue; not multiprocessing.Queue"""


def refused(what, call):
    try:
        call()
    except (Full, Empty, TypeError, ValueError) as error:
        print(f"{what}: raises {type(error).__name__}")


def cook(q, items):
    for item in items:
        q.put(item)


def show_orders():
    for q in (Queue(), LifoQueue(), PriorityQueue()):
        cook(q, (3, 1, 2))
        print(f"{type(q).__name__}: put 3 1 2, get {q.get()} {q.get()} {q.get()}")
    tied, counted, counter = PriorityQueue(), PriorityQueue(), itertools.count()
    tied.put((1, {"dish": "rice"}))
    refused("PriorityQueue, two dicts of priority 1", lambda: tied.put((1, {"dish": "soup"})))
    for dish in ("rice", "soup"):
        counted.put((1, next(counter), {"dish": dish}))
    print(f"PriorityQueue: with a counter between, get {counted.get()[2]} {counted.get()[2]}")


def show_limits():
    q = Queue(maxsize=0)
    cook(q, range(20))
    print(f"Queue(0): no limit, qsize() {q.qsize()}, full() {q.full()}")
    q = Queue(maxsize=3)
    q.put("a")
    q.put_nowait("b")
    print(f"Queue(3): items, not free places, qsize() {q.qsize()}, full() {q.full()}")
    q.put("c", timeout=0.5)
    refused("Queue(3), full, put_nowait()", lambda: q.put_nowait("d"))
    refused("Queue(3), full, put() for half a second", lambda: q.put("d", timeout=0.5))
    print(f"Queue(3): get {q.get()} {q.get_nowait()} {q.get(timeout=0.5)}, empty() {q.empty()}")
    refused("Queue(3), empty, get_nowait()", q.get_nowait)
    refused("Queue(3), empty, get() for half a second", lambda: q.get(timeout=0.5))


def eat(q):
    while (number := q.get()) is not None:
        time.sleep(0.3)
        print(f"eaten: {number}")
        q.task_done()
    q.task_done()  # for the None, which was an item too


def main() -> None:
    show_orders()
    show_limits()
    q = Queue(maxsize=2)
    cooking, eating = Thread(target=cook, args=(q, range(1, 7))), Thread(target=eat, args=(q,))
    cooking.start()
    eating.start()
    cooking.join()  # first: a join() of the queue before the cook begins waits for nothing
    q.join()
    print("join() has returned: a task_done() for every dish")
    q.put(None)
    eating.join()
    refused("one task_done() too many", q.task_done)
    print(WHICH_QUEUE)


if __name__ == "__main__":
    main()
