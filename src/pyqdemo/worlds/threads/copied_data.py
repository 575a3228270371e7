"""Copies of a program's data: containers, objects of classes, what the library gives."""

from __future__ import annotations

import _random
import itertools
import random
import re
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from enum import EnumMeta
from types import (
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    SimpleNamespace,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, NamedTuple

from pyqdemo.kernel.operations import Model
from pyqdemo.kernel.stores import OwnStore
from pyqdemo.kernel.tasks import Task
from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads.copied_code import PLAIN, class_like

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.copying import Copying

__all__ = ["DATA", "SHARED", "Shape", "fill_like", "shape_of", "way_of"]

#: What is of exactly these types is the same in every process.
SHARED = PLAIN | {
    type(NotImplemented),
    range,
    CodeType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
    type(re.compile("")),
}

#: The same, of modules that need not be there; none of them can change.
_SHARED_BY_NAME = frozenset(
    {
        ("_collections", "_tuplegetter"),
        ("collections", "_tuplegetter"),
        *(("datetime", name) for name in ("date", "time", "datetime", "timedelta", "timezone")),
        ("decimal", "Decimal"),
        *(("typing", name) for name in ("TypeVar", "ParamSpec", "TypeVarTuple", "ForwardRef")),
        *(("typing", name) for name in ("NewType", "_SpecialForm")),
        ("operator", "itemgetter"),
        ("operator", "attrgetter"),
    }
)
#: These stand-ins hold ids of what is shared, and plain data of their own.
_MULTIPROCESSING = "pyqdemo.worlds.threads.stand_ins.mp."
_HEAP_TYPE = 1 << 9
_NOTHING: Any = object()


def way_of(copy: Copying, kind: type) -> Callable[[Copying, Any], Any]:
    """How to copy objects of a type that is in no table."""
    ours = any(str(each.__module__).startswith("pyqdemo.") for each in kind.__mro__)
    if issubclass(kind, type):
        return class_like
    if issubclass(kind, ModuleType):
        return _module
    if hasattr(kind, "__forked__"):
        return _as_it_says
    if (kind.__module__, kind.__qualname__) in _SHARED_BY_NAME or kind is Task:
        return _same
    if issubclass(kind, staticmethod) and ours:
        return _same  # in the place of a function in C
    if isinstance(kind, EnumMeta):
        return _member
    if kind.__module__ == "typing":
        return _typing
    if ours and not issubclass(kind, (Model, OwnStore, random.Random)):
        return _ours
    return _alike


def _same(copy: Copying, value: Any) -> Any:
    return value


def _alike(copy: Copying, value: Any) -> Any:
    return value if _is_the_librarys(copy, value) else copy.alike(value)


def _as_it_says(copy: Copying, value: Any) -> Any:
    return type(value).__forked__(value, copy)


def _ours(copy: Copying, value: Any) -> Any:
    ours = [each for each in type(value).__mro__ if each.__module__.startswith("pyqdemo.")]
    if not all(each.__module__.startswith(_MULTIPROCESSING) for each in ours):
        copy.refuse(ours[0].__qualname__)
    return _alike(copy, value)


def _module(copy: Copying, module: ModuleType) -> ModuleType:
    if isinstance(module, StandIn) or sys.modules.get(module.__name__) is not module:
        copy.refuse(f"module {module.__name__}")
    return module


def _member(copy: Copying, member: Any) -> Any:
    copy(type(member))  # refuses a class that cannot be shared
    return member


def _typing(copy: Copying, alias: Any) -> Any:
    args = getattr(alias, "__args__", None)
    if args is None:
        return alias
    twins = copy(args)
    return alias if twins is args else alias.copy_with(twins)


def _is_the_librarys(copy: Copying, value: Any) -> bool:
    """Whether it stands in the module of its class, as ``dataclasses.MISSING`` does."""
    name = type(value).__module__
    module = None if name in copy.names else sys.modules.get(name)
    if module is None or name == "builtins":
        return False
    return any(value is each for each in vars(module).values())


# Containers


def _tuple(copy: Copying, value: tuple[Any, ...]) -> tuple[Any, ...]:
    twins = tuple([copy(each) for each in value])
    for each, twin in zip(value, twins, strict=True):
        if each is not twin:
            # One that holds itself by way of a list has been copied meanwhile.
            made: tuple[Any, ...] = copy.twins.get(id(value), twins)
            return made
    return value


def _list(copy: Copying, value: list[Any]) -> list[Any]:
    twin: list[Any] = []
    copy.later(_fill_list, copy, value, twin)
    return twin


def _fill_list(copy: Copying, value: list[Any], twin: list[Any]) -> None:
    list.extend(twin, [copy(each) for each in list.__iter__(value)])


def _dict(copy: Copying, value: dict[Any, Any]) -> dict[Any, Any]:
    twin: dict[Any, Any] = {}
    copy.later(_fill_dict, copy, value, twin)
    return twin


def _fill_dict(
    copy: Copying,
    value: dict[Any, Any],
    twin: dict[Any, Any],
    put: Callable[[Any, Any, Any], None] = dict.__setitem__,
) -> None:
    dict.clear(twin)  # names that ``exec`` has made come with their builtins
    keys = [copy(key) for key in value] if _needs_hashes(value) else None
    if keys is None:
        for key, each in _items(value):
            put(twin, key, copy(each))
        return
    copy.fill()  # their hash is asked for, and may depend on all they hold
    for key, (_, each) in zip(keys, _items(value), strict=True):
        put(twin, key, copy(each))


def _items(value: dict[Any, Any]) -> Any:
    return OrderedDict.items(value) if isinstance(value, OrderedDict) else dict.items(value)


def _needs_hashes(keys: Any) -> bool:
    return any(type(key) not in PLAIN for key in _elements(keys))


def _elements(keys: Any) -> Any:
    if isinstance(keys, OrderedDict):
        return OrderedDict.__iter__(keys)
    return dict.__iter__(keys) if isinstance(keys, dict) else set.__iter__(keys)


def _set(copy: Copying, value: set[Any]) -> set[Any]:
    twin: set[Any] = set()
    copy.later(_fill_set, copy, value, twin)
    return twin


def _fill_set(copy: Copying, value: set[Any], twin: set[Any]) -> None:
    if _needs_hashes(value):
        twins = [copy(each) for each in set.__iter__(value)]
        copy.fill()
        set.update(twin, twins)
        return
    # In which order its elements come hangs on all that ever was in it.
    wanted = list(set.__iter__(value))
    for way in (value, wanted, wanted[::-1]):
        set.clear(twin)
        set.update(twin, way)
        if list(set.__iter__(twin)) == wanted:
            return
    copy.refuse("set")


def _frozen(copy: Copying, value: frozenset[Any]) -> frozenset[Any]:
    held = list(value)
    twins = [copy(each) for each in held]
    if all(each is twin for each, twin in zip(held, twins, strict=True)):
        return value
    copy.fill()
    return frozenset(twins)


def _deque(copy: Copying, value: deque[Any]) -> deque[Any]:
    twin: deque[Any] = deque(maxlen=value.maxlen)
    copy.later(_fill_deque, copy, value, twin)
    return twin


def _fill_deque(copy: Copying, value: deque[Any], twin: deque[Any]) -> None:
    deque.extend(twin, [copy(each) for each in deque.__iter__(value)])


def _bytes(copy: Copying, value: bytearray) -> bytearray:
    return bytearray(value)


def _plain_object(copy: Copying, value: object) -> object:
    return object()


def _count(copy: Copying, value: Any) -> Any:
    """Of whole numbers; a counter says its next one in its repr, and nowhere else."""
    told = re.fullmatch(r"count\((-?\d+)(?:, (-?\d+))?\)", repr(value))
    if told is None:
        copy.refuse("itertools.count")
    return itertools.count(int(told[1]), int(told[2] or 1))


def _slice(copy: Copying, value: slice) -> slice:
    twins = (copy(value.start), copy(value.stop), copy(value.step))
    return value if twins == (value.start, value.stop, value.step) else slice(*twins)


# Objects of classes


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
    if not kind.__flags__ & _HEAP_TYPE:
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
        copy.later(_fill_dict, copy, own, copy.twins[id(own)])


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
        made = copy.twins.get(id(value))
        return tuple.__new__(twin, twins) if made is None else made

    return blank


def _frozen_like(twin: type) -> Callable[[Copying, Any], Any]:
    def blank(copy: Copying, value: Any) -> Any:
        twins = [copy(each) for each in frozenset.__iter__(value)]
        copy.fill()
        return frozenset.__new__(twin, twins)

    return blank


def _deque_like(twin: type) -> Callable[[Copying, Any], Any]:
    def blank(copy: Copying, value: Any) -> Any:
        made: deque[Any] = deque.__new__(twin)
        deque.__init__(made, (), vars(deque)["maxlen"].__get__(value))
        return made

    return blank


def _fill_ordered(copy: Copying, value: Any, twin: Any) -> None:
    _fill_dict(copy, value, twin, OrderedDict.__setitem__)


def _fill_default(copy: Copying, value: Any, twin: Any) -> None:
    factory = vars(defaultdict)["default_factory"]
    factory.__set__(twin, copy(factory.__get__(value)))
    _fill_dict(copy, value, twin)


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
    deque: (_deque_like, _fill_deque),
    dict: (_made_by(dict), _fill_dict),
    float: (_worth(float, float.__float__), None),
    frozenset: (_frozen_like, None),
    int: (_worth(int, int.__int__), None),
    list: (_made_by(list), _fill_list),
    object: (_made_by(object), None),
    set: (_made_by(set), _fill_set),
    str: (_worth(str, str.__str__), None),
    tuple: (_tuple_like, None),
}

#: How to copy what is exactly of a type.
DATA: dict[type, Callable[[Copying, Any], Any]] = {
    bytearray: _bytes,
    deque: _deque,
    dict: _dict,
    frozenset: _frozen,
    itertools.count: _count,
    list: _list,
    object: _plain_object,
    set: _set,
    slice: _slice,
    tuple: _tuple,
}
