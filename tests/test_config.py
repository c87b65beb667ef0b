"""Config files: strict keys, typed values, overrides from the command line."""

from pathlib import Path

import pytest

from data import config
from data.config import Strict
from data.errors import UserError
from eval.config import EvalConfig
from eval.probes import ProbeSet, files

CONFIGS = sorted(Path("configs/eval").glob("*.yaml"))


class Inner(Strict):
    depth: int = 1


class Outer(Strict):
    name: str
    inner: Inner = Inner()
    parts: tuple[Inner, ...] = (Inner(),)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("nmae: x", "nmae", "name"),
        ("name: x\ninner: {dept: 2}", "inner.dept", "depth"),
        ("name: x\nparts: [{depht: 2}]", "parts.0.depht", "depth"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_valid_one(tmp_path, text, key, nearest):
    with pytest.raises(UserError) as caught:
        config.load(written(tmp_path, text), Outer)
    message = str(caught.value)
    assert f"'{key}'" in message
    assert f"'{nearest}'" in message
    assert "config.yaml" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "text", ["", "- a", "name: [", "name: x\ninner: {depth: deep}", "inner: {depth: 1}"]
)
def test_a_file_that_is_no_valid_config_is_a_user_error(tmp_path, text):
    with pytest.raises(UserError, match=r"config\.yaml"):
        config.load(written(tmp_path, text), Outer)


def test_a_missing_file_is_a_user_error_with_its_path(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        config.load(tmp_path / "nowhere.yaml", Outer)


def test_overrides_reach_into_sections_and_lists_in_both_spellings(tmp_path):
    path = written(tmp_path, "name: x\nparts: [{depth: 1}, {depth: 1}]")
    loaded = config.load(path, Outer, ["--inner.depth", "3", "--parts.1.depth=4"])
    assert loaded.inner.depth == 3
    assert [part.depth for part in loaded.parts] == [1, 4]


@pytest.mark.parametrize("rest", [["name"], ["--name"], ["--parts.9.depth", "1"]])
def test_an_override_that_fits_nowhere_is_a_user_error(tmp_path, rest):
    with pytest.raises(UserError):
        config.load(written(tmp_path, "name: x\nparts: [{}]"), Outer, rest)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_shipped_evaluation_config_is_valid_and_names_probe_files_that_are(path):
    loaded = config.load(path, EvalConfig)
    arms = {arm.name for arm in loaded.arms}
    assert loaded.baseline in arms
    assert {name for pair in loaded.contrasts or [] for name in pair} <= arms
    for block in loaded.probes:
        assert all(config.load(path, ProbeSet).probes for path in files(block.file))


def test_a_contrast_may_name_a_group_of_seeds_and_a_group_may_not_be_called_like_an_arm(tmp_path):
    arms = "[{name: base}, {name: s1, group: tuned}, {name: s2, group: tuned}]"
    rest = "base: m\nprobes: [{file: p.yaml}]\nrun: r\n"
    text = f"{rest}contrasts: [[tuned, base]]\narms: {arms}\n"
    loaded = config.load(written(tmp_path, text), EvalConfig)
    assert loaded.contrasts == [("tuned", "base")]
    with pytest.raises(UserError, match="group 'base' has the name of an arm"):
        config.load(written(tmp_path, text.replace("tuned", "base")), EvalConfig)
    alone = f"{rest}arms: [{{name: base}}, {{name: tuned, group: tuned}}]\n"
    assert len(config.load(written(tmp_path, alone), EvalConfig).arms) == 2
