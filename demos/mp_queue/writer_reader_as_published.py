"""Two processes and the queue between them, as published.

Written anew, in Python 3, after a well known Chinese tutorial on processes and
multiprocessing.Queue: same structure, names and printed text, and the same flaws.
writer_reader.py beside this file is the repaired program.

The tutorial calls terminate() about the same as join(). It is not: run this a few
times and count the lines that begin with get.
"""

from multiprocessing import Process, Queue


def write(q):
    for i in ["a", "b", "c", "d"]:
        q.put(i)
        print(f"put {i} to queue")


def read(q):
    while 1:
        result = q.get()
        print(f"get {result} from queue")


def main() -> None:
    q = Queue()
    pw = Process(target=write, args=(q,))
    pr = Process(target=read, args=(q,))
    pw.start()
    pr.start()
    pw.join()
    pr.terminate()


if __name__ == "__main__":
    main()
