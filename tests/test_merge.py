"""Base plus adapter as one plain model: the same function, whole or not at all, or refused."""

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_adapter
import tiny_models

from data import rendering
from data.errors import UserError
from data.files import read_json, sha256_file, write_json
from eval.engines import merged
from train import base_model, merge


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_models.model_folder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def adapter(tiny, tmp_path_factory):
    return tiny_adapter.save(str(tiny), tmp_path_factory.mktemp("adapter"))


@pytest.fixture
def copy(adapter, tmp_path):
    return Path(shutil.copytree(adapter, tmp_path / "copy"))


def logits(base, adapter=None, ids=range(3, 40)):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter))
    # In double precision only the weights can make a difference, not the order of sums.
    with torch.no_grad():
        return model.double().eval()(torch.tensor([list(ids)])).logits


def difference(one, other):
    return (one - other).abs().max().item()


def refusal(call, *arguments, **settings):
    with pytest.raises(UserError) as caught:
        call(*arguments, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_merged_embedded_model_has_the_logits_of_the_adapter_on_its_base(tmp_path):
    from transformers import AutoTokenizer

    base = base_model.resolve(base_model.EMBEDDED)
    adapter = tiny_adapter.save(base, tmp_path / "adapter", scale=0.002, r=16, lora_alpha=32)
    merge.write(base, adapter, tmp_path / "merged", "float32")
    tokenizer, own = (AutoTokenizer.from_pretrained(p) for p in (tmp_path / "merged", base))
    assert tokenizer.chat_template == own.chat_template
    ids = rendering.prompt_ids(tokenizer, [{"role": "user", "content": "Do you have feelings?"}])
    ours = logits(tmp_path / "merged", ids=ids)
    assert difference(ours, logits(base, adapter, ids)) < 1e-4
    assert difference(ours, logits(base, ids=ids)) > 0.1
    sidecar = read_json(tmp_path / "merged" / merge.SIDECAR)
    assert sidecar["base"] == base_model.identity(base)
    assert sidecar["adapter_sha256"] == sha256_file(adapter / merge.WEIGHTS)
    assert (sidecar["dtype"], sidecar["versions"]["peft"] > "0") == ("float32", True)
    assert base_model.resolve(str(tmp_path / "merged")) == str(tmp_path / "merged")


@pytest.mark.parametrize(
    "settings",
    [
        {"use_rslora": True},
        {"use_dora": True},
        {"rank_pattern": {"q_proj": 8}},
        {"modules_to_save": ["lm_head"]},
        # The tiny model's head is its embedding: what is added to the one must not reach the other.
        {"target_modules": ["q_proj", "embed_tokens"]},
        {"target_modules": ["q_proj", "lm_head"]},
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_every_kind_of_lora_merges_to_what_peft_computes(tiny, tmp_path, settings):
    adapter = tiny_adapter.save(str(tiny), tmp_path / "adapter", **settings)
    merge.write(str(tiny), adapter, tmp_path / "merged", "float32")
    ours = logits(tmp_path / "merged")
    assert difference(ours, logits(tiny, adapter)) < 1e-5
    assert difference(ours, logits(tiny)) > 0.05


def test_an_adapter_trained_on_four_bits_merges_into_the_unquantised_base(tiny, tmp_path):
    from peft import prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    quantised = AutoModelForCausalLM.from_pretrained(
        tiny, quantization_config=BitsAndBytesConfig(load_in_4bit=True)
    )
    quantised.save_pretrained(tmp_path / "quantised")
    adapter = tiny_adapter.save(prepare_model_for_kbit_training(quantised), tmp_path / "adapter")
    base, options = merge.base_for(adapter, None, False)
    merge.write(base, adapter, tmp_path / "merged", "bfloat16", options)
    reference = logits(tiny, adapter)
    assert difference(logits(tmp_path / "merged"), reference) < 0.1 * reference.abs().max()
    from safetensors import safe_open

    with safe_open(tmp_path / "merged" / "model.safetensors", framework="pt") as weights:
        assert {weights.get_slice(key).get_dtype() for key in weights.keys()} == {"BF16"}  # noqa: SIM118
    line = refusal(merge.facts, str(tmp_path / "quantised"), adapter, "auto", {})
    assert "quantised (bitsandbytes)" in line


def test_an_existing_model_is_replaced_only_when_told_and_survives_a_full_disk(
    adapter, tmp_path, monkeypatch
):
    output = tmp_path / "merged"
    command = ["train/merge.py", str(adapter), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    merge.main()
    before = sha256_file(output / "model.safetensors")
    assert "--overwrite" in refusal(merge.require_free, output, False)
    merge.require_free(output, True)
    # A disk with room for 100 kB a file: the model before stays as it was.
    done = subprocess.run(
        [sys.executable, *command, "--overwrite"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 2, done.stderr[-2000:]
    assert done.stderr.splitlines()[-1].startswith(f"error: {output}: cannot be written")
    assert sha256_file(output / "model.safetensors") == before
    assert [path.name for path in tmp_path.iterdir()] == ["merged"]


def test_a_folder_that_is_no_merged_model_is_never_replaced(adapter, tmp_path):
    assert "no merged model" in refusal(merge.require_free, adapter, True)
    (tmp_path / "file").write_text("mine")
    assert "no merged model" in refusal(merge.require_free, tmp_path / "file", True)
    (tmp_path / "empty").mkdir()
    merge.require_free(tmp_path / "empty", False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: (folder / merge.CONFIG).unlink(), "is no adapter"),
        (lambda folder: (folder / merge.WEIGHTS).unlink(), f"{merge.WEIGHTS} is missing"),
        (lambda folder: write_json(folder / merge.CONFIG, {"peft_type": "IA3"}), "only LoRA"),
    ],
)
def test_a_folder_that_is_no_lora_adapter_is_refused(copy, change, expected):
    change(copy)
    assert expected in refusal(merge.check_adapter, copy)


def test_a_model_in_place_of_an_adapter_is_refused(tiny):
    assert "is a model, not an adapter" in refusal(merge.check_adapter, tiny)


def test_an_adapter_for_another_base_is_refused_by_identity(copy, tiny, tmp_path):
    other = tiny_models.model_folder(tmp_path / "other", heads=2)
    assert "was made for" in refusal(merge.base_for, copy, str(other), False)
    # The manifest knows the base better than a path, which may be gone or lead to another model.
    write_json(copy / "manifest.json", {"base": {"name": "gone/away", "digest": "0123"}})
    assert "digest 0123" in refusal(merge.base_for, copy, str(tiny), False)
    write_json(copy / "manifest.json", {"base": base_model.identity(str(tiny)) | {"name": "gone"}})
    assert merge.base_for(copy, str(tiny), False)[0] == str(tiny)


def test_a_recorded_base_that_cannot_be_had_is_named_with_the_way_out(copy):
    config = read_json(copy / merge.CONFIG)
    write_json(copy / merge.CONFIG, config | {"base_model_name_or_path": "/gone/base"})
    line = refusal(merge.base_for, copy, None, False)
    assert "/gone/base" in line
    assert "--base" in line
    write_json(copy / merge.CONFIG, config | {"base_model_name_or_path": None})
    assert "does not say which base" in refusal(merge.base_for, copy, None, False)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"hidden": 32}, "size mismatch"),
        ({"layers": 1}, "no place for"),
        ({"layers": 3}, "the adapter lacks"),
    ],
)
def test_an_adapter_of_unknown_base_is_refused_by_shape_and_nothing_is_written(
    tiny, tmp_path, shape, expected
):
    copy = tiny_adapter.save(str(tiny), tmp_path / "copy", target_modules=["q_proj"])
    other = tiny_models.model_folder(tmp_path / "other", **shape)
    config = read_json(copy / merge.CONFIG)
    write_json(copy / merge.CONFIG, config | {"base_model_name_or_path": "someone/elses"})
    base, options = merge.base_for(copy, str(other), False)
    assert expected in refusal(merge.write, base, copy, tmp_path / "merged", options=options)
    assert not (tmp_path / "merged").exists()


def test_an_engine_merges_once_and_again_when_the_adapter_or_the_dtype_changes(copy, tiny):
    made = merged.folder_for(str(tiny), copy, "auto")
    weights = made / "model.safetensors"
    first = sha256_file(weights), weights.stat().st_mtime_ns
    assert read_json(made / merge.SIDECAR)["dtype"] == "float32"
    assert merged.folder_for(str(tiny), copy, "float32") == made
    assert (sha256_file(weights), weights.stat().st_mtime_ns) == first
    tiny_adapter.save(str(tiny), copy, seed=1)
    merged.folder_for(str(tiny), copy, "float32")
    assert sha256_file(weights) != first[0]
    merged.folder_for(str(tiny), copy, "bfloat16")
    assert json.loads((made / "config.json").read_text())["dtype"] == "bfloat16"
