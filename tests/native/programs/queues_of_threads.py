"""Every call on the queues of queue, alone in one thread; prints what came back."""

from queue import Empty, Full, LifoQueue, PriorityQueue, Queue, SimpleQueue


def attempt(call, *args, **kwargs):
    try:
        print(call.__name__, args, kwargs, "->", call(*args, **kwargs))
    except (Full, Empty, ValueError, TypeError) as error:
        print(call.__name__, args, kwargs, "raised", type(error).__name__, error)


def bounded(kind):
    queue = kind(2)
    attempt(queue.put, "b")
    attempt(queue.put_nowait, "a")
    attempt(queue.full)
    attempt(queue.put_nowait, "c")
    attempt(queue.put, "c", False)
    attempt(queue.put, "c", timeout=0.01)
    attempt(queue.put, "c", timeout=-1)
    attempt(queue.qsize)
    attempt(queue.get)
    attempt(queue.get_nowait)
    attempt(queue.empty)
    attempt(queue.get_nowait)
    attempt(queue.get, timeout=0.01)
    attempt(queue.get, timeout=-1)
    attempt(queue.task_done)
    attempt(queue.task_done)
    attempt(queue.join)
    attempt(queue.task_done)
    print(queue.maxsize, queue.unfinished_tasks, list(queue.queue))


def simple():
    queue = SimpleQueue()
    attempt(queue.put, "b")
    attempt(queue.put_nowait, "a")
    attempt(queue.put, "c", block=False, timeout=3)
    attempt(queue.qsize)
    attempt(queue.get)
    attempt(queue.get_nowait)
    attempt(queue.get, timeout=1)
    attempt(queue.empty)
    attempt(queue.get_nowait)
    attempt(queue.get, True, 0.01)
    attempt(queue.get, timeout=-1)


bounded(Queue)
bounded(LifoQueue)
bounded(PriorityQueue)
simple()
