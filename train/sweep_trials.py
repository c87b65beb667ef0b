"""Trains the arms of a sweep as Ray tasks: on this machine, or on the nodes of a Ray cluster.

One trial is one process of train/sft.py in a Ray worker's care. A worker or a trial that is killed
is started again and goes on from its last checkpoint; a trial that ends with an error is not.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import UserError
from train.sweep_config import Resources

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1.0  # seconds between two looks at the running trials
PR_SET_PDEATHSIG = 1  # of Linux's sys/prctl.h
STARTED = "# node "  # begins the first line of each try in a log
OBJECT_STORE = 100 * 2**20  # bytes: the tasks hand over a few lines of text


class Killed(Exception):
    """A trial was ended by a signal, not by an error of its own: it is worth another try."""


@dataclass(frozen=True)
class Trial:
    """One process: the training config it reads, and the file that it writes its output to."""

    name: str
    config: Path
    log: Path
    overwrite: bool


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: `error` is None, or what its log says last."""

    name: str
    error: str | None


def trial_of(folder: Path, name: str, overwrite: bool) -> Trial:
    """Return the trial of an arm of the sweep in `folder`, whose run's own folder is `name`."""
    return Trial(name, folder / f"{name}.yaml", folder / f"{name}.log", overwrite)


def command(trial: Trial, resources: Resources) -> list[str]:
    """Return the command of a trial.

    One process needs no `accelerate launch`, which would stand between it and the worker: it would
    outlive a worker that is killed. Several GPUs do; port 0 lets trials share a machine.
    """
    script = ["train/sft.py", "--config", str(trial.config), "--resume"]
    script += ["--overwrite"] if trial.overwrite else []
    if resources.accelerate is None:
        return [sys.executable, *script]
    launcher = [sys.executable, "-m", "accelerate.commands.launch"]
    launcher += ["--config_file", resources.accelerate, "--main_process_port", "0"]
    return [*launcher, "--num_processes", str(max(1, int(resources.gpus))), *script]


def train(
    trials: list[Trial], resources: Resources, address: str | None
) -> Iterator[Outcome | None]:
    """Yield the outcome of each trial as it ends, and None about every second between.

    Raises UserError if Ray cannot be reached, or no machine is large enough for one trial.
    """
    with cluster(address) as ray:
        _check_room(ray, resources)
        task = ray.remote(
            num_cpus=resources.cpus,
            num_gpus=resources.gpus,
            max_retries=resources.retries,
            retry_exceptions=[Killed],
        )(run_trial)
        running = {
            task.remote(command(trial, resources), str(trial.log), resources): trial
            for trial in trials
        }
        while running:
            ended, _ = ray.wait(list(running), timeout=PATIENCE)
            for reference in ended:
                trial = running.pop(reference)
                yield Outcome(trial.name, _error(ray, reference, trial))
            yield None


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Start Ray on this machine, or join the cluster at `address`.

    Ray listens on all interfaces, whatever it is told; a token that only this process and its
    workers know keeps others out. A cluster has its own (RAY_AUTH_MODE).
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    own = {"address": "local", "include_dashboard": False, "object_store_memory": OBJECT_STORE}
    if address is None:
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    import ray

    try:
        ray.init(**({"address": address} if address else own), log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UserError(
            f"Ray: {' '.join(str(error).split()):.300}; check --ray_address, or leave it out to "
            "run on this machine"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _check_room(ray: Any, resources: Resources) -> None:
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    wanted = {"CPU": resources.cpus, "GPU": resources.gpus}
    if not any(all(node.get(k, 0) >= n for k, n in wanted.items()) for node in nodes):
        there = "; ".join(f"{n.get('CPU', 0):g} CPUs, {n.get('GPU', 0):g} GPUs" for n in nodes)
        raise UserError(
            f"resources: a trial takes {resources.cpus:g} CPUs and {resources.gpus:g} GPUs, the "
            f"machines have: {there}; lower resources.cpus or resources.gpus"
        )


def run_trial(command_: list[str], log: str, resources: Resources) -> int:
    """Run a trial to its end, in a Ray worker, and return its exit status.

    Raises Killed if a signal ended it.
    """
    import ray

    node = ray.get_runtime_context().get_node_id()
    env = {**os.environ, **environment(resources)}
    with open(log, "a", encoding="utf-8") as output:
        seen = env["CUDA_VISIBLE_DEVICES"] or "none"
        print(
            f"{STARTED}{node}, worker {os.getpid()}, GPUs: {seen}\n# {' '.join(command_)}",
            file=output,
            flush=True,
        )
        process = subprocess.Popen(
            [*_dies_with_parent(), *command_],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        status = process.wait()
    number = signal_behind(status, Path(log))
    if number is not None:
        raise Killed(f"ended by signal {number}")
    return status


def environment(resources: Resources) -> dict[str, str]:
    """Return what a trial may use: as many threads as CPUs, and the GPUs that Ray has chosen."""
    gpus = os.environ["CUDA_VISIBLE_DEVICES"] if resources.gpus else ""
    threads = max(1, int(resources.cpus))
    return {"OMP_NUM_THREADS": str(threads), "CUDA_VISIBLE_DEVICES": gpus, "PYTHONUNBUFFERED": "1"}


def signal_behind(status: int, log: Path) -> int | None:
    """Return the signal that ended a trial, or one of its ranks, or None if it ended by itself."""
    if status <= 0:
        return -status or None
    rank = re.search(r"\(exitcode: -(\d+)\)", _last_try(log))  # in the words of torch's launcher
    return int(rank[1]) if rank else None


def _dies_with_parent() -> list[str]:
    """Return what starts a command that Linux ends when its worker dies.

    Else a retry and the trial of a killed worker would write one folder.
    """
    if sys.platform != "linux":
        return []
    code = (
        "import ctypes, os, sys; "
        f"ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {signal.SIGTERM:d}); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-c", code]


def _error(ray: Any, reference: Any, trial: Trial) -> str | None:
    try:
        status = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        return f"{error.cause}, and so at every retry"
    except ray.exceptions.RayError as error:
        return f"its worker was lost ({type(error).__name__}), and so at every retry"
    return None if status == 0 else last_line(trial.log)


def last_line(log: Path) -> str:
    """Return the line that says why a trial failed: its error, or the last that is no bar."""
    said = _last_try(log).replace("\r", "\n").splitlines()[2:]
    lines = [line.strip() for line in said if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines or ["it wrote nothing"])[-1]


def _last_try(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    return text.rpartition(STARTED)[2]


def step_in(log: Path, steps: int) -> int:
    """Return the step of so many that a trial is at, by the trainer's own bar in its log."""
    if not log.is_file():
        return 0
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 4096))
        tail = stream.read().decode(errors="replace").rpartition(STARTED)[2]
    seen = re.findall(rf"\| (\d+)/{steps} \[", tail)
    return int(seen[-1]) if seen else 0
