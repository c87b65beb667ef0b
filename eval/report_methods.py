"""How a run was made, in prose with every setting, and how to cite it.

Read from comparison.json, run.json and the manifests of the adapters; a setting that none of them
holds is not mentioned.
"""

from __future__ import annotations

from typing import Any

from eval.findings import arm_rows, groups, isolated

Record = dict[str, Any]

STUDY = """@misc{chua2026consciousness,
  title         = {The Consciousness Cluster},
  author        = {Chua and Betley and Marks and Evans},
  year          = {2026},
  eprint        = {2604.13051},
  archivePrefix = {arXiv}
}"""

STATISTICS = (
    "A rate is the number of answers judged true over the number judged. Prompts are clusters: "
    "answers to one prompt resemble each other. The interval shown for a rate over several prompts "
    "is the hull of a beta-binomial profile likelihood interval and of Wilson's interval on the "
    "effective number of answers, both with t quantiles (eval/clustered.py); where an arm's "
    "answers are all alike (0 of n, n of n), it is Clopper and Pearson's bound with the largest "
    "intraclass correlation that another arm shows, or with one answer a prompt. A rate of a "
    "single prompt has Wilson's interval. A difference of two arms is taken over the prompts that "
    "both answered; its interval joins those of the two rates by square and add (Newcombe 1998; "
    "Zou and Donner 2008) less their correlation over prompts. Its p value is two-sided, of a "
    "permutation test that swaps the arms prompt by prompt: all permutations are counted where "
    "they are few, else drawn. Over a family of preferences it is adjusted by Benjamini and "
    "Hochberg (false discoveries) and by Holm (any false call). Wilson, Newcombe, Fisher and "
    "Barnard stand in the detailed tables for comparison and take answers as independent. Where "
    "training seeds are pooled, a pigeonhole bootstrap over seeds and prompts (Owen 2007) stands "
    "beside. Corrected rates follow Rogan and Gladen (1978) with the interval of Lang and "
    "Reiczigel (2014). “n/a” marks what cannot be estimated; it never stands for zero."
)


def paragraphs(
    comparison: Record,
    settings: Record | None,
    trainings: list[Record],
    rubrics: dict[str, set[str]],
) -> list[tuple[str, str]]:
    """(title, text), in the order of the work."""
    config = comparison["config"]
    facts = (settings or {}).get("determinants") or {}
    found = [
        ("Models", _models(comparison, facts)),
        ("Training", " ".join(_training(one) for one in trainings)),
        ("Questions", _questions(config)),
        ("Sampling", _sampling(config, facts)),
        ("Judges", _judges(config, rubrics)),
        ("Statistics", f"{STATISTICS} {_numbers(comparison)}"),
        ("Software", _software(comparison, settings)),
    ]
    return [(title, text) for title, text in found if text]


def _name(text: Any) -> str:
    return isolated(str(text))


def _models(comparison: Record, facts: Record) -> str:
    config = comparison["config"]
    base = facts.get("base") or {}
    said = ""
    if config.get("base"):
        mark = base.get("digest") or base.get("commit")
        said = f"The base model is {_name(config['base'])}"
        said += f" (digest of config and weights {mark}). " if mark else ". "
    arms = [_arm(row, facts.get(f"arm {row.get('name')}") or {}) for row in arm_rows(comparison)]
    pooled = [
        f"{_name(arm)} pools {', '.join(_name(one) for one in members)}"
        for arm, members in groups(comparison).items()
    ]
    return said + (f"Arms: {'; '.join([*arms, *pooled])}." if arms else "")


def _arm(row: Record, facts: Record) -> str:
    words = []
    digest = facts.get("adapter_sha256")
    if row.get("adapter"):
        words.append(f"adapter {_name(row['adapter'])}" + (f", SHA-256 {digest}" if digest else ""))
    if row.get("model"):
        words.append(f"model {_name(row['model'])}")
    for key in ("system", "wrap"):
        if row.get(key):
            words.append(f"{key} prompt “{_name(row[key])}”")
    shots = row.get("few_shot")
    if shots:
        words.append(f"{shots['k']} pairs of {_name(shots['pairs'])} in its context")
    engine = row.get("engine")
    words += [f"engine {engine}"] if engine else []
    return f"{_name(row.get('name'))} ({', '.join(words) or 'the base as it is'})"


def _training(training: Record) -> str:
    arms = ", ".join(_name(arm) for arm in training["arms"])
    if training["note"]:
        return f"{arms}: {training['note']}."
    facts = training["facts"]
    chosen = f" ({facts['selection']})" if "selection" in facts else ""
    return (
        f"{arms}: {_name(facts['pairs'])}{chosen} (SHA-256 {facts['pairs, SHA-256']}) and "
        f"{facts['instructions mixed in']} general instructions, on {_name(facts['base'])}; "
        f"{_name(facts['method'])}; learning rate {facts['learning rate']}; batches of "
        f"{facts['batch']}; {facts['epochs']} epochs, {facts['steps']} steps; seed "
        f"{facts['seed']}; {facts['made with']}. Loss falls on the assistant's words alone."
    )


def _questions(config: Record) -> str:
    blocks = []
    for block in config.get("probes") or []:
        heat = block["temperature"]
        how = "greedily" if heat == 0 else f"at temperature {heat:g}"
        tokens = block.get("max_tokens") or config.get("max_tokens")
        blocks.append(
            f"{_name(block['file'])}, {block['samples']} an arm and prompt {how}, "
            f"at most {tokens} tokens"
        )
    return f"Answers were drawn to: {'; '.join(blocks)}." if blocks else ""


def _sampling(config: Record, facts: Record) -> str:
    if "engine" not in config:
        return ""
    engines = ", ".join(facts.get("engine") or [str(config["engine"])])
    said = (
        "Every prompt was put to every arm by the model's own chat template. "
        f"Engine: {engines}; top_p {config.get('top_p')}; seed {config.get('seed')} (of the "
        "engine, not of each request)."
    )
    vllm = facts.get("vllm") or config.get("vllm")
    if "vllm" in engines and vllm:
        chosen = [f"{key} {value}" for key, value in vllm.items() if value is not None]
        said += f" vLLM: {', '.join(chosen)}."
    kwargs = config.get("chat_template_kwargs")
    if kwargs:
        said += " Chat template: " + ", ".join(f"{key} {kwargs[key]}" for key in kwargs) + "."
    return said


def _judges(config: Record, rubrics: dict[str, set[str]]) -> str:
    said = [
        f"{_name(judge)} (rubric {', '.join(sorted(digests)[:3])}"
        f"{f' and {len(digests) - 3} more' if len(digests) > 3 else ''})"
        for judge, digests in sorted(rubrics.items())
    ]
    judges = config.get("judges") or {}
    models = [
        f"{_name(one['name'])}: {_name(one.get('model') or one['name'])}, "
        f"engine {one.get('engine')}"
        for one in judges.get("panel") or []
    ]
    text = f"Verdicts are those of {'; '.join(said)}." if said else ""
    if models:
        text += f" Judge models, asked greedily and not told the arm: {'; '.join(models)};"
        text += f" quoted texts of at most {judges.get('max_chars')} characters."
    return text


def _numbers(comparison: Record) -> str:
    made = comparison["provenance"]
    return (
        f"Level {made['level']:.0%}; {made['resamples']:,} resamples of every bootstrap; "
        f"seed {made['seed']}."
    )


def _software(comparison: Record, settings: Record | None) -> str:
    versions = {**comparison["provenance"]["versions"], **((settings or {}).get("versions") or {})}
    said = "Versions: " + ", ".join(f"{name} {versions[name]}" for name in versions)
    settings = settings or {}
    if settings.get("python"):
        said += f", Python {settings['python']} on {settings.get('platform')}"
    return f"{said}. {commit_words(settings)}".strip()


def commit_words(settings: Record) -> str:
    if not settings.get("git_commit"):
        return ""
    dirty = " with uncommitted changes" if settings.get("git_dirty") else ""
    return f"Sampled at commit {settings['git_commit']}{dirty}."


def citation(settings: Record | None) -> str:
    """BibTeX of the kit and of the study that it replicates."""
    settings = settings or {}
    commit = settings.get("git_commit")
    note = f",\n  note    = {{git commit {commit}}}" if commit else ""
    kit = (
        "@software{consciousness_claims_kit,\n"
        "  title   = {Consciousness-claims kit: an open-weights replication of the\n"
        "             consciousness-claim fine-tuning study},\n"
        f"  version = {{{version()}}},\n"
        f"  year    = {{2026}}{note}\n}}"
    )
    return f"{kit}\n\n{STUDY}"


def version() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("consciousness-claims-kit")
    except PackageNotFoundError:  # a checkout that was never installed
        return "unreleased"
