"""What a file run as a script knows of itself, and its neighbours."""

import pickle
import sys
from pathlib import Path

import neighbours.one
import neighbours.two as two
from neighbours import kind_of_queue


class Dish:
    pass


def cook():
    pass


print(__name__, Path(__file__).name, Path(sys.argv[0]).name, sys.argv[1:], __doc__)
print(Path(__file__).is_absolute(), Path(sys.path[0]) == Path(__file__).parent)
print(sys.modules["__main__"].cook is cook, pickle.loads(pickle.dumps(cook)) is cook)
print(type(pickle.loads(pickle.dumps(Dish()))) is Dish, Dish, __spec__, __package__)
print(neighbours.one.NAME, two.NAME, kind_of_queue.__name__, neighbours.two.answer())
try:
    from . import something  # noqa: F401
except ImportError as error:
    print(error)
try:
    import missing_neighbour  # noqa: F401
except ModuleNotFoundError as error:
    print(error)
try:
    import queue.nothing  # noqa: F401
except ModuleNotFoundError as error:
    print(error)
