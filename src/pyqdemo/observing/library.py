"""What functions do that are not rewritten: Python's own, and the library's that are known.

Of whatever is not named here nobody knows what it does: it is told as unseen.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = [
    "CALLING",
    "CHANGES_FIRST",
    "DEEP",
    "DEEP_METHODS",
    "HARMLESS",
    "HOOKS",
    "KEEPING",
    "MAKING_CLASSES",
    "READS",
    "SHALLOW",
    "STORING",
    "is_known",
    "is_passing",
    "sets_up",
]

#: Methods of containers that change nothing.
READS = frozenset(
    {
        *("copy", "count", "decode", "difference", "elements", "endswith", "find", "get", "hex"),
        *("index", "intersection", "isdisjoint", "issubset", "issuperset", "items", "join"),
        *("keys", "most_common", "startswith", "symmetric_difference", "tobytes", "tolist"),
        *("total", "union", "values", "__contains__", "__eq__", "__format__", "__ge__"),
        *("__getitem__", "__gt__", "__hash__", "__iter__", "__le__", "__len__", "__lt__"),
        *("__ne__", "__repr__", "__reversed__", "__sizeof__", "__str__"),
    }
)

#: Those methods that look into the items, to compare them or to make a text.
DEEP_METHODS = frozenset(
    {
        *("count", "index", "join", "most_common", "remove", "sort", "__contains__", "__eq__"),
        *("__format__", "__ge__", "__gt__", "__le__", "__lt__", "__ne__", "__repr__", "__str__"),
    }
)

#: Those that put their arguments away without looking into them.
STORING = frozenset(
    {"add", "append", "appendleft", "insert", "pop", "setdefault", "__setitem__", "__delitem__"}
)

#: Built-in functions and classes that go through a container, but do not look into its items.
SHALLOW = frozenset(
    {
        *("bool", "callable", "compile", "deque", "dict", "enumerate", "filter", "isinstance"),
        *("issubclass", "iter", "len", "list", "map", "object", "range", "reversed", "slice"),
        *("super", "tuple", "type", "zip"),
    }
)

#: Those that put away what they are given, to call it when others do not expect it.
KEEPING = frozenset(
    {
        *("cached_property", "callback", "classmethod", "closing", "defaultdict", "partialmethod"),
        *("property", "push", "staticmethod"),
    }
)

#: Those that read all there is in what they are given.
DEEP = frozenset(
    {
        *("abs", "all", "any", "ascii", "bin", "bytearray", "bytes", "chr", "complex", "divmod"),
        *("float", "format", "frozenset", "hex", "int", "max", "min", "oct", "ord", "pow"),
        *("repr", "round", "set", "sorted", "str", "sum"),
    }
)

#: What calls its arguments, or has them called, for what it is given besides.
CALLING = frozenset(
    {
        *("accumulate", "callback", "cmp_to_key", "dropwhile", "filter", "filterfalse"),
        *("groupby", "iter", "map", "max", "min", "push", "reduce", "sorted", "starmap", "sub"),
        *("subn", "takewhile"),
    }
)
#: Names of what is called, among the arguments of everything else.
HOOKS = frozenset(
    {
        *("default", "dict_factory", "key", "object_hook", "object_pairs_hook", "parse_constant"),
        *("parse_float", "parse_int"),
    }
)

#: Functions of the library that make classes: they look at the frame that calls them.
MAKING_CLASSES = frozenset({"dataclass", "make_dataclass", "namedtuple"})

#: Functions that change their first argument.
CHANGES_FIRST = frozenset(
    {
        *("delitem", "heapify", "heappop", "heappush", "heappushpop", "heapreplace", "iadd"),
        *("iand", "iconcat", "imul", "insort", "insort_left", "insort_right", "ior", "isub"),
        *("ixor", "setitem", "shuffle"),
    }
)

#: Classes in C that keep nothing of what they are given but what they visibly hold.
HARMLESS = frozenset(
    {
        *("_io.BytesIO", "_io.StringIO", "array.array", "builtins.memoryview"),
        *("collections.OrderedDict", "_random.Random", "types.SimpleNamespace"),
    }
)

#: By module, what reads what it is given and keeps and changes nothing, but for what stands
#: above, what it is a method of, and files in memory that it is given. ``*`` is all there is;
#: ``Path.*`` are a class's methods.
_KNOWN = {
    "_abc": "*",
    "_bisect": "*",
    "_blake2": "*",
    "_collections": "*",
    "_collections_abc": "*",
    "_contextvars": "*",
    "_csv": "reader reader.* writer writer.* list_dialects get_dialect",
    "_datetime": "*",
    "_decimal": "*",
    "_functools": "*",
    "_hashlib": "*",
    "_heapq": "*",
    "_json": "*",
    "_md5": "*",
    "_operator": "*",
    "_random": "*",
    "_sha1": "*",
    "_sha2": "*",
    "_sha256": "*",
    "_sha3": "*",
    "_sha512": "*",
    "_sre": "*",
    "_statistics": "*",
    "_string": "*",
    "_struct": "pack unpack unpack_from iter_unpack calcsize Struct Struct.*",
    "abc": "abstractmethod ABCMeta.__new__ ABCMeta.__instancecheck__ ABCMeta.__subclasscheck__",
    "array": "array array.*",
    "base64": "b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode"
    " standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode",
    "binascii": "*",
    "bisect": "*",
    "calendar": "Calendar Calendar.* TextCalendar TextCalendar.* isleap leapdays monthrange"
    " timegm weekday TextCalendar.__init__ Calendar.__init__",
    "cmath": "*",
    "collections": "*",
    "collections.abc": "*",
    "colorsys": "*",
    "copy": "*",
    "csv": "DictReader DictReader.* DictWriter DictWriter.* reader writer",
    "dataclasses": "*",
    "datetime": "*",
    "decimal": "*",
    "difflib": "*",
    "enum": "*",
    "errno": "*",
    "fractions": "*",
    "genericpath": "*",
    "hashlib": "*",
    "heapq": "*",
    "hmac": "*",
    "html": "*",
    "itertools": "*",
    "json": "*",
    "json.decoder": "*",
    "json.encoder": "*",
    "json.scanner": "*",
    "keyword": "*",
    "math": "*",
    "ntpath": "*",
    "numbers": "*",
    "operator": "add and_ attrgetter concat contains countOf delitem eq floordiv ge getitem gt"
    " iadd iand iconcat ifloordiv ilshift imod imul index indexOf inv invert ior ipow irshift"
    " is_ is_not isub itemgetter itruediv ixor le length_hint lshift lt mod mul ne neg not_ or_"
    " pos pow rshift setitem sub truediv truth xor",
    "os": "_Environ.* fspath fsencode fsdecode",
    "pathlib": "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath PurePath.*"
    " PurePosixPath.* Path.__new__ Path.absolute Path.exists Path.expanduser Path.is_dir"
    " Path.is_file Path.resolve",
    "platform": "*",
    "posixpath": "*",
    "pprint": "*",
    "random": "*",
    "re": "*",
    "reprlib": "*",
    "shlex": "*",
    "statistics": "*",
    "string": "*",
    "struct": "Struct",
    "textwrap": "*",
    "time": "*",
    "traceback": "*",
    "types": "*",
    "typing": "*",
    "unicodedata": "*",
    "uuid": "UUID UUID.*",
    "zlib": "*",
}

#: By module, what touches no data of the program's but by the program's own functions, which
#: note for themselves; some of it looks at the frame that calls it.
_PASSING = {
    "abc": "abstractmethod ABCMeta.*",
    "contextlib": "asynccontextmanager closing contextmanager nullcontext suppress ExitStack"
    " ExitStack.* _BaseExitStack.* _GeneratorContextManager _GeneratorContextManager.*",
    "enum": "*",
    "functools": "_lru_cache_wrapper cache cached_property lru_cache partial partialmethod"
    " singledispatch singledispatchmethod total_ordering update_wrapper wraps",
    "sys": "_getframe exc_info exception exit getrecursionlimit getrefcount getsizeof"
    " getswitchinterval intern is_finalizing",
    "typing": "*",
}
#: Functions that those make, and what they do.
_MADE = ("contextmanager.<locals>", "lru_cache.<locals>", "wraps.<locals>", "_ge_from", "_gt_from")
_ALSO = ("_le_from", "_lt_from", "cache.<locals>", "asynccontextmanager.<locals>")
_OF_SINGLEDISPATCH = "singledispatch.<locals>."
#: By module, what changes something that all code shares, and nothing else.
_SETTING_UP = {
    "abc": "ABCMeta.register",
    "_abc": "_abc_register",
    "calendar": "setfirstweekday",
    "copyreg": "add_extension pickle",
    "csv": "register_dialect unregister_dialect",
    "_csv": "register_dialect unregister_dialect field_size_limit",
    "decimal": "setcontext",
    "_decimal": "setcontext",
    "faulthandler": "enable disable",
    "functools": "singledispatch.<locals>.register",
    "gc": "collect disable enable freeze get_threshold isenabled set_threshold unfreeze",
    "os": "chdir umask",
    "sys": "setrecursionlimit setswitchinterval set_int_max_str_digits",
}


def _stands_in(table: dict[str, str], module: str, name: str) -> bool:
    names = table.get(module)
    if names is None:
        return False
    first = name.partition(".")[0]
    return not {"*", name, f"{first}.*"}.isdisjoint(names.split())


@lru_cache(4096)
def is_known(module: str, name: str) -> bool:
    """Whether it is known what a function, class or method of a library does.

    Args:
        module: where it is defined.
        name: the qualified one.
    """
    return _stands_in(_KNOWN, module, name)


@lru_cache(4096)
def sets_up(module: str, name: str) -> bool:
    """Whether it changes what nobody can see, and does no harm before there are two tasks."""
    return _stands_in(_SETTING_UP, module, name)


@lru_cache(4096)
def is_passing(module: str, name: str) -> bool:
    """Whether a function does nothing itself to the program's data."""
    if module == "functools" and name.startswith(_OF_SINGLEDISPATCH):
        return name.removeprefix(_OF_SINGLEDISPATCH) in ("dispatch", "wrapper")
    if module in ("functools", "contextlib") and name.startswith((*_MADE, *_ALSO)):
        return True
    return _stands_in(_PASSING, module, name)
