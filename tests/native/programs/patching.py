"""A program that looks at the standard library's modules, and changes them."""

import logging.handlers
import multiprocessing as mp
import multiprocessing.connection
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

seen = []
threading.excepthook = lambda args: seen.append(args.exc_type.__name__)


def fails():
    raise LookupError


thread = threading.Thread(target=fails)
thread.start()
thread.join()
print(seen)

print(issubclass(queue.Queue, sys.modules["queue"].Queue), queue.Queue.__name__)
print(isinstance(thread, sys.modules["threading"].Thread))
print(queue.__name__, threading.__name__, mp.__name__, time.__name__, mp.Queue.__name__)
print(sorted(queue.__all__), threading.__all__ == sys.modules["threading"].__all__)
print(mp.get_context("spawn").get_start_method(), mp.connection.wait([], 0))

with ThreadPoolExecutor(1) as pool:
    print(pool.submit(pow, 2, 5).result())

logs = queue.Queue()
logging.handlers.QueueHandler(logs).emit(logging.makeLogRecord({"msg": "hello"}))
print(logs.get().msg)

timeless = time.time
time.time = lambda: 7
print(time.time(), logging.time.time())
time.time = timeless
print(threading.TIMEOUT_MAX == sys.modules["threading"].TIMEOUT_MAX)
queue.hello = "here"
print(queue.hello, sys.modules["queue"].hello)
