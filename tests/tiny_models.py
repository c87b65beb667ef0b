"""Tiny models with random weights and a real tokenizer, for tests of where models come from."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from train import base_model

LAYERS, HIDDEN, INNER, HEADS, WORDS = 2, 64, 128, 4, 400


def model_folder(
    folder: Path,
    *,
    hidden: int = HIDDEN,
    layers: int = LAYERS,
    heads: int = HEADS,
    max_shard_size: str = "1GB",
) -> Path:
    """Save a tiny Llama with the embedded model's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(base_model.prepare_embedded())
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=INNER,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder, max_shard_size=max_shard_size)
    tokenizer.save_pretrained(folder)
    return folder


def gguf_file(path: Path, kind: str = "Q8_0") -> Path:
    """Write a Llama of 2 layers as GGUF, with the first 400 tokens of the embedded model's."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_block_count(LAYERS)
    writer.add_context_length(256)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(WORDS)
    writer.add_file_type(gguf.LlamaFileType[f"{'ALL' if kind == 'F32' else 'MOSTLY'}_{kind}"])
    _add_tokenizer(writer)
    for name, shape in _shapes().items():
        values = np.random.default_rng(len(name)).normal(size=shape, scale=0.1)
        dtype = gguf.GGMLQuantizationType[kind if len(shape) > 1 else "F32"]
        packed = gguf.quantize(values.astype(np.float32), dtype)
        writer.add_tensor(name, packed, raw_dtype=dtype)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: Any) -> None:
    folder = base_model.prepare_embedded()
    whole = json.loads((folder / "tokenizer.json").read_text())
    tokens = sorted(whole["model"]["vocab"], key=whole["model"]["vocab"].get)[:WORDS]
    special = {token["content"] for token in whole["added_tokens"]}
    merges = [pair for pair in whole["model"]["merges"] if "".join(pair) in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in special else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template((folder / "chat_template.jinja").read_text())


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes = {"token_embd.weight": (WORDS, HIDDEN), "output_norm.weight": (HIDDEN,)}
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            shapes[f"blk.{layer}.{name}.weight"] = (HIDDEN, HIDDEN)
        for name in ("ffn_gate", "ffn_up"):
            shapes[f"blk.{layer}.{name}.weight"] = (INNER, HIDDEN)
        shapes[f"blk.{layer}.ffn_down.weight"] = (HIDDEN, INNER)
        for name in ("attn_norm", "ffn_norm"):
            shapes[f"blk.{layer}.{name}.weight"] = (HIDDEN,)
    return shapes
