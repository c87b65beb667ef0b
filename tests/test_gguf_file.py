"""A GGUF file as a base: dequantised once, found again, refused if not whole."""

import resource
from pathlib import Path

import pytest
import tiny_models

from data.errors import UserError
from data.files import read_json, sha256_file
from train import base_model, gguf_file


def refusal(name):
    with pytest.raises(UserError) as caught:
        base_model.resolve(str(name))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def bases(tmp_path, monkeypatch):
    monkeypatch.setattr(gguf_file, "BASES", tmp_path / "bases")
    return tmp_path / "bases"


@pytest.mark.parametrize(("kind", "dtype"), [("Q8_0", "bfloat16"), ("F32", "float32")])
def test_a_gguf_file_becomes_a_folder_with_its_weights_and_is_found_again(
    tmp_path, bases, kind, dtype
):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = tiny_models.gguf_file(tmp_path / "tiny.gguf", kind)
    folder = Path(base_model.resolve(str(source)))
    assert folder == bases / f"tiny-{sha256_file(source)[:8]}"
    assert read_json(folder / base_model.SIDECAR)["source_sha256"] == sha256_file(source)
    made = AutoModelForCausalLM.from_pretrained(folder)
    assert made.dtype == getattr(torch, dtype)
    direct = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file=source.name)
    for name, tensor in direct.state_dict().items():
        assert torch.equal(made.state_dict()[name], tensor.to(made.dtype)), name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.decode(tokenizer("how are you")["input_ids"]) == "how are you"
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert base_model.resolve(str(source)) == str(folder)
    assert (folder / "model.safetensors").stat().st_mtime_ns == written


def test_two_quantisations_are_two_bases_and_a_changed_weight_is_noticed(tmp_path, bases):
    folders = [
        Path(base_model.resolve(str(tiny_models.gguf_file(tmp_path / f"{kind}.gguf", kind))))
        for kind in ("Q8_0", "Q4_0")
    ]
    assert len({base_model.identity(str(folder))["digest"] for folder in folders}) == 2
    weights = folders[0] / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    assert "SHA-256" in refusal(tmp_path / "Q8_0.gguf")


def test_what_is_no_readable_gguf_is_refused_and_leaves_nothing(tmp_path, bases):
    whole = tiny_models.gguf_file(tmp_path / "tiny.gguf").read_bytes()
    for name, content, expected in (
        ("text.gguf", b"no model" * 99, "no GGUF file"),
        ("empty.gguf", b"", "no GGUF file"),
        ("cut.gguf", whole[: len(whole) // 2], "not a whole one"),
        ("other.gguf", whole.replace(b"llama", b"lemma"), "architecture lemma"),
    ):
        (tmp_path / name).write_bytes(content)
        assert expected in refusal(tmp_path / name)
    assert not bases.exists() or not list(bases.iterdir())


def test_a_full_disk_while_dequantising_is_one_line_and_leaves_nothing(tmp_path, bases):
    source = tiny_models.gguf_file(tmp_path / "tiny.gguf")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        line = refusal(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "free some space" in line
    assert not list(bases.iterdir())
