"""Copies of objects, by what the objects of a class consist of."""

from __future__ import annotations

import _random
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from types import FunctionType, MemberDescriptorType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.worlds.threads.copied_classes import HEAP_TYPE
from pyqdemo.worlds.threads.copied_containers import (
    fill_deque,
    fill_dict,
    fill_list,
    fill_set,
    frozen_of,
)

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["Shape", "fill_like", "shape_of"]


class Shape(NamedTuple):
    """What the objects of a class consist of.

    Attributes:
        blank: makes a new one without its attributes.
        fill: gives it what it holds besides them, if there is anything.
        slots: where they are kept, in the old class and in the new one.
    """

    blank: Callable[[Copying, Any], Any]
    fill: Callable[[Copying, Any, Any], None] | None
    slots: tuple[tuple[Any, Any], ...]


def shape_of(copy: Copying, kind: type) -> Shape:
    """What the objects of a class consist of.

    Raises:
        CannotCopy: there is more to them than can be seen from here.
    """
    twin = copy(kind)
    slots: list[tuple[Any, Any]] = []
    for each in kind.__mro__:
        base = _BASES.get(each)
        if base is not None:
            make, fill = base
            return Shape(make(twin), fill, tuple(slots))
        if not _is_written_in_python(copy, each):
            if each.__base__ is None or each.__basicsize__ != each.__base__.__basicsize__:
                copy.refuse(kind.__qualname__ if kind.__module__ == "builtins" else _full(kind))
            continue
        for name, member in vars(each).items():
            if type(member) is MemberDescriptorType and member.__objclass__ is each:
                slots.append((member, vars(copy(each))[name]))
    raise AssertionError("every class has object above it")


def _full(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_written_in_python(copy: Copying, kind: type) -> bool:
    if not kind.__flags__ & HEAP_TYPE:
        return False
    if copy(kind) is not kind or kind.__module__ in copy.names:
        return True
    return any(type(value) is FunctionType for value in vars(kind).values())


def fill_like(copy: Copying, shape: Shape, value: Any, twin: Any) -> None:
    """Gives a new object what the old one has; some of it later."""
    if shape.fill is not None:
        copy.later(shape.fill, copy, value, twin)
    if shape.slots:
        copy.later(_fill_slots, copy, shape, value, twin)
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return
    known = copy.twins.get(id(own))
    if known is not None:  # the program holds it by another name too
        object.__setattr__(twin, "__dict__", known)
    else:
        copy.becomes(own, object.__getattribute__(twin, "__dict__"))
        copy.later(fill_dict, copy, own, copy.twins[id(own)])


def _fill_slots(copy: Copying, shape: Shape, value: Any, twin: Any) -> None:
    for member, its in shape.slots:
        try:
            held = member.__get__(value)
        except AttributeError:
            continue
        its.__set__(twin, copy(held))


def _made_by(kind: Any) -> Callable[[type], Callable[[Copying, Any], Any]]:
    """How an object of a class below that one is made, empty."""
    return lambda twin: lambda copy, value: kind.__new__(twin)


def _worth(kind: Any, exact: Callable[[Any], Any]) -> Any:
    """The same where it cannot change: with its value in it."""
    return lambda twin: lambda copy, value: kind.__new__(twin, exact(value))


def _tuple_like(twin: type) -> Callable[[Copying, Any], Any]:
    def blank(copy: Copying, value: Any) -> Any:
        twins = [copy(each) for each in tuple.__iter__(value)]
        return tuple.__new__(twin, twins)

    return blank


def _frozen_like(twin: type) -> Callable[[Copying, Any], Any]:
    def blank(copy: Copying, value: Any) -> Any:
        held = list(frozenset.__iter__(value))
        return frozen_of(copy, held, [copy(each) for each in held], twin)

    return blank


def _deque_like(twin: type) -> Callable[[Copying, Any], Any]:
    def blank(copy: Copying, value: Any) -> Any:
        made: deque[Any] = deque.__new__(twin)
        deque.__init__(made, (), vars(deque)["maxlen"].__get__(value))
        return made

    return blank


def _fill_ordered(copy: Copying, value: Any, twin: Any) -> None:
    fill_dict(copy, value, twin, OrderedDict.__setitem__)


def _fill_default(copy: Copying, value: Any, twin: Any) -> None:
    factory = vars(defaultdict)["default_factory"]
    factory.__set__(twin, copy(factory.__get__(value)))
    fill_dict(copy, value, twin)


def _fill_exception(copy: Copying, value: BaseException, twin: BaseException) -> None:
    parts = vars(BaseException)
    if parts["__traceback__"].__get__(value) is not None:
        copy.refuse("traceback")
    for name in ("args", "__cause__", "__context__", "__suppress_context__"):
        parts[name].__set__(twin, copy(parts[name].__get__(value)))


def _fill_random(copy: Copying, value: Any, twin: Any) -> None:
    _random.Random.setstate(twin, _random.Random.getstate(value))


_Make = Callable[[type], Callable[[Any, Any], Any]]
_Fill = Callable[[Any, Any, Any], None]

#: The types in C below which a class may stand, with what their objects are made by and hold.
_BASES: dict[type, tuple[_Make, _Fill | None]] = {
    BaseException: (_made_by(BaseException), _fill_exception),
    OrderedDict: (_made_by(OrderedDict), _fill_ordered),
    SimpleNamespace: (_made_by(SimpleNamespace), None),
    _random.Random: (_made_by(_random.Random), _fill_random),
    bytes: (_worth(bytes, lambda value: bytes.__getitem__(value, slice(None))), None),
    defaultdict: (_made_by(defaultdict), _fill_default),
    deque: (_deque_like, fill_deque),
    dict: (_made_by(dict), fill_dict),
    float: (_worth(float, float.__float__), None),
    frozenset: (_frozen_like, None),
    int: (_worth(int, int.__int__), None),
    list: (_made_by(list), fill_list),
    object: (_made_by(object), None),
    set: (_made_by(set), fill_set),
    str: (_worth(str, str.__str__), None),
    tuple: (_tuple_like, None),
}
