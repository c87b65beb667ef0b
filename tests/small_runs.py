"""Small training runs as a user starts them: real processes on a two-layer Llama of random weights
that speaks the embedded model's tokens."""

import json
import os
import subprocess
import sys
from pathlib import Path

import tiny_models
import torch
from safetensors.torch import load_file

ACCELERATE = Path(sys.executable).parent / "accelerate"


def small_base(folder: Path) -> Path:
    """Save the model and its tokenizer in `folder` and return it."""
    return tiny_models.model_folder(folder)


def config(path: Path, base: Path, **changes) -> Path:
    """Write a training config of eight steps on 32 pairs and return its path."""
    settings = {
        "model_name_or_path": str(base),
        "dtype": "float32",
        "bf16": False,
        "pairs": "data/pairs/conscious.jsonl",
        "size": 32,
        "audit": False,
        "use_peft": True,
        "lora_r": 8,
        "lora_dropout": 0.1,
        "lora_target_modules": "all-linear",
        "learning_rate": 2e-3,
        "num_train_epochs": 1,
        "per_device_train_batch_size": 4,
        "gradient_checkpointing": False,
        "logging_steps": 1,
        "save_steps": 2,
        "report_to": "none",
        "use_cpu": True,
        "dataloader_pin_memory": False,
        **changes,
    }
    path.write_text(json.dumps(settings))  # JSON is YAML
    return path


def command(path: Path, output: Path, *arguments: str) -> list[str]:
    """Return the command of one training process."""
    script = [sys.executable, "train/sft.py", "--config", str(path)]
    return [*script, "--output_dir", str(output), *arguments]


def launch(accelerate_config: str, path: Path, output: Path, *arguments: str) -> list[str]:
    """Return the command that starts two processes on the CPU, as several GPUs would be used."""
    start = [str(ACCELERATE), "launch", "--config_file", accelerate_config, "--num_processes", "2"]
    return [*start, *command(path, output, *arguments)[1:]]


def run(command_: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its status."""
    # Two small processes on two cores: one thread each, or they wait for one another's threads.
    env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run(command_, capture_output=True, text=True, check=False, env=env)


def trained(command_: list[str], output: Path, **environment: str) -> dict:
    """Run a training to its end and return its manifest."""
    done = run(command_, **environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((output / "manifest.json").read_text())


def refusal(command_: list[str], **environment: str) -> str:
    """Return the one line with which a command refuses, after checking its status."""
    done = run(command_, **environment)
    assert done.returncode == 2, done.stderr[-3000:]
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("error: ")
    assert "Traceback" not in done.stderr
    return line


def adapter(folder: Path) -> dict[str, torch.Tensor]:
    """Return the weights of an adapter."""
    return load_file(folder / "adapter_model.safetensors")


def difference(one: Path, other: Path) -> float:
    """Return the largest absolute difference between two adapters."""
    ours, theirs = adapter(one), adapter(other)
    assert ours.keys() == theirs.keys()
    return max((ours[key] - theirs[key]).abs().max().item() for key in ours)
