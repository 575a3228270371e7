"""Programs under control in this process: every task on a thread of its own, one at a time.

The program's modules import stand-ins (``stand_ins``) in the place of ``threading``,
``queue``, ``time``, ``random`` and ``concurrent.futures``. What it calls there becomes an
operation of the kernel; nothing in the real modules is altered.
"""
