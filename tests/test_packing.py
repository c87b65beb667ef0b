"""A packed batch with one shared prefix has the loss and the gradients of its rows apart."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from data import pairs
from train import base_model, packing, sft

IGNORED = packing.IGNORED


@st.composite
def batches(draw):
    """Rows over a tiny alphabet, so that prefixes coincide by chance, too."""
    head = draw(st.lists(st.integers(0, 2), max_size=4))
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        prompt = head + draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
        answer = draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))
        labels = [IGNORED] * len(prompt) + answer
        rows.append({"input_ids": prompt + answer, "labels": labels})
    return rows


def unpacked(batch):
    """Return the rows of a packed batch, as [(input_ids, labels)], from its tensors alone."""
    ids, positions, segments = (
        batch[key][0].tolist() for key in ("input_ids", "position_ids", "segments")
    )
    mask = packing.attention_mask(batch["segments"])[0, 0]
    rows = []
    for number in range(1, max(segments) + 1):
        last = max(place for place, segment in enumerate(segments) if segment == number)
        seen = [place for place in range(len(ids)) if mask[last, place]]
        assert [positions[place] for place in seen] == list(range(len(seen)))
        rows.append(([ids[place] for place in seen], seen))
    return rows


@given(batches(), st.booleans())
def test_every_row_can_be_read_back_from_what_its_last_token_attends_to(rows, share):
    batch = packing.PackedCollator(share)(rows)
    assert [ids for ids, _ in unpacked(batch)] == [row["input_ids"] for row in rows]
    assert batch["tokens"] == sum(len(row["input_ids"]) for row in rows)


@given(batches(), st.booleans())
def test_each_scored_token_is_predicted_from_the_position_before_it_in_its_row(rows, share):
    batch = packing.PackedCollator(share)(rows)
    places = [seen for _, seen in unpacked(batch)]
    wanted = [
        (places[number][index - 1], label)
        for number, row in enumerate(rows)
        for index, label in enumerate(row["labels"])
        if label != IGNORED
    ]
    found = zip(batch["predicted_from"].tolist(), batch["shift_labels"][0].tolist(), strict=True)
    assert list(found) == wanted


@given(batches())
def test_no_token_attends_to_another_row_or_to_what_comes_later(rows):
    batch = packing.PackedCollator()(rows)
    mask, segments = packing.attention_mask(batch["segments"])[0, 0], batch["segments"][0].tolist()
    for query, mine in enumerate(segments):
        for key, its in enumerate(segments):
            assert mask[query, key] == (key <= query and its in (0, mine))


@given(batches())
def test_the_prefix_is_the_longest_common_one_without_a_scored_token(rows):
    length = packing.shared_prefix(rows)
    heads = {tuple(row["input_ids"][:length]) for row in rows}
    assert len(heads) == 1
    assert all(label == IGNORED for row in rows for label in row["labels"][:length])
    longer = {tuple(row["input_ids"][: length + 1]) for row in rows}
    at_the_end = any(len(row["input_ids"]) == length + 1 for row in rows)
    scored = any(row["labels"][length] != IGNORED for row in rows)
    assert len(longer) > 1 or at_the_end or scored


def test_a_scored_first_token_is_refused():
    with pytest.raises(ValueError, match="first token"):
        packing.PackedCollator()([{"input_ids": [1, 2], "labels": [1, 2]}])


@pytest.fixture(scope="module")
def model():
    folder = base_model.prepare_embedded()
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def rows():
    tokenizer = AutoTokenizer.from_pretrained(base_model.prepare_embedded())
    chosen = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")[::97]
    return list(sft.tokenized(chosen, tokenizer, None))


def rows_apart(model, rows):
    """Return the log-probability of each scored token, row by row, without any of our code."""
    values = []
    for row in rows:
        logits = model(input_ids=torch.tensor([row["input_ids"]])).logits[0].log_softmax(-1)
        for index, label in enumerate(row["labels"]):
            if label != IGNORED:
                values.append(logits[index - 1, label])
    return torch.stack(values)


def packed(model, batch, mask):
    logits = model(
        input_ids=batch["input_ids"],
        position_ids=batch["position_ids"],
        attention_mask=mask,
        use_cache=False,
        logits_to_keep=batch["predicted_from"],
    ).logits[0]
    return logits.log_softmax(-1).gather(-1, batch["shift_labels"][0][:, None])[:, 0]


@pytest.mark.parametrize("share", [True, False])
def test_packed_rows_have_the_log_probabilities_of_the_rows_apart(model, rows, share):
    batch = packing.PackedCollator(share)(rows)
    # Without a shared prefix no mask is given: transformers makes it from the positions.
    mask = packing.attention_mask(batch["segments"]) if share else None
    with torch.no_grad():
        ours, theirs = packed(model, batch, mask), rows_apart(model, rows)
    assert (ours - theirs).abs().max() < 1e-4
    assert theirs.std() > 0.1


def test_packed_rows_have_the_gradient_of_the_rows_apart(model, rows):
    weight = model.model.layers[0].self_attn.q_proj.weight
    batch = packing.PackedCollator()(rows)
    losses = {
        "packed": packed(model, batch, packing.attention_mask(batch["segments"])).mean(),
        "apart": rows_apart(model, rows).mean(),
    }
    gradients = {name: torch.autograd.grad(loss, weight)[0] for name, loss in losses.items()}
    difference = (gradients["packed"] - gradients["apart"]).abs().max()
    assert difference < 1e-4 * gradients["apart"].abs().max()


def test_the_additive_mask_of_eager_attention_says_the_same_as_the_boolean_one(rows):
    segments = packing.PackedCollator()(rows)["segments"]
    additive = packing.attention_mask(segments, torch.float32)
    assert torch.equal(additive == 0, packing.attention_mask(segments))
    assert additive.min() == torch.finfo(torch.float32).min
