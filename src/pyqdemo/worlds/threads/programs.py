"""A program as it was read: enough to run it any number of times."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import CodeType
from typing import TYPE_CHECKING

from pyqdemo.worlds.program import SourceFile
from pyqdemo.worlds.threads.places import Places
from pyqdemo.worlds.threads.sources import Sources, source_file

if TYPE_CHECKING:
    from pyqdemo.observing import Facts
    from pyqdemo.trace import ProgramFile

__all__ = ["Program"]

#: A program without any of these has no object that does something when it dies.
_ACTING = ("__del__", "weakref", "yield", "async")


class Program:
    """A program that can be run any number of times.

    Attributes:
        given: the file as the user named it: the program's ``sys.argv[0]``.
        path: the same, absolute.
        folder: the program's own code lies in it.
        entry: where its modules are searched first; its ``sys.path[0]``.
        file: the file as it was read.
        code: of the file.
        function: name of the function to call, None for a script or a lesson.
        package: that the file is a module of, None for a script.
        sources: of the modules beside it.
    """

    __slots__ = (
        "_acting",
        "code",
        "entry",
        "file",
        "folder",
        "function",
        "given",
        "package",
        "path",
        "sources",
    )

    def __init__(
        self,
        given: str,
        path: str,
        folder: str,
        entry: str,
        file: SourceFile,
        code: CodeType,
        function: str | None = None,
        package: str | None = None,
        *,
        sources: Sources,
    ) -> None:
        self.given = given
        self.path = path
        self.folder = folder
        self.entry = entry
        self.file = file
        self.code = code
        self.function = function
        self.package = package
        self.sources = sources
        self._acting = (-1, False)  # of how many modules beside it the answer is known, and it

    @property
    def places(self) -> Places:
        """Whose code is whose, kept over all runs."""
        return self.sources.places

    def acts_when_it_dies(self) -> bool:
        """Whether it may have objects that do something when they die."""
        texts = self.sources.texts
        if self._acting[0] != len(texts):
            found = any(word in text for text in (self.file.text, *texts) for word in _ACTING)
            self._acting = (len(texts), found)
        return self._acting[1]

    def observed(self, known: Facts) -> CodeType:
        """The code of the file, as it notes what plain data it touches."""
        return self.sources.observed(self.path, self.file.name, self.file.text, known)

    @property
    def files(self) -> tuple[ProgramFile, ...]:
        """The program's files so far: its own, then those that its runs have imported."""
        beside = (file for file in self.sources.files if file.name != self.file.name)
        return tuple(file.told() for file in (self.file, *beside))

    def files_named(self, wanted: Sequence[ProgramFile]) -> tuple[ProgramFile, ...]:
        """The files of the same names as they are now; those that are gone are left out."""
        found = [self.file]
        for file in wanted:
            path = os.path.join(self.folder, file.name)
            if file.name != self.file.name and os.path.isfile(path):
                found.append(source_file(file.name, path))
        return tuple(file.told() for file in found)
