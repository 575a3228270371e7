"""Items that leave in another order than they came, come again, or change on the way."""

from queue import LifoQueue, PriorityQueue, Queue, SimpleQueue

stack = LifoQueue()
for item in ("a", "b", "c"):
    stack.put(item)
stack.get()
stack.put("d")
for _ in range(3):
    stack.get()

heap = PriorityQueue()
same = (1, "tie")
for item in ((2, "x"), same, (0, "y"), same):
    heap.put(item)
for _ in range(4):
    heap.get()

again = Queue()
again.put(1)
again.put(2)
again.put(again.get())
again.get()
again.get()

changing = SimpleQueue()
dish = ["rice"]
changing.put(dish)
dish.append("salt")
changing.get()
