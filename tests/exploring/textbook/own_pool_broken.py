"""A job gives a part of its work to the pool that carries it.

Wrong: the pool has one thread, and that one waits for the part.
"""

from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)


def whole() -> int:
    return pool.submit(part).result() + 1


def part() -> int:
    return 1


assert pool.submit(whole).result() == 2
pool.shutdown()
