"""A program is loaded once and run any number of times: as a script, a lesson, a function."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loading_runs import carry, printed, written

from pyqdemo.errors import UnusableFile, UsageError
from pyqdemo.loading import load, program_of
from pyqdemo.worlds.threads.carriers import Carriers


def test_a_lesson_is_a_module_whose_main_is_called_with_its_parameters(tmp_path: Path) -> None:
    program = written(
        tmp_path,
        main="""
            import sys, __main__
            def main(count, name='x'):
                print(__name__, count, name, sys.argv, sys.modules['__mp_main__'] is __main__)
            if __name__ == '__main__':
                print('never')
            """,
    )
    done = carry(program, parameters={"count": 3})
    assert printed(done) == f"__mp_main__ 3 x {[str(program)]} True\n"
    assert done.exit_code == 0


def test_every_run_begins_with_modules_as_new(tmp_path: Path) -> None:
    program = load(
        written(
            tmp_path,
            main="import one; one.count += 1; print(one.count, one.queue.Queue(2).full())",
            one="import queue; count = 0",
        )
    )
    with Carriers() as carriers:
        assert {printed(carry(program, carriers=carriers)) for _ in range(5)} == {"1 False\n"}


def test_the_files_of_a_program_are_those_that_its_runs_imported(tmp_path: Path) -> None:
    """The one that was started first, the others by name; json is the library's."""
    path = written(tmp_path, main="import pack.b, a, json", a="", **{"pack/b": "", "c": ""})
    program = load(path)
    assert [file.name for file in program.files] == ["main.py"]
    carry(program)
    assert [file.name for file in program.files] == ["main.py", "a.py", "pack/b.py"]
    assert program.files_named(program.files) == program.files
    (tmp_path / "a.py").unlink()
    assert [file.name for file in program.files_named(program.files)] == ["main.py", "pack/b.py"]


@pytest.mark.parametrize(
    ("text", "happened"),
    [(None, "cannot_read"), (b"x = = 1", "cannot_compile"), (b"\xff", "cannot_read")],
)
def test_a_file_that_is_no_program_is_told_before_it_runs(
    text: bytes | None, happened: str, tmp_path: Path
) -> None:
    path = tmp_path / "main.py"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(UnusableFile) as caught:
        load(path)
    assert caught.value.happened == happened
    assert caught.value.facts["file"] == str(path)


# Functions

COUNTED: list[int] = []


def at_the_top(number: int = 1) -> None:
    COUNTED.append(number)
    print(__name__, COUNTED, threading.current_thread().name)


def test_a_function_runs_in_its_module_loaded_afresh() -> None:
    """The list that the program counts in is another one than ours."""
    COUNTED[:] = [5]
    program = program_of(at_the_top)
    assert [printed(carry(program, parameters={"number": n})) for n in (2, 3)] == [
        "__mp_main__ [2] MainThread\n",
        "__mp_main__ [3] MainThread\n",
    ]
    assert COUNTED == [5]
    assert program.file.name == "test_loading.py"


def test_a_function_of_a_package_finds_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(
        tmp_path,
        **{
            "pack_of_this_test/__init__": "",
            "pack_of_this_test/one": "from .two import x\ndef work(): print(x, __package__)",
            "pack_of_this_test/two": "import threading; x = threading.Thread.__module__",
        },
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__("pack_of_this_test.one", fromlist=["work"])
    program = program_of(module.work)
    done = carry(program)
    assert printed(done).split()[1] == "pack_of_this_test"
    assert [file.name for file in program.files] == ["one.py", "__init__.py", "two.py"]
    assert done.uncontrolled == []


class Holder:
    def method(self) -> None: ...


async def asynchronous() -> None: ...


def in_no_file() -> Callable[[], None]:
    space: dict[str, Any] = {"__name__": "nowhere"}
    exec("def work(): pass", space)
    work: Callable[[], None] = space["work"]
    return work


def unnamed() -> None: ...


nameless = unnamed
del unnamed


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda: None, "a lambda has no name to find it by"),
        (Holder.method, "it is not at the top level of its file"),
        (Holder().method, "it is no function written in Python"),
        (Holder, "it is no function written in Python"),
        (print, "it is no function written in Python"),
        (asynchronous, "calling it does not run it"),
        (in_no_file(), "it is in no file"),
        (nameless, "its file does not have it under its name"),
    ],
)
def test_what_cannot_be_loaded_again_is_told_with_the_reason(
    function: Callable[..., object], reason: str
) -> None:
    with pytest.raises(UsageError) as caught:
        program_of(function)
    assert caught.value.happened == "function_unusable"
    assert caught.value.facts["reason"] == reason
