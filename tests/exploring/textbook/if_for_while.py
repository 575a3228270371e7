"""Two eat what one cooks, a dish each; who has been woken looks again."""

from threading import Condition, Thread

dishes: list[str] = []
changed = Condition()


def eat() -> None:
    with changed:
        while not dishes:
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
