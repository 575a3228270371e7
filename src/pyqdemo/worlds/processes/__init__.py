"""The real world under control: real processes, one coordinator that decides who goes next.

``nursery`` starts, reaps and ends processes, by a helper process in which ``nursing`` runs;
``channels`` and ``wire`` carry what they and the coordinator tell each other. This file
imports nothing: the program's own processes stay lean.
"""
