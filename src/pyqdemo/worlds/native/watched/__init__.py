"""The watched standard library: subclasses of the real classes that note what they do.

Nothing here waits, orders or decides in the real class's place. Where the program would
see a name of ``threading``, ``queue``, ``time`` or ``multiprocessing``, it sees these
(``names`` holds the table); libraries keep the real ones.
"""
