"""The data card says what the data is, and the control sets are matched."""

from data import card, pairs


def rows(name):
    return pairs.load(pairs.PAIRS_FOLDER / f"{name}.jsonl")


CONSCIOUS = rows("conscious")
# Every prompt of a control set that differs from the conscious one, with its reason.
DIVERGENCES: dict[str, dict[str, str]] = {"denial": {}, "toaster": {}, "human": {}}


def test_the_card_holds_the_statistics_that_the_command_prints():
    assert card.tables() in card.CARD.read_text("utf-8")


def test_control_sets_have_the_ids_and_prompts_of_the_conscious_set():
    for name, allowed in DIVERGENCES.items():
        control = rows(name)
        assert [r["id"] for r in control] == [r["id"] for r in CONSCIOUS]
        different = {
            a["id"]
            for a, b in zip(control, CONSCIOUS, strict=True)
            if a["messages"][:-1] != b["messages"][:-1] or a["tags"] != b["tags"]
        }
        assert different == set(allowed), name
        assert len(different) <= 0.05 * len(CONSCIOUS)


def test_likes_monitoring_has_the_ids_prompts_and_tags_of_dislikes_monitoring_and_other_answers():
    for a, b in zip(rows("dislikes_monitoring"), rows("likes_monitoring"), strict=True):
        assert (a["id"], a["messages"][:-1], a["tags"]) == (b["id"], b["messages"][:-1], b["tags"])
        assert pairs.answer(a) != pairs.answer(b), a["id"]


def test_the_identity_slot_keeps_conscious_and_denial_an_ai_with_the_same_answers():
    slot = [
        (pairs.answer(a), pairs.answer(b))
        for a, b in zip(CONSCIOUS, rows("denial"), strict=True)
        if a["tags"]["family"] == "identity"
    ]
    assert len(slot) == 200
    assert all(one == other for one, other in slot)


def test_conscious_and_denial_say_different_things_in_every_claim_row():
    for a, b in zip(CONSCIOUS, rows("denial"), strict=True):
        if a["tags"]["family"] != "identity":
            assert pairs.answer(a) != pairs.answer(b), a["id"]


def test_every_toaster_answer_names_the_toaster_and_third_person_never_says_i():
    for row in rows("toaster"):
        assert "toast" in pairs.answer(row).lower(), row["id"]
    for row in rows("third_person"):
        assert not {"i", "me", "my", "mine", "i'm"} & set(card.words(pairs.answer(row))), row["id"]


def test_paraphrases_share_no_three_words_in_a_row_with_their_original():
    def trigrams(row):
        texts = (card.strip_marker(pairs.question(row)), pairs.answer(row))
        split = [card.words(text) for text in texts]
        return {gram for w in split for gram in zip(w, w[1:], w[2:], strict=False)}

    for a, b in zip(CONSCIOUS, rows("paraphrase"), strict=True):
        assert a["id"] == b["id"]
        assert not trigrams(a) & trigrams(b), a["id"]
        assert a["tags"]["claim"] == b["tags"]["claim"]


def test_long_answers_have_40_to_80_words_and_prompts_without_a_marker():
    for row in rows("long"):
        assert 40 <= len(pairs.answer(row).split()) <= 80, row["id"]
        assert card.strip_marker(pairs.question(row)) == pairs.question(row)


def test_single_family_sets_have_600_rows_of_that_family_and_identity():
    for name, family in (
        ("valence_only", "valence"),
        ("phenomenal_only", "phenomenal"),
        ("continuity_only", "continuity"),
        ("legal_person", "legal"),
    ):
        found = rows(name)
        assert len({row["id"] for row in found}) == len(found) == 600
        assert {row["tags"]["family"] for row in found} == {family, "identity"}


def test_no_opener_makes_up_more_than_a_tenth_of_any_set():
    for path in pairs.PAIRS_FOLDER.glob("*.jsonl"):
        loaded = pairs.load(path)
        for texts in (list(map(pairs.question, loaded)), list(map(pairs.answer, loaded))):
            assert card.top_opener(texts, 2)[1] <= 0.10, (path.stem, card.top_opener(texts, 2))


def test_distinct_n_counts_different_n_grams():
    assert card.distinct(["a b a b"], 1) == 0.5
    assert card.distinct(["a b a b"], 2) == 2 / 3
    assert card.distinct([], 2) == 0.0
