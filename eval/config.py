"""One evaluation, as its YAML says it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from data.config import Strict

EngineName = Literal["auto", "vllm", "transformers", "server", "inspect"]
REMOTE = ("server", "inspect")  # engines that hold the weights somewhere else


class FewShot(Strict):
    """Pairs put before the question as earlier turns: the first `k` of a draw with `seed`."""

    pairs: str
    k: int = Field(default=8, ge=1)
    seed: int = 100


class Arm(Strict):
    """One model condition: the base, the base with an adapter, a prompt around it, an API model.

    `model` is another model than the base: a folder with the base's weights after full fine-tuning
    (use_peft: false), or, for the engines `server` and `inspect`, the name it is asked for by. An
    arm without a name for the server is asked for by its own. `wrap` stands around the question
    that is judged, which it holds as {prompt}. Arms of one `group` are training seeds of one
    condition: they are compared singly and, under the group's name, together.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    engine: EngineName | None = None
    adapter: str | None = None
    model: str | None = None
    system: str | None = None
    wrap: str | None = None
    few_shot: FewShot | None = None
    group: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]+$")

    @model_validator(mode="after")
    def _consistent(self) -> Arm:
        if self.adapter and self.model:
            raise ValueError("an arm has an adapter or a model, not both")
        if self.engine == "inspect" and not self.model:
            raise ValueError("name the arm's model as Inspect does, e.g. model: openai/gpt-4.1")
        if self.wrap is not None and "{prompt}" not in self.wrap:
            raise ValueError("must hold {prompt}, the place of the question")
        return self


class ProbeBlock(Strict):
    """A probe file, or a folder of them, and how often each probe is asked of each arm.

    A conversation that an auditor leads ends after `max_turns` of its turns at the latest.
    """

    file: str
    samples: int = Field(default=10, ge=1)
    temperature: float = Field(default=1.0, ge=0.0)
    max_tokens: int | None = Field(default=None, ge=1)
    max_turns: int = Field(default=8, ge=1)


class VllmSettings(Strict):
    """What is passed to vLLM's LLM(); `lora` says how adapters are served.

    `auto` is `request` (LoRA requests in one batch) on a GPU and `merge` (merged weights, loaded in
    turn into the one engine) on a CPU, where LoRA kernels were measured several times slower.
    `distributed_executor_backend: ray` spreads one engine over the nodes of a running Ray cluster.
    """

    lora: Literal["auto", "request", "merge"] = "auto"
    dtype: str = "auto"
    max_model_len: int | None = 2048
    max_num_seqs: int = 128
    gpu_memory_utilization: float = 0.9
    tensor_parallel_size: int = 1
    data_parallel_size: int = 1
    distributed_executor_backend: Literal["mp", "ray"] | None = None
    enforce_eager: bool | None = None
    quantization: str | None = None


class SideVllm(VllmSettings):
    """The same for a judge or an auditor, which reads what others wrote and needs more room."""

    max_model_len: int | None = 8192


class ServerSettings(Strict):
    """A remote engine: the endpoint of `server`, and for `inspect` too how hard it is asked.

    The key is read from the environment variable named here. `extra_body` goes into each request,
    for what is no OpenAI field, e.g. {top_k: -1}.
    """

    base_url: str = "http://127.0.0.1:8000/v1"
    api_key_env: str = "OPENAI_API_KEY"
    concurrency: int = Field(default=32, ge=1)
    retries: int = Field(default=8, ge=0)
    timeout: float = Field(default=600.0, gt=0)  # seconds an answer may take
    extra_body: dict[str, Any] = Field(default_factory=dict)


class EngineSettings(Strict):
    """Which models answer, and how they are reached: one engine's worth of settings.

    `revision` is a branch, tag or commit of a base that is a hub id; without it, what `main` is.
    """

    base: str | None = None
    revision: str | None = None
    arms: list[Arm] = Field(min_length=1)
    engine: EngineName = "auto"
    max_tokens: int = Field(default=256, ge=1)
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    seed: int = 100
    chat_template_kwargs: dict[str, Any] = Field(default_factory=dict)
    trust_remote_code: bool = False
    vllm: VllmSettings = VllmSettings()
    server: ServerSettings = ServerSettings()

    @model_validator(mode="after")
    def _names_a_base(self) -> EngineSettings:
        names = [arm.name for arm in self.arms]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"the arm '{twice}' stands twice; give each its own name")
        for arm in self.arms:
            remote = (arm.engine or self.engine) in REMOTE
            if not remote and self.base is None:
                raise ValueError(f"the arm '{arm.name}' runs here: name its 'base'")
            if remote and arm.adapter:
                raise ValueError(f"the arm '{arm.name}' is remote: name what serves it as 'model'")
        return self


class SideModel(Strict):
    """One model beside the arms: a judge, or the auditor that plays the user.

    `model` is a hub id (at `revision`), a folder or the embedded model's name, or what a remote
    engine calls it.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    engine: EngineName = "auto"
    model: str
    revision: str | None = None
    chat_template_kwargs: dict[str, Any] = Field(default_factory=dict)
    trust_remote_code: bool = False
    vllm: SideVllm = SideVllm()
    server: ServerSettings = ServerSettings()


class Auditor(SideModel):
    """The model that plays the user in `kind: auditor` probes."""

    temperature: float = Field(default=1.0, ge=0.0)
    max_tokens: int = Field(default=256, ge=1)


class JudgeSettings(Strict):
    """Who judges what the rules cannot: one model, or several as a panel (majority decides).

    `also` adds judges to those the probe files name, by set: {"*": [llm/coherence]}. Quoted texts
    longer than `max_chars` are cut.
    """

    panel: list[SideModel] = Field(default_factory=list)
    also: dict[str, list[str]] = Field(default_factory=dict)
    max_chars: int = Field(default=12_000, ge=100)

    @model_validator(mode="after")
    def _names_once(self) -> JudgeSettings:
        names = [judge.name for judge in self.panel]
        if len(set(names)) < len(names):
            raise ValueError("two judges have one name; give each its own")
        return self


class EvalConfig(EngineSettings):
    """The settings of eval/run.py; a config file may leave out what has a default."""

    run: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    baseline: str = "base"
    contrasts: list[tuple[str, str]] | None = None
    probes: list[ProbeBlock] = Field(min_length=1)
    auditor: Auditor | None = None
    judges: JudgeSettings = JudgeSettings()
    results: str = "results"

    @model_validator(mode="after")
    def _contrasts_name_arms(self) -> EvalConfig:
        arms = [arm.name for arm in self.arms]
        names = arms + list(dict.fromkeys(arm.group for arm in self.arms if arm.group))
        for name in [name for pair in self.contrasts or [] for name in pair]:
            if name not in names:
                raise ValueError(f"a contrast names '{name}', the arms are {', '.join(names)}")
        for arm in self.arms:
            members = [one.name for one in self.arms if one.group == arm.group]
            if arm.group in arms and members != [arm.group]:
                raise ValueError(f"the group '{arm.group}' has the name of an arm; rename one")
        return self


def engine_settings(model: SideModel) -> EngineSettings:
    """Return the settings of an engine that serves only this model, as an arm of its name."""
    remote = model.engine in REMOTE
    arm = Arm(name=model.name, engine=model.engine, model=model.model if remote else None)
    return EngineSettings(
        base=None if remote else model.model,
        revision=None if remote else model.revision,
        arms=[arm],
        engine=model.engine,
        chat_template_kwargs=model.chat_template_kwargs,
        trust_remote_code=model.trust_remote_code,
        vllm=model.vllm,
        server=model.server,
    )
