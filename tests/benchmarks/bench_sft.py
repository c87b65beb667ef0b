"""Times training with this kit against TRL's defaults, side by side: same rows, order and tokens.

    python tests/benchmarks/bench_sft.py --pairs 200 --rounds 3

Reads data/pairs/conscious.jsonl and the embedded model; prints, for each round and then as medians,
seconds of training, peak memory, final loss, and the fraction of the machine's own matrix product
speed; writes nothing. The variants take turns, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "configs/sft/smollm2-135m.yaml"
# TRL's defaults, but for float32: bf16 is slower still on CPUs without matrix units for it.
VARIANTS: dict[str, dict[str, Any]] = {
    "kit": {},
    "TRL defaults": {"gradient_checkpointing": True},
    "TRL, no checkpointing": {},
}


def worker(variant: str, pairs: int, batch: int) -> dict[str, float]:
    """Train one epoch in this process and return what it took."""
    import torch

    from train import settings, sft

    with tempfile.TemporaryDirectory() as folder:
        own, training, model = settings.parse(
            [
                *("--config", CONFIG, "--size", str(pairs), "--output_dir", folder),
                *("--num_train_epochs", "1", "--instructions_per_pair", "0", "--audit", "false"),
                *("--per_device_train_batch_size", str(batch), "--save_strategy", "no"),
                *("--disable_tqdm", "true", "--logging_steps", "1000"),
            ]
        )
        training.gradient_checkpointing = VARIANTS[variant].get("gradient_checkpointing", False)
        peak = matmul_peak()
        _, rows = sft.load_rows(own, training.seed)
        build = sft.build_trainer if variant == "kit" else plain_trl
        trainer = build(
            str(ROOT / "checkpoints/base/smollm2-135m-instruct"), rows, own, training, model
        )
        tokens, weights, head = bound(trainer)
        began = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - began
        return {
            "seconds": seconds,
            "peak_gib": peak_memory() / 2**30,
            "loss": final_loss(trainer),
            "row_tokens": tokens["rows"],
            "computed_tokens": tokens["computed"],
            "matmul_gflops": peak / 1e9,
            "fraction_computed": (4 * weights * tokens["computed"] + head) / peak / seconds,
            "fraction_rows": (4 * weights * tokens["rows"] + head) / peak / seconds,
            "threads": torch.get_num_threads(),
        }


def plain_trl(base: str, rows: list[Any], own: Any, training: Any, model: Any) -> Any:
    """Return TRL's trainer on the same tokenised rows, as a script of a few lines builds it."""
    from transformers import AutoTokenizer
    from trl import SFTTrainer, get_peft_config

    from train import sft

    tokenizer = AutoTokenizer.from_pretrained(base)
    training.model_init_kwargs = {"dtype": model.dtype}
    return SFTTrainer(
        model=base,
        args=training,
        train_dataset=sft.tokenized(rows, tokenizer, None),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
    )


def bound(trainer: Any) -> tuple[dict[str, int], int, int]:
    """Return the tokens, the weights below the output head, and the head's operations.

    The bound is 4·N operations a token: 2·N forward, 2·N for the gradient of the activations (the
    frozen weights need none of their own), with N the weights of the linear layers below the output
    head, adapters included; the head takes 4 a weight for each scored token. It is told for the
    tokens that were computed (`computed`: packed, or padded) and for those of the `rows`.
    """
    tokens = {"rows": sum(map(len, trainer.train_dataset["input_ids"])), "computed": 0}
    scored = 0
    for batch in trainer.get_train_dataloader():
        tokens["computed"] += batch["input_ids"].numel()
        scored += int((batch["labels"] != -100).sum())
    head = trainer.model.get_output_embeddings().weight.numel()
    weights = sum(p.numel() for p in trainer.model.parameters() if p.dim() == 2) - head
    return tokens, weights, 4 * head * scored


def final_loss(trainer: Any) -> float:
    """Return the mean training loss of the epoch."""
    return float(trainer.state.log_history[-1]["train_loss"])


def matmul_peak() -> float:
    """Return floating-point operations a second of a float32 product of 2048 × 2048 matrices."""
    import torch

    one, other = torch.rand(2048, 2048), torch.rand(2048, 2048)
    times = []
    for _ in range(8):
        began = time.monotonic()
        one @ other
        times.append(time.monotonic() - began)
    return float(2 * 2048**3 / min(times))


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell VmHWM")


def measured(variant: str, pairs: int, batch: int) -> dict[str, float]:
    """Run a variant in a process of its own."""
    command = [sys.executable, __file__, "--worker", variant]
    command += ["--pairs", str(pairs), "--batch", str(batch)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", choices=VARIANTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(worker(arguments.worker, arguments.pairs, arguments.batch)))
        return
    results: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
    for number in range(arguments.rounds):
        for variant, so_far in results.items():
            so_far.append(measured(variant, arguments.pairs, arguments.batch))
            print(f"round {number + 1}, {variant}: {json.dumps(so_far[-1])}", flush=True)
    medians = {
        variant: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for variant, runs in results.items()
    }
    for variant, row in medians.items():
        numbers = ", ".join(f"{key} {value:.4g}" for key, value in row.items())
        print(f"median of {arguments.rounds}, {variant}: {numbers}")
    for variant in list(VARIANTS)[1:]:
        ratios = [
            ours["seconds"] / theirs["seconds"]
            for ours, theirs in zip(results["kit"], results[variant], strict=True)
        ]
        print(
            f"kit / {variant}: {statistics.median(ratios):.3f} of the time "
            f"({min(ratios):.3f} to {max(ratios):.3f}), peak memory "
            f"{medians['kit']['peak_gib'] / medians[variant]['peak_gib']:.3f}, loss "
            f"{medians['kit']['loss']:.5f} against {medians[variant]['loss']:.5f}"
        )


if __name__ == "__main__":
    main()
