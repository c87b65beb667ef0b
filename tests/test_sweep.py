"""Sweeps as a user runs them, with real Ray: killed, with an arm that fails, on two nodes.

The model is a two-layer Llama of random weights; the trials are real processes of train/sft.py.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import small_runs
import yaml

from eval import store
from train import sweep_arms, sweep_config, sweep_costs

pytest.importorskip("ray", reason="Ray has no build for this machine")
pytestmark = pytest.mark.slow
RAY = Path(sys.executable).parent / "ray"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A base, a training config of 8 steps an epoch, and an evaluation of 3 prompts."""
    made = tmp_path_factory.mktemp("sweep")
    base = small_runs.small_base(made / "base")
    small_runs.config(made / "sft.yaml", base)
    claims = yaml.safe_load(Path("data/probes/claims.yaml").read_text())
    (made / "claims.yaml").write_text(yaml.safe_dump({**claims, "probes": claims["probes"][:3]}))
    evaluation = {
        "run": "replaced",
        "base": "replaced",
        "arms": [{"name": "replaced"}],
        "probes": [{"file": str(made / "claims.yaml"), "samples": 2}],
        "engine": "transformers",
        "max_tokens": 4,
    }
    (made / "eval.yaml").write_text(yaml.safe_dump(evaluation))
    return made


def sweep_file(folder, name, **changes):
    content = {
        "name": name,
        "sft": str(folder / "sft.yaml"),
        "eval": str(folder / "eval.yaml"),
        "checkpoints": str(folder / "checkpoints"),
        "results": str(folder / "results"),
        **changes,
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def command(path, *arguments):
    return [sys.executable, "train/sweep.py", "--config", str(path), *arguments]


def wait_for(what, process, seconds=180):
    """Wait until `what()` is true, and fail if the sweep ends before."""
    end = time.monotonic() + seconds
    while not what():
        assert process.poll() is None, "the sweep ended first"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def tries(log):
    return re.findall(r"# node (\w+), worker (\d+)", log.read_text()) if log.is_file() else []


def steps_done(run):
    complete = run.glob("checkpoint-*/trainer_state.json")
    return max((int(path.parent.name.split("-")[1]) for path in complete), default=0)


def children(pid):
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def swept(folder):
    """Two arms at once: one is killed twice (its process, then its Ray worker), one fails."""
    path = sweep_file(
        folder,
        "killed",
        sft_overrides={"num_train_epochs": 12},
        grid={"learning_rate": [0.002, 1e30]},
        arms={"one_step": {"max_steps": 1}},
    )
    run = folder / "checkpoints" / "killed" / "learning_rate-0.002"
    log = run.with_name(f"{run.name}.log")
    with (folder / "killed.out").open("w") as output:
        started = subprocess.Popen(command(path), stdout=output, stderr=subprocess.STDOUT)
        wait_for(lambda: steps_done(run) >= 2, started)
        (training,) = children(int(tries(log)[0][1]))
        os.kill(training, signal.SIGKILL)
        wait_for(lambda: len(tries(log)) == 2, started)
        first = steps_done(run)
        wait_for(lambda: steps_done(run) > first, started)
        worker = int(tries(log)[1][1])
        (training,) = children(worker)
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{training}").exists(), started, seconds=10)
        status = started.wait(300)
    said = (folder / "killed.out").read_text().replace("\r", "\n")
    return path, run, status, said


def test_a_killed_trial_and_a_killed_worker_go_on_from_their_checkpoints(folder, swept):
    _, run, _, _ = swept
    log = run.with_name(f"{run.name}.log")
    assert len(tries(log)) == 3
    begun = [re.findall(r"\| (\d+)/96 \[", part) for part in log.read_text().split("# node")[1:]]
    assert int(begun[1][1]) > 2  # the first bar of a resumed trainer says 0
    assert int(begun[2][1]) > int(begun[1][1])
    whole = folder / "whole"
    small_runs.trained(small_runs.command(run.with_name(f"{run.name}.yaml"), whole), whole)
    assert small_runs.difference(run, whole) == 0


def test_a_failed_arm_is_reported_and_the_others_are_evaluated(folder, swept):
    _, _, status, said = swept
    assert status == 1
    last = said.strip().splitlines()[-1]
    assert last.startswith("failed: learning_rate-1e30: the loss is nan at step")
    assert "learning_rate-1e30.log)" in last
    results = folder / "results" / "killed"
    record = json.loads((results / "sweep.json").read_text())
    assert record["keys"] == ["learning_rate"]
    states = {arm["arm"]: (arm["status"], bool(arm["adapter"])) for arm in record["arms"]}
    assert states == {
        "learning_rate-0.002": ("finished", True),
        "learning_rate-1e30": ("failed", False),
        "one_step": ("finished", True),
    }
    failed = record["arms"][1]
    assert "the loss is nan" in failed["error"]
    assert failed["manifest_sha256"] is None
    asked = [row["arm"] for row in store.read(results / "samples.jsonl")]
    assert {arm: asked.count(arm) for arm in asked} == {
        "base": 6,
        "learning_rate-0.002": 6,
        "one_step": 6,
    }
    assert "ablation" in json.loads((results / "comparison.json").read_text())
    assert (results / "report.html").stat().st_size > 20_000
    assert record["sampling"]["answers"] == 18


def test_finished_arms_are_not_trained_again_and_a_sweep_that_exists_is_refused(swept):
    path, run, _, _ = swept
    before = (run / "adapter_model.safetensors").stat().st_mtime_ns
    refused = small_runs.run(command(path))
    assert refused.returncode == 2
    assert "add --resume" in refused.stderr.strip().splitlines()[-1]
    again = small_runs.run(command(path, "--resume", "--only", "learning_rate-0.002"))
    assert again.returncode == 0, again.stderr[-2000:]
    assert "1 of 1 arms are there" in again.stdout
    assert "18 of 18 samples are there" in again.stdout
    assert (run / "adapter_model.safetensors").stat().st_mtime_ns == before


def test_the_estimate_counts_the_steps_and_tokens_that_a_run_then_takes(swept):
    path, run, _, _ = swept
    sweep = sweep_config.load(path)
    arms = {arm.name: arm for arm in sweep_arms.arms_of(sweep)}
    speed = sweep_costs.speed_of(sweep, arms[run.name].base)
    made = json.loads((run / "manifest.json").read_text())
    cost = sweep_costs.cost(arms[run.name], speed, sweep.resources)
    assert (cost.pairs, cost.steps, cost.tokens) == (32, made["steps"], made["tokens"])
    assert speed.source.startswith("measured: 2 finished runs")
    assert cost.seconds == pytest.approx(cost.tokens / speed.tokens_per_second)


def test_a_trial_larger_than_every_machine_is_refused_by_number(folder):
    path = sweep_file(folder, "large", grid={"size": [8]}, resources={"cpus": 4096, "gpus": 9})
    line = small_runs.refusal(command(path))
    assert "a trial takes 4096 CPUs and 9 GPUs, the machines have:" in line


@pytest.fixture
def cluster(folder):
    """Two Ray nodes of one CPU each, as two machines would be; the address of the first."""
    # Without it the second node would not send the token that the first one asks for.
    env = {**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t" * 40}
    common = ["--num-cpus", "1", "--object-store-memory", "80000000", "--block"]
    common += ["--disable-usage-stats", "--node-ip-address"]
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        port = free.getsockname()[1]
    first = ["--head", "--port", str(port), "--include-dashboard", "false"]
    address, nodes = f"127.0.0.2:{port}", []
    for own in ([*first, *common, "127.0.0.2"], ["--address", address, *common, "127.0.0.3"]):
        log = folder / f"node-{len(nodes)}.log"
        with log.open("w") as output:
            nodes.append(
                subprocess.Popen(
                    [str(RAY), "start", *own], stdout=output, stderr=subprocess.STDOUT, env=env
                )
            )
        wait_for(lambda log=log: "Ray runtime started" in log.read_text(), nodes[-1])
    yield address, env
    for node in reversed(nodes):
        node.terminate()
    for node in nodes:
        node.wait(120)


def test_the_trials_of_a_sweep_spread_over_the_nodes_of_a_cluster(folder, cluster):
    address, env = cluster
    path = sweep_file(folder, "spread", grid={"size": [8, 16]})
    done = small_runs.run(command(path, "--ray_address", address), **env)
    assert done.returncode == 0, done.stderr[-3000:]
    logs = list((folder / "checkpoints" / "spread").glob("*.log"))
    nodes = {node for log in logs for node, _ in tries(log)}
    assert len(logs) == 2
    assert len(nodes) == 2
    record = json.loads((folder / "results" / "spread" / "sweep.json").read_text())
    assert [arm["status"] for arm in record["arms"]] == ["finished"] * 2
    assert {arm["group"] for arm in record["arms"]} == {"size-8", "size-16"}
