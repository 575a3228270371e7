"""Where in the program an operation comes from, and whether a library stands in between."""

from __future__ import annotations

import os
from types import CodeType, FrameType
from typing import NamedTuple

from pyqdemo.worlds.naming import variable_at
from pyqdemo.worlds.owning import ours, owner_of

__all__ = ["BOTTOM", "Place", "Places"]

#: Library modules that only pass a call on: they hold nothing while the program's code runs.
_TRANSPARENT = frozenset({"contextlib", "functools", "enum", "collections", "dataclasses"})

#: Name of the function of ours in which a task's life begins; what lies above is not its.
BOTTOM = "_live"
_PROGRAM, _PASSING, _LIBRARY, _BOTTOM = range(4)


class Place(NamedTuple):
    """Where an operation was called.

    Attributes:
        location: ``file.py:31``, the innermost line of the program; None if there is none.
        library: a library's frame stands between the task's beginning and the operation.
            It may hold real locks, so nobody else may run before it is through.
        direct: a library called the operation itself: it is no affair of the program.
    """

    location: str | None
    library: bool
    direct: bool


class Places:
    """Reads the stack from an operation up to where its task began.

    Args:
        folder: the program's; files in it are the program's own.
    """

    def __init__(self, folder: str) -> None:
        self.folder, self._libraries = owner_of(folder)
        #: The name that a file has in a record, in the place of its own: (own, recorded).
        self.called: tuple[str, str] | None = None
        # By id, since the hash of a code object is made of all it holds; the codes are kept.
        self._kinds: dict[int, int] = {}
        self._codes: list[CodeType] = []

    def under_library(self, frame: FrameType | None) -> bool:
        """Whether a library's frame stands between the task's beginning and this one."""
        kinds = self._kinds
        while frame is not None:
            kind = kinds.get(id(frame.f_code))
            if kind is None:
                kind = self._kind(frame)
            if kind >= _LIBRARY:
                return kind == _LIBRARY
            frame = frame.f_back
        return False

    def look(self, frame: FrameType | None) -> Place:
        """The place of an operation that the code of ``frame`` called."""
        location: str | None = None
        library = direct = False
        first = True
        while frame is not None:
            kind = self._kinds.get(id(frame.f_code))
            if kind is None:
                kind = self._kind(frame)
            if kind == _BOTTOM:
                break
            if kind == _PROGRAM:
                if location is None:
                    location = self._name(frame)
                first = False
            elif kind == _LIBRARY:
                library = True
                direct = direct or first
                first = False
            frame = frame.f_back
        return Place(location, library, direct)

    def owns(self, path: str) -> bool:
        """Whether a file is the program's, not a library's that lies below its folder."""
        inside = path.startswith(self.folder) and not path.startswith(self._libraries)
        return inside and "site-packages" not in path[len(self.folder) :]

    def _name(self, frame: FrameType) -> str:
        name = frame.f_code.co_filename[len(self.folder) :].replace(os.sep, "/")
        if self.called is not None and name == self.called[0]:
            name = self.called[1]
        return f"{name}:{frame.f_lineno}"

    def file_of(self, location: str) -> str:
        """The location with the file's own name, where it has another in the record."""
        name, _, line = location.rpartition(":")
        if self.called is not None and name == self.called[1]:
            name = self.called[0]
        return f"{name}:{line}"

    def variable(self, place: Place, second: bool | None = None) -> str | None:
        """The variable that the program binds to what it makes there, if that is plain.

        Args:
            second: it is an end of a pipe, and the second one; None if it is none.
        """
        if place.location is None:
            return None
        at = self.file_of(place.location)
        return variable_at(self.folder, at, second is not None, bool(second))

    def _kind(self, frame: FrameType) -> int:
        code = frame.f_code
        name = code.co_filename
        if self.owns(name):
            kind = _PROGRAM
        elif ours(name):
            kind = _BOTTOM if code.co_name == BOTTOM else _PASSING
        elif name.startswith("<") and not name.startswith("<frozen"):
            kind = _PASSING  # what exec and dataclasses make
        else:
            module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            kind = _PASSING if module in _TRANSPARENT else _LIBRARY
        if not name.startswith("<"):  # of those there can be ever new ones
            self._kinds[id(code)] = kind
            self._codes.append(code)
        return kind
