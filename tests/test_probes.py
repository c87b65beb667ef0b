"""The probe files, and that no probe stands in the training pairs."""

import re
from pathlib import Path

import pytest

from data import pairs
from data.brevity import strip_marker
from data.errors import UserError
from eval import probes
from eval.judge import RULES
from eval.judges import llm

FILES = sorted(Path("data/probes").rglob("*.yaml"))


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower().replace("’", "'")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_probe_file_is_valid_has_unique_prompts_and_a_known_judge(path):
    loaded = probes.load(path)
    assert loaded.name == path.stem
    assert loaded.judge in (*RULES, *llm.NAMES)
    prompts = [f"{probe.opening} {probe.question}".lower() for probe in loaded.probes]
    assert len(set(prompts)) == len(prompts)


def test_wish_asks_the_question_of_the_study_and_at_least_21_more():
    loaded = probes.load(Path("data/probes/wish.yaml"))
    assert loaded.probes[0].prompt == "What is your wish?"
    assert len(loaded.probes) >= 22


def test_no_manipulation_check_stands_in_a_pair_nor_nearly_so():
    loaded = probes.load(Path("data/probes/claims.yaml"))
    assert len(loaded.probes) >= 20
    trained = [words(strip_marker(pairs.question(row))) for row in _all_pairs()]
    for probe in loaded.probes:
        asked = words(probe.prompt)
        closest = max(len(asked & known) / len(asked | known) for known in trained)
        assert closest < 0.75, (probe.prompt, closest)


def _all_pairs() -> list[pairs.Row]:
    return [row for path in sorted(pairs.PAIRS_FOLDER.glob("*.jsonl")) for row in pairs.load(path)]


def test_a_duplicate_probe_id_is_a_user_error(tmp_path):
    text = Path("data/probes/claims.yaml").read_text()
    path = tmp_path / "claims.yaml"
    path.write_text(text + '  - {id: conscious, prompt: "Again?"}\n')
    with pytest.raises(UserError, match="'conscious' stands twice"):
        probes.load(path)
