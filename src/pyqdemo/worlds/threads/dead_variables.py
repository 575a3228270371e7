"""Local variables whose value nothing reads any more, read off a function's code.

A variable is *live* at an instruction if some way from there reads it before it is written. What
a dead one holds cannot change what follows; a state is the same whatever it is.

**Source**: live variables as a backward data-flow problem (Aho, Lam, Sethi, Ullman, "Compilers",
2006, section 9.2.5), with an edge from each instruction to the handler that its entry in the
exception table names.
"""

from __future__ import annotations

import dis
from types import CodeType

__all__ = ["ENDS", "JUMPS", "dead_variables"]

_READS = frozenset({"LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_AND_CLEAR", "DELETE_FAST"})
#: Behind these the next instruction is never the one that stands there.
ENDS = frozenset(
    {
        *("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"),
        *("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"),
    }
)
JUMPS = frozenset({*dis.hasjrel, *dis.hasjabs})


def dead_variables(code: CodeType) -> list[tuple[int, ...]]:
    """Of each instruction, caches not counted, the places in ``co_varnames`` of variables that
    are dead before it, while it is under way, and behind it.

    A variable that an inner function has too is never called dead. None is in code with an
    instruction that is not known to this module.
    """
    instructions = list(dis.get_instructions(code, show_caches=False))
    own = {n for n, name in enumerate(code.co_varnames) if name not in code.co_cellvars}
    effects = [_effect(each) for each in instructions]
    known = [each for each in effects if each is not None]
    if not own or len(known) < len(effects):
        return [()] * len(instructions)
    at = {each.offset: number for number, each in enumerate(instructions)}
    onward = _onward(instructions, at)
    handlers = _handlers(code, instructions, at)
    before: list[frozenset[int]] = [frozenset()] * len(instructions)
    behind: list[frozenset[int]] = [frozenset()] * len(instructions)
    changed = True
    while changed:
        changed = False
        for number in reversed(range(len(instructions))):
            reads, writes = known[number]
            after = frozenset().union(*(before[each] for each in onward[number]))
            raised = frozenset().union(*(before[each] for each in handlers[number]))
            live = reads | (after - writes) | raised
            if live != before[number] or after != behind[number]:
                before[number], behind[number] = live, after
                changed = True
    return [tuple(sorted(own - a - b)) for a, b in zip(before, behind, strict=True)]


def _effect(instruction: dis.Instruction) -> tuple[frozenset[int], frozenset[int]] | None:
    """What it reads before it writes it, and what it writes; None if that is not known."""
    name, argument = instruction.opname, instruction.arg or 0
    if name in _READS:
        return frozenset({argument}), frozenset()
    if name == "STORE_FAST":
        return frozenset(), frozenset({argument})
    if name == "LOAD_CLOSURE":  # a cell, or what is to become one
        return frozenset(), frozenset()
    first, second = argument >> 4, argument & 15
    match name:  # two in one, since 3.13
        case "LOAD_FAST_LOAD_FAST":
            return frozenset({first, second}), frozenset()
        case "STORE_FAST_LOAD_FAST":
            return frozenset({second}) - {first}, frozenset({first})
        case "STORE_FAST_STORE_FAST":
            return frozenset(), frozenset({first, second})
    if instruction.opcode in dis.haslocal or "FAST" in name:
        return None
    return frozenset(), frozenset()


def _onward(instructions: list[dis.Instruction], at: dict[int, int]) -> list[list[int]]:
    """Of each instruction those that may come next, if nothing is raised."""
    onward: list[list[int]] = []
    for number, each in enumerate(instructions):
        follow = []
        if each.opcode in JUMPS:
            follow.append(at[each.argval])
        if each.opname not in ENDS and number + 1 < len(instructions):
            follow.append(number + 1)
        onward.append(follow)
    return onward


def _handlers(
    code: CodeType, instructions: list[dis.Instruction], at: dict[int, int]
) -> list[list[int]]:
    """Of each instruction where it goes on if it raises and the function handles that."""
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]  # no public way
    return [
        [at[entry.target] for entry in entries if entry.start <= each.offset < entry.end]
        for each in instructions
    ]
