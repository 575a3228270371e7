"""Stand-ins for ``multiprocessing``, the same whether processes are simulated or real."""
