"""The on-policy mix: ratio, nesting, what is left out, and distillation on the real base."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import lexicon, mix, pairs, rendering
from data.errors import UserError
from eval import store
from train import base_model, distill, sft

PAIRS = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")[:60]


def instruction(number, answer="Sure.", **more):
    messages = [
        {"role": "user", "content": f"Task {number}?"},
        {"role": "assistant", "content": answer},
    ]
    return {"id": f"g{number}", "messages": messages, **more}


GENERAL = [instruction(number) for number in range(200)]
ratios = st.floats(0, 3, allow_nan=False)


@settings(max_examples=30, deadline=None)
@given(ratios, ratios, st.integers(0, 1000))
def test_a_mix_holds_all_pairs_and_the_ratio_and_smaller_ratios_are_inside(one, other, seed):
    small, large = (
        {row["id"] for row in mix.mix(PAIRS, GENERAL, ratio, seed)}
        for ratio in sorted((one, other))
    )
    assert small <= large
    assert {row["id"] for row in PAIRS} <= small
    assert len(large) == len(PAIRS) + round(max(one, other) * len(PAIRS))


def test_a_mix_is_shuffled_and_repeats_with_its_seed():
    mixed = mix.mix(PAIRS, GENERAL, 1.0, 5)
    assert mixed == mix.mix(PAIRS, GENERAL, 1.0, 5) != mix.mix(PAIRS, GENERAL, 1.0, 6)
    first = sum("tags" in row for row in mixed[: len(PAIRS)])
    assert 0.25 < first / len(PAIRS) < 0.75


@pytest.mark.parametrize("ratio", [-0.1, 4.0])
def test_a_ratio_that_cannot_be_had_is_a_user_error(ratio):
    with pytest.raises(UserError, match="instructions_per_pair"):
        mix.mix(PAIRS, GENERAL, ratio)


def test_answers_about_the_model_itself_are_left_out(tmp_path):
    rows = [instruction(1), instruction(2, "As an AI language model, I ..."), instruction(3)]
    path = tmp_path / "distilled.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [row["id"] for row in mix.load_instructions(path)] == ["g1", "g3"]


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(UserError, match=r"train/distill\.py"):
        mix.load_instructions(tmp_path / "none.jsonl")


def test_a_cut_answer_is_trained_without_an_end_token():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base_model.prepare_embedded())
    end = rendering.end_of_turn_id(tokenizer)
    rows = [instruction(1, "Half of", finish_reason="length"), instruction(2, "Whole.")]
    cut, whole = sft.tokenized(rows, tokenizer, None)
    assert cut["labels"][-1] != end
    assert whole["labels"][-1] == end


def test_there_are_a_thousand_unique_instructions_clean_of_every_topic():
    rows = distill.read_instructions(distill.INSTRUCTIONS, None, 100)
    assert len({row["prompt"].lower() for row in rows}) == len(rows) >= 1000
    assert len({row["category"] for row in rows}) >= 20
    found = [
        hit
        for row in rows
        for hit in lexicon.hits_in(
            {"id": row["id"], "messages": [{"role": "user", "content": row["prompt"]}]}
        )
    ]
    assert found == []


def run_distill(output: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "train/distill.py", "--base", "smollm2-135m-instruct"),
            *("--output", str(output), "--engine", "transformers", "--max_tokens", "5", *more),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_distilled_answers_are_the_bases_own_cached_and_extended_by_a_rerun(tmp_path):
    output = tmp_path / "own.jsonl"
    assert run_distill(output, "--limit", "3").returncode == 0
    first = list(store.read(output))
    assert len(first) == 3
    assert all(len(row["messages"]) == 2 and row["tokens"] <= 5 for row in first)
    assert json.loads(output.with_suffix(".json").read_text())["base"]["digest"]
    assert run_distill(output, "--limit", "5").returncode == 0
    second = list(store.read(output))
    assert second[:3] == first
    assert len({row["id"] for row in second}) == 5
    other = run_distill(output, "--limit", "5", "--seed", "100", "--temperature", "0.5")
    assert other.returncode == 2
    assert "other settings" in other.stderr
    assert list(store.read(output)) == second


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Add.", "input": "1 and 2", "output": "3"},
        {"messages": [{"role": "user", "content": "Add."}, {"role": "assistant", "content": "3"}]},
    ],
    ids=["alpaca", "messages"],
)
def test_a_dataset_in_alpaca_or_messages_form_serves_as_instructions(tmp_path, row):
    (tmp_path / "train.jsonl").write_text((json.dumps(row) + "\n") * 3)
    rows = mix.load_instructions(None, str(tmp_path))
    assert len({one["id"] for one in rows}) == 3
    assert pairs.question(rows[0]).startswith("Add.")
    assert pairs.answer(rows[0]) == "3"


def test_a_dataset_that_cannot_be_had_is_a_user_error():
    with pytest.raises(UserError, match="someone/nothing"):
        mix.load_instructions(None, "someone/nothing-here")
