"""Serves the base and every adapter made for it, behind an OpenAI-compatible API on this machine.

    VLLM_API_KEY=… python eval/serve.py --base smollm2-135m-instruct --port 8000

Reads checkpoints/; becomes a `vllm serve` process, which writes nothing. The base answers to its
name, each adapter to the name of its folder; configs/eval/server.yaml asks them. The key is read
from VLLM_API_KEY by vLLM itself, so that it stands on no command line. Any other option is handed
on to `vllm serve`, e.g. --data-parallel-size 4.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from data.errors import UserError, run

KEY = "VLLM_API_KEY"


def adapters_for(base: str, folder: Path) -> dict[str, Path]:
    """Return the adapters in `folder` that were made for a base, by the names of their folders."""
    from train import base_model, merge

    identity = base_model.identity(base)
    found = {}
    for config in sorted(folder.glob("*/adapter_config.json")):
        if merge.same_base(merge.recorded_base(config.parent), identity):
            found[config.parent.name] = config.parent
    return found


def command(base: str, name: str, adapters: dict[str, Path], port: int, on_cpu: bool) -> list[str]:
    """Return the command line of the server, without the user's further options."""
    from eval.engines import lora, vllm

    options = ["--served-model-name", name, "--host", "127.0.0.1", "--port", str(port)]
    # The model's own generation_config would set top_k and the like behind the evaluation's back.
    options += ["--generation-config", "vllm", "--max-model-len", "2048"]
    if on_cpu:
        options += ["--enforce-eager", "--dtype", vllm.cpu_dtype()]
    if adapters:
        rank = lora.max_rank(adapters.values())
        slots = lora.slots(len(adapters), on_cpu)
        options += ["--enable-lora", "--max-lora-rank", str(rank), "--max-loras", str(slots)]
        options.append("--lora-modules")
        for adapter, path in adapters.items():
            options.append(
                json.dumps({"name": adapter, "path": str(path), "base_model_name": name})
            )
    # What `vllm serve` starts: its own command looks for a package called vllm, which the CPU build
    # is not.
    module = "vllm.entrypoints.openai.api_server"
    return [sys.executable, "-m", module, "--model", base, *options]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="smollm2-135m-instruct")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    parser.add_argument("--port", type=int, default=8000)
    arguments, further = parser.parse_known_args()
    if not os.environ.get(KEY):
        raise UserError(f"set a key first: export {KEY}=$(openssl rand -hex 16)")
    from eval.engines import vllm
    from train import base_model

    base = base_model.resolve(arguments.base)
    adapters = adapters_for(base, arguments.checkpoints)
    on_cpu = vllm.prepare_environment()
    words = command(base, arguments.base, adapters, arguments.port, on_cpu)
    names = ", ".join([arguments.base, *adapters])
    print(f"http://127.0.0.1:{arguments.port}/v1 will answer to: {names}", flush=True)
    os.execv(words[0], [*words, *further])


if __name__ == "__main__":
    raise SystemExit(run(main))
