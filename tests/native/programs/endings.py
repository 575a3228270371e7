"""The ways a program ends by itself."""

import multiprocessing as mp
import sys
import threading


def fails():
    raise LookupError("nothing there")


if __name__ == "__main__":
    print("begin")
    match sys.argv[1]:
        case "text":
            sys.exit("a text")
        case "three":
            sys.exit(3)
        case "none":
            sys.exit()
        case "raise":
            fails()
        case "thread":
            thread = threading.Thread(target=fails)
            thread.start()
            thread.join()
        case "child":
            child = mp.Process(target=fails)
            child.start()
            child.join()
            print(child.exitcode)
