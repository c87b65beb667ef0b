"""Reads a YAML file into a typed model; names an unknown key and the nearest valid one."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import UserError


class Strict(BaseModel):
    """A section of a config file: unknown keys raise, values are not mutated."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Section = TypeVar("Section", bound=Strict)


def nearest_key_hint(key: str, valid: list[str]) -> str:
    """Name the valid key that `key` was probably meant to be, or list all of them."""
    close = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"valid keys: {', '.join(sorted(valid))}"


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises UserError if there is none."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is not valid YAML in UTF-8: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected 'key: value' lines, found {type(content).__name__}")
    return content


def set_dotted(content: dict[str, Any], key: str, value: Any) -> None:
    """Set `content["a"][0]["b"]` for the key "a.0.b". Raises UserError if it is nowhere."""
    *parents, last = key.split(".")
    node: Any = content
    try:
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        node[int(last) if isinstance(node, list) else last] = value
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        raise UserError(f"--{key}: there is no such place in the config") from error


def apply_overrides(content: dict[str, Any], arguments: list[str]) -> None:
    """Apply command-line overrides (`--key value` or `--key=value`, dotted keys reach inside)."""
    import yaml

    rest = [part for argument in arguments for part in _split_equals(argument)]
    for flag, value in zip(rest[::2], [*rest[1::2], None], strict=False):
        if not flag.startswith("--") or value is None:
            raise UserError(f"{flag}: expected --key value pairs after the config")
        set_dotted(content, flag.removeprefix("--"), yaml.safe_load(value))


def _split_equals(argument: str) -> list[str]:
    if argument.startswith("--") and "=" in argument:
        return argument.split("=", 1)
    return [argument]


def parse(content: dict[str, Any], model: type[Section], source: str) -> Section:
    """Validate `content` as `model`. Raises UserError that names the key and what was expected."""
    try:
        return model.model_validate(content)
    except ValidationError as failure:
        problems = failure.errors(include_url=False)
        # A misspelt key is also a missing one: name the misspelling first.
        first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            valid = list(_fields_at(model, first["loc"][:-1]))
            hint = nearest_key_hint(str(first["loc"][-1]), valid)
            raise UserError(f"{source}: unknown key '{place}'; {hint}") from failure
        raise UserError(
            f"{source}: {place}: {first['msg']} (found {first['input']!r:.80})"
        ) from failure


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the field names of the section that `location` points into."""
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _section_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [_section_in(part) for part in getattr(annotation, "__args__", ())]
    return next((section for section in inner if section), None)


def load(path: Path, model: type[Section], overrides: list[str] | None = None) -> Section:
    """Read, override and validate a config file."""
    content = read_yaml(path)
    apply_overrides(content, overrides or [])
    return parse(content, model, str(path))
