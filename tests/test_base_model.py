"""Where a base model is found, and what is said when it is not."""

import shutil

import pytest

from data.errors import UserError
from train import base_model


def test_the_embedded_model_has_the_recorded_weights_and_answers_to_both_names():
    by_name = base_model.resolve(base_model.EMBEDDED)
    assert by_name == base_model.resolve(str(base_model.EMBEDDED_FOLDER))
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
    ],
)
def test_a_base_that_cannot_be_had_is_a_user_error(name, expected, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match=expected):
        base_model.resolve(name)


def test_a_folder_without_config_or_safetensors_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"config\.json"):
        base_model.resolve(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(UserError, match="safetensors"):
        base_model.resolve(str(tmp_path))


def test_bases_with_other_config_or_weights_have_another_identity(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"1")
    first = base_model.identity(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"12")
    second = base_model.identity(str(tmp_path))
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert len({i["digest"] for i in (first, second, base_model.identity(str(tmp_path)))}) == 3
