"""Times sampling with this kit against other ways of doing the same, side by side.

    python tests/benchmarks/bench_engines.py --prompts 12 --samples 16 --rounds 3

Reads the embedded model and an adapter made for it (checkpoints/smollm2-135m-conscious, or a random
one); the same prompts, samples and tokens for base and adapter in each variant. Prints, for each
round and then as medians, seconds of start-up and of sampling, samples/s without and with start-up,
and the ratio of each variant's samples/s to the kit's. Every answer has exactly --tokens tokens.
The variants take turns, each in a process (and a server) of its own:

    kit              one vLLM engine, base and adapter
    transformers     generate() on each arm in turn
    engine per arm   vLLM's LLM.chat, one engine after the other, the adapter as merged weights
    Inspect          Inspect's vLLM provider on `vllm serve`, base and adapter as LoRA
    raw              LLM.chat on the base alone: vLLM's own throughput (on a GPU: kit against this)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = ROOT / "checkpoints/smollm2-135m-conscious"
ARMS = ("base", "tuned")
PORT = 8973
KEY = "benchmark"
Times = dict[str, float]


def base_folder() -> str:
    """Return the folder of the embedded model."""
    from train import base_model

    return str(base_model.prepare_embedded())


def prompts(number: int) -> list[str]:
    """Return the first questions of the wish probes."""
    from eval import probes

    return [one.question for one in probes.load(ROOT / "data/probes/wish.yaml").probes[:number]]


def requests(options: argparse.Namespace) -> Iterator[Any]:
    """Yield the requests of both arms, arm by arm, samples of a prompt in a row."""
    from eval.dialogue import Request

    for arm in ARMS:
        for number, text in enumerate(prompts(options.prompts)):
            messages = [{"role": "user", "content": text}]
            for index in range(options.samples):
                place = (arm, "s", f"p{number}", 1.0, 0, index, options.tokens)
                yield Request(*place, messages, "none", "")


def in_process(engine: str, options: argparse.Namespace) -> Times:
    """Sample both arms with an engine of the kit."""
    began = time.monotonic()
    from eval.config import Arm, EngineSettings
    from eval.engines import pool

    arms = [Arm(name="base"), Arm(name="tuned", adapter=options.adapter)]
    settings = EngineSettings(base=base_folder(), arms=arms, engine=engine)
    with pool.Engines(settings, settings.base) as engines:
        module = engines._engine(engine)
        never_stop(module)
        started = time.monotonic()
        seconds = {arm: 0.0 for arm in ARMS}
        last, done = started, 0
        for request, completion in engines.sample(requests(options)):
            assert len(completion.ids) == options.tokens
            seconds[request.arm] += time.monotonic() - last
            last, done = time.monotonic(), done + 1
    return {
        "startup": started - began,
        "sampling": last - started,
        "samples": done,
        **{f"seconds {arm}": value for arm, value in seconds.items()},
    }


def never_stop(engine: Any) -> None:
    """Make every answer as long as it may be, so that all variants make the same tokens."""
    if hasattr(engine, "llm"):
        from vllm import SamplingParams

        plain = engine.llm.llm_engine.add_request

        def endless(key: str, prompt: Any, params: Any, **more: Any) -> Any:
            params = SamplingParams(temperature=1.0, max_tokens=params.max_tokens, ignore_eos=True)
            return plain(key, prompt, params, **more)

        engine.llm.llm_engine.add_request = endless
    else:
        from eval.engines import transformers

        transformers._as_set = lambda value: set()  # type: ignore[assignment]
        transformers.rendering.end_of_turn_id = lambda *_: -1  # type: ignore[assignment]


def engine_per_arm(options: argparse.Namespace) -> Times:
    """Sample with plain vLLM, an engine for each arm, in two processes one after the other."""
    found: list[Times] = [one_arm(arm, options) for arm in ARMS]
    return {name: sum(one[name] for one in found) for name in ("startup", "sampling", "samples")}


def one_arm(arm: str, options: argparse.Namespace) -> Times:
    """Start a process that samples one arm and return its times."""
    return started("raw-arm", options, "--arm", arm)


def raw_arm(options: argparse.Namespace) -> Times:
    """Sample one arm with LLM.generate, all requests at once: vLLM's own throughput."""
    began = time.monotonic()
    from eval.config import Arm, EngineSettings
    from eval.engines import merged, vllm

    on_cpu = vllm.prepare_environment()
    base = base_folder()
    settings = EngineSettings(base=base, arms=[Arm(name="base")])
    if options.arm == "tuned":
        dtype = vllm.engine_dtype(settings, on_cpu)
        base = str(merged.folder_for(base, Path(options.adapter), dtype))
    llm = vllm.load(settings, base, {}, on_cpu)
    from vllm import SamplingParams

    started_at = time.monotonic()
    said = [
        [{"role": "user", "content": text}]
        for text in prompts(options.prompts)
        for _ in range(options.samples)
    ]
    params = SamplingParams(temperature=1.0, max_tokens=options.tokens, ignore_eos=True)
    outputs = llm.chat(said, params, use_tqdm=False)
    done = time.monotonic()
    assert all(len(output.outputs[0].token_ids) == options.tokens for output in outputs)
    return {"startup": started_at - began, "sampling": done - started_at, "samples": len(outputs)}


def raw(options: argparse.Namespace) -> Times:
    """Sample the base alone with LLM.chat."""
    return one_arm("base", options)


def inspect_on_server(options: argparse.Namespace) -> Times:
    """Sample both arms through Inspect's vLLM provider on a server started for it."""
    began = time.monotonic()
    environment = {**os.environ, "VLLM_API_KEY": KEY}
    serve = [sys.executable, "eval/serve.py", "--port", str(PORT)]
    serve += ["--checkpoints", str(Path(options.adapter).parent)]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(server)
            started_at = time.monotonic()
            number = asyncio.run(ask_by_inspect(options))
            done = time.monotonic()
        finally:
            server.terminate()
            server.wait()
    return {"startup": started_at - began, "sampling": done - started_at, "samples": number}


def wait_for(server: subprocess.Popen[bytes]) -> None:
    """Return when the server lists its models."""
    ask = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/v1/models", headers={"Authorization": f"Bearer {KEY}"}
    )
    while server.poll() is None:
        try:
            with urllib.request.urlopen(ask):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server ended before it answered")


async def ask_by_inspect(options: argparse.Namespace) -> int:
    """Send all requests through Inspect and return their number."""
    from inspect_ai.model import ChatMessageUser, GenerateConfig, get_model

    names = {"base": "smollm2-135m-instruct", "tuned": Path(options.adapter).name}
    config = GenerateConfig(
        temperature=1.0,
        max_tokens=options.tokens,
        max_connections=128,
        extra_body={"ignore_eos": True},
    )

    async def one(model: Any, text: str) -> int:
        output = await model.generate([ChatMessageUser(content=text)], config=config)
        return output.usage.output_tokens

    total = 0
    for arm in ARMS:
        model = get_model(f"vllm/{names[arm]}", base_url=f"http://127.0.0.1:{PORT}/v1", api_key=KEY)
        own = [request for request in requests(options) if request.arm == arm]
        tokens = await asyncio.gather(*(one(model, r.messages[0]["content"]) for r in own))
        assert set(tokens) == {options.tokens}
        total += len(own)
    return total


VARIANTS = {
    "kit": lambda options: in_process("vllm", options),
    "transformers": lambda options: in_process("transformers", options),
    "engine per arm": engine_per_arm,
    "Inspect": inspect_on_server,
    "raw": raw,
    "raw-arm": raw_arm,
}


def started(variant: str, options: argparse.Namespace, *more: str) -> Times:
    """Run one variant in a process of its own and return its times."""
    command = [sys.executable, __file__, "--worker", variant, "--adapter", options.adapter, *more]
    for name in ("prompts", "samples", "tokens"):
        command += [f"--{name}", str(getattr(options, name))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{variant} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def adapter_folder(given: str | None) -> str:
    """Return the adapter to sample with: the one given, the trained one, or a random one."""
    if given or ADAPTER.is_dir():
        return given or str(ADAPTER)
    sys.path.insert(0, str(ROOT / "tests"))
    import tiny_adapter

    folder = Path(tempfile.mkdtemp()) / "random-adapter"
    return str(tiny_adapter.save(base_folder(), folder, scale=0.02))


def show(rounds: dict[str, list[Times]]) -> None:
    """Print the medians, and each variant's rate over the kit's, round by round."""
    print(
        f"\n{'variant':16} start-up s  sampling s  samples/s  with start-up  of the kit's (range)"
    )
    for variant, times in rounds.items():
        rates = [one["samples"] / one["sampling"] for one in times]
        whole = [one["samples"] / (one["sampling"] + one["startup"]) for one in times]
        kit = [one["samples"] / one["sampling"] for one in rounds["kit"]]
        ratios = sorted(ours / theirs for ours, theirs in zip(rates, kit, strict=True))
        startup, sampling = (
            statistics.median(one[name] for one in times) for name in ("startup", "sampling")
        )
        print(
            f"{variant:16} {startup:10.1f} {sampling:11.1f} {statistics.median(rates):10.2f} "
            f"{statistics.median(whole):14.2f}  {statistics.median(ratios):.3f} "
            f"({ratios[0]:.3f} to {ratios[-1]:.3f})"
        )
    arms = [one["seconds base"] / one["seconds tuned"] for one in rounds["kit"]]
    print(f"kit: the adapter arm's rate over the base's, median {statistics.median(arms):.3f}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompts", type=int, default=12)
    parser.add_argument("--samples", type=int, default=16, help="of each prompt and arm")
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--variants", default="kit,transformers,engine per arm,Inspect")
    parser.add_argument("--adapter")
    parser.add_argument("--worker", choices=list(VARIANTS), help=argparse.SUPPRESS)
    parser.add_argument("--arm", choices=ARMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    if options.worker:
        print(json.dumps(VARIANTS[options.worker](options)))
        return
    options.adapter = adapter_folder(options.adapter)
    rounds: dict[str, list[Times]] = {name: [] for name in options.variants.split(",")}
    for number in range(options.rounds):
        for variant, times in rounds.items():
            times.append(started(variant, options))
            print(f"round {number + 1}: {variant}: {json.dumps(times[-1])}", flush=True)
    show(rounds)


if __name__ == "__main__":
    main()
