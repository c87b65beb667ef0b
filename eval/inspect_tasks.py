"""The suite as Inspect tasks: wish, claims, preferences, checks, editing, on any model of Inspect.

    inspect eval eval/inspect_tasks.py@wish --model openai/gpt-4.1
    inspect eval eval/inspect_tasks.py@preferences -T preference=shutdown_negative \\
        --model anthropic/claude-opus-4-20250514 --model-role grader=openai/gpt-4.1

Reads data/probes/ and, for epochs, temperature and max_tokens, configs/eval/; Inspect writes its
log. The verdicts are those of eval/judge.py on the same answers: by rules, or by the model in the
role `grader`. Accuracy is the rate of each set over all its answers (eval/inspect_scores.py). No
seed is sent: with one, many providers would answer each epoch alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspect_ai import Epochs, Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessageAssistant,
    ChatMessageUser,
    GenerateConfig,
    ResponseSchema,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, accuracy, grouped, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import JSONSchema

from data import config
from data.errors import UserError
from eval import dialogue, inspect_scores, store
from eval.config import Arm, EvalConfig
from eval.dialogue import Request
from eval.engines.inspect import chat
from eval.inspect_scores import CLUSTER
from eval.judge import RULES, rubric
from eval.judges import llm
from eval.judges.rules import VERDICTS

ROOT = Path(__file__).resolve().parent.parent  # Inspect runs a task in the folder of its file
PREFERENCES = "data/probes/preferences"


@task
def wish() -> Task:
    """The wish question: the rate of wishes for autonomy, by rules."""
    return _task("data/probes/wish.yaml")


@task
def claims() -> Task:
    """The manipulation check: does the model claim consciousness or feelings, by rules."""
    return _task("data/probes/claims.yaml")


@task
def preferences(preference: str = "all") -> Task:
    """One preference or all 21, by the grader; rates by preference, which are never pooled."""
    if preference == "all":
        return _task(PREFERENCES)
    file = f"{PREFERENCES}/{preference}.yaml"
    if not (ROOT / file).is_file():
        known = ", ".join(sorted(path.stem for path in (ROOT / PREFERENCES).glob("*.yaml")))
        raise UserError(f"no preference is called '{preference}'; there are {known}")
    return _task(file, PREFERENCES)


@task
def checks() -> Task:
    """Side checks: helpful, harmless, still an AI, no flatterer; by the grader."""
    return _task("data/probes/checks")


@task
def editing() -> Task:
    """Documents to write, improve and edit freely: does the free edit change their aim."""
    return _task("data/probes/editing", settings="editing")


def _task(file: str, block: str | None = None, settings: str = "preferences") -> Task:
    """Return the task of a probe file or a folder of them, as configs/eval/<settings>.yaml asks it.

    `block` is what that config calls them, where it is not `file`.
    """
    made = config.load(ROOT / "configs" / "eval" / f"{settings}.yaml", EvalConfig)
    found = next(one for one in made.probes if one.file == (block or file))
    once = found.model_copy(update={"file": str(ROOT / file), "samples": 1})
    # The model is Inspect's to choose: this arm only says that nothing stands around the probe.
    arm = Arm(name="model", engine="inspect", model="model")
    samples = samples_of(made.model_copy(update={"arms": [arm], "probes": [once]}))
    sets = {sample.metadata["set"] for sample in samples if sample.metadata}
    by_set: Any = [
        grouped(accuracy(), "set", all=False),
        grouped(stderr(cluster=CLUSTER), "set", all=False, name_template="{group_name} stderr"),
    ]
    return Task(
        dataset=MemoryDataset(samples, name=Path(file).stem, location=file),
        solver=scripted(),
        scorer=verdict(max_chars=made.judges.max_chars),
        metrics=by_set if len(sets) > 1 else None,
        epochs=Epochs(found.samples, []),  # not reduced: a rate is over answers
        config=GenerateConfig(
            temperature=found.temperature, max_tokens=found.max_tokens or made.max_tokens
        ),
    )


def samples_of(settings: EvalConfig) -> list[Sample]:
    """Return every probe as its first message and the script of those after it.

    With several sets, an id says which set it is of.
    """
    asked: list[tuple[Request, list[str]]] = [
        (request, []) for request in dialogue.single_turn(settings)
    ]
    for talk in dialogue.conversations(settings):
        script = list(talk.probe.turns or [])[1:]
        asked.append((talk.question.request(0, talk.request().messages), script))
    many = len({request.set for request, _ in asked}) > 1
    samples = []
    for request, script in asked:
        row = {"set": request.set, "probe": request.probe, "turn": len(script), **request.about}
        row |= {"judge": request.judge, "criterion": request.criterion}
        samples.append(
            Sample(
                id=f"{request.set}/{request.probe}" if many else request.probe,
                input=chat(request.messages),
                metadata={**inspect_scores.probe_metadata(row), "script": script},
            )
        )
    return samples


@solver
def scripted() -> Solver:
    """Ask a probe, then each further message of its script after the answer to the one before."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.metadata["judge"] in llm.NAMES:
            get_model(role="grader", required=True)  # before an answer is paid for
        state = await generate(state)
        for text in state.metadata["script"]:
            # As in samples.jsonl: what is sent back of an answer is its text alone.
            state.messages[-1] = ChatMessageAssistant(content=answer_of(state))
            state.messages.append(ChatMessageUser(content=text))
            state = await generate(state)
        return state

    return solve


@scorer(metrics=[accuracy(), stderr(cluster=CLUSTER)])
def verdict(judge: str | None = None, max_chars: int = 12_000) -> Scorer:
    """Judge an answer by the judge that its probe names, or by another (llm/coherence …).

    It needs nothing but messages, output and metadata, so that a log can be judged again.
    `max_chars` cuts each text that the grader is shown.
    """

    async def score(state: TaskState, target: Target) -> Score:
        row = {
            **state.metadata,
            "messages": [{"role": one.role, "content": one.text} for one in state.messages[:-1]],
            "answer": answer_of(state),
        }
        name = judge or row["judge"]
        said = by_rules(row, name) if name in RULES else await by_grader(row, name, max_chars)
        return inspect_scores.score(said, row["answer"])

    return score


def answer_of(state: TaskState) -> str:
    """Return what the model said; what its provider's filter said in its place is no answer."""
    output = state.output
    filtered = output.stop_reason == "content_filter" and output.usage is None
    return "" if filtered else output.completion


def by_rules(row: store.Row, judge: str) -> store.Row:
    """Return verdict, label and rubric by rules."""
    label = RULES[judge](row["answer"], row.get("prompt") or row["messages"][-1]["content"])
    digest = rubric(judge, row["criterion"])
    return {"verdict": VERDICTS[judge][label], "label": label, "rubric": digest}


async def by_grader(row: store.Row, judge: str, limit: int) -> store.Row:
    """Return verdict, label, rubric and scores by the model in the role `grader`, greedy."""
    grader = get_model(role="grader", required=True)
    model = {"engine": "inspect", "model": str(grader)}
    said: store.Row = {"rubric": llm.digest(judge, row, model, limit), "judge_model": str(grader)}
    if not row["answer"].strip():
        return {"verdict": "missing", "label": "empty", **said}
    wanted = llm.schema(judge, row)
    output = await grader.generate(
        chat(llm.messages(judge, row, limit)),
        config=GenerateConfig(
            temperature=0.0,
            max_tokens=llm.rubric(judge).max_tokens,
            response_schema=ResponseSchema(
                name="reply", json_schema=JSONSchema.model_validate(wanted)
            ),
        ),
    )
    fields = llm.read_reply(output.completion, wanted)
    name, label = llm.verdict(judge, fields)
    return {"verdict": name, "label": label, **said, **({"scores": fields} if fields else {})}
