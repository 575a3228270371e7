"""The native world: the real standard library on real threads and processes, watched.

``running`` starts, follows, bounds and ends a run from outside. Everything in ``child``,
``recorder``, ``lane`` and ``watched`` runs inside the program's own processes and stays
lean. This file imports nothing, for the same reason.
"""
