"""A list is changed after put(), and may arrive changed.

put() leaves the object itself to a feeder thread, which pickles it a little later.
"""

from multiprocessing import Queue


def main():
    q = Queue()
    order = ["tea"]
    q.put(order)
    order.append("cake")
    print("put ['tea'], got", q.get())


if __name__ == "__main__":
    main()
