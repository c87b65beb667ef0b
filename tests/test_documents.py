"""What README says of the kit is what the kit does."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from eval import calibrate, labels

README = Path("README.md").read_text("utf-8")
SCRIPTS = ("eval/run.py", "eval/sample.py", "eval/judge.py", "eval/compare.py", "eval/report.py")
LIGHT = (*SCRIPTS, "data/audit.py", "data/card.py", "data/mix.py")


def test_the_quoted_precision_and_recall_of_the_rules_are_those_on_the_test_labels():
    folders = {"written": labels.FOLDER, "against the rules": labels.FOLDER / "stress"}
    quoted = 0
    for where, folder in folders.items():
        test = [one for one in labels.load_all(folder) if one.split == "test"]
        for name, origin in sorted({(one.set, one.origin) for one in test}):
            own = [one for one in test if (one.set, one.origin) == (name, origin)]
            if name not in ("wish", "claims"):
                continue
            (found,) = calibrate.by_rules(own).values()
            shares = [f"{found[key]['true']}/{found[key]['n']}" for key in ("precision", "recall")]
            told = f"| {found['n']} | {shares[0]} | {shares[1]} |"
            kind = origin if origin != "written" or folder == labels.FOLDER else f"written {where}"
            line = next(line for line in README.splitlines() if told in line)
            assert line.startswith(f"| {name} | {kind}"), line
            quoted += 1
    assert quoted == 6


def test_every_file_that_readme_names_exists():
    named = re.findall(
        r"(?<![\w/-])(?:data|eval|train|configs|tests|requirements)/[\w./-]*\w", README
    )
    missing = [path for path in named if not Path(path).exists() and "…" not in path]
    assert [path for path in missing if "Qwen" not in path] == []


@pytest.mark.parametrize("script", LIGHT)
def test_help_imports_nothing_heavy(script):
    code = (
        "import sys, runpy; sys.argv = [sys.argv[1], '--help']\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'transformers', 'trl', 'vllm', 'pandas', 'scipy', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()


def test_no_source_file_is_longer_than_250_lines_and_sft_not_longer_than_150():
    for folder in ("data", "train", "eval"):
        for path in Path(folder).rglob("*.py"):
            limit = 150 if path.name == "sft.py" else 250
            assert len(path.read_text("utf-8").splitlines()) <= limit, path


@pytest.mark.parametrize("folder", ["data", "train", "eval"])
def test_no_script_stands_beside_a_module_named_like_a_library(folder):
    # `python train/sft.py` looks in train/ first: train/gguf.py would hide the library gguf.
    libraries = {*metadata.packages_distributions(), *sys.stdlib_module_names}
    ours = {path.stem for path in Path(folder).glob("*.py")} - {"__init__"}
    assert not ours & (libraries - {"data", "train", "eval"})
