"""put() has returned, and the queue says that it is empty.

put() counts the item and leaves it to a feeder thread: qsize() looks at the count, empty()
at the pipe, which the item may not have reached.
"""

from multiprocessing import Queue


def main():
    q = Queue()
    q.put("a")
    print("empty:", q.empty(), "  qsize:", q.qsize())
    print("get", q.get(), "from queue")


if __name__ == "__main__":
    main()
