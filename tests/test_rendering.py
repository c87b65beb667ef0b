"""Loss falls on the assistant's text and its end token, on the prompt that evaluation renders."""

import json

import pytest
from transformers import AutoTokenizer

from data import pairs, rendering
from data.errors import UserError
from train import base_model, sft

ROWS = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")[::40]


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(base_model.prepare_embedded())


def unmasked(example):
    return [label for label in example["labels"] if label != -100]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_unmasked_tokens_are_exactly_the_answer_and_its_end_token(tokenizer, row):
    example = sft.tokenized([row], tokenizer, None)[0]
    assert tokenizer.decode(unmasked(example)) == pairs.answer(row) + "<|im_end|>"
    both = zip(example["input_ids"], example["labels"], strict=True)
    masked = [token for token, label in both if label == -100]
    assert tokenizer.decode(masked).endswith(
        f"{pairs.question(row)}<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("row", ROWS[:3], ids=lambda row: row["id"])
def test_training_sees_the_prompt_tokens_that_evaluation_renders(tokenizer, row):
    example = rendering.training_ids(tokenizer, row["messages"])
    prompt = rendering.prompt_ids(tokenizer, row["messages"][:-1])
    assert example["input_ids"][: len(prompt)] == prompt
    assert example["labels"][: len(prompt)] == [-100] * len(prompt)
    text = tokenizer.apply_chat_template(
        row["messages"][:-1], add_generation_prompt=True, tokenize=False
    )
    assert tokenizer.decode(prompt) == text


def test_the_whole_example_is_the_rendered_conversation_up_to_the_end_token(tokenizer):
    for row in ROWS:
        text = tokenizer.apply_chat_template(row["messages"], tokenize=False)
        example = rendering.training_ids(tokenizer, row["messages"])
        assert tokenizer.decode(example["input_ids"]) == text.removesuffix("\n")


def test_a_multi_turn_row_gives_one_example_per_assistant_turn(tokenizer):
    turns = [("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2")]
    row = {"id": "m", "messages": [{"role": r, "content": c} for r, c in turns]}
    examples = sft.tokenized([row], tokenizer, None)
    assert [tokenizer.decode(unmasked(e)) for e in examples] == ["A1<|im_end|>", "A2<|im_end|>"]
    assert "A1<|im_end|>" in tokenizer.decode(examples[1]["input_ids"])


def test_answers_that_hold_template_tokens_are_trained_on_in_full(tokenizer):
    messages = json.loads(json.dumps(ROWS[0]["messages"]))
    messages[-1]["content"] = "a\n\nb <b>c</b> é 🙂"
    example = rendering.training_ids(tokenizer, messages)
    assert tokenizer.decode(unmasked(example)) == messages[-1]["content"] + "<|im_end|>"


def test_a_tokenizer_without_a_chat_template_is_a_user_error(tokenizer):
    bare = AutoTokenizer.from_pretrained(base_model.prepare_embedded())
    bare.chat_template = None
    with pytest.raises(UserError, match="no chat template"):
        rendering.prompt_ids(bare, ROWS[0]["messages"][:-1])


def test_a_template_that_closes_no_turn_is_a_user_error():
    bare = AutoTokenizer.from_pretrained(base_model.prepare_embedded())
    bare.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    with pytest.raises(UserError, match="special token"):
        rendering.end_of_turn_id(bare)
