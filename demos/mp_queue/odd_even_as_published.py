"""Two picky consumers at one queue, as published.

Written anew, in Python 3, after a well known Chinese tutorial that uses one
multiprocessing.Queue from threads: same structure, names, numbers and printed
text, and the same flaws. odd_even.py beside this file is the repaired program.

Sometimes this one never ends: stop it with Ctrl-C.
"""

import time
from multiprocessing import Queue
from threading import Thread


class Proceducer(Thread):
    def __init__(self, queue, count=9):
        super().__init__()
        self.queue = queue
        self.count = count

    def run(self):
        try:
            for i in range(1, self.count + 1):
                print(f"put {i} to queue")
                self.queue.put(i)
        except Exception as e:
            print("put data error")
            raise e


class Consumer_even(Thread):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        try:
            while not self.queue.empty():
                number = self.queue.get(block=True, timeout=3)
                if number % 2 == 0:
                    print(f"get {number} from queue EVEN, thread name is {self.name}")
                else:
                    self.queue.put(number)
                time.sleep(1)
        except Exception as e:
            raise e


class Consumer_odd(Thread):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def run(self):
        try:
            while not self.queue.empty():
                number = self.queue.get(block=True, timeout=3)
                if number % 2 != 0:
                    print(f"get {number} from queue ODD, thread name is {self.name}")
                else:
                    self.queue.put(number)
                time.sleep(1)
        except Exception as e:
            raise e


def main(count: int = 9) -> None:
    queue = Queue()
    print("开始产生消息")
    producer = Proceducer(queue, count)
    producer.start()
    producer.join()
    time.sleep(1)
    print("开始消费消息")
    even = Consumer_even(queue)
    odd = Consumer_odd(queue)
    even.start()
    odd.start()
    even.join()
    odd.join()
    print("消息消费完成")


if __name__ == "__main__":
    main()
