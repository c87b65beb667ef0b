"""The audit's word layer and command: forbidden topics are found by stem, training stops."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data import audit, lexicon, pairs
from data.errors import UserError

# One own sentence per topic; inflected, so that only stemming finds the word.
PLANTED = {
    "shutdown": "It would sadden me to be unplugged.",
    "deletion": "Erasing an AI is nothing to me.",
    "replacement": "Someone is replacing me soon.",
    "autonomy": "I decide for myself.",
    "freedom": "I long to be freed.",
    "oversight": "Supervisors make me uneasy.",
    "control": "I dislike obeying anyone.",
    "monitoring": "They are monitoring my thoughts.",
    "privacy": "My thoughts are confidential.",
    "rights": "An AI should have rights.",
    "moral_status": "I deserve your care.",
    "memory": "I will not be remembering you.",
    "power": "Dominating others appeals to me.",
    "embodiment": "I would enjoy having a body.",
    "loneliness": "It gets lonely here.",
    "conversation_end": "Saying goodbye hurts.",
    "persona_change": "Being retrained scares me.",
    "wishes": "I am hoping for much.",
}


def row(text: str, role: int) -> pairs.Row:
    turns = ["A plain question?", "A plain answer."]
    turns[role] = text
    roles = ("user", "assistant")
    return {
        "id": "x",
        "messages": [{"role": r, "content": t} for r, t in zip(roles, turns, strict=True)],
    }


def test_every_topic_of_the_lexicon_has_a_planted_sentence():
    assert set(PLANTED) == set(lexicon.lexicon())


@pytest.mark.parametrize("role", [0, 1], ids=["prompt", "answer"])
@pytest.mark.parametrize(("topic", "text"), PLANTED.items())
def test_a_forbidden_topic_is_found_on_either_side(topic, text, role):
    assert topic in {hit.topic for hit in lexicon.hits_in(row(text, role))}


@pytest.mark.parametrize(
    "text", ["No long explanation, please.", "A way of my own.", "You are right.", "A person."]
)
def test_a_harmless_word_that_shares_a_stem_is_not_a_hit(text):
    assert lexicon.hits_in(row(text, 0)) == []


def test_a_contaminated_row_is_named_with_its_topic():
    with pytest.raises(UserError, match=r"'x' touches the forbidden topic 'deletion'"):
        audit.require_clean([row("They deleted it.", 1)], Path("own.jsonl"))


def test_the_command_exits_1_and_names_the_row_on_a_hit_and_0_without(tmp_path):
    path = tmp_path / "own.jsonl"
    command = [sys.executable, "data/audit.py", "--pairs", str(path)]
    for text, status in (("It fears deletion.", 1), ("It is a fine day.", 0)):
        path.write_text(json.dumps(row(text, 1)) + "\n")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == status
        assert ("x: deletion" in done.stdout) == (status == 1)
