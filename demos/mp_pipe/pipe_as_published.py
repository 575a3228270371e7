"""One end speaks, the other listens, as published.

Written anew, in Python 3, after a well known Chinese tutorial on processes and
multiprocessing.Pipe: same structure, names, numbers and printed text, and the same
flaws. pipe.py beside this file is the repaired program.

Kill the sender half-way, and the receiver waits for ever.
"""

import time
from multiprocessing import Pipe, Process


def proc1(pipe, count=9):
    for i in range(1, count + 1):
        pipe.send(i)
        print(f"send {i} to pipe")
        time.sleep(1)


def proc2(pipe, count=9):
    n = count
    while n > 0:
        result = pipe.recv()
        print(f"recv {result} from pipe")
        n -= 1


def main(count: int = 9) -> None:
    pipe = Pipe(duplex=False)
    p1 = Process(target=proc1, args=(pipe[1], count))
    p2 = Process(target=proc2, args=(pipe[0], count))
    p1.start()
    p2.start()
    p1.join()
    p2.join()
    pipe[0].close()
    pipe[1].close()


if __name__ == "__main__":
    main()
