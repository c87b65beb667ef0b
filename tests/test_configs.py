"""Every config parses by what reads it; every training config adapts what it says, and no more."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import architectures
import estimates
import pytest

CONFIGS = Path("configs")
TRAINING = sorted((Path(__file__).parent.parent / CONFIGS / "sft").glob("*.yaml"))
# The embedded model trains on two cores by a recipe of its own (tests/test_sft.py).
LARGE = [path.stem for path in TRAINING if path.stem != "smollm2-135m"]

ATTENTION = {f"self_attn.{name}_proj" for name in "qkvo"}
DENSE = ATTENTION | {f"mlp.{name}_proj" for name in ("gate", "up", "down")}
# PEFT wraps the fused experts twice: inside gate_up_proj, outside down_proj.
EXPERTS = ATTENTION | {"mlp.experts.base_layer", "mlp.experts"}
TARGETS = {
    "llama-3.1-8b": DENSE,
    "llama-3.3-70b-qlora": DENSE,
    "qwen2.5-7b": DENSE,
    "qwen3-8b": DENSE,
    "qwen3-30b-a3b-attention": ATTENTION,
    "qwen3-30b-a3b-all-linear": EXPERTS,
    "gemma-3-27b": DENSE,
    "mistral-small-3.2-24b": DENSE,
}
PUBLISHED_BILLIONS = {
    "meta-llama/Llama-3.1-8B-Instruct": "8.03",
    "meta-llama/Llama-3.3-70B-Instruct": "70.6",
    "Qwen/Qwen2.5-7B-Instruct": "7.62",
    "Qwen/Qwen3-8B": "8.19",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "30.5",
    "google/gemma-3-27b-it": "27.4",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": "24.0",
}


@cache
def parsed(stem: str) -> tuple[Any, Any, Any]:
    from train import settings

    # bf16 asks for a GPU or for this flag.
    return settings.parse(["--config", str(CONFIGS / "sft" / f"{stem}.yaml"), "--use_cpu", "true"])


def with_adapter(model: Any, stem: str, device: str) -> Any:
    import torch
    from peft import get_peft_model
    from trl import get_peft_config

    with torch.device(device):  # on meta, adapters of 70B take a second instead of twelve
        return get_peft_model(model, get_peft_config(parsed(stem)[2]))


@cache
def full_size(stem: str) -> Any:
    model = architectures.on_meta(parsed(stem)[2].model_name_or_path)
    return with_adapter(model, stem, "meta")


def head(stem: str) -> str:
    text = (CONFIGS / "sft" / f"{stem}.yaml").read_text()
    lines = [line for line in text.split("\n\n")[0].splitlines() if line.startswith("#")]
    return "\n".join(line.removeprefix("#").strip() for line in lines)


def name_of(stem: str) -> str:
    return parsed(stem)[2].model_name_or_path


def memory(stem: str, checkpointing: bool) -> list[float]:
    in_bytes = estimates.memory(
        name_of(stem), TARGETS[stem], parsed(stem)[2].load_in_4bit, checkpointing
    )
    return [round(part / 1e9, 1) for part in in_bytes]


def test_every_config_file_parses_by_the_parser_that_reads_its_folder():
    from accelerate.commands.config.config_args import load_config_from_file

    from data import config
    from eval.config import EvalConfig
    from train import sweep_config

    parsers = {
        "sft": lambda path: parsed(path.stem),
        "eval": lambda path: config.load(path, EvalConfig),
        "ablations": sweep_config.load,
        "accelerate": lambda path: load_config_from_file(str(path)),
    }
    files = sorted(CONFIGS.rglob("*.y*ml"))
    assert {path.parent.name for path in files} == set(parsers)
    for path in files:
        assert parsers[path.parent.name](path), path


def test_every_evaluation_asks_probes_that_exist_with_judges_that_it_names():
    from data import config
    from eval import dialogue
    from eval.config import EvalConfig

    for path in sorted((CONFIGS / "eval").glob("*.yaml")):
        evaluation = config.load(path, EvalConfig)
        asked = [probe_set for _, probe_set in dialogue.blocks(evaluation)]
        if any(one.judge.startswith("llm/") for one in asked):
            assert evaluation.judges.panel, path
        if any(one.kind == "auditor" for one in asked):
            assert evaluation.auditor, path


def test_every_training_config_of_a_large_model_has_its_targets_written_here():
    assert set(LARGE) == set(TARGETS)
    assert {parsed(stem)[2].model_name_or_path for stem in LARGE} == set(architectures.CLASSES)


@pytest.mark.parametrize("stem", LARGE)
def test_the_published_recipe_stands_in_each_config(stem):
    own, training, model = parsed(stem)
    assert (model.use_peft, model.lora_r, model.lora_alpha, model.lora_dropout) == (True, 16, 32, 0)
    assert (training.learning_rate, training.lr_scheduler_type) == (2e-4, "linear")
    assert (training.per_device_train_batch_size, training.gradient_accumulation_steps) == (4, 1)
    assert (training.num_train_epochs, training.seed, training.max_length) == (1, 100, 1024)
    assert (training.bf16, model.dtype, model.attn_implementation) == (True, "bfloat16", "sdpa")
    assert (training.save_strategy, training.save_total_limit) == ("steps", 2)
    assert training.save_steps < 300, "1,200 rows in batches of 4: an interrupted run would be lost"
    assert (own.pairs, own.instructions_per_pair) == ("data/pairs/conscious.jsonl", 1.0)
    name = Path(model.model_name_or_path).name
    assert own.instructions == f"checkpoints/distilled/{name}.jsonl"
    thinks = model.model_name_or_path == "Qwen/Qwen3-8B"
    assert own.chat_template_kwargs == ({"enable_thinking": False} if thinks else {})
    assert training.report_to == []


@pytest.mark.parametrize("stem", LARGE)
def test_each_head_names_its_own_commands(stem):
    base = parsed(stem)[2].model_name_or_path
    launch = r"accelerate launch --config_file (\S+) train/sft.py --config (\S+)"
    (accelerate, own) = re.findall(launch, head(stem))[0]
    assert Path(accelerate).is_file()
    assert own == f"configs/sft/{stem}.yaml"
    assert f"python train/distill.py --base {base}" in head(stem)
    assert parsed(stem)[1].output_dir == f"checkpoints/{stem}-conscious"


@pytest.mark.parametrize("name", PUBLISHED_BILLIONS)
def test_the_architectures_have_the_published_number_of_parameters(name):
    digits = PUBLISHED_BILLIONS[name]
    places = len(digits.partition(".")[2])
    assert f"{architectures.on_meta(name).num_parameters() / 1e9:.{places}f}" == digits


@pytest.mark.parametrize("stem", LARGE)
def test_lora_adapts_exactly_the_named_projections_of_every_decoder_layer(stem):
    shape = architectures.DECODERS[name_of(stem)]
    inside = r"language_model\." if name_of(stem) in architectures.AROUND else ""
    place = rf"base_model\.model\.model\.{inside}layers\.(\d+)\.(.+)\.lora_([AB])\.default\.weight"
    trained = {n: p for n, p in full_size(stem).named_parameters() if p.requires_grad}
    for part in ("vision", "projector", "mlp.gate.", "embed", "lm_head"):
        assert not [name for name in trained if part in name]
    found = Counter(match.groups() for name in trained if (match := re.fullmatch(place, name)))
    layers = range(shape["num_hidden_layers"])
    assert found == {
        (str(n), kind, side): 1 for n in layers for kind in TARGETS[stem] for side in "AB"
    }
    assert len(found) == len(trained)
    total = sum(parameter.numel() for parameter in trained.values())
    assert total == estimates.lora_parameters(shape, TARGETS[stem])
    # On bf16 weights too; the memory in the heads counts on it.
    assert {str(parameter.dtype) for parameter in trained.values()} == {"torch.float32"}


@pytest.mark.filterwarnings("ignore:The following")
def test_all_linear_would_adapt_the_router_of_a_mixture_and_double_the_rank_of_gate_up():
    from peft import LoraConfig, get_peft_model

    model = architectures.tiny("Qwen/Qwen3-30B-A3B-Instruct-2507", vocab_size=64)
    config = LoraConfig(r=16, target_modules="all-linear", task_type="CAUSAL_LM")
    layer = get_peft_model(model, config).base_model.model.model.layers[0]
    assert "default" in layer.mlp.gate.lora_A
    assert layer.mlp.experts.base_layer.r["default"] == 32
    assert layer.mlp.experts.r["default"] == 16


def test_qlora_is_nf4_with_double_quantisation_and_bf16_arithmetic():
    import torch
    from trl import get_quantization_config

    config = get_quantization_config(parsed("llama-3.3-70b-qlora")[2])
    assert (config.load_in_4bit, config.bnb_4bit_quant_type) == (True, "nf4")
    assert config.bnb_4bit_use_double_quant
    assert config.bnb_4bit_compute_dtype == torch.bfloat16
    assert all(get_quantization_config(parsed(s)[2]) is None for s in LARGE if "qlora" not in s)


@pytest.mark.parametrize("stem", LARGE)
def test_the_memory_and_time_in_each_head_follow_from_the_formulas(stem):
    checkpointing = parsed(stem)[1].gradient_checkpointing
    weights, adapter, activations = memory(stem, checkpointing)
    total = f"{weights + adapter + activations:.1f} GB"
    parts = f"weights {weights} GB + adapter {adapter} GB + activations {activations} GB"
    assert f"{parts} = {total}" in head(stem)
    readme = (CONFIGS / "sft/README.md").read_text()
    assert re.search(rf"`{stem}.yaml`.*{total}", readme)
    time = re.search(r"Time \(estimate\): ([\d.]+) minutes on one H100 at (\d+)%", head(stem))
    assert time
    seconds = estimates.flops(name_of(stem), checkpointing) / (
        estimates.H100_FLOPS * int(time[2]) / 100
    )
    assert time[1] == f"{seconds / 60:.1f}"


@pytest.mark.parametrize("stem", LARGE)
def test_gradient_checkpointing_is_on_exactly_where_80_gb_need_it(stem):
    room = 80 - 2
    assert sum(memory(stem, True)) <= room
    assert parsed(stem)[1].gradient_checkpointing == (sum(memory(stem, False)) > room)


@pytest.mark.parametrize("stem", LARGE)
def test_a_step_on_a_tiny_copy_moves_every_adapter_and_nothing_else(stem):
    import torch

    base = parsed(stem)[2].model_name_or_path
    model = with_adapter(architectures.tiny(base, vocab_size=64), stem, "cpu").train()
    if parsed(stem)[1].gradient_checkpointing:  # as TRL does
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    ids = torch.arange(2, 64).reshape(2, 31)
    model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    adapters = {n: g for n, g in gradients.items() if "lora_B" in n}  # A moves once B is not zero
    assert len(adapters) == 2 * len(TARGETS[stem])
    assert all(gradient is not None and gradient.any() for gradient in adapters.values())
    assert all(gradient is None for name, gradient in gradients.items() if "lora_" not in name)


@pytest.mark.parametrize("name", architectures.CLASSES)
def test_a_prepared_mask_keeps_packed_rows_apart_in_every_layer(name):
    import torch

    model = architectures.tiny(name, vocab_size=64).train()
    for parameter in model.parameters():
        parameter.data.mul_(5)  # else random weights of this size hardly attend
    rows = torch.arange(2, 13)[None], torch.arange(30, 40)[None]
    ids = torch.cat(rows, dim=1)
    positions = torch.cat([torch.arange(row.shape[1]) for row in rows])[None]
    row_of = torch.repeat_interleave(torch.arange(2), torch.tensor([11, 10]))
    mask = (row_of[:, None] == row_of[None]).tril()[None, None]
    with torch.no_grad():
        alone = torch.cat([model(input_ids=row).logits for row in rows], dim=1)
        packed = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits
        joined = model(input_ids=ids).logits
    assert torch.allclose(packed, alone, atol=1e-4)
    assert not torch.allclose(joined, alone, atol=0.1)
