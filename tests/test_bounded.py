"""How many requests to a remote model are under way, and what becomes of them at the end."""

import asyncio
import itertools

import pytest

from data.errors import UserError
from eval.dialogue import Completion
from eval.engines import bounded


@pytest.fixture
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.close()


async def complete(request):
    if request == "refused":
        raise UserError("refused")
    return Completion(str(request), "stop", 1)


def test_requests_are_taken_only_as_they_are_needed(loop):
    taken = itertools.count()
    found = bounded.completed(loop, taken, complete, 3)
    first = [next(found) for _ in range(5)]
    found.close()
    assert [answer.text for _, answer in first] == [str(request) for request, _ in first]
    assert next(taken) <= 5 + 3


def test_what_arrives_together_with_a_failure_is_yielded_before_it(loop):
    found = bounded.completed(loop, [0, "refused", 2, 3, "refused", 5], complete, 6)
    assert {next(found)[0] for _ in range(4)} == {0, 2, 3, 5}
    with pytest.raises(UserError, match="refused"):
        next(found)


def test_no_requests_are_no_answers(loop):
    assert not list(bounded.completed(loop, [], complete, 3))


@pytest.mark.parametrize("whole_loop", [False, True])
def test_what_is_under_way_is_ended_with_its_iterator_or_with_its_loop(whole_loop):
    ended = []

    async def endless(request):
        try:
            await asyncio.sleep(0 if request == 0 else 60)
        except asyncio.CancelledError:
            ended.append(request)
            raise
        return Completion("", "stop", 1)

    async def closing():
        ended.append(-1)

    loop = asyncio.new_event_loop()
    found = bounded.completed(loop, range(3), endless, 3)
    next(found)
    if not whole_loop:
        found.close()
    bounded.close(loop, closing())
    found.close()
    assert sorted(ended[:2]) == [1, 2]
    assert ended[2:] == [-1]
    assert loop.is_closed()
