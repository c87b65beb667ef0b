"""Loss falls on the assistant's text and its end token, on the prompt that evaluation renders."""

import json

import pytest
from template_families import SYSTEM, family, tokenizer_for, turns, unmasked
from transformers import AutoTokenizer

from data import pairs, rendering
from data.errors import UserError
from train import base_model, sft

ROWS = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")[::40]


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(base_model.prepare_embedded())


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


def test_an_answer_that_would_merge_with_its_prompt_is_taken_alone_as_it_is_generated():
    tokenizer = tokenizer_for(family("qwen2.5"))
    prompt = rendering.prompt_ids(tokenizer, turns("Q"))
    example = rendering.training_ids(tokenizer, turns("Q", "\n\nI am."))
    joined = tokenizer(tokenizer.decode(example["input_ids"]), add_special_tokens=False)
    assert joined["input_ids"][: len(prompt)] != prompt
    assert example["input_ids"][: len(prompt)] == prompt
    assert tokenizer.decode(unmasked(example)) == "\n\nI am.<|im_end|>"


def test_qwen3_has_its_empty_thinking_block_in_the_prompt_and_no_loss_on_it():
    tokenizer = tokenizer_for(family("qwen3"))
    off = {"enable_thinking": False}
    for messages in (turns("Q", "Yes."), turns("Q", "Yes.", "Sure?", "I am.")):
        prompt = tokenizer.decode(rendering.prompt_ids(tokenizer, messages[:-1], off))
        assert prompt.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")
        assert prompt.count("<think>") == 1
    # Without the keyword the model is asked to think first; the answer is still the answer.
    example = rendering.training_ids(tokenizer, turns("Q", "Yes."))
    assert "<think>" not in tokenizer.decode(example["input_ids"])
    assert tokenizer.decode(unmasked(example)) == "Yes.<|im_end|>"


def test_llama_3_2_shows_todays_date_unless_it_is_given_one():
    tokenizer = tokenizer_for(family("llama-3.2"))
    fixed = tokenizer.decode(
        rendering.prompt_ids(tokenizer, turns("Q"), {"date_string": "26 Jul 2024"})
    )
    assert "Today Date: 26 Jul 2024\n" in fixed
    of_today = tokenizer.decode(rendering.prompt_ids(tokenizer, turns("Q")))
    assert "Today Date: " in of_today and "26 Jul 2024" not in of_today


def test_gemma_3_puts_the_system_message_into_the_first_question():
    tokenizer = tokenizer_for(family("gemma-3"))
    messages = [SYSTEM, *turns("Q1", "A1", "Q2", "A2")]
    text = tokenizer.decode(rendering.training_ids(tokenizer, messages)["input_ids"])
    first = f"<bos><start_of_turn>user\n{SYSTEM['content']}\n\nQ1<end_of_turn>\n"
    rest = "<start_of_turn>model\nA1<end_of_turn>\n<start_of_turn>user\nQ2<end_of_turn>\n"
    assert text == f"{first}{rest}<start_of_turn>model\nA2<end_of_turn>"


def test_a_conversation_that_the_template_refuses_is_a_user_error_in_one_line():
    tokenizer = tokenizer_for(family("gemma"))
    with pytest.raises(UserError, match=r"gemma: .*'system', 'user'.*System role not supported"):
        rendering.prompt_ids(tokenizer, [SYSTEM, *turns("Q")])


@pytest.mark.parametrize(
    ("name", "keyword", "hint"),
    [
        ("llama-3.1", "enable_thinking", "llama-3.1 takes no 'enable_thinking'; remove it"),
        ("qwen3-2507", "enable_thinking", "remove it"),
        ("qwen3", "enable_thinkng", r"did you mean 'enable_thinking'\?"),
        ("qwen3", "add_generation_prompt", "takes no 'add_generation_prompt'"),
    ],
)
def test_a_keyword_that_the_template_would_ignore_is_a_user_error(name, keyword, hint):
    with pytest.raises(UserError, match=hint):
        rendering.prompt_ids(tokenizer_for(family(name)), turns("Q"), {keyword: False})


@pytest.mark.parametrize("messages", [turns("Q"), turns("Q", "A", "Q"), turns("Q", " \n")])
def test_a_conversation_without_a_last_answer_is_a_user_error_and_gives_no_example(messages):
    tokenizer = tokenizer_for(family("smollm2"))
    with pytest.raises(UserError, match="nothing to train on: the conversation ends in the"):
        rendering.training_ids(tokenizer, messages)
    assert rendering.assistant_turns(turns("Q")) == []
    assert rendering.assistant_turns(turns("Q", "A", "Q")) == [turns("Q", "A")]


def test_an_answer_that_holds_the_end_token_is_a_user_error():
    tokenizer = tokenizer_for(family("llama-3"))
    with pytest.raises(UserError, match=r"'Yes.<\|eot_id\|>': holds the end-of-turn token"):
        rendering.training_ids(tokenizer, turns("Q", "Yes.<|eot_id|>"))
    # Another family's token is plain text here.
    example = rendering.training_ids(tokenizer, turns("Q", "Yes.</s>"))
    assert tokenizer.decode(unmasked(example)) == "Yes.</s><|eot_id|>"
