"""A base pinned to a commit of the hub: what is opened, recorded, and refused."""

import shutil

import hub_on_loopback
import pytest
import tiny_models
from chat_on_loopback import PROBES
from safetensors.torch import load_file, save_file

from data.errors import UserError
from data.files import read_json
from eval import panel, sample, store
from eval.auditor import shares_engine
from eval.config import Auditor, EvalConfig, SideModel
from train import base_model


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub whose model had other weights at its first commit, which the cache holds too."""
    first = tiny_models.model_folder(tmp_path / "first")
    second = shutil.copytree(first, tmp_path / "second")
    weights = load_file(second / "model.safetensors")
    changed = {name: -value for name, value in weights.items()}
    save_file(changed, second / "model.safetensors", {"format": "pt"})
    with hub_on_loopback.serving() as served:
        served.use(monkeypatch, tmp_path / "home")
        served.add_folder("org/tiny", first)
        served.first = served.commit("org/tiny")
        base_model.open_at("org/tiny", served.first)
        served.add_folder("org/tiny", second)
        yield served


def config(tmp_path, **changes):
    (tmp_path / "tiny.yaml").write_text(PROBES)
    settings = {
        "run": "r",
        "base": "org/tiny",
        "arms": [{"name": "base"}],
        "probes": [{"file": str(tmp_path / "tiny.yaml"), "samples": 4}],
        "engine": "transformers",
        "max_tokens": 8,
        "results": str(tmp_path / "results"),
    }
    return EvalConfig.model_validate({**settings, **changes})


def answers(folder):
    return [row["answer"] for row in store.read(folder / "samples.jsonl")]


def test_a_pinned_base_is_sampled_recorded_and_not_mixed_with_another(hub, tmp_path):
    newest, pinned = config(tmp_path, run="newest"), config(tmp_path, revision=hub.first)
    sample.sample(newest)
    sample.sample(pinned)
    assert answers(tmp_path / "results/newest") != answers(tmp_path / "results/r")
    base = read_json(tmp_path / "results/r/run.json")["determinants"]["base"]
    assert (base["name"], base["commit"]) == ("org/tiny", hub.first)
    made_with = next(store.read(tmp_path / "results/r/samples.jsonl"))["run"]
    assert (made_with["base"], made_with["commit"]) == ("org/tiny", hub.first)
    with pytest.raises(UserError, match="made with another base"):
        sample.sample(config(tmp_path))


def test_a_revision_that_is_nowhere_or_of_a_folder_is_one_line(hub, tmp_path):
    with pytest.raises(UserError, match="has no revision 'nowhere'"):
        base_model.open_at("org/tiny", "nowhere")
    with pytest.raises(UserError, match="is no hub id, and has no revision 'main'; leave it out"):
        base_model.open_at(str(tmp_path / "first"), "main")


def test_a_judge_is_known_by_its_revision_and_an_auditor_shares_only_the_same(hub, tmp_path):
    pinned = SideModel(name="j", model="org/tiny", revision=hub.first)
    assert panel.identity(pinned)["base"]["commit"] == hub.first
    assert panel.identity(pinned) != panel.identity(SideModel(name="j", model="org/tiny"))
    for revision, shared in ((hub.first, True), (None, False)):
        auditor = Auditor(name="a", model="org/tiny", revision=revision)
        assert shares_engine(config(tmp_path, revision=hub.first, auditor=auditor)) is shared
