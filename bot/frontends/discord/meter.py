"""Shows how far something long has come, in the one reply that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from retrieval.refresh import Progress

# Discord allows five edits in five seconds; a reader needs fewer.
_SECONDS = 3


@asynccontextmanager
async def metered(show: Callable[[str], Awaitable[None]], doing: str) -> AsyncIterator[Progress]:
    """Show, every few seconds at most, what is being done and how far it is; yields what counts it."""
    counted = (0, 0)

    def count(done: int, total: int) -> None:
        nonlocal counted
        counted = (done, total)

    finished = asyncio.Event()

    async def tell() -> None:
        told = (0, 0)
        while not await _within(finished, _SECONDS):
            if counted != told:
                told = counted
                await show(f"{doing}: {told[0]} of {told[1]} …")

    telling = asyncio.create_task(tell())
    try:
        yield count
    finally:
        # Not cancelled: an edit under way must not arrive after what is shown next.
        finished.set()
        await telling


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
