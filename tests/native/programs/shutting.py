"""Queue.shutdown, of Python 3.13 and later."""

from queue import Queue, ShutDown

queue = Queue()
queue.put(1)
queue.shutdown()
for call in (lambda: queue.put(2), queue.get, queue.get):
    try:
        call()
    except ShutDown:
        print("shut down")
queue.shutdown(immediate=True)

left = Queue()
left.put(2)
left.shutdown(immediate=True)
try:
    left.get()
except ShutDown:
    print("shut down")
