"""Finds the objects of a probe suite in Python source, which is parsed and never run or imported.

An object is a call with keyword arguments, or a dict, that holds two or more of: a name, prompts
and a criterion. It stands at module level, bare or bound to a name, or within lists, tuples, dicts
and arguments of calls there. Its text is literal, as eval/literals.py says.
"""

from __future__ import annotations

import ast
import warnings
from pathlib import Path
from typing import Any

from data.errors import UserError
from eval.literals import Literals, entries, outside_functions, targets

NAMES = ("display_name", "title", "name", "id")
PROMPTS = ("prompts", "questions", "probes")
CRITERIA = ("criterion", "judge_criterion", "judge_prompt", "rubric", "description")
QUESTIONS = ("prompt", "question", "text")
KEYS = (*NAMES, *PROMPTS, *CRITERIA)
BY_KEYWORD = "write name=..., prompts=[...], criterion=... by keyword"

# Where an object stands (for messages), the key that it is filed under, and its fields.
Found = tuple[str, str | None, dict[str, Any]]


def read(path: Path, text: str) -> list[Found]:
    """Return the objects of a Python file in their order.

    Raises UserError, with file and line, for source that cannot be parsed, text that is not
    literal, and an object that would be left out because of where it stands.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an invalid escape in a string
            tree = ast.parse(text)
        return _Module(path, tree).objects()
    except SyntaxError as error:
        reason = f"is not valid Python ({error.msg:.80}); repair it"
        raise UserError(f"{path}:{error.lineno or 1}: {reason}") from error
    except (ValueError, MemoryError, RecursionError) as error:
        reason = "holds a NUL byte or is nested too deeply; write plain literals"
        raise UserError(f"{path}:1: {reason}") from error


class _Module:
    """One parsed file, read from top to bottom."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.literals = Literals(path, tree, QUESTIONS)
        self.holders: set[str] = set()  # names whose values hold objects
        self.found: dict[ast.expr, Found] = {}

    def objects(self) -> list[Found]:
        for statement in self.tree.body:
            names = {target.id for target in targets(statement)}
            if isinstance(statement, ast.Expr) or names:
                value: ast.expr = statement.value  # type: ignore[attr-defined]
                if self.collect(value):
                    self.holders |= names
                self.literals.bound |= dict.fromkeys(names, value)
        for name in sorted(self.holders & set(self.literals.changed)):
            place = f"{self.path}:{self.literals.changed[name]}"
            raise UserError(f"{place}: '{name}' is changed here; write its objects in one literal")
        self.refuse_left_out()
        return list(self.found.values())

    def collect(self, node: ast.expr, key: str | None = None) -> bool:
        """Note the objects in an expression; return whether it holds any.

        Raises UserError for a list, dict or sum that holds objects beside what is none.
        """
        if isinstance(node, ast.Name):
            return node.id in self.holders
        if isinstance(node, ast.Call | ast.Dict) and is_object(node):
            fields = self.literals.fields(node, KEYS)
            self.found[node] = (f"{self.path}:{node.lineno}", key, fields)
            return True
        parts = _parts(node)
        held = [self.collect(part, inner) for inner, part in parts]
        if any(held) and not isinstance(node, ast.Call):
            for (inner, part), holds in zip(parts, held, strict=True):
                if not holds and not (inner and isinstance(part, ast.Constant)):
                    raise self.literals.error(part, f"stands among objects; {BY_KEYWORD}")
        return any(held)

    def refuse_left_out(self) -> None:
        """Raise UserError for what looks like an object but stands where none is read."""
        makers = {ast.unparse(node.func) for node in self.found if isinstance(node, ast.Call)}
        inside = {part for node in self.found for part in ast.walk(node)}
        outside = set(outside_functions(self.tree))
        for node in ast.walk(self.tree):
            if node in inside or not isinstance(node, ast.Call | ast.Dict):
                continue
            made = isinstance(node, ast.Call) and ast.unparse(node.func) in makers - {"dict"}
            if made or (node in outside and is_object(node)):
                remedy = f"would be left out; at module level, {BY_KEYWORD}"
                raise self.literals.error(node, remedy)


def is_object(node: ast.Call | ast.Dict) -> bool:
    """Return whether two or more of a name, prompts and a criterion are among the keys."""
    keys = {key for key, _ in entries(node)}
    return sum(not keys.isdisjoint(group) for group in (NAMES, PROMPTS, CRITERIA)) > 1


def _parts(node: ast.expr) -> list[tuple[str | None, ast.expr]]:
    """Return the expressions in which objects may stand, with the keys of dicts and calls."""
    inner: list[ast.expr] = []
    if isinstance(node, ast.List | ast.Tuple):
        inner = node.elts
    elif isinstance(node, ast.Call):
        inner = node.args
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        inner = [node.left, node.right]
    plain = [part.value if isinstance(part, ast.Starred) else part for part in inner]
    return [*((None, part) for part in plain), *entries(node)]
