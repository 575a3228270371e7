"""A package beside the program."""

import queue

kind_of_queue = queue.Queue
