"""Every way to make a thread or a process; each prints its name, one after the other."""

import multiprocessing as mp
import threading


def work():
    print("target", threading.current_thread().name, mp.current_process().name, flush=True)


def within():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def nested():
    child = mp.Process(target=within)
    child.start()
    child.join()


class Chef(threading.Thread):
    def run(self):
        work()


class Cook(mp.Process):
    def run(self):
        work()


def main():
    tasks = [
        threading.Thread(target=work),
        threading.Thread(target=work, name="named", daemon=True),
        Chef(),
        threading.Timer(0.01, work),
        mp.Process(target=work),
        mp.Process(target=work, name="called", daemon=True),
        Cook(),
        mp.Process(target=within),
        mp.Process(target=nested),
    ]
    for task in tasks:
        task.start()
        task.join()
        print(task.is_alive(), getattr(task, "exitcode", None), task.daemon, flush=True)


if __name__ == "__main__":
    main()
