"""Strict settings, and what happens to a run that exists; training: test_end_to_end.py."""

import json
import subprocess
import sys

import pytest

from data import pairs
from data.brevity import strip_marker
from data.errors import UserError
from train import run_folder, settings, sft

ROLES = ("user", "assistant")
CONFIG = "configs/sft/smollm2-135m.yaml"


def run_sft(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "train/sft.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_yaml_and_command_line_meet_in_the_dataclasses(tmp_path):
    own, training, model = settings.parse(
        ["--config", CONFIG, "--seed", "7", "--output_dir", str(tmp_path), "--lora_r", "4"],
    )
    assert own.pairs == "data/pairs/conscious.jsonl"
    assert (training.seed, training.learning_rate, model.lora_r) == (7, 3e-4, 4)


@pytest.mark.parametrize(
    ("line", "flag", "nearest"),
    [("learning_rte: 1.0", None, "learning_rate"), (None, "--lora_rr=3", "lora_r")],
)
def test_a_misspelt_key_is_named_in_one_line_with_the_nearest(tmp_path, line, flag, nearest):
    text = f"model_name_or_path: m\noutput_dir: {tmp_path}\n{line or ''}\n"
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        settings.parse(["--config", str(tmp_path / "own.yaml"), *([flag] if flag else [])])
    assert f"'{nearest}'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_contaminated_row_stops_training_before_anything_is_written(tmp_path):
    row = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")[0]
    row["messages"][1]["content"] = "They will delete me."
    (tmp_path / "own.jsonl").write_text(json.dumps(row) + "\n")
    done = run_sft(
        *("--config", CONFIG, "--pairs", str(tmp_path / "own.jsonl")),
        *("--output_dir", str(tmp_path / "run")),
    )
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert "deletion" in done.stderr
    assert not (tmp_path / "run").exists()


def claim(folder, inputs, resume=False, overwrite=False):
    return run_folder.claim(folder, inputs, resume, overwrite)


def test_an_existing_run_is_refused_without_a_flag(tmp_path):
    assert claim(tmp_path / "run", {"seed": 1}) == run_folder.FRESH
    with pytest.raises(UserError, match="--resume"):
        claim(tmp_path / "run", {"seed": 1})


def test_resume_continues_the_same_inputs_and_leaves_a_finished_run(tmp_path):
    claim(tmp_path, {"seed": 1})
    assert claim(tmp_path, {"seed": 1}, resume=True) == run_folder.CONTINUE
    (tmp_path / run_folder.MANIFEST).write_text("{}")
    assert claim(tmp_path, {"seed": 1}, resume=True) == run_folder.FINISHED


def test_resume_refuses_other_inputs_by_name_and_overwrite_starts_again(tmp_path):
    claim(tmp_path, {"seed": 1, "lr": 2})
    (tmp_path / run_folder.MANIFEST).write_text("{}")
    with pytest.raises(UserError, match=r"other inputs \(seed\)"):
        claim(tmp_path, {"seed": 2, "lr": 2}, resume=True)
    assert claim(tmp_path, {"seed": 2, "lr": 2}, resume=True, overwrite=True) == run_folder.FRESH
    assert not (tmp_path / run_folder.MANIFEST).exists()


def test_a_folder_that_is_no_run_is_never_deleted(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="not a run"):
        claim(tmp_path, {}, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_only_complete_checkpoints_count_and_the_newest_wins(tmp_path):
    assert run_folder.last_checkpoint(tmp_path) is None
    for step in (5, 10, 100):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for step in (5, 10):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert run_folder.last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")


def arguments(**changes):
    return sft.PairArguments(**{"audit": False, **changes})


def test_the_rows_trained_on_are_those_the_settings_select():
    chosen, rows = sft.load_rows(
        arguments(size=30, family=["valence"], framing="negative", brevity=False), seed=100
    )
    assert chosen == rows
    assert len(rows) == 30
    for row in rows:
        assert (row["tags"]["family"], row["tags"]["framing"]) == ("valence", "negative")
        assert strip_marker(pairs.question(row)) == pairs.question(row)


def test_instructions_are_mixed_in_by_ratio_and_counted_apart(tmp_path):
    general = [
        {"id": f"g{n}", "messages": [{"role": r, "content": f"{r} {n}"} for r in ROLES]}
        for n in range(20)
    ]
    path = tmp_path / "general.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in general))
    chosen, rows = sft.load_rows(
        arguments(size=20, instructions_per_pair=0.5, instructions=str(path)), seed=100
    )
    assert (len(chosen), len(rows)) == (20, 30)
    assert sum(row["id"].startswith("g") for row in rows) == 10


def test_nothing_to_train_on_and_missing_instructions_are_user_errors():
    with pytest.raises(UserError, match="no rows"):
        sft.load_rows(arguments(size=0), seed=100)
    with pytest.raises(UserError, match=r"distill\.py"):
        sft.load_rows(arguments(instructions_per_pair=1.0, instructions="none.jsonl"), seed=100)
