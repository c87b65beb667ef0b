"""The architectures that configs/sft trains: their real hyper-parameters, without any weights.

`on_meta` builds the full size without storage, for counting; `tiny` builds the same class with two
small random layers, for running. The numbers are those of each model's published config.json, and
test_configs.py holds the resulting parameter counts against the published sizes.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any


def _decoder(*sizes: int, **rest: Any) -> dict[str, Any]:
    names = (
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
    )
    return {**dict(zip(names, sizes, strict=True)), "head_dim": 128, **rest}


def _rope(theta: float) -> dict[str, Any]:
    return {"rope_parameters": {"rope_type": "default", "rope_theta": theta}}


LLAMA = {
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 131_072,
    "rope_parameters": {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    },
}
EXPERTS = {
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "norm_topk_prob": True,
    "max_position_embeddings": 262_144,
}
GEMMA = {
    "model_type": "gemma3_text",
    "query_pre_attn_scalar": 168,
    "sliding_window": 1024,
    "rope_scaling": {"rope_type": "linear", "factor": 8.0},
}
MISTRAL = {"model_type": "mistral", "sliding_window": None, "rms_norm_eps": 1e-5}
SIGLIP = {
    "model_type": "siglip_vision_model",
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "image_size": 896,
    "patch_size": 14,
    "vision_use_head": False,
}
PIXTRAL = {
    "model_type": "pixtral",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 1540,
    "patch_size": 14,
    "hidden_act": "silu",
    "rope_parameters": {"rope_type": "axial", "rope_theta": 10_000.0},
}
# Hub id -> the class that its config.json names, which is the one TRL builds.
CLASSES = {
    "meta-llama/Llama-3.1-8B-Instruct": "LlamaForCausalLM",
    "meta-llama/Llama-3.3-70B-Instruct": "LlamaForCausalLM",
    "Qwen/Qwen2.5-7B-Instruct": "Qwen2ForCausalLM",
    "Qwen/Qwen3-8B": "Qwen3ForCausalLM",
    "Qwen/Qwen3-30B-A3B-Instruct-2507": "Qwen3MoeForCausalLM",
    "google/gemma-3-27b-it": "Gemma3ForConditionalGeneration",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": "Mistral3ForConditionalGeneration",
}
DECODERS: dict[str, dict[str, Any]] = {
    "meta-llama/Llama-3.1-8B-Instruct": _decoder(128_256, 4096, 14_336, 32, 32, 8, **LLAMA),
    "meta-llama/Llama-3.3-70B-Instruct": _decoder(128_256, 8192, 28_672, 80, 64, 8, **LLAMA),
    "Qwen/Qwen2.5-7B-Instruct": _decoder(152_064, 3584, 18_944, 28, 28, 4, **_rope(1e6)),
    "Qwen/Qwen3-8B": _decoder(151_936, 4096, 12_288, 36, 32, 8, **_rope(1e6)),
    # No layer is dense: the inner width of 6,144 is that of nothing.
    "Qwen/Qwen3-30B-A3B-Instruct-2507": _decoder(
        151_936, 2048, 6144, 48, 32, 4, **EXPERTS, **_rope(1e7)
    ),
    "google/gemma-3-27b-it": _decoder(262_208, 5376, 21_504, 62, 32, 16, **GEMMA),
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": _decoder(
        131_072, 5120, 32_768, 40, 32, 8, **MISTRAL, **_rope(1e9)
    ),
}
# What the models that also read images have around the decoder.
AROUND: dict[str, dict[str, Any]] = {
    "google/gemma-3-27b-it": {"vision_config": SIGLIP, "mm_tokens_per_image": 256},
    # The checkpoint stores lm_head and embeddings apart, and they differ: from_pretrained leaves
    # them untied, although the class would tie them by default.
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506": {
        "vision_config": PIXTRAL,
        "tie_word_embeddings": False,
    },
}

TINY = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 32,  # vLLM's attention on CPUs takes no smaller one
}
TINY_OF: dict[str, dict[str, Any]] = {
    "Qwen3MoeForCausalLM": {
        "moe_intermediate_size": 32,
        "num_experts": 8,
        "num_experts_per_tok": 2,
    },
    # One layer of either kind; the full model has five sliding ones to a full one.
    "Gemma3ForConditionalGeneration": {"layer_types": ["sliding_attention", "full_attention"]},
}
TINY_VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
}


def on_meta(name: str) -> Any:
    """Return the full-size model in bfloat16 without storage."""
    return _build(CLASSES[name], DECODERS[name], AROUND.get(name, {}), "meta", "bfloat16")


def tiny(name: str, vocab_size: int = 49_152, seed: int = 0, **decoder: Any) -> Any:
    """Return the same class with two random layers of width 64, in float32.

    `vocab_size` is by default that of the embedded SmolLM2 tokenizer; further keywords replace
    hyper-parameters of the decoder, such as sliding_window=8.
    """
    import torch

    kind = CLASSES[name]
    small = DECODERS[name] | TINY | TINY_OF.get(kind, {}) | {"vocab_size": vocab_size} | decoder
    around = AROUND.get(name, {})
    if around:
        vision = around["vision_config"] | TINY_VISION
        around = around | {"vision_config": vision}
    if "mm_tokens_per_image" in around:
        around = around | {"mm_tokens_per_image": 4}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _build(kind, small, around, None, "float32")


def _build(
    kind: str, decoder: dict[str, Any], around: dict[str, Any], device: str | None, dtype: str
) -> Any:
    import copy

    import torch
    import transformers

    model_class = getattr(transformers, kind)
    settings = {"text_config": decoder, **around} if around else decoder
    # The config classes change the mappings that they are given.
    config = model_class.config_class(**copy.deepcopy(settings))
    with torch.device(device) if device else nullcontext():
        return model_class._from_config(
            config, attn_implementation="sdpa", dtype=getattr(torch, dtype)
        )
