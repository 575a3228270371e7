"""Every call on the queues of multiprocessing, from one process; prints what came back."""

import multiprocessing as mp
from queue import Empty, Full


def attempt(call, *args, **kwargs):
    try:
        print(call.__name__, args, kwargs, "->", call(*args, **kwargs))
    except (Full, Empty, ValueError, TypeError, OSError) as error:
        told = str(error).partition(" <")[0]  # no address
        print(call.__name__, args, kwargs, "raised", type(error).__name__, told)


def bounded(kind):
    queue = kind(2)
    attempt(queue.put, "a")
    attempt(queue.put_nowait, "b")
    attempt(queue.full)
    attempt(queue.put_nowait, "c")
    attempt(queue.put, "c", timeout=0.01)
    attempt(queue.qsize)
    attempt(queue.get)
    attempt(queue.get, timeout=20)
    attempt(queue.empty)
    attempt(queue.get_nowait)
    attempt(queue.get, timeout=0.01)
    if hasattr(queue, "task_done"):
        attempt(queue.task_done)
        attempt(queue.task_done)
        attempt(queue.join)
        attempt(queue.task_done)
    attempt(queue.close)
    attempt(queue.put, "d")
    attempt(queue.get)
    attempt(queue.join_thread)


def simple():
    queue = mp.SimpleQueue()
    attempt(queue.put, "a")
    attempt(queue.empty)
    attempt(queue.get)
    attempt(queue.empty)
    attempt(queue.close)
    attempt(queue.put, "b")
    attempt(queue.get)


if __name__ == "__main__":
    bounded(mp.Queue)
    bounded(mp.JoinableQueue)
    simple()
