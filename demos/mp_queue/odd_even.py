"""Two picky consumers, a queue for each, repaired.

After a well known Chinese tutorial that uses one multiprocessing.Queue from
threads; its own program, flaws and all, is odd_even_as_published.py.

Watch:
- a dispatcher looks at each number once and puts it on the queue of its kind, so
  nobody takes what he does not want and nothing is ever put back;
- nobody asks empty(): a consumer waits inside get() until something comes;
- the order 1, 3, 5 … and 2, 4, 6 … is the order in which they were made;
- the end: a None follows the last number, and the dispatcher passes one on to each.
"""

import time
from multiprocessing import Queue
from threading import Thread


class Proceducer(Thread):
    def __init__(self, queue, count):
        super().__init__()
        self.queue = queue
        self.count = count

    def run(self):
        for i in range(1, self.count + 1):
            print(f"put {i} to queue")
            self.queue.put(i)


class Dispatcher(Thread):
    def __init__(self, queue, evens, odds):
        super().__init__()
        self.queue = queue
        self.evens = evens
        self.odds = odds

    def run(self):
        while (number := self.queue.get()) is not None:
            if number % 2 == 0:
                self.evens.put(number)
            else:
                self.odds.put(number)
        self.evens.put(None)
        self.odds.put(None)


class Consumer(Thread):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        while (number := self.queue.get()) is not None:
            print(f"get {number} from queue {self.kind}, thread name is {self.name}")
            time.sleep(1)


class Consumer_even(Consumer):
    kind = "EVEN"


class Consumer_odd(Consumer):
    kind = "ODD"


def main(count: int = 9) -> None:
    queue, evens, odds = Queue(), Queue(), Queue()
    print("开始产生消息")
    producer = Proceducer(queue, count)
    producer.start()
    producer.join()
    queue.put(None)
    time.sleep(1)
    print("开始消费消息")
    threads = [Consumer_even(evens), Consumer_odd(odds), Dispatcher(queue, evens, odds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("消息消费完成")


if __name__ == "__main__":
    main()
