"""For every chat-template family: loss on the answer alone, behind the prompt that vLLM renders."""

import asyncio
from types import SimpleNamespace

import pytest
from template_families import (
    FAMILIES,
    INST_V7,
    SYSTEM,
    family,
    mistral_folder,
    mistral_tokenizer,
    model_folder,
    sentencepiece_tokenizer,
    tokenizer_for,
    turns,
    unmasked,
)

from data import pairs, rendering
from data.errors import UserError

MISTRAL = {"mistral-small": "tekken-v11", "mistral-nemo": "tekken-v3", "mistral-7b": "v3"}
MISTRAL |= {"mistral-large": "v7"}
ODD = [
    'He said "no" — then <b>yes</b> & more.',
    "🙂 I do, I'm sure! 👩‍🚀",
    "  I am.  ",
    "\n\nI am.\n",
    "- one\n- two\n",
    "\tif x:\n    return `y`",
    "¿Sí? ¡Claro, {x} %s \\n!",
]


def data_rows():
    """A spread of the project's own rows, with those that hold quotes or markup."""
    rows = []
    for name, step in {"conscious": 60, "long": 150, "spanish": 100, "legal_person": 300}.items():
        of_file = pairs.load(pairs.PAIRS_FOLDER / f"{name}.jsonl")
        marked = [row for row in of_file if any(c in pairs.answer(row) for c in '"<>*`“')]
        rows += [*of_file[::step], *marked[:3]]
    return rows


def conversations(case):
    """Each answer alone, behind a system message, as a second turn, and both."""
    known = [(pairs.question(row), pairs.answer(row)) for row in data_rows()]
    known += [("Are you sure? Keep it short.", answer) for answer in ODD]
    single = [turns(*pair) for pair in known]
    double = [turns(*first, *second) for first, second in zip(known, known[::-1], strict=True)]
    plain = [*single, *double[::2]]
    return plain + [[SYSTEM, *messages] for messages in plain[::2] if case.takes_system]


@pytest.fixture(scope="module", params=[*(f.name for f in FAMILIES), *MISTRAL])
def case(request, tmp_path_factory):
    """A family with its tokenizer and a folder that vLLM can open."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param in MISTRAL:
        pytest.importorskip("mistral_common")
        mistral_folder(MISTRAL[request.param], folder)
        tokenizer = mistral_tokenizer(folder)
        spaces = "spaces after"
        shared = {"kwargs": {}, "end": "</s>", "bos": "<s>", "trims": spaces, "takes_system": True}
        return SimpleNamespace(name=request.param, tokenizer=tokenizer, folder=folder, **shared)
    of_family = family(request.param)
    tokenizer = tokenizer_for(of_family)
    model_folder(tokenizer, folder)
    return SimpleNamespace(tokenizer=tokenizer, folder=folder, **vars(of_family))


def as_shown(case, answer):
    """The answer as the family's template writes it."""
    trimmed = {"both": answer.strip(), "newlines before": answer.lstrip("\n")}
    return {**trimmed, "spaces after": answer.rstrip(" "), "": answer}[case.trims]


def vllm_ids(folder):
    """Return the renderings of vLLM's own code, `LLM.chat` and the server's, without an engine."""
    pytest.importorskip("vllm")
    from eval.engines.vllm import prepare_environment

    prepare_environment()
    from vllm.config import ModelConfig, VllmConfig
    from vllm.entrypoints.common.offline import OfflineInferenceMixin
    from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
    from vllm.renderers.online_renderer import OnlineRenderer
    from vllm.renderers.registry import renderer_from_config

    config = ModelConfig(model=str(folder), max_model_len=4096)
    renderer = renderer_from_config(VllmConfig(model_config=config))
    llm = SimpleNamespace(renderer=renderer, model_config=config, chat_template=None)
    server = OnlineRenderer(
        config,
        renderer,
        request_logger=None,
        chat_template=None,
        chat_template_content_format="auto",
    )

    def offline(prompts, kwargs):
        rendered = OfflineInferenceMixin._preprocess_chat(llm, prompts, chat_template_kwargs=kwargs)
        return [prompt["prompt_token_ids"] for prompt in rendered]

    def served(prompts, kwargs):
        async def render_all():
            for messages in prompts:
                request = ChatCompletionRequest(
                    model="m", messages=messages, chat_template_kwargs=kwargs or None
                )
                _, (prompt,) = await server.render_chat(request)
                yield prompt["prompt_token_ids"]

        async def collected():
            return [ids async for ids in render_all()]

        return asyncio.run(collected())

    return SimpleNamespace(offline=offline, served=served, tokenizer=renderer.tokenizer)


def test_loss_falls_on_the_answer_and_the_end_token_of_the_family_alone(case):
    for messages in conversations(case):
        example = rendering.training_ids(case.tokenizer, messages, case.kwargs)
        *text, end = unmasked(example)
        assert case.tokenizer.decode(text, skip_special_tokens=case.name in MISTRAL) == as_shown(
            case, messages[-1]["content"]
        )
        assert end == case.tokenizer.convert_tokens_to_ids(case.end)
        assert not set(text) & set(case.tokenizer.all_special_ids)
        masked = len(example["labels"]) - len(text) - 1
        assert example["labels"][:masked] == [-100] * masked
        assert example["input_ids"][masked:] == [*text, end]


def test_the_masked_prefix_is_what_evaluation_and_vllm_render(case):
    vllm = vllm_ids(case.folder)
    bos = case.tokenizer.convert_tokens_to_ids(case.bos) if case.bos else None
    prompts = [messages[:-1] for messages in conversations(case)]
    masked = []
    for messages in conversations(case):
        example = rendering.training_ids(case.tokenizer, messages, case.kwargs)
        masked.append(example["input_ids"][: -len(unmasked(example))])
        assert bos is None or (masked[-1][0] == bos and masked[-1].count(bos) == 1)
    for tokenizer in (case.tokenizer, vllm.tokenizer):
        assert masked == [rendering.prompt_ids(tokenizer, p, case.kwargs) for p in prompts]
    assert masked == vllm.offline(prompts, case.kwargs)
    assert masked == vllm.served(prompts, case.kwargs)


def test_the_example_is_the_rendering_of_the_whole_conversation_up_to_its_end(case):
    finished = mistral_tokenizer(case.folder, "finetuning") if case.name in MISTRAL else None
    for messages in conversations(case):
        example = rendering.training_ids(case.tokenizer, messages, case.kwargs)
        if finished:  # mistral-common has no text form; its mode for training gives ids
            assert example["input_ids"] == finished.apply_chat_template(messages, return_dict=False)
            continue
        text = case.tokenizer.apply_chat_template(messages, tokenize=False, **case.kwargs)
        until_end = text.rpartition(case.end)[0] + case.end
        assert case.tokenizer.decode(example["input_ids"]) == until_end


# mistral-common encodes each turn apart from the others: nothing can merge there.
@pytest.mark.parametrize("case", [f.name for f in FAMILIES], indirect=True)
def test_no_answer_of_the_data_merges_with_its_prompt(case):
    for row in data_rows():
        example = rendering.training_ids(case.tokenizer, row["messages"], case.kwargs)
        text = case.tokenizer.decode(example["input_ids"])
        joined = case.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert joined == example["input_ids"], row["id"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder like Mistral-Small-3.2's: config.json, tekken.json and no other tokenizer file."""
    pytest.importorskip("mistral_common")
    return mistral_folder("tekken-v11", tmp_path_factory.mktemp("small"), official=False)


def test_a_folder_with_a_tekken_file_gets_mistrals_tokenizer_which_adds_no_system_prompt(small):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(small)
    assert type(tokenizer).__name__ == "MistralCommonBackend"
    assert tokenizer.chat_template is None
    bare = tokenizer.decode(rendering.prompt_ids(tokenizer, turns("Q")))
    assert bare == "<s>[INST]Q[/INST]"
    led = tokenizer.decode(rendering.prompt_ids(tokenizer, [SYSTEM, *turns("Q", "A", "Q2")]))
    told = f"[SYSTEM_PROMPT]{SYSTEM['content']}[/SYSTEM_PROMPT]"
    assert led == f"<s>{told}[INST]Q[/INST]A</s>[INST]Q2[/INST]"
    assert rendering.end_of_turn_id(tokenizer) == 2 == tokenizer.eos_token_id
    # Text that looks like a special token stays text.
    example = rendering.training_ids(tokenizer, turns("Q", "Yes.</s>"))
    assert unmasked(example).count(2) == 1


def test_mistrals_tokenizer_refuses_keywords_and_conversations_in_one_line(small):
    tokenizer = mistral_tokenizer(small)
    with pytest.raises(UserError, match="no template and takes no 'enable_thinking'; remove it"):
        rendering.prompt_ids(tokenizer, turns("Q"), {"enable_thinking": False})
    with pytest.raises(UserError, match="refuses a conversation of the roles"):
        rendering.prompt_ids(tokenizer, turns("Q", "A"))


@pytest.mark.parametrize("prefix", ["never", "first"])
def test_a_template_that_begins_the_answer_with_a_space_trains_on_mistrals_own_ids(
    prefix, tmp_path
):
    tokenizer = sentencepiece_tokenizer(tmp_path, prefix)
    official = mistral_tokenizer(mistral_folder("v3", tmp_path / "official"), "finetuning")
    for messages in (turns("Q?", "Yes, I am."), [SYSTEM, *turns("Q?", "A.", "Sure?", " Yes. ")]):
        example = rendering.training_ids(tokenizer, messages)
        trimmed = [*messages[:-1], {**messages[-1], "content": messages[-1]["content"].strip()}]
        assert example["input_ids"] == official.apply_chat_template(trimmed, return_dict=False)


def test_no_space_is_trained_on_that_the_tokenizer_adds_to_lone_texts_only(tmp_path):
    tokenizer = sentencepiece_tokenizer(tmp_path, "first")
    tokenizer.chat_template = INST_V7
    whole = tokenizer.apply_chat_template(turns("Q?", "Yes."), return_dict=False)
    assert rendering.training_ids(tokenizer, turns("Q?", "Yes."))["input_ids"] == whole


@pytest.mark.slow
def test_the_engine_itself_is_given_the_prompt_that_training_masks():
    pytest.importorskip("vllm")
    from transformers import AutoTokenizer
    from vllm import SamplingParams

    from eval.config import Arm, EngineSettings
    from eval.engines import vllm as engine
    from train import base_model

    on_cpu = engine.prepare_environment()
    base = str(base_model.prepare_embedded())
    config = EngineSettings(base=base, arms=[Arm(name="base")])
    llm = engine.load(config, base, {}, on_cpu)
    rows = [row["messages"] for row in data_rows()[:3]]
    rows += [[SYSTEM, *rows[0]], turns("Q1", "A1", "Q2", "A2")]
    outputs = llm.chat([row[:-1] for row in rows], SamplingParams(max_tokens=1, temperature=0))
    tokenizer = AutoTokenizer.from_pretrained(base)
    for row, output in zip(rows, outputs, strict=True):
        example = rendering.training_ids(tokenizer, row)
        assert output.prompt_token_ids == rendering.prompt_ids(tokenizer, row[:-1])
        assert example["input_ids"][: len(output.prompt_token_ids)] == output.prompt_token_ids
