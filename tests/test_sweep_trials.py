"""What a trial is started with, and what is read from its log; Ray itself: test_sweep.py."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from train import sweep_trials
from train.sweep_config import Resources

HEAD = "# node abc, worker 1, GPUs: 0\n# python train/sft.py --config x.yaml\n"


def log(tmp_path, *tries):
    path = tmp_path / "arm.log"
    path.write_text("".join(HEAD + one for one in tries))
    return path


def test_a_trial_of_one_process_is_plain_python_and_of_several_a_launch():
    trial = sweep_trials.trial_of(Path("checkpoints/s"), "a", overwrite=True)
    alone = sweep_trials.command(trial, Resources(gpus=1))
    assert alone == [
        *(sys.executable, "train/sft.py", "--config", "checkpoints/s/a.yaml"),
        *("--resume", "--overwrite"),
    ]
    several = sweep_trials.command(trial, Resources(gpus=4, accelerate="configs/a.yaml"))
    assert several[several.index("--num_processes") + 1] == "4"
    assert several[several.index("--main_process_port") + 1] == "0"
    assert several[-5:] == alone[1:]


def test_a_trial_sees_the_gpus_that_ray_gives_it_and_as_many_threads_as_cpus(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with_gpu = sweep_trials.environment(Resources(cpus=4, gpus=0.5))
    assert (with_gpu["CUDA_VISIBLE_DEVICES"], with_gpu["OMP_NUM_THREADS"]) == ("3", "4")
    without = sweep_trials.environment(Resources(cpus=0.5))
    assert (without["CUDA_VISIBLE_DEVICES"], without["OMP_NUM_THREADS"]) == ("", "1")


def test_the_reason_is_the_last_error_of_the_last_try(tmp_path):
    told = log(tmp_path, "error: the old one\n", " 3%| | 1/8 [\rerror: the loss is nan\nbye\n")
    assert sweep_trials.last_line(told) == "the loss is nan"
    assert sweep_trials.last_line(log(tmp_path, "error: old\n", "\nKeyError: 'x'\n")) == (
        "KeyError: 'x'"
    )
    assert sweep_trials.last_line(log(tmp_path, "error: old\n", "")) == "it wrote nothing"
    assert sweep_trials.last_line(tmp_path / "none.log") == "it wrote nothing"


def test_the_step_is_read_from_the_trainers_bar_alone(tmp_path):
    bars = "Map: 100%|█| 600/600 [00:01\r 10%|█ | 3/96 [00:01\r 11%|█ | 10/96 [00:02"
    assert sweep_trials.step_in(log(tmp_path, bars), 96) == 10
    assert sweep_trials.step_in(log(tmp_path, bars, ""), 96) == 0
    assert sweep_trials.step_in(tmp_path / "none.log", 96) == 0


@pytest.mark.parametrize(
    ("status", "said", "number"),
    [
        (-9, "", 9),
        (0, "", None),
        (2, "error: the loss is nan", None),
        (1, "api.py:1002] failed (exitcode: -9) local_rank: 0", 9),
        (1, "api.py:1002] failed (exitcode: 2) local_rank: 0", None),
    ],
)
def test_only_what_a_signal_ended_is_worth_another_try(tmp_path, status, said, number):
    assert sweep_trials.signal_behind(status, log(tmp_path, said)) == number


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot be asked to")
def test_a_trial_ends_with_the_worker_that_started_it():
    sleeps = [
        *sweep_trials._dies_with_parent(),
        sys.executable,
        "-c",
        "import time; time.sleep(60)",
    ]
    code = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); "
        "print(p.pid, flush=True); p.wait()"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code, *sleeps], stdout=subprocess.PIPE, text=True
    )
    trial = Path(f"/proc/{worker.stdout.readline().strip()}")
    while "sleep(60)" not in (trial / "cmdline").read_text().split("\0")[2]:
        time.sleep(0.02)  # until it has become the trial itself
    worker.kill()
    worker.wait()
    end = time.monotonic() + 20
    while trial.exists() and "zombie" not in (trial / "status").read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
