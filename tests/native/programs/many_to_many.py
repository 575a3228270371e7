"""Two writers, two readers, a queue between them; a lock handed about. Prints the sum.

python many_to_many.py MESSAGES
"""

import multiprocessing as mp
import sys


def write(queue, lock, first, last):
    for number in range(first, last):
        if number % 10 == 0:
            with lock:
                pass
        queue.put(number)


def read(queue, results, lock):
    total = 0
    while (number := queue.get()) is not None:
        if number % 10 == 0:
            with lock:
                total += number
        else:
            total += number
    results.put(total)


def main(messages):
    queue, results, lock = mp.Queue(10), mp.SimpleQueue(), mp.Lock()
    half = messages // 2
    writers = [
        mp.Process(target=write, args=(queue, lock, 0, half)),
        mp.Process(target=write, args=(queue, lock, half, messages)),
    ]
    readers = [mp.Process(target=read, args=(queue, results, lock)) for _ in range(2)]
    for process in writers + readers:
        process.start()
    for process in writers:
        process.join()
    for _ in readers:
        queue.put(None)
    print(sum(results.get() for _ in readers) == sum(range(messages)))
    for process in readers:
        process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]))
