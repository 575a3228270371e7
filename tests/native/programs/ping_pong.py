"""Questions and answers over one two-way pipe. Prints the last answer.

python ping_pong.py ROUNDS
"""

import multiprocessing as mp
import sys


def answer(end):
    while (number := end.recv()) is not None:
        end.send(number + 1)


def main(rounds):
    mine, theirs = mp.Pipe()
    child = mp.Process(target=answer, args=(theirs,))
    child.start()
    theirs.close()
    number = 0
    for _ in range(rounds):
        mine.send(number)
        number = mine.recv()
    mine.send(None)
    child.join()
    print(number)


if __name__ == "__main__":
    main(int(sys.argv[1]))
