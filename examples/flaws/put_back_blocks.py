"""A picky consumer puts back into a queue that is full by then, and nobody is left to empty it.

The queue has one place. The consumer takes 1, which is odd; the producer puts 2 into the free
place; now the consumer cannot put 1 back, and the producer cannot put 3.
"""

from multiprocessing import Queue
from threading import Thread


def consume(queue):
    for _ in range(1000):
        number = queue.get()
        if number % 2 == 0:
            print(f"get {number} from queue EVEN")
        else:
            queue.put(number)


def main():
    queue = Queue(1)
    Thread(target=consume, args=(queue,), daemon=True).start()
    for i in range(1, 10):
        queue.put(i)
    print("all nine numbers put")


if __name__ == "__main__":
    main()
