"""A file of the program, rewritten so that it notes what plain data it touches.

The new code does what the old one did, in the same order, on the same lines and in the same
frames. What it calls has names that no program can have (they begin with a dot) and is looked
up among the builtins of the run: see ``noting``.
"""

from __future__ import annotations

import ast
import warnings
from types import CodeType

from pyqdemo.observing.expressions import Expressions, bound_names
from pyqdemo.observing.scopes import Definition, scopes_of

__all__ = ["Facts", "rewrite"]

Facts = frozenset[str]
"""What was found out of a program in earlier executions, where cheaper assumptions failed:
``global FILE NAME`` is bound when other tasks run already, ``class NAME`` is an attribute of
some class that is set then."""


def rewrite(text: str | bytes, path: str, file: str, known: Facts = frozenset()) -> CodeType:
    """The code of a file that notes what it touches.

    Args:
        text: of the file.
        path: that its code names as its file.
        file: the name under which its globals are noted.
        known: facts of the program.

    Raises:
        SyntaxError: it is not Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they came when it was compiled as it is
        tree = ast.parse(text, path)
        new = _Statements(file, scopes_of(tree), known).visit(tree)
        return compile(ast.fix_missing_locations(new), path, "exec", dont_inherit=True)


class _Statements(Expressions):
    """Rewrites a whole file."""

    # Bindings.

    def _after(self, node: ast.AST, names: list[str]) -> list[ast.stmt]:
        """Notes that names have just been bound, or are about to be."""
        nothing = self._constant(node, None)
        note = self._stored(nothing, names)
        return [] if note is nothing else [self._at(node, ast.Expr(note))]

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if isinstance(node.value, ast.Call):
            node.value = self._called(node.value)
        elif not isinstance(node.value, ast.Constant):
            node.value = self._seen(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        names = bound_names(*node.targets)
        several = any(isinstance(each, ast.Tuple | ast.List) for each in node.targets)
        value = self._seen(node.value)
        targets = [self._seen(each) for each in node.targets]
        if not several:
            node.value, node.targets = self._stored(value, names), targets
            return [node]
        node.value, node.targets = self._call(node.value, "unpack", value), targets
        return [node, *self._collected(*node.targets), *self._after(node, names)]

    def _collected(self, *targets: ast.AST) -> list[ast.stmt]:
        """``*rest`` in a target is a new list."""
        return [
            self._at(each, ast.Expr(self._call(each, "made", self._load(each, each.value.id))))
            for target in targets
            for each in ast.walk(target)
            if isinstance(each, ast.Starred) and isinstance(each.value, ast.Name)
        ]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            names = bound_names(node.target)
            node.value = self._stored(self._seen(node.value), names)
        if not isinstance(node.target, ast.Name):
            node.target = self.visit(node.target)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """What is there is read before the operand is evaluated, and written behind it: two
        notes, perhaps in two steps."""
        operand, target = self._seen(node.value), node.target
        if not isinstance(node.value, ast.Constant):
            if isinstance(node.op, ast.Add):
                to = self._constant(target, None)
                if isinstance(target, ast.Name):
                    to = self._load(target, target.id)
                node.value = self._call(node.value, "fed", operand, to)
            else:
                node.value = self._call(node.value, "operand", operand)
        match target:
            case ast.Name():
                key = self._key(target, target.id)
                before = [] if key is None else [self._call(target, "load", key)]
                changed = self._call(target, "changed", self._load(target, target.id))
                after = self._after(node, [target.id])
                return [
                    *(self._at(node, ast.Expr(each)) for each in before),
                    node,
                    *after,
                    self._at(node, ast.Expr(changed)),
                ]
            case ast.Attribute():
                target.value = self._call(target, "attributes", self._seen(target.value))
            case ast.Subscript():
                target.value = self._call(target, "changing", self._seen(target.value))
                target.slice = self._seen(target.slice)
        return [node]

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        names = bound_names(*node.targets)
        node.targets = [self._seen(each) for each in node.targets]
        return [*self._after(node, names), node]

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return [node]
        names = [(each.asname or each.name).partition(".")[0] for each in node.names]
        return [node, *self._after(node, names)]

    visit_ImportFrom = visit_Import

    # Tests, loops and blocks.

    def _test(self, node: ast.If | ast.While) -> ast.stmt:
        test, node.test = self._truth(node.test), self._constant(node, True)
        self.generic_visit(node)
        node.test = test
        return node

    visit_If = visit_While = _test

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        node.test = self._truth(node.test)
        if node.msg is not None:
            node.msg = self._seen(node.msg)
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        iterated = self._call(node.iter, "iterate", self._seen(node.iter))
        notes = self._after(node.target, bound_names(node.target))
        node.iter = self._constant(node, None)
        new = self.generic_visit(node)
        assert isinstance(new, ast.For)
        new.iter, new.body[:0] = iterated, [*self._collected(new.target), *notes]
        return new

    def visit_With(self, node: ast.With) -> ast.stmt:
        targets = [each.optional_vars for each in node.items if each.optional_vars is not None]
        notes = self._after(node, bound_names(*targets))
        self.generic_visit(node)
        for each in node.items:
            each.context_expr = self._call(each.context_expr, "entered", each.context_expr)
        node.body[:0] = notes
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        node.subject = self._call(node.subject, "matched", self._seen(node.subject))
        for case in node.cases:
            names, new = _captures(case.pattern)
            if case.guard is not None:
                case.guard = self._truth(case.guard)
            body, case.body = case.body, []
            made = [
                self._at(body[0], ast.Expr(self._call(body[0], "made", self._load(body[0], each))))
                for each in new
            ]
            notes = self._after(body[0], names)
            case.body = [*made, *notes, *self._block(body)]
        return node

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        new: list[ast.stmt] = []
        for each in body:
            made = self.visit(each)
            new += made if isinstance(made, list) else [made]
        return new

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        notes = [] if node.name is None else self._after(node, [node.name])
        self.generic_visit(node)
        if notes and not self._scope.is_module:
            # The name goes with the handler's end, however that comes.
            last = self._after(node, [node.name or ""])
            node.body = [self._at(node.body[0], ast.Try(node.body, [], [], last))]
        node.body[:0] = notes
        return node

    # Definitions.

    def _function(self, node: Definition) -> list[ast.stmt]:
        node.decorator_list = [self._decorator(each) for each in node.decorator_list]
        self._defaults(node.args)
        around, self._scope = self._scope, self._scopes.of[node]
        first = node.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        start = int(documented and len(node.body) > 1)
        classes = self._classes
        body = self._block(node.body)
        self._classes = classes
        body[start:start] = self._head(node, body[start])
        node.body = body
        self._scope = around
        return [node, *self._after(node, [node.name])]

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def _decorator(self, node: ast.expr) -> ast.expr:
        """It is called, though no call stands there."""
        return self._call(node, "call", self._seen(node))

    def _head(self, node: Definition, first: ast.stmt) -> list[ast.stmt]:
        """What a call of a function notes before its first statement, on that one's line."""
        scope, head = self._scope, list[ast.stmt]()
        if any(self._key(first, name) is not None for name in scope.captured):
            token = self._at(first, ast.Name(self._token(scope), ast.Store()))
            told = self._constant(first, f"{self._file}:{scope.label}")
            head.append(self._at(first, ast.Assign([token], self._call(first, "token", told))))
        given = [*node.args.posonlyargs, *node.args.args]
        new = [("begun", given[0].arg)] if node.name == "__init__" and given else []
        if node.args.kwarg is not None:
            new.append(("made", node.args.kwarg.arg))
        for helper, name in new:
            note = self._call(first, helper, self._load(first, name))
            head.append(self._at(first, ast.Expr(note)))
        return head

    def visit_ClassDef(self, node: ast.ClassDef) -> list[ast.stmt]:
        node.decorator_list = [self._decorator(each) for each in node.decorator_list]
        node.bases = [self._seen(each) for each in node.bases]
        for each in node.keywords:
            each.value = self._seen(each.value)
        around, self._scope = self._scope, self._scopes.of[node]
        self._classes.append(node.name)
        node.body = self._block(node.body)
        self._classes.pop()
        self._scope = around
        made = self._call(node, "declared", self._load(node, node.name))
        return [node, self._at(node, ast.Expr(made)), *self._after(node, [node.name])]


def _captures(pattern: ast.pattern) -> tuple[list[str], list[str]]:
    """The names that a pattern binds, and those of them that are new containers."""
    names: list[str] = []
    new: list[str] = []
    for each in ast.walk(pattern):
        match each:
            case ast.MatchAs(name=str(name)):
                names.append(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                names.append(name)
                new.append(name)
    return names, new
