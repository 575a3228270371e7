"""The sender is killed after four of nine numbers, and the receiver waits for ever.

EOF comes when nobody holds the sending end any more. Here the parent still does, and
under fork the receiver too: it was copied along with everything else.
"""

import os
import signal
from multiprocessing import Pipe, Process


def proc1(pipe):
    for i in range(1, 5):
        pipe.send(i)
    os.kill(os.getpid(), signal.SIGKILL)


def proc2(pipe):
    for _ in range(9):
        print("recv", pipe.recv(), "from pipe")


def main():
    pipe = Pipe(duplex=False)
    p1 = Process(target=proc1, args=(pipe[1],))
    p2 = Process(target=proc2, args=(pipe[0],))
    p1.start()
    p2.start()
    p1.join()
    print("the sender is dead:", p1.exitcode)
    p2.join()


if __name__ == "__main__":
    main()
