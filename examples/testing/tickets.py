"""Tickets that several people buy at once."""

from queue import Empty, Queue


class Tickets:
    def __init__(self, count):
        self._left = Queue()
        for number in range(count):
            self._left.put(number)

    def ask_then_take(self):
        """A ticket, or None. Between the question and the taking somebody else may come."""
        if self._left.empty():
            return None
        return self._left.get_nowait()

    def take(self):
        """A ticket, or None."""
        try:
            return self._left.get_nowait()
        except Empty:
            return None
