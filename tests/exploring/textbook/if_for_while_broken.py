"""Two eat what one cooks, a dish each.

Wrong: who has been woken does not look again whether the dish is still there. Somebody who
came in between, without having waited, can have taken it.
"""

from threading import Condition, Thread

dishes: list[str] = []
changed = Condition()


def eat() -> None:
    with changed:
        if not dishes:
            changed.wait()
        dishes.pop()


def cook() -> None:
    for dish in ("soup", "rice"):
        with changed:
            dishes.append(dish)
            changed.notify()


threads = [Thread(target=role) for role in (eat, eat, cook)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
