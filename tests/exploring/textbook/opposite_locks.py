"""Money goes both ways between two accounts; all lock them in one order, by number."""

from threading import Lock, Thread


class Account:
    def __init__(self, number: int) -> None:
        self.number = number
        self.lock = Lock()
        self.balance = 10


def transfer(source: Account, target: Account) -> None:
    first, second = (source, target) if source.number < target.number else (target, source)
    with first.lock, second.lock:
        source.balance -= 1
        target.balance += 1


one, other = Account(1), Account(2)
threads = [Thread(target=transfer, args=pair) for pair in ((one, other), (other, one))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert (one.balance, other.balance) == (10, 10)
