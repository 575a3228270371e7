"""A counter that threads share, repaired: reading, adding and writing under a lock.

No tutorial's program; as it is written first, it is in counter_as_published.py.

Watch:
- whoever holds the lock may be interrupted like anybody else, but then the others
  wait at the with: nobody reads a value that is about to be overwritten;
- the lock is held from the read to the write. Taken once for the read and once
  more for the write, it would be of no use;
- only the lines that belong together stand under the lock: the rest of the loop
  goes on side by side;
- the main thread reads the counter after it has joined the others: it needs no
  lock.
"""

from threading import Lock, Thread

value = 0
lock = Lock()


def count(times):
    global value
    for _ in range(times):
        with lock:
            seen = value
            value = one_more(seen)


def one_more(number):
    return number + 1


def main(threads: int = 2, times: int = 3) -> None:
    counting = [Thread(target=count, args=(times,)) for _ in range(threads)]
    for thread in counting:
        thread.start()
    for thread in counting:
        thread.join()
    expected = threads * times
    print(f"expected {expected}, counted {value}, lost {expected - value}")
    assert value == expected


if __name__ == "__main__":
    main()
