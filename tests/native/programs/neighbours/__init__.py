"""A package beside the program."""

from queue import Queue as kind_of_queue
