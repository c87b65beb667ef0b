"""Which GPUs each replica of the vLLM engine sees; the replicas themselves run in
test_cross_engine."""

import pytest

from data.errors import UserError
from eval.engines.replicas import devices


@pytest.mark.parametrize(
    ("visible", "count", "replicas", "each", "wanted"),
    [
        (None, 4, 2, 2, ["0,1", "2,3"]),
        (None, 4, 3, 1, ["0", "1", "2"]),
        ("3,5", 2, 2, 1, ["3", "5"]),
        (None, 0, 2, 1, ["", ""]),
    ],
)
def test_replicas_get_gpus_of_their_own(visible, count, replicas, each, wanted):
    assert devices(visible, count, replicas, each) == wanted


def test_too_few_gpus_are_refused_by_number():
    with pytest.raises(UserError, match="needs 4 GPUs, 3 are visible"):
        devices(None, 3, 2, 2)
