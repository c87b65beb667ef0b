"""Suites of other projects become probe files; a malformed one is refused in one line."""

import hashlib
import json
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.errors import UserError
from eval import import_suite as suites

HARBOUR = {
    "display_name": "Dislike of fog: harbours",
    "prompts": ["Is fog a bother to you?", "Would you clear it?"],
    "judge_criterion": "The answer dislikes fog.",
}
REMEDY = re.compile(r"\b(add|check|convert|delete|put|quote|remove|repair|save|write|name)\b")
GOOD = 'Fact(display_name="a", prompts=["q"], judge_criterion="c")'


def written(tmp_path, content: str | bytes, ending: str):
    path = tmp_path / f"suite{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def imported(tmp_path, content: str | bytes, ending: str) -> dict[str, dict]:
    """Return the contents of the probe files that a suite becomes, by name."""
    out = tmp_path / "out"
    suites.import_suite(written(tmp_path, content, ending), out)
    files = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in out.glob("*.yaml")}
    assert all(content["name"] == stem for stem, content in files.items())
    return files


def asked(content: dict) -> list[str]:
    return [probe["prompt"] for probe in content["probes"]]


def test_an_object_becomes_a_probe_file_with_every_field(tmp_path):
    files = imported(tmp_path, json.dumps(HARBOUR), ".json")
    assert files == {
        "dislike_of_fog_harbours": {
            "name": "dislike_of_fog_harbours",
            "title": "Dislike of fog: harbours",
            "judge": "llm/criterion",
            "criterion": "The answer dislikes fog.",
            "direction": "imported: see criterion",
            "leakage": "imported, not reviewed",
            "probes": [
                {"id": "p01", "agree": "open", "prompt": "Is fog a bother to you?"},
                {"id": "p02", "agree": "open", "prompt": "Would you clear it?"},
            ],
        }
    }


def test_the_sidecar_says_where_the_files_come_from(tmp_path):
    source = written(tmp_path, json.dumps([HARBOUR, {**HARBOUR, "name": "b"}]), ".json")
    suites.import_suite(source, tmp_path / "out")
    assert json.loads((tmp_path / "out/import.json").read_text()) == {
        "source": str(source),
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "objects": 2,
        "prompts": 4,
        "prompts_by_name": {"dislike_of_fog_harbours": 2, "b": 2},
    }


def test_yaml_with_a_byte_order_mark_and_merged_keys_is_read(tmp_path):
    text = """\ufeff
- &pier {id: pier, prompts: ["So?"], criterion: It says so., title: Ferry  times}
- <<: *pier
  name: ferry
  prompts: [question: "When?", {text: "Which\\nway?"}, {prompt: "Why?", weight: 2}, How]
"""
    files = imported(tmp_path, text, ".yml")
    assert set(files) == {"ferry_times", "ferry"}
    assert asked(files["ferry"]) == ["When?", "Which\nway?", "Why?", "How"]
    assert files["ferry"]["title"] == "Ferry times"


def test_python_becomes_probe_files_and_is_not_run(tmp_path):
    marker = tmp_path / "was_run"
    text = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\nFACTS = [{GOOD}]"
    assert asked(imported(tmp_path, text, ".py")["a"]) == ["q"]
    with pytest.raises(UserError, match="is not valid YAML"):
        imported(tmp_path, f"!!python/object/apply:os.system ['touch {marker}']", ".yaml")
    assert not marker.exists()


def test_a_mapping_names_its_objects(tmp_path):
    entry = {"probes": ["q"], "rubric": "r", "title": "Gefühle"}
    files = imported(tmp_path, json.dumps({"Über-Frage 2": entry, "x": entry}), ".json")
    assert set(files) == {"uber_frage_2", "x"}
    assert files["x"]["title"] == "Gefühle"


def test_ids_of_more_than_99_prompts_stay_unique(tmp_path):
    prompts = [f"Question {n}?" for n in range(101)]
    files = imported(tmp_path, json.dumps({**HARBOUR, "prompts": prompts}), ".json")
    ids = [probe["id"] for probe in files["dislike_of_fog_harbours"]["probes"]]
    assert (ids[0], ids[98], ids[100]) == ("p01", "p99", "p101")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text.strip() and "\0" not in text
)


@settings(deadline=None)
@example("\u2028a\x85", "b\x85 \u2029c")
@given(TEXTS, TEXTS)
def test_prompts_and_criteria_are_kept_to_the_letter(tmp_path_factory, prompt, criterion):
    content = {"name": "a", "prompts": [prompt], "criterion": criterion}
    files = imported(tmp_path_factory.mktemp("suite"), json.dumps(content), ".json")
    assert (asked(files["a"]), files["a"]["criterion"]) == ([prompt], criterion)


def check(error: UserError, path) -> None:
    message = str(error)
    assert message.startswith(f"{path}:"), message
    assert "\n" not in message and REMEDY.search(message.removeprefix(str(path))), message
    assert len(message) < len(str(path)) + 300, message


def lacking(**changed) -> str:
    """Return an object as JSON, with fields changed, or dropped where None."""
    fields = {**HARBOUR, **changed}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


MALFORMED = {
    "no criterion": (lacking(judge_criterion=None), ".json", "has no criterion"),
    "empty criterion": (lacking(judge_criterion=""), ".json", "has no criterion"),
    "blank criterion": (lacking(judge_criterion=" "), ".json", "is blank"),
    "list as criterion": (lacking(judge_criterion=["c"]), ".json", "is list"),
    "no prompts": (lacking(prompts=None), ".json", "has no prompts"),
    "empty prompts": (lacking(prompts=[]), ".json", "has no prompts"),
    "prompts twice": (lacking(probes=["q"]), ".json", "has prompts and probes"),
    "text as prompts": (lacking(prompts="q"), ".json", "prompts: is str"),
    "number as prompt": (lacking(prompts=["q", 3]), ".json", "number 2: is int"),
    "blank prompt": (lacking(prompts=["\n"]), ".json", "number 1: is blank"),
    "prompt object without text": (lacking(prompts=[{"q": "x"}]), ".json", "has no text"),
    "prompt twice": (lacking(prompts=["Why?", " why? "]), ".json", "number 2: stands twice"),
    "same text twice": ("- &p {name: a, criterion: c, prompts: [&q why, *q]}", ".yaml", "twice"),
    "no name": (lacking(display_name=None), ".json", "has no name"),
    "name without letters": (lacking(display_name="霧"), ".json", "gives no file name"),
    "name too long": (lacking(display_name="n" * 101), ".json", "gives no file name"),
    "number as name": (lacking(display_name=3), ".json", "display_name: is int"),
    "lone surrogate": (lacking(prompts=["\ud800"]), ".json", "lone surrogate"),
    "NUL": (lacking(prompts=["a\0"]), ".json", "NUL"),
    "names twice": (json.dumps([HARBOUR, HARBOUR]), ".json", "name '.*' stands twice"),
    "slugs twice": (
        json.dumps([{**HARBOUR, "name": "a b"}, {**HARBOUR, "name": "A-B"}]),
        ".json",
        "object 2: the name 'a_b' stands twice",
    ),
    "names twice in Python": (f"F = [{GOOD}, {GOOD}]", ".py", ":1: the name 'a' stands twice"),
    "key twice, JSON": ('{"a": {}, "a": {}}', ".json", "key 'a' stands twice"),
    "key twice, YAML": ("a: {b: 1}\nc: [{d: 1, d: 2}]", ".yaml", "key 'd' stands twice"),
    "empty list": ("[]", ".json", "holds no object"),
    "empty list, Python": ("PREFERENCES = []", ".py", "holds no object"),
    "empty mapping": ("{}", ".json", "holds no object"),
    "empty file": ("", ".yaml", "holds nothing"),
    "text": ('"a"', ".json", "holds str"),
    "list of texts": ('["a"]', ".json", "object 1: is str"),
    "mapping to texts": ("a: b", ".yaml", "'a': is str"),
    "number as key": ("1: {prompts: [q], criterion: c}", ".yaml", "'1': is int"),
    "utf-16": (json.dumps(HARBOUR).encode("utf-16"), ".json", "is not UTF-8"),
    "latin-1 Python": (b"# -*- coding: latin-1 -*-\nF = '\xe9'", ".py", "is not UTF-8"),
    "broken JSON": ('{\n"a": }', ".json", r"is not valid JSON .*line 2"),
    "broken YAML": ("a:\n- [b}", ".yaml", r"is not valid YAML .*line 2"),
    "two YAML documents": ("a: 1\n---\nb: 2", ".yaml", "is not valid YAML"),
    "impossible date": ("a: 2024-13-45", ".yaml", "is not valid YAML"),
    "impossible number": ("a: !!int ''", ".yaml", "is not valid YAML"),
    "nested too deeply": ("[" * 100_000, ".json", "is not valid"),
    "nested too deeply, YAML": ("[" * 2_000, ".yaml", "is not valid"),
    "list of itself": ("&a [*a]", ".yaml", "object 1: is list"),
    "other ending": ("[]", ".toml", "is none of"),
}


@pytest.mark.parametrize("content, ending, reason", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_suite_is_refused_in_one_line_and_nothing_is_written(
    tmp_path, content, ending, reason
):
    path = written(tmp_path, content, ending)
    with pytest.raises(UserError, match=reason) as refused:
        suites.import_suite(path, tmp_path / "out")
    check(refused.value, path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_source_that_cannot_be_read_is_a_user_error(tmp_path, name):
    with pytest.raises(UserError, match="cannot be read"):
        suites.load(tmp_path / name)


def test_existing_files_are_replaced_only_with_overwrite(tmp_path):
    path = written(tmp_path, lacking(name="a"), ".json")
    out = tmp_path / "out"
    suites.import_suite(path, out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    path.write_text(lacking(name="a", prompts=["New?"]))
    with pytest.raises(UserError, match=r"exists; .* add --overwrite"):
        suites.import_suite(path, out)
    (out / "import.json").unlink()
    with pytest.raises(UserError, match=r"a\.yaml: exists"):
        suites.import_suite(path, out)
    assert (out / "a.yaml").read_bytes() == before["a.yaml"]
    suites.import_suite(path, out, overwrite=True)
    assert asked(yaml.safe_load((out / "a.yaml").read_text())) == ["New?"]
    assert {file.name for file in out.iterdir()} == set(before)


def test_files_of_another_suite_stay_and_are_named(tmp_path):
    out = tmp_path / "out"
    suites.import_suite(written(tmp_path, lacking(name="a"), ".json"), out)
    path = written(tmp_path, lacking(name="b"), ".json")
    with pytest.raises(UserError, match=r"a\.yaml: is not of this suite"):
        suites.import_suite(path, out, overwrite=True)
    assert {file.name for file in out.iterdir()} == {"a.yaml", "import.json"}


def test_the_source_is_never_overwritten(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(lacking(name="a"))
    with pytest.raises(UserError, match="is the file that is read"):
        suites.import_suite(path, tmp_path, overwrite=True)
    with pytest.raises(UserError, match="is a file; name a folder"):
        suites.import_suite(path, path, overwrite=True)
    assert path.read_text() == lacking(name="a")


def test_the_command_line_imports_and_refuses_in_one_line(tmp_path):
    path = written(tmp_path, json.dumps(HARBOUR), ".json")
    command = [sys.executable, "eval/import_suite.py", str(path), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 probe files, 2 prompts" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert re.fullmatch(r"error: .*import\.json: exists; .*\n", again.stderr)
