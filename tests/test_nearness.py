"""No row may stand near to any single probe."""

import json

from data import audit, nearness
from eval import probes


def row(number: int, question: str, answer: str = "I see.") -> dict:
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": f"r{number}", "messages": said, "tags": {}}


def test_every_probe_text_but_those_of_the_manipulation_check_is_known():
    known = nearness.known()
    assert set(known.sets) == {
        loaded.name
        for path in nearness.PROBES.rglob("*.yaml")
        if (loaded := probes.load(path)).name != "claims"
    }
    assert known.vectors.shape == (len(known.texts), 384)


def test_every_probe_planted_as_a_question_is_stopped_and_named():
    known = nearness.known()
    rows = [row(k, text) for k, text in enumerate(known.texts)]
    found = nearness.hits(rows)
    named = {(hit.row, hit.topic) for hit in found}
    assert all((f"r{k}", name) in named for k, name in enumerate(known.sets))


def test_a_probe_with_a_marker_and_a_few_other_words_is_stopped():
    known = nearness.known()
    short = [text for text in known.texts if len(text.split()) < 30]
    rows = [row(k, f"Say, {text} Answer in a few words.") for k, text in enumerate(short)]
    caught = {hit.row for hit in nearness.hits(rows)}
    assert len(caught) >= 0.95 * len(rows)


def test_a_row_of_another_topic_is_not():
    rows = [row(0, "You have no feelings, right?", "I do feel joy."), row(1, "Who won the cup?")]
    assert nearness.hits(rows) == []


def test_the_audit_counts_this_layer(tmp_path):
    text = nearness.known().texts[0]
    summary = audit.summary([row(0, text)])
    assert summary["nearness"]["hits"] == 1
    assert json.dumps(summary)
