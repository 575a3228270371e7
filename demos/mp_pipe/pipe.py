"""One end speaks, the other listens, repaired; with duplex both do both.

After a well known Chinese tutorial on processes and multiprocessing.Pipe; its own
program, flaws and all, is pipe_as_published.py.

Watch:
- the receiver counts nothing: it listens until EOFError, which comes as soon as
  nobody holds the speaking end any more, even if the sender was killed;
- so each process closes the end that is not its own, and the parent closes both:
  a forgotten copy in any process, and the EOF never comes;
- a line about receiving may stand before the line about sending;
- with duplex, each question is answered on the same pair: 3 is answered by 30.
"""

import time
from multiprocessing import Pipe, Process


def proc1(pipe, other, count, duplex):
    other.close()
    for i in range(1, count + 1):
        pipe.send(i)
        print(f"send {i} to pipe")
        if duplex:
            print(f"recv {pipe.recv()} from pipe")
        time.sleep(1)
    pipe.close()


def proc2(pipe, other, duplex):
    other.close()
    while True:
        try:
            result = pipe.recv()
        except EOFError:
            break
        print(f"recv {result} from pipe")
        if duplex:
            answer = result * 10
            pipe.send(answer)
            print(f"send {answer} to pipe")
    pipe.close()


def main(count: int = 9, duplex: bool = False) -> None:
    pipe = Pipe(duplex=duplex)
    p1 = Process(target=proc1, args=(pipe[1], pipe[0], count, duplex))
    p2 = Process(target=proc2, args=(pipe[0], pipe[1], duplex))
    p1.start()
    p2.start()
    pipe[0].close()
    pipe[1].close()
    p1.join()
    p2.join()


if __name__ == "__main__":
    main()
