"""The estimates in the heads of configs/sft, by the formulas in configs/sft/README.md."""

from __future__ import annotations

from typing import Any

import architectures

RANK = 16
BATCH_TOKENS = 4 * 1024  # four rows of max_length
RUN_TOKENS = 1200 * 256  # 600 pairs and 600 instructions; their mean length is assumed
H100_FLOPS = 989e12  # bf16 without sparsity, by the data sheet
# nf4 with double quantisation: 4 bits, one byte for 64 weights, one float32 for 64 x 256.
BITS_OF_NF4 = 4 + 8 / 64 + 32 / (64 * 256)


def projections(shape: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Return (inputs, outputs, copies) of what one decoder layer multiplies by."""
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    queries = shape["num_attention_heads"] * shape["head_dim"]
    keys = shape["num_key_value_heads"] * shape["head_dim"]
    sizes = {
        "self_attn.q_proj": (width, queries, 1),
        "self_attn.k_proj": (width, keys, 1),
        "self_attn.v_proj": (width, keys, 1),
        "self_attn.o_proj": (queries, width, 1),
    }
    if "num_experts" in shape:
        # gate_up_proj (inside) and down_proj (outside) of all experts, as PEFT names them
        inner, experts = shape["moe_intermediate_size"], shape["num_experts"]
        return sizes | {
            "mlp.experts.base_layer": (width, 2 * inner, experts),
            "mlp.experts": (inner, width, experts),
        }
    return sizes | {
        "mlp.gate_proj": (width, inner, 1),
        "mlp.up_proj": (width, inner, 1),
        "mlp.down_proj": (inner, width, 1),
    }


def lora_parameters(shape: dict[str, Any], targets: set[str]) -> int:
    """Return the sum of r (inputs + outputs) over all adapted projections."""
    sizes = projections(shape)
    layer = sum(sizes[kind][2] * RANK * sum(sizes[kind][:2]) for kind in targets)
    return shape["num_hidden_layers"] * layer


def active_parameters(shape: dict[str, Any]) -> int:
    """Return the weights of the decoder layers that one token is multiplied by."""
    sizes = projections(shape).values()
    chosen = shape.get("num_experts_per_tok", 1)
    layer = sum(a * b * (chosen if copies > 1 else 1) for a, b, copies in sizes)
    return shape["num_hidden_layers"] * layer


def memory(name: str, targets: set[str], four_bit: bool, checkpointing: bool) -> list[float]:
    """Return the bytes of the weights, of the adapter in training, and of the activations."""
    shape = architectures.DECODERS[name]
    weights = 2.0 * architectures.on_meta(name).num_parameters()
    if four_bit:
        weights -= active_parameters(shape) * (2 - BITS_OF_NF4 / 8)
    # Weight, gradient and Adam's two moments: in float32, and in bf16 where TRL trains 4 bits.
    adapter = (4 * 2 if four_bit else 4 * 4) * lora_parameters(shape, targets)
    layer = BATCH_TOKENS * token_bytes(name)
    layers = shape["num_hidden_layers"]
    activations = layers * layer
    if checkpointing:  # the input of every layer, and one layer at a time in full
        activations = layer + layers * BATCH_TOKENS * 2 * shape["hidden_size"]
    stacks = 1 if checkpointing else layers
    for a, b, copies in (projections(shape)[kind] for kind in targets):
        if copies > 1:  # PEFT adds the factors to a copy of all experts; one gradient at a time
            activations += (stacks + 1) * 2 * a * b * copies
    return [weights, adapter, activations]


def token_bytes(name: str) -> int:
    """Return what one decoder layer keeps of one token for the backward pass, in bytes.

    Counted on one layer of each dense architecture at full width by torch's saved-tensor hooks
    (CPU, bf16 autocast, SDPA, LoRA of rank 16 in float32).
    """
    shape = architectures.DECODERS[name]
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    queries = shape["num_attention_heads"] * shape["head_dim"]
    keys = shape["num_key_value_heads"] * shape["head_dim"]
    if "num_experts" in shape:
        inner = shape["num_experts_per_tok"] * shape["moe_intermediate_size"]
    kept = 2 * (9 * width + 3 * queries + 4 * inner + 2 * keys)
    kind = architectures.CLASSES[name]
    if kind.startswith(("Qwen3", "Gemma3")):  # norms of queries and keys, in float32
        kept += 4 * (queries + keys)
    if kind.startswith("Gemma3"):  # two norms more in every layer
        kept += 2 * 4 * width
    return kept


def flops(name: str, checkpointing: bool) -> float:
    """Return the work of a run: 2 per weight and token forward, 2 backward (no weight gradients
    but the adapter's), 2 more where the forward pass is computed again."""
    per_weight = 6 if checkpointing else 4
    return per_weight * active_parameters(architectures.DECODERS[name]) * RUN_TOKENS
