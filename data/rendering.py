"""Renders conversations through the model's own chat template: one function for training and
evaluation.

Training takes its prompt tokens from `prompt_ids`, and so does every local engine, hence both see
the same ids. Two kinds of tokenizer serve: those with a Jinja chat template, and mistral-common's,
which has none: transformers loads it for a folder with a tekken.json (Mistral-Small), and vLLM,
in a wrapper of its own, for every folder in Mistral's format.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from data.errors import UserError

Message = dict[str, str]

# What the kit itself passes to the template; nobody may set it a second time.
RESERVED = {"messages", "add_generation_prompt"}


def prompt_ids(
    tokenizer: Any, messages: list[Message], template_kwargs: dict[str, Any] | None = None
) -> list[int]:
    """Return the token ids of a conversation up to where the assistant begins to answer.

    Raises UserError if the tokenizer has no chat template, or if the template refuses the
    conversation or knows nothing of a keyword.
    """
    return list(_render(tokenizer, messages, template_kwargs, add_generation_prompt=True))


def end_of_turn_id(tokenizer: Any, template_kwargs: dict[str, Any] | None = None) -> int:
    """Return the special token with which the template closes an assistant turn.

    Found by rendering a finished turn and reading what follows the answer, since neither
    `eos_token` nor any other tokenizer field names it for every model.
    """
    mistral = _mistral_common(tokenizer)
    if mistral is not None:
        return int(mistral.eos_token_id)
    probe = "Zebra"
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": probe}]
    text = str(_render(tokenizer, messages, template_kwargs, tokenize=False))
    tail = text.rpartition(probe)[2] if probe in text else ""
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    ids = tokenizer(tail, add_special_tokens=False)["input_ids"]
    found = next((token for token in ids if token in special), None)
    if found is None:
        raise UserError(
            f"{tokenizer.name_or_path}: its chat template closes no assistant turn with a special "
            "token, so the model could not learn to stop; use a chat model"
        )
    return int(found)


def training_ids(
    tokenizer: Any,
    messages: list[Message],
    template_kwargs: dict[str, Any] | None = None,
    ends: bool = True,
) -> dict[str, list[int]]:
    """Return `input_ids` and `labels` for the last assistant turn of a conversation.

    The labels are -100 except on the assistant's text and its end-of-turn token. An answer that
    was cut off has no such token (`ends` false): the model must not learn to stop there. Raises
    UserError if the last turn is no answer, or holds the end-of-turn token.
    """
    last = messages[-1]
    if last["role"] != "assistant" or not last["content"].strip():
        found = f"{last['role']} turn {last['content']!r:.60}"
        raise UserError(f"nothing to train on: the conversation ends in the {found}; add an answer")
    prompt = prompt_ids(tokenizer, messages[:-1], template_kwargs)
    end = end_of_turn_id(tokenizer, template_kwargs)
    text = _answer_ids(tokenizer, last, template_kwargs, end)
    if end in text:
        raise UserError(
            f"answer {last['content']!r:.60}: holds the end-of-turn token {tokenizer.decode([end])}"
            "; remove it from the row, it is added by itself"
        )
    ids = [*text, end] if ends else text
    return {"input_ids": prompt + ids, "labels": [-100] * len(prompt) + ids}


def assistant_turns(messages: list[Message]) -> list[list[Message]]:
    """Return one conversation per assistant turn, each ending with that turn.

    A multi-turn row becomes several examples, so that loss falls on every assistant turn after
    exactly the prompt that evaluation would render.
    """
    ends = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    return [messages[: end + 1] for end in ends]


def _answer_ids(
    tokenizer: Any, answer: Message, template_kwargs: dict[str, Any] | None, end: int
) -> list[int]:
    """Return the ids of an answer with the outer white space that the template gives it.

    Llama-3 and Gemma trim every turn, Qwen3 drops leading line breaks, others put a space before
    the answer: the model generates it in that form, so that is what it is trained on. A question
    of one letter stands for the prompt, of which only the end matters here.
    """
    question = [{"role": "user", "content": "Q"}]
    prompt = prompt_ids(tokenizer, question, template_kwargs)
    if _mistral_common(tokenizer) is not None:
        # It renders no conversation that ends in an answer: a second question follows.
        ids = prompt_ids(tokenizer, [*question, answer, *question])[len(prompt) :]
        return ids[: ids.index(end)]
    begin = _render(
        tokenizer, question, template_kwargs, add_generation_prompt=True, tokenize=False
    )
    whole = _render(tokenizer, [*question, answer], template_kwargs, tokenize=False)
    written = whole.removeprefix(begin).rpartition(tokenizer.decode([end]))[0]
    if written.strip() != answer["content"].strip():
        written = answer["content"]  # Qwen3 with thinking on writes an empty block before it
    # Behind its prompt, since a SentencePiece tokenizer would begin a lone text with a space of its
    # own; but if the first letters would merge with the prompt, alone, as it is generated.
    joined = tokenizer(begin + written, add_special_tokens=False)["input_ids"]
    if joined[: len(prompt)] == prompt:
        return list(joined[len(prompt) :])
    return list(tokenizer(written, add_special_tokens=False)["input_ids"])


def _render(
    tokenizer: Any, messages: list[Message], template_kwargs: dict[str, Any] | None, **how: bool
) -> Any:
    from jinja2 import TemplateError

    mistral = _mistral_common(tokenizer)
    if mistral is not None:
        return _rendered_by_mistral_common(mistral, messages, template_kwargs)
    kwargs = template_kwargs or {}
    _check_template(tokenizer, kwargs)
    try:
        return tokenizer.apply_chat_template(messages, return_dict=False, **how, **kwargs)
    except TemplateError as error:
        raise UserError(
            f"{tokenizer.name_or_path}: its chat template refuses a conversation of the roles "
            f"{[message['role'] for message in messages]} ({error}); change the turns, or the model"
        ) from error


def _check_template(tokenizer: Any, kwargs: dict[str, Any]) -> None:
    if not tokenizer.chat_template:
        raise UserError(f"{tokenizer.name_or_path}: has no chat template; use a chat model")
    names = set(re.findall(r"[A-Za-z_]\w*", tokenizer.get_chat_template())) - RESERVED
    for name in kwargs:
        # Jinja would ignore it, and the user would believe that, say, thinking is off.
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
            hint = f"did you mean '{close[0]}'?" if close else "remove it"
            raise UserError(
                f"chat_template_kwargs: the chat template of {tokenizer.name_or_path} takes no "
                f"'{name}'; {hint}"
            )


def _mistral_common(tokenizer: Any) -> Any | None:
    """Return transformers' mistral-common tokenizer if this is one, or vLLM's wrapper of one."""
    from transformers.tokenization_mistral_common import MistralCommonBackend

    inner = getattr(tokenizer, "transformers_tokenizer", tokenizer)
    return inner if isinstance(inner, MistralCommonBackend) else None


def _rendered_by_mistral_common(
    tokenizer: Any, messages: list[Message], template_kwargs: dict[str, Any] | None
) -> list[int]:
    from mistral_common.exceptions import MistralCommonException

    if template_kwargs:
        raise UserError(
            f"chat_template_kwargs: Mistral's tokenizer has no template and takes no "
            f"'{next(iter(template_kwargs))}'; remove it"
        )
    try:
        return list(tokenizer.apply_chat_template(messages, return_dict=False))
    except (MistralCommonException, ValueError) as error:
        raise UserError(
            "Mistral's tokenizer refuses a conversation of the roles "
            f"{[message['role'] for message in messages]} ({error}); change the turns"
        ) from error
