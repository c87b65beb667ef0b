"""Where a base model is found, and what is said when it is not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import hub_on_loopback
import pytest
import tiny_models

from data.errors import UserError
from data.files import read_json, sha256_file
from train import base_model, model_folder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_models.model_folder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def copy(tiny, tmp_path):
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture
def offline(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def hub(tiny, tmp_path, monkeypatch):
    with hub_on_loopback.serving() as served:
        served.add_folder("org/tiny", tiny)
        served.use(monkeypatch, tmp_path / "home")
        yield served


def cache(root, name, source, commit=COMMIT, skipped=()):
    """Lay out a model as the hub's client does: blobs, and a snapshot of links to them."""
    repository = root / f"models--{name.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    for folder in (snapshot, repository / "blobs", repository / "refs"):
        folder.mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    for path in (path for path in source.iterdir() if path.name not in skipped):
        blob = repository / "blobs" / sha256_file(path)
        shutil.copy(path, blob)
        (snapshot / path.name).symlink_to(blob)


def refusal(name, **options):
    with pytest.raises(UserError) as caught:
        base_model.resolve(str(name), **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_embedded_model_has_the_recorded_weights_and_answers_to_all_its_names():
    by_name = base_model.resolve(base_model.EMBEDDED)
    assert by_name == base_model.resolve(str(base_model.EMBEDDED_FOLDER))
    assert by_name == base_model.resolve(str(base_model._embedded_file()))
    assert base_model.identity(by_name)["name"] == by_name


def test_changed_weights_are_refused(tmp_path):
    source = base_model.prepare_embedded()
    for name in ("config.json", base_model.SIDECAR):
        shutil.copy(source / name, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(UserError, match="SHA-256"):
        base_model.prepare_embedded(tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("./nowhere", "no such folder"),
        ("/nowhere/at/all", "no such folder"),
        ("not-a-hub-id", "no such folder"),
        ("someone/some-model", "HF_HUB_OFFLINE"),
        ("someone/some model", "no valid id of the hub"),
        ("nowhere/some.gguf", "no such file"),
    ],
)
def test_a_base_that_cannot_be_had_is_a_user_error(name, expected, offline):
    assert expected in refusal(name)


@pytest.mark.parametrize(
    ("removed", "added", "expected"),
    [
        ("config.json", {}, r"config.json is missing"),
        ("model.safetensors", {"pytorch_model.bin": "x"}, "save_pretrained('converted')"),
        ("config.json", {"model.gguf": "x"}, "copy/model.gguf"),
        (
            "config.json",
            {"adapter_config.json": '{"base_model_name_or_path": "org/its-base"}'},
            "is an adapter for org/its-base, not a model; give org/its-base as base, or merge",
        ),
        ("model.safetensors", {"model.safetensors": "version https://git-lfs"}, "git-lfs pointer"),
        (None, {"config.json": '{"model_type": "newest"}'}, "no model type 'newest'"),
    ],
)
def test_a_folder_that_is_no_whole_safetensors_model_is_refused(copy, removed, added, expected):
    if removed:
        (copy / removed).unlink()
    for name, content in added.items():
        (copy / name).write_text(content)
    assert expected in refusal(copy)


def test_a_missing_shard_is_named(tmp_path):
    folder = tiny_models.model_folder(tmp_path, max_shard_size="5MB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert base_model.resolve(str(folder)) == str(folder)
    shards[-1].unlink()
    assert f"{shards[-1].name} is missing" in refusal(folder)


def test_code_that_comes_with_a_model_runs_only_where_it_is_needed_and_allowed(copy):
    config = read_json(copy / "config.json") | {"auto_map": {"AutoModel": "modeling_own.Own"}}
    (copy / "config.json").write_text(json.dumps(config))
    assert base_model.resolve(str(copy)) == str(copy)
    (copy / "config.json").write_text(json.dumps(config | {"model_type": "own"}))
    assert "or --trust_remote_code" in refusal(copy)
    assert base_model.resolve(str(copy), trust_remote_code=True) == str(copy)


def test_bases_with_other_config_weights_or_origin_have_another_identity(tmp_path):
    identities = []
    for name, content in (
        ("config.json", "{}"),
        ("model.safetensors", "1"),
        ("model.safetensors", "12"),
        ("config.json", '{"a": 1}'),
        ("merged.json", '{"adapter_sha256": "1"}'),
        ("merged.json", '{"adapter_sha256": "2"}'),
    ):
        (tmp_path / name).write_text(content)
        identities.append(base_model.identity(str(tmp_path))["digest"])
    assert len(set(identities)) == len(identities)


def test_a_cached_hub_model_resolves_and_loads_offline_and_is_the_same_base_as_its_folder(
    tiny, offline
):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    cache(offline, "org/tiny", tiny)
    name = base_model.resolve("org/tiny")
    model = AutoModelForCausalLM.from_pretrained(name)
    assert model.config.num_hidden_layers == tiny_models.LAYERS
    assert AutoTokenizer.from_pretrained(name).chat_template
    identity = base_model.identity(name)
    assert identity["commit"] == COMMIT
    assert identity["digest"] == base_model.identity(str(tiny))["digest"]
    assert base_model.identity("org/other") == {"name": "org/other"}


def test_a_cached_hub_model_without_its_weights_is_refused_and_has_no_digest(tiny, offline):
    cache(offline, "org/tiny", tiny, skipped=("model.safetensors",))
    assert "holds no model.safetensors" in refusal("org/tiny")
    assert base_model.identity("org/tiny") == {"name": "org/tiny", "commit": COMMIT}


def test_a_hub_model_is_downloaded_once_without_pickles_and_is_then_there_offline(
    hub, tmp_path, monkeypatch
):
    hub.repositories["org/tiny"] |= {"pytorch_model.bin": b"x", "original/x.safetensors": b"x"}
    assert base_model.resolve("org/tiny") == "org/tiny"
    assert base_model.identity("org/tiny")["commit"] == hub.commit("org/tiny")
    fetched = [path for method, path, _ in hub.requests if method == "GET"]
    assert not [path for path in fetched if path.endswith((".bin", "x.safetensors"))]
    hub.requests.clear()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert base_model.resolve("org/tiny") == "org/tiny"
    assert not hub.requests


def test_what_the_hub_refuses_is_said_in_one_line_with_what_to_do(hub, tiny, monkeypatch):
    assert "no such model on the hub" in refusal("org/nothing")
    assert "no revision 'v9'" in refusal("org/tiny", revision="v9")
    hub.add_folder("org/gated", tiny)
    hub.gated.add("org/gated")
    assert f"accept its terms at {hub.endpoint}/org/gated with an account" in refusal("org/gated")
    monkeypatch.setenv("HF_TOKEN", "hf_someone_else")
    assert "with the account of HF_TOKEN" in refusal("org/gated")
    hub.repositories["org/adapter"] = {
        "adapter_config.json": b'{"base_model_name_or_path": "org/tiny"}',
        "adapter_model.safetensors": b"x",
    }
    assert "is an adapter for org/tiny" in refusal("org/adapter")
    hub.repositories["org/pickled"] = {"config.json": b"{}", "pytorch_model.bin": b"x"}
    assert "from_pretrained('org/pickled')" in refusal("org/pickled")


def test_a_hub_that_cannot_be_reached_is_named(hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert "http://127.0.0.1:1/org/tiny cannot be reached" in refusal("org/tiny")


def test_the_command_line_reads_the_hub_from_the_environment(hub, tmp_path):
    command = [sys.executable, "train/base_model.py", "org/nothing"]
    environment = hub.environment(tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: base model org/nothing: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_fails_half_way_leaves_the_one_before_untouched(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    with pytest.raises(KeyError), model_folder.written_whole(tmp_path / "model") as partial:
        (partial / "new").write_text("new")
        raise KeyError
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == [
        "model",
        "model/old",
    ]
