"""A program's file, read and compiled before it runs, so that a mistake is told in time."""

from __future__ import annotations

import os
import tokenize
import warnings
from contextlib import suppress
from importlib import import_module
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.errors import UnusableFile

if TYPE_CHECKING:
    from pathlib import Path

    from pyqdemo.trace import ProgramFile

__all__ = ["SourceFile", "check_program", "digest_of", "read_program"]


class SourceFile(NamedTuple):
    """A file of a program as it was read.

    Attributes:
        name: as in ``trace.ProgramFile``.
        data: its bytes.
        text: of them.
    """

    name: str
    data: bytes
    text: str

    def told(self) -> ProgramFile:
        """As a trace has it, which only who makes one asks for."""
        from pyqdemo.trace import ProgramFile

        return ProgramFile(self.name, digest_of(self.data), self.text)


def check_program(path: Path | str) -> ProgramFile:
    """Reads and compiles a program file, so that a mistake in it is told before it runs.

    Raises:
        UnusableFile: with the reason, and the line where there is one.
    """
    return read_program(path)[0].told()


def read_program(path: Path | str) -> tuple[SourceFile, CodeType]:
    """A program file and its code, which names the file by its absolute path.

    Raises:
        UnusableFile: with the reason, and the line where there is one.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
        with tokenize.open(path) as decoded:
            text = decoded.read()
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not Python source"
        raise UnusableFile("cannot_read", file=str(path), reason=reason) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(text, os.path.realpath(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        raise UnusableFile("cannot_compile", file=str(path), line=line, reason=reason) from None
    except (RecursionError, MemoryError):  # what Python says of an expression without end
        raise UnusableFile("program_too_deep", file=str(path)) from None
    return SourceFile(os.path.basename(path), data, text), code


def digest_of(data: bytes) -> str:
    """As ``trace.ProgramFile.digest``."""
    return "sha256:" + str(_sha256()(data).hexdigest())


def _sha256() -> Any:
    """Python's own, which is there at once; hashlib would load OpenSSL first."""
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            return import_module(name).sha256
    return import_module("hashlib").sha256
