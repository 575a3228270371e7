"""``pytest`` in a file of tests that is loaded as a program: its decorators decorate nothing.

A fixture and a test are plain functions here, and ``raises`` is a plain context manager. What
else pytest can do is done by the real one, and noted where it calls the program back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any

from pyqdemo.worlds.threads.stand_ins.calls import noted

__all__ = ["NAMES"]


def _by_itself(name: str) -> Callable[..., Any]:
    """The real function of that name, noted when it is called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module("pytest"), name)(*args, **kwargs)

    return noted(call, f"pytest.{name}")


def fixture(function: Any = None, **settings: object) -> Any:
    """``pytest.fixture``: the function itself, which may be called."""
    return _itself if function is None else function


def _itself(decorated: Any) -> Any:
    return decorated


class _Mark:
    """``pytest.mark.parametrize`` and all the others: what they mark stays as it is."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        decorated = args[0] if len(args) == 1 and not kwargs else None
        return decorated if callable(decorated) else self

    def with_args(self, *args: object, **kwargs: object) -> _Mark:
        return self


class _Marks:
    """``pytest.mark``."""

    __slots__ = ()

    def __getattr__(self, name: str) -> _Mark:
        if name.startswith("_"):
            raise AttributeError(name)
        return _MARK


_MARK = _Mark()


def param(*values: object, **settings: object) -> tuple[object, ...]:
    """``pytest.param``: the values."""
    return values


class Raised:
    """What ``raises`` gives: the exception, when it has come.

    Attributes:
        value: the exception.
    """

    def __init__(self) -> None:
        self.value: BaseException | None = None

    @property
    def type(self) -> type[BaseException]:
        assert self.value is not None, "asked behind the block"
        return self.value.__class__

    def match(self, regexp: str | re.Pattern[str]) -> bool:
        """Whether the exception's text has it. Raises AssertionError if not."""
        told = str(self.value)
        if re.search(regexp, told) is None:
            raise AssertionError(f"{regexp!r} is not in {told!r}")
        return True


class _Raises:
    """``with pytest.raises(Kind, match=...)``."""

    def __init__(self, kinds: Any, match: str | re.Pattern[str] | None) -> None:
        self._kinds = kinds
        self._match = match
        self._raised = Raised()

    def __enter__(self) -> Raised:
        return self._raised

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None:
            raise AssertionError(f"{self._kinds!r} was not raised")
        if not isinstance(error, self._kinds):
            return False
        self._raised.value = error
        if self._match is not None:
            self._raised.match(self._match)
        return True


_other_raises = _by_itself("raises")


def raises(*args: Any, **kwargs: Any) -> Any:
    """``pytest.raises`` around a block; its other forms are the real one's, and noted."""
    if len(args) == 1 and kwargs.keys() <= {"match"}:
        return _Raises(args[0], kwargs.get("match"))
    return _other_raises(*args, **kwargs)


#: What runs code of the program's, or something else, under the real pytest.
_CALLING = (
    *("console_main", "deprecated_call", "importorskip", "main", "register_assert_rewrite"),
    *("set_trace", "warns"),
)

#: Of the module ``pytest``.
NAMES: dict[str, Any] = {
    **{name: _by_itself(name) for name in _CALLING},
    "fixture": fixture,
    "mark": _Marks(),
    "param": param,
    "raises": raises,
}
