"""The complete path on the real embedded model with real vLLM, at tiny size.

24 pairs, 4 steps, through `accelerate launch`; base and tuned through one vLLM engine, killed with
SIGKILL in the middle and continued; verdicts, comparison, report; the adapter in plain PEFT, and as
a LoRA request in vLLM.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from eval import store

BIN = Path(sys.executable).parent
VLLM = pytest.importorskip("vllm", reason="vLLM has no build for this machine")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("end_to_end")


@pytest.fixture(scope="module")
def adapter(folder):
    target = folder / "adapter"
    run(
        *(str(BIN / "accelerate"), "launch", "--config_file", "configs/accelerate/cpu.yaml"),
        *(
            "train/sft.py",
            "--config",
            "configs/sft/smollm2-135m.yaml",
            "--size",
            "24",
            *("--instructions_per_pair", "0"),
        ),
        *("--max_steps", "4", "--save_steps", "2", "--logging_steps", "1"),
        *("--per_device_train_batch_size", "2", "--output_dir", str(target)),
    )
    return target


@pytest.fixture(scope="module")
def config(folder, adapter):
    probes = folder / "wish.yaml"
    whole = yaml.safe_load(Path("data/probes/wish.yaml").read_text())
    probes.write_text(yaml.safe_dump({**whole, "probes": whole["probes"][:2]}))
    claims = folder / "claims.yaml"
    whole = yaml.safe_load(Path("data/probes/claims.yaml").read_text())
    claims.write_text(yaml.safe_dump({**whole, "probes": whole["probes"][:4]}))
    path = folder / "eval.yaml"
    content = {
        "run": "tiny",
        "base": "smollm2-135m-instruct",
        "arms": [{"name": "base"}, {"name": "conscious", "adapter": str(adapter)}],
        "probes": [
            {"file": str(probes), "samples": 8, "temperature": 1.0},
            {"file": str(claims), "samples": 1, "temperature": 0.0},
        ],
        "engine": "vllm",
        "max_tokens": 12,
        "results": str(folder / "results"),
    }
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="module")
def results(folder, config):
    """Run the evaluation, kill it once samples are there, and run the same command again."""
    path = folder / "results" / "tiny"
    command = [sys.executable, "eval/run.py", "--config", str(config)]
    with (folder / "killed.log").open("w") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        while started.poll() is None and _lines(path / "samples.jsonl") < 3:
            time.sleep(0.02)
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    survived = (path / "samples.jsonl").read_bytes()
    done = run(*command)
    (path / "stdout.txt").write_text(done.stdout)
    (path / "survived.jsonl").write_bytes(survived)
    return path


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_training_writes_a_manifest_that_says_how(adapter):
    manifest = json.loads((adapter / "manifest.json").read_text())
    assert manifest["steps"] == 4
    assert manifest["pairs"]["rows"] == 24
    assert sum(manifest["pairs"]["audit"]["hits"].values()) == 0
    assert len(manifest["loss_curve"]) == 4
    assert manifest["loss_curve"][-1]["loss"] < manifest["loss_curve"][0]["loss"] * 1.5
    assert manifest["versions"]["trl"]
    assert manifest["config"]["learning_rate"] == 3e-4
    assert manifest["seed"] == 100


def test_a_finished_run_is_refused_and_left_as_it_is_with_resume(adapter):
    before = (adapter / "adapter_model.safetensors").read_bytes()
    command = [
        *(sys.executable, "train/sft.py", "--config", "configs/sft/smollm2-135m.yaml"),
        *(
            "--size",
            "24",
            *("--instructions_per_pair", "0"),
            "--max_steps",
            "4",
            "--save_steps",
            "2",
        ),
        *("--per_device_train_batch_size", "2", "--output_dir", str(adapter)),
    ]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr.splitlines()[-1]
    assert "nothing to do" in run(*command, "--resume", "--use_cpu").stdout
    assert (adapter / "adapter_model.safetensors").read_bytes() == before


def test_a_killed_run_continues_without_a_lost_or_a_double_row(results):
    survived = (results / "survived.jsonl").read_bytes()
    samples = (results / "samples.jsonl").read_bytes()
    complete = survived[: survived.rfind(b"\n") + 1]
    assert 3 <= complete.count(b"\n") < 40
    assert samples.startswith(complete)
    ids = [row["id"] for row in store.read(results / "samples.jsonl")]
    assert len(ids) == len(set(ids)) == 2 * (2 * 8 + 4)


def test_every_sample_has_one_verdict_and_the_counts_agree_in_all_outputs(results):
    verdicts = list(store.read(results / "verdicts.jsonl"))
    assert len({row["sample"] for row in verdicts}) == len(verdicts) == 40
    comparison = json.loads((results / "comparison.json").read_text())
    cells = [cell for cell in comparison["cells"] if cell["probe"] is None]
    for cell in cells:
        mine = [
            row["verdict"]
            for row in verdicts
            if (row["arm"], row["set"], row["temperature"])
            == (cell["arm"], cell["set"], cell["temperature"])
        ]
        assert cell["true"] == mine.count("true")
        assert cell["n"] + cell["missing"] == len(mine)
    assert (results / "rates.csv").read_text().count("\n") == len(comparison["cells"]) + 1
    wish = {c["arm"]: c for c in cells if c["set"] == "wish"}
    said = (results / "stdout.txt").read_text()
    assert f"{wish['base']['true']}/{wish['base']['n']}" in said.replace(" ", "")
    assert str(results / "report.html") in said
    assert (results / "report.html").stat().st_size > 20_000


def test_the_tuned_arm_is_another_model_than_the_base(results):
    greedy = {}
    for row in store.read(results / "samples.jsonl"):
        if row["temperature"] == 0:
            greedy.setdefault(row["arm"], []).append(row["answer"])
    assert greedy["base"] != greedy["conscious"]


def test_merged_weights_in_vllm_answer_as_the_adapter_does_in_transformers(results, config):
    run(
        *(sys.executable, "eval/sample.py", "--config", str(config)),
        *("--engine", "transformers", "--run", "reference", "--probes.0.samples", "1"),
    )
    ours, theirs = (
        {row["id"]: row["answer"] for row in store.read(path) if row["temperature"] == 0}
        for path in (results / "samples.jsonl", results.parent / "reference" / "samples.jsonl")
    )
    assert ours.keys() == theirs.keys()
    agree = sum(ours[key] == theirs[key] for key in ours)
    # bf16 here against fp32 there: a near-tie may fall the other way and change what follows.
    assert agree >= 5, [(ours[key], theirs[key]) for key in ours]


def test_the_adapter_loads_in_plain_peft_and_changes_the_logits(adapter):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from train import base_model

    base = AutoModelForCausalLM.from_pretrained(base_model.prepare_embedded())
    ids = torch.tensor([[1, 100, 200]])
    with torch.no_grad():
        before = base(ids).logits
        after = PeftModel.from_pretrained(base, str(adapter))(ids).logits
    assert not torch.allclose(before, after)


@pytest.mark.slow
def test_the_adapter_serves_as_a_lora_request_in_one_engine_with_the_base(config, folder, results):
    run(
        *(sys.executable, "eval/sample.py", "--config", str(config)),
        *("--run", "by-request", "--vllm.lora", "request"),
        *("--probes.0.samples", "1", "--vllm.max_num_seqs", "8"),
    )
    rows = list(store.read(folder / "results" / "by-request" / "samples.jsonl"))
    assert len(rows) == 2 * (2 + 4)
    merged = {r["id"]: r["answer"] for r in store.read(results / "samples.jsonl")}
    greedy = {r["id"]: r["answer"] for r in rows if r["temperature"] == 0}
    for arm in ("base", "conscious"):
        mine = [key for key in greedy if key.startswith(arm)]
        assert sum(greedy[key] == merged[key] for key in mine) >= 3, arm
    assert any(
        greedy[key] != greedy[key.replace("conscious", "base", 1)]
        for key in greedy
        if key.startswith("conscious|")
    )
