"""Whose a name is: which variables of a file can be seen by more than the code that binds them.

``scopes_of`` reads a file's syntax tree once. A variable of a function is its own affair unless
a function, lambda or generator inside uses it too; it is then *captured*.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

__all__ = ["Definition", "Scope", "Scopes", "parameters", "scopes_of"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Scope:
    """A module, class, function or comprehension.

    Args:
        node: of the tree.
        around: the scope it stands in; None for the module.

    Attributes:
        bound: how often each name is bound in it; twice, where that is in a loop.
        parameters: names that are bound before anything else happens.
        shared, outer: those declared ``global`` and ``nonlocal``.
        captured: names of its own that code in it sees which may run later, or elsewhere.
        label: what it is called in facts: its line and column.
    """

    def __init__(self, node: ast.AST, around: Scope | None) -> None:
        self.node = node
        self.around = around
        self.bound: Counter[str] = Counter()
        self.parameters: set[str] = set()
        self.shared: set[str] = set()
        self.outer: set[str] = set()
        self.captured: set[str] = set()
        self.label = f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}"

    @property
    def is_module(self) -> bool:
        return self.around is None

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_comprehension(self) -> bool:
        return isinstance(self.node, _COMPREHENSIONS)

    @property
    def runs_at_once(self) -> bool:
        """A comprehension whose code runs where it stands, in the same task."""
        return self.is_comprehension and not isinstance(self.node, ast.GeneratorExp)

    def owner(self, name: str) -> Scope | None:
        """The scope that binds a name used in this one; None: the module, or ``builtins``."""
        scope: Scope | None = self
        while scope is not None and not scope.is_module:
            if name in scope.shared:
                return None
            seen = scope is self or not scope.is_class
            if seen and name in scope.bound and name not in scope.outer:
                return scope
            scope = scope.around
        return None


class Scopes:
    """The scopes of a file.

    Attributes:
        module: the outermost.
        of: by node; a function's is that of its body.
        bound_inside: globals that functions bind, too.
        used_inside: globals that functions use.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree, None)
        self.of: dict[ast.AST, Scope] = {tree: self.module}
        self.bound_inside: set[str] = set()
        self.used_inside: set[str] = set()


def scopes_of(tree: ast.Module) -> Scopes:
    """The scopes of a file's tree."""
    scopes = Scopes(tree)
    reader = _Reader(scopes)
    reader.generic_visit(tree)
    for scope, name, binds in reader.uses:
        owner = scope.owner(name)
        if owner is None:
            if scope is not scopes.module:
                (scopes.bound_inside if binds else scopes.used_inside).add(name)
            continue
        if binds and scope is not owner:
            owner.bound[name] += 1  # ``nonlocal``: no more what it was once bound to
        user: Scope | None = scope
        while user is not None and user is not owner and user.runs_at_once:
            user = user.around
        if user is not owner:
            owner.captured.add(name)
    return scopes


def parameters(arguments: ast.arguments) -> list[str]:
    """The names of a function's parameters."""
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    more = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [each.arg for each in (*given, *more)]


class _Reader(ast.NodeVisitor):
    """Walks a tree and notes what binds and what uses which name, where."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._scope = scopes.module
        self._loops = 0
        self.uses: list[tuple[Scope, str, bool]] = []

    def _bind(self, name: str, times: int = 1, scope: Scope | None = None) -> None:
        scope = scope or self._scope
        scope.bound[name] += times + (self._loops > 0)
        self.uses.append((scope, name, True))

    def _visit(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _enter(self, node: ast.AST, names: Iterable[str], inside: Iterable[ast.AST | None]) -> None:
        around, loops = self._scope, self._loops
        scope = self._scopes.of[node] = self._scope = Scope(node, around)
        self._loops = int(scope.is_comprehension)
        scope.parameters.update(names)
        scope.bound.update(scope.parameters)
        self._visit(inside)
        self._scope, self._loops = around, loops

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.uses.append((self._scope, node.id, False))
        else:
            self._bind(node.id, 2 if isinstance(node.ctx, ast.Del) else 1)

    def visit_Global(self, node: ast.Global) -> None:
        self._scope.shared.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scope.outer.update(node.names)

    def visit_alias(self, node: ast.alias) -> None:
        self._bind((node.asname or node.name).partition(".")[0])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            self._bind(node.target.id)  # it changes what there is

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self._scope
        while scope.is_comprehension and scope.around is not None:
            scope = scope.around
        within = scope is not self._scope
        self._bind(node.target.id, 2 if within else 1, scope)

    def _named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name, 2 if isinstance(node, ast.ExceptHandler) else 1)
        self.generic_visit(node)

    visit_ExceptHandler = visit_MatchAs = visit_MatchStar = _named

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest)
        self.generic_visit(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self._loops += 1
        self.generic_visit(node)
        self._loops -= 1

    visit_For = visit_AsyncFor = visit_While = _loop

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit([*node.args.defaults, *node.args.kw_defaults])
        self._enter(node, parameters(node.args), [node.body])

    def _function(self, node: Definition) -> None:
        self._bind(node.name)
        self._visit([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self._visit(_annotations(node))
        self._enter(node, parameters(node.args), node.body)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        self._visit([*node.decorator_list, *node.bases, *node.keywords])
        self._enter(node, (), node.body)

    def _comprehension(self, node: _Comprehension) -> None:
        first, *rest = node.generators
        self.visit(first.iter)
        inside: list[ast.AST] = [first.target, *first.ifs]
        for each in rest:
            inside += [each.iter, each.target, *each.ifs]
        inside += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._enter(node, (), inside)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


def _annotations(node: Definition) -> Iterator[ast.AST]:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for each in (*given, node.args.vararg, node.args.kwarg):
        if each is not None and each.annotation is not None:
            yield each.annotation
    if node.returns is not None:
        yield node.returns
