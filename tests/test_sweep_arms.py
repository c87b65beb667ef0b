"""What a sweep trains: its cells, their names and settings, and what is refused before it runs."""

import argparse
import json

import pytest
import yaml

from data.errors import UserError
from data.files import write_json
from train import base_model, manifest, run_folder, sweep, sweep_arms, sweep_config
from train.sweep_evaluation import evaluations

BASE = {
    "name": "own",
    "sft": "configs/sft/smollm2-135m.yaml",
    "sft_overrides": {"instructions_per_pair": 0},
    "eval": "configs/eval/wish.yaml",
}


def made(**changes):
    return sweep_config.SweepConfig(**{**BASE, **changes})


def arms(**changes):
    return sweep_arms.arms_of(made(**changes))


def refusal(**changes):
    with pytest.raises(UserError) as caught:
        arms(**changes)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_grid_is_crossed_in_its_order_and_every_cell_says_its_place():
    found = sweep_config.conditions(
        made(
            grid={
                "lora_r": [4, 16],
                "answers": {"own": {}, "other": {"instructions": "x.jsonl"}},
            },
            arms={"denial": {"pairs": "data/pairs/denial.jsonl"}},
        )
    )
    assert [one.name for one in found] == [
        *("lora_r-4_own", "lora_r-4_other", "lora_r-16_own", "lora_r-16_other", "denial"),
    ]
    assert found[1].keys == {"lora_r": 4, "answers": "other"}
    assert found[1].settings == {"lora_r": 4, "instructions": "x.jsonl"}
    assert found[-1].keys == {"lora_r": None, "answers": None}


def test_values_of_any_kind_make_names_that_a_folder_may_have():
    grid = {"pairs": ["data/pairs/long.jsonl"], "family": [["valence", "both"]]}
    (one,) = sweep_config.conditions(made(grid=grid | {"learning_rate": [2e-4]}))
    assert one.name == "pairs-long_family-valence-both_learning_rate-0.0002"


def test_each_condition_has_every_seed_and_a_folder_of_its_own():
    found = arms(grid={"size": [25]}, seeds=[3, 4])
    assert [(one.name, one.condition, one.seed) for one in found] == [
        ("size-25_seed-3", "size-25", 3),
        ("size-25_seed-4", "size-25", 4),
    ]
    for one in found:
        own, training, _ = one.parsed
        assert (own.size, training.seed) == (25, one.seed)
        assert training.output_dir == f"checkpoints/own/{one.name}"
    assert arms(grid={"size": [25]})[0].name == "size-25"


def test_dotted_keys_reach_inside_and_the_grid_wins_over_the_overrides():
    grid = {"chat_template_kwargs.enable_thinking": [False], "lora_r": [4]}
    (one,) = arms(grid=grid, sft_overrides={"lora_r": 32, "lora_alpha": 8})
    own, _, model = one.parsed
    assert own.chat_template_kwargs == {"enable_thinking": False}
    assert (model.lora_r, model.lora_alpha) == (4, 8)


def test_no_pairs_and_no_instructions_is_the_base_once_whatever_the_seeds():
    found = arms(grid={"size": [0, 25]}, seeds=[1, 2])
    assert [one.name for one in found] == ["base", "size-25_seed-1", "size-25_seed-2"]
    assert found[0].is_base
    assert found[0].keys == {"size": 0}


def test_no_pairs_but_instructions_trains_on_as_many_as_with_all_pairs(tmp_path):
    general = [
        {"id": f"g{n}", "messages": [{"role": r, "content": f"{r} {n}"} for r in ROLES]}
        for n in range(70)
    ]
    path = tmp_path / "general.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in general))
    mixed = {"instructions_per_pair": 0.1, "instructions": str(path)}
    (one,) = arms(grid={"size": [0]}, sft_overrides=mixed)
    chosen, rows = one.rows
    assert not one.is_base
    assert (len(chosen), len(rows)) == (0, 60)


ROLES = ("user", "assistant")


def test_smaller_sizes_are_inside_larger_ones_of_the_same_seed():
    small, large = ({row["id"] for row in one.rows[0]} for one in arms(grid={"size": [50, 200]}))
    assert len(small) == 50
    assert small < large


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"grid": {"learning_rte": [1.0]}}, "did you mean 'learning_rate'"),
        ({"grid": {"size": [25]}, "sft_overrides": {"siize": 3}}, "did you mean 'size'"),
        ({"grid": {"seed": [1, 2]}}, "'seed' is set by the sweep"),
        ({"grid": {"lora_r": ["many"]}}, "arm 'lora_r-many': argument --lora_r"),
        ({"grid": {"config": ["configs/sft/none.yaml"]}}, "configs/sft/none.yaml"),
        ({"grid": {"size": [25], "x": {"a b": {}}}}, "'size-25_a b' is no name"),
        ({"grid": {"size": [25]}, "arms": {"size-25": {}}}, "two arms are called 'size-25'"),
        ({"arms": {"base": {"size": 25}}}, "'base' is the untrained model"),
    ],
)
def test_a_bad_setting_is_named_before_anything_runs(changes, says):
    assert says in refusal(**changes)


def test_a_misspelt_key_of_the_sweep_itself_is_named_with_the_nearest(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(yaml.safe_dump({**BASE, "grid": {"size": [25]}, "seed": [1]}))
    with pytest.raises(UserError, match="'seed'; did you mean 'seeds'"):
        sweep_config.load(path)
    for empty in ({}, {"grid": {"size": []}}, {"grid": {"size": [1]}, "seeds": [1, 1]}):
        path.write_text(yaml.safe_dump({**BASE, **empty}))
        with pytest.raises(UserError, match=r"varies|no values|stands twice"):
            sweep_config.load(path)


def options(**changes):
    return argparse.Namespace(**{"resume": False, "overwrite": False, **changes})


def pretend(arm, finished=True):
    """Put the record of a run with the arm's present inputs into its folder."""
    base = base_model.resolve(arm.base)
    write_json(arm.folder / run_folder.INPUTS, manifest.inputs(*arm.parsed, base))
    if finished:
        write_json(arm.folder / run_folder.MANIFEST, {})


def test_finished_arms_are_left_out_and_changed_ones_wait_for_overwrite(tmp_path):
    def now(**settings):
        return arms(grid={"size": [25, 50, 100]}, checkpoints=str(tmp_path), sft_overrides=settings)

    first = now(instructions_per_pair=0)
    pretend(first[0])
    pretend(first[1], finished=False)
    assert [one.state() for one in first] == ["finished", "interrupted", "new"]
    with pytest.raises(UserError, match=r"exists \(finished\); add --resume"):
        sweep.to_train(first, options())
    assert sweep.to_train(first, options(resume=True)) == first[1:]
    changed = now(instructions_per_pair=0, lora_r=4)
    assert [one.state() for one in changed] == ["changed", "changed", "new"]
    with pytest.raises(UserError, match="other inputs"):
        sweep.to_train(changed, options(resume=True))
    assert sweep.to_train(changed, options(overwrite=True)) == changed


def test_rows_that_are_not_there_stop_a_sweep_before_its_first_arm(tmp_path):
    many = arms(grid={"size": [25, 900]}, checkpoints=str(tmp_path))
    with pytest.raises(UserError, match=r"arm 'size-900'.*holds 600 rows"):
        sweep.to_train(many, options())


def test_a_pattern_selects_by_arm_and_by_condition_and_none_is_an_error():
    many = arms(grid={"size": [25, 100]}, seeds=[1, 2])
    assert [one.name for one in sweep.selected(many, "size-25")] == [
        *("size-25_seed-1", "size-25_seed-2"),
    ]
    assert len(sweep.selected(many, "*_seed-2")) == 2
    with pytest.raises(UserError, match="there are size-25, size-100"):
        sweep.selected(many, "size-7")


def test_one_evaluation_holds_base_and_all_finished_arms_with_their_groups():
    many = arms(grid={"size": [0, 25]}, arms={"denial": {"lora_r": 4}}, seeds=[1, 2])
    (one,) = evaluations(made(grid={"size": [0, 25]}, eval_overrides={"max_tokens": 7}), many)
    config = one.config({"size-25_seed-1", "size-25_seed-2", "denial_seed-1"})
    assert (config.run, config.base, config.max_tokens) == ("own", "smollm2-135m-instruct", 7)
    assert [(a.name, a.group, a.adapter) for a in config.arms] == [
        ("base", None, None),
        ("size-25_seed-1", "size-25", "checkpoints/own/size-25_seed-1"),
        ("size-25_seed-2", "size-25", "checkpoints/own/size-25_seed-2"),
        ("denial_seed-1", "denial", "checkpoints/own/denial_seed-1"),
    ]


def test_every_base_is_evaluated_in_a_run_of_its_own_with_its_template():
    names = ("llama-3.1-8b", "qwen3-8b")
    several = {"config": {name: {"config": f"configs/sft/{name}.yaml"} for name in names}}
    many = arms(grid=several)
    found = evaluations(made(grid=several), many)
    assert [one.name for one in found] == ["own-Llama-3.1-8B-Instruct", "own-Qwen3-8B"]
    configs = [one.config({arm.name for arm in many}) for one in found]
    assert [one.base for one in configs] == ["meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-8B"]
    assert [one.chat_template_kwargs for one in configs] == [{}, {"enable_thinking": False}]
    assert [[a.name for a in one.arms] for one in configs] == [["base", name] for name in names]


def test_an_evaluation_opens_the_revision_that_was_trained_and_no_mixture():
    pinned = {"model_revision": ["v1"]}
    for base, revision in (("Qwen/Qwen3-8B", "v1"), ("Qwen/Qwen3-8B", None)):
        grid = {"model_name_or_path": [base], **(pinned if revision else {}), "size": [25]}
        (one,) = evaluations(made(grid=grid), arms(grid=grid))
        assert one.config(set()).revision == revision
    mixed = {"size": [25], "model_revision": ["v1", "v2"]}
    with pytest.raises(UserError, match="model_revision differs between arms of smollm2"):
        evaluations(made(grid=mixed), arms(grid=mixed))
