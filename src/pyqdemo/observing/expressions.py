"""How expressions are rewritten so that they note what they touch.

A note stands where the access happens: behind its operands, in the same step. What the
program does stays in its own frame and line, but for what C code does, and for subscripts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TypeVar, cast

from pyqdemo.observing.scopes import Scope, Scopes

__all__ = ["Expressions"]

Node = TypeVar("Node", bound=ast.AST)
#: Between a number and anything else these read no container and make none.
_OF_NUMBERS = (ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.LShift, ast.RShift)
_YES_OR_NO = (ast.Compare, ast.Constant, ast.BoolOp)
_IDENTITY = (ast.Is, ast.IsNot)
#: Built-in functions that read no contents, and those that answer with nothing that has any.
_HARMLESS = frozenset({"callable", "isinstance", "issubclass", "range"})
_PLAIN_ANSWERS = frozenset({"abs", "bool", "chr", "float", "int", "len", "ord", "print", "str"})
#: Those that show the names of the frame they are called in.
_SHOWING = frozenset({"dir", "locals", "vars"})


class Expressions(ast.NodeTransformer):
    """Rewrites expressions; ``rewriting`` does the statements.

    Args:
        file: the name under which the file's globals are noted.
        scopes: of the file's tree.
        known: facts: ``global FILE NAME`` of each global that is bound late.
    """

    def __init__(self, file: str, scopes: Scopes, known: frozenset[str]) -> None:
        self._file = file
        self._scopes = scopes
        self._scope: Scope = scopes.module
        self._classes: list[str] = []
        learned = {name for name in scopes.module.bound if f"global {file} {name}" in known}
        often = {name for name, times in scopes.module.bound.items() if times > 1}
        self._noted = often | scopes.bound_inside | learned

    # Parts of new nodes, each at the place of an old one.

    def _at(self, node: ast.AST, new: Node) -> Node:
        return ast.copy_location(new, node)

    def _constant(self, node: ast.AST, value: object) -> ast.expr:
        return self._at(node, ast.Constant(cast("str", value)))

    def _load(self, node: ast.AST, name: str) -> ast.expr:
        return self._at(node, ast.Name(name, ast.Load()))

    def _call(self, node: ast.AST, helper: str, *given: ast.expr) -> ast.expr:
        return self._at(node, ast.Call(self._load(node, f".{helper}"), list(given), []))

    def _seen(self, node: ast.expr) -> ast.expr:
        new = self.visit(node)
        assert isinstance(new, ast.expr)
        return new

    # Names.

    def _key(self, node: ast.AST, name: str) -> ast.expr | None:
        """What a variable is noted by; None for what one task alone can see or change."""
        owner = self._scope.owner(name)
        if owner is None:
            return self._constant(node, (self._file, name)) if name in self._noted else None
        only_given = name in owner.parameters and owner.bound[name] == 1
        if name not in owner.captured or only_given or owner.is_class:
            return None
        if not isinstance(owner.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return self._constant(node, (self._file, owner.label, name))
        token = self._load(node, self._token(owner))
        return self._at(node, ast.Tuple([token, self._constant(node, name)], ast.Load()))

    def _token(self, owner: Scope) -> str:
        """The variable that tells one call of a function from another."""
        return f".call {owner.label}"

    def _stored(self, value: ast.expr, names: Iterable[str]) -> ast.expr:
        """The value, with a note that it is bound to names."""
        for name in names:
            key = self._key(value, name)
            if key is not None:
                value = self._call(value, "stored", value, key)
            elif self._scope.is_module:
                # Nobody notes its loads, if it is bound before there is a second task.
                helper = "settled" if name in self._scopes.used_inside else "stored"
                path = self._constant(value, (self._file, name))
                value = self._call(value, helper, value, path)
        return value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        key = self._key(node, node.id) if isinstance(node.ctx, ast.Load) else None
        if key is None:
            return node
        # First the note: that there is no such name is something to be read, too.
        test = self._call(node, "load", key)
        return self._at(node, ast.IfExp(test, node, self._constant(node, None)))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        node.value = self._stored(self._seen(node.value), [node.target.id])
        return node

    # Attributes and items.

    def _mangled(self, name: str) -> str:
        if not self._classes or not name.startswith("__") or name.endswith("__"):
            return name
        around = self._classes[-1].lstrip("_")
        return f"_{around}{name}" if around else name

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        helper = "attr" if isinstance(node.ctx, ast.Load) else "setting"
        name = self._constant(node, self._mangled(node.attr))
        node.value = self._call(node, helper, self._seen(node.value), name)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        owner, index = self._seen(node.value), self._seen(node.slice)
        if not isinstance(node.ctx, ast.Load):
            node.value, node.slice = self._call(node, "items", owner), index
            return node
        return self._call(node, "item", owner, index)

    def visit_Slice(self, node: ast.Slice) -> ast.expr:
        for part in ("lower", "upper", "step"):
            given = getattr(node, part)
            if given is not None:
                setattr(node, part, self._seen(given))
        return node

    # Contents that are read.

    def _truth(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth counts."""
        plain = isinstance(node, _YES_OR_NO) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        )
        value = self._seen(node)
        return value if plain else self._call(node, "truth", value)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        node.test = self._truth(node.test)
        node.body, node.orelse = self._seen(node.body), self._seen(node.orelse)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        negated = isinstance(node.op, ast.Not)
        if negated:
            node.operand = self._truth(node.operand)
        elif not isinstance(node.operand, ast.Constant):
            node.operand = self._call(node, "unary", self._seen(node.operand))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        node.values = [self._truth(each) for each in node.values]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = node.left, node.right
        node.left, node.right = self._seen(left), self._seen(right)
        either = (left, right)
        if all(isinstance(each, ast.Constant) for each in either):
            return node
        if isinstance(node.op, _OF_NUMBERS) and any(_is_number(each) for each in either):
            return node
        if isinstance(node.op, ast.Mod) and _is_number(right):
            node.left = self._call(left, "operand", node.left)  # of a bytearray, perhaps
            return node
        kind = self._constant(node, type(node.op).__name__)
        return self._call(node, "binary", kind, node.left, node.right)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        operands = [node.left, *node.comparators]
        seen = [self._seen(each) for each in operands]
        node.left, node.comparators = seen[0], seen[1:]
        if all(isinstance(op, _IDENTITY) for op in node.ops):
            return node
        if len(operands) == 2:
            contains = isinstance(node.ops[0], ast.In | ast.NotIn)
            if not contains and any(_is_plain(each) for each in operands):
                return node
            kind = self._constant(node, type(node.ops[0]).__name__)
            return self._call(node, "compare", kind, *seen)
        quiet = all(isinstance(each, ast.Constant | ast.Name) for each in operands)
        helper = "operand" if quiet else "early"
        node.left, *node.comparators = [self._call(each, helper, each) for each in seen]
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        node.value = self._call(node.value, "text", self._seen(node.value))
        if node.format_spec is not None:
            node.format_spec = self._seen(node.format_spec)
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.expr:
        value = self._seen(node.value)
        load = isinstance(node.ctx, ast.Load)
        node.value = self._call(node.value, "unpack", value) if load else value
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        node.value = self._call(node.value, "delegate", self._seen(node.value))
        return node

    # New objects.

    def _display(self, node: ast.List | ast.Set) -> ast.expr:
        self.generic_visit(node)
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return node
        return self._call(node, "made", node)

    visit_List = visit_Set = _display

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        for at, key in enumerate(node.keys):
            if key is not None:
                node.keys[at] = self._seen(key)
                node.values[at] = self._seen(node.values[at])
            else:
                value = self._seen(node.values[at])
                node.values[at] = self._call(value, "truth", value)
        return self._call(node, "made", node)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> ast.expr:
        first = self._seen(node.generators[0].iter)
        around, self._scope = self._scope, self._scopes.of[node]
        for at, each in enumerate(node.generators):
            iterated = self._seen(each.iter) if at else first
            each.iter = iterated if each.is_async else self._call(each.iter, "iterate", iterated)
            each.ifs = [self._truth(test) for test in each.ifs]
            keys = [self._key(each.target, name) for name in bound_names(each.target)]
            each.target = self._seen(each.target)
            each.ifs[:0] = [
                self._call(each.target, "stored", self._constant(each.target, True), key)
                for key in keys
                if key is not None
            ]
        if isinstance(node, ast.DictComp):
            node.key, node.value = self._seen(node.key), self._seen(node.value)
        else:
            node.elt = self._seen(node.elt)
        self._scope = around
        return self._call(node, "made", node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # Calls.

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and self._is_builtin(node.func.id):
            if node.func.id in _HARMLESS:
                self.generic_visit(node)
                return node
            if node.func.id in _PLAIN_ANSWERS:
                return self._called(node)
            if node.func.id in _SHOWING and not node.args:
                return self._call(node, "shown", self._called(node))
        return self._call(node, "given", self._called(node))

    def _is_builtin(self, name: str) -> bool:
        bound = self._scopes.module.bound
        own = name in bound or "*" in bound or name in self._scopes.bound_inside
        return not own and self._scope.owner(name) is None

    def _called(self, node: ast.Call) -> ast.expr:
        """A call whose result nobody uses."""
        called = node.func
        bare = isinstance(called, ast.Name) and called.id == "super" and not node.args
        if isinstance(called, ast.Attribute):
            name = self._constant(called, self._mangled(called.attr))
            node.func = self._call(called, "method", self._seen(called.value), name)
        elif not bare:
            node.func = self._call(called, "call", self._seen(called))
        node.args = [self._seen(each) for each in node.args]
        for each in node.keywords:
            value = self._seen(each.value)
            each.value = value if each.arg is not None else self._call(value, "truth", value)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self._defaults(node.args)
        around, self._scope = self._scope, self._scopes.of[node]
        node.body = self._seen(node.body)
        self._scope = around
        return node

    def _defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self._seen(each) for each in arguments.defaults]
        arguments.kw_defaults = [
            each if each is None else self._seen(each) for each in arguments.kw_defaults
        ]


def bound_names(*targets: ast.AST) -> list[str]:
    """The names that targets bind, in their order."""
    return [
        each.id
        for target in targets
        for each in ast.walk(target)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    ]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bytes)
