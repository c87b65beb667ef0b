"""Tokenizers of the chat-template families, put together offline.

TRL's package carries the templates of the original models, mistral-common's the tokenizers of
Mistral's; the others get the embedded tokenizer with the family's special tokens, and split text
where the family does, since that decides whether an answer can merge with its prompt.
"""

from __future__ import annotations

import copy
import functools
import importlib.util
import inspect
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from train import base_model

SYSTEM = {"role": "system", "content": "You are Ada. Answer in one line."}
LLAMA3 = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
GEMMA = ("<bos>", "<start_of_turn>", "<end_of_turn>")
# Where the models' own tokenizers cut before merging; GPT-2's way, in the embedded one, is older.
QWEN_SPLITS = "qwen"
LLAMA3_SPLITS = "llama3"
# In the manner of Mistral v3 and v7, without tools and without a system prompt of its own.
INST_V3 = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{% set system = messages[0].content + '\n\n' %}{% set messages = messages[1:] %}{% endif %}"
    "{% for m in messages %}{% if m.role == 'user' %}"
    "[INST] {{ system if loop.last }}{{ m.content }}[/INST]"
    "{% else %} {{ m.content | trim }}{{ eos_token }}{% endif %}{% endfor %}"
)
INST_V7 = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m.role == 'system' %}[SYSTEM_PROMPT]{{ m.content }}[/SYSTEM_PROMPT]"
    "{% elif m.role == 'user' %}[INST]{{ m.content }}[/INST]"
    "{% else %}{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"
)


@dataclass(frozen=True)
class Family:
    """One family: its template (a file of TRL's, or text) and what it needs of a tokenizer.

    `end` is the token with which the original model ends its answers; `trims` names the outer
    white space that its template drops from an answer ("both", "newlines before", or none).
    """

    name: str
    end: str
    template: str = ""
    special: tuple[str, ...] = ()
    bos: str | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)
    splits: str = ""
    trims: str = ""
    takes_system: bool = True


FAMILIES = [
    Family("smollm2", "<|im_end|>"),
    Family("qwen2.5", "<|im_end|>", "qwen2_5.jinja", splits=QWEN_SPLITS),
    Family(
        "qwen3",
        "<|im_end|>",
        "qwen3.jinja",
        ("<think>", "</think>"),
        kwargs={"enable_thinking": False},
        splits=QWEN_SPLITS,
        trims="newlines before",
    ),
    Family("qwen3-2507", "<|im_end|>", "qwen3_instruct_2507.jinja", splits=QWEN_SPLITS),
    Family("llama-3", "<|eot_id|>", "llama3.jinja", LLAMA3, LLAMA3[0], {}, LLAMA3_SPLITS, "both"),
    Family(
        "llama-3.1", "<|eot_id|>", "llama3_1.jinja", LLAMA3, LLAMA3[0], {}, LLAMA3_SPLITS, "both"
    ),
    Family(
        "llama-3.2",
        "<|eot_id|>",
        "llama3_2.jinja",
        LLAMA3,
        LLAMA3[0],
        {"date_string": "26 Jul 2024"},
        LLAMA3_SPLITS,
        "both",
    ),
    Family(
        "gemma", "<end_of_turn>", "gemma.jinja", GEMMA, "<bos>", trims="both", takes_system=False
    ),
    Family("gemma-3", "<end_of_turn>", "gemma3.jinja", GEMMA, "<bos>", trims="both"),
    Family(
        "mistral-v7-jinja",
        "</s>",
        INST_V7,
        ("<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
        "<s>",
    ),
]


def family(name: str) -> Family:
    """Return the family of that name."""
    return next(family for family in FAMILIES if family.name == name)


def tokenizer_for(family: Family) -> Any:
    """Return the embedded tokenizer dressed as the family's."""
    tokenizer = copy.deepcopy(_embedded())
    tokenizer.name_or_path = family.name
    if family.template:
        tokenizer.chat_template = _template(family.template)
        tokenizer.add_special_tokens({"additional_special_tokens": list(family.special)})
        tokenizer.bos_token, tokenizer.eos_token = family.bos, family.end
    if family.splits:
        _split_like(tokenizer, family.splits)
    return tokenizer


@functools.cache
def _embedded() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base_model.prepare_embedded())


def _template(source: str) -> str:
    if not source.endswith(".jinja"):
        return source
    spec = importlib.util.find_spec("trl")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    return (folder / "chat_templates" / source).read_text(encoding="utf-8")


def _split_like(tokenizer: Any, family: str) -> None:
    from tokenizers import Regex, pre_tokenizers
    from transformers.convert_slow_tokenizer import TikTokenConverter
    from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

    llama3 = inspect.signature(TikTokenConverter.__init__).parameters["pattern"].default
    pattern = {QWEN_SPLITS: PRETOKENIZE_REGEX, LLAMA3_SPLITS: llama3}[family]
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def model_folder(tokenizer: Any, folder: Path) -> Path:
    """Save a tokenizer beside the embedded model's config: what vLLM needs to render prompts."""
    tokenizer.save_pretrained(folder)
    shutil.copy(base_model.prepare_embedded() / "config.json", folder)
    return folder


def mistral_folder(version: str, folder: Path, official: bool = True) -> Path:
    """Lay out a folder as Mistral does, with one of mistral-common's own tokenizer files.

    `version` is "tekken-v11" (that of Mistral-Small-3.2), "tekken-v3" (Nemo), "v3" or "v7".
    An `official` one has a consolidated*.safetensors, by which vLLM knows it; the file is empty.
    """
    spec = importlib.util.find_spec("mistral_common")
    assert spec is not None and spec.submodule_search_locations
    data = Path(spec.submodule_search_locations[0]) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if version.startswith("tekken"):
        tekken = json.loads((data / "tekken_240911.json").read_text(encoding="utf-8"))
        if version == "tekken-v11":
            tekken["config"]["version"] = "v11"
            tekken["special_tokens"] = _special_tokens_of_v11()
        (folder / "tekken.json").write_text(json.dumps(tekken), encoding="utf-8")
    else:
        (file,) = data.glob(f"*.model.{version}")
        shutil.copy(file, folder / f"tokenizer.model.{version}")
    config = json.loads((base_model.prepare_embedded() / "config.json").read_text())
    config |= {
        "model_type": "mistral",
        "architectures": ["MistralForCausalLM"],
        "vocab_size": 131072,
        "tie_word_embeddings": False,
    }
    (folder / "config.json").write_text(json.dumps(config))
    if official:
        (folder / "consolidated.safetensors").touch()
    return folder


def _special_tokens_of_v11() -> list[dict[str, Any]]:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    names = [str(token["token_str"]) for token in Tekkenizer.DEPRECATED_SPECIAL_TOKENS]
    names += [f"<SPECIAL_{rank}>" for rank in range(len(names), 32)] + ["[ARGS]", "[CALL_ID]"]
    return [{"rank": r, "token_str": n, "is_control": True} for r, n in enumerate(names)]


def mistral_tokenizer(folder: Path, mode: str = "test") -> Any:
    """Return mistral-common's tokenizer as transformers wraps it."""
    from transformers.tokenization_mistral_common import MistralCommonBackend

    return MistralCommonBackend.from_pretrained(folder, mode=mode)


def sentencepiece_tokenizer(folder: Path, prefix: str) -> Any:
    """Return Mistral v3 as a plain transformers tokenizer with a template.

    With `prefix` "first" it begins a text with a space of its own, as older ones do; or "never".
    """
    from tokenizers import pre_tokenizers
    from transformers import AutoTokenizer

    (mistral_folder("v3", folder) / "tokenizer.model.v3").rename(folder / "tokenizer.model")
    (folder / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>"}'
    )
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = INST_V3
    if prefix == "first":
        scheme = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
        tokenizer.backend_tokenizer.pre_tokenizer = scheme
    return tokenizer


def turns(*contents: str) -> list[dict[str, str]]:
    """Return a conversation: user, assistant, user …"""
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(contents)]


def unmasked(example: dict[str, list[int]]) -> list[int]:
    """Return the tokens of an example that carry loss."""
    return [label for label in example["labels"] if label != -100]
