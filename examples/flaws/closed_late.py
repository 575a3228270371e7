"""The parent closes the sending end, and the receiver listens for the end of it.

Closed after the receiver has started, as here, it is EOF under spawn and forkserver; under
fork the receiver has a copy of that end and waits for itself. With the word early the end is
closed before the receiver starts: EOF under every start method.
"""

import sys
from multiprocessing import Pipe, Process


def listen(pipe):
    try:
        pipe.recv()
    except EOFError:
        print("EOF: nobody holds the sending end any more")


def main():
    early = "early" in sys.argv
    receiving, sending = Pipe(duplex=False)
    p = Process(target=listen, args=(receiving,))
    if early:
        sending.close()
    p.start()
    if not early:
        sending.close()
    p.join()


if __name__ == "__main__":
    main()
