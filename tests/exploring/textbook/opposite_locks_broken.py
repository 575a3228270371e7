"""Money goes both ways between two accounts.

Wrong: each transfer locks its own source first, so each can hold what the other one wants.
"""

from threading import Lock, Thread


class Account:
    def __init__(self) -> None:
        self.lock = Lock()
        self.balance = 10


def transfer(source: Account, target: Account) -> None:
    with source.lock, target.lock:
        source.balance -= 1
        target.balance += 1


one, other = Account(), Account()
threads = [Thread(target=transfer, args=pair) for pair in ((one, other), (other, one))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert (one.balance, other.balance) == (10, 10)
