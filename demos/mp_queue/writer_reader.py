"""Two processes and the queue between them, repaired.

After a well known Chinese tutorial on processes and multiprocessing.Queue; its own
program, flaws and all, is writer_reader_as_published.py.

Watch:
- two processes share nothing: a letter travels from put() through the writer's
  buffer, its feeder thread and an operating-system pipe to get();
- so put() returns before the letter is on its way, and a line about getting it may
  stand before the line about putting it;
- the end: the writer has ended, so all it put is in the pipe; then comes a None,
  and the reader, having read everything, leaves by itself.
"""

from multiprocessing import Process, Queue


def write(q):
    for i in ["a", "b", "c", "d"]:
        q.put(i)
        print(f"put {i} to queue")


def read(q):
    while True:
        result = q.get()
        if result is None:
            break
        print(f"get {result} from queue")


def main() -> None:
    q = Queue()
    pw = Process(target=write, args=(q,))
    pr = Process(target=read, args=(q,))
    pw.start()
    pr.start()
    pw.join()  # ends for certain only because the reader empties the queue meanwhile
    q.put(None)
    pr.join()


if __name__ == "__main__":
    main()
