"""What functions do that are not rewritten: Python's own, and the library's that are known."""

from __future__ import annotations

__all__ = [
    "CHANGES_FIRST",
    "DEEP",
    "DEEP_METHODS",
    "MAKING_CLASSES",
    "PASSING",
    "PURE",
    "READS",
    "SHALLOW",
    "STORING",
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
        *("bool", "callable", "classmethod", "compile", "deque", "defaultdict", "dict"),
        *("enumerate", "filter", "isinstance", "issubclass", "iter", "len", "list"),
        *("map", "object", "property", "range", "reversed", "slice", "staticmethod", "super"),
        *("tuple", "type", "zip"),
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

#: Library modules whose functions read what they are given, and keep and change nothing.
PURE = frozenset(
    {
        *("_abc", "_bisect", "_blake2", "_collections", "_collections_abc", "_contextvars"),
        *("_csv", "_datetime", "_decimal", "_functools", "_hashlib", "_heapq", "_json", "_md5"),
        *("_operator", "_random", "_sha1", "_sha2", "_sha256", "_sre", "_statistics", "_string"),
        *("_struct", "abc", "base64", "binascii", "bisect", "calendar", "cmath", "collections"),
        *("colorsys", "copy", "copyreg", "csv", "dataclasses", "datetime", "decimal", "difflib"),
        *("enum", "errno", "fractions", "genericpath", "hashlib", "heapq", "hmac", "html"),
        *("itertools", "json", "keyword", "math", "ntpath", "numbers", "operator", "pathlib"),
        *("platform", "posixpath", "pprint", "random", "re", "reprlib", "shlex", "statistics"),
        *("string", "struct", "textwrap", "time", "traceback", "types", "typing"),
        *("unicodedata", "zlib"),
    }
)

#: Library modules that touch no data of the program's but by its own functions, which note for
#: themselves; some look at the frame that calls them.
PASSING = frozenset({"abc", "contextlib", "enum", "functools", "sys", "typing"})

#: Functions of the pure ones that make classes: they look at the frame that calls them.
MAKING_CLASSES = frozenset({"dataclass", "make_dataclass", "namedtuple"})

#: Of the pure ones, functions that change their first argument.
CHANGES_FIRST = frozenset(
    {
        *("delitem", "heapify", "heappop", "heappush", "heappushpop", "heapreplace", "iadd"),
        *("iand", "iconcat", "imul", "insort", "insort_left", "insort_right", "ior", "isub"),
        *("ixor", "setitem", "shuffle"),
    }
)
