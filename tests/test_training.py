"""Training runs as a user has them: repeated, killed and resumed, out of disk, out of luck."""

import json
import os
import resource
import subprocess

import pytest
import small_runs

from train import run_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def config(folder):
    return small_runs.config(folder / "sft.yaml", small_runs.small_base(folder / "base"))


@pytest.fixture(scope="module")
def whole(folder, config):
    """A run that nothing interrupts."""
    output = folder / "whole"
    manifest = small_runs.trained(small_runs.command(config, output), output)
    assert manifest["steps"] == 8
    return output


def manifest_of(output):
    return json.loads((output / "manifest.json").read_text())


def started(config, output, *arguments):
    """Start a training that waits for us: it stops itself (SIGSTOP) at the end of every step."""
    code = (
        "import os, signal, sys; from data import errors; from train import sft, trainer\n"
        "from transformers import TrainerCallback\n"
        "class Waits(TrainerCallback):\n"
        "    def on_step_end(self, args, state, control, **kwargs):\n"
        "        print('step', state.global_step, flush=True)\n"
        "        sys.stdin.readline()\n"
        "build = sft.build_trainer\n"
        "def built(*args):\n"
        "    made = build(*args)\n"
        "    made.add_callback(Waits())\n"
        "    return made\n"
        "sft.build_trainer = built\n"
        "raise SystemExit(errors.run(sft.main))\n"
    )
    command = small_runs.command(config, output, *arguments)
    return subprocess.Popen(
        [command[0], "-c", code, *command[2:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def go_to(process, step):
    """Let the training go on until it has made `step` steps; there it waits."""
    for line in process.stdout:
        if line.split() == ["step", str(step)]:
            return
        if line.startswith("step "):
            process.stdin.write("\n")
            process.stdin.flush()
    raise AssertionError(process.stderr.read()[-3000:])


slow = pytest.mark.slow


@pytest.mark.parametrize("step", [pytest.param(1, marks=slow), 4, pytest.param(7, marks=slow)])
def test_a_killed_run_resumes_to_the_adapter_of_an_uninterrupted_one(folder, config, whole, step):
    output = folder / f"killed-{step}"
    process = started(config, output)
    go_to(process, step)
    process.kill()
    process.wait()
    assert not (output / "manifest.json").exists()
    resumed = small_runs.trained(small_runs.command(config, output, "--resume"), output)
    difference = small_runs.difference(output, whole)
    print(f"killed after step {step}: max abs difference {difference}")
    assert difference == 0
    uninterrupted = manifest_of(whole)
    for key in ("steps", "tokens", "train_loss", "weights_sha256"):
        assert resumed[key] == pytest.approx(uninterrupted[key]), key
    ours, theirs = (
        [(e["step"], e["loss"]) for e in m["loss_curve"]] for m in (resumed, uninterrupted)
    )
    assert ours == theirs


def test_a_run_killed_while_it_writes_a_checkpoint_resumes_from_the_one_before(
    folder, config, whole
):
    output = folder / "half-written"
    process = started(config, output)
    go_to(process, 5)
    process.kill()
    process.wait()
    # What a kill in the middle leaves: the newest checkpoint with a state cut short, or with none.
    state = output / "checkpoint-4" / "trainer_state.json"
    state.write_bytes(state.read_bytes()[:100])
    (output / "checkpoint-6").mkdir()
    (output / "checkpoint-6" / "adapter_model.safetensors").write_bytes(b"half")
    assert small_runs.trained(small_runs.command(config, output, "--resume"), output)
    assert small_runs.difference(output, whole) == 0


@pytest.mark.parametrize(
    ("limit", "stops"),
    [(50_000, "the adapter"), pytest.param(120_000, "the tokenizer", marks=slow)],
)
def test_a_full_disk_leaves_the_last_checkpoint_and_the_run_resumes_from_it(
    folder, config, whole, limit, stops
):
    output = folder / f"full-at-{stops}"
    process = started(config, output)
    go_to(process, 3)
    # From here on no file may grow beyond so many bytes.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    _, stderr = process.communicate("\n" * 20, timeout=300)
    assert process.returncode == 2, stderr[-2000:]
    assert "the disk is full" in stderr.strip().splitlines()[-1]
    assert "--resume" in stderr.strip().splitlines()[-1]
    assert run_folder.last_checkpoint(output) == str(output / "checkpoint-2")
    small_runs.trained(small_runs.command(config, output, "--resume"), output)
    assert small_runs.difference(output, whole) == 0


def test_one_seed_gives_one_adapter_watched_or_not_and_another_seed_another(folder, config, whole):
    watched = folder / "watched"
    small_runs.trained(
        small_runs.command(config, watched, "--check_steps", "3", "--checkpoint_every", "4"),
        watched,
    )
    assert small_runs.difference(watched, whole) == 0
    other = folder / "other-seed"
    small_runs.trained(small_runs.command(config, other, "--seed", "101"), other)
    assert small_runs.difference(other, whole) > 1e-3
    manifest = manifest_of(watched)
    assert [check["step"] for check in manifest["checks"]] == [0, 3, 6, 8]
    assert all(len(check["answers"]) == check["asked"] == 5 for check in manifest["checks"])
    assert [entry["step"] for entry in manifest["loss_curve"]] == list(range(1, 9))
    kept = sorted(path.name for path in (watched / "steps").iterdir())
    assert kept == ["4", "8"]
    assert small_runs.difference(watched / "steps" / "8", watched) == 0
    assert small_runs.difference(watched / "steps" / "4", watched) > 0


@pytest.fixture(scope="module")
def alone(folder, config):
    """A run of one process without dropout, whose masks two processes could not share."""
    output = folder / "alone"
    small_runs.trained(small_runs.command(config, output, "--lora_dropout", "0"), output)
    return output


@pytest.mark.parametrize("way", ["multi_gpu", pytest.param("fsdp", marks=pytest.mark.slow)])
def test_two_processes_take_the_steps_of_one_with_the_same_global_batch(folder, config, alone, way):
    output = folder / way
    command = small_runs.launch(
        f"configs/accelerate/{way}.yaml",
        config,
        output,
        *("--per_device_train_batch_size", "2", "--lora_dropout", "0", "--check_steps", "8"),
    )
    two, one = small_runs.trained(command, output), manifest_of(alone)
    assert (two["processes"], one["processes"]) == (2, 1)
    assert two["tokens"] == one["tokens"]
    losses = [[entry["loss"] for entry in m["loss_curve"]] for m in (one, two)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert two["train_loss"] == pytest.approx(one["train_loss"], rel=1e-5)
    assert small_runs.difference(output, alone) < 1e-4
    assert len(two["checks"]) == 2


def test_a_loss_that_is_no_number_stops_the_run_in_one_line(folder, config):
    line = small_runs.refusal(
        small_runs.command(config, folder / "nan", "--learning_rate", "1e30", "--warmup_steps", "0")
    )
    assert "the loss is nan" in line
    assert "learning_rate" in line


def test_an_unknown_target_module_is_named_in_one_line(folder, config):
    line = small_runs.refusal(
        small_runs.command(config, folder / "target", "--lora_target_modules", "qq_proj")
    )
    assert "qq_proj" in line
    assert "q_proj k_proj" in line


def test_too_little_memory_is_one_line_with_remedies(folder, config):
    code = (
        "import resource, sys; from data import errors; from train import sft, trainer\n"
        "build = sft.build_trainer\n"
        "def built(*args):\n"
        "    made = build(*args)\n"
        "    used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, used + 2**26))\n"
        "    return made\n"
        "sft.build_trainer = built\n"
        "raise SystemExit(errors.run(sft.main))\n"
    )
    command = small_runs.command(
        config,
        folder / "memory",
        *("--size", "600", "--per_device_train_batch_size", "600"),
    )
    line = small_runs.refusal([command[0], "-c", code, *command[2:]])
    assert "out of memory" in line
    assert "per_device_train_batch_size" in line
