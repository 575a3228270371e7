import queue

NAME = __name__


def answer():
    waiting = queue.Queue()
    waiting.put(42)
    return waiting.get()
