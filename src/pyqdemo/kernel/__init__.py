"""The scheduler and the models of the primitives: plain data, no I/O, no thread of its own.

``Execution`` is one run of a program under control. Whoever carries its tasks (threads of
the operating system, processes, or a test) tells it what each task attempts, asks who goes
next, and lets the operation take effect::

    execution.attempt(operation)          # what the running task wants to do next
    task = execution.choose()             # who goes next; None: the execution is over
    answer = execution.take_effect(task)  # its operation happens, or raises
"""
