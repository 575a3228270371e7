"""Code in C that asks for the bytes behind shared memory: they lie in a model, so it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyqdemo
from pyqdemo.errors import RunError

PROGRAM = """
import multiprocessing as mp
import struct

def work(memory):
    {does}

if __name__ == "__main__":
    memory = mp.{made}
    child = mp.get_context("fork").Process(target=work, args=(memory,))
    child.start()
    child.join()
"""


def written(folder: Path, *, main: str) -> Path:
    file = folder / "main.py"
    file.write_text(main, encoding="utf-8")
    return file


@pytest.mark.parametrize("made", ["RawArray('b', 8)", "RawArray('c', 8)", "RawValue('i', 1)"])
@pytest.mark.parametrize(
    "does", ["struct.pack_into('b', memory, 0, 7)", "memoryview(memory)", "b''.join([memory])"]
)
def test_a_buffer_is_refused_with_its_place(tmp_path: Path, made: str, does: str) -> None:
    """Natively each of them works: a TypeError would be none of the program's own."""
    program = written(tmp_path, main=PROGRAM.format(made=made, does=does))
    with pytest.raises(RunError) as refused:
        pyqdemo.explore(program)
    assert refused.value.happened == "refused_buffer"
    assert refused.value.facts["where"] == "main.py:6"


def test_a_type_error_of_the_programs_own_is_a_failure(tmp_path: Path) -> None:
    does = "struct.pack_into('b', object(), 0, 7)"
    program = written(tmp_path, main=PROGRAM.format(made="RawArray('b', 8)", does=does))
    assert pyqdemo.explore(program).verdict == "failed"
