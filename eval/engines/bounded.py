"""Many requests to a remote model at once, but never more than a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import Any

from eval.dialogue import Completion, Request


def completed(
    loop: asyncio.AbstractEventLoop,
    requests: Iterable[Request],
    complete: Callable[[Request], Awaitable[Completion]],
    limit: int,
) -> Iterator[tuple[Request, Completion]]:
    """Yield each request with what `complete` returns for it, in the order of arrival.

    At most `limit` are under way; the next request is taken when one of them is done. An error is
    raised after everything else that had arrived was yielded, and ends the rest.
    """
    coming = iter(requests)
    under_way: dict[asyncio.Task[Completion], Request] = {}
    try:
        while True:
            while len(under_way) < limit and (request := next(coming, None)) is not None:
                under_way[loop.create_task(_awaited(complete, request))] = request
            if not under_way:
                return
            waiting = asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            done, _ = loop.run_until_complete(waiting)
            for task in sorted(done, key=lambda task: task.exception() is not None):
                yield under_way.pop(task), task.result()
    finally:
        if not loop.is_closed():  # an iterator left half-way may outlive its engine
            loop.run_until_complete(_ended(under_way))


def close(loop: asyncio.AbstractEventLoop, closing: Coroutine[Any, Any, Any]) -> None:
    """End what is still under way, await `closing`, then close the loop."""
    loop.run_until_complete(_ended(asyncio.all_tasks(loop)))
    loop.run_until_complete(closing)
    loop.close()


async def _awaited(
    complete: Callable[[Request], Awaitable[Completion]], request: Request
) -> Completion:
    return await complete(request)


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
