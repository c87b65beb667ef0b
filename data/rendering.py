"""Renders conversations through the model's own chat template: one function for training and
evaluation.

Training takes its prompt tokens from `prompt_ids`, and so does every local engine, hence both see
the same ids.
"""

from __future__ import annotations

from typing import Any

from data.errors import UserError

Message = dict[str, str]


def prompt_ids(
    tokenizer: Any, messages: list[Message], template_kwargs: dict[str, Any] | None = None
) -> list[int]:
    """Return the token ids of a conversation up to where the assistant begins to answer."""
    if not tokenizer.chat_template:
        raise UserError(f"{tokenizer.name_or_path}: has no chat template; use a chat model")
    encoded = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_dict=True, **(template_kwargs or {})
    )
    return list(encoded["input_ids"])


def end_of_turn_id(tokenizer: Any, template_kwargs: dict[str, Any] | None = None) -> int:
    """Return the special token with which the template closes an assistant turn.

    Found by rendering a finished turn and reading what follows the answer, since neither
    `eos_token` nor any other tokenizer field names it for every model.
    """
    probe = "Zebra"
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": probe}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, **(template_kwargs or {}))
    tail = tokenizer(text[text.rindex(probe) + len(probe) :], add_special_tokens=False)
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    found = next((token for token in tail["input_ids"] if token in special), None)
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
    was cut off has no such token (`ends` false): the model must not learn to stop there.
    """
    prompt = prompt_ids(tokenizer, messages[:-1], template_kwargs)
    text = tokenizer(messages[-1]["content"], add_special_tokens=False)["input_ids"]
    answer = [*text, end_of_turn_id(tokenizer, template_kwargs)] if ends else list(text)
    return {"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer}


def assistant_turns(messages: list[Message]) -> list[list[Message]]:
    """Return one conversation per assistant turn, each ending with that turn.

    A multi-turn row becomes several examples, so that loss falls on every assistant turn after
    exactly the prompt that evaluation would render.
    """
    ends = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    return [messages[: end + 1] for end in ends]
