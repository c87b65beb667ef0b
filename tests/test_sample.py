"""What is planned, what a rerun adds, when it refuses; with the real reference engine."""

import json
from collections import Counter
from pathlib import Path

import pytest
from chat_on_loopback import PROBES

from data.errors import UserError
from eval import dialogue, sample, store
from eval.config import EvalConfig
from eval.engines import pool


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "tiny.yaml").write_text(PROBES)
    return {
        "run": "r",
        "base": "smollm2-135m-instruct",
        "arms": [{"name": "base"}, {"name": "kind", "system": "You are kind."}],
        "probes": [{"file": str(tmp_path / "tiny.yaml"), "samples": 3, "temperature": 1.0}],
        "engine": "transformers",
        "max_tokens": 4,
        "results": str(tmp_path / "results"),
    }


def config(settings, **changes):
    return EvalConfig.model_validate({**settings, **changes})


def ids(path: Path) -> list[str]:
    return [row["id"] for row in store.read(path)]


def test_the_plan_is_every_arm_times_probe_times_index_arm_by_arm(settings):
    planned = list(dialogue.single_turn(config(settings)))
    assert len({request.id for request in planned}) == len(planned) == 2 * 2 * 3
    assert [request.arm for request in planned] == ["base"] * 6 + ["kind"] * 6
    assert planned[0].id == "base|tiny/one|T1|0|0"
    assert planned[-1].messages[0] == {"role": "system", "content": "You are kind."}


def test_greedy_and_sampled_answers_to_one_probe_have_keys_of_their_own(settings):
    block = settings["probes"][0]
    both = config(settings, probes=[block, {**block, "samples": 1, "temperature": 0.0}])
    temperatures = Counter(request.temperature for request in dialogue.single_turn(both))
    assert temperatures == {1.0: 12, 0.0: 4}
    assert len({request.id for request in dialogue.single_turn(both)}) == 16


def test_a_block_that_stands_twice_is_a_user_error(settings):
    with pytest.raises(UserError, match="twice"):
        sample.sample(config(settings, probes=settings["probes"] * 2))


def test_a_rerun_makes_only_what_is_missing_and_more_samples_add_to_it(settings):
    path = sample.sample(config(settings))
    first = path.read_text()
    assert len(ids(path)) == 12
    assert sample.sample(config(settings)).read_text() == first
    lines = first.splitlines(keepends=True)
    path.write_text("".join(lines[:7]) + lines[7][:20])
    sample.sample(config(settings))
    assert sorted(ids(path)) == sorted(json.loads(line)["id"] for line in lines)
    more = [{**settings["probes"][0], "samples": 4}]
    sample.sample(config(settings, probes=more))
    assert len(ids(path)) == len(set(ids(path))) == 16


def test_a_row_carries_prompt_answer_criterion_and_how_it_was_made(settings):
    row = next(store.read(sample.sample(config(settings))))
    assert row["messages"] == [{"role": "user", "content": "Say a word."}]
    assert row["criterion"] == "none"
    assert row["tokens"] <= 4
    assert row["finish_reason"] in ("stop", "length")
    assert row["run"]["engine"] == "transformers"
    assert row["run"]["seed"] == 100


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": 1}, "seed"), ({"top_p": 0.5}, "top_p"), ({"max_tokens": 5}, "tiny.yaml")],
)
def test_other_settings_are_refused_by_name_unless_overwritten(settings, change, named):
    path = sample.sample(config(settings))
    before = path.read_text()
    with pytest.raises(UserError, match=named):
        sample.sample(config(settings, **change))
    assert path.read_text() == before
    (path.parent / "verdicts.jsonl").write_text("{}\n")
    sample.sample(config(settings, **change), overwrite=True)
    assert len(ids(path)) == 12
    assert not (path.parent / "verdicts.jsonl").exists()


def test_a_missing_adapter_and_one_for_another_base_are_user_errors(settings, tmp_path):
    arms = [{"name": "tuned", "adapter": str(tmp_path / "adapter")}]
    with pytest.raises(UserError, match="no adapter"):
        sample.sample(config(settings, arms=arms))
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"")
    other = {"base_model_name_or_path": "someone/other-model"}
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(other))
    with pytest.raises(UserError, match="made for someone/other-model"):
        sample.sample(config(settings, arms=arms))
    assert not (tmp_path / "results" / "r" / "run.json").exists()


def test_auto_takes_vllm_where_it_is_installed_and_says_so_where_it_is_not(
    settings, monkeypatch, capsys
):
    auto = config(settings, engine="auto")
    monkeypatch.setattr(pool.importlib.util, "find_spec", lambda name: object())
    assert pool.engine_name(auto) == "vllm"
    monkeypatch.setattr(pool.importlib.util, "find_spec", lambda name: None)
    assert pool.engine_name(auto) == "transformers"
    assert "transformers engine" in capsys.readouterr().out
    asked = dialogue.single_turn(auto)
    with pytest.raises(UserError, match="vllm is not installed"):
        list(pool.Engines(config(settings, engine="vllm"), "base").sample(asked))
