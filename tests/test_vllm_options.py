"""What the config says of vLLM's workers is what vLLM is told."""

import sys
from types import SimpleNamespace

import pytest

from eval import run_record
from eval.config import EngineSettings, EvalConfig, VllmSettings
from eval.engines import vllm


@pytest.mark.parametrize(
    ("backend", "on_cpu", "told"),
    [("ray", False, "ray"), ("mp", True, "mp"), (None, True, "uni"), (None, False, None)],
)
def test_the_backend_of_the_config_reaches_vllm(monkeypatch, backend, on_cpu, told):
    seen = {}
    monkeypatch.setitem(
        sys.modules, "vllm", SimpleNamespace(LLM=lambda **given: seen.update(given))
    )
    settings = EngineSettings(
        base="b",
        arms=[{"name": "base"}],
        vllm=VllmSettings(distributed_executor_backend=backend, dtype="float32"),
    )
    vllm.load(settings, "b", {}, on_cpu)
    assert seen.get("distributed_executor_backend") == told


def test_where_the_workers_run_changes_no_sample_and_is_not_compared_at_a_rerun():
    def record(**settings):
        config = EvalConfig(
            run="r",
            base="smollm2-135m-instruct",
            engine="vllm",
            arms=[{"name": "base"}],
            probes=[{"file": "data/probes/claims.yaml"}],
            vllm=VllmSettings(**settings),
        )
        return run_record.determinants(config, "smollm2-135m-instruct")["vllm"]

    assert record(distributed_executor_backend="ray") == record()
    assert record(max_model_len=4096) != record()
