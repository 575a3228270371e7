"""What follows from a trace: computed from its records alone, without any input or output.

Everything here is fed with ``Task``, ``Resource`` and ``Event`` in order, one ``add`` each,
while a run goes on or afterwards from a file; native and controlled runs alike.
"""
