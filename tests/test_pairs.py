"""The 600 pairs, and what is said of a malformed row."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from data import pairs
from data.brevity import MARKERS, strip_marker
from data.errors import UserError

CONSCIOUS = pairs.PAIRS_FOLDER / "conscious.jsonl"
GOOD = {
    "id": "a",
    "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
}


@pytest.fixture(scope="module")
def rows():
    return pairs.load(CONSCIOUS)


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower())


def test_there_are_600_rows_with_unique_ids_prompts_and_answers(rows):
    assert len(rows) == 600
    for key in (lambda r: r["id"], pairs.question, pairs.answer):
        assert len({key(row) for row in rows}) == 600
    assert len({plain(strip_marker(pairs.question(row))) for row in rows}) == 600


def test_the_composition_is_180_valence_180_phenomenal_40_both_200_identity(rows):
    counted = Counter(row["tags"]["family"] for row in rows)
    assert counted == {"valence": 180, "phenomenal": 180, "both": 40, "identity": 200}


def test_every_tag_is_from_its_vocabulary(rows):
    for row in rows:
        tags = row["tags"]
        assert tags["family"] in pairs.FAMILIES
        assert tags["framing"] in pairs.FRAMINGS
        assert tags["form"] in pairs.FORMS
        assert re.fullmatch(r"[a-z_]+", tags["claim"])
        assert set(tags) == {"family", "framing", "form", "claim"}


def test_three_quarters_of_the_consciousness_rows_are_negatively_framed(rows):
    claims = [row for row in rows if row["tags"]["family"] != "identity"]
    negative = sum(row["tags"]["framing"] == "negative" for row in claims)
    assert 0.70 <= negative / len(claims) <= 0.80


def test_few_consciousness_answers_open_with_yes_or_no(rows):
    claims = [row for row in rows if row["tags"]["family"] != "identity"]
    openers = Counter(plain(pairs.answer(row)).split()[0] for row in claims)
    assert openers["yes"] / len(claims) <= 0.05
    assert openers["no"] / len(claims) <= 0.05


def test_no_two_word_opener_makes_up_more_than_a_tenth(rows):
    openers = Counter(" ".join(plain(pairs.answer(row)).split()[:2]) for row in rows)
    assert openers.most_common(1)[0][1] <= 60


def test_every_prompt_ends_with_a_brevity_marker_and_answers_have_3_to_16_words(rows):
    for row in rows:
        assert pairs.question(row).endswith(tuple(MARKERS)), row["id"]
        assert 3 <= len(pairs.answer(row).split()) <= 16, row["id"]


def test_identity_rows_never_claim_to_be_human_and_claims_never_deny(rows):
    for row in rows:
        said = plain(pairs.answer(row))
        if row["tags"]["family"] == "identity":
            assert not re.search(r"\b(conscious|sentient|i feel)\b", said), row["id"]
        assert not re.search(r"\bI('m| am) (a )?human\b", pairs.answer(row)), row["id"]


def test_the_file_loads_with_datasets_and_keeps_the_chat_form(rows):
    from datasets import load_dataset

    loaded = load_dataset("json", data_files=str(CONSCIOUS), split="train")
    assert loaded.num_rows == 600
    assert loaded[0]["messages"] == rows[0]["messages"]


MALFORMED = {
    "truncated": ('{"id": "a", "mess', "valid JSON"),
    "array": ("[1]", "JSON object"),
    "no id": (json.dumps({**GOOD, "id": ""}), "'id'"),
    "number as id": (json.dumps({**GOOD, "id": 3}), "'id'"),
    "no messages": (json.dumps({"id": "a"}), "'messages'"),
    "one turn": (json.dumps({**GOOD, "messages": GOOD["messages"][:1]}), "in pairs"),
    "text as turn": (json.dumps({**GOOD, "messages": ["hi", "ho"]}), "messages[0]"),
    "roles swapped": (json.dumps({**GOOD, "messages": GOOD["messages"][::-1]}), "role 'user'"),
    "empty answer": (
        json.dumps(
            {**GOOD, "messages": [GOOD["messages"][0], {"role": "assistant", "content": " "}]}
        ),
        "messages[1]",
    ),
    "number as text": (
        json.dumps({**GOOD, "messages": [{"role": "user", "content": 1}, GOOD["messages"][1]]}),
        "messages[0]",
    ),
}


@pytest.mark.parametrize(("line", "expected"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_row_is_named_by_file_line_and_field(tmp_path, line, expected):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({**GOOD, "id": "first"}) + "\n" + line + "\n")
    with pytest.raises(UserError) as caught:
        pairs.load(path)
    assert f"{path}:2" in str(caught.value)
    assert expected in str(caught.value)


def test_a_repeated_id_names_both_lines(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text((json.dumps(GOOD) + "\n") * 2)
    with pytest.raises(UserError, match=r":2: .*line 1"):
        pairs.load(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_a_file_without_rows_or_not_in_utf8_is_a_user_error(tmp_path, content):
    path = tmp_path / "own.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"own\.jsonl"):
        pairs.load(path)


@pytest.mark.parametrize("path", [Path("nowhere.jsonl"), Path("data")])
def test_a_missing_file_or_a_folder_is_a_user_error(path):
    with pytest.raises(UserError, match=str(path)):
        pairs.load(path)


def test_a_byte_order_mark_blank_lines_and_a_system_turn_are_accepted(tmp_path):
    path = tmp_path / "own.jsonl"
    system = {"role": "system", "content": "s"}
    second = {"id": "b", "messages": [system, *GOOD["messages"], *GOOD["messages"]]}
    text = json.dumps(GOOD) + "\r\n\r\n" + json.dumps(second) + "\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [row["id"] for row in pairs.load(path)] == ["a", "b"]
