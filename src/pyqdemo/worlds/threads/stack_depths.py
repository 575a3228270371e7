"""How much lies on a frame's value stack, read off its code.

At each instruction of a code object there is one number of values on the stack, whichever way
led there: the compiler sees to it. It follows from what each instruction takes and gives, from
the beginning on along all jumps, and from the table of exception handlers.

**Source**: CPython, ``Python/compile.c`` (``stackdepth``) and ``Objects/exception_handling_notes``:
a handler begins with the stack cut to the depth in its entry, and above it the index of the
instruction, if the entry says so, and the exception.
"""

from __future__ import annotations

import dis
import itertools
import sys
from types import CodeType
from typing import NamedTuple

from pyqdemo.worlds.threads.dead_variables import ENDS, JUMPS, dead_variables

__all__ = ["Stop", "stops_of"]

#: What an instruction puts onto the stack, of those that may call Python code and wait for it.
#: Of what lies below that it knows nothing.
_GIVES = {
    **dict.fromkeys(("CALL", "CALL_KW", "CALL_FUNCTION_EX", "CALL_INTRINSIC_1"), 1),
    **dict.fromkeys(("BINARY_OP", "BINARY_SUBSCR", "BINARY_SLICE", "COMPARE_OP"), 1),
    **dict.fromkeys(("CONTAINS_OP", "IMPORT_NAME", "GET_ITER", "FORMAT_VALUE"), 1),
    **dict.fromkeys(("FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "CONVERT_VALUE", "TO_BOOL"), 1),
    **dict.fromkeys(("UNARY_NOT", "UNARY_NEGATIVE", "UNARY_INVERT", "BUILD_MAP", "BUILD_SET"), 1),
    **dict.fromkeys(("WITH_EXCEPT_START", "SEND", "YIELD_VALUE", "RETURN_GENERATOR"), 1),
    **dict.fromkeys(("STORE_ATTR", "STORE_SUBSCR", "STORE_SLICE", "DELETE_ATTR"), 0),
    **dict.fromkeys(("DELETE_SUBSCR", "POP_TOP", "STORE_FAST", "STORE_NAME"), 0),
    **dict.fromkeys(("STORE_GLOBAL", "STORE_DEREF", "DELETE_FAST", "DELETE_NAME"), 0),
    **dict.fromkeys(("LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE"), 0),
    "BEFORE_WITH": 2,
}
_ITERATES = "FOR_ITER"


class Stop(NamedTuple):
    """An instruction at which a frame may be found.

    Attributes:
        number: of the instruction, from 0, caches not counted.
        name: of the instruction.
        before: values on the stack when it begins.
        below: how many of these it leaves alone for as long as it is under way; None where
            that is not known.
        called: of a call, where on the stack lies what is called, in the two forms that it
            has on this Python; else nothing.
        dead: places of variables that nothing reads any more; see ``dead_variables``.
    """

    number: int
    name: str
    before: int
    below: int | None
    called: tuple[int, ...]
    dead: tuple[int, ...]


def stops_of(code: CodeType) -> dict[int, Stop]:
    """Every instruction that can be reached, by its offset, and those of its caches.

    Raises:
        ValueError: two ways to an instruction disagree, or one is unknown: there is no telling.
    """
    instructions = list(dis.get_instructions(code, show_caches=False))
    depths = _depths(code, instructions)
    dead = dead_variables(code)
    stops: dict[int, Stop] = {}
    ends = [instruction.offset for instruction in instructions[1:]] + [len(code.co_code)]
    for number, (instruction, end) in enumerate(zip(instructions, ends, strict=True)):
        before = depths.get(instruction.offset)
        if before is None:
            continue
        called = tuple(before - place for place in _called(instruction))
        below = _below(instruction, before)
        stop = Stop(number, instruction.opname, before, below, called, dead[number])
        for offset in range(instruction.offset, end, 2):
            stops[offset] = stop
    for instruction, following in itertools.pairwise(instructions):
        if instruction.opname == "PRECALL" and following.offset in stops:
            # Where it is quickened it makes the call itself.
            for offset in range(instruction.offset, following.offset, 2):
                stops[offset] = stops[following.offset]
    return stops


def _below(instruction: dis.Instruction, before: int) -> int | None:
    name = instruction.opname
    if name == _ITERATES:
        return before  # the iterator stays, whoever it asks
    after = before + _effect(instruction, jumps=False)
    if name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
        taken = 3 if name == "LOAD_SUPER_ATTR" else 1
        return before - taken
    if name in ("UNPACK_SEQUENCE", "UNPACK_EX"):
        return before - 1
    if name == "RESUME":  # a generator waits here since 3.13, for what it is sent
        return before - 1 if instruction.arg else before
    gives = _GIVES.get(name)
    return None if gives is None else after - gives


def _called(instruction: dis.Instruction) -> tuple[int, ...]:
    """Where what is called lies, counted from the top. Where there are two places, the second
    counts if the first is empty."""
    count = instruction.arg or 0
    newer = sys.version_info >= (3, 13)
    match instruction.opname:
        case "CALL":
            return (count + 2,) if newer else (count + 2, count + 1)
        case "CALL_KW":
            return (count + 3,)
        case "CALL_FUNCTION_EX":
            return ((count & 1) + 3 if newer else (count & 1) + 2,)
    return ()


def _effect(instruction: dis.Instruction, jumps: bool) -> int:
    if instruction.opname == "RETURN_GENERATOR":
        return 1  # what it is sent first; before 3.13 that is not said
    if sys.version_info < (3, 12):
        # The compiler has the arguments taken by the one, but the other takes them.
        match instruction.opname:
            case "PRECALL":
                return 0
            case "CALL":
                return -1 - (instruction.arg or 0)
    argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
    return dis.stack_effect(instruction.opcode, argument, jump=jumps)


def _depths(code: CodeType, instructions: list[dis.Instruction]) -> dict[int, int]:
    at = {instruction.offset: number for number, instruction in enumerate(instructions)}
    depths: dict[int, int] = {}
    waiting = [(0, 0)]
    handlers = dis._parse_exception_table(code)  # type: ignore[attr-defined]  # no public way
    for entry in handlers:
        waiting.append((entry.target, entry.depth + bool(entry.lasti) + 1))
    while waiting:
        offset, depth = waiting.pop()
        known = depths.setdefault(offset, depth)
        if known != depth or depth < 0:
            raise ValueError(f"{code.co_qualname}: {known} or {depth} values at {offset}")
        instruction = instructions[at[offset]]
        name = instruction.opname
        if instruction.opcode in JUMPS:
            target = instruction.argval
            after = depth + _effect(instruction, jumps=True)
            if target not in depths or depths[target] != after:
                waiting.append((target, after))
        if name not in ENDS and at[offset] + 1 < len(instructions):
            following = instructions[at[offset] + 1].offset
            after = depth + _effect(instruction, jumps=False)
            if following not in depths or depths[following] != after:
                waiting.append((following, after))
    return depths
