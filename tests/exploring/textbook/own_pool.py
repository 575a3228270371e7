"""A job gives a part of its work to a pool that is not the one which carries it."""

from concurrent.futures import ThreadPoolExecutor

pool, parts = ThreadPoolExecutor(1), ThreadPoolExecutor(1)


def whole() -> int:
    return parts.submit(part).result() + 1


def part() -> int:
    return 1


assert pool.submit(whole).result() == 2
pool.shutdown()
parts.shutdown()
