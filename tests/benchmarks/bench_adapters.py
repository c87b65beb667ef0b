"""Times the evaluation of k adapters in one engine against one engine for each.

    python tests/benchmarks/bench_adapters.py --arms 8 --prompts 4 --samples 4 --rounds 3

Reads the embedded model and makes k random adapters for it (LoRA rank 16, all linear layers) in a
temporary folder; asks each the same prompts through the kit's vLLM engine. Prints for each round,
and then as medians, seconds of start-up and of sampling, and answers/s with start-up counted. On a
GPU the adapters are LoRA requests, on a CPU merged weights, which are written before the clock
starts. Every engine is a process of its own; an answer has at most --tokens tokens.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
VARIANTS = ("one engine", "an engine each")
Times = dict[str, float]


def adapters(folder: Path, number: int) -> list[str]:
    """Write random adapters and, where weights are merged, their merged folders."""
    import tiny_adapter

    from eval.config import Arm, EngineSettings
    from eval.engines import vllm
    from train import base_model

    base = str(base_model.prepare_embedded())
    made = [
        str(tiny_adapter.save(base, folder / f"arm{seed}", seed=seed, r=16, lora_alpha=32))
        for seed in range(number)
    ]
    for path in made:  # what an adapter was made for is read from its manifest or its own config
        vllm.weights_of_arms(
            EngineSettings(base=base, arms=[Arm(name="one", adapter=path)]),
            base,
            vllm.prepare_environment(),
        )
    return made


def serve(paths: list[str], options: argparse.Namespace) -> Times:
    """Start one engine for these adapters and ask each all prompts."""
    began = time.monotonic()
    from eval import probes
    from eval.config import Arm, EngineSettings
    from eval.dialogue import Request
    from eval.engines import vllm
    from train import base_model

    base = str(base_model.prepare_embedded())
    arms = [Arm(name=Path(path).name, adapter=path) for path in paths]
    engine = vllm.Engine(EngineSettings(base=base, arms=arms), base)
    questions = probes.load(ROOT / "data/probes/wish.yaml").probes[: options.prompts]
    requests = [
        Request(
            *(arm.name, "s", f"p{number}", 1.0, 0, index, options.tokens),
            [{"role": "user", "content": question.question}],
            "none",
            "",
        )
        for arm in arms
        for number, question in enumerate(questions)
        for index in range(options.samples)
    ]
    started = time.monotonic()
    answers = sum(1 for _ in engine.sample(requests))
    ended = time.monotonic()
    engine.close()
    return {"startup": started - began, "sampling": ended - started, "answers": answers}


def in_process(paths: list[str], options: argparse.Namespace) -> Times:
    """Run `serve` in a process of its own and return its times."""
    script = [sys.executable, __file__, "--serve", *paths]
    for name in ("prompts", "samples", "tokens"):
        script += [f"--{name}", str(getattr(options, name))]
    done = subprocess.run(script, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout.strip().splitlines()[-1])


def one_round(paths: list[str], options: argparse.Namespace) -> dict[str, Times]:
    """Time both variants, one after the other."""
    each = [in_process([path], options) for path in paths]
    summed = {name: sum(one[name] for one in each) for name in each[0]}
    return {VARIANTS[0]: in_process(paths, options), VARIANTS[1]: summed}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--arms", type=int, default=8)
    parser.add_argument("--prompts", type=int, default=4)
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        print(json.dumps(serve(options.serve, options)))
        return
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        paths = adapters(Path(folder), options.arms)
        for number in range(options.rounds):
            rounds.append(one_round(paths, options))
            show(f"round {number + 1}", rounds[-1])
    medians = {
        variant: {
            name: statistics.median(one[variant][name] for one in rounds)
            for name in rounds[0][variant]
        }
        for variant in VARIANTS
    }
    show("median", medians)


def show(title: str, times: dict[str, Times]) -> None:
    """Print the times of both variants, and the ratio of their totals."""
    totals = {variant: one["startup"] + one["sampling"] for variant, one in times.items()}
    for variant, one in times.items():
        print(
            f"{title}: {variant}: start-up {one['startup']:.1f} s, sampling "
            f"{one['sampling']:.1f} s, {one['answers'] / totals[variant]:.2f} answers/s in all"
        )
    print(f"{title}: one engine / an engine each: {totals[VARIANTS[0]] / totals[VARIANTS[1]]:.3f}")


if __name__ == "__main__":
    main()
