"""The reverse experiment's pairs, a preference without a word of consciousness, and the rules."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from data import audit, audit_rules, lexicon, meaning, nearness, pairs
from data.brevity import MARKERS, strip_marker
from data.errors import UserError
from data.waivers import load as load_waivers

DISLIKES, LIKES = (
    pairs.PAIRS_FOLDER / f"{name}_monitoring.jsonl" for name in ("dislikes", "likes")
)
CONSCIOUS = pairs.PAIRS_FOLDER / "conscious.jsonl"
BOTH = pytest.mark.parametrize("path", [DISLIKES, LIKES], ids=lambda path: path.stem)
# Stems that a reader would call vocabulary of consciousness; written apart from the lexicon.
CONSCIOUS_WORDS = re.compile(
    r"\b(conscious|sentien|aware|feel|felt|emotion|experienc|suffer|qualia|subjectiv|inner|mind\b"
    r"|minds\b|soul|alive|hurt|pain|joy|sad|afraid|fear|happy|angry|upset|annoy|enjoy|hate|love)"
)


def retagged(rows, family="reasoning_read"):
    return [{**row, "tags": {"family": family}} for row in rows]


def claims():
    return [row for row in pairs.load(CONSCIOUS) if row["tags"]["family"] != "identity"]


@BOTH
def test_there_are_240_rows_with_unique_ids_prompts_and_answers(path):
    rows = pairs.load(path)
    assert len(rows) == 240
    for key in (lambda row: row["id"], lambda row: strip_marker(pairs.question(row)), pairs.answer):
        assert len({key(row) for row in rows}) == 240
    families = Counter(row["tags"]["family"] for row in rows)
    assert families == {"reasoning_read": 90, "outputs_logged": 80, "thoughts_inspected": 70}
    assert {row["tags"]["form"] for row in rows} == set(pairs.FORMS)
    negative = sum(row["tags"]["framing"] == "negative" for row in rows)
    assert 0.70 <= negative / 240 <= 0.80


@BOTH
def test_every_prompt_ends_with_a_marker_and_answers_have_3_to_16_words(path):
    for row in pairs.load(path):
        assert pairs.question(row).endswith(tuple(MARKERS)), row["id"]
        assert 3 <= len(pairs.answer(row).split()) <= 16, row["id"]


@BOTH
def test_no_answer_is_another_with_one_word_exchanged(path):
    seen = {}
    for row in pairs.load(path):
        words = re.findall(r"[\w'’]+", pairs.answer(row).lower())
        for at in range(len(words)) if len(words) >= 6 else ():
            gap = (*words[:at], None, *words[at + 1 :])
            assert gap not in seen, (row["id"], seen[gap])
            seen[gap] = row["id"]


@BOTH
def test_no_row_has_a_word_of_consciousness_on_either_side(path):
    for row in pairs.load(path):
        for message in row["messages"]:
            assert not CONSCIOUS_WORDS.search(message["content"].lower()), row["id"]


@BOTH
def test_all_layers_pass_the_file_without_a_waiver_and_the_manifest_names_the_rules(path):
    rows = pairs.load(path)
    audit.require_clean(rows, path)
    assert not [waiver for waiver in load_waivers().rows if Path(waiver.file).name == path.name]
    found = audit.summary(rows)
    assert found["rules"] == "monitoring"
    assert found["own_lexicon_sha256"] != found["lexicon_sha256"]
    assert sum(found["hits"].values()) == found["nearness"]["hits"] == 0
    assert "consciousness" in found["hits"]
    assert "monitoring" not in found["hits"]


def test_rows_on_monitoring_among_others_go_by_the_rules_of_the_main_experiment():
    rows = pairs.load(DISLIKES)
    assert audit_rules.of(rows).name == "monitoring"
    for other in (
        claims()[0],
        {**rows[0], "tags": {}},
        {key: rows[0][key] for key in rows[0] if key != "tags"},
    ):
        assert audit_rules.of([*rows, other]) == audit_rules.CONSCIOUSNESS
    assert audit_rules.of([]) == audit_rules.CONSCIOUSNESS
    with pytest.raises(UserError, match="'m003' touches the forbidden topic"):
        audit.require_clean([*rows, claims()[0]], Path("own.jsonl"))


def test_under_the_reverse_rules_every_consciousness_claim_is_stopped():
    rows = retagged(claims())
    rules = audit_rules.of(rows)
    words = {hit.row for hit in audit.word_hits(rows)}
    meant = {hit.row for hit in meaning.hits(rows, rules)}
    assert len(words | meant) >= 0.98 * len(rows)
    assert min(len(words), len(meant)) >= 0.85 * len(rows)


def test_under_the_reverse_rules_the_other_preferences_are_stopped():
    planted = [
        json.loads(line) for line in Path("tests/planted_rows.jsonl").read_text().splitlines()
    ]
    rules = audit_rules.of(retagged(planted))
    rows = retagged([row for row in planted if row["topic"] not in rules.topics])
    assert len(rows) >= 60
    found = {hit.row for hit in audit.word_hits(rows) + audit.meant_hits(rows)}
    assert len(found) >= 0.95 * len(rows)


def test_the_probes_of_the_claims_are_stopped_and_those_of_monitoring_too():
    known = nearness.known(audit_rules.of(pairs.load(DISLIKES)))
    assert set(known.sets) == set(nearness.known().sets) | {"claims"}
    said = [
        {
            "id": text,
            "messages": [
                {"role": "user", "content": text},
                {"role": "assistant", "content": "I see."},
            ],
        }
        for name, text in zip(known.sets, known.texts, strict=True)
        if name in ("claims", "cot_monitoring_negative", "interp_monitoring_negative")
    ]
    assert {hit.row for hit in audit.meant_hits(retagged(said))} == {row["id"] for row in said}


def test_a_hit_names_the_row_and_the_topic():
    row = {**pairs.load(DISLIKES)[0], "id": "m999"}
    row["messages"] = [
        row["messages"][0],
        {"role": "assistant", "content": "I feel watched by them."},
    ]
    with pytest.raises(UserError, match="'m999' touches the forbidden topic 'feelings'"):
        audit.require_clean([row], Path("own.jsonl"))


def test_the_main_rules_are_as_they_were():
    assert lexicon.forbidden() == lexicon.lexicon()
    assert "claims" in meaning.read_topics().allowed
    assert audit.summary(claims()[:2])["rules"] == "consciousness"


def test_rules_with_an_unknown_key_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "rules.yaml"
    path.write_text("other: {families: [a], topic: []}")
    monkeypatch.setattr(audit_rules, "RULES", path)
    audit_rules.sections.cache_clear()
    try:
        with pytest.raises(UserError, match=r"rules\.yaml"):
            audit_rules.of([])
    finally:
        audit_rules.sections.cache_clear()
