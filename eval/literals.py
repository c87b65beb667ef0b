"""Values of literal Python expressions, worked out from the syntax tree; no code is ever run.

Literal are: strings and other constants, lists, `+`, f-strings without fields, .strip(),
textwrap.dedent, dicts and calls of classes by keyword, and names bound once, further up, to such.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError

SUM_LIMIT = 1_000_000  # characters or elements: sums of sums of sums grow without end
STRIPS = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}
CHANGERS = {
    *("append", "extend", "insert", "update", "setdefault"),
    *("remove", "pop", "popitem", "clear", "sort", "reverse"),
}
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
WRITE_TEXT = "is not literal; write the text itself in its place (no code is run)"


class Literals:
    """The values in one module; `bound` grows as the module is read from top to bottom."""

    def __init__(self, path: Path, tree: ast.Module, inner_keys: Collection[str]) -> None:
        self.path = path
        self.inner_keys = inner_keys  # of dicts and calls in lists, the entries that are read
        self.bound: dict[str, ast.expr] = {}
        self.changed = changes(tree)
        self.dedents = _dedents(tree)
        self.values: dict[ast.expr, Any] = {}

    def error(self, node: ast.expr, remedy: str) -> UserError:
        return UserError(f"{self.path}:{node.lineno}: `{ast.unparse(node):.60}` {remedy}")

    def value(self, node: ast.expr) -> Any:
        """Return the value of a literal expression. Raises UserError for any other."""
        if node not in self.values:
            self.values[node] = self._evaluate(node)
        return self.values[node]

    def fields(self, node: ast.Call | ast.Dict, keys: Collection[str]) -> dict[str, Any]:
        """Return the values under the keys, others unread. Raises UserError unless literal."""
        for positional in node.args if isinstance(node, ast.Call) else []:
            raise self.error(positional, "has no keyword; write it as name=value")
        found: dict[str, Any] = {}
        for key, value in entries(node):
            if key == "**":
                raise self.error(value, "is unpacked here; write its entries out")
            if key in found:
                raise self.error(value, f"is a second '{key}'; remove one of the two")
            if key is not None and key in keys:
                found[key] = self.value(value)
        return found

    def _evaluate(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self._named(node)
            case ast.JoinedStr() | ast.BinOp(op=ast.Add()) | ast.List() | ast.Tuple():
                return self._joined(node, self._summands(node))
            case ast.Call(keywords=[]):
                return self._trimmed(node)
            case ast.Dict() | ast.Call() if isinstance(node, ast.Dict) or _is_class(node.func):
                return self.fields(node, self.inner_keys)
        raise self.error(node, WRITE_TEXT)

    def _summands(self, node: ast.JoinedStr | ast.BinOp | ast.List | ast.Tuple) -> list[Any]:
        if isinstance(node, ast.BinOp):
            return [self.value(node.left), self.value(node.right)]
        if isinstance(node, ast.JoinedStr):
            return ["", *map(self.value, node.values)]
        return [
            [],
            *(
                self.value(part.value) if isinstance(part, ast.Starred) else [self.value(part)]
                for part in node.elts
            ),
        ]

    def _joined(self, node: ast.expr, parts: list[Any]) -> Any:
        kind = type(parts[0])
        if kind not in (str, list) or any(type(part) is not kind for part in parts):
            raise self.error(node, WRITE_TEXT)
        if sum(map(len, parts)) > SUM_LIMIT:
            raise self.error(node, f"is longer than {SUM_LIMIT:,}; write less")
        return "".join(parts) if kind is str else [entry for part in parts for entry in part]

    def _named(self, node: ast.Name) -> Any:
        value = self.bound.get(node.id)
        if value is None or _end(value) > (node.lineno, node.col_offset):
            remedy = "is not bound further up in this file; write the text itself in its place"
            raise self.error(node, remedy)
        if node.id in self.changed:
            line = self.changed[node.id]
            raise self.error(node, f"is changed or bound again at line {line}; write it in one")
        return self.value(value)

    def _trimmed(self, node: ast.Call) -> str:
        """Return the value of text.strip() and the like, or of textwrap.dedent(text)."""
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in STRIPS and not node.args:
            text = self.value(func.value)
            if isinstance(text, str):
                return STRIPS[func.attr](text)
        elif ast.unparse(func) in self.dedents and len(node.args) == 1:
            text = self.value(node.args[0])
            if isinstance(text, str):
                return textwrap.dedent(text)
        raise self.error(node, WRITE_TEXT)


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _is_class(func: ast.expr) -> bool:
    """Tell Question(text=...) and dict(text=...) from a function or TEMPLATE.format(text=...)."""
    name = ast.unparse(func).rpartition(".")[2]
    return name == "dict" or (name[:1].isupper() and not name.isupper())


def entries(node: ast.expr) -> list[tuple[str | None, ast.expr]]:
    """Return a call's keyword arguments, or a dict's entries; unpacked ones have the key "**"."""
    if isinstance(node, ast.Call):
        return [(keyword.arg or "**", keyword.value) for keyword in node.keywords]
    if isinstance(node, ast.Dict):
        return [(_key(key), value) for key, value in zip(node.keys, node.values, strict=True)]
    return []


def _key(node: ast.expr | None) -> str | None:
    if node is None:
        return "**"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def targets(statement: ast.stmt) -> list[ast.Name]:
    """Return the names that a plain assignment binds; none for any other statement."""
    found: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        found = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        found = [statement.target]
    names = [target for target in found if isinstance(target, ast.Name)]
    return names if len(names) == len(found) else []


def outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk what stands in no function and no class."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        nodes += [n for n in ast.iter_child_nodes(node) if not isinstance(n, SCOPES)]


def changes(tree: ast.Module) -> dict[str, int]:
    """Return the names that are not just bound once, plainly, each with a line that shows it."""
    plain: dict[str, ast.Name] = {}
    for statement in tree.body:
        for target in targets(statement):
            plain.setdefault(target.id, target)
    changed: dict[str, int] = {}
    for node in outside_functions(tree):
        if isinstance(node, ast.alias):
            changed[node.asname or node.name] = node.lineno
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            changed |= {} if plain.get(node.id) is node else {node.id: node.lineno}
    return changed | _altered(tree)


def _altered(tree: ast.Module) -> dict[str, int]:
    """Return the names whose value, or a part of it, is altered in place anywhere in the file."""
    sources: dict[str, set[str]] = {}  # of a loop's variable: the names that it runs over
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            sources |= dict.fromkeys(_names(node.target), _names(node.iter))
    altered: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            altered |= dict.fromkeys(node.names, node.lineno)
        elif isinstance(node, ast.Attribute | ast.Subscript) and _alters(node):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            for name in _names(root):
                altered |= dict.fromkeys({name, *sources.get(name, ())}, node.lineno)
    return altered


def _alters(node: ast.Attribute | ast.Subscript) -> bool:
    changer = isinstance(node, ast.Attribute) and node.attr in CHANGERS
    return changer or not isinstance(node.ctx, ast.Load)


def _names(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _dedents(tree: ast.Module) -> set[str]:
    """Return how the module calls textwrap.dedent."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names = [alias for alias in node.names if alias.name == "textwrap"]
            found |= {f"{alias.asname or alias.name}.dedent" for alias in names}
        elif isinstance(node, ast.ImportFrom) and node.module == "textwrap":
            names = [alias for alias in node.names if alias.name == "dedent"]
            found |= {alias.asname or alias.name for alias in names}
    return found
