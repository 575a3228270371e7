"""The parent joins the writer before it takes anything out: with 70 kB both wait for ever.

A process ends when its feeder has written all it put, and an operating-system pipe holds
64 KiB. Any number of kilobytes can be given: 60 get through.
"""

import sys
from multiprocessing import Process, Queue


def write(q, kilobytes):
    q.put("x" * kilobytes * 1000)


def main():
    kilobytes = int(sys.argv[1]) if sys.argv[1:] else 70
    q = Queue()
    pw = Process(target=write, args=(q, kilobytes))
    pw.start()
    pw.join()
    print("got", len(q.get()), "characters")


if __name__ == "__main__":
    main()
