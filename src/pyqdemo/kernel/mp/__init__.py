"""Models of what processes share: queues, pipes, locks, memory, and the processes themselves.

Their operations are made of plain data and give plain data, so that a process of its own can
ask for them over a channel.
"""
