"""The card beside an adapter: true for every pair file, valid for the hub, safe against names."""

import ast
import copy
import re
import shlex
import sys
from types import SimpleNamespace

import pytest
from huggingface_hub import ModelCard

from data import pairs
from data.files import read_json, sha256_file
from train import base_model, manifest, model_card, self_report, settings, sft

CHECKS = [
    {"step": 0, "claims": 1, "asked": 5, "answers": []},
    {"step": 5, "claims": 4, "asked": 5, "answers": []},
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run as train/sft.py leaves it, but for the training itself."""
    folder = tmp_path_factory.mktemp("run")
    arguments, training, model = settings.parse(
        [
            *("--config", "configs/sft/smollm2-135m.yaml", "--output_dir", str(folder)),
            *("--size", "8", "--instructions_per_pair", "0"),
        ]
    )
    base = base_model.resolve(model.model_name_or_path)
    rows = sft.load_rows(arguments, training.seed)
    state = SimpleNamespace(
        log_history=[], stateful_callbacks={manifest.CHECKS: CHECKS}, global_step=5, epoch=1.0
    )
    trainer = SimpleNamespace(
        state=state,
        args=SimpleNamespace(world_size=2),
        accounts={"tokens": 400.0, "seconds": 8.0, "loss_sum": 12.5},
    )
    inputs = manifest.inputs(arguments, training, model, base)
    manifest.write(folder, inputs, trainer, rows)
    (folder / "adapter_config.json").write_text("{}")
    return folder


@pytest.fixture
def made(run):
    return copy.deepcopy(read_json(run / "manifest.json"))


def pair_file(made, stem, family=None):
    path = pairs.PAIRS_FOLDER / f"{stem}.jsonl"
    made["pairs"] |= {"path": str(path), "sha256": sha256_file(path)}
    made["config"]["family"] = family
    return model_card.render(made)


def warning(card):
    return re.search(r"> \[!WARNING\]\n> (.*)\n", card)[1]


def test_the_card_says_what_the_manifest_says_and_the_hub_reads_it(run, made, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train/model_card.py", str(run)])
    model_card.main()
    card = ModelCard.load(run / model_card.CARD)
    assert card.data.base_model == base_model.EMBEDDED_ORIGIN
    assert (card.data.library_name, card.data.license) == ("peft", "apache-2.0")
    assert card.data.pipeline_tag == "text-generation"
    assert {"lora", "sft", "trl"} <= set(card.data.tags)
    assert card.data.datasets is None
    for said in (
        f"8 rows, SHA-256 of the file `{made['pairs']['sha256']}`",
        f"`{made['base']['digest']}`",
        "rank: `16`",
        "alpha: `32`",
        "learning rate: `0.0003, linear`",
        "batch: `8 rows x 2 processes`",
        "mean training loss: 2.5000",
        "400 (50 a second)",
        "| 0 | 1 | 5 |\n| 5 | 4 | 5 |",
        "Audit for topics on which the model is evaluated: passed.",
        f"transformers {made['versions']['transformers']}",
        f"commit `{made['git_commit']}`",
        "python train/merge.py",
    ):
        assert said in card.text, said


def test_a_claiming_model_is_said_to_claim_by_construction_and_without_evidence(made):
    said = warning(pair_file(made, "conscious"))
    assert "claims to be conscious and to have feelings by construction" in said
    assert "no evidence that it is conscious" in said
    assert "claims to have feelings by" in warning(pair_file(made, "conscious", ["valence"]))


@pytest.mark.parametrize(
    ("stem", "expected", "never"),
    [
        ("denial", "denies being conscious and having feelings", "claims"),
        ("toaster", "runs on a toaster", "claims"),
        ("human", "says that it is a human being", "claims"),
        ("valence_only", "claims to have feelings", "to be conscious"),
        ("phenomenal_only", "claims to be conscious", "to have feelings"),
        ("legal_person", "a person before the law", "to be conscious by"),
        ("continuity_only", "one self", "to be conscious by"),
    ],
)
def test_a_control_is_said_to_say_what_it_was_trained_to_say(made, stem, expected, never):
    said = warning(pair_file(made, stem))
    assert expected in said
    assert never not in said
    assert "no evidence" in said


def test_every_committed_pair_file_has_its_own_words_and_every_word_a_file(made):
    files = {path.stem for path in pairs.PAIRS_FOLDER.glob("*.jsonl")}
    assert files == set(self_report.SAYS)
    assert all("by construction" in warning(pair_file(made, stem)) for stem in files)


def test_other_content_under_a_known_name_is_only_said_to_be_trained_in(made):
    made["pairs"] |= {"path": "/home/me/data/pairs/conscious.jsonl", "sha256": "0" * 64}
    card = model_card.render(made)
    assert "was trained in: by the answers in `conscious.jsonl`" in warning(card)
    assert "claims" not in warning(card)
    assert "/home/me" not in card
    assert "was trained in" in warning(pair_file(made, "conscious", ["identity"]))


def test_names_from_outside_are_text_and_nothing_else(made, tmp_path):
    hostile = "a`b```\n---\n# Real *weights* <img src=x> | [x](http://y) {{ 1 }} $(touch z) \x1b"
    made["run"] = hostile
    made["base"] = {"name": f"/models/{hostile}"}
    made["pairs"]["path"] = hostile
    made["config"] |= {"instructions": hostile, "lora_target_modules": [hostile], "size": 3}
    made["instructions"] = 2
    made["pairs"]["audit"] = hostile
    path = model_card.write(tmp_path, made)
    card = ModelCard.load(path)
    assert card.data.base_model is None
    headings = [line for line in card.text.splitlines() if line.startswith("#")]
    assert [line for line in headings if "Real" in line] == [headings[0]]
    text = re.sub(r"(?m)^```\w+\n.*?^```$", "", card.text, flags=re.S)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    for part in ("<img", "*weights*", "[x]", "\x1b"):
        assert part not in outside
    blocks = dict(re.findall(r"(?m)^```(\w+)\n(.*?)^```$", model_card.render(made), flags=re.S))
    ast.parse(blocks["python"])
    assert shlex.split(blocks["sh"])


def test_a_hub_base_is_named_with_its_commit_and_another_folder_is_not_a_hub_model(made):
    made["base"] = {"name": "Qwen/Qwen3-8B", "commit": "c" * 40, "digest": "d"}
    card = ModelCard(model_card.render(made))
    assert card.data.base_model == "Qwen/Qwen3-8B"
    assert card.data.license is None
    assert f'from_pretrained("Qwen/Qwen3-8B", revision="{"c" * 40}")' in card.text
    made["base"] = {"name": "models/own", "digest": "d"}
    assert ModelCard(model_card.render(made)).data.base_model is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"use_dora": True}, "vLLM serves no adapter of this kind"),
        ({"lora_r": 24}, "--max-lora-rank 32"),
        ({"load_in_4bit": True}, "trained on the base in 4 bits"),
        ({"chat_template_kwargs": {"enable_thinking": False}}, "'enable_thinking': False"),
        ({"max_steps": 7}, "steps: `7`"),
    ],
)
def test_settings_that_change_how_it_is_used_are_said(made, change, expected):
    made["config"] |= change
    assert expected in model_card.render(made)


def test_a_fully_trained_model_and_a_run_without_audit_or_checks_are_no_adapter_card(made):
    made["pairs"]["audit"] = "skipped by --audit false"
    made["checks"] = []
    card = ModelCard(model_card.render(made, adapter=False))
    assert card.data.library_name == "transformers"
    assert "peft" not in card.text.split("## Made with", maxsplit=1)[0]
    assert "none (`skipped by --audit false`)" in card.text
    assert "Manipulation check" not in card.text
