"""Programs to be explored on threads: each function is one."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process, Queue


def _run(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def box():
    kept = []

    def fill():
        time.sleep(1)
        kept.append(1)

    def use():
        time.sleep(1)
        assert kept

    _run(fill, use)


def check_then_get():
    shared = queue.Queue()
    shared.put("item")

    def take():
        if not shared.empty():
            shared.get()

    _run(take, take)


def two_locks():
    one, other = threading.Lock(), threading.Lock()

    def forth():
        with one, other:
            pass

    def back():
        with other, one:
            pass

    _run(forth, back)


def lost_wake_up():
    condition, ready = threading.Condition(), []

    def wait():
        if not ready:
            with condition:
                condition.wait()

    def wake():
        ready.append(1)
        with condition:
            condition.notify()

    _run(wait, wake)


def results():
    order = []

    def call(number):
        time.sleep(1)
        order.append(number)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(call, number) for number in range(2)]:
            future.result()
    print(order)


def heartbeat():
    def beat():
        for number in range(2):
            time.sleep(1)
            print(number)

    threading.Thread(target=beat, daemon=True).start()
    time.sleep(1)


def _put(shared, text):
    shared.put(text)


def two_processes():
    shared = Queue()
    processes = [Process(target=_put, args=(shared, text)) for text in "ab"]
    for process in processes:
        process.start()
    print(shared.get() + shared.get())
    for process in processes:
        process.join()
