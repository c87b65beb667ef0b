"""What reaches the hub is the run: weights, tokenizer, manifest, card; no optimizer, no token."""

import shutil
import subprocess
import sys

import hub_on_loopback
import pytest
import small_runs
import tiny_adapter
import tiny_models
from hub_on_loopback import TOKEN

from data.errors import UserError
from train import push

WANTED = [
    *("README.md", "adapter_config.json", "adapter_model.safetensors", "chat_template.jinja"),
    *("manifest.json", "tokenizer.json", "tokenizer_config.json"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder as a finished run leaves it, with all that must stay behind."""
    root = tmp_path_factory.mktemp("run")
    base = tiny_models.model_folder(root / "base")
    folder = tiny_adapter.save(str(base), root / "adapter")
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(base / name, folder)
    (folder / "manifest.json").write_text("{}")
    (folder / "README.md").write_text("---\nlibrary_name: peft\n---\n# A run\n")
    for name in ("training_args.bin", "inputs.json", ".secret", "trace.log"):
        (folder / name).write_text(TOKEN)
    for name in ("checkpoint-2/optimizer.pt", "merged/model.safetensors", "steps/2/README.md"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(TOKEN)
    return folder


@pytest.fixture
def hub():
    with hub_on_loopback.serving() as served:
        yield served


def test_a_run_is_pushed_in_one_commit_and_nothing_else_with_it(run, hub, tmp_path):
    command = [sys.executable, "train/push.py", str(run), "--repository", "me/run"]
    environment = hub.environment(tmp_path, TOKEN)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{hub.endpoint}/me/run/commit/" in done.stdout
    assert hub.commits == [("me/run", WANTED)]
    for name, content in hub.repositories["me/run"].items():
        assert content == (run / name).read_bytes()
        assert TOKEN.encode() not in content
    writes = [token for _, path, token in hub.requests if path.startswith(("/api/r", "/api/m"))]
    assert set(writes) == {TOKEN}


def test_the_pushed_adapter_comes_back_and_loads_on_its_base(run, hub, tmp_path, monkeypatch):
    import torch
    from huggingface_hub import snapshot_download
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    hub.use(monkeypatch, tmp_path, TOKEN)
    push.push(run, push.open_repository("me/run", private=True))
    fetched = snapshot_download("me/run")
    logits = []
    for folder in (run, fetched):
        base = AutoModelForCausalLM.from_pretrained(run.parent / "base")
        with torch.no_grad():
            logits.append(PeftModel.from_pretrained(base, folder)(torch.arange(3, 9)[None]).logits)
    assert torch.equal(*logits)


@pytest.mark.parametrize(
    ("token", "expected"),
    [(None, "HF_TOKEN is not set"), ("hf_reader", "HF_TOKEN holds none that may do this")],
)
def test_without_a_token_that_may_write_it_is_said_before_anything_is_sent(
    hub, tmp_path, monkeypatch, token, expected
):
    hub.use(monkeypatch, tmp_path, token)
    with pytest.raises(UserError, match=expected):
        push.open_repository("me/run")
    assert not hub.repositories


def test_no_network_and_no_valid_name_are_one_line(hub, tmp_path, monkeypatch):
    hub.use(monkeypatch, tmp_path, TOKEN)
    with pytest.raises(UserError, match="no valid id of the hub"):
        push.open_repository("me/a run")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        push.open_repository("me/run")


def test_an_unfinished_run_and_a_file_with_the_token_are_not_pushed(
    run, hub, tmp_path, monkeypatch
):
    hub.use(monkeypatch, tmp_path / "home", TOKEN)
    with pytest.raises(UserError, match=r"manifest\.json is missing"):
        push.push(tmp_path, "me/run")
    folder = shutil.copytree(run, tmp_path / "copy")
    (folder / "manifest.json").write_text(f'{{"hub_token": "{TOKEN}"}}')
    with pytest.raises(UserError, match="holds the token"):
        push.push(folder, "me/run")
    assert not hub.commits


def test_training_pushes_the_finished_run_in_one_commit(hub, tmp_path):
    path = small_runs.config(tmp_path / "sft.yaml", small_runs.small_base(tmp_path / "base"))
    command = small_runs.command(path, tmp_path / "run", "--push_to_hub", "true")
    pushing = [*command, "--hub_model_id", "me/trained"]
    online = {"HF_HUB_OFFLINE": "0"}
    # Without a token it is refused before the training, and the folder is free again.
    assert "HF_TOKEN" in small_runs.refusal(pushing, **online, **hub.environment(tmp_path))
    assert not (tmp_path / "run").exists()
    environment = {**online, **hub.environment(tmp_path, TOKEN)}
    small_runs.trained(pushing, tmp_path / "run", **environment)
    assert hub.commits == [("me/trained", WANTED)]
    card = hub.repositories["me/trained"]["README.md"].decode()
    assert card == (tmp_path / "run" / "README.md").read_text()
    assert "consciousness" in card
    for content in hub.repositories["me/trained"].values():
        assert TOKEN.encode() not in content
