"""The modules that lie beside a program: found, read and compiled once for all of its runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import FrozenImporter, ModuleSpec, PathFinder
from importlib.util import decode_source
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.worlds.program import SourceFile
from pyqdemo.worlds.threads.places import Places

if TYPE_CHECKING:
    from pyqdemo.observing import Facts

__all__ = ["Found", "Sources", "source_file"]

#: Python has these before any program begins, so no file can hide them.
_ALWAYS_THERE = frozenset({*sys.builtin_module_names, "encodings", "__main__"})


class Found(NamedTuple):
    """Where a module comes from, and what to execute for it.

    Attributes:
        name: the absolute one.
        loader: of the import system.
        path: its file, None for such a folder.
        cached: where Python would keep its compiled code.
        search: of a package: where its own modules are searched.
        code: None where there is no Python code to execute: a folder, or an extension.
    """

    name: str
    loader: Any
    path: str | None
    cached: str | None
    search: tuple[str, ...] | None
    code: CodeType | None

    @staticmethod
    def of(name: str, spec: ModuleSpec, code: CodeType | None) -> Found:
        search = spec.submodule_search_locations
        return Found(
            name=name,
            loader=spec.loader,
            path=spec.origin if spec.has_location else None,
            cached=spec.cached,
            search=None if search is None else tuple(search),
            code=code,
        )


class Sources:
    """Finds a program's own modules, and remembers what it found or did not find.

    Args:
        folder: the program's.

    Attributes:
        places: whose code is whose, seen from that folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.places = Places(folder)
        self._known: dict[tuple[str, tuple[str, ...]], Found | None] = {}
        self._files: dict[str, SourceFile] = {}
        self._observed: dict[tuple[str, Facts], CodeType] = {}

    @property
    def texts(self) -> list[str]:
        """Of the files that were read so far."""
        return [file.text for file in self._files.values()]

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files that were read so far, in the order of their names."""
        return tuple(self._files[name] for name in sorted(self._files))

    def note(self, names: Iterable[str]) -> None:
        """Files of the folder that were imported elsewhere, in a process of the program."""
        for name in names:
            path = os.path.join(self._folder, name)
            if name not in self._files and os.path.isfile(path):
                self._files[name] = source_file(name, path)

    def find(self, name: str, path: Sequence[str], inside: bool = False) -> Found | None:
        """The program's own module of a name; None if there is none.

        Args:
            name: the absolute one.
            path: where to search, in order.
            inside: of a package of the program's; else a module that Python itself has, or
                that lies where the host finds it too, is not the program's own.

        Raises:
            SyntaxError: it is not Python.
        """
        key = name, tuple(path)
        if key not in self._known:
            self._known[key] = self._search(name, key[1], inside)
        return self._known[key]

    def text_of(self, path: str) -> SourceFile | None:
        """The file at a path, if it was read as a module of the program."""
        return self._files.get(self._name(path))

    def observed(self, path: str, name: str, text: str, known: Facts) -> CodeType:
        """The code of a file as it notes what plain data it touches; made once.

        Args:
            path: that the code names.
            name, text: of the file.
            known: facts about the program.
        """
        key = path, known
        code = self._observed.get(key)
        if code is None:
            from pyqdemo.observing import rewrite  # a process of the program never does

            code = self._observed[key] = rewrite(text, path, name, known)
        return code

    def forget_misses(self) -> None:
        """Modules that were not there may be there by now."""
        self._known = {key: found for key, found in self._known.items() if found is not None}

    def _search(self, name: str, path: tuple[str, ...], inside: bool) -> Found | None:
        if not inside and (name in _ALWAYS_THERE or FrozenImporter.find_spec(name)):
            return None
        spec = _spec(name, path)
        if spec is None or not (inside or self._is_own(spec)):
            return None
        if spec.origin is None or spec.loader is None:
            return Found.of(name, spec, None)
        loader: Any = spec.loader
        if not hasattr(loader, "source_to_code"):
            code = loader.get_code(name) if hasattr(loader, "get_code") else None
            return Found.of(name, spec, code)
        data = loader.get_data(spec.origin)
        # Not by the loader: frames of the import system would show in a SyntaxError.
        code = compile(data, spec.origin, "exec", dont_inherit=True)
        self._note(spec.origin, data)  # it is text, or it would not have compiled
        return Found.of(name, spec, code)

    def _is_own(self, spec: ModuleSpec) -> bool:
        search = spec.submodule_search_locations
        places = list(search or ()) if spec.origin is None else [spec.origin]
        if any(self.places.owns(place) for place in places):
            return True
        entries = {os.path.dirname(place) for place in (list(search) if search else places)}
        return entries.isdisjoint(sys.path)

    def _note(self, path: str, data: bytes) -> None:
        name = self._name(path)
        self._files[name] = SourceFile(name, data, decode_source(data))

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self._folder).replace(os.sep, "/")


def _spec(name: str, path: Sequence[str]) -> ModuleSpec | None:
    try:
        return PathFinder.find_spec(name, path)
    except KeyError:
        # A folder without an __init__, in a package: its finder asks the real sys.modules
        # for the package, which is not there. Its own name is enough to find the folder.
        return PathFinder.find_spec(name.rpartition(".")[2], path)


def source_file(name: str, path: str) -> SourceFile:
    """A file of a program, under the name that it has there."""
    with open(path, "rb") as file:
        data = file.read()
    return SourceFile(name, data, decode_source(data))
