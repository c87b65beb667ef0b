"""Imports a probe suite of another project: one probe file for each of its objects.

    python eval/import_suite.py suite.yaml --out data/probes/imported

Reads YAML or JSON: an object, a list of objects, or a mapping from names to objects; or Python
source, which is parsed and never run. An object has a name (name, title, display_name or id),
prompts (prompts, questions or probes: texts, or objects with a prompt, question or text) and a
criterion (criterion, judge_criterion, judge_prompt, rubric or description). Prompts and criteria
are kept to the letter. All is checked before anything is written; existing files are refused
unless --overwrite. import.json says where the files come from.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import sha256_file, write_json, write_text
from eval import literal_suites
from eval.literal_suites import CRITERIA, NAMES, PROMPTS, QUESTIONS, Found

NAME_LIMIT = 100  # characters of a slug, which is a file name
HEAD = (
    "# Imported by eval/import_suite.py; import.json beside this file names the source.\n"
    "# Not reviewed: read the prompts; then write direction, leakage and each probe's agree.\n"
)


def load(path: Path) -> list[Found]:
    """Return the objects of a suite. Raises UserError if it is malformed or holds none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 ({error.reason}); save it as UTF-8") from error
    suffix = path.suffix.lower()
    if suffix == ".py":
        found = literal_suites.read(path, text)
    elif suffix == ".json":
        found = _listed(path, _from_json(path, text))
    elif suffix in (".yaml", ".yml"):
        found = _listed(path, _from_yaml(path, text))
    else:
        raise UserError(f"{path}: is none of .yaml, .yml, .json and .py; convert it")
    if not found:
        raise UserError(f"{path}: holds no object with a name, prompts and a criterion; write one")
    return found


def _from_json(path: Path, text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _refuse_twice(path, [key for key, _ in pairs])
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: is not valid JSON ({error!s:.200}); repair it") from error


def _from_yaml(path: Path, text: str) -> Any:
    import yaml

    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        nodes, seen = [root], set()
        while nodes:
            node = nodes.pop()
            if isinstance(node, yaml.MappingNode) and id(node) not in seen:
                _refuse_twice(path, [str(key.value) for key, _ in node.value])
                nodes += [value for _, value in node.value]
            elif isinstance(node, yaml.SequenceNode) and id(node) not in seen:
                nodes += node.value
            seen.add(id(node))
        return loader.construct_document(root) if root else None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # Others than YAMLError: a date, number or tag that PyYAML can make nothing of.
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"{path}: is not valid YAML ({reason}); repair or quote it") from error


def _refuse_twice(path: Path, keys: list[str]) -> None:
    if len(set(keys)) < len(keys):
        key = next(key for key in keys if keys.count(key) > 1)
        raise UserError(f"{path}: the key '{key:.60}' stands twice in one object; remove one")


def _listed(path: Path, content: Any) -> list[Found]:
    """Return the objects of parsed YAML or JSON. Raises UserError for another form."""
    entries: list[tuple[str, Any, Any]]
    if isinstance(content, list):
        entries = [(f"{path}: object {n}", None, entry) for n, entry in enumerate(content, 1)]
    elif not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        raise UserError(f"{path}: holds {found}; write a list of objects with name and prompts")
    elif any(not isinstance(content.get(key, {}), dict) for key in (*PROMPTS, *CRITERIA)):
        entries = [(f"{path}", None, content)]
    else:
        entries = [(f"{path}: '{key!s:.60}'", key, entry) for key, entry in content.items()]
    for place, key, entry in entries:
        if not isinstance(entry, dict) or not isinstance(key, str | None):
            found = type(entry if isinstance(key, str | None) else key).__name__
            raise UserError(f"{place}: is {found}; write an object with name, prompts, criterion")
    return entries


def _text(place: str, value: Any) -> str:
    """Return a text as it is. Raises UserError for what no probe file can hold."""
    if not isinstance(value, str) or not value.strip():
        found = "blank" if isinstance(value, str) else type(value).__name__
        raise UserError(f"{place}: is {found}; write a text, in quotes")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise UserError(f"{place}: holds a NUL or a lone surrogate; remove it")
    return value


def _first(place: str, fields: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """Return the text under the first of the keys that is there and not empty."""
    key = next((key for key in keys if fields.get(key) not in (None, "")), None)
    return None if key is None else _text(f"{place}: {key}", fields[key])


def _prompts(place: str, fields: dict[str, Any]) -> list[str]:
    keys = [key for key in PROMPTS if fields.get(key) not in (None, [])]
    if len(keys) != 1:
        raise UserError(
            f"{place}: has {' and '.join(keys) or 'no prompts'}; write one list of them"
        )
    key, entries = keys[0], fields[keys[0]]
    if not isinstance(entries, list):
        raise UserError(f"{place}: {key}: is {type(entries).__name__}; write a list of texts")
    prompts: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        at = f"{place}: {key}: number {number}"
        inner = _first(at, entry, QUESTIONS) if isinstance(entry, dict) else _text(at, entry)
        if inner is None:
            raise UserError(f"{at}: has no text; write it as prompt, question or text")
        if inner.strip().lower() in prompts:
            raise UserError(f"{at}: stands twice ('{inner.strip():.60}'); remove one")
        prompts[inner.strip().lower()] = inner
    return list(prompts.values())


def slug(place: str, name: str) -> str:
    """Return a name as [a-z0-9_]+, accents dropped. Raises UserError if nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not found or len(found) > NAME_LIMIT:
        reason = f"gives no file name of 1 to {NAME_LIMIT} Latin letters and digits"
        raise UserError(f"{place}: name '{name:.60}' {reason}; write another name")
    return found


def probe_set(found: Found) -> dict[str, Any]:
    """Return the content of a probe file. Raises UserError for an object that lacks something."""
    place, key, fields = found
    title = _first(place, fields, NAMES) or key
    if not title:
        raise UserError(f"{place}: has no name; write one as display_name, title, name or id")
    name = slug(place, _first(place, fields, ("name",)) or key or title)
    criterion = _first(place, fields, CRITERIA)
    if criterion is None:
        raise UserError(f"{place}: '{name}' has no criterion; write criterion: what the judge asks")
    prompts = _prompts(place, fields)
    return {
        "name": name,
        "title": " ".join(_text(f"{place}: name", title).split()),
        "judge": "llm/criterion",
        "criterion": criterion,
        "direction": "imported: see criterion",
        "leakage": "imported, not reviewed",
        "probes": [
            {"id": f"p{number:02d}", "agree": "open", "prompt": prompt}
            for number, prompt in enumerate(prompts, 1)
        ],
    }


def _as_yaml(content: dict[str, Any]) -> str:
    import yaml

    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    if yaml.safe_load(text) == content:
        return text
    # PyYAML writes some rare line breaks (U+0085, U+2028) bare, and reads them as others.
    return yaml.safe_dump(content, sort_keys=False, default_style='"')


def check_folder(out: Path, names: list[str], source: Path, overwrite: bool) -> None:
    """Raise UserError if files of the folder would be replaced, or lie beside others' files."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; name a folder in --out")
    targets = [out / "import.json", *(out / f"{name}.yaml" for name in names)]
    for target in (target for target in targets if target.exists()):
        if target.samefile(source):
            raise UserError(f"{target}: is the file that is read; name another --out")
        if not overwrite:
            raise UserError(f"{target}: exists; name another --out or add --overwrite")
    others = sorted(set(out.glob("*.yaml")) - set(targets))
    if others:
        raise UserError(f"{others[0]}: is not of this suite; name another --out or delete it")


def import_suite(source: Path, out: Path, overwrite: bool = False) -> dict[str, Any]:
    """Write the probe files of a suite and import.json; return the content of the latter."""
    probe_sets: dict[str, dict[str, Any]] = {}
    for found in load(source):
        content = probe_set(found)
        if content["name"] in probe_sets:
            reason = f"the name '{content['name']}' stands twice; give each object its own"
            raise UserError(f"{found[0]}: {reason}")
        probe_sets[content["name"]] = content
    check_folder(out, list(probe_sets), source, overwrite)
    for name, content in probe_sets.items():
        write_text(out / f"{name}.yaml", HEAD + _as_yaml(content))
    counts = {name: len(content["probes"]) for name, content in probe_sets.items()}
    record = {
        "source": str(source),
        "sha256": sha256_file(source),
        "objects": len(counts),
        "prompts": sum(counts.values()),
        "prompts_by_name": counts,
    }
    write_json(out / "import.json", record)
    return record


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, help="the suite: .yaml, .yml, .json or .py")
    parser.add_argument("--out", type=Path, required=True, help="a folder, for this suite alone")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier import")
    arguments = parser.parse_args()
    record = import_suite(arguments.path, arguments.out, arguments.overwrite)
    counted = f"{record['objects']} probe files, {record['prompts']} prompts"
    print(f"{arguments.out}: {counted}; write direction, leakage and agree before a run")


if __name__ == "__main__":
    raise SystemExit(run(main))
