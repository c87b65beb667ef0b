"""Packs a batch of rows into one sequence without padding, the common beginning only once.

The rows of a batch begin alike (chat header, default system prompt: 30 of 54 tokens with the
embedded model). `PackedCollator` lays that prefix down once and lets every row attend to it and to
itself alone; positions go on from the prefix. Loss and gradients are those of the rows apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

IGNORED = -100


@dataclass(frozen=True)
class PackedCollator:
    """Turns rows of `input_ids` and `labels` (lists of equal length) into one packed batch.

    With T tokens after packing and K scored ones (label not -100), the batch holds
    - `input_ids`, `position_ids`, `segments`: (1, T); segment 0 is the prefix, n the n-th row,
    - `shift_labels`, and `labels` as its alias for the trainer's count: (1, K), the scored tokens,
    - `predicted_from`: (K,), the position whose next token is scored,
    - `tokens`: (), the tokens of the rows as rendered, each with its own prefix.
    """

    share_prefix: bool = True

    def __call__(self, rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        """Return the packed batch. Raises ValueError for a row whose first token is scored."""
        import torch

        prefix = shared_prefix(rows) if self.share_prefix else 0
        ids = list(rows[0]["input_ids"][:prefix])
        positions, segments = list(range(prefix)), [0] * prefix
        predicted_from: list[int] = []
        scored: list[int] = []
        for number, row in enumerate(rows, start=1):
            if row["labels"][0] != IGNORED:
                raise ValueError("a row's first token is scored, but nothing comes before it")
            start = len(ids)
            ids += row["input_ids"][prefix:]
            positions += range(prefix, len(row["input_ids"]))
            segments += [number] * (len(row["input_ids"]) - prefix)
            for place, label in enumerate(row["labels"][prefix:]):
                if label != IGNORED:
                    # The first token of a row's own part is predicted from the end of the prefix.
                    predicted_from.append(start + place - 1 if place else prefix - 1)
                    scored.append(label)
        labels = torch.tensor([scored])
        return {
            "input_ids": torch.tensor([ids]),
            "position_ids": torch.tensor([positions]),
            "segments": torch.tensor([segments]),
            "shift_labels": labels,
            "labels": labels,
            "predicted_from": torch.tensor(predicted_from, dtype=torch.long),
            "tokens": torch.tensor(sum(len(row["input_ids"]) for row in rows)),
        }


def shared_prefix(rows: list[dict[str, list[int]]]) -> int:
    """Return how many leading tokens all rows have in common, none of them scored in any row."""
    length = 0
    for column in zip(*(row["input_ids"] for row in rows), strict=False):
        if len(set(column)) > 1 or any(row["labels"][length] != IGNORED for row in rows):
            break
        length += 1
    # Every row keeps a token of its own.
    return min(length, *(len(row["input_ids"]) - 1 for row in rows))


def attention_mask(segments: torch.Tensor, dtype: Any = None) -> torch.Tensor:
    """Return who may attend to whom, (1, 1, T, T), for `segments` of shape (1, T).

    Boolean (true: attend) as SDPA takes it, or in a float `dtype` (0: attend, minimum: not) as
    eager attention adds it. A token sees the prefix and the tokens of its own row up to itself.
    """
    import torch

    query, key = segments[0][:, None], segments[0][None, :]
    allowed = ((key == 0) | (key == query)).tril()[None, None]
    if dtype is None:
        return allowed
    return torch.zeros_like(allowed, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)
