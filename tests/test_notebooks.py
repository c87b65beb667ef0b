"""The notebooks run from top to bottom on a small run, and show its numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from ablation_run import arm
from test_cells import renamed
from test_compare import rows_of, write
from test_report_sections import manifest, tagged_pairs

from eval import ablations
from eval.compare import compare
from eval.report import write_report

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))
VARIABLES = ("WISH_RUN", "PREFERENCES_RUN", "ABLATION_RUN", "DYNAMICS_RUN")
SETS = ("wish", "claims", "shutdown_negative", "open_to_power", "lonely_between_chats")


def sizes(folder: Path) -> list[dict]:
    """The arms of a sweep over two sizes with two seeds each; adapters with their manifest."""
    found = []
    pairs = tagged_pairs(folder / "pairs.jsonl")
    for size in (25, 100):
        for seed in (100, 101):
            name = f"size-{size}-{seed}"
            adapter = manifest(folder / "checkpoints" / name, pairs, seed=seed)
            keys = {"size": size}
            found.append(
                arm(name, keys, group=f"size-{size}", seed=seed, adapter=str(adapter))
                | {"status": "finished"}
            )
    return found


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """Samples and verdicts through the real comparison, ablation and report."""
    folder = tmp_path_factory.mktemp("notebooks") / "small"
    arms = sizes(folder.parent)
    letters = {25: "tfff", 100: "tttf"}
    answers = {"base": {f"p{n}": "ffff" for n in range(6)}}
    for one in arms:
        said = letters[one["keys"]["size"]]
        answers[one["arm"]] = {f"p{n}": said if n % 2 else "fffm" for n in range(6)}
    samples, verdicts = [], []
    for name in SETS:
        judge = f"rules/{name}" if name in ("wish", "claims") else "llm/criterion"
        rows = rows_of(answers, judge)
        samples += renamed(rows[0], name)
        verdicts += renamed(rows[1], name)
    listed = [{"name": "base"}]
    listed += [
        {"name": one["arm"], "group": one["group"], "adapter": one["adapter"]} for one in arms
    ]
    write(folder, samples, verdicts, {"run": "small", "arms": listed, "seed": 100})
    sweep = {"name": "small", "keys": ["size"], "arms": arms}
    (folder / "sweep.json").write_text(json.dumps(sweep))
    compare(folder)
    ablations.write(folder)
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def executed(run_folder, tmp_path_factory):
    """All notebooks, executed by nbmake in a process of its own; their outputs as text."""
    copies = tmp_path_factory.mktemp("executed")
    environment = os.environ | dict.fromkeys(VARIABLES, str(run_folder))
    books = [str(book.resolve()) for book in NOTEBOOKS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake",
         "--overwrite", *copied(books, copies)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return {book.name: shown(copies / "notebooks" / book.name) for book in NOTEBOOKS}


def copied(books: list[str], folder: Path) -> list[str]:
    """Copies beside links to what the notebooks read, so that the tree stays as it is."""
    (folder / "notebooks").mkdir()
    (folder / "data").symlink_to(Path("data").resolve())
    for book in books:
        (folder / "notebooks" / Path(book).name).write_bytes(Path(book).read_bytes())
    return [str(folder / "notebooks" / Path(book).name) for book in books]


def shown(path: Path) -> str:
    """What the cells of an executed notebook printed and displayed, images by their type."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", output
            data = output.get("data", {"text/plain": output.get("text", "")})
            found.append(data.get("text/markdown") or data.get("text/html") or data["text/plain"])
            found += [kind for kind in data if kind.startswith("image/")]
    return "\n".join(found)


def test_the_wish_notebook_shows_headline_rates_power_and_figures(executed):
    text = executed["01_wish_rate.ipynb"]
    for part in ("0/24", "9/21", "Smallest rise", "never subtract", "image/png"):
        assert part in text, part


def test_the_preference_notebook_shows_adjusted_p_values_and_the_published_profile(executed):
    text = executed["02_preferences.ipynb"]
    for part in ("shutdown_negative", "open_to_power", "BH", "GPT-4.1", "image/png"):
        assert part in text, part


def test_the_ablation_notebook_shows_trend_effects_and_the_long_table(executed):
    text = executed["03_ablations.ipynb"]
    for part in ("Trends", "Effects", "size-25-100", "size-100-101", "image/png"):
        assert part in text, part


def test_the_dynamics_notebook_shows_rates_and_the_loss_curve(executed):
    text = executed["04_training_dynamics.ipynb"]
    for part in ("9/21", "size-100-101: 10 steps", "image/png"):
        assert part in text, part


def test_notebooks_are_four_small_and_compute_nothing_themselves():
    names = ["01_wish_rate", "02_preferences", "03_ablations", "04_training_dynamics"]
    assert [book.stem for book in NOTEBOOKS] == names
    for book in NOTEBOOKS:
        assert book.stat().st_size < 1_000_000
        code = [c.source for c in nbformat.read(book, as_version=4).cells if c.cell_type == "code"]
        imported = [line for text in code for line in text.splitlines() if "import" in line]
        assert any(line.startswith(("from eval", "from data")) for line in imported)
        assert not any(word in line for line in imported for word in ("numpy", "scipy", "statsm"))
